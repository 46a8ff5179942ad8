"""One figure on two sides as the Trends page shows it: a headline, a small table, and what to do where it fails."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar, cast

from flask import url_for

from ticketlens.answers.sides import Pairing
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.periods import By, parse_period
from ticketlens.model.comparison import Comparison, Explanation, Flag, Side
from ticketlens.model.trend import Trend
from web import wording
from web.charts.statistics import pending
from web.pages import asked, versus
from web.pages.kept import kept

Value = TypeVar("Value")
Step = tuple[str, str, str]
"""A reason why nothing is compared, what to do, and where that is done."""
PARTS = {"day": 7, "week": 4, "month": 1, "quarter": 1}
"""How many periods are compared together, where none is named: enough tickets to tell a change from chance."""
DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
WEEK = re.compile(r"\d{4}-W(\d\d)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: its name, the metric that defines it, both values, and the lists behind them."""

    name: str
    before: str
    after: str
    to: tuple[str | None, str | None] = (None, None)
    main: bool = False


@dataclass(frozen=True, slots=True)
class Remedy:
    """Why nothing is compared, and what to do: words, and where they lead."""

    reasons: tuple[str, ...]
    todo: str
    to: str


@dataclass(frozen=True, slots=True)
class Compared:
    """`names` and `days` of both sides in words, the earlier one first."""

    told: Comparison
    title: str
    note: str
    names: tuple[str, str]
    days: tuple[str, str]
    lines: tuple[Line, ...]
    remedies: tuple[Remedy, ...]
    notes: tuple[str, ...]

    @property
    def calendar(self) -> str:
        """Which days are working days: those of opening hours by their name, or Monday to Friday."""
        name = self.told.calendar
        return name if " " in name else f"those of the opening hours “{name}”"


def pairing(trend: Trend) -> Pairing:
    """What the address asks to be compared; without days of its own the newest stretch that can be."""
    now = asked.asked()
    other = None if now.versus is None else versus.merged(now.where, now.versus)
    wanted = Pairing(
        metric=trend.metric, clock=trend.clock, cohort=trend.cohort, by=cast(By, trend.by),
        period=now["period"] or None, against=now["against"] or None, where=now.where, versus=other,
    )  # fmt: skip
    if wanted.period or now.where.first or now.where.last:
        return wanted
    return replace(wanted, period=newest(wanted)[0])


def newest(wanted: Pairing) -> tuple[str, ...]:
    """The periods that can be chosen: the default first, then single ones."""
    parts = PARTS[wanted.by]
    together, *alone = asked.lens().comparing.latest(wanted, max(parts, 1))
    return (together, *alone) if parts > 1 else tuple(alone)


def newest_days(wanted: Pairing) -> list[tuple[str, str]]:
    """The same with their days in words."""
    zone = asked.lens().zone
    return [(label, _label_days(label, zone)) for label in newest(wanted)]


def _label_days(label: str, zone: str) -> str:
    first, dots, last = label.partition("..")
    if dots:
        return wording.day_range(date.fromisoformat(first), date.fromisoformat(last))
    period = parse_period(label, zone)
    days = wording.period_days(period.start, period.end)
    week = WEEK.fullmatch(label)
    return f"week {int(week[1])}, {days}" if week else days


def comparison(wanted: Pairing) -> Comparison:
    lens = asked.lens()
    return kept(("compare", repr(wanted), lens.as_of()), lambda: lens.comparing.compare(wanted))


def explanation(wanted: Pairing, split_by: str) -> Explanation | None:
    """Why it moved; only durations are split."""
    lens = asked.lens()
    if BY_ID[wanted.metric].kind != "duration":
        return None
    return kept(("why", repr(wanted), split_by, lens.as_of()), lambda: lens.comparing.why(wanted, split_by=split_by))


def compared(told: Comparison, trend: Trend) -> Compared:
    return Compared(
        told, title(told), note(told), names(told), days(told), tuple(lines(told, trend)), tuple(remedies(told)),
        tuple(spoken(told, text) for text in told.notes),
    )  # fmt: skip


def title(told: Comparison) -> str:
    """The change in one phrase: "Up 5 h", "No clear change"."""
    change = told.change
    if change.value is None:
        return "Not compared"
    if change.verdict == "no clear change":
        return "No clear change"
    if change.verdict == "the same":
        return "The same on both sides"
    way = "Up" if change.value > 0 else "Down"
    share = f", {wording.change(change.relative, '', relative=True)}" if change.relative is not None else ""
    return f"{way} {amount(told, abs(change.value))}{share}"


def note(told: Comparison) -> str:
    """How large the difference is, and between what it may lie."""
    change = told.change
    if change.value is None:
        return "Both sides as they are, with the reason why they are not held against each other"
    interval = ""
    if change.low is not None and change.high is not None:
        interval = f" · 95 % {signed(told, change.low)} to {signed(told, change.high)}"
    of = {"mean": f"means of the first {wording.horizon(told.horizon or 0, told.clock)}", "per_day": "a working day"}
    return f"{signed(told, change.value)}{interval}" + (f" · {of[change.of]}" if change.of in of else "")


def amount(told: Comparison, value: float) -> str:
    if told.unit == "share":
        return f"{value * 100:.1f}{wording.NBSP}pts"
    if told.unit == "minutes":
        return wording.alike(value)[0]
    unit = f"{wording.NBSP}h" if told.unit == "hours" else ""
    return wording.number(value, 0 if value >= 100 or value.is_integer() else 1) + unit


def signed(told: Comparison, value: float) -> str:
    return wording.signed(value, amount(told, abs(value)))


def figure(told: Comparison, side: Side) -> str:
    """The figure that is compared, of one side."""
    value = getattr(side, told.change.of)
    if value is None:
        return "too few" if side.too_few else "not known"
    if told.unit == "minutes":
        both = [getattr(one, told.change.of) for one in (told.before, told.after)]
        return wording.alike(*both)[1 if side is told.after else 0]
    if told.change.of == "per_day":
        return f"{amount(told, value)} a working day"
    return wording.measure(value, "share" if told.unit == "share" else told.unit)


def names(told: Comparison) -> tuple[str, str]:
    """What the sides are called: their days, or where those are the same their filters."""
    if told.against != "same":
        return days(told)
    before, after = told.before.where, told.after.where
    if before is None or after is None:
        return "the other filter", "this filter"
    return versus.words(before, after), versus.words(after, before)


def days(told: Comparison) -> tuple[str, str]:
    years = {side.last.year for side in (told.before, told.after)}
    both = [_days(side, year=len(years) > 1) for side in (told.before, told.after)]
    return both[0], both[1]


def _days(side: Side, *, year: bool) -> str:
    week = WEEK.fullmatch(side.label)
    days_of = wording.day_range(side.first, side.last, year=year)
    return f"week {int(week[1])}, {days_of}" if week else days_of


def spoken(told: Comparison | Explanation, text: str) -> str:
    """A sentence of the core with its periods and days as a person says them."""
    years = {side.last.year for side in (told.before, told.after)}
    for side in (told.before, told.after):
        text = text.replace(side.label, wording.day_range(side.first, side.last, year=len(years) > 1))
    text = DATE.sub(lambda day: wording.day(date.fromisoformat(day[0]), year=len(years) > 1), text)
    return wording.bound(text[:1] + text[1:].replace(told.name, told.name[:1].lower() + told.name[1:]))


def lines(told: Comparison, trend: Trend) -> Iterable[Line]:
    links = _both(told, lambda side: asked.tickets(side.where) if side.where else None)
    if told.kind == "duration":
        mean = f"Mean, first {wording.horizon(told.horizon or 0, told.clock)}"
        yield Line(mean, *_durations(told, "mean"), links, main=True)
        yield Line("Half within", *_durations(told, "p50"), links)
        yield Line("Nine in ten within", *_durations(told, "p90"), links)
    else:
        yield Line(heading(told), *_both(told, lambda side: _value_of(told, side)), links, main=True)
    if told.kind != "amount":
        yield Line(_summed(told), *_both(told, lambda side: wording.number(side.n)), links)
    if told.kind == "duration" and told.cohort == "arrived":
        name = pending(trend).capitalize()
        yield Line(
            name, *_both(told, lambda side: wording.number(side.open)), _both(told, lambda side: _open(told, side))
        )
    if told.cohort != "moment":
        yield Line("Working days", *_both(told, lambda side: _days_number(side.working_days)))
        yield Line(f"{_summed(told)} a working day", *_both(told, lambda side: _per_day(told, side)))


def _both(told: Comparison, of: Callable[[Side], Value]) -> tuple[Value, Value]:
    return of(told.before), of(told.after)


def _durations(told: Comparison, field: str) -> tuple[str, str]:
    texts = wording.alike(*(getattr(side, field) for side in (told.before, told.after)))
    missing = "not known yet" if field == "mean" else "not reached"

    def words(side: Side, text: str) -> str:
        return text if getattr(side, field) is not None else "too few" if side.too_few else missing

    return words(told.before, texts[0]), words(told.after, texts[1])


def heading(told: Comparison) -> str:
    return BY_ID[told.metric].heading


def _value_of(told: Comparison, side: Side) -> str:
    if side.value is None:
        return "too few" if side.too_few else "not known yet"
    return wording.measure(side.value, "share" if told.unit == "share" else told.unit)


def _open(told: Comparison, side: Side) -> str | None:
    """The tickets of a side that were still open at its moment; told of full resolution only, which open ones lack."""
    if side.where is None or told.metric != "ttr.full" or not side.open:
        return None
    return asked.tickets(asked.in_state(side.where, "open"))


def _summed(told: Comparison) -> str:
    return heading(told) if told.kind == "amount" else "Answers" if told.cohort == "answered" else "Tickets"


def _days_number(value: float) -> str:
    return wording.number(value, 0 if value.is_integer() else 1)


def _per_day(told: Comparison, side: Side) -> str:
    """Tickets, or what is added up, a working day."""
    value = side.per_day if told.kind == "amount" else side.n / side.working_days if side.working_days else None
    if value is None:
        return wording.UNKNOWN
    unit = f"{wording.NBSP}h" if told.unit == "hours" and told.kind == "amount" else ""
    return wording.number(value, 0 if value >= 100 else 1) + unit


def remedies(told: Comparison) -> Iterable[Remedy]:
    """Each next step once, with the reasons that it mends."""
    flags = {flag.reason: flag for side in (told.after, told.before) for flag in side.flags}
    steps: dict[tuple[str, str], list[str]] = {}
    found = [_step(told, reason, flags[reason]) for reason in told.refused] if flags else _missing(told)
    for reason, todo, to in found if told.refused else ():
        steps.setdefault((todo, to), []).append(reason)
    return [Remedy(tuple(reasons), *step) for step, reasons in steps.items()]


def _missing(told: Comparison) -> Iterable[Step]:
    """Both sides are whole, but at least one has no figure."""
    now = asked.asked()
    longer = {"day": "week", "week": "month"}.get(told.by, "quarter")
    for side, name in zip((told.before, told.after), names(told), strict=True):
        if getattr(side, told.change.of) is not None:
            continue
        if side.n == 0 and now.versus is not None and side is told.before:
            to = asked.here(versus=None, against="")
            yield f"{name}: no tickets in this time", "Compare with the time before", to
        else:
            reason = f"{name}: {wording.count(side.n, 'ticket')}, too few for a figure"
            to = asked.here(now.where.between(None, None), by=longer, period="", against="")
            yield reason, f"Compare by {longer}", to


def _step(told: Comparison, reason: str, flag: Flag) -> Step:
    now = asked.asked()
    reason, plain = spoken(told, reason), now.where.between(None, None)
    if flag.kind == "gap":
        return reason, "See how far each source was read", url_for("pages.sources")
    if flag.kind == "connected":
        return reason, "Compare newer days", asked.here(plain, period="", against="")
    if now["period"] or now.where.first or now.where.last:
        return reason, "Compare days that are old enough", asked.here(plain, period="")
    if told.kind == "duration" and len(BY_ID[told.metric].cohorts) > 1:
        return reason, "Look at tickets by solve, which are over", asked.here(plain, cohort="solved")
    older = f"{told.before.first}..{told.before.last}"
    return reason, "Compare older days", asked.here(plain, period=older, against="")
