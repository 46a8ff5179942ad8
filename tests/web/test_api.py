"""The API over tickets that are there: each answer fits its schema, and wrong questions are told why."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ticketlens.edits.parting import NOUN as PARTS
from ticketlens.lens import Lens
from ticketlens.metrics.contract import BY_ID
from ticketlens.model.filter import Filter
from ticketlens.model.part import Part, Suggestion
from ticketlens.model.person import Role
from ticketlens.model.run import Layout
from ticketlens.model.topic import Topic
from ticketlens.people import People
from ticketlens.runs.shelf import FORMER, WAITING
from ticketlens.store.base import Assignment
from web.api.routes import ROUTES
from web.api.schemas import SCHEMAS
from web.api.table import Route

AWKWARD = ("shop/eu", "a/b 100%?#")


def row(number: int, **more: object) -> dict[str, object]:
    day = date(2026, 11, 15) - timedelta(days=number % 40)
    return {
        "id": f"{number}", "source": "zendesk", "subject": f"Cannot log in {number % 3}",
        "body": "It says wrong password.",
        "created_at": f"{day}T08:00:00Z", "updated_at": f"{day}T20:00:00Z",
        "status": "solved" if number % 2 else "open",
        "solved_at": f"{day}T20:00:00Z" if number % 2 else None, "channel": "email", "group": f"tier{number % 2}",
        "tags": ["login"], "custom": {"plan": "pro"}, **more,
    }  # fmt: skip


RUN = {"at": "2026-11-16T08:00:00+00:00", "model": "english", "texts": 80, "topics": 1, "quality": {}}


@pytest.fixture
def filled(lens: Lens) -> Lens:
    """80 tickets in one topic, and one in none whose key is awkward in addresses."""
    report = lens.push([row(number) for number in range(80)])
    assert (report.stored, report.set_aside) == (80, 0)
    texts = [fingerprint for fingerprint, _, _ in lens.store.texts_without_vector("english", 100)]
    topic = lens.store.new_topic_ids(1)[0]
    found = {text: Assignment(topic, "core", 0.9) for text in texts}
    login = Topic(topic, "Log in", ("log", "in"), typical=(("zendesk", "1"),), theme=1, theme_found=1)
    lens.store.publish([login], found, RUN)
    lens.push([row(1, source=AWKWARD[0], id=AWKWARD[1], subject="Where is my parcel?")])
    lens.voice.push_customers([{"id": "1", "since": "2026-01-01"}])
    return lens


def fits(route: Route, told: object) -> None:
    schema = {"$ref": f"#/components/schemas/{route.answers}", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(told)


def address(route: Route) -> str:
    parts = {"source": "zendesk", "id": "1", "metric": "ttr.full"}
    return "/api/v1" + route.path.format(**{name: parts[name] for name in parts if "{" + name + "}" in route.path})


TICKETS = [{"source": "zendesk", "id": "1"}]
KEYS = (("zendesk", "1"),)
BODIES: dict[str, object] = {
    "change_topic": {"name": "Signing in"}, "merge_topic": {"into": 2}, "split_topic": {"tickets": TICKETS},
    "move_tickets": {"tickets": TICKETS, "to": 2}, "keep_apart": {"from": 2}, "rule_topic": {"rule": {"q": "parcel"}},
    "split_parts": {"parts": ["3f2a91c0"]}, "call_theme": {"name": "All of it"}, "undo_edit": {},
    "publish_run": {"why": "seen"}, "bring_back": {},
}  # fmt: skip


@pytest.fixture
def shaped(filled: Lens) -> Lens:
    """The same with a second topic of one theme, a part that was suggested, an edit, a run that waits, and one that was
    there before."""
    filled.store.put_topic(Topic(filled.store.new_topic_ids(1)[0], "Parcels", theme=1, theme_found=1))
    part = Part("Wrong password", ("password",), KEYS, KEYS, "3f2a91c0")
    filled.store.put_record(PARTS, "1", Suggestion(1, filled.now(), 80, (part,)).to_json())
    filled.edits.set(1, {"pinned": True}, by="kim")
    layout = Layout(filled.now(), "english", tuple(filled.store.topics()), {})
    former = replace(layout, topics=tuple(replace(topic, theme_found=None) for topic in layout.topics))
    for place, held in ((WAITING, layout), (FORMER, former)):
        filled.runs.shelf.put(place, held)
    return filled


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_answer_fits_its_schema(shaped: Lens, client: FlaskClient, route: Route) -> None:
    body = BODIES.get(route.name, [row(5)]) if route.method in ("POST", "PATCH") else None
    answer = client.open(address(route), method=route.method, json=body)
    assert (answer.status_code, answer.content_type) == (route.status, "application/json")
    fits(route, answer.json)


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "GET"], ids=lambda route: route.name)
def test_before_the_first_ticket_the_api_says_so(client: FlaskClient, route: Route) -> None:
    answer = client.get(address(route))
    if answer.status_code == 200:
        fits(route, answer.json)
    else:
        assert answer.status_code in (400, 404)
        assert answer.json["detail"]


def test_the_table_and_the_routes_are_the_same(app: Flask, client: FlaskClient) -> None:
    registered = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert registered == {(route.method, "/api/v1" + route.rule) for route in ROUTES}
    told = client.get("/api/v1/openapi.json").json
    documented = {(method.upper(), path) for path, calls in told["paths"].items() for method in calls}
    assert documented == {(route.method, route.path) for route in ROUTES}


def test_the_document_has_no_loose_ends(client: FlaskClient) -> None:
    told = client.get("/api/v1/openapi.json").json
    assert told["openapi"].startswith("3.1")
    text = json.dumps(told)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in told["components"]["schemas"]
    for schema in told["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for calls in told["paths"].values():
        for call in calls.values():
            assert {"400", "401", "403", "503"} <= set(call["responses"])


def test_the_readable_page_names_every_call_and_schema(client: FlaskClient, people: People) -> None:
    client.get(f"/sign-in/{people.make_link()}")
    page = client.get("/api/docs").text
    for route in ROUTES:
        assert f"{route.method} /api/v1{route.path}" in page
    assert all(f'id="schema-{name}"' in page for name in SCHEMAS)
    assert "<script" not in page
    assert "style=" not in page


def test_every_metric_says_what_it_means_also_before_the_first_ticket(client: FlaskClient) -> None:
    told = client.get("/api/v1/metrics").json
    assert [row["id"] for row in told["items"]] == list(BY_ID)
    assert {row["unit"] for row in told["items"]} == set(told["units"])
    assert {cohort for row in told["items"] for cohort in row["cohorts"]} == set(told["cohorts"])
    for row in told["items"]:
        assert client.get(f"/api/v1/metrics/{row['id']}").json == row
    assert client.get("/api/v1/metrics/ttr").status_code == 404


def test_a_list_read_to_its_end_has_each_ticket_once(filled: Lens, client: FlaskClient) -> None:
    seen: list[str] = []
    page = client.get("/api/v1/tickets?limit=30").json
    while True:
        seen += [f"{item['source']} {item['id']}" for item in page["items"]]
        if page["next"] is None:
            break
        page = client.get("/api/v1/tickets", query_string={"limit": 30, "cursor": page["next"]}).json
    assert len(seen) == len(set(seen)) == 81


def test_a_ticket_is_found_by_the_key_in_its_address(filled: Lens, client: FlaskClient) -> None:
    answer = client.get("/api/v1/tickets/shop%2Feu/a%2Fb%20100%25%3F%23")
    assert (answer.json["source"], answer.json["id"]) == AWKWARD
    assert (answer.json["topic"], answer.json["match"]) == (None, "ungrouped")
    assert client.get("/api/v1/tickets/zendesk/none").status_code == 404
    inside = client.get("/api/v1/tickets/zendesk/1").json
    assert (inside["topic_name"], inside["match"]) == ("Log in", "core")
    assert inside["metrics"]["ttr.full"] == {"calendar": 720.0, "business": None}


def test_filters_narrow_lists_and_figures_alike(filled: Lens, client: FlaskClient) -> None:
    for given, count in (
        ("group=tier1", 41),
        ("group=tier1&source=zendesk", 40),
        ("custom.plan=free", 0),
        ("q=PARCEL", 1),
    ):
        assert len(client.get(f"/api/v1/tickets?limit=200&{given}").json["items"]) == count
        assert client.get(f"/api/v1/coverage?{given}").json["tickets"] == count


def test_a_trend_has_a_series_for_each_group(filled: Lens, client: FlaskClient) -> None:
    told = client.get("/api/v1/trend?by=month&from=2026-10-01&to=2026-11-30&group_by=group").json
    assert {group["key"] for group in told["groups"]} == {"tier0", "tier1"}
    assert [period["start"] for period in told["periods"]] == ["2026-10-01", "2026-11-01"]
    assert sum(period["n"] for period in told["periods"]) == 81


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("trend?metrik=ttr.full", "'metric'"), ("trend?form=2026-01-01", "'from'"), ("tickets?curser=x", "'cursor'"),
        ("tickets?limit=0", "1 to 200"), ("tickets?limit=201", "1 to 200"), ("tickets?limit=1e3", "1 to 200"),
        ("tickets?limit=٣", "1 to 200"), ("trend?by=yaer", "week"), ("trend?metric=ttr", "ttr.full"),
        ("trend?clock=x", "business"),
        ("trend?as_of=yesterday", "time"), ("trend?as_of=2026-01-01T00:00:00", "zone"), ("tickets?from=soon", "day"),
        ("tickets?cursor=made-up", ""), ("tickets?is=x", "open"), ("tickets?open_at=2026", ""),
        ("trend?group_by=body", "group"),
        ("tickets/zendesk/1?from=2026-01-01", "takes none"), ("topics?sort=name;drop table tickets", ""),
        ("topics/1?topics=1", ""),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(filled: Lens, client: FlaskClient, query: str, said: str) -> None:
    answer = client.get(f"/api/v1/{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert said in answer.json["detail"]


HOSTILE = [
    "'; DROP TABLE tickets; --", '" OR 1=1', "%' OR '1'='1", "*", "***", '"', "a* b* c*", "NEAR(a b)", "{body}: x",
    "-x", "^a",
    "a OR b", "\x00", "\ud7ff", "\U0010ffff", "a" * 3000, "0001-01-01", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31", "99999999999999999999", "-1", "", " ",
    " ".join(["w"] * 800), "(" * 500, "Infinity", "1e999", "\u202e", "..", "../../etc/passwd", "${7*7}", "{{7*7}}",
]  # fmt: skip


@pytest.mark.parametrize("path", ["topics", "topics/1", "trend", "tickets", "coverage"])
def test_hostile_values_are_answered_or_refused_but_never_break(filled: Lens, client: FlaskClient, path: str) -> None:
    route = next(route for route in ROUTES if route.path == "/" + path.replace("/1", "/{id}"))
    names = [
        *route.own,
        "from",
        "to",
        "q",
        "topic",
        "source",
        "is",
        "open_at",
        "dated",
        "excluded",
        "custom.plan",
        "status",
    ]
    for name in names:
        for value in HOSTILE:
            answer = client.get(f"/api/v1/{path}", query_string={name: value})
            assert answer.status_code in (200, 400, 404), (name, value, answer.text)
    assert filled.count(Filter()) == 81


@pytest.mark.parametrize("number", ["99999999999999999999999", "-1", "0", "x", "1.5", "٣"])
def test_a_topic_that_cannot_be_is_not_there(filled: Lens, client: FlaskClient, number: str) -> None:
    assert client.get(f"/api/v1/topics/{number}").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_only_leads_push(client: FlaskClient, people: People, role: Role) -> None:
    headers = {"Authorization": f"Bearer {people.add_token('t', role)}"}
    answer = client.post("/api/v1/tickets", json=row(1), headers=headers)
    assert answer.status_code == (403 if role is Role.VIEWER else 202)


def test_ten_thousand_terms_are_answered_in_a_moment(filled: Lens, client: FlaskClient) -> None:
    answer = client.get("/api/v1/tickets", query_string={"q": " ".join(f"w{n}" for n in range(10_000))})
    assert answer.status_code in (200, 400)


def test_torch_never_enters_the_web_process() -> None:
    told = (
        "import sys, web.serve; print([m for m in ('torch', 'sentence_transformers', 'hdbscan') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
