"""Somebody of whom a helpdesk tells nothing, such as an account that was deleted, neither asks nor answers."""

import importlib
from typing import Any

import pytest
from helpdesks.server import Fault, Helpdesk

from connectors import TABLE
from ticketlens.fetch import Fetch
from ticketlens.model import Actor
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

PEOPLE = ("user", "actor", "author", "sender", "sender_id", "from")
"""What the parts of a ticket call who wrote them."""


def without_people(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: None if name in PEOPLE else without_people(value) for name, value in told.items()}
    return [without_people(one) for one in told] if isinstance(told, list) else told


@pytest.mark.parametrize("kind", ["github", "intercom", "redmine", "zammad"])
def test_the_words_of_nobody_are_neither_a_customers_nor_an_agents(kind: str) -> None:
    helpdesk: Helpdesk = importlib.import_module(f"helpdesks.{kind}").Server()
    number = helpdesk.desk.create()
    helpdesk.desk.tick()
    helpdesk.desk.reply(number)
    helpdesk.desk.change(number, assignee=None)
    helpdesk.desk.tick(3_600)
    with helpdesk.serving():
        fetch = Fetch(Guard.of(["127.0.0.0/8"]), waiting=Waiting(lambda seconds: None))
        connector = TABLE[kind]({**helpdesk.settings(), "webhook_secret": "s3cret"}, fetch)
        helpdesk.faults = [Fault(where=helpdesk.is_part, edit=without_people, times=9)]
        (ticket,) = (one for page in connector.pull(None) for one in page.tickets)
    assert ticket.messages[-1].author is Actor.SYSTEM
