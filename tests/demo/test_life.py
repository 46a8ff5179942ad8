from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ticketlens.demo import DemoTicket
from ticketlens.demo.plan import ZONE
from ticketlens.model.ticket import Actor, Event, Status, Ticket

Demo = list[DemoTicket]


def _moves(ticket: Ticket) -> list[Event]:
    return [event for event in ticket.history if event.field == "status"]


def _solves(ticket: Ticket) -> list[datetime]:
    solved = ("solved", "closed")
    return [event.at for event in _moves(ticket) if event.after in solved and event.before not in solved]


def test_nothing_happens_after_the_end_or_before_the_ticket(demo: Demo, until: datetime) -> None:
    for row in demo:
        t = row.ticket
        moments = [e.at for e in t.history] + [m.at for m in t.messages]
        moments += [at for at in (t.first_reply_at, t.solved_at, t.satisfaction and t.satisfaction.at) if at]
        assert all(t.created_at <= at <= until for at in moments)
        assert t.updated_at == max([t.created_at, *moments])


def test_history_is_a_chain_that_ends_in_the_status(demo: Demo) -> None:
    for row in demo:
        moves = _moves(row.ticket)
        assert all(one.after == other.before and one.at <= other.at for one, other in pairwise(moves))
        assert (moves[-1].after if moves else "new") == row.ticket.status
        assert not moves or moves[0].before == "new"


def test_history_decides_when_a_ticket_was_solved(demo: Demo) -> None:
    for row in demo:
        t, solves = row.ticket, _solves(row.ticket)
        assert t.first_solved_at == (solves[0] if solves else None)
        assert t.solved_at == (solves[-1] if solves and t.status.is_solved else None)
        assert t.reopens == sum(e.before in ("solved", "closed") and e.after == "open" for e in _moves(t))


def test_the_first_reply_is_the_first_message_of_an_agent(demo: Demo) -> None:
    for row in demo:
        replies = [message.at for message in row.ticket.messages if message.author is Actor.AGENT]
        assert row.ticket.first_reply_at == (replies[0] if replies else None)


def test_a_system_closes_four_days_after_the_solution(demo: Demo) -> None:
    closed = [e for row in demo for e in _moves(row.ticket) if e.before == "solved" and e.after == "closed"]
    assert len(closed) > 4000
    assert {event.actor for event in closed} == {Actor.SYSTEM}
    assert all(
        row.ticket.history[-1].at - row.ticket.solved_at == timedelta(days=4)
        for row in demo
        if row.ticket.solved_at and row.ticket.history[-1].actor is Actor.SYSTEM
    )


def test_agents_solve_in_working_hours(demo: Demo) -> None:
    by_agents = [
        e.at.astimezone(ZONE) for row in demo for e in _moves(row.ticket) if e.after == "solved" and e.actor == "agent"
    ]
    assert all(8 <= at.hour < 18 or (at.hour, at.minute, at.second) == (18, 0, 0) for at in by_agents)
    assert not [at for at in by_agents if at.weekday() == 6]


def test_most_old_tickets_are_closed_and_a_few_very_old_ones_are_open(demo: Demo, until: datetime) -> None:
    old = [row.ticket for row in demo if row.ticket.created_at < until - timedelta(days=90)]
    still_open = [t for t in old if not t.status.is_solved]
    assert 5 <= len(still_open) < 0.02 * len(old)
    recent = [row.ticket for row in demo if row.ticket.created_at > until - timedelta(days=1)]
    assert sum(not t.status.is_solved for t in recent) > 0.4 * len(recent)


def test_about_a_twentieth_is_reopened_and_a_quarter_answers_the_survey(demo: Demo) -> None:
    solved = [row.ticket for row in demo if row.ticket.solved_at]
    assert 0.03 < sum(t.reopens > 0 for t in solved) / len(solved) < 0.08
    assert 0.2 < sum(t.satisfaction is not None for t in solved) / len(solved) < 0.3


def test_customers_who_waited_long_are_less_content(demo: Demo) -> None:
    rated = [row.ticket for row in demo if row.ticket.satisfaction and row.ticket.solved_at]
    rated.sort(key=lambda t: t.solved_at - t.created_at if t.solved_at else timedelta())
    scores = [t.satisfaction.score for t in rated if t.satisfaction]
    third = len(scores) // 3
    assert sum(scores[:third]) / third > sum(scores[-third:]) / third + 0.4


def test_agents_differ_in_speed(demo: Demo) -> None:
    hours: dict[str, list[float]] = {}
    for row in demo:
        t = row.ticket
        if t.assignee and t.first_solved_at and t.group == "tier1":
            hours.setdefault(t.assignee, []).append((t.first_solved_at - t.created_at).total_seconds() / 3600)
    assert median(hours["Liv"]) > 1.1 * median(hours["Anna"])


def test_customers_are_waited_for_and_some_tickets_rest(demo: Demo) -> None:
    reached = {event.after for row in demo for event in _moves(row.ticket)}
    assert reached == {"open", "waiting_customer", "on_hold", "solved", "closed"}
    assert Status.NEW in {row.ticket.status for row in demo}
