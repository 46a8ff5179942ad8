"""All topics over a window of days: size, change, waits, and the state that each is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypedDict

from scipy.special import bdtr, bdtrc

from ticketlens.answers.begun import first_ticket
from ticketlens.answers.curves import curves, known
from ticketlens.answers.desk import Desk
from ticketlens.answers.listed import listable
from ticketlens.answers.reopening import ever
from ticketlens.answers.survey_trend import Ratings, ratings_by_topic
from ticketlens.metrics.periods import Period
from ticketlens.metrics.shares import share
from ticketlens.model.filter import Filter
from ticketlens.model.overview import TopicTable
from ticketlens.model.portion import Portion
from ticketlens.model.topic import Example, Topic, TopicFigures
from ticketlens.store.base import Question, Tally

WEEKS = 26
"""The length of the spark lines, and after so many weeks without a ticket a topic is retired."""

RECENT = 4
"""What is new, rising or fading is so over the last four complete weeks."""

BASE = 12
QUIET = 8
"""A topic was quiet when it had next to no ticket for eight weeks."""

SURE = 0.005
ACTIVE = 5
"""Fewer tickets than this in four weeks are no comeback."""

FEW = 8
EXAMPLES = 3
YEAR_DAYS = 364
"""A year ago, on the same weekdays."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Tickets a week, oldest first, by topic and of all tickets."""

    periods: tuple[Period, ...]
    by_topic: Mapping[int, Sequence[int]]
    total: Sequence[int]


def topic_table(desk: Desk, where: Filter, *, hidden: bool = False, examples: bool = False) -> TopicTable:
    """Topics by customer-hours waited; what people hid is left out of the rows, but not of the totals.

    With `hidden` every topic that ever was has its row, retired ones included; with `examples` three typical tickets.
    """
    window = desk.window(where)
    inside = where.between(None, None)
    rows = _tallies(desk, inside, window)
    total = sum(row.n for row in rows[1].values())
    ratings = ratings_by_topic(desk.store, window, inside, desk.asked or desk.now())
    began = _began(desk, inside, window)
    figures = _figures(desk, desk.store.topics(retired=hidden), inside, window, rows, total, ratings, began)
    seen = tuple(
        sorted(
            (f for f in figures if hidden or not f.topic.hidden), key=lambda f: (-f.waited_hours, -f.size, f.topic.id)
        )
    )
    if examples:
        seen = tuple(replace(row, examples=_examples(desk, row.topic)) for row in seen)
    covered = inside.between(window.start, window.end - timedelta(days=1))
    return TopicTable(
        rows=seen,
        window=(window.start, window.end - timedelta(days=1)),
        total=total,
        waited_hours=sum(row.waited_seconds for row in rows[1].values()) / 3600,
        coverage=desk.store.coverage(covered),
        as_of=desk.as_of,
        half=_half([f.size for f in seen], total),
        before=sum(row.n for row in rows[0].values()),
        began=began,
        survey=ratings.survey,
        currency=desk.rates.currency if desk.rates.cost_per_hour else None,
    )


def _examples(desk: Desk, topic: Topic) -> tuple[Example, ...]:
    rows = (desk.store.get_ticket(source, id_) for source, id_ in topic.typical[:EXAMPLES])
    return tuple(Example(r.ticket.source, r.ticket.id, r.ticket.subject, r.match) for r in rows if r is not None)


def topic_weeks(desk: Desk, where: Filter, topics: Sequence[Topic]) -> Weeks:
    """Complete weeks up to where windows end."""
    weeks = desk.newest("week", WEEKS)
    inside = where.between(None, None).without("topic")
    counts = desk.store.weekly([topic.id for topic in topics], weeks, inside)
    total = [0] * len(weeks)
    for row in desk.tally(Question(weeks, desk.as_of, "arrived", inside)):
        total[row.period] += row.n
    return Weeks(weeks, counts, total)


def state_of(
    weekly: Sequence[int], total: Sequence[int], first_seen: date | None, recent_start: date, *, retired: bool
) -> str:
    """The first that fits of retired, new, back, rising, fading, steady.

    Rising and fading: the share of all tickets in the last 4 weeks against the 12 weeks before, by the exact binomial
    test of two windows (Przyborowski and Wilenski 1940), so that growth and seasons of the whole desk make no alarm.
    """
    if retired or not sum(weekly):
        return "retired"
    if first_seen is not None and first_seen >= recent_start:
        return "new"
    recent, before = sum(weekly[-RECENT:]), sum(weekly[-RECENT - BASE : -RECENT])
    if recent >= ACTIVE and _came_back(weekly, first_seen, recent_start):
        return "back"
    all_recent, all_before = sum(total[-RECENT:]), sum(total[-RECENT - BASE : -RECENT])
    both = recent + before
    if not all_recent or not all_before or both < FEW:
        return "steady"
    expected = all_recent / (all_recent + all_before)
    ratio = (recent / all_recent) / max(before / all_before, 1e-12)
    if ratio >= 1.3 and bdtrc(recent - 1, both, expected) < SURE:
        return "rising"
    if ratio <= 0.7 and bdtr(recent, both, expected) < SURE:
        return "fading"
    return "steady"


def _came_back(weekly: Sequence[int], first_seen: date | None, recent_start: date) -> bool:
    """Quiet for eight weeks that end within the last 8 to 12, after a life before them, and active since."""
    for gap_end in range(len(weekly) - 2 * RECENT, len(weekly)):
        gap_start = gap_end - QUIET
        if gap_start < 0:
            continue
        quiet, since = sum(weekly[gap_start:gap_end]), sum(weekly[gap_end:])
        lived_before = first_seen is not None and first_seen < recent_start - timedelta(weeks=QUIET + RECENT)
        if lived_before and since >= FEW and quiet <= max(1, since // 8):
            return True
    return False


def _tallies(desk: Desk, where: Filter, window: Period) -> dict[int, dict[str | None, Tally]]:
    """Rows by topic for: 0 the window before, 1 the window, 2 the same days a year ago."""
    days = (window.end - window.start).days
    found: dict[int, dict[str | None, Tally]] = {}
    for number, period in enumerate((desk.shifted(window, -days), window, desk.shifted(window, -YEAR_DAYS))):
        question = Question((period,), desk.as_of, "arrived", where, "topic")
        found[number] = {row.group: row for row in desk.tally(question)}
    return found


def _began(desk: Desk, where: Filter, window: Period) -> date | None:
    """The day of the first ticket, where the window before has one but not from its first day on."""
    before = desk.shifted(window, -(window.end - window.start).days)
    first = first_ticket(desk, where, before.start, before.end - timedelta(days=1))
    return first if first is not None and before.start < first < before.end else None


def _figures(
    desk: Desk, topics: list[Topic], where: Filter, window: Period, rows: dict[int, dict[str | None, Tally]],
    total: int, rated: Ratings, began: date | None,
) -> list[TopicFigures]:  # fmt: skip
    weeks = topic_weeks(desk, where, topics)
    days = desk.store.first_and_last_day()
    question = Question((window,), desk.as_of, "arrived", where, "topic")
    keys = [str(topic.id) for topic in topics]
    found = curves(desk.histogram(question, "ttr.full", "calendar").picked(keys))
    p50, p90 = found.quantile(0.5)[:, 0], found.quantile(0.9)[:, 0]
    returned, costs = _by_topic(desk, where, window, "first_solved"), _costs(desk, where, window)
    nothing = Tally(0, None, 0, 0, 0, 0, 0, 0, 0)
    comes_back = any(row.returned for row in returned.values()) or ever(desk, where)
    figures = []
    for index, topic in enumerate(topics):
        before, now, year = (rows[number].get(keys[index], nothing) for number in (0, 1, 2))
        seen = days.get(topic.id)
        solved, said = returned.get(keys[index], nothing), rated.by_topic.get(topic.id)
        reopened, csat = share(solved.returned, solved.settled) if comes_back else None, said.score if said else None
        weekly = tuple(weeks.by_topic[topic.id])
        figures.append(
            TopicFigures(
                topic=topic,
                state=state_of(
                    weekly, weeks.total, seen and seen[0], weeks.periods[-RECENT].start, retired=topic.retired
                ),
                size=now.n,
                share=now.n / total if total else 0.0,
                change_month=None if began else _change(before.n, now.n),
                change_year=_change(year.n, now.n),
                p50=known(p50[index]),
                p90=known(p90[index]),
                open=now.open,
                events=int(found.estimate.events[index, 0]),
                reopen_rate=reopened.value if reopened else None,
                reopen_n=solved.settled,
                csat=csat.value if csat else None,
                csat_n=said.n if said else 0,
                survey=rated.survey,
                **costs.get(keys[index], {}),
                waited_hours=now.waited_seconds / 3600,
                before=before.n,
                last_year=year.n,
                first_seen=seen and seen[0],
                last_seen=seen and seen[1],
                weekly=weekly,
            )
        )
    return figures


class Cost(TypedDict, total=False):
    cost: float | None
    cost_n: int
    cost_assumed: int
    cost_listed: bool


def _costs(desk: Desk, where: Filter, window: Period) -> dict[str | None, Cost]:
    """Of the tickets solved in the window, as the metric `cost` tells it; nothing where no rate is set."""
    if not desk.rates.cost_per_hour:
        return {}
    parts = {
        one.group: one for one in desk.portions(Question((window,), desk.as_of, "solved", where, "topic"), "effort")
    }
    solved = _by_topic(desk, where, window, "solved") if desk.rates.minutes_per_ticket else {}
    found: dict[str | None, Cost] = {}
    listed = listable(desk, "cost", "solved", where)
    for key in {**parts, **solved}:
        part = parts.get(key, Portion(0, key, 0, 0))
        assumed = solved[key].n - part.n if key in solved else 0
        cost = desk.rates.of(part.sum, assumed, part.n)
        found[key] = Cost(cost=cost, cost_n=part.n + assumed, cost_assumed=assumed, cost_listed=listed)
    return found


def _by_topic(desk: Desk, where: Filter, window: Period, cohort: str) -> dict[str | None, Tally]:
    question = Question((window,), desk.as_of, cohort, where, "topic")
    return {row.group: row for row in desk.tally(question)}


def _change(before: int, now: int) -> float | None:
    return now / before - 1 if before else None


def _half(sizes: Sequence[int], total: int) -> int:
    reached = 0
    for number, size in enumerate(sorted(sizes, reverse=True), start=1):
        reached += size
        if 2 * reached >= total > 0:
            return number
    return 0
