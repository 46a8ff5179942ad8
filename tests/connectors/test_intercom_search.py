"""Intercom's search: its order, its cursor, its edges, and who may ask."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from helpdesks.intercom import Server, unix
from helpdesks.intercom_pulls import answering, connector, created, pulled, read, refusing
from helpdesks.server import Fault

from ticketlens.connector import Page
from ticketlens.errors import Denied, Unavailable


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_second_at_which_the_last_pull_ended_is_read_again_whatever_greater_than_means(
    server: Server, inclusive: bool
) -> None:
    server.inclusive = inclusive
    for _ in range(4):
        server.desk.create()
        server.desk.tick()
    _, cursor = pulled(server)
    server.desk.now -= timedelta(seconds=60)
    late = server.desk.create("Late in the same second")
    assert server.id_of(late) in {one.id for one in pulled(server, cursor)[0]}


def test_what_the_search_shows_some_minutes_late_is_still_read(server: Server) -> None:
    late = created(server)
    server.desk.tick(540)
    server.lose(late)
    created(server)
    _, cursor = pulled(server)
    server.find_again(late)
    assert str(late) in {one.id for one in pulled(server, cursor)[0]}


@pytest.mark.parametrize("apart", [60, 0])
def test_a_search_that_does_not_heed_the_order_loses_nothing(server: Server, apart: int) -> None:
    """Nor where its first page, the latest changes, shares one second."""
    server.order = "latest first"
    for _ in range(8):
        server.desk.create()
        server.desk.tick(300)
    for _ in range(8):
        server.desk.create()
        server.desk.tick(apart)
    tickets, cursor = pulled(server)
    assert {one.id for one in tickets} == {server.id_of(one.number) for one in server.visible()}
    server.desk.tick(7_200)
    later = server.desk.create()
    again = {one.id for one in pulled(server, cursor)[0]}
    assert server.id_of(later) in again
    assert apart == 0 or len(again) < len(tickets)


def test_a_search_out_of_order_that_breaks_off_is_begun_again(server: Server) -> None:
    server.order = "latest first"
    for _ in range(12):
        server.desk.create()
        server.desk.tick(3_600)
    server.faults.append(Fault(status=401, after=3, times=99, where=server.is_ticket_list))
    told: list[Page] = []
    with pytest.raises(Denied):
        told.extend(connector(server).pull(None))
    pages = connector(server).pull(None)
    server.faults.clear()
    cursor = next(pages).cursor
    assert {one.id for one in pulled(server, cursor)[0]} == {server.id_of(one.number) for one in server.visible()}


@pytest.mark.parametrize("hours", [(1, 2, 7, 4), (1, 2, 3, 4, 9, 6)])
def test_a_search_in_order_by_chance_is_found_out_by_counting(server: Server, hours: tuple[int, ...]) -> None:
    """Even where the pull breaks off after each page."""
    server.order = "by creation"
    numbers, start = [created(server) for _ in hours], server.desk.now
    for number, hour in zip(numbers, hours, strict=True):
        server.desk.now = start + timedelta(hours=hour)
        server.desk.reply(number, "Hello?", "customer")
    assert {one.id for one in pulled(server)[0]} == {str(number) for number in numbers}
    cursor: str | None = None
    found: set[str] = set()
    for _ in range(8):
        page = next(connector(server).pull(cursor))
        cursor = page.cursor
        found |= {one.id for one in page.tickets}
    found |= {one.id for one in pulled(server, cursor)[0]}
    assert found == {str(number) for number in numbers}


@pytest.mark.parametrize("order", ["as asked", "latest first", "by creation"])
def test_a_pull_ends_at_the_last_change_that_it_read_however_long_ago(server: Server, order: Any) -> None:
    server.order = order
    numbers = [created(server) for _ in range(7)]
    for number in (numbers[1], numbers[0], *numbers[2:]):
        server.desk.tick(3_600)
        server.desk.reply(number)
    last = unix(server.desk.now)
    server.desk.tick(86_400)
    assert json.loads(pulled(server)[1] or "")["conversations"] == last


def test_what_changes_while_a_search_out_of_order_is_read_comes_with_the_next_pull(server: Server) -> None:
    """The first changes behind the reader's back, then the last before its eyes, later: it ends before the first."""
    server.order = "by creation"
    numbers = [created(server) for _ in range(4)]
    server.desk.tick()
    server.desk.reply(numbers[0])
    server.desk.tick(3_600)
    pages = connector(server).pull(None)
    next(pages)
    server.desk.solve(numbers[0])
    server.desk.tick(3_600)
    server.desk.reply(numbers[-1])
    cursor = [page.cursor for page in pages][-1]
    again = {one.id: one for one in pulled(server, cursor)[0]}
    assert again[str(numbers[0])].solved_at == server.desk.items[numbers[0]].updated_at


def test_more_than_a_page_of_one_second_in_the_middle_all_come(server: Server) -> None:
    server.desk.create()
    server.desk.tick()
    for _ in range(12):
        server.desk.create()
    server.desk.tick()
    server.desk.create()
    assert {one.id for one in pulled(server)[0]} == {server.id_of(one.number) for one in server.visible()}


def test_the_cursor_never_goes_back(server: Server) -> None:
    created(server)
    _, cursor = pulled(server)
    server.desk.items.clear()
    for _ in range(3):
        tickets, again = pulled(server, cursor)
        assert (tickets, again) == ([], cursor)


def test_a_burst_at_the_beginning_does_not_make_every_pull_read_everything(server: Server) -> None:
    for _ in range(9):
        server.desk.create()
    for _ in range(9):
        server.desk.tick(3_600)
        server.desk.create()
    _, cursor = pulled(server)
    assert len(pulled(server, cursor)[0]) <= 2


def test_the_first_page_of_each_kind_says_how_many_there_are(server: Server) -> None:
    for _ in range(12):
        server.desk.create()
        server.desk.tick()
    totals = [page.total for page in connector(server).pull(None)]
    assert totals[0] == sum(not server.is_ticket(one) for one in server.desk.items)
    assert [total for total in totals[1:] if total is not None] == [12]


@pytest.mark.parametrize("weird", [None, "x", [], 7, 10**18])
def test_a_record_without_a_time_of_change_keeps_none_of_the_others(server: Server, weird: object) -> None:
    numbers = []
    for _ in range(7):
        numbers.append(created(server))
        server.desk.tick()
    server.extra[numbers[1]] = {"updated_at": weird}
    pages = list(connector(server).pull(None))
    assert {one.id for page in pages for one in page.tickets} >= {str(one) for one in numbers if one != numbers[1]}
    assert {one.id for page in pages for one in page.set_aside} <= {str(numbers[1])}


def test_an_answer_without_a_list_is_no_empty_workspace(server: Server) -> None:
    answering(server, "/conversations/search", {"type": "error.list", "errors": []})
    with pytest.raises(Unavailable, match="something else than Intercom does"):
        pulled(server)


# -- rights


def test_tickets_that_may_not_be_read_are_said_and_can_be_left_out(server: Server) -> None:
    conversation, ticket = created(server), created(server, ticket=True)
    refusing(server, "/tickets/search")
    pages = connector(server).pull(None)
    assert [one.id for one in next(pages).tickets] == [str(conversation)]
    with pytest.raises(Denied, match="/tickets/search"):
        next(pages)
    tickets, cursor = pulled(server, tickets="no")
    assert [one.id for one in tickets] == [str(conversation)]
    server.faults.clear()
    assert f"ticket-{ticket}" in {one.id for one in pulled(server, cursor)[0]}


def test_names_that_may_not_be_read_are_ids(server: Server) -> None:
    number = created(server, assignee=901, group=21)
    assert (read(server, number).assignee, read(server, number).group) == ("Kim Agent", "Tier 1")
    refusing(server, "/me", "/admins", "/teams")
    ticket = read(server, number)
    assert (ticket.assignee, ticket.group, ticket.url) == ("901", "21", None)


def test_a_conversation_that_may_not_be_read_by_itself_is_what_the_search_and_its_statistics_say(
    server: Server,
) -> None:
    number = created(server)
    for step in (server.desk.reply, server.desk.solve, server.desk.reopen, server.desk.solve):
        server.desk.tick()
        step(number)
    refusing(server, f"/conversations/{number}")
    (ticket,), _ = pulled(server, tickets="no")
    item = server.desk.items[number]
    assert (ticket.history, ticket.messages) == ((), ())
    assert (ticket.first_reply_at, ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (
        item.first_reply_at, item.solves[0], item.solves[1], 1
    )  # fmt: skip


@pytest.mark.parametrize(
    ("region", "begins"),
    [
        ("US", "https://app.intercom.com/"),
        ("EU", "https://app.eu.intercom.com/"),
        ("AU", "https://app.au.intercom.com/"),
    ],
)
def test_a_conversation_is_opened_where_its_workspace_is_hosted(server: Server, region: str, begins: str) -> None:
    number = created(server)
    answering(server, "/me", {"type": "admin", "id": "1", "app": {"id_code": "abc", "region": region}})
    assert read(server, number).url == f"{begins}a/inbox/abc/inbox/conversation/{number}"
