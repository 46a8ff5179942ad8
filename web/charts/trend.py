"""Trends as charts: two panels of percentiles over one of arrivals, or one panel of values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ticketlens.model.trend import Point, Trend
from web import wording
from web.charts import panels, theme
from web.charts.panels import PERCENT, PLAIN, Layers, Scale
from web.charts.statistics import BOTH, STATISTICS, Statistic, panel_name, pending, valued

Where = Callable[[Point], str]
Spec = dict[str, Any]

AMOUNTS_AS_BARS = ("arrived", "solved", "waited_hours", "cost")
MOST_DOTS = 60
EMPTY = 72
"""Height of a panel of which no figure is known."""
MOST_SMALL = 31
MOST_NARROW = 20
BETWEEN_PANELS = 50
"""Height of an axis's names, the gap and the next panel's title."""

STACKED: Spec = {"bounds": "flush", "spacing": BETWEEN_PANELS}


@dataclass(frozen=True, slots=True)
class Size:
    width: int = theme.WIDE
    narrow: bool = False
    small: bool = False
    top: float | None = None
    """Where the values' axis ends, in the trend's unit, for charts that are to be compared."""

    def dotted(self, trend: Trend) -> bool:
        """Whether there is room for a dot at each point."""
        return not self.small and len(trend.points) <= MOST_DOTS

    def tall(self, height: int) -> int:
        return height * 4 // 5 if self.narrow else height


WIDE, NARROW = Size(), Size(theme.NARROW, narrow=True)
SMALL = Size(theme.NARROW, small=True)


@dataclass(frozen=True, slots=True)
class Over:
    """An earlier stretch, point for point under the later one; `words` say which."""

    trend: Trend
    words: str

    def told(self, point: Point) -> str:
        """ "A year before: half within 19 h, nine in ten within 91 h; 2,031 tickets"."""
        counted = wording.count(point.n, "ticket")
        return f"{self.words[:1].upper()}{self.words[1:]}: {_figures(self.trend, point)}; {counted}"


def durations(trend: Trend, where: Where, size: Size = WIDE, over: Over | None = None) -> Spec:
    """Half and nine in ten, each in a panel of its own scale, and how many arrived and are still open."""
    upper = []
    for name, height, colour in (("p50", 190, theme.ACCENT), ("p90", 140, theme.QUIET)):
        tall = _tall(trend, name, size, height, over)
        drawn = _quantile(trend, name, tall, size, over, quiet=name == "p90")
        named = over if name == "p50" else None
        upper.append(_panel(drawn, size, tall, panel_name(trend, STATISTICS[name]), colour, named))
    return _over_counts(trend, where, size, upper, over)


def one_statistic(
    trend: Trend, where: Where, one: Statistic, size: Size = WIDE, over: Over | None = None, *, height: int = 240
) -> Spec:
    """One figure of each period, and of durations how many tickets it is of."""
    tall = size.tall(height)
    if one.id == "n":
        return _counts(trend, where, size, tall, panel_name(trend, one), over=over)
    tall = _tall(trend, one.field, size, height, over)
    main = _panel(_quantile(trend, one.field, tall, size, over), size, tall, panel_name(trend, one), theme.ACCENT, over)
    return _over_counts(trend, where, size, [main], over)


def _over_counts(trend: Trend, where: Where, size: Size, upper: list[Spec], over: Over | None) -> Spec:
    """Panels of durations over one of counts; one column a period goes through them all."""
    top = -(sum(panel["height"] for panel in upper) + len(upper) * BETWEEN_PANELS)
    counted = f"{trend.cohort} and counted" if any(point.left_out for point in trend.points) else trend.cohort
    title = f"{counted}; dark: {pending(trend)}" if trend.cohort == "arrived" else counted
    return {**STACKED, "vconcat": [*upper, _counts(trend, where, size, size.tall(88), title, top=top, over=over)]}


def _counts(
    trend: Trend, where: Where, size: Size, tall: int, title: str, *, top: int = 0, over: Over | None = None
) -> Spec:
    waiting = theme.QUIET if trend.kind == "duration" else None
    scale = replace(PLAIN, ticks=2 if top else 4, top=size.top)
    bars = [
        *panels.bars(trend.points, "n", scale, colour=theme.SOFT, waiting=waiting),
        *panels.beyond(trend.points, "n", scale),
    ]
    ghost = panels.ghost(trend.points, over.trend.points, "n", PLAIN) if over and not top else []
    return _panel(
        [*bars, *ghost, *_columns(trend, where, size, top, tall, over)],
        size,
        tall,
        title,
        theme.MUTED,
        None if top else over,
    )


def half(trend: Trend, where: Where, size: Size = WIDE, *, height: int = 110) -> Spec:
    """The median alone, with its interval."""
    return small(trend, where, STATISTICS["p50"], size, height=height)


def small(trend: Trend, where: Where, one: Statistic, size: Size = SMALL, *, height: int = 110) -> Spec:
    """One figure of each period in one panel."""
    tall = size.tall(height)
    if valued(trend, one):
        return amounts(trend, where, size, height=height)
    if one.id == "n":
        return _counts(trend, where, size, tall, panel_name(trend, one))
    layers = [*_quantile(trend, one.field, tall, size), *_columns(trend, where, size, 0, tall)]
    return _panel(layers, size, tall, panel_name(trend, one), theme.ACCENT)


def amounts(
    trend: Trend, where: Where, size: Size = WIDE, *, title: str = "", height: int = 110, over: Over | None = None
) -> Spec:
    """One value a period: amounts of a period as bars, states and rates as a line with its interval."""
    bars = trend.metric in AMOUNTS_AS_BARS
    if not bars and not _known(trend, "value", over):
        return _empty_panel(trend, where, size, title, _tall(trend, "value", size, height, over))
    tall = size.tall(height)
    scale = replace(_scale(trend, over), top=size.top)
    if bars:
        drawn = panels.bars(trend.points, "value", scale, colour=theme.SOFT if over else theme.ACCENT)
    else:
        drawn = panels.line(
            trend.points, "value", scale, colour=theme.ACCENT, band=_band(trend), dots=size.dotted(trend)
        )
    ground = panels.hatched(trend.points, tall, panels.running(trend), words=not size.small and not bars)
    ghost = panels.ghost(trend.points, over.trend.points, "value", scale) if over else []
    missing = panels.unknown(trend.points, "value", tall, words=not size.small, yet="not known yet")
    far = panels.beyond(trend.points, "value", scale)
    layers = [*ground, *drawn, *ghost, *missing, *far, *_columns(trend, where, size, 0, tall, over)]
    return _panel(layers, size, tall, title, theme.ACCENT, over)


def _empty_panel(trend: Trend, where: Where, size: Size, title: str, tall: int) -> Spec:
    words = panels.nothing(trend.points, tall, nothing_known(trend, "value"))
    return _panel([*words, *_columns(trend, where, size, 0, tall)], size, tall, title, theme.ACCENT)


def volume_and_durations(volume: Trend, ttr: Trend, where: Where, size: Size = WIDE) -> Spec:
    """How many came, and how long half and nine in ten of them waited, one over the other."""
    heights = [size.tall(165), _tall(ttr, "p50", size, 165), _tall(ttr, "p90", size, 120)]
    top = -(sum(heights[:-1]) + 2 * BETWEEN_PANELS)
    drawn = panels.bars(volume.points, "value", PLAIN, colour=theme.ACCENT)
    arrived = [*panels.hatched(volume.points, heights[0], panels.running(volume), words=False), *drawn]
    most = [*_quantile(ttr, "p90", heights[2], size, quiet=True), *_columns(ttr, where, size, top, heights[2])]
    return {
        **STACKED,
        "vconcat": [
            _panel(arrived, size, heights[0], f"tickets a {volume.by}", theme.ACCENT),
            _panel(_quantile(ttr, "p50", heights[1], size), size, heights[1], "half solved within", theme.ACCENT),
            _panel(most, size, heights[2], "nine in ten solved within", theme.QUIET),
        ],
    }


def any_metric(
    trend: Trend, where: Where, size: Size = WIDE, *, title: str = "", one: Statistic = STATISTICS[BOTH],
    over: Over | None = None, height: int = 240,
) -> Spec:  # fmt: skip
    """The chart that fits the kind of the metric, of one of its statistics; `over` is drawn behind it, dashed."""
    if valued(trend, one):
        return amounts(trend, where, size, title=title, height=height, over=over)
    if one.id == BOTH:
        return durations(trend, where, size, over)
    return one_statistic(trend, where, one, size, over, height=height)


def side_by_side(named: Sequence[tuple[str, Spec]], columns: int = 3) -> Spec:
    """Small charts in rows, each under its name, for a file."""
    return {
        "concat": [{**spec, "title": {"text": name, "anchor": "start", "offset": 22}} for name, spec in named],
        "columns": columns, "spacing": {"row": 34, "column": 30},
    }  # fmt: skip


def titled(spec: Spec, title: str, subtitle: Sequence[str]) -> Spec:
    """The chart with its words on it, for a file that stands alone."""
    words = {"text": title, "subtitle": list(subtitle), "fontSize": 15, "anchor": "start", "offset": 14}
    return {**spec, "title": words} if "vconcat" in spec or "concat" in spec else {"vconcat": [spec], "title": words}


def point_told(trend: Trend, point: Point, *, brief: bool = False) -> str:
    """One period in words: "9–15 November: half within 19 h (17 h to 21 h), nine in ten within 91 h; 2,031 tickets"."""
    another = (point.end - timedelta(days=1)).year != trend.as_of.year
    days = wording.period_days(point.start, point.end, year=another)
    unfinished = "" if point.complete else f", {point.standing}"
    if brief:
        return f"{days}{unfinished}: {_brief(trend, point)}; {wording.count(point.n, 'ticket')}"
    return f"{days}{unfinished}: {_figures(trend, point)}; {wording.count(point.n, 'ticket')}{_open(trend, point)}"


def _brief(trend: Trend, point: Point) -> str:
    """Without intervals and open tickets: for drawings of which a page has many."""
    if point.too_few:
        return "too few"
    if trend.scalar:
        return "not known yet" if point.value is None else measured(trend, point.value)
    told = (("half", point.p50), ("nine in ten", point.p90))
    return ", ".join(f"{name} {'not reached' if value is None else measured(trend, value)}" for name, value in told)


def measured(trend: Trend, value: float | None) -> str:
    """A figure of this trend in its unit."""
    return wording.measure(value, "minutes" if not trend.scalar else "share" if trend.kind == "share" else trend.unit)


def _figures(trend: Trend, point: Point) -> str:
    if point.too_few:
        return "too few for a figure"
    if trend.scalar:
        return ("not known yet" if point.value is None else measured(trend, point.value)) + _interval(trend, point)
    quantiles = (("half", point.p50, _interval(trend, point)), ("nine in ten", point.p90, ""))
    return ", ".join(
        f"{name} not reached yet" if value is None else f"{name} {wording.at_most('within', value)}{interval}"
        for name, value, interval in quantiles
    )


def _interval(trend: Trend, point: Point) -> str:
    if point.low is None or point.high is None:
        return ""
    return f" ({measured(trend, point.low)} to {measured(trend, point.high)})"


def _open(trend: Trend, point: Point) -> str:
    return "" if trend.scalar or not point.open else f", {wording.number(point.open)} {pending(trend)}"


def _columns(trend: Trend, where: Where, size: Size, top: int, bottom: int, over: Over | None = None) -> Layers:
    """Not on a small screen where a column would be thinner than a finger by far: the table has the same links."""
    if len(trend.points) > (MOST_SMALL if size.small else MOST_NARROW if size.narrow else len(trend.points)):
        return []
    words = {point: point_told(trend, point, brief=size.small) for point in trend.points}
    if over:
        for point, earlier in zip(trend.points, over.trend.points, strict=True):
            words[point] += f". {over.told(earlier)}"
    return [panels.columns(trend.points, lambda point: words[point], where, top, bottom)]


def nothing_known(trend: Trend, field: str) -> str:
    """In place of a line: why no period has this figure."""
    if all(point.too_few for point in trend.points if point.n):
        return f"Too few in each {trend.by} for a figure"
    shares = {"p50": "Half", "p75": "Three in four", "p90": "Nine in ten"}
    return f"{shares[field]} not reached in any {trend.by}" if field in shares else f"Not known yet for any {trend.by}"


def _known(trend: Trend, field: str, over: Over | None = None) -> bool:
    every = (*trend.points, *(over.trend.points if over else ()))
    return any(getattr(point, field) is not None for point in every)


def _tall(trend: Trend, field: str, size: Size, height: int, over: Over | None = None) -> int:
    """Little where there is nothing to draw; small charts beside each other stay alike."""
    tall = size.tall(height)
    return tall if size.small or _known(trend, field, over) else min(tall, EMPTY)


def _scale(trend: Trend, over: Over | None = None) -> Scale:
    if trend.unit == "minutes":
        return Scale.of_minutes(
            max(panels.greatest(one, ("value", "high")) for one in (trend, *((over.trend,) if over else ())))
        )
    return PERCENT if trend.kind == "share" else PLAIN


def _band(trend: Trend) -> str | None:
    return theme.SOFT if any(point.low is not None for point in trend.points) else None


def _quantile(
    trend: Trend, field: str, tall: int, size: Size, over: Over | None = None, *, quiet: bool = False
) -> Layers:
    """A line of one figure of durations; `quiet` where it stands below another."""
    if not _known(trend, field, over):
        return panels.nothing(trend.points, tall, nothing_known(trend, field))
    banded = field == "p50"
    most = size.top or max(
        panels.greatest(one, (field, "high") if banded else (field,))
        for one in (trend, *((over.trend,) if over else ()))
    )
    scale = replace(Scale.of_minutes(most), top=size.top)
    colour, band = theme.QUIET if quiet else theme.ACCENT, _band(trend) if banded else None
    return [
        *panels.hatched(trend.points, tall, panels.running(trend), words=not (quiet or size.small)),
        *(panels.ghost(trend.points, over.trend.points, field, scale) if over else []),
        *panels.line(trend.points, field, scale, colour=colour, band=band, dots=size.dotted(trend)),
        *panels.unknown(
            trend.points,
            field,
            tall,
            words=not size.small,
            yet="not known yet" if field == "mean" else "not reached yet",
        ),
        *panels.beyond(trend.points, field, scale),
    ]


def _panel(layers: Layers, size: Size, height: int, title: str, colour: str, over: Over | None = None) -> Spec:
    named = [panels.name(title, colour), *layers] if title else layers
    legend = [panels.dashed_name(over.words, size.width)] if over else []
    return {"layer": [*named, *legend], "width": size.width, "height": height}
