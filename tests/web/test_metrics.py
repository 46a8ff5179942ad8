"""GET /metrics: who may read it, and that its numbers are those of the store and add up."""

import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from ticketlens.hooks.tally import Tally
from ticketlens.lens import Lens
from ticketlens.model.delivery import Delivery, Outcome
from ticketlens.model.person import Role
from ticketlens.people import People

OUTCOMES = ("stored", "unchanged", "set_aside", "refused")


def told(client: FlaskClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    families = text_string_to_metric_families(answer.get_data(as_text=True))
    samples = (one for family in families for one in family.samples)
    return {(one.name, *(one.labels[key] for key in ("source", "outcome") if key in one.labels)): one.value
            for one in samples}  # fmt: skip


def test_deliveries_are_counted_by_source_and_outcome_and_add_up(client: FlaskClient, lens: Lens) -> None:
    lens.store.put_record("source", "desk", {"kind": "zendesk", "values": {}, "sealed": {}})
    names = ("a", "b", "c", "d")
    kept = [Delivery("desk", name, b"x", {}, lens.now()) for name in names]
    lens.store.put_deliveries(kept)
    lens.store.settle({kept[0].key: Outcome("stored"), kept[1].key: Outcome("set_aside", "no id")})
    tally = Tally(lens.store)
    for kind in ("refused", "repeated", "refused"):
        tally.add("desk", kind)  # type: ignore[arg-type]
    tally.write()
    found = told(client)
    by_outcome = {name: found["ticketlens_deliveries", "desk", name] for name in OUTCOMES}
    assert by_outcome == {"stored": 1, "unchanged": 1, "set_aside": 1, "refused": 2}
    waiting = found["ticketlens_deliveries_waiting", "desk"]
    assert waiting == 2
    assert found["ticketlens_deliveries_received_total", "desk"] == sum(by_outcome.values()) + waiting


def test_pushed_rows_are_counted_over_all_calls_and_add_up(client: FlaskClient) -> None:
    good = {"id": 1, "subject": "Login", "created_at": "2026-11-02T08:00:00Z"}
    for rows in ([good, {"id": 2}], [good]):
        assert client.post("/api/v1/tickets", json=rows).status_code == 202
    assert client.post("/api/v1/tickets", data="no json", content_type="text/csv").status_code == 415
    found = told(client)
    by_outcome = {name: found["ticketlens_pushed_total", name] for name in OUTCOMES}
    assert by_outcome == {"stored": 1, "unchanged": 1, "set_aside": 1, "refused": 1}
    assert found["ticketlens_pushed_received_total",] == 4


def test_numbers_are_for_who_has_a_token(client: FlaskClient, people: People) -> None:
    people.add_person("kim", role=Role.ADMIN)
    assert client.get("/metrics").status_code == 401
    secret = people.add_token("prometheus", Role.VIEWER)
    assert client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer tl_wrong"}).status_code == 401


def test_the_page_for_operators_names_every_metric_and_no_other(client: FlaskClient) -> None:
    page = (Path(__file__).parents[2] / "docs" / "watching.md").read_text(encoding="utf-8")
    families = client.get("/metrics").get_data(as_text=True)
    exposed = set(re.findall(r"^# TYPE (\w+)", families, re.MULTILINE))
    assert set(re.findall(r"^\| `(ticketlens_\w+)`", page, re.MULTILINE)) == exposed


def test_pushed_rows_stand_on_the_page_of_sources_too(app: Flask, client: FlaskClient, people: People) -> None:
    good = {"id": 1, "subject": "Login", "created_at": "2026-11-02T08:00:00Z"}
    assert client.post("/api/v1/tickets", json=[good, {"id": 2}]).status_code == 202
    reader = app.test_client()
    reader.get(f"/sign-in/{people.make_link()}")
    page = reader.get("/sources").get_data(as_text=True).replace("\xa0", " ")
    assert "2 rows received, 1 stored, 0 unchanged, 1 set aside, 0 refused" in page
