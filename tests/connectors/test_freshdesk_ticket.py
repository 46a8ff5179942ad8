"""What Freshdesk tells of one ticket, and what it does not: its solves, messages and ratings."""

import dataclasses
from collections.abc import Iterator

import pytest
from helpdesks.desk import Said
from helpdesks.freshdesk import Server
from helpdesks.freshdesk_account import Account
from helpdesks.server import Fault

from ticketlens.model import Satisfaction


@pytest.fixture
def account() -> Iterator[Account]:
    server = Server()
    with server.serving():
        yield Account(server)


# -- solves


def test_a_reopened_ticket_has_no_solve_and_one_reopening_at_least(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    for turn in range(3):
        desk.tick()
        desk.solve(number)
        if turn < 2:
            desk.tick()
            desk.reopen(number)
            ticket = account.one(number)
            assert (ticket.status, ticket.solved_at, ticket.reopens) == ("open", None, 1)
    ticket = account.one(number)
    assert (ticket.solved_at, ticket.reopens) == (desk.now, 1)


@pytest.mark.parametrize("moves", [("closed",), ("solved", "closed"), ("closed", "solved")])
def test_the_first_end_of_the_last_stretch_counts(account: Account, moves: tuple[str, ...]) -> None:
    desk = account.server.desk
    number = desk.create()
    ended = desk.tick()
    for move in moves:
        desk.move(number, move)
        desk.tick(7_200)
    assert account.one(number).solved_at == ended


def test_a_solve_that_the_reopening_left_standing_is_of_before(account: Account) -> None:
    """Should an account keep the time of the solve, the ticket is open all the same."""
    desk = account.server.desk
    number = desk.create()
    desk.tick()
    desk.solve(number)
    solved = desk.now
    desk.change(number, status="open")
    ticket = account.one(number)
    assert (ticket.status, ticket.solved_at, ticket.first_solved_at, ticket.reopens) == ("open", None, solved, 1)


# -- messages


def test_all_messages_come_with_who_wrote_them(account: Account) -> None:
    desk = account.server.desk
    number = desk.create("Broken", "It <b> breaks")
    for author, public in [("agent", True), ("customer", True), ("agent", False), ("bot", True), ("agent", True)]:
        desk.tick()
        desk.reply(number, f"By {author}", author, public=public)
    messages = account.one(number).messages
    told = [(one.author, one.public) for one in messages]
    assert told == [
        ("customer", True), ("agent", True), ("customer", True), ("agent", False), ("bot", True), ("agent", True),
    ]  # fmt: skip
    assert messages[0].body == "<div>It &lt;b&gt; breaks</div>"
    assert messages[-1].at == desk.now


def test_what_an_agent_sent_first_is_no_message_of_the_customer(account: Account) -> None:
    number = account.server.desk.create(channel="outbound")
    assert [one.author for one in account.one(number).messages] == ["agent"]


def test_what_an_agent_sent_first_is_no_reply(account: Account) -> None:
    """Where Freshdesk takes it for the first response, its time is that of the creation."""
    desk = account.server.desk
    number = desk.create(channel="outbound", by="agent")

    def responded_at_once(told: list[dict[str, dict[str, object]]]) -> object:
        return [{**row, "stats": {**row["stats"], "first_responded_at": row["created_at"]}} for row in told]

    account.server.faults.append(Fault(where=account.server.is_ticket_list, edit=responded_at_once))
    assert account.one(number).first_reply_at is None
    desk.tick()
    desk.reply(number)
    assert account.one(number).first_reply_at == desk.now


def test_the_first_pull_asks_for_messages_only_where_it_is_told_to(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    desk.rate(number, good=True)
    account.conversations = ""
    assert account.one(number).messages == ()
    assert account.asked(f"/tickets/{number}/") == []
    cursor = account.cursor()
    desk.tick(600)
    desk.reply(number)
    assert len(account.pull(cursor)[str(number)].messages) == 2


def test_nothing_more_is_asked_about_spam_and_deleted_tickets(account: Account) -> None:
    desk = account.server.desk
    numbers = [desk.create(spam=True), desk.create(deleted=True)]
    cursor = account.cursor()
    account.pull(cursor)
    assert all(account.asked(f"/tickets/{number}/") == [] for number in numbers)


def test_a_merged_ticket_is_known_by_the_note_that_closed_it(account: Account) -> None:
    desk = account.server.desk
    kept, merged = desk.create(), desk.create()
    desk.tick()
    desk.merge(merged, kept)
    assert account.one(merged).merged_into == str(kept)
    desk.tick()
    desk.reopen(merged)
    assert account.one(merged).merged_into is None


def test_words_of_a_customer_merge_nothing(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    said = Said(7, desk.tick(), "customer", "This ticket is closed and merged into ticket 12")
    desk.change(number, said=(*desk.items[number].said, said))
    desk.move(number, "closed")
    assert account.one(number).merged_into is None


# -- ratings


def settled(account: Account) -> str:
    """The cursor of a first pull that ends long after what there is so far."""
    account.server.desk.tick(86_400)
    account.server.desk.create("The last one")
    cursor = account.cursor()
    account.server.desk.tick(86_400)
    return cursor


def unrated_change(account: Account, number: int, good: bool, comment: str = "") -> None:
    """A rating that moves nothing else of the ticket."""
    desk = account.server.desk
    desk.items[number] = dataclasses.replace(desk.items[number], rated=(desk.now, good, comment))


def test_ratings_are_read_on_their_scale(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    desk.tick()
    desk.rate(number, good=False, comment="Slow")
    assert account.one(number).satisfaction == Satisfaction(1, 7, "Slow", desk.now)


def test_a_rating_alone_makes_a_ticket_new(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    cursor = settled(account)
    unrated_change(account, number, good=True, comment="Fast")
    found = account.pull(cursor)[str(number)]
    assert found.satisfaction == Satisfaction(7, 7, "Fast", desk.now)
    assert found.updated_at == desk.now


def test_an_old_rating_stays_when_the_ticket_changes_again(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    desk.rate(number, good=True)
    cursor = account.cursor()
    desk.tick(86_400)
    desk.reply(number)
    assert account.pull(cursor)[str(number)].satisfaction is not None


def test_a_first_pull_that_goes_on_reads_old_ratings_in_passing_and_new_ones_by_themselves(account: Account) -> None:
    desk = account.server.desk
    numbers = []
    for number in range(7):
        numbers.append(desk.create(f"Ticket {number}"))
        desk.rate(numbers[-1], good=True)
        desk.tick(600)
    desk.items[numbers[0]] = dataclasses.replace(desk.items[numbers[0]], rated=None)
    pages = account.connector().pull(None)
    next(pages)
    broken_off = next(pages).cursor
    unrated_change(account, numbers[0], good=False)
    found = account.pull(broken_off)
    assert str(numbers[1]) not in found
    assert all(found[str(number)].satisfaction for number in (numbers[0], *numbers[4:]))
    assert len([asked for number in numbers for asked in account.asked(f"/tickets/{number}?")]) == 1


def test_a_rating_is_read_no_more_once_there_are_later_ones(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    cursor = settled(account)
    unrated_change(account, number, good=True)
    cursor = str(account.pages(cursor)[-1].cursor)
    desk.tick(86_400)
    unrated_change(account, desk.create(), good=True)
    cursor = str(account.pages(cursor)[-1].cursor)
    account.pull(cursor)
    assert account.asked(f"/tickets/{number}?") == []
    assert account.asked("created_since=1970") == []


def test_an_account_without_surveys_is_read_without_asking_for_each_rating(account: Account) -> None:
    account.server.has_surveys = False
    number = account.server.desk.create()
    cursor = account.cursor()
    assert account.pull(cursor)[str(number)].satisfaction is None
    assert len(account.asked("satisfaction_ratings")) == 1


def test_a_rated_ticket_that_may_not_be_seen_costs_no_more_than_itself(account: Account) -> None:
    desk = account.server.desk
    number, other = desk.create(), desk.create()
    cursor = settled(account)
    unrated_change(account, number, good=True)
    unrated_change(account, other, good=True)
    account.server.faults.append(Fault(403, where=lambda asked: asked.path.endswith(f"/tickets/{number}")))
    found = account.pull(cursor)
    assert str(number) not in found
    assert found[str(other)].satisfaction is not None


@pytest.mark.parametrize("name", ["created_at", "ticket_id", "id"])
def test_a_rating_that_cannot_be_read_is_left_out(account: Account, name: str) -> None:
    desk = account.server.desk
    number, other = desk.create(), desk.create()
    desk.rate(number, good=True)
    desk.rate(other, good=True)

    def spoilt(told: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{**one, name: ["?"]} if one["ticket_id"] == number else one for one in told]

    account.server.faults.append(Fault(edit=spoilt, where=lambda asked: "/surveys/" in asked.path))
    found = account.pull()
    assert found[str(number)].satisfaction is None
    assert found[str(other)].satisfaction is not None
