"""The small table of a comparison: a figure a line, each with the tickets behind it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from ticketlens.model.comparison import Comparison, Side
from ticketlens.model.trend import Trend
from web import wording
from web.charts.statistics import DONE, pending
from web.pages import asked
from web.pages.compare_words import amount, heading, yardstick
from web.pages.kept import kept

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: its name, the metric that defines it, both values, and the lists behind them."""

    name: str
    before: str
    after: str
    to: tuple[str | None, str | None] = (None, None)
    main: bool = False


def lines(told: Comparison, trend: Trend) -> Iterable[Line]:
    links = _both(told, _list_of)
    if told.kind == "duration":
        mean = f"Mean, first {wording.horizon(told.horizon or 0, told.clock)}"
        yield Line(mean, *_durations(told, "mean"), links, main=True)
        within = "within" if told.metric.partition(".")[0] in DONE else "up to"
        yield Line(f"Half {within}", *_durations(told, "p50"), links)
        yield Line(f"Nine in ten {within}", *_durations(told, "p90"), links)
    else:
        yield Line(heading(told), *_both(told, lambda side: _value_of(told, side)), links, main=True)
    if told.kind != "amount" or told.unit == "minutes":
        yield Line(
            "Tickets" if told.kind == "amount" else _summed(told),
            *_both(told, lambda side: wording.number(side.n)),
            links,
        )
    if told.kind == "duration" and told.cohort == "arrived":
        name = pending(trend).capitalize()
        yield Line(
            name, *_both(told, lambda side: wording.number(side.open)), _both(told, lambda side: _open(told, side))
        )
    if told.cohort != "moment":
        yield Line("Working days", *_both(told, lambda side: _days_number(side.working_days)))
        yield Line(f"{_summed(told)} a working day", *_both(told, lambda side: _per_day(told, side)))


def _list_of(side: Side) -> str | None:
    if side.answers is not None and side.survey is not None:
        return asked.answers(side.answers, survey=side.survey.id)
    return asked.tickets(side.where) if side.where else None


def _both(told: Comparison, of: Callable[[Side], Value]) -> tuple[Value, Value]:
    return of(told.before), of(told.after)


def _durations(told: Comparison, field: str) -> tuple[str, str]:
    both = [getattr(side, field) for side in (told.before, told.after)]
    texts = tuple(map(yardstick(told).figure, both)) if field == told.change.of else wording.alike(*both)
    missing = "not known yet" if field == "mean" else "not reached"

    def words(side: Side, text: str) -> str:
        return text if getattr(side, field) is not None else "too few" if side.too_few else missing

    return words(told.before, texts[0]), words(told.after, texts[1])


def _value_of(told: Comparison, side: Side) -> str:
    if side.value is None:
        return "too few" if side.too_few else "not known yet"
    return wording.measure(side.value, "share" if told.unit == "share" else told.unit)


def _open(told: Comparison, side: Side) -> str | None:
    """The tickets of a side that were still open at its moment, where the list has exactly those.

    A ticket that was solved by then and opened again since counts as open for a curve, and as solved for a list.
    """
    if side.where is None or told.metric != "ttr.full" or not side.open:
        return None
    where = asked.in_state(side.where, "open")
    lens = asked.lens()
    same = kept(("open", repr(where), lens.as_of()), lambda: lens.count(where)) == side.open
    return asked.tickets(where) if same else None


def _summed(told: Comparison) -> str:
    return heading(told) if told.kind == "amount" else "Answers" if told.cohort == "answered" else "Tickets"


def _days_number(value: float) -> str:
    return wording.number(value, 0 if value.is_integer() else 1)


def _per_day(told: Comparison, side: Side) -> str:
    """Tickets, or what is added up, a working day."""
    value = side.per_day if told.kind == "amount" else side.n / side.working_days if side.working_days else None
    if value is None:
        return wording.UNKNOWN
    return amount(told, value) if told.kind == "amount" else wording.number(value, 0 if value >= 100 else 1)
