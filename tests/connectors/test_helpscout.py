"""What is special about Help Scout: tokens, an order that is not told, threads that tell the rest."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from helpdesks import specification
from helpdesks.helpscout import Server, signed
from helpdesks.server import Fault

from connectors.helpscout import HelpScout
from ticketlens.connector import BadProof, Hook, Page
from ticketlens.errors import Denied
from ticketlens.fetch import Fetch, Refused
from ticketlens.model import Actor, Status, Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

SAMPLES = Path(specification.FOLDER) / "helpscout"


@pytest.fixture
def scout() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


def connected(scout: Server, waited: list[float] | None = None, **settings: str) -> HelpScout:
    held: list[float] = [] if waited is None else waited
    waiting = Waiting(held.append, lambda: sum(held), lambda: scout.desk.now)
    fetch = Fetch(Guard.of(["127.0.0.0/8"]), (scout.secret,), waiting)
    return HelpScout({**scout.settings(), **settings}, fetch)


def tickets(pages: list[Page]) -> dict[str, Ticket]:
    assert all(page.set_aside == () for page in pages)
    return {ticket.id: ticket for page in pages for ticket in page.tickets}


def pulled(scout: Server, cursor: str | None = None) -> dict[str, Ticket]:
    return tickets(list(connected(scout).pull(cursor)))


def the_only(scout: Server) -> Ticket:
    (ticket,) = pulled(scout).values()
    return ticket


def lists(scout: Server) -> list[str]:
    return [asked for asked in scout.asked if asked.startswith("GET /v2/conversations?")]


def answering(told: object, where: Any) -> Fault:
    """An answer of our own."""
    return Fault(200, json.dumps(told).encode(), {"Content-Type": "application/json"}, where=where)


def changed(scout: Server, number: int, **fields: object) -> dict[str, Any]:
    """The list with that one conversation, as it is but for some fields."""
    told = {**scout.shown(scout.desk.items[number], embed=True), **fields}
    page = {"size": 25, "totalElements": 1, "totalPages": 1, "number": 1}
    return {"_embedded": {"conversations": [told]}, "page": page}


def told_as(scout: Server, number: int, **fields: object) -> list[Ticket]:
    scout.faults.append(answering(changed(scout, number, **fields), scout.is_ticket_list))
    return list(pulled(scout).values())


def thread(id: int, minute: int, kind: str, by: str, status: str = "nochange", **more: object) -> dict[str, Any]:
    return {"id": id, "type": kind, "status": status, "state": "published", "body": f"Body {id}",
            "createdBy": {"id": 1, "type": by}, "createdAt": f"2026-01-05T09:{minute:02}:00Z", **more}  # fmt: skip


# -- the token


def test_one_token_serves_a_whole_reading(scout: Server) -> None:
    for _ in range(7):
        scout.desk.create()
    assert len(pulled(scout)) == 7
    assert len([asked for asked in scout.asked if "oauth2/token" in asked]) == 1


def test_a_token_that_is_refused_is_renewed_once_without_loss(scout: Server) -> None:
    numbers = [scout.desk.create() for _ in range(7)]
    for number in numbers:
        for word in "abcd":
            scout.desk.reply(number, word)
    connector = connected(scout)
    pages = connector.pull(None)
    first = next(pages)
    scout.tokens.clear()
    assert len(tickets([first, *pages])) == 7
    assert len(scout.tokens) == 1


def test_a_second_refusal_stands(scout: Server) -> None:
    scout.desk.create()
    scout.faults.append(Fault(401, times=1_000, where=scout.is_ticket_list))
    with pytest.raises(Denied, match="401"):
        pulled(scout)
    assert (len(scout.tokens), len(lists(scout))) == (2, 2)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_app_that_gets_no_token_is_one_sentence(scout: Server, status: int) -> None:
    scout.faults.append(Fault(status, b'{"error": "invalid_client"}', where=lambda asked: "oauth2" in asked.path))
    with pytest.raises(Denied, match="gives no token for this app: enter its id and its secret again"):
        pulled(scout)


def test_the_token_is_in_no_message(scout: Server) -> None:
    scout.faults.append(Fault(418, b"token-1-of-the-app is no good", where=scout.is_ticket_list))
    with pytest.raises(Refused) as told:
        pulled(scout)
    assert "token-1" not in str(told.value)
    assert "is no good" in str(told.value)


# -- the list


def test_a_change_of_thousands_that_is_not_told_is_read_page_by_page_once(scout: Server) -> None:
    """Tags move the time of change and nothing that is told: asking on from the last row would go round in circles."""
    numbers = [scout.desk.create(f"Problem {scout.desk.tick():%M}") for _ in range(30)]
    cursor = list(connected(scout).pull(None))[-1].cursor
    scout.desk.tick(86_400)
    for number in numbers:
        scout.desk.change(number, tags=("moved",))
    scout.asked.clear()
    pages = list(connected(scout).pull(cursor))
    assert len(tickets(pages)) == 30
    assert len(lists(scout)) == 10 + 1
    assert pages[-1].cursor == cursor


def test_a_change_without_a_time_still_makes_a_newer_version(scout: Server) -> None:
    number = scout.desk.create()
    scout.desk.tick(86_400)
    scout.desk.create("A later one")
    cursor = list(connected(scout).pull(None))[-1].cursor
    before = pulled(scout)[str(number)]
    scout.desk.tick()
    scout.desk.change(number, tags=("vip",))
    after = pulled(scout, cursor)[str(number)]
    assert (before.tags, after.tags) == ((), ("vip",))
    assert before.updated_at < after.updated_at < scout.desk.now
    assert pulled(scout, cursor)[str(number)] == after


def test_a_reading_that_broke_off_misses_nothing_that_changed_meanwhile(scout: Server) -> None:
    numbers = [scout.desk.create(f"Problem {scout.desk.tick():%M}") for _ in range(12)]
    begun = connected(scout).pull(None)
    held = [next(begun), next(begun)]
    for number in (numbers[0], numbers[5], numbers[11]):
        scout.desk.tick(3_600)
        scout.desk.reply(number)
    scout.desk.create("A new one")
    rest = list(connected(scout).pull(held[-1].cursor))
    again = list(connected(scout).pull(rest[-1].cursor))
    found = {**tickets(held), **tickets(rest), **tickets(again)}
    assert found == pulled(scout)


def test_the_next_reading_begins_ten_minutes_before_the_newest_change(scout: Server) -> None:
    for _ in range(7):
        scout.desk.tick()
        scout.desk.create()
    cursor = list(connected(scout).pull(None))[-1].cursor
    scout.asked.clear()
    assert list(connected(scout).pull(cursor))[-1].cursor == cursor
    since = (scout.desk.now - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ").replace(":", "%3A")
    assert f"modifiedSince={since}" in lists(scout)[0]


def test_a_moment_of_another_zone_is_asked_for_in_utc(scout: Server) -> None:
    connector = connected(scout)
    list(connector.pull(connector.starting_at(datetime.fromisoformat("2026-01-05T17:00:00+09:00"))))
    assert "modifiedSince=2026-01-05T07%3A50%3A00Z" in lists(scout)[0]


def test_it_waits_as_long_as_help_scout_asks_in_its_own_header(scout: Server) -> None:
    scout.desk.create()
    scout.faults.append(Fault(429, headers={"X-RateLimit-Retry-After": "23"}, where=scout.is_ticket_list))
    waited: list[float] = []
    assert len(list(connected(scout, waited).pull(None))) == 1
    assert 23 in waited


# -- threads


def test_the_first_reply_is_the_earliest_message_of_an_agent_to_a_customer(scout: Server) -> None:
    number = scout.desk.create()
    scout.desk.tick()
    scout.desk.reply(number, "We got it", "bot")
    scout.desk.reply(number, "Look at this, Lou", public=False)
    replied = scout.desk.tick()
    scout.desk.reply(number)
    for _ in range(4):
        scout.desk.tick()
        scout.desk.reply(number, "More")
    ticket = the_only(scout)
    assert ticket.first_reply_at == replied
    assert [(one.author, one.public) for one in ticket.messages[:4]] == [
        (Actor.CUSTOMER, True), (Actor.BOT, True), (Actor.AGENT, False), (Actor.AGENT, True)
    ]  # fmt: skip
    assert len(ticket.messages) == 8


def test_what_an_agent_writes_first_is_no_reply(scout: Server) -> None:
    number = scout.desk.create()
    threads = [thread(3, 30, "message", "user"), thread(2, 20, "customer", "customer"), thread(1, 1, "message", "user")]
    outbound = {"createdBy": {"id": 901, "type": "user"}, "threads": 3, "_embedded": {"threads": threads}}
    (ticket,) = told_as(scout, number, **outbound)
    assert f"{ticket.first_reply_at:%M}" == "30"
    assert ticket.body == "Body 2"


def test_threads_of_a_chat_are_asked_for_since_they_come_cut_short(scout: Server) -> None:
    number = scout.desk.create(channel="chat")
    scout.desk.tick()
    scout.desk.reply(number, "All of it")
    short = [
        {**one, "body": "All"} for one in scout.shown(scout.desk.items[number], embed=True)["_embedded"]["threads"]
    ]
    (ticket,) = told_as(scout, number, _embedded={"threads": short})
    assert (ticket.channel, [one.body for one in ticket.messages]) == ("chat", ["It says wrong password.", "All of it"])


@pytest.mark.parametrize("status", [403, 404])
def test_threads_that_may_not_be_read_leave_those_that_came_along(scout: Server, status: int) -> None:
    number = scout.desk.create()
    for word in "abcd":
        scout.desk.reply(number, word)
    scout.faults.append(Fault(status, where=lambda asked: asked.path.endswith("/threads")))
    assert len(the_only(scout).messages) == 3


def test_drafts_and_hidden_threads_are_nobodys_words(scout: Server) -> None:
    states = ("draft", "hidden", "underreview")
    threads = [thread(5 + n, 30 + n, "message", "user", state=state) for n, state in enumerate(states)]
    whole = {"threads": 1, "_embedded": {"threads": [*threads, thread(1, 1, "customer", "customer")]}}
    (ticket,) = told_as(scout, scout.desk.create(), **whole)
    assert (len(ticket.messages), ticket.first_reply_at, f"{ticket.updated_at:%H:%M}") == (1, None, "09:01")


# -- status


def test_reopening_and_solving_twice_are_known_from_the_threads(scout: Server) -> None:
    number = scout.desk.create()
    times = []
    for step in (scout.desk.solve, scout.desk.reopen, scout.desk.solve):
        times.append(scout.desk.tick())
        step(number)
    ticket = the_only(scout)
    assert (ticket.first_solved_at, ticket.solved_at, ticket.reopens) == (times[0], times[2], 1)
    assert [event.actor for event in ticket.history] == [Actor.AGENT, Actor.CUSTOMER, Actor.AGENT]


CLOSED = {"status": "closed", "closedAt": "2026-01-05T10:00:00Z", "userUpdatedAt": "2026-01-05T11:00:00Z"}


@pytest.mark.parametrize(
    ("left", "fields", "status", "first", "solved", "reopens"),
    [
        ("active", CLOSED, Status.CLOSED, "10:00", "10:00", 0),
        ("closed", {**CLOSED, "status": "active", "closedAt": None}, Status.OPEN, "09:05", None, 1),
        ("closed", {**CLOSED, "status": "pending", "closedAt": None}, Status.WAITING_CUSTOMER, "09:05", None, 1),
        ("active", {**CLOSED, "closedAt": None}, Status.CLOSED, None, None, 0),
        ("pending", {"status": "active", "closedAt": None}, Status.OPEN, None, None, 0),
    ],
)
def test_where_the_threads_end_otherwise_the_conversation_has_the_last_word(
    scout: Server, left: str, fields: Any, status: Status, first: str | None, solved: str | None, reopens: int
) -> None:
    threads = [thread(2, 5, "message", "user", left), thread(1, 1, "customer", "customer", "active")]
    (ticket,) = told_as(scout, scout.desk.create(), threads=2, _embedded={"threads": threads}, **fields)
    times = [moment and f"{moment:%H:%M}" for moment in (ticket.first_solved_at, ticket.solved_at)]
    assert (ticket.status, *times, ticket.reopens) == (status, first, solved, reopens)


def test_spam_and_deleted_are_flagged_and_drafts_are_no_tickets(scout: Server) -> None:
    number = scout.desk.create(spam=True)
    assert the_only(scout).excluded == "spam"
    assert [one.excluded for one in told_as(scout, number, status="active", state="deleted")] == ["deleted"]
    assert told_as(scout, number, state="draft") == []


def test_merged_and_deleted_conversations_are_gone(scout: Server) -> None:
    kept, merged, deleted = (scout.desk.create() for _ in range(3))
    scout.desk.merge(merged, kept)
    scout.desk.delete(deleted)
    connector = connected(scout)
    assert [connector.read(str(number)) for number in (merged, deleted)] == [None, None]
    assert connector.read(str(kept)) == pulled(scout)[str(kept)]


# -- names and answers


@pytest.mark.parametrize(("good", "score"), [(True, 3), (False, 1)])
def test_a_rating_is_read_from_the_message_that_was_rated(scout: Server, good: bool, score: int) -> None:
    number = scout.desk.create()
    scout.desk.reply(number)
    scout.desk.rate(number, good, "Thanks")
    told = the_only(scout).satisfaction
    assert told is not None
    assert (told.score, told.scale, told.comment) == (score, 3, "Thanks")


def reports(scout: Server) -> list[str]:
    return [asked for asked in scout.asked if "/reports/" in asked]


def test_ratings_of_the_report_are_read_with_their_times_in_few_requests(scout: Server) -> None:
    scout.reports = True
    numbers = []
    for _ in range(12):
        scout.desk.tick(86_400)
        numbers.append(scout.desk.create())
        scout.desk.reply(numbers[-1])
    for number in numbers:
        scout.desk.tick()
        scout.desk.rate(number, good=number % 2 == 0)
    found = tickets(list(connected(scout, zone="Asia/Tokyo").pull(None)))
    assert len(reports(scout)) <= 6
    assert all(found[str(number)].satisfaction is not None for number in numbers)
    last = found[str(numbers[-1])]
    assert last.satisfaction is not None
    assert (last.satisfaction.score, last.satisfaction.at) == (3 if numbers[-1] % 2 == 0 else 1, scout.desk.now)
    assert {id_: connected(scout).read(id_) for id_ in found} == found


@pytest.mark.parametrize("status", [200, 400, 403, 404])
def test_a_plan_without_reports_is_asked_once_and_costs_nothing_else(scout: Server, status: int) -> None:
    for _ in range(4):
        scout.desk.reply(scout.desk.create())
    wrong = {"results": "none", "pages": 1}
    fault = replace(answering(wrong, lambda asked: "/reports/" in asked.path), status=status, times=9)
    scout.faults.append(fault)
    assert len(pulled(scout)) == 4
    assert len(reports(scout)) == 1


def test_names_fields_and_the_link_are_kept(scout: Server) -> None:
    number = scout.desk.create(assignee=901, group=22, tags=("vip",))
    ticket = the_only(scout)
    assert (ticket.requester, ticket.assignee, ticket.group, ticket.tags) == ("501", "Kim Agent", "Tier 2", ("vip",))
    assert ticket.custom == {"Plan": "pro", "number": str(number - 1000)}
    assert ticket.url == f"https://secure.helpscout.net/conversation/{number}/{number - 1000}"


def test_an_inbox_whose_name_may_not_be_read_is_called_by_its_number(scout: Server) -> None:
    scout.desk.create()
    scout.faults.append(Fault(403, where=lambda asked: asked.path.endswith("/mailboxes")))
    assert the_only(scout).group == "21"


@pytest.mark.parametrize(
    ("kind", "source", "channel"),
    [("email", "email", "email"), ("email", "beacon", "web"), ("email", "api", "api"), ("phone", "web", "phone")],
)
def test_the_channel_is_that_of_kind_and_source(scout: Server, kind: str, source: str, channel: str) -> None:
    (ticket,) = told_as(scout, scout.desk.create(), type=kind, source={"type": source, "via": "customer"})
    assert ticket.channel == channel


# -- webhooks


def hook(body: bytes, secret: str, event: str) -> Hook:
    raw, headers = signed(body, secret, event)
    return Hook({name.lower(): value for name, value in headers.items()}, raw)


def test_the_signature_is_that_of_the_vector(scout: Server) -> None:
    connector = connected(scout, webhook_secret="s3cret")
    made = hook('{"id":1,"note":"café"}'.encode(), "s3cret", "convo.created")
    assert made.header("x-helpscout-signature") == "gjc+81x2sueUe3+G/mRCtPyI/2o="
    assert connector.prove(made) is None
    for wrong in ("", "gjc+81x2sueUe3+G/mRCtPyI/2p=", made.header("x-helpscout-signature").rstrip("=")):
        with pytest.raises(BadProof):
            connector.prove(replace(made, headers={**made.headers, "x-helpscout-signature": wrong}))


def test_a_delivery_is_known_again_by_what_it_holds(scout: Server) -> None:
    connector = connected(scout)
    made, other = hook(b'{"id":1}', "a", "convo.tags"), hook(b'{"id":1}', "a", "convo.status")
    assert connector.delivery(made) == connector.delivery(hook(b'{"id":1}', "a", "convo.tags"))
    assert (
        len({connector.delivery(made), connector.delivery(other), connector.delivery(replace(made, body=b"{}"))}) == 3
    )


@pytest.mark.parametrize(
    ("event", "told", "named"),
    [
        ("convo.created", {"id": 7}, [("7", False)]),
        ("convo.merged", {"id": "7"}, [("7", False)]),
        ("convo.deleted", {"id": 7}, [("7", True)]),
        ("satisfaction.ratings", {"id": 5434, "ticketId": 7, "rating": "Great"}, [("7", False)]),
        ("customer.created", {"id": 7}, []),
        ("tag.created", {"id": 7}, []),
        ("", {"id": 7}, []),
    ],
)
def test_an_event_names_the_conversation_that_it_is_about(
    scout: Server, event: str, told: dict[str, object], named: list[tuple[str, bool]]
) -> None:
    found = connected(scout).receive(hook(json.dumps(told).encode(), "s", event))
    assert [(one.id, one.gone) for one in found] == named


# -- the vendor's own samples


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


@pytest.mark.skipif(not specification.FOLDER, reason="TICKETLENS_TEST_SPECS names no folder")
def test_help_scouts_own_samples_are_read(scout: Server) -> None:
    page, threads = sample("conversation.getConversations.page"), sample("thread.getThreads.page")
    whole = sample("conversation.conversation.with__embedded_threads")
    for listed in (page, {**page, "_embedded": {"conversations": [whole]}}):
        scout.faults = [
            answering(listed, scout.is_ticket_list),
            answering(threads, lambda asked: asked.path.endswith("/threads")),
            answering(sample("mailbox.getMailboxes.page"), lambda asked: asked.path.endswith("/mailboxes")),
        ]
        ticket = the_only(scout)
        assert (ticket.id, ticket.subject, ticket.body) == ("1", "Need Help", "Need Help")
        assert (ticket.status, ticket.requester, ticket.assignee) == (Status.CLOSED, "238604", "Mr Robot")
        assert f"{ticket.solved_at:%Y-%m-%dT%H:%M:%S}" == "2017-04-21T14:43:24"
        assert (ticket.tags, ticket.channel, ticket.group) == (("vip",), "email", "85")
        assert ticket.custom == {"Account Type": "33077", "number": "15473"}
