"""A hole in an answer costs no more than what it is in: every place of every answer of a real pull, one by one."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Request, request
from helpdesks.server import Fault, Helpdesk

from connectors import TABLE
from ticketlens.errors import BadPayload, TicketLensError
from ticketlens.fetch import Fetch
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

Place = tuple[str | int, ...]
DEEPEST = 8
EVER = 1_000_000


@pytest.fixture(params=sorted(TABLE))
def helpdesk(request: pytest.FixtureRequest) -> Iterator[Helpdesk]:
    made: Helpdesk = importlib.import_module(f"helpdesks.{request.param}").Server()
    with made.serving():
        yield made


def page_of_three(helpdesk: Helpdesk) -> set[str]:
    """The ids of tickets that hold as much as there is to hold."""
    desk, numbers = helpdesk.desk, []
    for name in ("First", "Second", "Third"):
        number = desk.create(name, f"Text of {name}", group=21, organization=31, priority="high", tags=("vip",))
        desk.tick()
        desk.reply(number)
        desk.reply(number, "Among us", public=False)
        desk.tick()
        desk.solve(number)
        desk.rate(number, good=True, comment="Thanks")
        numbers.append(number)
    desk.tick(86_400)
    return {helpdesk.id_of(number) for number in numbers}


def read(helpdesk: Helpdesk) -> set[str]:
    fetch = Fetch(Guard.of(["127.0.0.0/8"]), waiting=Waiting(lambda seconds: None))
    connector = TABLE[helpdesk.kind]({**helpdesk.settings(), "webhook_secret": "s3cret"}, fetch)
    return {ticket.id for page in connector.pull(None) for ticket in page.tickets}


def call_of(asked: Request) -> str:
    """What is asked, whichever ticket it is about."""
    return f"{asked.method} {re.sub(r'[0-9]{2,}', '…', asked.path)}"


def places(told: Any, depth: int = DEEPEST) -> Iterator[Place]:
    """Every member, in all depths; of a list, its first."""
    members = told.items() if isinstance(told, dict) else enumerate(told[:1]) if isinstance(told, list) else ()
    for name, value in members if depth else ():
        yield (name,)
        yield from ((name, *rest) for rest in places(value, depth - 1))


def put(told: Any, place: Place, weird: object) -> Any:
    """The answer with that at a place; the same of another kind may have no such place."""
    *above, last = place
    here = told
    for step in above:
        if not (step in here if isinstance(here, dict) else isinstance(here, list) and step == 0 and here):
            return told
        here = here[step]
    if (isinstance(here, dict) and last in here) or (isinstance(here, list) and last == 0 and here):
        here[last] = weird
    return told


def places_of_a_pull(helpdesk: Helpdesk) -> dict[str, dict[Place, None]]:
    found: dict[str, dict[Place, None]] = {}

    def note(told: Any) -> Any:
        found.setdefault(call_of(request), {}).update(dict.fromkeys(places(told)))
        return told

    helpdesk.faults = [Fault(edit=note, times=EVER)]
    read(helpdesk)
    return found


def spoilt_once(helpdesk: Helpdesk, call: str, place: Place, weird: object) -> None:
    """The first answer to that call which has such a place."""
    done = False

    def edit(told: Any) -> Any:
        nonlocal done
        if not done and place in dict.fromkeys(places(told)):
            done = True
            return put(told, place, weird)
        return told

    helpdesk.faults = [Fault(edit=edit, times=EVER, where=lambda asked: call_of(asked) == call)]


def lost(helpdesk: Helpdesk, ids: set[str]) -> tuple[set[str], TicketLensError | None]:
    """The tickets that did not come, or what the pull says that it cannot go on for: never that one record is bad."""
    try:
        return ids - read(helpdesk), None
    except BadPayload:
        raise
    except TicketLensError as error:
        return set(), error


@pytest.mark.parametrize("weird", [None, "x"], ids=repr)
def test_a_hole_in_an_answer_costs_one_ticket_at_most_or_is_one_sentence(helpdesk: Helpdesk, weird: object) -> None:
    ids = page_of_three(helpdesk)
    assert read(helpdesk) == ids
    for call, found in places_of_a_pull(helpdesk).items():
        for place in found:
            spoilt_once(helpdesk, call, place, weird)
            missed, error = lost(helpdesk, ids)
            assert len(missed) <= 1, (call, place)
            if weird is None and any(isinstance(step, int) for step in place):
                assert error is None, (call, place)
