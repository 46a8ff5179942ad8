"""What every connector of the table has to do, held against a helpdesk on loopback with faults to order."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from helpdesks.office import Office, opened

from connectors import TABLE
from ticketlens.connector import BadProof, Hook, Receiver, TicketRef, hook_proof
from ticketlens.intake.clean import clean
from ticketlens.sources.pulling import check


@pytest.fixture(params=sorted(TABLE))
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with opened(request.param, tmp_path) as made:
        yield made


def busy_day(office: Office, count: int = 8) -> list[int]:
    """Tickets of all kinds: open, answered, solved, reopened, solved twice, merged, deleted where there is such."""
    desk = office.desk
    numbers = []
    for number in range(count):
        numbers.append(desk.create(f"Problem {number}", f"Text {number} with ü and 😀"))
        desk.tick(60)
    for number in numbers[1:]:
        desk.reply(number)
        desk.tick(60)
    for number in numbers[2:]:
        desk.solve(number)
        desk.tick(120)
    for number in numbers[4:6]:
        desk.reply(number, "It is back", "customer")
        desk.reopen(number)
        desk.tick(60)
    for number in numbers[5:6]:
        desk.solve(number)
    desk.tick(60)
    return numbers


# -- reading


def test_a_helpdesk_is_read_as_it_is(office: Office) -> None:
    busy_day(office)
    office.quiet()
    told = office.pull()
    assert told.error is None
    assert told.report.adds_up
    assert told.report.set_aside == 0
    office.must_equal()
    for ticket in office.stored().values():
        moments = [ticket.created_at, ticket.updated_at, *(event.at for event in ticket.history)]
        assert all(moment.utcoffset() == timedelta(0) for moment in moments)
        assert ticket.source == "desk"
        assert ticket.url is None or ticket.url.startswith("http")
        assert clean(ticket.body).startswith("Text ")


def test_an_empty_helpdesk_is_no_error(office: Office) -> None:
    told = office.pull()
    assert (told.error, told.report.received) == (None, 0)


def test_a_second_pull_adds_nothing(office: Office) -> None:
    busy_day(office)
    office.quiet()
    office.pull()
    before = office.stored()
    told = office.pull()
    assert (told.error, told.report.stored) == (None, 0)
    assert told.report.adds_up
    assert office.stored() == before


def test_what_changes_later_is_read_by_the_next_pull(office: Office) -> None:
    numbers = busy_day(office)
    office.quiet()
    office.pull()
    office.desk.reply(numbers[0])
    office.desk.tick()
    office.desk.solve(numbers[0])
    office.desk.create("A new one", "Text of it")
    office.quiet()
    told = office.pull()
    assert told.error is None
    assert told.report.stored >= 2
    office.must_equal()


def test_rows_of_one_moment_at_the_edge_of_a_page_all_come(office: Office) -> None:
    """Twice as many as a page holds, all changed in the same second."""
    for number in range(2 * office.helpdesk.page + 1):
        office.desk.create(f"Burst {number}", "Text of a burst")
    office.desk.tick(300)
    office.desk.create("After it", "Text after it")
    office.quiet()
    assert office.pull().error is None
    office.must_equal()


def test_rows_that_change_while_they_are_read_are_not_lost(office: Office) -> None:
    """A ticket of the first page moves to the end of the list: those behind it move up, past an offset."""
    numbers = busy_day(office)
    office.quiet()
    moved = iter(numbers)

    def change(asked: Any) -> bool:
        if office.helpdesk.is_ticket_list(asked) and (number := next(moved, None)) is not None:
            office.desk.tick(1)
            office.desk.reply(number, "Meanwhile", "customer")
        return False

    office.fault(where=change)
    assert office.pull().error is None
    office.quiet()
    assert office.pull().error is None
    office.must_equal()


def test_a_full_pull_finds_what_was_deleted_and_what_came_back(office: Office) -> None:
    numbers = busy_day(office)
    office.quiet()
    office.pull()
    office.helpdesk.lose(numbers[0])
    told = office.pull(full=True)
    assert told.error is None
    assert told.deleted == 1
    assert office.stored()[office.id_of(numbers[0])].excluded == "deleted"
    office.helpdesk.find_again(numbers[0])
    assert office.pull(full=True).error is None
    assert office.stored()[office.id_of(numbers[0])].excluded is None
    office.must_equal()


def test_tickets_since_a_day_are_read_without_touching_the_cursor(office: Office) -> None:
    busy_day(office)
    office.quiet()
    since = office.desk.now
    office.desk.tick(600)
    office.desk.create("Late", "Text of late")
    office.quiet()
    told = office.pull(since=since)
    assert told.error is None
    assert [one.subject for one in office.stored().values()] == ["Late"]
    assert office.pull().error is None
    office.must_equal()


# -- resuming


def test_a_pull_that_breaks_off_goes_on_after_what_is_stored(office: Office) -> None:
    busy_day(office)
    office.quiet()
    office.fault(status=401, after=1, times=100)
    first = office.pull()
    assert first.error is not None
    office.helpdesk.faults.clear()
    assert office.pull().error is None
    office.must_equal()


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_passing_trouble_is_waited_out(office: Office, status: int) -> None:
    busy_day(office)
    office.quiet()
    office.fault(status=status, times=2)
    assert office.pull().error is None
    assert len(office.clock.waited) >= 2
    office.must_equal()


def test_it_waits_as_long_as_it_is_told(office: Office) -> None:
    busy_day(office)
    office.quiet()
    office.fault(status=429, headers={"Retry-After": "17"})
    assert office.pull().error is None
    assert 17 in office.clock.waited


def test_a_part_of_a_ticket_that_is_gone_costs_no_more_than_the_part(office: Office) -> None:
    numbers = busy_day(office)
    office.quiet()
    for status in (404, 403):
        office.fault(where=office.helpdesk.is_part, status=status, body=b"" if status == 403 else b'{"error":"x"}',
                     headers={"Content-Type": "text/html"})  # fmt: skip
    assert office.pull().error is None
    assert len(office.stored()) >= len(numbers)


@pytest.mark.parametrize("cut", [1, 40])
def test_an_answer_that_breaks_off_is_asked_for_again(office: Office, cut: int) -> None:
    busy_day(office)
    office.quiet()
    office.fault(cut=cut)
    assert office.pull().error is None
    office.must_equal()


def spoilt(told: Any, weird: object) -> Any:
    """An answer whose first record, of its longest list, holds something weird in every field but its id."""
    lists: list[list[Any]] = []

    def gather(value: Any) -> None:
        if isinstance(value, list):
            lists.append([one for one in value if isinstance(one, dict)])
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            gather(one)

    gather(told)
    records = [found for found in lists if found and "id" in found[0]]
    for record in records[:1]:
        record[0].update({name: weird for name in record[0] if name not in ("id", "iid", "number", "key")})
    return told


@pytest.mark.parametrize("weird", [None, 7, "x", [], {}, [[]], {"?": [1]}, True], ids=repr)
def test_a_record_that_cannot_be_read_is_set_aside_and_the_others_come(office: Office, weird: object) -> None:
    numbers = busy_day(office)
    office.quiet()
    office.fault(edit=lambda told: spoilt(told, weird))
    told = office.pull()
    assert told.error is None
    assert told.report.adds_up
    assert len([one for one in office.stored().values() if one.subject.startswith("Problem ")]) >= len(numbers) - 1


# -- what a person has to mend


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"status": 401, "body": b"{}"}, "401"),
        ({"status": 403, "body": b""}, "403"),
        (
            {"status": 200, "body": b"<!doctype html><p>Sign in</p>", "headers": {"Content-Type": "text/html"}},
            "web page",
        ),
        ({"status": 200, "body": b"\xff\xfe garbage", "headers": {"Content-Type": "application/json"}}, "no JSON"),
        ({"status": 200, "body": b'"' + b"x" * 30_000_000 + b'"'}, "larger than"),
        ({"status": 503, "body": b""}, "503"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_the_cursor_stays(office: Office, told: Any, words: str) -> None:
    busy_day(office, 3)
    office.quiet()
    assert office.pull().error is None
    cursor = office.lens.helpdesks.states()["desk"].cursor
    office.desk.create("Later", "Text of later")
    office.quiet()
    office.fault(times=1_000, **told)
    error = office.pull().error
    assert error is not None
    assert words in error
    assert "\n" not in error
    state = office.lens.helpdesks.states()["desk"]
    assert (state.cursor, state.error) == (cursor, error)
    office.helpdesk.faults.clear()
    assert office.pull().error is None
    office.must_equal()


LISTS_ALONE = ("freshdesk", "github", "zammad")


@pytest.mark.parametrize("told", [{}, [], [7], {"x": 1}, 7, "x", None, True], ids=repr)
def test_a_list_that_is_none_of_this_helpdesk_is_never_taken_for_an_empty_one(office: Office, told: Any) -> None:
    busy_day(office, 3)
    office.quiet()
    if isinstance(told, list) and office.helpdesk.kind in LISTS_ALONE:
        pytest.skip("a list by itself is what this helpdesk answers with")
    office.fault(edit=lambda truth: told, times=1_000)
    title = TABLE[office.helpdesk.kind].title
    error = office.pull().error
    assert error is not None
    assert f" answers something else than {title} does: check the address of this source" in error
    assert office.stored() == {}
    office.helpdesk.faults.clear()
    assert office.pull().error is None
    office.must_equal()


def test_no_secret_is_in_any_message(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    echo = json.dumps({"error": f"the token {office.helpdesk.secret} is wrong"}).encode()
    secret = office.helpdesk.secret
    for status in (400, 401, 403, 404, 418, 422, 500):
        office.helpdesk.faults.clear()
        office.fault(status=status, body=echo, times=1_000, where=lambda asked: True)
        told = office.pull()
        shown = repr((told, office.lens.helpdesks.states(), office.lens.helpdesks.registry.connect("desk")))
        assert told.error is not None
        assert secret not in told.error + shown + caplog.text
    held = json.dumps([dict(one.fields) for one in office.lens.store.records("source")])
    assert secret not in held


def test_a_test_of_the_source_says_what_it_could_read(office: Office) -> None:
    busy_day(office, 3)
    office.quiet()
    count, subject = check(office.lens.helpdesks.registry, "desk")
    assert 1 <= count <= 3
    assert subject is not None
    assert subject.startswith("Problem ")
    assert office.stored() == {}


# -- webhooks


@pytest.fixture
def hooked(office: Office) -> Office:
    if not issubclass(TABLE[office.helpdesk.kind], Receiver):
        pytest.skip("this helpdesk has no webhooks")
    return office


def delivered(office: Office, number: int, secret: str | None = None) -> Hook:
    own = office.lens.helpdesks.registry.settings("desk")["webhook_secret"]
    url = "https://lens.example.com/hooks/desk"
    body, headers = office.helpdesk.delivery(number, secret or own, url)
    return Hook({name.lower(): value for name, value in headers.items()}, body, "POST", url, office.desk.now)


def receiver(office: Office) -> Any:
    return office.lens.helpdesks.registry.connect("desk")[0]


def test_a_webhook_names_a_ticket_that_reads_as_the_pull_reads_it(hooked: Office) -> None:
    number = busy_day(hooked)[5]
    hooked.quiet()
    hooked.pull()
    connector, hook = receiver(hooked), delivered(hooked, number)
    assert connector.prove(hook) is None
    assert connector.delivery(hook) == connector.delivery(hook) != ""
    (named,) = connector.receive(hook)
    ticket = connector.read(named.id) if isinstance(named, TicketRef) else named
    stored = hooked.stored()[hooked.id_of(number)]
    assert dataclasses.replace(ticket, source="desk", pulled=True) == stored


def test_only_the_right_secret_over_the_same_bytes_proves_a_delivery(hooked: Office) -> None:
    number = busy_day(hooked, 3)[0]
    connector, good = receiver(hooked), delivered(hooked, number)
    other = delivered(hooked, number, "another secret")
    bare = dataclasses.replace(good, headers={}, url="https://lens.example.com/hooks/desk")
    bad = [other, bare, *hooked.helpdesk.forged(good)]
    for hook in bad:
        with pytest.raises(BadProof):
            connector.prove(hook)
    assert connector.prove(good) is None


def test_the_secret_before_still_proves_while_it_is_changed(hooked: Office) -> None:
    number = busy_day(hooked, 3)[0]
    old = hooked.lens.helpdesks.registry.settings("desk")["webhook_secret"]
    hooked.lens.helpdesks.registry.change(
        "desk", {"webhook_secret": "a new one, and long", "webhook_secret_previous": old}
    )
    connector = receiver(hooked)
    assert connector.prove(delivered(hooked, number, old)) is None
    assert connector.prove(delivered(hooked, number)) is None


def test_every_kind_has_a_page_of_docs() -> None:
    docs = Path(__file__).parents[2] / "docs" / "connectors"
    for name, kind in TABLE.items():
        text = (docs / f"{name}.md").read_text(encoding="utf-8")
        assert kind.title in text
        for one in kind.fields:
            assert f"`{one.name}`" in text, (name, one.name)


WAY_TO_THE_SECRET = {
    "ours": "`ticketlens source rotate NAME`",
    "theirs": "`ticketlens source change NAME webhook_secret=@FILE`",
    "sent": "`/hooks/NAME/SECRET`",
}


@pytest.mark.parametrize("name", [name for name, kind in TABLE.items() if issubclass(kind, Receiver)])
def test_the_docs_tell_whose_secret_proves_webhooks_and_the_way_to_it(name: str) -> None:
    docs = Path(__file__).parents[2] / "docs" / "connectors"
    webhook = (docs / f"{name}.md").read_text(encoding="utf-8").partition("## Webhook")[2].partition("\n## ")[0]
    proof = hook_proof(TABLE[name])
    assert WAY_TO_THE_SECRET[proof] in webhook
    assert ("makes the secret itself" in webhook) == (proof == "theirs")
