"""n of a duration counts the tickets that have it, and its list holds exactly those."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from ticketlens.answers.listed import counted_in
from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model import Actor, Message, Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.trend import Point

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
FIRST = datetime(2026, 1, 5, tzinfo=UTC)


def made() -> list[Ticket]:
    """40 tickets a week; in one of four the customer writes again, and in one of eight nobody answered that yet."""
    found = []
    for number in range(40 * 14):
        at = FIRST + timedelta(hours=4.2 * number)
        lines = [(0, Actor.CUSTOMER), (1, Actor.AGENT)]
        lines += [(2, Actor.CUSTOMER)] if number % 4 == 0 or number % 8 == 1 else []
        lines += [(3 + number % 5, Actor.AGENT)] if number % 4 == 0 else []
        done = number % 8 != 1 and number % 10 != 7
        solved = at + timedelta(hours=9) if done else None
        found.append(
            Ticket(
                source="desk", id=str(number), subject=f"Where is it {number % 3}", created_at=at, updated_at=at,
                status=Status.SOLVED if done else Status.OPEN, solved_at=solved, first_solved_at=solved,
                group="tier1" if number % 3 else "tier2",
                messages=tuple(Message(at + timedelta(hours=hour), author, True, "a") for hour, author in lines),
            )
        )  # fmt: skip
    return found


@pytest.fixture(scope="module")
def lens(lenses_in: Callable[..., Lens], tmp_path_factory: pytest.TempPathFactory) -> Lens:
    lens = lenses_in(tmp_path_factory.mktemp("counted"), now=NOW, zone="UTC")
    for _ in lens.add([TicketBatch(tuple(made()))]):
        pass
    return lens


def listed(lens: Lens, metric: str, cohort: str, point: Point) -> int:
    last = point.end - timedelta(days=1)
    found = counted_in(metric, cohort, EVERYTHING, point.start, last, timed="calendar" if point.left_out else None)
    assert found is not None
    return lens.count(found)


@pytest.mark.parametrize("cohort", ["arrived", "solved"])
@pytest.mark.parametrize("metric", ["ttr.full", "reply.first", "reply.next", "wait.requester", "handling.sum"])
def test_n_is_the_number_of_tickets_that_have_the_duration(lens: Lens, metric: str, cohort: str) -> None:
    if metric.startswith(("wait", "handling")) and cohort == "arrived":
        cohort = "solved"
    for point in lens.trend(metric=metric, cohort=cohort, by="month").points:
        assert point.n == listed(lens, metric, cohort, point), point.label


def test_a_further_reply_is_of_a_part_of_the_tickets_and_says_of_which(lens: Lens) -> None:
    """Of 8 tickets two have a further reply, and one waits for it."""
    march = {"metric": "reply.next", "first": date(2026, 3, 1), "last": date(2026, 3, 31), "by": "month"}
    (arrived,) = lens.trend(**march).points  # type: ignore[arg-type]
    (solved,) = lens.trend(**march, cohort="solved").points  # type: ignore[arg-type]
    every = lens.count(EVERYTHING.between(date(2026, 3, 1), date(2026, 3, 31)))
    assert (arrived.n + arrived.left_out, arrived.open) == (every, pytest.approx(every / 8, abs=1))
    assert arrived.n == pytest.approx(every * 3 / 8, abs=2)
    assert solved.n == pytest.approx(every / 4, abs=2)
    assert solved.left_out > solved.n
    assert arrived.to_json(scalar=False)["left_out"] == arrived.left_out


def test_a_comparison_counts_and_lists_the_same(lens: Lens) -> None:
    for cohort in ("arrived", "solved"):
        told = lens.comparing.compare(Pairing(metric="reply.next", cohort=cohort, period="2026-03", against="2026-02"))
        for side in (told.before, told.after):
            assert side.where is not None
            assert 0 < side.n == lens.count(side.where)
    why = lens.comparing.why(
        Pairing(metric="reply.next", period="2026-03-01..2026-03-25", against="2026-02-01..2026-02-25"),
        split_by="group",
    )
    assert why.reasons
    for reason in why.reasons:
        assert reason.before is not None
        assert reason.after is not None
        assert reason.n == (lens.count(reason.before), lens.count(reason.after))
