"""Small SVG of our own, cheap enough for hundreds a page: spark lines, bars, shares of a whole, a ticket's statuses.

Geometry is in attributes and colour in classes, since no style attribute passes the page's policy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

HEIGHT, INSET = 48, 6
SIDES = 1 / 30
"""Room on either side of a line, as a share of its length, for its dot."""
LEAST_WIDTH = 0.004
LEAST_HEIGHT = 0.03


def spark(values: Sequence[float | None], label: str, *, tone: str = "accent") -> Markup:
    """A line over equal steps, broken where a value is not known, with a dot at the last one that is."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup('<span class="muted">–</span>')
    places, steps = _places(values, min(0.0, *known), max(known)), len(values) - 1
    lines = [_line(run) for run in _runs(places)]
    x, y = next(place for place in reversed(places) if place).split(",")
    return Markup(
        '<svg class="spark {}" viewBox="{:.3g} 0 {:.3g} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}'
        '<path d="M{},{}h0"/></svg>'
    ).format(tone, -steps * SIDES, steps * (1 + 2 * SIDES), HEIGHT, label, _joined(lines), x, y)


def bar(share: float, *, tone: str = "soft") -> Markup:
    """A bar of `share` (0 to 1) of its box; decoration beside a number, hidden from readers."""
    return Markup('<svg class="bar {}" aria-hidden="true"><rect width="{:.1f}%"/></svg>').format(
        tone, max(min(share, 1.0), 0.0) * 100
    )


def signed_bar(value: float, span: float, zero: float, *, tone: str) -> Markup:
    """A bar from `zero` (0 to 1, the place of naught) to the left or right; `span` fills the whole box."""
    width = abs(value) / span if span else 0.0
    start = zero - width if value < 0 else zero
    return Markup(
        '<svg class="bar {}" aria-hidden="true" focusable="false">'
        '<rect x="{}" width="{}" height="100%" rx="2"/><line class="zero" x1="{}" x2="{}" y2="100%"/></svg>'
    ).format(tone, _part(start), _part(max(width, LEAST_WIDTH)), _part(zero), _part(zero))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a whole: its share, its name, all of it in words, where it leads, and the class that colours it."""

    share: float
    name: str
    label: str
    to: str
    tone: str


def whole(pieces: Iterable[Piece], label: str) -> Markup:
    """A bar cut in pieces, each a link."""
    drawn, at = [], 0.0
    for piece in pieces:
        mark = Markup('<a href="{}"><rect class="{}" x="{}" width="{}" height="100%"/><title>{}</title></a>')
        drawn.append(mark.format(piece.to, piece.tone, _part(at), _part(piece.share), piece.label))
        at += piece.share
    return Markup('<svg class="whole" role="group" aria-label="{}">{}</svg>').format(label, _joined(drawn))


def upright(share: float, *, tone: str) -> Markup:
    """A bar that stands, of `share` (0 to 1) of the height of its box; decoration beside a number."""
    tall = max(min(share, 1.0), LEAST_HEIGHT if share else 0.0)
    return Markup(
        '<svg class="upright" aria-hidden="true" focusable="false">'
        '<rect class="{}" y="{}" width="100%" height="{}" rx="2"/></svg>'
    ).format(tone, _part(1 - tall), _part(tall))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in one status."""

    status: str
    start: datetime
    end: datetime
    told: str


def strip(stretches: Sequence[Stretch], label: str) -> Markup:
    """A ticket's life in one bar, a stretch a status."""
    if not stretches:
        return Markup("")
    begin = stretches[0].start
    length = max((stretches[-1].end - begin).total_seconds(), 1.0)
    mark = Markup('<g><rect class="status-{}" x="{}" width="{}" height="100%"/><title>{}</title></g>')
    drawn = [
        mark.format(
            part.status,
            _part((part.start - begin).total_seconds() / length),
            _part(max((part.end - part.start).total_seconds() / length, LEAST_WIDTH)),
            part.told,
        )
        for part in stretches
    ]
    return Markup('<svg class="strip" role="img" aria-label="{}">{}</svg>').format(label, _joined(drawn))


def _line(run: Sequence[str]) -> Markup:
    if len(run) == 1:
        return Markup('<path class="lone" d="M{}h0"/>').format(run[0])
    return Markup('<polyline points="{}"/>').format(" ".join(_corners(run))) if run else Markup("")


def _corners(run: Sequence[str]) -> list[str]:
    """A run without the points that its line passes level."""
    heights = [place.partition(",")[2] for place in run]
    inner = zip(run[1:-1], heights, heights[1:], heights[2:], strict=False)
    return [run[0], *(place for place, *near in inner if len(set(near)) > 1), run[-1]]


def _part(share: float) -> str:
    return f"{share * 100:.2f}%"


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _places(values: Sequence[float | None], least: float, most: float) -> list[str | None]:
    """Whole numbers, since a page has hundreds of them: a step is 1, and the height is in halves of a pixel."""
    span = (most - least) or 1.0
    return [
        None if value is None else f"{index},{HEIGHT - INSET - (value - least) / span * (HEIGHT - 2 * INSET):.0f}"
        for index, value in enumerate(values)
    ]


def _runs(places: Sequence[str | None]) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return runs
