"""Intercom's traps: its search, its two kinds of record, what it leaves out, and its webhooks."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from helpdesks import specification
from helpdesks.intercom import Server, unix
from helpdesks.server import Fault

from connectors.intercom import Intercom
from ticketlens.connector import BadProof, Hook, Page, TicketRef
from ticketlens.errors import BadPayload, Denied
from ticketlens.fetch import Fetch
from ticketlens.intake.clean import clean
from ticketlens.model import Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

SECRET = "s3cret"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


def connector(server: Server, **settings: str) -> Intercom:
    fetch = Fetch(Guard.of(["127.0.0.0/8"]), waiting=Waiting(lambda seconds: None))
    return Intercom({"webhook_secret": SECRET, **server.settings(), **settings}, fetch)


def pulled(server: Server, cursor: str | None = None, **settings: str) -> tuple[list[Ticket], str | None]:
    pages: list[Page] = list(connector(server, **settings).pull(cursor))
    assert [one for page in pages for one in page.set_aside] == []
    return [ticket for page in pages for ticket in page.tickets], pages[-1].cursor


def created(server: Server, *, ticket: bool = False, **fields: Any) -> int:
    """A new record of that kind; those of the other that come before it are lost."""
    while server.is_ticket(number := server.desk.create(**fields)) != ticket:
        server.lose(number)
    return number


def read(server: Server, number: int, **extra: Any) -> Ticket:
    server.extra[number] = extra
    ticket = connector(server).read(server.id_of(number))
    assert ticket is not None
    return ticket


def part(number: object, at: datetime, kind: str, body: str | None = None, who: str = "admin", **more: Any) -> Any:
    return {"type": "conversation_part", "id": number, "part_type": kind, "body": body, "created_at": unix(at),
            "author": {"type": who, "id": "901", "name": "N"}, **more}  # fmt: skip


def parts(*told: Any, total: int | None = None) -> dict[str, Any]:
    return {"type": "conversation_part.list", "conversation_parts": list(told), "total_count": total or len(told)}


# -- the search


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


def test_an_answer_without_a_list_is_no_empty_workspace(server: Server) -> None:
    body = json.dumps({"type": "error.list", "errors": []}).encode()
    server.faults.append(Fault(200, body, {"Content-Type": "application/json"}, where=server.is_ticket_list))
    with pytest.raises(BadPayload, match="conversations"):
        pulled(server)


# -- rights


def test_tickets_that_may_not_be_read_are_said_and_can_be_left_out(server: Server) -> None:
    conversation, ticket = created(server), created(server, ticket=True)
    server.faults.append(Fault(403, b"", times=99, where=lambda asked: asked.path == "/tickets/search"))
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
    server.faults.append(Fault(403, b"", times=3, where=lambda asked: asked.path in ("/me", "/admins", "/teams")))
    ticket = read(server, number)
    assert (ticket.assignee, ticket.group, ticket.url) == ("901", "21", None)


def test_a_conversation_that_may_not_be_read_by_itself_is_what_the_search_and_its_statistics_say(
    server: Server,
) -> None:
    number = created(server)
    for step in (server.desk.reply, server.desk.solve, server.desk.reopen, server.desk.solve):
        server.desk.tick()
        step(number)
    server.faults.append(Fault(403, b"", where=server.is_part))
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
    me = json.dumps({"type": "admin", "id": "1", "app": {"id_code": "abc", "region": region}}).encode()
    server.faults.append(Fault(200, me, {"Content-Type": "application/json"}, where=lambda asked: asked.path == "/me"))
    assert read(server, number).url == f"{begins}a/inbox/abc/inbox/conversation/{number}"


# -- conversations


def test_ids_are_numbers_in_one_place_and_texts_in_the_other(server: Server) -> None:
    """Agents of conversations are numbers, of tickets texts; nobody is null, 0 or "0"; parts have either."""
    conversation, ticket = created(server), created(server, ticket=True)
    for nobody in (None, 0):
        assert read(server, conversation, admin_assignee_id=nobody, team_assignee_id=nobody).assignee is None
    assert read(server, ticket, admin_assignee_id="0", team_assignee_id="0").group is None
    assert read(server, conversation, admin_assignee_id=902).assignee == "Lou Agent"
    assert read(server, ticket, admin_assignee_id="902").assignee == "Lou Agent"
    told = parts(part(1, server.desk.now, "comment", "Hi"), part("2", server.desk.now, "comment", "Ho"))
    assert read(server, conversation, id=conversation, conversation_parts=told).id == str(conversation)


def test_a_snoozed_conversation_is_on_hold_and_not_solved(server: Server) -> None:
    number = created(server)
    server.desk.tick()
    server.desk.move(number, "pending")
    ticket = read(server, number)
    assert (ticket.status, ticket.solved_at, ticket.history[-1].after) == ("on_hold", None, "on_hold")


@pytest.mark.parametrize("kind", ["unsnoozed", "timer_unsnooze", "assign_and_unsnooze", "open"])
def test_a_conversation_is_open_again_when_it_is_no_longer_snoozed(server: Server, kind: str) -> None:
    number, now = created(server), server.desk.now
    snoozed = part(1, now + timedelta(hours=1), "snoozed", None, "bot")
    told = parts(part(2, now + timedelta(hours=2), kind), snoozed)
    history = read(server, number, conversation_parts=told).history
    assert [(one.before, one.after, one.actor) for one in history] == [
        ("open", "on_hold", "bot"), ("on_hold", "open", "agent")
    ]  # fmt: skip


def test_nearly_everything_may_be_null(server: Server) -> None:
    number = created(server)
    names = ("statistics", "conversation_rating", "ai_agent", "teammates", "title", "company", "priority", "tags",
             "contacts", "first_contact_reply", "custom_attributes", "conversation_parts")  # fmt: skip
    ticket = read(server, number, **dict.fromkeys(names))
    assert (ticket.requester, ticket.priority, ticket.tags, ticket.satisfaction) == ("501", None, (), None)
    empty = read(server, number, statistics={}, source=None, title="A call", contacts={"contacts": []})
    assert (empty.subject, empty.body, empty.requester, empty.channel) == ("A call", "", None, "other")


def test_a_conversation_without_a_word_counts_all_the_same(server: Server) -> None:
    number = created(server)
    source = {"type": "phone_call", "delivered_as": "customer_initiated", "subject": "", "body": None, "author": None}
    ticket = read(server, number, title=None, source=source)
    assert (ticket.subject, ticket.channel) == ("[phone_call]", "phone")


def test_the_first_words_are_the_customers_even_where_their_author_is_blank(server: Server) -> None:
    number = created(server)
    source = {"type": "twitter", "delivered_as": "customer_initiated", "body": "Help", "author": {}}
    assert [(one.author, one.body) for one in read(server, number, source=source).messages] == [("customer", "Help")]
    server.desk.tick()
    picture = part(1, server.desk.now, "comment", None, "user", attachments=[{"type": "upload", "name": "a.png"}])
    assert [one.author for one in read(server, number, conversation_parts=parts(picture)).messages] == ["customer"] * 2


def test_an_agent_without_a_name_costs_no_ticket(server: Server) -> None:
    number = created(server, assignee=901)
    admins = json.dumps({"type": "admin.list", "admins": [{"type": "admin", "id": 901, "name": None}]}).encode()
    server.faults.append(
        Fault(200, admins, {"Content-Type": "application/json"}, where=lambda asked: asked.path == "/admins")
    )
    assert read(server, number).assignee == "901"


def test_bodies_in_html_become_text(server: Server) -> None:
    number = created(server, body="<p>Hello,</p><p>it <b>broke</b> &amp; fell<br>off</p>")
    assert clean(read(server, number).body) == "Hello,\n\nit broke & fell\noff"


def test_the_rating_is_the_conversations_else_the_ai_agents(server: Server) -> None:
    number = created(server)
    server.desk.tick()
    server.desk.rate(number, good=True, comment="Thanks")
    rated = read(server, number).satisfaction
    assert rated is not None
    assert (rated.score, rated.scale, rated.comment, rated.at) == (5, 5, "Thanks", server.desk.now)
    ai_agent = {
        "rating": 2,
        "rating_remark": "No",
        "updated_at": unix(server.desk.now),
        "resolution_state": "escalated",
    }
    ticket = read(server, number, conversation_rating={"rating": None}, ai_agent=ai_agent)
    assert ticket.satisfaction is not None
    assert (ticket.satisfaction.score, ticket.custom["ai_agent"]) == (2, "escalated")


def test_notes_are_not_public_and_only_people_who_answer_in_public_give_a_first_reply(server: Server) -> None:
    number = created(server)
    now = server.desk.now
    told = parts(
        part(1, now + timedelta(minutes=1), "comment", "I am a bot", "bot"),
        part(2, now + timedelta(minutes=2), "comment", "I am Fin"),
        part(3, now + timedelta(minutes=3), "note", "Does anybody know?"),
        part(4, now + timedelta(minutes=4), "assignment", None),
        part(5, now + timedelta(minutes=5), "assignment", "Moving you on"),
        part(6, now + timedelta(minutes=6), "conversation_rating_remark_added", "Bad", "user"),
    )
    told["conversation_parts"][1]["author"]["from_ai_agent"] = True
    ticket = read(server, number, conversation_parts=told, statistics=None)
    assert [(one.author, one.public) for one in ticket.messages] == [
        ("customer", True), ("bot", True), ("bot", True), ("agent", False), ("agent", True)
    ]  # fmt: skip
    assert ticket.first_reply_at == now + timedelta(minutes=5)


# -- what Intercom's own parts do to the state


@pytest.mark.parametrize("kind", ["open", "note_and_reopen", "assign_and_reopen", "comment"])
def test_a_closed_conversation_is_opened_by_each_part_that_opens_it(server: Server, kind: str) -> None:
    """A customer's words open it, whatever their part is called."""
    number, now = created(server), server.desk.now
    who = "user" if kind == "comment" else "admin"
    told = parts(
        part(1, now + timedelta(hours=1), "close", "<p>Goodbye</p>"),
        part(2, now + timedelta(hours=2), kind, "Still broken", who),
        part(3, now + timedelta(hours=3), "close"),
    )
    ticket = read(server, number, state="closed", conversation_parts=told, statistics=None)
    assert (ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (
        now + timedelta(hours=1), now + timedelta(hours=3), 1
    )  # fmt: skip


def test_parts_that_do_not_tell_the_state_leave_it_to_the_statistics(server: Server) -> None:
    number, now = created(server), server.desk.now
    hours = [unix(now + timedelta(hours=number)) for number in range(6)]
    statistics = {"first_close_at": hours[1], "last_close_at": hours[3], "count_reopens": 1}
    told = parts(part(1, now + timedelta(hours=1), "close"), part(2, now + timedelta(hours=2), "a_part_of_tomorrow"))
    ticket = read(server, number, state="open", conversation_parts=told, statistics=statistics)
    assert (ticket.status, ticket.solved_at, ticket.reopens, ticket.history) == ("open", None, 1, ())
    assert ticket.first_solved_at == now + timedelta(hours=1)


def test_of_a_conversation_of_more_than_500_parts_the_statistics_tell_the_solves(server: Server) -> None:
    number = created(server)
    server.desk.tick()
    server.desk.solve(number)
    first = server.desk.now
    server.desk.tick()
    server.desk.reopen(number)
    for count in range(520):
        server.desk.tick(1)
        server.desk.reply(number, f"Reply {count}")
    server.desk.solve(number)
    ticket = read(server, number)
    assert len(ticket.messages) in (500, 501)
    assert ticket.messages[0].body == server.desk.items[number].body
    assert (ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (first, server.desk.now, 1)


# -- what the workspace sent out


def outbound(server: Server, how: str) -> dict[str, Any]:
    source = {"type": "email", "id": "1", "delivered_as": how, "subject": "News", "body": "<p>Buy this</p>",
              "author": {"type": "admin", "id": "901", "name": "Kim Agent"}}  # fmt: skip
    return {"source": source, "first_contact_reply": None, "statistics": None}


@pytest.mark.parametrize("how", ["admin_initiated", "automated", "campaigns_initiated", "operator_initiated"])
def test_what_was_sent_out_is_a_ticket_once_a_customer_answers(server: Server, how: str) -> None:
    number, sent = created(server), server.desk.now
    server.extra[number] = {**outbound(server, how), "state": "closed"}
    assert pulled(server)[0] == []
    assert connector(server).read(str(number)) is None
    answered = sent + timedelta(days=30)
    told = parts(
        part(1, sent + timedelta(days=1), "close"),
        part(2, answered, "open", "<p>It does not work</p>", "user"),
        part(3, answered + timedelta(hours=1), "comment", "Try this"),
        part(4, answered + timedelta(hours=2), "close"),
    )
    statistics = {"first_admin_reply_at": unix(answered) + 3_600, "first_close_at": unix(sent) + 86_400,
                  "last_close_at": unix(answered) + 7_200}  # fmt: skip
    more = {"state": "closed", "conversation_parts": told, "statistics": statistics,
            "first_contact_reply": {"created_at": unix(answered), "type": "email", "url": None}}  # fmt: skip
    ticket = read(server, number, **{**outbound(server, how), **more})
    assert (ticket.created_at, ticket.body, ticket.reopens) == (answered, "<p>It does not work</p>", 0)
    assert (ticket.first_reply_at, ticket.first_solved_at) == (
        answered + timedelta(hours=1), answered + timedelta(hours=2)
    )  # fmt: skip


# -- tickets


def test_a_ticket_that_was_resolved_twice_tells_it_by_its_parts(server: Server) -> None:
    number = created(server, ticket=True)
    for step in (server.desk.reply, server.desk.solve, server.desk.reopen, server.desk.solve):
        server.desk.tick()
        step(number)
    ticket = read(server, number)
    item = server.desk.items[number]
    assert (ticket.first_reply_at, ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (
        item.first_reply_at, item.solves[0], item.solves[1], 1
    )  # fmt: skip
    assert (ticket.custom["ticket_number"], ticket.custom["ticket_type"]) == (str(number - 900), "Bug")


def test_a_ticket_and_a_conversation_of_one_id_are_two(server: Server) -> None:
    number = created(server)
    assert connector(server).read(f"ticket-{number}") is None
    assert connector(server).read(str(number)) is not None


def test_a_ticket_whose_parts_the_search_leaves_out_is_read_by_itself(server: Server) -> None:
    number = created(server, ticket=True)
    server.desk.tick()
    server.desk.reply(number)
    whole = server.shown_ticket(server.desk.items[number])["ticket_parts"]
    cut = {**whole, "ticket_parts": []}
    server.in_search = {"ticket_parts": cut}
    (ticket,), _ = pulled(server)
    assert [one.author for one in ticket.messages] == ["agent"]


def test_a_ticket_that_comes_whole_is_not_asked_for_again(server: Server) -> None:
    """Nor one of which no more than the latest 500 parts are to be had."""
    number, long = created(server, ticket=True), created(server, ticket=True)
    server.desk.reply(number)
    for _ in range(501):
        server.desk.reply(long)
    assert [len(one.messages) for one in pulled(server)[0]] == [1, 500]
    assert [line for line in server.asked if line.startswith("GET /tickets")] == []


def test_a_ticket_without_a_description_has_the_customers_first_words(server: Server) -> None:
    number = created(server, ticket=True)
    server.desk.tick()
    server.desk.reply(number, "It is broken", "customer")
    attributes = {"_default_title_": None, "_default_description_": None, "Severity": "High", "Files": [{"id": 1}]}
    ticket = read(server, number, ticket_attributes=attributes)
    assert (ticket.subject, clean(ticket.body), ticket.custom["Severity"]) == ("", "It is broken", "High")


@pytest.mark.parametrize("category", ["Back-office", "Tracker"])
def test_work_of_the_teammates_own_counts_with_the_request_that_it_is_for(server: Server, category: str) -> None:
    number = created(server, ticket=True)
    none = {"type": "list", "data": [], "total_count": 0, "has_more": False}
    for linked, into in (
        ([{"type": "conversation", "id": "77", "category": None}], "77"),
        ([{"type": "ticket", "id": "5", "category": "Tracker"}, {"type": "ticket", "id": "78", "category": "Customer"}],
         "ticket-78"),
        ([], None),
    ):  # fmt: skip
        ticket = read(server, number, category=category, linked_objects={**none, "data": linked})
        assert ticket.merged_into == into
    assert read(server, number, linked_objects={**none, "data": [{"type": "ticket", "id": "5"}]}).merged_into is None


def test_a_conversation_that_became_a_customers_ticket_goes_on_there(server: Server) -> None:
    number = created(server)
    assert read(server, number, ticket={"type": "ticket", "id": "611"}).merged_into == "ticket-611"
    assert read(server, number, ticket={"type": "ticket", "id": 6, "category": "Tracker"}).merged_into is None


def test_where_tickets_are_left_out_their_conversations_count(server: Server) -> None:
    number = created(server)
    server.extra[number] = {"ticket": {"type": "ticket", "id": "611"}}
    assert [one.excluded for one in pulled(server)[0]] == ["merged"]
    assert [one.excluded for one in pulled(server, tickets="no")[0]] == [None]


# -- webhooks


def hook(body: bytes, headers: dict[str, str]) -> Hook:
    return Hook({name.lower(): value for name, value in headers.items()}, body)


def test_the_signature_is_sha1_of_the_raw_body(server: Server) -> None:
    body = '{"id":1,"note":"café"}'.encode()
    good = hook(body, {"X-Hub-Signature": "sha1=82373ef35c76b2e7947b7f86fe6442b4fc88ff6a"})
    assert connector(server).prove(good) is None
    with pytest.raises(BadProof):
        connector(server).prove(replace(good, body=json.dumps(json.loads(body)).encode()))


def test_a_ping_is_answered_only_when_it_is_signed_and_is_about_nothing(server: Server) -> None:
    ping = hook(*server.signed("ping", {"type": "ping", "message": "something something"}, SECRET))
    receiver = connector(server)
    assert receiver.prove(ping) is not None
    assert list(receiver.receive(ping)) == []
    with pytest.raises(BadProof):
        receiver.prove(hook(*server.signed("ping", {"type": "ping"}, "another secret")))


@pytest.mark.parametrize(
    ("topic", "item", "expected"),
    [
        ("conversation.user.replied", {"type": "conversation", "id": "12", "ticket": {"id": "9"}}, TicketRef("12")),
        ("conversation.admin.closed", {"type": "conversation", "id": 12}, TicketRef("12")),
        ("conversation.deleted", {"type": "conversation", "id": "12"}, TicketRef("12", gone=True)),
        ("conversation.deleted", {"id": 12}, TicketRef("12", gone=True)),
        ("conversation.deleted", {"conversation_id": "12"}, TicketRef("12", gone=True)),
        ("conversation_part.tag.created", {"type": "conversation_part", "id": "3", "conversation": {"id": "12"}},
         TicketRef("12")),
        ("ticket.state.updated", {"type": "ticket", "id": "12"}, TicketRef("ticket-12")),
        ("ticket.admin.replied", {"type": "ticket_reply", "ticket": {"id": "12"}}, TicketRef("ticket-12")),
        ("ticket.deleted", {"id": "12"}, TicketRef("ticket-12", gone=True)),
        ("contact.user.created", {"type": "contact", "id": "abc"}, None),
    ],
)  # fmt: skip
def test_a_notification_names_what_it_is_about(
    server: Server, topic: str, item: dict[str, Any], expected: TicketRef | None
) -> None:
    told = hook(*server.signed(topic, item, SECRET))
    assert connector(server).prove(told) is None
    assert list(connector(server).receive(told)) == ([] if expected is None else [expected])


def test_a_notification_about_nothing_that_can_be_found_is_set_aside(server: Server) -> None:
    for topic, item in (
        ("conversation_part.redacted", {"type": "conversation_part", "id": "3"}),
        ("ticket.created", {}),
    ):
        with pytest.raises(BadPayload):
            list(connector(server).receive(hook(*server.signed(topic, item, SECRET))))


def test_a_notification_that_is_sent_again_has_the_same_name(server: Server) -> None:
    body, _ = server.signed("ping", {}, SECRET)
    again = json.dumps({**json.loads(body), "delivery_attempts": 2}).encode()
    receiver = connector(server)
    assert receiver.delivery(hook(body, {})) == receiver.delivery(hook(again, {})) == "notif_4e3504a3"
    assert receiver.delivery(hook(b"no json", {})) != receiver.delivery(hook(b"other", {})) != ""


# -- the vendor's own examples


@pytest.mark.skipif(not specification.FOLDER, reason="TICKETLENS_TEST_SPECS names no folder")
def test_the_examples_of_the_specification_can_be_read(server: Server) -> None:
    """Its conversations were sent out and not answered, so they are read as if a customer had begun them."""
    doc = specification.specification(str(server.spec))
    kinds = {"conversation": "conversations", "ticket": "tickets"}
    number = 0
    for value in _examples(doc["paths"]):
        told = dict(value)
        if value["type"] == "conversation":
            told["source"] = {**value["source"], "delivered_as": "customer_initiated"}
        body = json.dumps(told).encode()
        path = f"/{kinds[value['type']]}/1"
        server.faults.append(
            Fault(200, body, {"Content-Type": "application/json"}, where=lambda asked, p=path: asked.path == p)  # type: ignore[misc]
        )
        ticket = connector(server).read("ticket-1" if value["type"] == "ticket" else "1")
        assert ticket is not None
        assert ticket.id.removeprefix("ticket-") == str(value["id"])
        number += 1
    assert number > 10


def _examples(node: Any) -> Iterator[dict[str, Any]]:
    """Whole conversations and tickets, wherever they stand."""
    if isinstance(node, list):
        for one in node:
            yield from _examples(one)
    elif isinstance(node, dict):
        if node.get("type") in ("conversation", "ticket") and {"id", "created_at", "updated_at", "open"} <= set(node):
            yield node
        for one in node.values():
            yield from _examples(one)
