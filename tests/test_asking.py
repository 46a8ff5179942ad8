"""A question that gets no answer holds nobody for long, and is asked once by however many."""

import threading
from time import monotonic

import pytest
from at_once import at_once

from ticketlens.asking import Asking, TooLate
from ticketlens.errors import StoreError


def test_who_asks_is_told_what_was_found_or_what_is_wrong() -> None:
    asking = Asking()
    assert asking.ask("one", lambda: 7, 5.0) == 7
    with pytest.raises(StoreError, match="no"):
        asking.ask("one", refuse, 5.0)
    assert asking.ask("one", lambda: 8, 5.0) == 8


def refuse() -> int:
    raise StoreError("no")


def test_a_question_without_an_answer_is_asked_once_and_nobody_waits_for_it_again() -> None:
    asking, answered, asked = Asking(), threading.Event(), []

    def question() -> int:
        asked.append(1)
        answered.wait(60)
        return 7

    def ask(number: int) -> bool:
        try:
            asking.ask("slow", question, 0.2)
        except TooLate:
            return True
        return False

    assert all(at_once(4, ask))
    began = monotonic()
    assert ask(5)
    assert monotonic() - began < 0.15
    assert asking.ask("another", lambda: 1, 5.0) == 1
    assert len(asked) == 1
    answered.set()
    assert asking.ask("slow", lambda: 7, 60.0) == 7
