"""A test of a source comes to an end in the time that it is given."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk

from ticketlens.errors import Unavailable
from ticketlens.fetch import OutOfTime
from ticketlens.lens import Lens
from ticketlens.outside.waiting import Waiting


class Waited:
    """Waiting passes at once, and counts."""

    seconds = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def waited() -> Waited:
    return Waited()


@pytest.fixture
def server(helpdesk: Callable[[], Zendesk]) -> Zendesk:
    return helpdesk()


@pytest.fixture
def lens(open_lens: Callable[..., Lens], waited: Waited, server: Zendesk) -> Lens:
    made = replace(open_lens(), waiting=Waiting(waited.sleep, waited.monotonic))
    made.helpdesks.add("desk", "zendesk", server.settings())
    return made


def test_a_busy_helpdesk_is_not_waited_for_beyond_that_time(lens: Lens, server: Zendesk, waited: Waited) -> None:
    server.faults.append(Fault(status=429, headers={"Retry-After": "60"}, times=100))
    with pytest.raises(Unavailable, match="asks us to wait"):
        lens.helpdesks.test("desk", 20)
    assert waited.seconds <= 20


def test_one_that_answers_but_takes_long_is_told_so(lens: Lens, server: Zendesk, waited: Waited) -> None:
    """Each part of a ticket takes nine seconds here."""

    def slow(asked: Any) -> bool:
        if server.is_part(asked):
            waited.seconds += 11
        return False

    for _ in range(6):
        server.desk.create("One more", "Text")
    server.desk.tick(3_600)
    server.page = 100
    server.faults.append(Fault(where=slow))
    with pytest.raises(OutOfTime, match="lets us in and answers"):
        lens.helpdesks.test("desk", 20)


def test_a_long_answer_is_cut_at_that_time(lens: Lens, server: Zendesk, waited: Waited) -> None:
    def late(asked: Any) -> bool:
        waited.seconds += 30
        return False

    server.faults.append(Fault(where=late))
    with pytest.raises(OutOfTime, match="no good answer within 20 s"):
        lens.helpdesks.test("desk", 20)


def test_one_that_is_well_says_what_it_read_and_spends_no_more(lens: Lens, waited: Waited) -> None:
    assert lens.helpdesks.test("desk", 20) == (2, "Problem 1")
    assert waited.seconds < 1
