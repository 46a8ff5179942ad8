"""What is special about Freshdesk: its defaults, its caps, its numbers, and what it does not tell."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from helpdesks.desk import Said
from helpdesks.freshdesk import Server
from helpdesks.server import Fault

from connectors.freshdesk import Freshdesk
from ticketlens.connector import BadProof, Hook, Page
from ticketlens.errors import BadPayload, Unavailable
from ticketlens.fetch import Fetch, Refused
from ticketlens.model import Satisfaction, Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting


@dataclass
class Account:
    """A Freshdesk on loopback, and a connector to it whose waiting moves a clock of its own."""

    server: Server
    waited: list[float] = field(default_factory=list)
    conversations: str = "yes"
    per_minute: float | None = None

    def connector(self) -> Freshdesk:
        waiting = Waiting(self.waited.append, lambda: sum(self.waited), lambda: datetime.now(UTC))
        fetch = Fetch(Guard.of(["127.0.0.0/8"]), waiting=waiting, per_minute=self.per_minute)
        return Freshdesk({**self.server.settings(), "conversations": self.conversations, "webhook_secret": "s3"}, fetch)

    def pages(self, cursor: str | None = None) -> list[Page]:
        self.server.asked.clear()
        return list(self.connector().pull(cursor))

    def pull(self, cursor: str | None = None) -> dict[str, Ticket]:
        """What a pull gives, the last of each; nothing is set aside."""
        pages = self.pages(cursor)
        assert [page.set_aside for page in pages if page.set_aside] == []
        return {ticket.id: ticket for page in pages for ticket in page.tickets}

    def one(self, number: int) -> Ticket:
        return self.pull()[str(number)]

    def cursor(self) -> str:
        """Where a first pull ends."""
        cursor = self.pages()[-1].cursor
        assert cursor is not None
        return cursor

    def asked(self, part: str) -> list[str]:
        return [asked for asked in self.server.asked if part in asked]


@pytest.fixture
def account() -> Iterator[Account]:
    server = Server()
    with server.serving():
        yield Account(server)


# -- the list


def test_tickets_of_years_ago_are_read_too(account: Account) -> None:
    number = account.server.desk.create()
    account.server.desk.tick(400 * 86_400)
    assert list(account.pull()) == [str(number)]


def test_the_cap_on_pages_is_never_reached_by_tickets_of_different_times(account: Account) -> None:
    account.server.page, account.server.most_pages = 2, 2
    for number in range(11):
        account.server.desk.create(f"Ticket {number}")
        account.server.desk.tick(1)
    assert len(account.pull()) == 11


def test_more_tickets_of_one_second_than_can_be_listed_are_an_error_that_says_so(account: Account) -> None:
    account.server.page = 1
    for number in range(301):
        account.server.desk.create(f"Import {number}")
    with pytest.raises(Unavailable, match="pull --since"):
        account.pages()


def test_a_full_page_without_a_link_has_another_after_it(account: Account) -> None:
    account.server.page = 100
    account.server.app.after_request(lambda response: response.headers.remove("Link") or response)
    for number in range(103):
        account.server.desk.create(f"Import {number}")
    account.conversations = ""
    assert len(account.pull()) == 103


def test_spam_and_deleted_tickets_are_read_and_marked(account: Account) -> None:
    desk = account.server.desk
    kept, junk, gone = desk.create(), desk.create(), desk.create()
    desk.tick()
    desk.change(junk, spam=True)
    desk.delete(gone)
    found = account.pull()
    assert {id_: ticket.excluded for id_, ticket in found.items()} == {
        str(kept): None, str(junk): "spam", str(gone): "deleted",
    }  # fmt: skip


def test_a_ticket_that_is_restored_comes_back(account: Account) -> None:
    desk = account.server.desk
    number = desk.create()
    desk.tick()
    desk.delete(number)
    cursor = account.cursor()
    desk.tick(600)
    desk.change(number, deleted=False)
    assert account.pull(cursor)[str(number)].excluded is None


def test_a_pull_without_anything_new_leaves_the_cursor_where_it_was(account: Account) -> None:
    number = account.server.desk.create()
    account.server.desk.rate(number, good=True)
    first = account.cursor()
    account.server.desk.tick(86_400)
    account.server.lose(number)
    assert account.pages(account.pages(first)[-1].cursor)[-1].cursor == first


def test_the_person_behind_a_ticket_is_a_number_and_never_asked_for(account: Account) -> None:
    number = account.server.desk.create(requester=502)
    assert account.one(number).requester == "502"
    assert all("requester" not in asked for asked in account.server.asked)


def test_an_account_that_refuses_companies_is_read_without_their_names(account: Account) -> None:
    number = account.server.desk.create(organization=31)
    assert account.one(number).organization == "Acme"
    account.server.has_companies = False
    for page in range(5):
        account.server.desk.tick()
        account.server.desk.create(f"Ticket {page}")
    assert account.one(number).organization == "31"
    assert len(account.asked("company")) == 1
    ticket = account.connector().read(str(number))
    assert ticket is not None
    assert ticket.organization == "31"


def test_any_other_refusal_of_the_list_is_told(account: Account) -> None:
    account.server.faults.append(Fault(400, b'{"errors": [{"field": "page"}]}', where=account.server.is_ticket_list))
    with pytest.raises(Refused, match="400"):
        account.pages()


# -- the words


@pytest.mark.parametrize(
    ("theirs", "status", "own"),
    [
        ("open", "open", None),
        ("pending", "waiting_customer", None),
        ("solved", "solved", None),
        ("closed", "closed", None),
        ("vendor", "on_hold", "Awaiting Vendor"),
        ("done", "open", "Done"),
    ],
)
def test_statuses_are_read_by_their_numbers(account: Account, theirs: str, status: str, own: str | None) -> None:
    number = account.server.desk.create(status=theirs)
    ticket = account.one(number)
    assert (ticket.status, ticket.custom.get("status")) == (status, own)


@pytest.mark.parametrize(
    ("source", "channel", "kept"),
    [
        ("email", "email", None), ("portal", "web", None), ("phone", "phone", None), ("chat", "chat", None),
        ("widget", "web", None), ("outbound", "email", None), ("kiosk", "other", "Kiosk"),
    ],
)  # fmt: skip
def test_sources_are_read_by_their_numbers(account: Account, source: str, channel: str, kept: str | None) -> None:
    number = account.server.desk.create(channel=source)
    ticket = account.one(number)
    assert (ticket.channel, ticket.custom.get("channel")) == (channel, kept)


def test_the_account_names_its_agents_and_groups(account: Account) -> None:
    number = account.server.desk.create(assignee=901, group=22, priority="urgent", tags=("vip", "login"))
    ticket = account.one(number)
    assert (ticket.assignee, ticket.group, ticket.priority) == ("Kim Agent", "Tier 2", "urgent")
    assert ticket.tags == ("vip", "login")
    assert ticket.custom == {"cf_plan": "pro", "type": "Question"}
    assert ticket.url == f"{account.server.url}/a/tickets/{number}"


def test_numbers_stand_for_names_that_may_not_be_read(account: Account) -> None:
    number = account.server.desk.create(assignee=901, status="vendor")
    account.server.faults.append(Fault(403, times=9, where=lambda asked: asked.path.endswith("/ticket_fields")))
    ticket = account.one(number)
    assert (ticket.assignee, ticket.status, ticket.custom["status"]) == ("901", "open", "7")


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


# -- limits


@pytest.mark.parametrize(("told", "expected"), [("400", 200.0), ("100.0", 50.0), ("5000", 350.0), ("", 50.0)])
def test_half_of_what_the_account_says_is_asked(account: Account, told: str, expected: float) -> None:
    account.server.a_minute = told
    connector = account.connector()
    list(connector.pull(None))
    assert connector.site.budget.per_minute == expected
    assert connector.lists.budget.per_minute == pytest.approx(expected / 7)


def test_the_limit_of_the_operator_stays(account: Account) -> None:
    account.per_minute = 5
    connector = account.connector()
    list(connector.pull(None))
    assert connector.site.budget.per_minute == 5
    assert connector.lists.budget.per_minute == 5


def test_a_wait_told_with_a_fraction_is_kept(account: Account) -> None:
    headers = {"Retry-After": "17.0"}
    account.server.faults.append(Fault(429, headers=headers, where=account.server.is_ticket_list))
    account.pages()
    assert 17 in account.waited


# -- webhooks

BODIES = [{"freshdesk_webhook": {"ticket_id": 12}}, {"ticket_id": "12"}, {"ticket_id": 12}, {"id": 12}]
AT = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)


def hook(body: object = BODIES[1], url: str = "https://lens.example.com/hooks/desk", **headers: str) -> Hook:
    return Hook(headers, json.dumps(body).encode(), url=url, at=AT)


@pytest.mark.parametrize("body", BODIES)
def test_a_webhook_names_its_ticket_in_each_form(account: Account, body: object) -> None:
    assert [ref.id for ref in account.connector().receive(hook(body))] == ["12"]


@pytest.mark.parametrize("body", [{}, {"ticket_id": ""}, {"ticket_id": "../agents"}, [], {"ticket_id": [12]}, 12])
def test_a_webhook_that_names_no_ticket_is_refused(account: Account, body: object) -> None:
    with pytest.raises(BadPayload):
        list(account.connector().receive(hook(body)))


def test_a_webhook_that_is_no_json_is_refused(account: Account) -> None:
    with pytest.raises(BadPayload):
        list(account.connector().receive(Hook({}, b'{"subject": "a "quote" of \xff"}')))


def test_the_secret_may_stand_at_the_end_of_the_address(account: Account) -> None:
    account.connector().prove(hook(url="https://lens.example.com/hooks/desk/s3"))
    with pytest.raises(BadProof):
        account.connector().prove(hook(url="https://lens.example.com/hooks/desk/s4"))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (lambda one: one, True),
        (lambda one: dataclasses.replace(one, at=one.at + timedelta(seconds=30)), True),
        (lambda one: dataclasses.replace(one, at=one.at + timedelta(seconds=60)), False),
        (lambda one: dataclasses.replace(one, body=one.body + b" "), False),
    ],
)
def test_the_same_bytes_are_one_delivery_for_a_minute(
    account: Account, other: Callable[[Hook], Hook], same: bool
) -> None:
    connector = account.connector()
    assert (connector.delivery(hook()) == connector.delivery(other(hook()))) is same
