"""Tickets that a program pushes: forms of the body, what is set aside, and calls that are sent again."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import Conflict
from werkzeug.test import TestResponse

from ticketlens.lens import Lens
from ticketlens.model.filter import Filter
from ticketlens.model.person import Role
from ticketlens.people import People
from web.api.replies import Replies

TICKET = {"id": "1", "subject": "Cannot log in", "created_at": "2026-11-02T03:04:05Z"}
OTHER = {"id": "2", "subject": "Where is my parcel?", "created_at": "2026-11-02T03:04:05Z"}


def push(client: FlaskClient, body: bytes | str, kind: str = "application/json", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/v1/tickets", data=body, content_type=kind, headers=named)


def lines(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


@pytest.mark.parametrize(
    ("body", "kind", "count"),
    [
        (json.dumps(TICKET), "application/json", 1),
        (json.dumps([TICKET, OTHER]), "application/json; charset=utf-8", 2),
        ("\ufeff" + json.dumps(TICKET), "APPLICATION/JSON", 1),
        (lines(TICKET, "", OTHER) + "\r\n", "application/x-ndjson", 2),
    ],
)
def test_one_ticket_a_list_or_a_line_each(lens: Lens, client: FlaskClient, body: str, kind: str, count: int) -> None:
    answer = push(client, body.encode(), kind)
    assert answer.status_code == 202
    assert answer.json["received"] == answer.json["stored"] == count
    assert lens.count(Filter()) == count
    assert push(client, body.encode(), kind).json["unchanged"] == count


def test_what_cannot_be_read_is_set_aside_and_the_rest_is_stored(lens: Lens, client: FlaskClient) -> None:
    told = push(client, lines(TICKET, "{not json", {"id": "3"}, 7, OTHER), "application/x-ndjson").json
    assert (told["received"], told["stored"], told["set_aside"]) == (5, 2, 3)
    assert [item["index"] for item in told["set_aside_items"]] == [1, 2, 3]
    assert lens.count(Filter()) == 2


def test_a_ticket_twice_with_other_words_at_one_time_is_told_with_its_index(lens: Lens, client: FlaskClient) -> None:
    told = push(client, lines(OTHER, TICKET, {**TICKET, "tags": ["more"]}), "application/x-ndjson").json
    assert (told["received"], told["stored"], told["set_aside"]) == (3, 2, 1)
    assert [item["index"] for item in told["set_aside_items"]] == [1]


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{", "nul", "[1,", '{"id": NaN}', '{"id": 1e9999999999}{', '{"id": ' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"a":' * 50_000, "\x00", b"\xff\xfe{", b'{"id": "\xff"}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused_with_a_reason(client: FlaskClient, body: str | bytes) -> None:
    answer = push(client, body)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["detail"]


@pytest.mark.parametrize(
    "field",
    [
        {"subject": "\ud800"}, {"id": "\ud800"}, {"custom": {"\udfff": "\ud800"}}, {"tags": ["\ud800"]},
        {"subject": "\x00"},
        {"created_at": "0001-01-01T00:00:00Z"}, {"created_at": "9999-12-31T23:59:59-12:00"}, {"reopens": 10**30},
        {"reopens": -1}, {"custom": 7}, {"history": "x"}, {"history": [{"at": None}]},
        {"satisfaction": {"score": 1e308}},
        {"satisfaction": []}, {"tags": {}}, {"body": "x" * 900_000}, {"source": ""}, {"source": "\x00"}, {"id": ""},
        {"custom": {"a": {"b": [1, {"c": None}]}}}, {"url": "javascript:alert(1)"}, {"messages": [7]}, {"id": 12},
    ],
)  # fmt: skip
def test_an_odd_field_is_stored_in_normal_form_or_set_aside(client: FlaskClient, field: dict[str, object]) -> None:
    answer = push(client, json.dumps({**TICKET, **field}))
    assert answer.status_code == 202, answer.text
    assert answer.json["stored"] + answer.json["set_aside"] == 1
    assert client.get("/api/v1/tickets").status_code == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "text/csv", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_another_type_is_refused(client: FlaskClient, kind: str) -> None:
    answer = push(client, json.dumps(TICKET), kind)
    assert answer.status_code == 415


def test_a_packed_body_that_would_be_too_large_is_refused_before_it_is_unpacked(client: FlaskClient) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    assert push(client, bomb, Content_Encoding="gzip").status_code == 413


def test_a_body_over_one_mebibyte_is_refused(lens: Lens, client: FlaskClient) -> None:
    answer = push(client, json.dumps([{**TICKET, "body": "x" * 1_048_576}]))
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
    assert lens.empty()


def test_fields_that_are_not_a_tickets_change_nothing_else(client: FlaskClient, people: People) -> None:
    assert push(client, json.dumps({**TICKET, "role": "admin", "topic": 7, "match": "core"})).status_code == 202
    kept = client.get("/api/v1/tickets/import/1").json
    assert (kept["topic"], kept["match"]) == (None, "ungrouped")


def test_the_same_key_and_body_get_the_same_answer(client: FlaskClient) -> None:
    first = push(client, json.dumps(TICKET), Idempotency_Key="k1")
    again = push(client, json.dumps(TICKET), Idempotency_Key="k1")
    assert first.json == again.json
    assert again.json["stored"] == 1
    assert push(client, json.dumps(TICKET), Idempotency_Key="k2").json["unchanged"] == 1


def test_the_same_key_with_another_body_is_refused(lens: Lens, client: FlaskClient) -> None:
    push(client, json.dumps(TICKET), Idempotency_Key="k1")
    answer = push(client, json.dumps(OTHER), Idempotency_Key="k1")
    assert answer.status_code == 422
    assert lens.count(Filter()) == 1


def test_a_key_belongs_to_its_sender(client: FlaskClient, people: People) -> None:
    for name in ("first", "second"):
        headers = {"Authorization": f"Bearer {people.add_token(name, Role.LEAD)}"}
        told = client.post("/api/v1/tickets", json={**TICKET, "id": name}, headers={**headers, "Idempotency-Key": "k"})
        assert told.json["stored"] == 1


@pytest.mark.parametrize("key", ["x" * 256, ""])
def test_a_key_that_is_none_is_refused(client: FlaskClient, key: str) -> None:
    assert push(client, json.dumps(TICKET), Idempotency_Key=key).status_code == 400


def test_a_key_is_forgotten_after_a_week(lens: Lens, clock) -> None:
    replies = Replies(lens.store, clock)
    assert replies.once("a", "k", b"1", lambda: {"n": 1}) == {"n": 1}
    clock.pass_(days=6)
    assert replies.once("a", "k", b"1", lambda: {"n": 2}) == {"n": 1}
    clock.pass_(days=2)
    assert replies.once("a", "other", b"2", lambda: {"n": 3}) == {"n": 3}
    assert len(lens.store.records("reply")) == 1
    assert replies.once("a", "k", b"2", lambda: {"n": 4}) == {"n": 4}


def test_of_two_equal_calls_at_once_one_is_carried_out(lens: Lens, clock) -> None:
    replies, begun, go_on = Replies(lens.store, clock), Event(), Event()

    def slow() -> dict[str, object]:
        begun.set()
        go_on.wait(10)
        return {"n": 1}

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(replies.once, "a", "k", b"1", slow)
        begun.wait(10)
        with pytest.raises(Conflict):
            replies.once("a", "k", b"1", lambda: {"n": 2})
        go_on.set()
        assert first.result() == {"n": 1}
    assert replies.once("a", "k", b"1", lambda: {"n": 3}) == {"n": 1}


def test_a_call_that_failed_or_died_can_be_sent_again(lens: Lens, clock) -> None:
    replies = Replies(lens.store, clock)

    def fail() -> dict[str, object]:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        replies.once("a", "k", b"1", fail)
    assert replies.once("a", "k", b"1", lambda: {"n": 1}) == {"n": 1}
    replies._claim(None, "died", "print")
    clock.pass_(minutes=3)
    replies._claim(lens.store.get_record("reply", "died"), "died", "print")
