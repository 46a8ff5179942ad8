"""The score of one survey over time with its interval, over how many answered."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ticketlens.model.answer import Survey, SurveyKind
from ticketlens.model.trend import Point, Trend
from web.charts import panels, theme
from web.charts.panels import PERCENT, PLAIN, Layers, Scale
from web.charts.trend import BETWEEN_PANELS, MOST_DOTS, STACKED, WIDE, Size, Spec

HEIGHTS = (170, 64)
NEAR = 4
"""So many of the last periods share the ground that the words about the running one need."""


def scores(
    trend: Trend, survey: Survey, told: Callable[[Point], str], where: Callable[[Point], str], title: str,
    size: Size = WIDE,
) -> Spec:  # fmt: skip
    """Two panels, or the lower one alone while no period has enough answers for a score."""
    high, low = (size.tall(height) for height in HEIGHTS)
    points, below = trend.points, f"answers a {trend.by}"
    if not any(point.value is not None for point in points):
        tall = high + low
        counted = [*_answers(trend, tall), *_columns(points, told, where, size, 0, tall)]
        return _panel(counted, size, tall, below, theme.MUTED)
    top = -(high + BETWEEN_PANELS)
    line = panels.line(points, "value", _scale(survey), colour=theme.ACCENT, band=theme.SOFT, dots=size.dotted(trend))
    drawn = [
        *panels.hatched(points, high, panels.running(trend), words=not any(one.too_few for one in points[-NEAR:])),
        *(_on_whole_scale(line, survey) if survey.kind is SurveyKind.CES else line),
        *panels.unknown(points, "value", high),
    ]
    counted = [*_answers(trend, low), *_columns(points, told, where, size, top, low)]
    return {
        **STACKED,
        "vconcat": [
            _panel(drawn, size, high, title, theme.ACCENT), _panel(counted, size, low, below, theme.MUTED),
        ],
    }  # fmt: skip


def _answers(trend: Trend, tall: int) -> Layers:
    bars = panels.bars(trend.points, "n", replace(PLAIN, ticks=2), colour=theme.SOFT)
    for layer in bars:
        layer["encoding"]["y"]["axis"]["tickMinStep"] = 1
    return [*panels.hatched(trend.points, tall, panels.running(trend), words=False), *bars]


def _scale(survey: Survey) -> Scale:
    if survey.kind is SurveyKind.CSAT:
        return replace(PERCENT, top=1.0)
    return Scale(1, "", top=float(survey.scale)) if survey.kind is SurveyKind.CES else PLAIN


def _on_whole_scale(layers: Layers, survey: Survey) -> Layers:
    """From the lowest to the highest score that can be given: there is no zero on it."""
    ends = [survey.lowest, survey.scale]
    for layer in layers:
        layer["encoding"]["y"]["scale"] = {"domain": ends, "nice": False, "zero": False}
        layer["encoding"]["y"]["axis"]["values"] = list(range(survey.lowest, survey.scale + 1))
    return layers


def _columns(
    points: Sequence[Point],
    told: Callable[[Point], str],
    where: Callable[[Point], str],
    size: Size,
    top: int,
    bottom: int,
) -> Layers:
    if size.narrow and len(points) > MOST_DOTS:
        return []
    return [panels.columns(points, told, where, top, bottom)]


def _panel(layers: Layers, size: Size, height: int, title: str, colour: str) -> Spec:
    return {"layer": [panels.name(title, colour), *layers], "width": size.width, "height": height}
