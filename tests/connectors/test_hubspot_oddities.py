"""What HubSpot should never say, and what it costs where it does."""

from collections.abc import Iterator
from typing import Any

import pytest
from helpdesks.hubspot import Server

from connectors.hubspot import HubSpot
from ticketlens.fetch import Fetch
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

WEIRD = [None, "x", [[]], {"?": [1]}]


@pytest.fixture
def hubspot() -> Iterator[Server]:
    server = Server()
    with server.serving():
        yield server


def pulled(server: Server) -> tuple[int, int]:
    """How many tickets were read, and how many set aside."""
    fetch = Fetch(Guard.of(("127.0.0.0/8",)), waiting=Waiting(sleep=lambda seconds: None))
    pages = list(HubSpot(server.settings(), fetch).pull(None))
    return sum(len(page.tickets) for page in pages), sum(len(page.set_aside) for page in pages)


@pytest.mark.parametrize("weird", WEIRD, ids=repr)
@pytest.mark.parametrize("path", ["/tickets/search", "/tickets/batch/read"])
def test_a_ticket_that_cannot_be_read_costs_no_other(hubspot: Server, path: str, weird: object) -> None:
    hubspot.page = 10
    for number in range(4):
        hubspot.desk.create(f"Problem {number}", "Text")
    hubspot.desk.tick(3_600)
    hubspot.edit(path, lambda told: {**told, "results": [spoilt(told["results"][0], weird), *told["results"][1:]]})
    read, aside = pulled(hubspot)
    assert (read, aside) == ((4, 0) if path == "/tickets/search" else (3, 1))


@pytest.mark.parametrize("weird", WEIRD, ids=repr)
@pytest.mark.parametrize(
    "path", ["contacts/batch/read", "companies/batch/read", "emails/batch/read", "notes/batch/read", "/owners",
             "feedback_submissions/batch/read", "/details", "/pipelines/tickets"]
)  # fmt: skip
def test_what_stands_beside_a_ticket_and_cannot_be_read_costs_no_other_ticket(
    hubspot: Server, path: str, weird: object
) -> None:
    for number in range(3):
        made = hubspot.desk.create(f"Problem {number}", "Text", organization=31, assignee=901)
        hubspot.desk.reply(made, "Well", public=bool(number % 2))
        hubspot.desk.rate(made, good=True)
    hubspot.desk.tick(3_600)
    hubspot.edit(path, lambda told: {**spoilt(told, weird), "results": [spoilt(one, weird) for one in rows_of(told)]})
    read, aside = pulled(hubspot)
    assert read + aside == 3
    assert path == "emails/batch/read" or aside == 0


def rows_of(told: Any) -> list[Any]:
    found = told.get("results")
    return list(found) if isinstance(found, list) else []


def spoilt(record: dict[str, Any], weird: object) -> dict[str, Any]:
    """Every field but what the record is found by."""
    kept = ("id", "results", "status", "startedAt", "completedAt", "paging")
    return {name: told if name in kept else weird for name, told in record.items()}
