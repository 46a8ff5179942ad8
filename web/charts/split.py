"""A change cut into its parts: bars of speed and mix around one zero, each with the interval of its sum.

On a page they are small drawings of our own beside their names; as a file one chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from web import wording
from web.charts import theme

LEAST = 0.003
ROW = 30
ROOM = 0.02
"""So much of the box is left beside the longest whisker."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One part, in minutes; `clear` where its sum is more than chance, `told` is that sum in words."""

    name: str
    speed: float
    mix: float
    low: float
    high: float
    clear: bool
    told: str

    @property
    def total(self) -> float:
        return self.speed + self.mix

    def pieces(self) -> list[tuple[str, float, float]]:
        """(tone, from, to) of both effects: those of one sign beside each other, others on their own side."""
        drawn: list[tuple[str, float, float]] = []
        ends = {True: 0.0, False: 0.0}
        for tone, value in (("speed", self.speed), ("mix", self.mix)):
            start = ends[value > 0]
            ends[value > 0] = start + value
            drawn.append((tone, min(start, start + value), max(start, start + value)))
        return [(tone, low, high) for tone, low, high in drawn if high > low]


@dataclass(frozen=True, slots=True)
class Axis:
    """From the least to the most that any bar or whisker reaches."""

    low: float
    high: float

    @classmethod
    def of(cls, bars: Sequence[Bar]) -> "Axis":
        ends = [end for bar in bars for end in (bar.low, bar.high, *(e for piece in bar.pieces() for e in piece[1:]))]
        low, high = min(0.0, *ends) if ends else 0.0, max(0.0, *ends) if ends else 0.0
        room = (high - low or 1.0) * ROOM
        return cls(low - room, high + room)

    def at(self, value: float) -> str:
        return f"{(value - self.low) / (self.high - self.low) * 100:.2f}%"

    def wide(self, low: float, high: float) -> str:
        return f"{max((high - low) / (self.high - self.low), LEAST) * 100:.2f}%"


def drawn(bar: Bar, axis: Axis) -> Markup:
    """One part as a bar with its whisker; the number stands beside it, so readers skip the drawing."""
    piece = Markup('<rect class="{}" x="{}" width="{}" y="25%" height="50%"/>')
    pieces = [piece.format(tone, axis.at(low), axis.wide(low, high)) for tone, low, high in bar.pieces()]
    ends = [
        Markup('<line class="end" x1="{0}" x2="{0}" y1="30%" y2="70%"/>').format(axis.at(end))
        for end in (bar.low, bar.high)
    ]
    return Markup(
        '<svg class="effect{}" aria-hidden="true" focusable="false">'
        '<line class="zero" x1="{zero}" x2="{zero}" y2="100%"/>{}'
        '<line class="whisker" x1="{}" x2="{}" y1="50%" y2="50%"/>{}<circle cx="{}" cy="50%" r="3"/></svg>'
    ).format(
        "" if bar.clear else " unclear", Markup("").join(pieces), axis.at(bar.low), axis.at(bar.high),
        Markup("").join(ends), axis.at(bar.total), zero=axis.at(0.0),
    )  # fmt: skip


def chart(bars: Sequence[Bar], *, hours: bool, width: int = theme.WIDE) -> dict[str, Any]:
    """All parts as one chart, for a file."""
    names = [bar.name for bar in bars]
    divisor, unit = (wording.HOUR, "h") if hours else (1.0, "min")
    rows = [
        {"name": bar.name, "tone": f"{tone} within it" if tone == "speed" else "mix", "low": low / divisor,
         "high": high / divisor, "clear": 1 if bar.clear else 0.4}
        for bar in bars for tone, low, high in bar.pieces()
    ]  # fmt: skip
    sums = [
        {"name": bar.name, "low": bar.low / divisor, "high": bar.high / divisor, "total": bar.total / divisor,
         "said": bar.told + ("" if bar.clear else " unclear")}
        for bar in bars
    ]  # fmt: skip
    y = {
        "field": "name", "type": "nominal", "sort": names, "title": None,
        "axis": {"labelLimit": 240, "labelColor": theme.INK, "minExtent": 0, "maxExtent": 260},
    }  # fmt: skip
    x = {
        "field": "low", "type": "quantitative", "title": None,
        "axis": {"labelExpr": f"format(datum.value, '+~r') + ' {unit}'", "tickCount": 6},
    }  # fmt: skip
    tone = {
        "field": "tone", "type": "nominal", "title": None,
        "scale": {"domain": ["speed within it", "mix"], "range": [theme.ACCENT, theme.SOFT]},
        "legend": {"orient": "top", "labelColor": theme.MUTED, "symbolType": "square"},
    }  # fmt: skip
    across = {"y": y, "x": x, "x2": {"field": "high"}}
    layers = [
        {"data": {"values": rows}, "mark": {"type": "bar", "height": 12},
         "encoding": {**across, "color": tone, "opacity": {"field": "clear", "type": "quantitative", "scale": None}}},
        {"data": {"values": [{}]}, "mark": {"type": "rule", "color": theme.QUIET}, "encoding": {"x": {"datum": 0}}},
        {"data": {"values": sums}, "mark": {"type": "rule", "color": theme.INK}, "encoding": across},
        {"data": {"values": sums}, "mark": {"type": "point", "fill": theme.INK, "opacity": 1},
         "encoding": {"y": y, "x": {**x, "field": "total"}}},
        {"data": {"values": sums}, "mark": {"type": "text", "align": "left", "dx": 8, "color": theme.INK},
         "encoding": {"y": y, "x": {"value": width}, "text": {"field": "said"}}},
    ]  # fmt: skip
    return {"layer": layers, "width": width, "height": ROW * max(len(bars), 1)}
