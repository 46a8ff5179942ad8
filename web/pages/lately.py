"""How long it takes now, by what happened in the last days to tickets of every age: a block, never a line."""

from dataclasses import dataclass

from ticketlens.model.filter import ENDING
from ticketlens.model.now import Now, Recent
from web import wording
from web.pages import asked, days
from web.pages.kept import kept

FIGURES = (("p50", "Half"), ("p90", "Nine in ten"), ("mean", "Mean"))
DONE = {"ttr.full": "Solved", "ttr.first": "Solved", "reply.first": "Replied to"}
TOO_FEW_SO_OLD = "too few so old"
HEADS = {"now": "now", "before": "before", "year": "a year ago"}


@dataclass(frozen=True, slots=True)
class Lately:
    """`lines` are (name, one text a window); `counted` names the events, each with the list of its tickets."""

    told: Now
    title: str
    sentence: str
    heads: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    counted: str
    events: tuple[tuple[int, str], ...]

    @property
    def so_old(self) -> bool:
        return any(text == TOO_FEW_SO_OLD for _, texts in self.lines for text in texts)


def lately(metric: str, clock: str) -> Lately | None:
    """None of a metric whose end is no moment of its own."""
    told = asked_now(metric, clock)
    if told is None:
        return None
    heads = tuple((HEADS[one.name], _days(one)) for one in told.windows)
    lines = tuple((name, _line(told, field)) for field, name in FIGURES)
    events = tuple((one.events, asked.tickets(one.listed)) for one in told.windows)
    return Lately(told, _title(told), _sentence(told), heads, lines, DONE[metric], events)


def asked_now(metric: str, clock: str) -> Now | None:
    if metric not in ENDING:
        return None
    now, lens = asked.asked(), asked.lens()
    days = int(now["window"])
    return kept(
        ("now", repr(now.where), metric, clock, days, lens.as_of()),
        lambda: lens.estimates.now(now.where, metric=metric, clock=clock, days=days, as_of=now.as_of),
    )


def _title(told: Now) -> str:
    value = told.windows[0].p50
    if value is None:
        return f"Now: {_missing(told.windows[0], 'p50')}"
    return f"Now: half within {wording.duration(value)}"


def _sentence(told: Now) -> str:
    return wording.bound(told.sentence)


def _days(one: Recent) -> str:
    return wording.short_range(one.first, one.last, year=days.another_year(one.last))


def _missing(one: Recent, field: str) -> str:
    """Where enough ended, it is those still followed at so great an age that are too few."""
    why = dict(one.missing).get(field, wording.UNKNOWN)
    return TOO_FEW_SO_OLD if why == "too few" and one.events >= wording.SMALLEST_SAMPLE else why


def _line(told: Now, field: str) -> tuple[str, ...]:
    """One figure of each window, in one unit."""
    values = [getattr(one, field) for one in told.windows]
    texts = wording.alike(*values)
    missing = [_missing(one, field) for one in told.windows]
    return tuple(text if value is not None else why for value, text, why in zip(values, texts, missing, strict=True))
