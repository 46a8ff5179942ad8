"""One pull: stored first, then the cursor; counts that add up; what a whole reading misses is looked at one by one."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ticketlens.config import load_settings
from ticketlens.connector import Field, Page
from ticketlens.errors import BadPayload, ConfigError, Denied, Stopped, StoreError, TicketLensError, Unavailable
from ticketlens.fetch import Fetch, Refused
from ticketlens.lease import Lease
from ticketlens.lens import Lens
from ticketlens.model import Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import Filter
from ticketlens.model.report import SetAside
from ticketlens.sources.pulling import SETTLING, check
from ticketlens.sources.state import PullState
from ticketlens.store.sqlite import SqliteStore

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ticket(number: int, **fields: Any) -> Ticket:
    told = {"subject": f"Problem {number}", "created_at": AT, "updated_at": AT + timedelta(hours=number), **fields}
    return Ticket(source="", id=str(number), **told)


class Desk:
    """A connector that plays what a test puts in: pages, or errors at their places."""

    name: ClassVar[str] = "desk"
    title: ClassVar[str] = "Desk"
    fields: ClassVar[tuple[Field, ...]] = ()
    plays: ClassVar[list[Any]] = []
    asked: ClassVar[list[str | None]] = []
    there: ClassVar[dict[str, Ticket | Exception]] = {}

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.fetch = fetch

    def pull(self, cursor: str | None) -> Iterator[Page]:
        self.asked.append(cursor)
        for play in self.plays:
            if isinstance(play, Exception):
                raise play
            yield play() if callable(play) else play

    def starting_at(self, moment: datetime) -> str:
        return f"from {moment.date()}"

    def read(self, id: str) -> Ticket | None:
        found = self.there.get(id)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def lens(tmp_path: Path) -> Iterator[Lens]:
    Desk.plays, Desk.asked, Desk.there = [], [], {}
    store = SqliteStore(tmp_path / "p.db")
    settings = load_settings(environment={}, overrides={"store": f"sqlite:///{tmp_path / 'p.db'}"})
    made = Lens(store, settings, None, now=lambda: NOW, kinds={"desk": Desk})  # type: ignore[arg-type]
    made.helpdesks.registry.add("eu", "desk", {})
    yield made
    store.close()


def pull(lens: Lens, **how: Any) -> Any:
    return lens.helpdesks.pull("eu", step=lambda done, total: None, **how)


def page(*numbers: int, cursor: str | None = None, **fields: Any) -> Page:
    return Page(tuple(ticket(number, **fields) for number in numbers), cursor or f"c{max(numbers, default=0)}")


def test_pages_are_stored_and_the_cursor_follows(lens: Lens) -> None:
    Desk.plays = [page(1, 2), page(3)]
    told = pull(lens)
    assert (told.error, told.report.received, told.report.stored) == (None, 3, 3)
    assert {one.source for one in lens.store.each_raw()} == {"eu"}
    state = lens.helpdesks.states()["eu"]
    assert (state.cursor, state.done, state.running, state.good_at) == ("c3", 3, False, NOW.isoformat())
    Desk.plays = [page(3)]
    again = pull(lens)
    assert Desk.asked == [None, "c3"]
    assert (again.report.stored, again.report.unchanged) == (0, 1)


def test_an_error_keeps_what_came_before_it_and_the_cursor_of_that(lens: Lens) -> None:
    Desk.plays = [page(1), Unavailable("the helpdesk sleeps")]
    told = pull(lens)
    assert (told.error, told.report.stored) == ("the helpdesk sleeps", 1)
    state = lens.helpdesks.states()["eu"]
    assert (state.cursor, state.error, state.good_at, state.running) == ("c1", "the helpdesk sleeps", None, False)
    Desk.plays = [page(2)]
    pull(lens)
    assert Desk.asked[-1] == "c1"
    assert lens.helpdesks.states()["eu"].error is None


def test_the_cursor_is_never_ahead_of_what_is_stored(lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    Desk.plays = [page(1), page(2)]
    put = lens.store.put_tickets
    calls: list[int] = []

    def failing(batch: Any) -> Any:
        calls.append(len(batch))
        if len(calls) == 2:
            raise StoreError("the disk is full")
        return put(batch)

    monkeypatch.setattr(lens.store, "put_tickets", failing)
    with pytest.raises(StoreError, match="disk"):
        pull(lens)
    assert lens.helpdesks.states()["eu"].cursor == "c1"


def test_what_cannot_be_read_is_counted(lens: Lens) -> None:
    Desk.plays = [Page((ticket(1),), "c1", (SetAside("index", 1, "9", "created_at: missing"),))]
    told = pull(lens)
    assert told.report.adds_up
    assert (told.report.received, told.report.set_aside) == (2, 1)
    assert told.to_json()["set_aside_items"] == [{"index": 1, "id": "9", "reason": "created_at: missing"}]
    assert json.dumps(told.to_json())


def test_a_source_is_read_to_the_time_of_the_pull_though_nothing_changed(lens: Lens) -> None:
    Desk.plays = [page(1)]
    pull(lens)
    span = lens.store.span()
    assert span is not None
    assert span.read_to == NOW - SETTLING


def test_a_pull_that_fails_does_not_say_that_the_source_was_read(lens: Lens) -> None:
    Desk.plays = [page(1), Denied("no")]
    pull(lens)
    span = lens.store.span()
    assert span is not None
    assert span.read_to == AT + timedelta(hours=1)


def test_since_a_day_leaves_the_cursor_where_it_was(lens: Lens) -> None:
    Desk.plays = [page(1)]
    pull(lens)
    Desk.plays = [page(5)]
    pull(lens, since=datetime(2026, 2, 1, tzinfo=UTC))
    assert Desk.asked[-1] == "from 2026-02-01"
    assert lens.helpdesks.states()["eu"].cursor == "c1"


def test_a_source_that_another_process_pulls_is_left_to_it(lens: Lens) -> None:
    Desk.plays = [page(1)]
    with Lease(lens.store, "pull eu", "another", now=lambda: NOW).held():
        told = pull(lens)
    assert "another process" in told.error
    assert Desk.asked == []


def excluded(lens: Lens) -> dict[str, str | None]:
    return {one.id: one.excluded for one in lens.store.each_raw()}


def test_a_full_pull_asks_for_each_ticket_that_it_missed(lens: Lens) -> None:
    Desk.plays = [page(1, 2, 3)]
    pull(lens)
    Desk.plays, Desk.there = [page(1, cursor="f")], {"2": ticket(2, subject="Seen by id", updated_at=AT + timedelta(9))}
    told = pull(lens, full=True)
    assert (Desk.asked[-1], told.error, told.deleted) == (None, None, 1)
    assert excluded(lens) == {"1": None, "2": None, "3": "deleted"}
    assert lens.store.count_tickets(Filter(q="seen")) == 1
    assert lens.helpdesks.states()["eu"].full_at == NOW.isoformat()


def test_what_comes_back_after_it_was_taken_for_deleted_counts_again(lens: Lens) -> None:
    Desk.plays = [page(1, 2)]
    pull(lens)
    Desk.plays = [page(1)]
    pull(lens, full=True)
    assert excluded(lens)["2"] == "deleted"
    Desk.plays = [page(1, 2)]
    told = pull(lens, full=True)
    assert excluded(lens)["2"] is None
    assert told.report.adds_up
    assert pull(lens, full=True).report.stored == 0


def test_a_full_pull_leaves_the_cursor_where_the_next_pull_goes_on(lens: Lens) -> None:
    """It may tell less of a ticket than a pull of what changed, which therefore has to come after it."""
    Desk.plays = [page(1, 2)]
    pull(lens)
    Desk.plays = [page(1, 2, cursor="of the full one")]
    pull(lens, full=True)
    assert lens.helpdesks.states()["eu"].cursor == "c2"


def test_a_full_pull_that_is_told_less_sets_nothing_aside(lens: Lens) -> None:
    Desk.plays = [page(1, body="All of the words", tags=("a", "b"))]
    pull(lens)
    Desk.plays = [page(1)]
    told = pull(lens, full=True).report
    assert (told.received, told.unchanged, told.set_aside, told.adds_up) == (1, 1, 0, True)


def test_what_is_changed_during_a_pull_begins_anew(lens: Lens) -> None:
    """The cursor of the account before must not be that of the next one."""

    def change() -> Page:
        lens.helpdesks.change("eu", {"zone": "Asia/Tokyo"})
        return page(2)

    Desk.plays = [page(1), change, page(3)]
    with pytest.raises(Stopped, match="was changed"):
        pull(lens)
    assert lens.helpdesks.states().get("eu", PullState()).cursor is None
    Desk.plays = [page(1)]
    assert pull(lens).error is None
    assert Desk.asked[-1] is None


def test_when_half_of_all_can_no_longer_be_read_nothing_is_marked(lens: Lens) -> None:
    Desk.plays = [page(*range(1, 41))]
    pull(lens)
    Desk.plays = [page(*range(1, 11))]
    told = pull(lens, full=True)
    assert "30 of 40 tickets can no longer be read" in told.error
    assert set(excluded(lens).values()) == {None}


def imported(lens: Lens, *tickets: Ticket) -> None:
    for _ in lens.add([TicketBatch(tuple(replace(one, source="eu") for one in tickets))]):
        pass


def test_what_a_file_or_a_push_told_is_never_taken_for_deleted(lens: Lens) -> None:
    """The helpdesk has never had it: that it knows nothing of it is no news."""
    imported(lens, ticket(8, subject="From an archive"))
    row = {"id": "9", "subject": "Pushed", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    assert lens.push([row], source="eu").stored == 1
    Desk.plays = [page(1, 2)]
    pull(lens)
    Desk.plays = [page(1)]
    told = pull(lens, full=True)
    assert (told.error, told.deleted) == (None, 1)
    assert excluded(lens) == {"1": None, "2": "deleted", "8": None, "9": None}


def test_a_ticket_of_a_file_that_the_helpdesk_told_too_can_be_found_deleted(lens: Lens) -> None:
    imported(lens, ticket(1), ticket(2))
    Desk.plays = [page(1, 2)]
    assert pull(lens).report.set_aside == 0
    Desk.plays = [page(1)]
    assert pull(lens, full=True).deleted == 1
    assert excluded(lens) == {"1": None, "2": "deleted"}


def test_tickets_of_a_file_do_not_hide_that_most_of_a_helpdesk_can_no_longer_be_read(lens: Lens) -> None:
    imported(lens, *(ticket(number) for number in range(1_000, 1_100)))
    Desk.plays = [page(*range(1, 41))]
    pull(lens)
    Desk.plays = [page(*range(1, 11))]
    assert "30 of 40 tickets can no longer be read" in pull(lens, full=True).error


def missing(lens: Lens, there: dict[str, Ticket | Exception], *, of: int) -> Any:
    """A full pull that lists nothing but ticket 1 of so many, where the others answer as told when asked by id."""
    Desk.plays = [page(*range(1, of + 1))]
    pull(lens)
    Desk.plays, Desk.there = [page(1)], there
    return pull(lens, full=True)


@pytest.mark.parametrize(
    "trouble", [Unavailable("it answers 500", 2.0), Refused("it answers 400", 400), BadPayload("created_at", "missing")]
)
def test_a_ticket_that_cannot_be_read_stays_and_the_others_are_looked_for(lens: Lens, trouble: Exception) -> None:
    told = missing(lens, {"2": trouble, "4": trouble}, of=5)
    assert (told.error, told.deleted) == (None, 2)
    assert excluded(lens) == {"1": None, "2": None, "3": "deleted", "4": None, "5": "deleted"}
    (note,) = told.report.notes
    assert note.startswith("2 tickets could not be read by id, and stay as they are; ")
    assert str(trouble) in note
    assert lens.helpdesks.states()["eu"].notes == (note,)


@pytest.mark.parametrize("trouble", [Denied("the token ran out"), ConfigError("url: it moved")])
def test_what_a_person_has_to_mend_ends_the_search(lens: Lens, trouble: Exception) -> None:
    assert missing(lens, {"3": trouble}, of=4).error == str(trouble)
    assert set(excluded(lens).values()) == {None}


def test_twenty_in_a_row_that_cannot_be_read_end_the_search(lens: Lens) -> None:
    broken: dict[str, Ticket | Exception] = {str(number): Unavailable("it answers 500", 2.0) for number in range(2, 61)}
    told = missing(lens, broken, of=60)
    assert told.error == "20 tickets in a row could not be read by id: it answers 500"
    assert set(excluded(lens).values()) == {None}
    assert "20 tickets could not be read" in told.report.notes[0]
    told = missing(lens, {**broken, "50": ticket(50), "33": ticket(33), "18": ticket(18)}, of=60)
    assert told.error is None


def test_a_helpdesk_that_asks_us_to_wait_for_long_is_not_asked_for_more(lens: Lens) -> None:
    told = missing(lens, {"3": Unavailable("it asks us to wait", 3_600.0), "2": Denied("asked too soon")}, of=3)
    assert told.error == "it asks us to wait"


def test_a_full_pull_that_breaks_off_marks_nothing(lens: Lens) -> None:
    Desk.plays = [page(1, 2)]
    pull(lens)
    Desk.plays = [page(1), Unavailable("gone fishing")]
    assert pull(lens, full=True).error == "gone fishing"
    assert set(excluded(lens).values()) == {None}


def test_progress_is_told_of_what_is_known_to_come(lens: Lens) -> None:
    Desk.plays = [Page((ticket(1),), "a", total=4), Page((ticket(2),), "b", total=4)]
    seen: list[tuple[int, int]] = []
    lens.helpdesks.pull("eu", step=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4)]
    assert lens.helpdesks.states()["eu"].total == 4


def test_what_a_connector_notes_is_told(lens: Lens) -> None:
    def noting() -> Page:
        return page(1)

    kind: Callable[..., Any] = Desk.pull

    def with_note(self: Any, cursor: str | None) -> Iterator[Page]:
        self.fetch.notes.setdefault("the clock is wrong")
        yield from kind(self, cursor)

    Desk.plays = [noting]
    Desk.pull = with_note  # type: ignore[method-assign]
    try:
        told = pull(lens)
    finally:
        Desk.pull = kind  # type: ignore[method-assign]
    assert told.report.notes == ("the clock is wrong",)
    assert lens.helpdesks.states()["eu"].notes == ("the clock is wrong",)


def test_a_test_of_a_source_stores_nothing(lens: Lens) -> None:
    Desk.plays = [page(1, 2, status=Status.SOLVED)]
    assert check(lens.helpdesks.registry, "eu") == (2, "Problem 2")
    assert lens.empty()


@pytest.mark.parametrize(
    ("play", "words"),
    [
        (BadPayload("results", "missing"), "results: missing"),
        (KeyError("s3cret"), "the connector has a fault (KeyError at test_pulling.py:"),
        ("no page at all", "the connector has a fault (AttributeError at pulling.py:"),
        (ValueError(), "the connector has a fault (ValueError at test_pulling.py:"),
    ],
)
def test_a_test_tells_every_trouble_in_a_sentence_without_secrets(lens: Lens, play: Any, words: str) -> None:
    Desk.plays = [play]
    with pytest.raises(TicketLensError) as told:
        lens.helpdesks.test("eu", 5.0)
    assert words in str(told.value)
    assert "s3cret" not in str(told.value)


def test_a_removed_source_keeps_its_tickets_and_forgets_its_cursor(lens: Lens) -> None:
    Desk.plays = [page(1)]
    pull(lens)
    lens.helpdesks.remove("eu")
    assert lens.helpdesks.states() == {}
    assert not lens.empty()
