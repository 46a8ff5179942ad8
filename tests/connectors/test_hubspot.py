"""What is special about HubSpot: searches with a cap, texts for everything, stages, what is associated."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from helpdesks.hubspot import STAGES, TICKETS, Server, iso, ms
from helpdesks.server import Fault

from connectors.hubspot import HOME, HubSpot
from ticketlens.errors import ConfigError, Unavailable
from ticketlens.fetch import Fetch
from ticketlens.model import Actor, Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

JSON = {"Content-Type": "application/json"}
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def hubspot() -> Iterator[Server]:
    server = Server()
    with server.serving():
        yield server


def way_out(largest: int = 25_000_000) -> Fetch:
    waiting = Waiting(sleep=lambda seconds: None)
    return Fetch(Guard.of(("127.0.0.0/8",)), waiting=waiting, largest=largest)


def connect(server: Server, fetch: Fetch | None = None) -> HubSpot:
    return HubSpot(server.settings(), fetch or way_out())


def pulled(server: Server, cursor: str | None = None, fetch: Fetch | None = None) -> tuple[dict[str, Ticket], str]:
    """The tickets of a pull by id, and its last cursor; nothing is set aside."""
    tickets: dict[str, Ticket] = {}
    for page in connect(server, fetch).pull(cursor):
        assert page.set_aside == ()
        assert not set(tickets) & {one.id for one in page.tickets}
        tickets |= {one.id: one for one in page.tickets}
        cursor = page.cursor or cursor
    assert cursor is not None
    return tickets, cursor


def only(server: Server) -> Ticket:
    server.desk.tick(3_600)
    (ticket,) = pulled(server)[0].values()
    return ticket


# -- what changed


def test_more_tickets_than_a_search_gives_may_share_one_moment(hubspot: Server) -> None:
    hubspot.cap = 6
    numbers = [hubspot.desk.create(f"Burst {n}", "Text") for n in range(20)]
    hubspot.desk.tick(3_600)
    asked = {"limit": 3, "after": 6, "sorts": []}
    headers = {"Authorization": f"Bearer {hubspot.secret}"}
    assert requests.post(f"{hubspot.url}{TICKETS}/search", json=asked, headers=headers, timeout=5).status_code == 400
    tickets, _ = pulled(hubspot)
    assert set(tickets) == {str(number) for number in numbers}
    assert len(hubspot.asked) < 120


def test_what_the_index_shows_late_is_found_though_its_time_is_older(hubspot: Server) -> None:
    late = hubspot.desk.create("Late", "Text")
    hubspot.unindexed.add(late)
    hubspot.desk.tick(8 * 60)
    hubspot.desk.create("Soon", "Text")
    hubspot.desk.tick(60)
    first, cursor = pulled(hubspot)
    assert [one.subject for one in first.values()] == ["Soon"]
    hubspot.unindexed.clear()
    second, _ = pulled(hubspot, cursor)
    assert {one.subject for one in second.values()} == {"Late", "Soon"}


def test_a_pull_that_is_taken_up_goes_on_in_the_middle_and_then_reads_what_is_new(hubspot: Server) -> None:
    for number in range(7):
        hubspot.desk.create(f"Problem {number}", "Text")
    hubspot.desk.tick(3_600)
    pages = connect(hubspot).pull(None)
    first = next(pages)
    hubspot.desk.tick(3_600)
    hubspot.desk.change(int(first.tickets[0].id), subject="Changed after it was read")
    hubspot.desk.tick(3_600)
    subjects = [one.subject for page in connect(hubspot).pull(first.cursor) for one in page.tickets]
    assert [one.subject for one in first.tickets] == ["Problem 0", "Problem 1", "Problem 2"]
    assert subjects[:4] == ["Problem 3", "Problem 4", "Problem 5", "Problem 6"]
    assert "Changed after it was read" in subjects[4:]


def test_how_many_are_to_come_is_told_and_stays(hubspot: Server) -> None:
    for number in range(7):
        hubspot.desk.create(f"Problem {number}", "Text")
    hubspot.desk.tick(3_600)
    assert [page.total for page in connect(hubspot).pull(None) if page.tickets] == [7, 7, 7]


def test_no_batch_is_larger_than_hubspot_takes(hubspot: Server) -> None:
    hubspot.page = 200
    for number in range(130):
        hubspot.desk.create(f"Problem {number}", "Text")
    hubspot.desk.tick(3_600)
    tickets, _ = pulled(hubspot)
    assert len(tickets) == 130
    assert [int(id_) for id_ in tickets] == sorted(int(id_) for id_ in tickets)


def test_a_search_that_does_not_move_on_is_no_endless_loop(hubspot: Server) -> None:
    number = hubspot.desk.create()
    hubspot.desk.tick(3_600)
    row = {"id": str(number), "properties": {"hs_lastmodifieddate": iso(hubspot.desk.now)}}
    same = {"total": 1, "results": [row], "paging": {"next": {"after": "1"}}}
    hubspot.faults.append(Fault(200, json.dumps(same).encode(), JSON, times=10, where=hubspot.is_ticket_list))
    with pytest.raises(Unavailable, match="same tickets again"):
        list(connect(hubspot).pull(None))


def test_a_ticket_that_hubspot_could_not_give_is_not_passed_over(hubspot: Server) -> None:
    hubspot.desk.create()
    hubspot.desk.tick(3_600)
    body = {"status": "COMPLETE", "results": [], "errors": [{"category": "INTERNAL_ERROR", "message": "oh"}]}
    where = f"{TICKETS}/batch/read"
    hubspot.faults.append(Fault(207, json.dumps(body).encode(), JSON, where=lambda asked: asked.path == where))
    with pytest.raises(Unavailable, match="could not give some tickets: oh"):
        list(connect(hubspot).pull(None))


def test_a_ticket_that_is_deleted_between_search_and_reading_is_left_out(hubspot: Server) -> None:
    kept, gone = hubspot.desk.create("Kept", "Text"), hubspot.desk.create("Gone", "Text")
    hubspot.desk.tick(3_600)

    def delete(asked: Any) -> bool:
        if asked.path == f"{TICKETS}/batch/read":
            hubspot.desk.delete(gone)
        return False

    hubspot.faults.append(Fault(where=delete))
    assert list(pulled(hubspot)[0]) == [str(kept)]


# -- deleted and merged


def test_a_deleted_ticket_is_marked_with_the_next_pull(hubspot: Server) -> None:
    before = hubspot.desk.create("Nobody's any more", "Text")
    hubspot.desk.delete(before)
    hubspot.desk.tick(3_600)
    numbers = [hubspot.desk.create(f"Problem {n}", "Text") for n in range(4)]
    hubspot.desk.tick(3_600)
    first, cursor = pulled(hubspot)
    assert list(first) == [str(number) for number in numbers]
    for number in numbers:
        hubspot.desk.delete(number)
    hubspot.desk.tick(60)
    second, _ = pulled(hubspot, cursor)
    assert {id_: one.excluded for id_, one in second.items()} == dict.fromkeys(map(str, numbers), "deleted")
    assert second[str(numbers[1])].updated_at == hubspot.desk.now - timedelta(seconds=60)
    assert connect(hubspot).read(str(numbers[1])) is None


def test_a_merged_ticket_names_the_one_that_is_left(hubspot: Server) -> None:
    left, away = hubspot.desk.create("Left", "Text"), hubspot.desk.create("Away", "Text")
    hubspot.desk.tick(3_600)
    _, cursor = pulled(hubspot)
    hubspot.desk.merge(away, into=left)
    hubspot.desk.tick(3_600)
    tickets, cursor = pulled_with_repeats(hubspot, cursor)
    assert {one.merged_into for one in tickets if one.id == str(away)} == {str(left)}
    assert {one.excluded for one in tickets if one.id == str(left)} == {None}
    again, _ = pulled_with_repeats(hubspot, cursor)
    assert [one for one in again if one.id == str(away)] == [one for one in tickets if one.id == str(away)]
    assert connect(hubspot).read(str(away)) is None


def pulled_with_repeats(server: Server, cursor: str) -> tuple[list[Ticket], str]:
    pages = list(connect(server).pull(cursor))
    return [one for page in pages for one in page.tickets], str(pages[-1].cursor)


# -- closed, opened again


def test_two_closed_stages_are_one_solve_and_open_stages_mean_what_their_names_say(hubspot: Server) -> None:
    desk = hubspot.desk
    number = desk.create()
    for status in ("pending", "open", "solved", "closed", "open", "pending"):
        desk.tick(60)
        desk.move(number, status)
    ticket = only(hubspot)
    words = [event.after for event in ticket.history if event.field == "status"]
    assert words == ["new", "waiting_customer", "open", "closed", "open", "waiting_customer"]
    assert (ticket.status, ticket.reopens, ticket.solved_at) == ("waiting_customer", 1, None)
    assert ticket.first_solved_at == desk.items[number].solves[0]
    assert dict(ticket.custom) == {"pipeline": "Support Pipeline", "stage": "Waiting on contact"}


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_order_of_changes_is_that_of_time_and_of_one_moment_that_of_hubspot(newest_first: bool) -> None:
    server = Server()
    server.newest_first = newest_first
    with server.serving():
        number = server.desk.create()
        for status in ("open", "closed") if newest_first else ("closed",):
            server.desk.tick(0 if newest_first else 60)
            server.desk.move(number, status)
        ticket = only(server)
    assert (ticket.status, ticket.history[-1].after, ticket.reopens) == ("closed", "closed", 0)


def test_a_stage_that_was_removed_is_passed_over(hubspot: Server) -> None:
    number = hubspot.desk.create()
    for status in ("pending", "closed"):
        hubspot.desk.tick(60)
        hubspot.desk.move(number, status)
    hubspot.removed = frozenset({STAGES["pending"]})
    ticket = only(hubspot)
    assert [event.after for event in ticket.history if event.field == "status"] == ["new", "closed"]
    assert ticket.reopens == 0


def test_a_ticket_in_a_removed_stage_is_closed_where_hubspot_says_so(hubspot: Server) -> None:
    number = hubspot.desk.create()
    hubspot.desk.tick(60)
    hubspot.desk.move(number, "closed")
    hubspot.removed = frozenset({STAGES["closed"]})
    ticket = only(hubspot)
    assert ticket.status == "closed"
    assert ticket.solved_at == hubspot.desk.items[number].solves[0]


def test_a_ticket_brought_in_closed_keeps_the_day_on_which_it_was_closed(hubspot: Server) -> None:
    created, closed = datetime(2024, 3, 1, 9, tzinfo=UTC), datetime(2024, 3, 2, 9, tzinfo=UTC)
    number = hubspot.desk.create(status="closed")
    hubspot.extra[number] = {"createdate": iso(created), "closed_date": iso(closed)}
    ticket = only(hubspot)
    assert (ticket.created_at, ticket.solved_at, ticket.first_solved_at) == (created, closed, closed)


def test_a_stage_that_is_a_little_older_than_its_ticket_costs_nothing(hubspot: Server) -> None:
    number = hubspot.desk.create(status="closed")
    created = hubspot.desk.now + timedelta(milliseconds=7)
    hubspot.extra[number] = {"createdate": iso(created)}
    assert only(hubspot).solved_at == created


# -- texts for everything


def test_lengths_are_milliseconds_and_come_from_the_batch_alone(hubspot: Server) -> None:
    number = hubspot.desk.create()
    hubspot.extra[number] = {"time_to_first_agent_reply": "90000", "first_agent_reply_date": None}
    ticket = only(hubspot)
    assert ticket.first_reply_at == ticket.created_at + timedelta(seconds=90)


def test_the_first_message_of_an_agent_counts_before_the_first_email(hubspot: Server) -> None:
    number = hubspot.desk.create()
    at = hubspot.desk.tick(60)
    hubspot.desk.tick(60)
    hubspot.desk.reply(number)
    hubspot.extra[number] = {"hs_first_agent_message_sent_at": str(ms(at))}
    assert only(hubspot).first_reply_at == at


def test_an_email_that_a_ticket_was_made_of_is_no_reply(hubspot: Server) -> None:
    number = hubspot.desk.create("Your order is late", by="agent")
    made = str(ms(hubspot.desk.now))
    for own in (None, made):
        hubspot.extra[number] = {"first_agent_reply_date": own, "time_to_first_agent_reply": None}
        assert only(hubspot).first_reply_at is None
    replied = hubspot.desk.tick(60)
    hubspot.desk.reply(number)
    assert only(hubspot).first_reply_at == replied


def test_times_may_be_numbers_written_as_text(hubspot: Server) -> None:
    number = hubspot.desk.create()
    hubspot.extra[number] = {"createdate": str(ms(NOW)), "closed_date": "", "time_to_close": "soon"}
    ticket = only(hubspot)
    assert (ticket.created_at, ticket.solved_at) == (NOW, None)


def test_what_a_ticket_says_of_itself(hubspot: Server) -> None:
    number = hubspot.desk.create(priority="normal", channel="chat", assignee=902, group=22, organization=31,
                                 tags=("BILLING_ISSUE", "GENERAL_INQUIRY"))  # fmt: skip
    hubspot.desk.rate(number, good=True, comment="Thanks")
    hubspot.extra[number] = {"hs_ticket_language_ai_tag": "de"}
    ticket = only(hubspot)
    assert (ticket.priority, ticket.channel, ticket.language) == ("normal", "chat", "de")
    assert ticket.tags == ("BILLING_ISSUE", "GENERAL_INQUIRY")
    assert (ticket.assignee, ticket.group, ticket.organization, ticket.requester) == (
        "Lou Agent",
        "Tier 2",
        "Acme",
        "501",
    )
    assert ticket.satisfaction is not None
    assert (ticket.satisfaction.score, ticket.satisfaction.scale, ticket.satisfaction.comment) == (3, 3, "Thanks")
    assert ticket.url == f"https://app-eu1.hubspot.com/contacts/62515/record/0-5/{number}"
    assert ("assignee", None, "Lou Agent") in [(event.field, event.before, event.after) for event in ticket.history]


def test_a_ticket_without_words_takes_those_of_the_first_email(hubspot: Server) -> None:
    number = hubspot.desk.create("Subject", "It broke")
    hubspot.extra[number] = {"subject": None, "content": None, "hs_ticket_priority": None, "source_type": None}
    ticket = only(hubspot)
    assert (ticket.subject, ticket.body, ticket.priority, ticket.channel) == ("", "It broke", None, None)


# -- what is associated


def test_all_messages_come_and_only_those_that_reached_the_customer_are_replies(hubspot: Server) -> None:
    desk = hubspot.desk
    number = desk.create("Subject", "It broke")
    others = ({"hs_email_status": "BOUNCED"}, {"hs_email_direction": "FORWARDED_EMAIL"}, {"hs_email_text": None})
    for other in others:
        desk.tick(60)
        desk.reply(number, "Try this")
        hubspot.mail[desk.items[number].said[-1].number] = other
    desk.tick(60)
    desk.reply(number, "Look at this", public=False)
    ticket = only(hubspot)
    told = [(one.author, one.public, one.body) for one in ticket.messages]
    assert told == [
        (Actor.CUSTOMER, True, "It broke"),
        (Actor.AGENT, False, "Try this"),
        (Actor.AGENT, True, "<p>Try this</p>"),
        (Actor.AGENT, False, "Look at this"),
    ]
    hubspot.extra[number] = {"first_agent_reply_date": None, "time_to_first_agent_reply": None}
    assert only(hubspot).first_reply_at == ticket.messages[2].at


def test_emails_that_are_too_large_together_come_one_by_one(hubspot: Server) -> None:
    hubspot.links = 10
    number = hubspot.desk.create("Subject", "It broke")
    for word in ("one", "two", "three"):
        hubspot.desk.tick(60)
        hubspot.desk.reply(number, word * (9_000 if word == "three" else 1_000))
    hubspot.desk.tick(3_600)
    (ticket,) = pulled(hubspot, fetch=way_out(largest=20_000))[0].values()
    assert [len(one.body) for one in ticket.messages] == [8, 3_000, 3_000]


@pytest.mark.parametrize(("kind", "status"), [("emails", 403), ("feedback_submissions", 400), ("companies", 404)])
def test_what_may_not_be_read_is_told_and_costs_no_more_than_itself(hubspot: Server, kind: str, status: int) -> None:
    number = hubspot.desk.create(organization=31)
    hubspot.desk.rate(number, good=True)
    hubspot.desk.tick(3_600)
    hubspot.faults.append(Fault(status, times=100, where=lambda asked: f"/tickets/{kind}/" in asked.path))
    fetch = way_out()
    (ticket,) = pulled(hubspot, fetch=fetch)[0].values()
    found = {
        "emails": bool(ticket.messages),
        "feedback_submissions": ticket.satisfaction is not None,
        "companies": ticket.organization is not None,
    }
    assert found == {name: name != kind for name in found}
    (note,) = [note for note in fetch.notes if "clock" not in note]
    assert kind in note


def test_without_owners_ids_stand_in_their_place(hubspot: Server) -> None:
    hubspot.desk.create(assignee=901, group=21)
    hubspot.faults.append(Fault(403, times=100, where=lambda asked: asked.path.endswith("/owners")))
    ticket = only(hubspot)
    assert (ticket.assignee, ticket.group) == ("901", "21")


# -- settings


def test_hubspots_own_address_is_taken_where_none_is_given() -> None:
    assert HubSpot({"token": "pat"}, way_out()).crm.site.base == HOME


@pytest.mark.parametrize("token", ["pat na1", "pat-nä1"])
def test_a_token_that_hubspot_would_call_malformed_is_refused_at_once(token: str) -> None:
    with pytest.raises(ConfigError, match="token"):
        HubSpot({"token": token}, way_out())
