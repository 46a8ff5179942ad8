"""Comparisons by the API: each side opens its tickets, the other has a filter of its own, wrong words are refused."""

from datetime import date, timedelta
from urllib.parse import parse_qsl

import jsonschema
import pytest
from flask.testing import FlaskClient

from ticketlens.lens import Lens
from web.api.schemas import SCHEMAS

FIRST = date(2026, 7, 6)
WEEKS = 16


def row(number: int) -> dict[str, object]:
    """Seven tickets a day; those of tier1 take a day, those of tier2 two, from October on five."""
    day = FIRST + timedelta(days=number // 7)
    hours = 24 if number % 2 else 48 if day < date(2026, 10, 1) else 120
    solved = f"{day + timedelta(hours=hours)}T08:00:00Z"
    return {
        "id": f"{number}", "source": "shop", "subject": "Where is it?", "created_at": f"{day}T08:00:00Z",
        "updated_at": solved, "status": "solved", "solved_at": solved, "first_solved_at": solved,
        "group": f"tier{2 - number % 2}", "custom": {"plan": "pro" if number % 3 else "free"},
    }  # fmt: skip


@pytest.fixture
def filled(lens: Lens) -> Lens:
    assert lens.push([row(number) for number in range(7 * 7 * WEEKS)]).set_aside == 0
    return lens


def asked(client: FlaskClient, call: str, schema: str) -> dict[str, object]:
    answer = client.get(f"/api/v1/{call}")
    assert answer.status_code == 200, answer.json
    told = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(told).validate(answer.json)
    return answer.json


def count(client: FlaskClient, query: str) -> int:
    assert parse_qsl(query)
    total, cursor = 0, ""
    while True:
        page = client.get(f"/api/v1/tickets?limit=200&{query}{cursor}").json
        total += len(page["items"])
        if page["next"] is None:
            return total
        cursor = f"&cursor={page['next']}"


@pytest.mark.parametrize(
    "call",
    [
        "compare?by=month&period=2026-09", "compare?metric=arrived&against=2026-W32&period=2026-W36",
        "compare?metric=backlog&period=2026-W36", "compare?from=2026-09-01&to=2026-09-10&cohort=solved",
        "compare?group=tier1&versus.group=tier2&period=2026-09", "compare?period=2026-09&horizon=72&clock=business",
        "compare?custom.plan=pro&versus.custom.plan=free&period=2026-09&against=previous&by=month",
    ],
)  # fmt: skip
def test_each_side_opens_exactly_its_tickets(filled: Lens, client: FlaskClient, call: str) -> None:
    told = asked(client, call, "Comparison")
    assert told["before"]["n"] > 0 or "clock=business" in call, "there are no opening hours"
    for side in ("before", "after"):
        assert count(client, told[side]["tickets"]) == told[side]["n"]


def test_why_names_the_group_that_got_slower_and_opens_its_tickets(filled: Lens, client: FlaskClient) -> None:
    told = asked(client, "why?period=2026-10-01..2026-10-10&against=2026-09&split_by=group&horizon=168", "Explanation")
    assert told["refused"] == []
    assert told["reasons"][0]["name"] == "tier2"
    assert "tier2, slower" in told["sentence"]
    assert sum(one["total"]["value"] for one in told["reasons"]) == pytest.approx(told["change"]["value"], abs=1e-9)
    for reason in told["reasons"]:
        assert [count(client, query) for query in reason["tickets"]] == reason["n"]


def test_the_other_side_s_filter_stands_in_place_of_this_one_s(filled: Lens, client: FlaskClient) -> None:
    told = asked(client, "compare?group=tier1&versus.group=tier2&period=2026-09", "Comparison")
    assert dict(parse_qsl(told["before"]["tickets"]))["group"] == "tier2"
    assert (told["against"], told["change"]["verdict"]) == ("same", "fell")
    assert told["before"]["label"] == told["after"]["label"] == "2026-09"


def test_a_trend_has_an_earlier_stretch_beside_it(filled: Lens, client: FlaskClient) -> None:
    days = "from=2026-08-31&to=2026-09-20"
    told = asked(client, f"trend?{days}&against=1&group_by=group", "Trend")
    before = told["against"]["periods"]
    assert [point["label"] for point in told["periods"]] == ["2026-W36", "2026-W37", "2026-W38"]
    assert [point["label"] for point in before] == ["2026-W35", "2026-W36", "2026-W37"]
    assert [point["n"] for point in before] == [49] * 3
    assert len({point["as_of"] for point in before}) == 1, "each is seen at the age of its partner"
    assert [point["label"] for point in asked(client, f"trend?{days}&against=year", "Trend")["against"]["periods"]] == [
        "2025-W36",
        "2025-W37",
        "2025-W38",
    ]
    assert "against" not in asked(client, f"trend?{days}", "Trend")
    for wrong, said in (("521", "1 to 520"), ("0", "1 to 520"), ("last", "neither year"), ("-1", "neither year")):
        answer = client.get(f"/api/v1/trend?{days}&against={wrong}")
        assert (answer.status_code, said in answer.text) == (400, True)


def test_a_trend_is_grouped_by_a_field_of_the_source_s_own(filled: Lens, client: FlaskClient) -> None:
    told = asked(client, "trend?by=month&group_by=custom.plan&metric=arrived", "Trend")
    assert {group["key"] for group in told["groups"]} == {"pro", "free"}
    assert sum(group["periods"][-1]["n"] for group in told["groups"]) == told["periods"][-1]["n"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("compare?versus.colour=red", "colour"), ("trend?versus.group=a", "unknown parameter"),
        ("compare?versus.from=2026-09-01", "name its days after against"), ("compare?against=never", "no such period"),
        ("why?split_by=tag", "custom.NAME"), ("why?split_by=body", "none of"),
        ("why?metric=arrived", "only a duration"),
        ("compare?horizon=0", "from 1 to 336"), ("compare?period=x..y", "stretch of days"),
        ("trend?group_by=custom.", "none of"), ("compare?dated=solved", "cohort"),
        ("compare?group_by=group", "unknown"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_told_what_is_right(filled: Lens, client: FlaskClient, call: str, said: str) -> None:
    answer = client.get(f"/api/v1/{call}")
    assert answer.status_code == 400
    assert said in answer.json["detail"]


def test_the_document_names_the_other_side_s_filter(client: FlaskClient) -> None:
    calls = client.get("/api/v1/openapi.json").json["paths"]
    for path, there in (("/compare", True), ("/why", True), ("/trend", False)):
        names = {parameter["name"] for parameter in calls[path]["get"]["parameters"]}
        assert ("versus" in names) is there
