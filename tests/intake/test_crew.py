"""Another process makes the same of a ticket, in the same order, and its end is not the end of the work."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from ticketlens.errors import Unavailable
from ticketlens.intake.crew import Crew, Recipe
from ticketlens.model import Ticket
from ticketlens.model.batch import TicketBatch

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
RECIPE = Recipe(b"k" * 32, ("SE",), (), "Europe/Stockholm")


def batches(count: int) -> Iterator[TicketBatch]:
    for number in range(count):
        body = f"Call me at 070-123 45 {number:02d}, mail a{number}@example.com. The card is refused."
        told = {"plan": "pro", "mail": "a@example.com"}
        one = Ticket(source="s", id=f"{number}", subject="Refund", body=body, created_at=AT, updated_at=AT, custom=told)
        yield TicketBatch((one, replace(one, id=f"{number}b", updated_at=AT + timedelta(hours=number))))


def test_what_another_process_makes_is_the_same_and_in_order() -> None:
    preparer = RECIPE.preparer()
    with Crew(RECIPE, many=3) as crew:
        told = list(crew.prepare(batches(6), 4))
    assert [batch.tickets for batch, _ in told] == [batch.tickets for batch in batches(6)]
    assert [made for _, made in told] == [[preparer.prepare(one, 4) for one in b.tickets] for b in batches(6)]


def test_what_came_before_an_error_is_given_back_before_it() -> None:
    def broken() -> Iterator[TicketBatch]:
        yield from batches(4)
        raise Unavailable("gone")

    for many in (1, 1_000):
        with Crew(RECIPE, many=many) as crew:
            told = crew.prepare(broken(), 0)
            seen = [next(told) for _ in range(4)]
            with pytest.raises(Unavailable, match="gone"):
                next(told)
        assert [batch for batch, _ in seen] == list(batches(4))


def test_a_killed_process_costs_nothing() -> None:
    with Crew(RECIPE, many=1) as crew:
        told = []
        for number, (batch, made) in enumerate(crew.prepare(batches(8), 0)):
            told.append(made)
            if number == 1 and crew._pool is not None:
                for process in list(crew._pool._processes.values()):
                    os.kill(process.pid, signal.SIGKILL)
            assert [one.ticket.id for one in made] == [one.id for one in batch.tickets]
    assert len(told) == 8


def test_what_cannot_be_handed_over_is_made_ready_here() -> None:
    def odd() -> Iterator[TicketBatch]:
        for batch in batches(3):
            yield TicketBatch(tuple(replace(one, custom=MappingProxyType({"a": "b"})) for one in batch.tickets))

    with Crew(RECIPE, many=1) as crew:
        assert [len(made) for _, made in crew.prepare(odd(), 0)] == [2, 2, 2]


def test_there_are_never_more_processes_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ticketlens.intake.crew._FREE", threading.BoundedSemaphore(1))
    with Crew(RECIPE, many=1) as first, Crew(RECIPE, many=1) as second:
        ours = first.prepare(batches(4), 0)
        next(ours)
        assert first._pool is not None
        assert len(list(second.prepare(batches(4), 0))) == 4
        assert second._pool is None
        assert len(list(ours)) == 3
    with Crew(RECIPE, many=1) as third:
        assert len(list(third.prepare(batches(4), 0))) == 4
        assert third._pool is not None, "the one that ended left its place"


def test_the_key_is_in_no_text() -> None:
    assert "kkk" not in repr(RECIPE)
