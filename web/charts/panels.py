"""The panels that trend charts are made of, as layers of Vega-Lite: a line with its band, bars, a hatched running
period, and columns to point at. A layer is a plain dict: Altair's objects took longer to build than to draw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ticketlens.model.trend import Point, Trend
from web import wording
from web.charts import theme
from web.charts.drawing import linked

Layer = dict[str, Any]
Layers = list[Layer]

DAYS_OF_DAY_NAMES = 75
DAYS_ON_AXIS = 8 * wording.DAY
DAYS_OF_MONTH_NAMES = 500
_BAR_GAP = 0.14
NEAR = 4
"""So many of the last values share the ground with words at the end of a line."""
HALO = {"stroke": theme.PANEL, "strokeWidth": 4}
"""Under words that may stand on a line."""
TOO_FEW = "∘"
BEYOND = "▲"
DASHES = [5, 4]
YET = {"not reached yet": "↑", "not known yet": "…"}


@dataclass(frozen=True, slots=True)
class Scale:
    """How values are written along an axis: divided by `divisor`, followed by `unit`."""

    divisor: float
    unit: str
    top: float | None = None
    ticks: int = 4

    @classmethod
    def of_minutes(cls, greatest: float) -> "Scale":
        if greatest < 2 * wording.HOUR:
            return cls(1, " min")
        return cls(wording.HOUR, " h") if greatest < DAYS_ON_AXIS else cls(wording.DAY, " d")


PLAIN = Scale(1, "")
PERCENT = Scale(0.01, " %")


def running(trend: Trend) -> str | None:
    """ "4 of 7 days" of the last period while it runs, or why it is not complete; None where it is."""
    if not trend.points or trend.points[-1].complete:
        return None
    last = trend.points[-1]
    if last.flags:
        return last.standing
    whole = (last.end - last.start).days
    today = trend.as_of.astimezone(ZoneInfo(trend.zone)).date()
    if last.end <= today:
        return "not whole"
    gone = max((today - last.start).days + 1, 0)
    return f"{gone} of {whole} days" if whole > 1 else "running"


def columns(
    points: Sequence[Point], told: Callable[[Point], str], where: Callable[[Point], str], top: int, bottom: int
) -> Layer:
    """One invisible column a period from `top` to `bottom`: the link to its tickets, with its numbers in words."""
    values = [{**_span(point), "to": linked(where(point)), "told": told(point)} for point in points]
    return _layer(
        values,
        {"type": "rect", "fill": "transparent", "aria": True},
        x=time_axis(points), x2={"field": "end"}, y={"value": top}, y2={"value": bottom},
        href={"field": "to"}, description={"field": "told"},
    )  # fmt: skip


def hatched(points: Sequence[Point], height: int, said: str | None, *, words: bool = True) -> Layers:
    """The ground of what is not whole or not finished, and in words how much of a running period is gone."""
    axis = time_axis(points)
    grounds = [_span(point) for point in points if not point.complete]
    if not grounds:
        return []
    ground = _layer(
        grounds, {"type": "rect", "fill": theme.HATCH},
        x=axis, x2={"field": "end"}, y={"value": 0}, y2={"value": height},
    )  # fmt: skip
    if said is None or not words:
        return [ground]
    text = _layer(
        [{**_span(points[_unfinished(points)]), "said": f"{said} →"}],
        {"type": "text", "align": "right", "dx": -5, **HALO},
        x=axis,
        y={"value": height - 8},
        text={"field": "said"},
    )
    return [ground, text]


def line(
    points: Sequence[Point], field: str, scale: Scale, *, colour: str, band: str | None = None, dots: bool = True
) -> Layers:
    """Values over time, broken where they are not known; `band` is the interval's colour.

    A period that stands alone has a whisker in place of a band.
    """
    values = [_value(point, field, scale) for point in points]
    axis = time_axis(points, "mid")
    clipped = {"clip": True} if scale.top is not None else {}
    drawn = {"type": "line", "color": colour, **clipped}
    begun = len(points) if points[-1].complete else _unfinished(points)
    layers = [_layer(values[:begun], drawn, x=axis, y=value_axis(scale))]
    if begun < len(points):
        unripe = values[max(begun - 1, 0) :]
        layers.append(_layer(unripe, {**drawn, "strokeDash": DASHES}, x=axis, y=value_axis(scale)))
    top = float("inf") if scale.top is None else scale.top / scale.divisor + 1e-4
    known = [value for value in values if value["value"] is not None]
    alone = [value for value, alone in zip(values, stands_alone(points), strict=True) if alone] if band else []
    dotted = known if dots else [value for value in known if value in alone or value is known[-1]]
    known = [value for value in dotted if value["value"] <= top]
    mark = {"type": "point", "stroke": colour, "fill": theme.PANEL, "opacity": 1}
    layers.append(_layer(known, mark, x=axis, y=value_axis(scale)))
    if band is None:
        return layers
    area = {"type": "area", "color": band, "opacity": 0.55, **clipped}
    shaded = _layer(values, area, x=axis, y=value_axis(scale, "low"), y2={"field": "high"})
    return [shaded, *(_whiskers(alone, axis, scale, {"color": colour, **clipped}) if alone else []), *layers]


def stands_alone(points: Sequence[Point]) -> list[bool]:
    """Of each period whether it has an interval and neither of its neighbours has: a band needs two."""
    known = [False, *(point.low is not None and point.high is not None for point in points), False]
    return [here and not (before or after) for before, here, after in zip(known, known[1:], known[2:], strict=False)]


def _whiskers(values: list[dict[str, Any]], axis: dict[str, Any], scale: Scale, look: dict[str, Any]) -> Layers:
    end = {"type": "tick", "orient": "horizontal", "size": 11, "thickness": 1.5, "opacity": 1, **look}
    line = {"type": "rule", "strokeWidth": 1.5, **look}
    return [
        _layer(values, line, x=axis, y=value_axis(scale, "low"), y2={"field": "high"}),
        *(_layer(values, end, x=axis, y=value_axis(scale, field)) for field in ("low", "high")),
    ]


def ghost(points: Sequence[Point], partners: Sequence[Point], field: str, scale: Scale) -> Layers:
    """An earlier stretch under this one: each partner in the place of its point, as a quiet dashed line.

    It begins with the first ticket.
    """
    begun = next((index for index, partner in enumerate(partners) if partner.n), 0)
    both = list(zip(points, partners, strict=True))[begun:]
    values = [{**_value(partner, field, scale), "mid": _middle(point)} for point, partner in both]
    clipped = {"clip": True} if scale.top is not None else {}
    mark = {"type": "line", "color": theme.QUIET, "strokeDash": DASHES, "strokeWidth": 1.75, **clipped}
    return [_layer(values, mark, x=time_axis(points, "mid"), y=value_axis(scale))]


def bars(points: Sequence[Point], field: str, scale: Scale, *, colour: str, waiting: str | None = None) -> Layers:
    """One bar a period, the running one hatched; `waiting` colours the part that is still open."""
    values = [
        {**_value(point, field, scale), **_inner(point), "still": point.open,
         "fill": colour if point.complete else theme.HATCH_ACCENT}
        for point in points
    ]  # fmt: skip
    across = {"x": time_axis(points), "x2": {"field": "end"}, "y2": {"datum": 0}}
    fill = {"field": "fill", "type": "nominal", "scale": None}
    bar = {"type": "bar", **({} if scale.top is None else {"clip": True})}
    layers = [_layer(values, {**bar, "cornerRadiusEnd": 1.5}, **across, y=value_axis(scale), color=fill)]
    if waiting:
        layers.append(_layer(values, {**bar, "color": waiting}, **across, y=value_axis(scale, "still")))
    return layers


def name(text: str, colour: str) -> Layer:
    """A panel's name over its upper left corner; a mark, since a title would move with what overflows the panel."""
    mark = {
        "type": "text",
        "text": text,
        "align": "left",
        "baseline": "bottom",
        "fontSize": 12,
        "fontWeight": 600,
        "color": colour,
    }
    return _layer([{}], mark, x={"value": 0}, y={"value": -8})


def dashed_name(text: str, width: int) -> Layer:
    """What the dashed line is, over a panel's upper right corner."""
    mark = {"type": "text", "text": f"- - {text}", "align": "right", "baseline": "bottom", "color": theme.MUTED}
    return _layer([{}], mark, x={"value": width}, y={"value": -8})


def unknown(
    points: Sequence[Point], field: str, height: int, *, words: bool = True, yet: str = "not reached yet"
) -> Layers:
    """Where there is no value: a ring at "too few", an arrow or dots at what is `yet` to come; the last in words."""
    missing = [point for point in points if point.n and getattr(point, field) is None]
    signs = [
        _signs([point for point in missing if point.too_few], TOO_FEW, height - 6),
        _signs([point for point in missing if not point.too_few], YET[yet], 7),
    ]
    shown = [sign for sign in signs if sign["data"]["values"]]
    last = _last_run(points, field)
    if not words or not any(point.n for point in last) or len(last) == len(points):
        return shown
    said = "too few" if all(point.too_few for point in last if point.n) else yet
    text = _layer(
        [{**_span(last[0]), "said": f"{said} →"}],
        {"type": "text", "align": "right", "dx": -5, **HALO},
        x={"field": "start", "type": "temporal"}, y={"value": _away(points, field, height)}, text={"field": "said"},
    )  # fmt: skip
    return [*shown, text]


def _away(points: Sequence[Point], field: str, height: int) -> int:
    """Where the words about the last periods stand: on the side of the panel that the line before them leaves free."""
    values = [value for point in points if (value := getattr(point, field)) is not None]
    low = sum(values[-NEAR:]) / len(values[-NEAR:]) < max(values) / 2 if values else False
    return 24 if low else height - 26


def beyond(points: Sequence[Point], field: str, scale: Scale) -> Layers:
    """A mark at the upper edge over each value that the scale does not reach."""
    if scale.top is None:
        return []
    over = [point for point in points if (value := getattr(point, field)) is not None and value > scale.top]
    return [_signs(over, BEYOND, 6, theme.ACCENT)] if over else []


def nothing(points: Sequence[Point], height: int, said: str) -> Layers:
    """In place of a line of which no value is known: words in the middle, and the axis's room left empty."""
    middle = points[0].start + (points[-1].end - points[0].start) / 2
    axis = {"labels": False, "grid": False, "ticks": False}
    return [
        _layer(
            [{"mid": _at(middle), "value": 0.5, "said": said}], {"type": "text", "align": "center", "fontSize": 12},
            x=time_axis(points, "mid"), text={"field": "said"},
            y={"field": "value", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis},
        )
    ]  # fmt: skip


def time_axis(points: Sequence[Point], field: str = "start") -> dict[str, Any]:
    """Whole periods from the first day to the last, named by day, month or year as room allows."""
    first, last = points[0].start, points[-1].end
    days = (last - first).days
    names = "%-d %b" if days < DAYS_OF_DAY_NAMES else "%b" if days < DAYS_OF_MONTH_NAMES else "%b %y"
    ticks: str | int = "week" if days < DAYS_OF_DAY_NAMES else "month" if days < DAYS_OF_MONTH_NAMES else 8
    return {
        "field": field, "type": "temporal",
        "scale": {"type": "utc", "domain": [_at(first), _at(last)], "nice": False},
        "axis": {
            "format": names, "tickCount": ticks, "grid": False, "labelOverlap": True, "labelSeparation": 6,
            "labelFlush": False,
        },
    }  # fmt: skip


def value_axis(scale: Scale, field: str = "value") -> dict[str, Any]:
    ends = {"nice": scale.ticks} if scale.top is None else {"nice": False, "domainMax": scale.top / scale.divisor}
    return {
        "field": field, "type": "quantitative", "scale": {"zero": True, **ends},
        "axis": {"tickCount": scale.ticks, "labelExpr": f"format(datum.value, ',~r') + '{scale.unit}'"},
    }  # fmt: skip


def greatest(trend: Trend, fields: Sequence[str]) -> float:
    known = [value for point in trend.points for name in fields if (value := getattr(point, name)) is not None]
    return max(known, default=0.0)


def _layer(values: list[dict[str, Any]], mark: dict[str, Any], **encoding: dict[str, Any]) -> Layer:
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _at(value: date) -> str:
    return f"{value.isoformat()}T00:00:00Z"


def _span(point: Point) -> dict[str, Any]:
    return {"start": _at(point.start), "end": _at(point.end)}


def _inner(point: Point) -> dict[str, Any]:
    start = datetime.combine(point.start, datetime.min.time())
    whole = point.end - point.start
    gap = whole * _BAR_GAP
    return {"start": (start + gap).isoformat() + "Z", "end": (start + whole - gap).isoformat() + "Z"}


def _middle(point: Point) -> str:
    return (datetime.combine(point.start, datetime.min.time()) + (point.end - point.start) / 2).isoformat() + "Z"


def _value(point: Point, field: str, scale: Scale) -> dict[str, Any]:
    told: dict[str, Any] = {"mid": _middle(point)}
    for name, attribute in (("value", field), ("low", "low"), ("high", "high")):
        value = getattr(point, attribute)
        told[name] = None if value is None else round(value / scale.divisor, 4)
    return told


def _unfinished(points: Sequence[Point]) -> int:
    """Where the points at the end begin that are not complete."""
    found = len(points) - 1
    while found > 0 and not points[found - 1].complete:
        found -= 1
    return found


def _signs(points: Sequence[Point], sign: str, y: int, colour: str = theme.QUIET) -> Layer:
    mark = {"type": "text", "text": sign, "fontSize": 12, "color": colour}
    return _layer(
        [{"mid": _middle(point)} for point in points], mark, x={"field": "mid", "type": "temporal"}, y={"value": y}
    )


def _last_run(points: Sequence[Point], field: str) -> list[Point]:
    run: list[Point] = []
    for point in reversed(points):
        if getattr(point, field) is not None:
            break
        run.append(point)
    return run[::-1]
