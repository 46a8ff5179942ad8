from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketlens.errors import BadPayload
from ticketlens.intake.context import ReadContext
from ticketlens.intake.mapping import FieldMapping, mapping_from
from ticketlens.intake.names import FIELDS, KNOWN
from ticketlens.intake.normal import read_ticket
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import measure
from ticketlens.model import Actor, Channel, Priority, Satisfaction, Status, Ticket

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CREATED = "2026-01-02T03:04:05Z"
SOLVED = datetime(2026, 1, 3, tzinfo=UTC)


def context(mapping: FieldMapping | None = None, **more: object) -> ReadContext:
    return ReadContext(now=NOW, mapping=mapping or FieldMapping(), **more)  # type: ignore[arg-type]


def read(mapping: FieldMapping | None = None, **row: object) -> Ticket:
    return read_ticket({"id": "1", "subject": "Hi", "created_at": CREATED, **row}, context(mapping))


def moves(*states: str, start: str = "2026-01-02T04:00:00Z") -> list[dict[str, object]]:
    first = datetime.fromisoformat(start)
    before = (None, *states)
    return [
        {"at": (first + timedelta(hours=n)).isoformat(), "field": "status", "from": before[n], "to": state}
        for n, state in enumerate(states)
    ]


def test_a_whole_ticket_is_read_as_written() -> None:
    ticket = read(
        source="zendesk-eu", body="Help", status="waiting_customer", priority="high", channel="chat",
        tags=["a", "b", "a"],
        requester="c-17", organization="acme", assignee="kim", group="tier1", brand="shop", language="en",
        updated_at="2026-02-01T00:00:00Z", first_reply_at="2026-01-02T04:00:00Z", reopens=0,
        observed_until="2026-03-01T00:00:00Z", url="https://example.com/1",
        satisfaction={"score": 4, "scale": 5, "comment": "ok", "at": "2026-01-05T00:00:00Z"},
        messages=[{"at": "2026-01-02T04:00:00Z", "author": "agent", "public": False, "body": "x"}],
        spam=False, deleted=False, test=True, merged_into=None, custom={"plan": "pro", "seats": 3},
    )  # fmt: skip
    assert (ticket.source, ticket.id, ticket.status, ticket.priority) == ("zendesk-eu", "1", "waiting_customer", "high")
    assert (ticket.channel, ticket.tags, ticket.group) == (Channel.CHAT, ("a", "b"), "tier1")
    assert ticket.satisfaction == Satisfaction(4.0, 5, "ok", datetime(2026, 1, 5, tzinfo=UTC))
    assert ticket.messages[0].author is Actor.AGENT
    assert not ticket.messages[0].public
    assert ticket.custom == {"plan": "pro", "seats": "3"}
    assert ticket.excluded == "test"
    assert ticket.updated_at == datetime(2026, 2, 1, tzinfo=UTC)


def test_id_words_and_creation_are_enough() -> None:
    ticket = read_ticket({"id": 1, "body": "Hi", "created_at": CREATED}, context())
    assert (ticket.source, ticket.subject, ticket.status) == ("import", "", Status.OPEN)
    assert ticket.updated_at == ticket.created_at


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": None}, "id: missing"),
        ({"id": True}, "id: an id is text"),
        ({"subject": " ", "body": ""}, "subject: neither subject nor body"),
        ({"subject": None}, "subject: neither subject nor body"),
        ({"subject": ["x"]}, "subject: text expected"),
        ({"created_at": None}, "created_at: missing"),
        ({"created_at": "1989-01-01"}, "created_at: before 1990"),
        ({"created_at": "2036-01-01"}, "created_at: later than tomorrow"),
        ({"solved_at": "2026-01-01T00:00:00Z", "status": "solved"}, "solved_at: before created_at"),
        ({"history": [{"field": "status"}]}, r"history\[0\].at: not a time"),
        ({"history": [{"at": CREATED}]}, r"history\[0\].field: missing"),
        ({"history": ["x"]}, r"history\[0\]: an object expected"),
        ({"history": {"a": 1}}, "history: a list expected"),
        ({"messages": [{"at": "no"}]}, r'messages\[0\].at: "no" is no time'),
        ({"spam": "perhaps"}, "spam: neither true nor false"),
        ({"reopens": -1}, "reopens: below zero"),
        ({"reopens": 2**31}, "reopens: above 2,147,483,647"),
        ({"reopens": "many"}, "reopens: not a whole number"),
        ({"tags": 5}, "tags: a list expected"),
        ({"merged_into": []}, "merged_into: an id is text"),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_its_place(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadPayload, match=f"^{said}"):
        read(**change)


def test_a_history_that_solves_before_the_creation_is_kept_for_the_flaw_to_tell() -> None:
    ticket = read(status="solved", history=moves("open", "solved", start="2026-01-01T00:00:00Z"))
    assert ticket.solved_at is not None
    assert ticket.solved_at < ticket.created_at
    assert "solved_before_created" in measure(ticket, Clocks()).flaws


def test_a_row_that_is_no_object_is_set_aside() -> None:
    for row in (None, [], "x", 3):
        with pytest.raises(BadPayload):
            read_ticket(row, context())  # type: ignore[arg-type]


def test_the_source_is_the_override_then_the_rows_then_the_mappings_then_import() -> None:
    row = {"id": 1, "subject": "x", "created_at": CREATED, "source": "own"}
    mapping = mapping_from({"defaults": {"source": "mapped"}})
    assert read_ticket(row, context(source_override="mine")).source == "mine"
    assert read_ticket(row, context(mapping)).source == "own"
    assert read(mapping).source == "mapped"
    assert read().source == "import"


@pytest.mark.parametrize(
    ("written", "status"),
    [("waiting", "waiting_customer"), ("pending", "waiting_customer"), ("Hold", "on_hold"), ("On-Hold", "on_hold"),
     ("Resolved", "solved"), ("CLOSED", "closed"), ("New", "new"), (None, "open"), ("", "open")],
)  # fmt: skip
def test_statuses_of_other_names_are_understood(written: str | None, status: str) -> None:
    ticket = read(status=written)
    assert ticket.status == status
    assert ticket.custom == {}


def test_unknown_words_are_kept_beside_and_counted() -> None:
    here = context()
    row = {"subject": "x", "created_at": CREATED, "status": "Archived", "channel": "pigeon", "priority": "7"}
    for number in (1, 2):
        ticket = read_ticket({"id": number, **row}, here)
    assert (ticket.status, ticket.channel, ticket.priority) == (Status.OPEN, Channel.OTHER, None)
    assert ticket.custom == {"status": "Archived", "channel": "pigeon", "priority": "7"}
    assert 'status "Archived" is not known: kept in custom.status (2 times)' in here.notes.sentences()


@pytest.mark.parametrize(
    ("written", "priority"),
    [("3 - Moderate", "normal"), ("1 - Critical", "urgent"), ("P1", "urgent"), ("Blocker", "urgent"), ("minor", "low"),
     ("major", None), ("1", None), (4, None)],
)  # fmt: skip
def test_priorities_are_understood_only_where_every_scale_agrees(written: object, priority: str | None) -> None:
    assert read(priority=written).priority == (Priority(priority) if priority else None)


def test_a_mapping_translates_words_in_the_history_too() -> None:
    mapping = mapping_from(
        {"values": {"status": {"archived": "open", "Awaiting Vendor": "on_hold", "Done!": "solved"}}}
    )
    ticket = read(mapping, status="archived", history=moves("New", "Awaiting Vendor", "Done!", "archived", "x"))
    assert [event.after for event in ticket.history] == ["new", "on_hold", "solved", "open", "open"]
    assert ticket.custom == {}
    assert (ticket.solved_at, ticket.reopens) == (None, 1)


def test_history_decides_when_it_was_solved() -> None:
    ticket = read(status="closed", solved_at="2026-05-01", history=moves("new", "solved", "open", "solved", "closed"))
    assert ticket.first_solved_at == datetime(2026, 1, 2, 5, tzinfo=UTC)
    assert ticket.solved_at == datetime(2026, 1, 2, 7, tzinfo=UTC)
    assert ticket.reopens == 1


def test_open_again_is_not_solved() -> None:
    ticket = read(status="open", solved_at="2026-05-01", history=moves("new", "solved", "open"))
    assert ticket.solved_at is None
    assert ticket.first_solved_at == datetime(2026, 1, 2, 5, tzinfo=UTC)


def test_events_are_ordered_by_time_and_replies_know_who_wrote() -> None:
    reply = {"at": "2026-01-02T04:30:00Z", "field": "reply", "from": "u1", "to": "helper"}
    ticket = read(history=[*moves("new", "open"), reply, {**reply, "to": "requester", "actor": "bot"}])
    assert [event.field for event in ticket.history] == ["status", "reply", "reply", "status"]
    assert [event.actor for event in ticket.history] == [None, Actor.AGENT, Actor.BOT, None]


@pytest.mark.parametrize(
    ("row", "solved_day"),
    [
        ({"solved_at": "2026-01-03", "resolved_at": "2026-01-04", "closed_at": "2026-01-05"}, 3),
        ({"resolved_at": "2026-01-04", "closed_at": "2026-01-05"}, 4),
        ({"solved_at": None, "resolved_at": "", "closed_at": "2026-01-05"}, 5),
    ],
)
def test_without_history_the_surest_time_given_counts(row: dict[str, object], solved_day: int) -> None:
    ticket = read(status="closed", **row)
    assert ticket.solved_at == ticket.first_solved_at == datetime(2026, 1, solved_day, tzinfo=UTC)
    assert ticket.updated_at.day >= solved_day


def test_solved_without_a_time_is_solved_at_an_unknown_time() -> None:
    ticket = read(status="solved")
    assert (ticket.status, ticket.solved_at, ticket.first_solved_at) == (Status.SOLVED, None, None)


def test_a_solve_time_with_an_open_status_is_a_first_solve() -> None:
    ticket = read(status="open", solved_at="2026-01-03")
    assert (ticket.solved_at, ticket.first_solved_at) == (None, SOLVED)


def test_a_solve_time_without_any_status_is_a_solve() -> None:
    assert read(solved_at="2026-01-03").status is Status.SOLVED


def test_without_updated_at_the_latest_time_in_the_record_counts() -> None:
    ticket = read(
        status="solved", solved_at="2026-02-01", history=moves("new"), messages=[{"at": "2026-03-01", "body": "x"}]
    )
    assert ticket.updated_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_times_without_zone_are_in_the_contexts_unless_the_mapping_sets_one() -> None:
    row = {"id": 1, "subject": "x", "created_at": "2026-07-01 12:00"}
    assert read_ticket(row, context(zone=ZoneInfo("Europe/Rome"))).created_at.hour == 10
    mapping = mapping_from({"defaults": {"zone": "America/New_York"}})
    assert read_ticket(row, context(mapping, zone=ZoneInfo("Europe/Rome"))).created_at.hour == 16


def test_names_of_other_exports_are_understood_and_said() -> None:
    here = context()
    row = {
        "Ticket ID": "7",
        "Title": "x",
        "Description": "y",
        "Opened at": CREATED,
        "Reopen Count": "2",
        "Assigned To": "kim",
    }
    ticket = read_ticket(row, here)
    assert (ticket.id, ticket.subject, ticket.body, ticket.reopens, ticket.assignee) == ("7", "x", "y", 2, "kim")
    assert '"Opened at" is read as created_at' in here.notes.sentences()
    assert '"Reopen Count" is read as reopens' in here.notes.sentences()


def test_a_mapped_column_wins_over_the_name_that_is_ours() -> None:
    mapping = mapping_from({"fields": {"subject": "headline", "requester": "user.email"}})
    ticket = read(mapping, headline="theirs", user={"email": "a@example.com"})
    assert (ticket.subject, ticket.requester, ticket.custom["subject"]) == ("theirs", "a@example.com", "Hi")


def test_language_comes_from_language_alone() -> None:
    assert read(locale="sv-SE").language is None
    assert read(language="pt_BR").language == "pt-br"


def test_cells_of_a_table_are_read_like_json() -> None:
    ticket = read(
        tags="a; b;;a", spam="no", test="Yes", reopens="3", **{
            "custom.plan": "pro", "satisfaction.score": "4", "satisfaction.scale": "5",
            "history": '[{"at":"2026-01-02T04:00:00Z","field":"group","from":null,"to":"t2"}]',
        }
    )  # fmt: skip
    assert (ticket.tags, ticket.spam, ticket.test, ticket.reopens) == (("a", "b"), False, True, 3)
    assert ticket.custom == {"plan": "pro"}
    assert ticket.satisfaction == Satisfaction(4, 5)
    assert ticket.history[0].after == "t2"


@pytest.mark.parametrize("answer", [5, {"score": 6, "scale": 5}, {"score": 1}, {"score": "x", "scale": 5}, [1]])
def test_an_answer_without_a_scale_costs_no_ticket(answer: object) -> None:
    ticket = read(satisfaction=answer)
    assert ticket.satisfaction is None
    assert "satisfaction" in ticket.custom


def test_unknown_columns_become_custom_text_within_limits() -> None:
    here = context()
    row = {
        "id": 1,
        "subject": "x",
        "created_at": CREATED,
        "a": {"b": [1, None]},
        "long": "x" * 5000,
        "no": None,
        "yes": True,
    }
    ticket = read_ticket({**row, **{f"k{n}": n for n in range(300)}}, here)
    assert ticket.custom["a"] == '{"b":[1,null]}'
    assert ticket.custom["yes"] == "true"
    assert len(ticket.custom["long"]) == 2_000
    assert len(ticket.custom) == 200
    assert any(note.startswith("kept as custom fields: a, long, no, yes") for note in here.notes.sentences())


def test_what_our_export_adds_is_not_read_back() -> None:
    assert read(topic=3, topic_name="Login", match="core").custom == {}
    assert read(topic="mine").custom == {"topic": "mine"}


def test_great_texts_are_cut_and_counted_and_nul_is_removed() -> None:
    here = context()
    row = {"id": 1, "subject": "s\x00" * 5_000, "body": "é" * 10_000_000, "created_at": CREATED, "requester": "\ud800x"}
    ticket = read_ticket(row, here)
    assert (len(ticket.subject), len(ticket.body)) == (1_000, 200_000)
    assert "\x00" not in ticket.subject
    assert ticket.requester == "\ufffdx"
    assert "body cut at 200,000 characters (1 times)" in here.notes.sentences()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/tickets/1", "data:text/html,x"])
def test_what_is_no_web_address_never_becomes_a_link(url: str) -> None:
    ticket = read(url=url)
    assert (ticket.url, ticket.custom["url"]) == (None, url)


def test_a_first_reply_before_the_ticket_is_kept_beside() -> None:
    ticket = read(first_reply_at="2026-01-01T00:00:00Z")
    assert ticket.first_reply_at is None
    assert "first_reply_at" in ticket.custom


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(exclude_categories=()))
    | st.sampled_from([CREATED, "2026-01-03", "solved", "open", "Archived", "1", "yes", "status", "reply", "{}", "[]"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["at", "field", "from", "to", "score", "scale", "x.y"]), inner, max_size=5),
    max_leaves=8,
)  # fmt: skip
NAMES = st.sampled_from([*FIELDS, *(name for names in KNOWN.values() for name in names), "Custom X", "custom.a", ""])


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(NAMES | st.text(), VALUES, max_size=10), st.booleans())
def test_any_row_is_a_ticket_or_set_aside(row: dict[str, object], sound: bool) -> None:
    if sound:
        row = {**row, "id": "1", "subject": "Hi", "created_at": CREATED}
    try:
        ticket = read_ticket(row, context(mapping_from({"fields": {"group": "a.b.c"}})))
    except BadPayload:
        return
    assert ticket.updated_at.tzinfo is not None
    repr(ticket).encode("utf-8", "strict")
    assert ticket.solved_at is None or (ticket.status.is_solved and ticket.solved_at >= ticket.created_at)
