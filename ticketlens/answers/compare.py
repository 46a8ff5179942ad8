"""One figure on two sides: what each side is, what changed, and whether that is more than chance."""

from dataclasses import replace
from datetime import timedelta
from math import sqrt

from ticketlens.answers.compare_words import comparison_sentence
from ticketlens.answers.covered import covered
from ticketlens.answers.curves import Curves, curves, known
from ticketlens.answers.desk import Desk
from ticketlens.answers.flags import Reading, flags
from ticketlens.answers.listed import SURVEYS, counted_in, listable
from ticketlens.answers.observed import reason, unseen
from ticketlens.answers.sides import Look, Pair, Pairing, pair
from ticketlens.answers.trend import trend
from ticketlens.metrics.logrank import log_rank
from ticketlens.metrics.shares import TOO_FEW, Score, difference
from ticketlens.metrics.survival import Z95
from ticketlens.metrics.working_days import apart, working_days
from ticketlens.model.answer import Survey
from ticketlens.model.comparison import Change, Comparison, CurveTest, Side, Verdict
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Point
from ticketlens.store.base import Question

SHORTEST_BASE = 1.0
"""Minutes: of a shorter mean, which is the middle of a bin, no percentage is told."""


def compare(desk: Desk, wanted: Pairing) -> Comparison:
    """Raises ConfigError as `pair` does."""
    found = _of_one_survey(pair(desk, wanted))
    reading = Reading(desk, (found.before, found.after))
    before, after = (side(found, look, reading) for look in (found.before, found.after))
    refused = tuple(dict.fromkeys(flag.reason for one in (after, before) for flag in one.flags))
    refused = refused or _no_figure(found, before, after) or _unseen(found)
    told = Comparison(
        metric=found.metric.id, name=found.metric.name, kind=found.metric.kind, cohort=found.asked.cohort,
        clock=found.asked.clock, zone=desk.zone, unit=found.metric.unit, by=wanted.by, against=found.against,
        as_of=desk.as_of, horizon=found.horizon if found.metric.kind == "duration" else None,
        before=before, after=after, change=_change(found, before, after, refused),
        curves=None if refused or found.metric.kind != "duration" else _curve_test(found),
        calendar=working_days(desk.clocks.schedules).name, refused=refused, notes=(*notes(found), *_covered(found)),
        sentence="",
    )  # fmt: skip
    return replace(told, sentence=comparison_sentence(told))


def _unseen(found: Pair) -> tuple[str, ...]:
    """Of a backlog: what was not solved, and is only looked at no longer."""
    if found.asked.cohort != "moment":
        return ()
    ends = sorted(min(look.period.end_at, look.as_of) for look in (found.before, found.after))
    n = unseen(found.after.desk, found.after.where, ends[0], ends[1])
    return (reason(n),) if n else ()


def _of_one_survey(found: Pair) -> Pair:
    """Answers of both sides are of the survey that is asked for, else of the one that the later side has most of."""
    if found.metric.id not in SURVEYS or found.asked.survey is not None:
        return found
    asked = replace(found.asked, periods=(found.after.period,), where=found.after.where)
    return replace(found, asked=replace(found.asked, survey=trend(found.after.desk, asked).survey))


def side(found: Pair, look: Look, reading: Reading) -> Side:
    """One side with its figures and flags."""
    asked = replace(found.asked, periods=(look.period,), where=look.where)
    found_trend = trend(look.desk, asked)
    (point,) = found_trend.points
    days = working_days(look.desk.clocks.schedules).count(look.period.start, look.period.end) / look.parts
    value = _value(found, point.value, look)
    flows = found.metric.kind == "amount" and found.asked.cohort != "moment"
    told = Side(
        label=look.period.label, first=look.period.start, last=look.last, as_of=look.as_of,
        where=listed(found, look, found_trend.survey, point), n=point.n, open=point.open,
        working_days=days, value=value,
        per_day=value / days if flows and value is not None and days else None,
        p50=point.p50, p90=point.p90, low=point.low, high=point.high, too_few=point.too_few, parts=look.parts,
        flags=flags(found, look, point.flags, reading),
    )  # fmt: skip
    if found_trend.survey is not None:
        answers = None if told.where else look.where.between(told.first, told.last)
        told = replace(told, survey=found_trend.survey, answers=answers)
    if found.metric.kind != "duration":
        return told
    mean, error = (known(figure[0, 0]) for figure in curves_of(found, look).mean(found.horizon))
    return replace(told, mean=mean, standard_error=error)


def _value(found: Pair, value: float | None, look: Look) -> float | None:
    """Two weeks together have the mean of both for a sum; a number of open tickets is not known of two moments."""
    if look.parts == 1 or found.metric.kind != "amount" or value is None:
        return value
    return None if found.asked.cohort == "moment" else value / look.parts


def curves_of(found: Pair, look: Look) -> Curves:
    """The curve of one side."""
    question = Question((look.period,), look.as_of, found.asked.cohort, look.where)
    return curves(look.desk.histogram(question, found.asked.metric, found.asked.clock, [None]))


def listed(found: Pair, look: Look, survey: Survey | None, point: Point) -> Filter | None:
    """The filter whose list has exactly the tickets that a side counts; None where none does.

    Answers of a side are of `survey`; `point` is its figure.
    """
    metric, where = found.metric, look.where
    if found.asked.cohort == "moment":
        moment = min(look.period.end_at - timedelta(seconds=1), look.as_of)
        return None if look.parts > 1 else replace(where, open_at=moment)
    if not listable(look.desk, metric.id, found.asked.cohort, where):
        return None
    inside = counted_in(
        metric.id,
        found.asked.cohort,
        where,
        look.period.start,
        look.last,
        survey=survey,
        assumed=bool(point.assumed),
        timed=found.asked.clock if point.left_out else None,
    )
    return None if inside is None else replace(inside, as_of=look.as_of)


def _no_figure(found: Pair, before: Side, after: Side) -> tuple[str, ...]:
    """Why there is nothing to compare though both sides are whole."""
    figure = "mean" if found.metric.kind == "duration" else "value"
    few = "fewer than 20 of them have ended" if figure == "mean" else "too few, or not known"
    return tuple(f"{one.label}: {few}" for one in (before, after) if getattr(one, figure) is None)


def _change(found: Pair, before: Side, after: Side, refused: tuple[str, ...]) -> Change:
    if found.metric.kind == "duration":
        of = "mean"
    else:
        of = "per_day" if before.per_day is not None and after.per_day is not None else "value"
    if refused:
        return Change(of, "not compared")
    if of == "mean":
        return _of_means(before, after)
    if found.metric.kind == "amount" and (before.low is None or after.low is None):
        return _of_amounts(of, before, after)
    return _of_scores(before, after)


def _of_means(before: Side, after: Side) -> Change:
    assert before.mean is not None
    assert after.mean is not None
    value = after.mean - before.mean
    half = Z95 * sqrt((before.standard_error or 0) ** 2 + (after.standard_error or 0) ** 2)
    relative = _relative(before, after, before.mean, after.mean) if before.mean >= SHORTEST_BASE else None
    return Change("mean", _verdict(value, value - half, value + half), value, value - half, value + half, relative)


def _of_amounts(of: str, before: Side, after: Side) -> Change:
    """A count is no estimate: it has no interval."""
    old, new = float(getattr(before, of)), float(getattr(after, of))
    verdict: Verdict = "rose" if new > old else "fell" if new < old else "the same"
    return Change(of, verdict, new - old, relative=_relative(before, after, old, new))


def _of_scores(before: Side, after: Side) -> Change:
    """Shares by Newcombe, scores by the root of squares: both are told in points, never as a percentage."""
    old, new = _score(before), _score(after)
    found = difference(old, new)
    return Change("value", _verdict(found.value, found.low, found.high), found.value, found.low, found.high)


def _score(told: Side) -> Score:
    assert told.value is not None
    low, high = (told.value if end is None else end for end in (told.low, told.high))
    return Score(told.value, low, high, told.n)


def _relative(before: Side, after: Side, old: float, new: float) -> float | None:
    return new / old - 1 if old > 0 and min(before.n, after.n) >= TOO_FEW else None


def _verdict(value: float, low: float, high: float) -> Verdict:
    if low <= 0 <= high:
        return "no clear change"
    return "rose" if value > 0 else "fell"


def _curve_test(found: Pair) -> CurveTest | None:
    old, new = (curves_of(found, look).estimate for look in (found.before, found.after))
    test = log_rank(new, old)
    if test is None:
        return None
    words = ("slower" if test.first_is_slower else "faster") if test.clear else "no clear difference"
    return CurveTest(test.statistic, test.p, words)


def notes(found: Pair) -> tuple[str, ...]:
    """What to know when reading a comparison."""
    before, after = found.before, found.after
    told = []
    if before.parts > 1:
        told.append(f"{after.period.label} has no partner a year before: {before.period.label}, its neighbours, "
                    "stand for it; sums are the mean of both")  # fmt: skip
    elif found.against not in ("previous", "year", "same") and _days(before) != _days(after):
        told.append(f"the sides are {_days(before)} and {_days(after)} days long")
    calendar = working_days(after.desk.clocks.schedules)
    closed = (calendar.holidays(look.period.start, look.period.end) for look in (before, after))
    own = apart(*closed)
    for look, only in zip((before, after), own, strict=True):
        if only and before.period != after.period:
            days = f"{len(only)} closed day{'s' if len(only) > 1 else ''} of its own"
            told.append(f"{look.period.label} has {days}: {', '.join(map(calendar.called, only))}")
    if found.metric.id == "waited_hours":
        told.append("waits are told as they are known now, on both sides")
    return tuple(told)


def _covered(found: Pair) -> tuple[str, ...]:
    """How many tickets of each side a cost is of."""
    if found.metric.id != "cost":
        return ()
    told = [
        covered(trend(look.desk, replace(found.asked, periods=(look.period,), where=look.where)), rate)
        for look in (found.before, found.after)
        for rate in (look.desk.rates.minutes_per_ticket,)
    ]
    return tuple(text for texts in told for text in texts)


def _days(look: Look) -> int:
    return (look.period.end - look.period.start).days
