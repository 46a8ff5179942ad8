from collections import Counter
from datetime import datetime, timedelta
from statistics import median

from ticketlens.demo import DemoTicket, truth
from ticketlens.demo.catalog import Kind, catalog
from ticketlens.demo.plan import TRAIL_WEEKS, ZONE, Truth
from ticketlens.model.ticket import Ticket

Demo = list[DemoTicket]
WEEK = timedelta(weeks=1)


def _only(until: datetime, kind: Kind) -> Truth:
    (facts,) = (facts for facts in truth(until).values() if facts.kind is kind)
    return facts


def _times(demo: Demo, problem: str) -> list[datetime]:
    return [row.ticket.created_at for row in demo if row.problem == problem]


def test_the_truth_names_every_problem_and_every_kind(until: datetime) -> None:
    facts = truth(until)
    assert set(facts) == {problem.id for problem in catalog().problems}
    assert {fact.kind for fact in facts.values()} == set(Kind)


def test_the_new_problem_has_no_ticket_before_its_start_and_rises(demo: Demo, until: datetime) -> None:
    new = _only(until, Kind.NEW)
    times = _times(demo, new.problem)
    assert new.starts is not None
    assert timedelta(weeks=7) < until - new.starts < timedelta(weeks=9)
    assert min(times) >= new.starts
    half = new.starts + (until - new.starts) / 2
    assert sum(at >= half for at in times) > 1.3 * sum(at < half for at in times)


def test_the_outage_fills_one_day(demo: Demo, until: datetime) -> None:
    outage = _only(until, Kind.OUTAGE)
    assert outage.starts is not None
    assert outage.ends is not None
    inside = [at for at in _times(demo, outage.problem) if outage.starts <= at < outage.ends]
    assert 90 <= len(inside) <= 150
    assert len(inside) > 0.9 * len(_times(demo, outage.problem))
    assert timedelta(days=105) < until - outage.starts < timedelta(days=130)


def test_a_release_ends_a_problem(demo: Demo, until: datetime) -> None:
    fixed = _only(until, Kind.FIXED)
    assert fixed.ends is not None
    times = _times(demo, fixed.problem)
    assert sum(at < fixed.ends for at in times) > 60
    assert not [at for at in times if at > fixed.ends + TRAIL_WEEKS * WEEK]


def test_a_fixed_problem_comes_back(demo: Demo, until: datetime) -> None:
    back = _only(until, Kind.BACK)
    assert back.ends is not None
    assert back.returns is not None
    times = _times(demo, back.problem)
    assert sum(at < back.ends for at in times) > 30
    assert not [at for at in times if back.ends + TRAIL_WEEKS * WEEK < at < back.returns]
    assert sum(at >= back.returns for at in times) > 15


def test_the_growing_problem_is_solved_ever_more_slowly(demo: Demo, until: datetime) -> None:
    growing = _only(until, Kind.GROWING)
    assert growing.slower_from is not None
    tickets = [row.ticket for row in demo if row.problem == growing.problem]
    before = [t for t in tickets if t.created_at < growing.slower_from]
    now = [t for t in tickets if growing.slower_from <= t.created_at < until - WEEK]
    assert median(_hours(t, until) for t in now) > 1.4 * median(_hours(t, until) for t in before)
    weeks_now = (until - WEEK - growing.slower_from) / WEEK
    weeks_before = (growing.slower_from - tickets[0].created_at) / WEEK
    assert len(now) / weeks_now > 1.6 * len(before) / weeks_before


def _hours(ticket: Ticket, until: datetime) -> float:
    return ((ticket.first_solved_at or until) - ticket.created_at).total_seconds() / 3600


def test_seasonal_problems_peak_in_their_months(demo: Demo, until: datetime) -> None:
    for problem, month in (("gift_card_balance", 12), ("return_label", 1)):
        assert month in truth(until)[problem].months
        by_month = Counter(at.astimezone(ZONE).month for at in _times(demo, problem))
        others = [by_month[number] for number in range(2, 12)]
        assert by_month[month] > 2.5 * sum(others) / len(others)


def test_mondays_are_full_and_weekends_empty(demo: Demo) -> None:
    days = Counter(row.ticket.created_at.astimezone(ZONE).weekday() for row in demo)
    assert days[0] == max(days.values())
    assert days[5] + days[6] < 0.6 * (days[0] + days[1])


def test_people_write_by_day(demo: Demo) -> None:
    hours = [row.ticket.created_at.astimezone(ZONE).hour for row in demo]
    assert sum(8 <= hour < 18 for hour in hours) > 0.6 * len(hours)
    assert sum(hour < 6 for hour in hours) < 0.05 * len(hours)


def test_december_is_full_july_is_quiet_and_the_shop_grows(demo: Demo, until: datetime) -> None:
    outage = _only(until, Kind.OUTAGE).problem
    months = Counter(row.ticket.created_at.astimezone(ZONE).month for row in demo if row.problem != outage)
    assert months[12] > 1.5 * months[7]
    recent = sum(row.ticket.created_at > until - timedelta(days=365) for row in demo)
    assert 1.2 < recent / (len(demo) - recent) < 1.6
