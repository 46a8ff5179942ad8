"""Whatever happened at a helpdesk, and whatever went wrong on the way, the last pull knows it as it is: every kind."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from helpdesks.desk import Desk, Item
from helpdesks.office import Office, opened
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from connectors import TABLE


@dataclass(frozen=True)
class Act:
    """One thing that somebody does, `seconds` after the one before; `pick` chooses the ticket."""

    verb: str
    pick: int
    seconds: int


@dataclass(frozen=True)
class Pull:
    """A pull with a trouble on its way, and what somebody does at each page meanwhile."""

    trouble: str
    after: int
    meanwhile: tuple[Act, ...]


TROUBLES: dict[str, dict[str, Any]] = {
    "none": {"times": 0},
    "busy": {"status": 429, "headers": {"Retry-After": "3"}},
    "busy for long": {"status": 429, "times": 10_000},
    "fails": {"status": 500, "times": 2},
    "fails for long": {"status": 500, "times": 10_000},
    "signed out": {"status": 401, "times": 10_000},
    "broken off": {"cut": 60, "times": 2},
    "always broken off": {"cut": 1, "times": 10_000},
}
VERBS = ("create", "create", "reply", "answer", "note", "solve", "solve", "reopen", "rate", "merge", "delete")
ACTS = st.builds(Act, st.sampled_from(VERBS), st.integers(0, 50), st.sampled_from((0, 0, 1, 59, 60, 7_200)))
PULLS = st.builds(
    Pull, st.sampled_from(sorted(TROUBLES)), st.integers(0, 3), st.lists(ACTS, max_size=3).map(tuple)
)  # fmt: skip
HISTORIES = st.lists(st.lists(ACTS, min_size=1, max_size=8), min_size=1, max_size=4).flatmap(
    lambda chapters: st.tuples(*(st.tuples(st.just(chapter), PULLS) for chapter in chapters))
)


@pytest.mark.parametrize("kind", sorted(TABLE))
@settings(max_examples=30, deadline=None, derandomize=True, database=None, phases=(Phase.generate, Phase.shrink))
@given(history=HISTORIES)
def test_after_any_history_the_last_pull_knows_what_is_there(kind: str, history: Any) -> None:
    with TemporaryDirectory() as folder, opened(kind, Path(folder)) as office:
        office.desk.create("The first one", "Text of it")
        for acts, pull in history:
            for act in acts:
                _act(office.desk, act)
            office.desk.tick(1)
            _pull(office, pull)
        office.quiet()
        assert office.pull(full=_hides_some(office)).error is None
        note(f"{office.desk.by_change()}")
        office.must_equal()


def _act(desk: Desk, act: Act) -> None:
    """Does it, if there is a ticket that it can be done to. Who merged or deleted one leaves it alone from then on."""
    desk.tick(act.seconds)
    if act.verb == "create":
        desk.create(f"Ticket {act.pick}", f"Text {act.pick}")
        return
    fits: Callable[[Item], bool] = {
        "solve": lambda item: not item.is_solved,
        "reopen": lambda item: item.is_solved,
    }.get(act.verb, lambda item: True)
    left = [item.number for item in desk.items.values() if not item.deleted and item.merged_into is None and fits(item)]
    if left:
        _do(desk, act.verb, left[act.pick % len(left)], left)


def _do(desk: Desk, verb: str, number: int, left: list[int]) -> None:
    match verb:
        case "reply":
            desk.reply(number)
        case "answer":
            desk.reply(number, "It is back", "customer")
        case "note":
            desk.reply(number, "Ask the other team", public=False)
        case "rate":
            desk.rate(number, good=number % 2 == 0, comment="As expected")
        case "merge" if number != left[0]:
            desk.merge(number, left[0])
        case "solve" | "reopen" | "delete":
            getattr(desk, verb)(number)


def _pull(office: Office, pull: Pull) -> None:
    acts = iter(pull.meanwhile)

    def meanwhile(asked: Any) -> bool:
        if office.helpdesk.is_ticket_list(asked) and (act := next(acts, None)) is not None:
            office.desk.tick(1)
            _act(office.desk, act)
        return False

    office.fault(where=meanwhile)
    office.fault(after=pull.after, **TROUBLES[pull.trouble])
    told = office.pull()
    office.helpdesk.faults.clear()
    assert told.report.adds_up
    assert told.error is None or pull.trouble != "none"
    office.desk.tick(1)


def _hides_some(office: Office) -> bool:
    """Whether something is in no list any more, which only a full pull finds."""
    shown = {item.number for item in office.helpdesk.visible()}
    return any(number not in shown for number in office.desk.items)
