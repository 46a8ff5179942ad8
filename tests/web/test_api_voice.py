"""Answers and customers by the API: pushed, listed, counted; and what is personal never leaves as it came."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.people import People

ANSWER: dict[str, Any] = {
    "id": "1", "survey": "after solve", "kind": "csat", "scale": 5, "score": 4, "at": "2026-11-02T03:04:05Z",
    "customer": "c-1", "ticket": "12", "comment": "Call me: kim@example.com",
}  # fmt: skip
CUSTOMER: dict[str, Any] = {
    "id": "c-1",
    "value_per_year": 99.5,
    "currency": "EUR",
    "updated_at": "2026-11-02T00:00:00Z",
}
PUSHES = {"/api/v1/answers": ANSWER, "/api/v1/customers": CUSTOMER}


def lines(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


@pytest.mark.parametrize("path", PUSHES)
def test_one_a_list_or_a_line_each_is_stored_once(client: FlaskClient, path: str) -> None:
    row = PUSHES[path]
    assert client.post(path, json=row).json["stored"] == 1
    again = client.post(path, json=[row, {**row, "id": "2"}])
    assert (again.status_code, again.json["stored"], again.json["unchanged"]) == (202, 1, 1)
    told = client.post(path, data=lines(row, "{no json", 7, {"id": None}), content_type="application/x-ndjson").json
    assert (told["received"], told["unchanged"], told["set_aside"]) == (4, 1, 3)
    assert [item["index"] for item in told["set_aside_items"]] == [1, 2, 3]
    assert len(client.get(path).json["items"]) == 2


def test_a_thumb_that_is_pushed_alone_as_1_is_set_aside_and_as_a_word_is_not(client: FlaskClient) -> None:
    thumb = {**ANSWER, "scale": 2, "survey": "thumbs"}
    alone = client.post("/api/v1/answers", json={**thumb, "score": 1}).json
    assert (alone["set_aside"], "0-1" in alone["set_aside_items"][0]["reason"]) == (1, True)
    both = [{**thumb, "id": "2", "score": 0}, {**thumb, "id": "3", "score": 1}, {**thumb, "id": "4", "score": "good"}]
    assert client.post("/api/v1/answers", json=both).json["stored"] == 3
    kept = {one["id"]: one["score"] for one in client.get("/api/v1/answers").json["items"]}
    assert kept == {"2": 1, "3": 2, "4": 2}


@pytest.mark.parametrize("path", PUSHES)
def test_a_call_that_is_sent_again_gets_the_first_answer(client: FlaskClient, path: str) -> None:
    key = {"Idempotency-Key": "k"}
    first = client.post(path, json=PUSHES[path], headers=key)
    assert client.post(path, json=PUSHES[path], headers=key).json == first.json
    assert client.post(path, json={**PUSHES[path], "id": "3"}, headers=key).status_code == 422


def test_one_key_under_two_calls_is_two_keys(client: FlaskClient) -> None:
    told = [client.post(path, json=row, headers={"Idempotency-Key": "k"}) for path, row in PUSHES.items()]
    assert [(answer.status_code, answer.json["stored"]) for answer in told] == [(202, 1), (202, 1)]


@pytest.mark.parametrize("path", PUSHES)
@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.LEAD, 202)])
def test_a_viewer_reads_and_a_lead_pushes(
    client: FlaskClient, make_token: Callable[[Role], str], path: str, role: Role, status: int
) -> None:
    named = {"Authorization": f"Bearer {make_token(role)}"}
    assert client.post(path, json=PUSHES[path], headers=named).status_code == status
    assert client.get(path, headers=named).status_code == 200
    assert client.get("/api/v1/voice", headers=named).status_code == 200
    assert client.get(path).status_code == 401


@pytest.fixture
def make_token(people: People) -> Callable[[Role], str]:
    return lambda role: people.add_token(f"the {role}", role)


def test_a_comment_is_redacted_before_it_is_stored(lens: Lens, client: FlaskClient) -> None:
    client.post("/api/v1/answers", json={**ANSWER, "customer": "kim@example.com"})
    (item,) = client.get("/api/v1/answers").json["items"]
    assert "kim@example.com" not in json.dumps(item)
    assert item["comment"].startswith("Call me: [email ")
    (packed,) = lens.store.read_part("answers", None, 10)
    assert "kim@example.com" not in str(packed)


def test_answers_are_filtered_by_day_kind_customer_and_comment(client: FlaskClient) -> None:
    rows = [
        ANSWER, {**ANSWER, "id": "2", "at": "2026-11-05T03:04:05Z", "comment": None, "customer": "c-2"},
        {**ANSWER, "id": "3", "kind": "nps", "scale": None, "score": 0, "survey": "nps"},
    ]  # fmt: skip
    client.post("/api/v1/answers", json=rows)
    for query, ids in (
        ("from=2026-11-05", ["2"]), ("kind=nps", ["3"]), ("requester=c-2", ["2"]), ("commented=true", ["3", "1"]),
        ("limit=1", ["2"]), ("group=tier1", []),
    ):  # fmt: skip
        assert [item["id"] for item in client.get(f"/api/v1/answers?{query}").json["items"]] == ids, query
    assert client.get("/api/v1/answers?kind=stars").status_code == 400
    assert client.get("/api/v1/answers?cursor=x").status_code == 400


def test_an_open_bracket_or_a_quote_in_a_filter_is_a_value_like_any_other(client: FlaskClient) -> None:
    client.post("/api/v1/answers", json=ANSWER)
    for value in ("' OR 1=1 --", '{"match_all":{}}', "*"):
        assert client.get("/api/v1/answers", query_string={"requester": value, "group": value}).json["items"] == []


def test_the_voice_of_a_month_has_each_survey_by_itself(client: FlaskClient) -> None:
    rows = [{**ANSWER, "id": str(number), "score": 1 + number % 5, "comment": None} for number in range(40)]
    rows += [{**ANSWER, "id": f"w{number}", "score": None, "at": None, "sent_at": "2026-11-03"} for number in range(3)]
    client.post("/api/v1/answers", json=rows)
    (told,) = client.get("/api/v1/voice?from=2026-11-01&to=2026-11-30").json["surveys"]
    assert (told["survey"]["name"], told["n"], told["good"]) == ("after solve", 40, [4, 5])
    assert told["score"]["value"] == pytest.approx(0.4)
    assert told["response"] == {"sent": 43, "answered": 40, "rate": pytest.approx(40 / 43)}
    assert [one["label"] for one in told["periods"]] == ["2026-11"]


def test_a_customer_is_followed_and_forgotten(client: FlaskClient, make_token: Callable[[Role], str]) -> None:
    named = {role: {"Authorization": f"Bearer {make_token(role)}"} for role in (Role.VIEWER, Role.LEAD)}
    who = "kim@example.com"
    client.post("/api/v1/answers", json={**ANSWER, "customer": who}, headers=named[Role.LEAD])
    client.post("/api/v1/customers", json={"id": who, "since": "2025-01-01"}, headers=named[Role.LEAD])
    told = client.get("/api/v1/customers/kim%40example.com", headers=named[Role.VIEWER])
    assert [step["what"] for step in told.json["steps"]] == ["came", "answered"]
    assert who not in told.text
    address = f"/api/v1/customers/{who}"
    assert client.delete(address, headers=named[Role.VIEWER]).status_code == 403
    assert client.delete(address, headers=named[Role.LEAD]).json == {"deleted": True}
    assert client.delete(address, headers=named[Role.LEAD]).status_code == 404
    assert client.get("/api/v1/customers/nobody", headers=named[Role.VIEWER]).status_code == 404


def test_a_trend_of_answers_names_its_survey(lens: Lens, client: FlaskClient) -> None:
    lens.push([{"id": "1", "subject": "Cannot log in", "created_at": "2026-11-10T00:00:00Z"}])
    rows = [{**ANSWER, "id": str(number), "comment": None} for number in range(25)]
    client.post("/api/v1/answers", json=rows)
    days = "from=2026-11-01&to=2026-11-10&by=month"
    told = client.get(f"/api/v1/trend?metric=csat&survey=after%20solve&{days}").json
    assert (told["survey"], told["periods"][0]["n"], told["periods"][0]["value"]) == ("after solve", 25, 1.0)
    wrong = client.get(f"/api/v1/trend?metric=csat&survey=none&{days}")
    assert (wrong.status_code, "after solve" in wrong.json["detail"]) == (400, True)
