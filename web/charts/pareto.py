"""Do most customers write about the same few problems? Topics by size, and the share of all tickets they add up to."""

from collections.abc import Callable, Sequence
from typing import Any

from ticketlens.model.topic import TopicFigures
from web import wording
from web.charts import panels, theme
from web.charts.drawing import linked
from web.charts.trend import MOST_NARROW, WIDE, Size, Spec

MOST = 60
_HEIGHT = 190
CHARACTER = 6.5
"""Pixels that a character of small text takes at most, on the whole."""

GAP = 6


def pareto(rows: Sequence[TopicFigures], half: int, where: Callable[[TopicFigures], str], size: Size = WIDE) -> Spec:
    """A bar a topic, largest first, and the line of what they make together; `half` topics make half of all tickets."""
    largest = sorted(rows, key=lambda row: (-row.size, row.topic.id))[:MOST]
    values, together = [], 0.0
    for rank, row in enumerate(largest, start=1):
        together += row.share
        values.append(
            {
                "rank": rank, "share": round(row.share * 100, 3), "together": round(together * 100, 3), "middle": rank,
                "left": rank - 0.4, "right": rank + 0.4, "start": rank - 0.5, "end": rank + 0.5,
                "to": linked(where(row)), "told": _told(row, rank, together),
            }
        )  # fmt: skip
    tall = size.tall(_HEIGHT)
    layers = [_bars(values), _line(values), *_half(half, len(values), size.width, tall)]
    if not (size.narrow and len(values) > MOST_NARROW):
        layers.append(_columns(values, tall))
    said = "share of all tickets: each topic, and together"
    layers.insert(0, panels.name("% of all tickets: each, and together" if size.narrow else said, theme.ACCENT))
    return {"layer": layers, "width": size.width, "height": tall, "data": {"values": values}}


def _told(row: TopicFigures, rank: int, together: float) -> str:
    return (
        f"{rank}. {row.topic.name}: {wording.count(row.size, 'ticket')}, {wording.percent(row.share)}; "
        f"the first {rank} together {wording.percent(together, 0)}"
    )


def _x(field: str, count: int = 0) -> dict[str, Any]:
    axis = {"grid": False, "tickMinStep": 1, "format": "d", "tickCount": 8, "labelFlush": False}
    scale = {"domain": [0.5, count + 0.5], "nice": False, "zero": False} if count else {}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _y(field: str) -> dict[str, Any]:
    axis = {"tickCount": 4, "labelExpr": "format(datum.value, 'd') + ' %'"}
    return {"field": field, "type": "quantitative", "scale": {"domain": [0, 100]}, "axis": axis}


def _bars(values: list[dict[str, Any]]) -> dict[str, Any]:
    encoding = {"x": _x("left", len(values)), "x2": {"field": "right"}, "y": _y("share"), "y2": {"datum": 0}}
    return {"mark": {"type": "bar", "color": theme.SOFT, "cornerRadiusEnd": 1.5}, "encoding": encoding}


def _line(values: list[dict[str, Any]]) -> dict[str, Any]:
    mark: dict[str, Any] = {"type": "line", "color": theme.ACCENT}
    if len(values) <= 30:
        mark |= {"point": {"fill": theme.PANEL, "stroke": theme.ACCENT, "size": 24, "opacity": 1}}
    return {"mark": mark, "encoding": {"x": _x("middle", len(values)), "y": _y("together")}}


def _beside(said: str, at: float, width: int) -> tuple[str, list[str]]:
    """On which side of a line at the pixel `at` the words have room, and in how many lines."""
    room = {"left": width - at, "right": at}
    align = "left" if room["left"] >= len(said) * CHARACTER + GAP else "right"
    if room[align] >= len(said) * CHARACTER + GAP:
        return align, [said]
    middle = said.index(" ", len(said) // 2)
    return max(room, key=lambda side: room[side]), [said[:middle], said[middle + 1 :]]


def _half(half: int, count: int, width: int, tall: int) -> list[dict[str, Any]]:
    """The point where half of all tickets is reached, in words beside a dashed line."""
    if not 0 < half <= count:
        return []
    said = f"{wording.count(half, 'topic')} make half of all tickets"
    align, lines = _beside(said, width * half / count, width)
    at = {"values": [{"rank": half + 0.5, "half": 50, "said": lines}]}
    x = {"field": "rank", "type": "quantitative"}
    rule = {"type": "rule", "color": theme.MUTED, "strokeDash": [3, 3]}
    text = {"type": "text", "align": align, "dx": -GAP if align == "right" else GAP, "color": theme.INK}
    return [
        {"data": at, "mark": rule, "encoding": {"x": x}},
        {"data": at, "mark": text, "encoding": {"x": x, "y": {"value": tall - 60}, "text": {"field": "said"}}},
    ]


def _columns(values: list[dict[str, Any]], tall: int) -> dict[str, Any]:
    encoding = {
        "x": _x("start", len(values)), "x2": {"field": "end"}, "y": {"value": 0}, "y2": {"value": tall},
        "href": {"field": "to"}, "description": {"field": "told"},
    }  # fmt: skip
    return {"mark": {"type": "rect", "fill": "transparent", "aria": True}, "encoding": encoding}
