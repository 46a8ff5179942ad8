"""Intercom's two kinds of record, and what it leaves out of them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from helpdesks import specification
from helpdesks.intercom import Server, unix
from helpdesks.intercom_pulls import answering, connector, created, part, parts, pulled, read

from ticketlens.intake.clean import clean


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


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
    answering(server, "/admins", {"type": "admin.list", "admins": [{"type": "admin", "id": 901, "name": None}]})
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


@pytest.mark.parametrize("ticket", [False, True])
def test_of_two_versions_of_one_second_the_one_of_more_parts_is_later(server: Server, ticket: bool) -> None:
    number = created(server, ticket=ticket)
    server.desk.solve(number)
    before = read(server, number)
    server.desk.reopen(number)
    after = read(server, number)
    assert before.updated_at < after.updated_at < server.desk.now + timedelta(seconds=1)
    assert (before.solved_at, after.solved_at) == (server.desk.now, None)


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
        answering(server, f"/{kinds[value['type']]}/1", told)
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
