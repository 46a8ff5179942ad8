"""Topics are shaped by the API: each call is one edit, told with its number, and undone by it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.person import Role
from ticketlens.people import People


@pytest.fixture
def empty_store() -> str:
    """What edits and runs do in each store is held in their own suites."""
    return "sqlite:///empty.db"


@pytest.fixture
def lens(space: Any) -> Lens:
    made: Lens = space.lens
    return made


@pytest.fixture
def make_token(people: People) -> Callable[[Role], str]:
    return lambda role: people.add_token(f"a {role.value}", role)


@pytest.fixture
def two(lens: Lens) -> tuple[int, int]:
    """The ids of two topics with tickets."""
    sizes = [(lens.store.count_tickets(_in(topic.id)), topic.id) for topic in lens.store.topics()]
    (_, one), (_, other) = sorted(sizes, reverse=True)[:2]
    return one, other


def _in(topic: int) -> Any:
    return EVERYTHING.having("topic", str(topic))


def keys(lens: Lens, topic: int, count: int) -> list[dict[str, str]]:
    rows = lens.tickets(_in(topic), limit=count).items
    return [{"source": row.ticket.source, "id": row.ticket.id} for row in rows]


def test_a_topic_is_renamed_and_has_its_name_back(client: FlaskClient, two: tuple[int, int]) -> None:
    path = f"/api/v1/topics/{two[0]}"
    before = client.get(path).json["name"]
    edit = client.patch(path, json={"name": "Cannot sign in", "why": "as they say"})
    assert (edit.status_code, edit.json["kind"], edit.json["why"]) == (200, "rename", "as they say")
    assert client.get(path).json["name"] == "Cannot sign in"
    undone = client.post(f"/api/v1/edits/{edit.json['id']}/undo").json
    assert (undone["undone"], client.get(path).json["name"]) == (True, before)
    assert client.post(f"/api/v1/edits/{edit.json['id']}/undo").status_code == 409


def test_topics_are_merged_and_parted_again(client: FlaskClient, lens: Lens, two: tuple[int, int]) -> None:
    one, other = two
    sizes = [lens.count(_in(topic)) for topic in two]
    edit = client.post(f"/api/v1/topics/{other}/merge", json={"into": one}).json
    assert (edit["topics"], lens.count(_in(one)), lens.count(_in(other))) == ([other, one], sum(sizes), 0)
    client.post(f"/api/v1/edits/{edit['id']}/undo")
    assert [lens.count(_in(topic)) for topic in two] == sizes
    again = client.post(f"/api/v1/topics/{other}/merge", json={"into": one})
    assert (again.status_code, "kept apart" in again.json["detail"]) == (409, True)
    told = client.get("/api/v1/edits", query_string={"of": other}).json["items"]
    assert [(edit["kind"], edit["undone"]) for edit in told] == [("apart", False), ("merge", True)]


def test_exactly_the_named_tickets_split_off_and_move(client: FlaskClient, lens: Lens, two: tuple[int, int]) -> None:
    one, other = two
    named = keys(lens, one, 2)
    split = client.post(f"/api/v1/topics/{one}/split", json={"tickets": named, "name": "A part"}).json
    made = split["topics"][1]
    assert (lens.count(_in(made)), split["tickets"]) == (2, named)
    moved = client.post(f"/api/v1/topics/{made}/move", json={"tickets": named[:1], "to": other}).json
    assert (moved["kind"], lens.count(_in(made))) == ("move", 1)
    out = client.post(f"/api/v1/topics/{made}/move", json={"tickets": named[1:], "to": None})
    assert (out.status_code, lens.count(_in(made))) == (200, 0)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("patch /topics/{one}", {"colour": 1}, 400, "colour: no field"),
        ("patch /topics/999", {"pinned": True}, 404, "no topic 999"),
        ("post /topics/{one}/merge", {"into": "x"}, 400, "into: the number"),
        ("post /topics/{one}/merge", {"onto": 1}, 400, "'onto' is not known here"),
        ("post /topics/{one}/merge", {"into": 1, "topics": 7}, 400, "topics: a list"),
        ("post /topics/{one}/split", {"tickets": [{"id": 7}]}, 400, "tickets[0]: not like"),
        ("post /topics/{one}/split", {"tickets": []}, 400, "name at least one"),
        ("post /topics/{one}/move", {"tickets": [{"source": "a", "id": "b"}], "to": None}, 404, "no ticket 'b'"),
        ("post /topics/{one}/always", {"rule": "x"}, 400, "rule: an object"),
        ("post /topics/{one}/always", {"rule": {"q": 7}}, 400, "rule: texts"),
        ("post /topics/{one}/apart", {"from": True}, 400, "from: the number"),
        ("post /edits/999/undo", {}, 404, "no edit 999"),
        ("post /runs/waiting/publish", {}, 409, "no run waits"),
        ("post /runs/back", {"why": 7}, 400, "why: a text"),
    ],
)
def test_what_cannot_be_done_is_said(
    client: FlaskClient, two: tuple[int, int], path: str, body: dict[str, Any], status: int, says: str
) -> None:
    method, _, rule = path.partition(" ")
    told = client.open(f"/api/v1{rule.format(one=two[0])}", method=method.upper(), json=body)
    assert told.status_code == status
    assert says in told.json["detail"]
    assert told.content_type == "application/problem+json"


def test_a_rule_takes_what_is_there(client: FlaskClient, lens: Lens, two: tuple[int, int]) -> None:
    (named,) = keys(lens, two[1], 1)
    row = lens.store.get_ticket(named["source"], named["id"])
    assert row is not None
    word = row.ticket.subject.split()[0]
    edit = client.post(f"/api/v1/topics/{two[0]}/always", json={"rule": {"q": word}})
    assert edit.status_code == 200
    where = Filter(q=word)
    reach = edit.json["reach"]
    assert reach["total"] == reach["taken"] + reach["inside"] + reach["held"] == lens.count(where)
    assert lens.count(where) == lens.count(Filter(q=word, where={"topic": (str(two[0]),)})) > 0


def test_the_runs_are_told(client: FlaskClient, lens: Lens) -> None:
    told = client.get("/api/v1/runs").json["items"]
    assert told[0]["id"] == 1
    assert client.get("/api/v1/runs/waiting").json == {"waiting": None}
    assert client.post("/api/v1/runs/back").status_code == 409
    assert client.delete("/api/v1/runs/waiting").status_code == 409


@pytest.mark.parametrize("path", ["/topics/1/merge", "/edits/1/undo", "/runs/back", "/runs/waiting/publish"])
def test_a_viewer_changes_nothing(client: FlaskClient, make_token: Callable[[Role], str], path: str) -> None:
    token = {"Authorization": f"Bearer {make_token(Role.VIEWER)}"}
    assert client.post(f"/api/v1{path}", json={}, headers=token).status_code == 403


def test_who_did_it_is_the_name_of_the_token(
    client: FlaskClient, two: tuple[int, int], make_token: Callable[[Role], str]
) -> None:
    token = {"Authorization": f"Bearer {make_token(Role.LEAD)}"}
    edit = client.patch(f"/api/v1/topics/{two[0]}", json={"pinned": True}, headers=token).json
    listed = client.get("/api/v1/edits", headers=token).json["items"][0]
    assert edit["by"] == listed["by"]
    assert "machine" not in edit["by"]


def test_a_topic_is_split_by_the_parts_that_were_suggested(client: FlaskClient, space: Any) -> None:
    space.push("login", range(20, 28), "phone lost")
    space.cluster(full=True, publish=True)
    path = f"/api/v1/topics/{space.topic_of('login-0')}/parts"
    assert client.get(path).status_code == 404
    found = client.post(path).json
    assert [(part["name"], part["n"]) for part in found["parts"]] == [("again", 10), ("phone", 8)]
    assert client.get(path).json == found
    key = found["parts"][1]["key"]
    for wrong in ({"parts": "x"}, {"parts": [key], "names": {"y": "z"}}, {"parts": [key], "names": [1]}, {"part": 1}):
        assert client.post(f"{path}/split", json=wrong).status_code == 400
    assert client.post(f"{path}/split", json={"parts": ["unknown"]}).status_code == 409
    made = client.post(f"{path}/split", json={"parts": [key], "names": {key: "Lost phone"}}).json
    assert made["items"][0]["tickets"] == found["parts"][1]["tickets"]
    assert space.name_of(space.topic_of("login-20")) == "Lost phone"


def test_themes_are_listed_called_and_told_of_topics(client: FlaskClient, space: Any) -> None:
    assert client.get("/api/v1/themes").json["items"] == []
    for problem in ("card", "invoice"):
        space.push(problem, range(10), "billing trouble")
    space.cluster(full=True, publish=True)
    card, invoice = (space.topic_of(f"{name}-0") for name in ("card", "invoice"))
    (theme,) = client.get("/api/v1/themes").json["items"]
    assert (theme["id"], theme["topics"]) == (1, [card, invoice])
    edit = client.post("/api/v1/themes/1/call", json={"name": "Money"}).json
    told = client.get(f"/api/v1/topics/{card}").json
    assert (told["theme"], told["theme_name"]) == (1, "Money")
    assert client.post("/api/v1/themes/1/call", json={"name": 7}).status_code == 400
    assert client.post("/api/v1/themes/9/call", json={"name": "X"}).status_code == 404
    client.post(f"/api/v1/edits/{edit['id']}/undo")
    assert client.get("/api/v1/themes").json["items"] == [theme]
    assert client.patch(f"/api/v1/topics/{card}", json={"theme": 0}).json["kind"] == "theme"
    listed = client.get("/api/v1/topics").json["items"]
    assert {row["theme"] for row in listed} == {None}
