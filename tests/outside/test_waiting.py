"""Waiting ends when whoever waits is told to stop."""

import threading
from time import monotonic

import pytest

from ticketlens.errors import Stopped
from ticketlens.outside.budget import Budget
from ticketlens.outside.waiting import Waiting


def test_a_wait_ends_at_once_when_it_is_told_to_stop() -> None:
    stopped = threading.Event()
    waiting = Waiting().until(stopped)
    threading.Timer(0.05, stopped.set).start()
    begun = monotonic()
    with pytest.raises(Stopped):
        waiting.sleep(50)
    assert monotonic() - begun < 5


def test_so_does_a_wait_for_the_next_request_that_is_allowed() -> None:
    stopped = threading.Event()
    budget = Budget(0.01, Waiting().until(stopped))
    budget.take()
    budget.take()
    stopped.set()
    with pytest.raises(Stopped):
        budget.take()


def test_a_sleep_of_its_own_is_kept() -> None:
    stopped = threading.Event()
    slept: list[float] = []
    waiting = Waiting(slept.append).until(stopped)
    waiting.sleep(50)
    stopped.set()
    with pytest.raises(Stopped):
        waiting.sleep(7)
    assert slept == [50, 7]
