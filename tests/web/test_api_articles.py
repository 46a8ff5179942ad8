"""Articles by the API: pushed, listed; and the gaps, each with its tickets."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from ticketlens.model.person import Role
from ticketlens.people import People

PATH = "/api/v1/articles"
ARTICLE: dict[str, Any] = {
    "id": "1", "title": "Log in", "body": "<p>Ask kim@example.com.</p>", "url": "https://help.example/1",
    "updated_at": "2026-11-02T00:00:00Z",
}  # fmt: skip


def test_one_a_list_or_a_line_each_is_stored_once(client: FlaskClient) -> None:
    assert client.post(PATH, json=ARTICLE).json["stored"] == 1
    again = client.post(PATH, json=[ARTICLE, {**ARTICLE, "id": "2"}])
    assert (again.status_code, again.json["stored"], again.json["unchanged"]) == (202, 1, 1)
    lines = "\n".join((json.dumps(ARTICLE), "{no json", "7", '{"id": null, "title": "x"}'))
    told = client.post(PATH, data=lines, content_type="application/x-ndjson").json
    assert (told["received"], told["unchanged"], told["set_aside"]) == (4, 1, 3)
    assert [item["index"] for item in told["set_aside_items"]] == [1, 2, 3]


def test_a_list_is_read_page_by_page_and_nothing_personal_is_in_it(client: FlaskClient) -> None:
    client.post(PATH, json=[{**ARTICLE, "id": str(n), "source": "s"} for n in range(5)])
    ids, cursor = [], ""
    while True:
        page = client.get(PATH, query_string={"limit": "2", **({"cursor": cursor} if cursor else {})}).json
        assert len(page["items"]) <= 2
        ids += [item["id"] for item in page["items"]]
        assert "kim@example.com" not in json.dumps(page)
        if (cursor := page["next"]) is None:
            break
    assert ids == ["0", "1", "2", "3", "4"]
    assert client.get(PATH, query_string={"cursor": "bad!"}).status_code == 400


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.LEAD, 202)])
def test_a_viewer_reads_and_a_lead_pushes(client: FlaskClient, people: People, role: Role, status: int) -> None:
    named = {"Authorization": f"Bearer {people.add_token(f'the {role}', role)}"}
    assert client.post(PATH, json=ARTICLE, headers=named).status_code == status
    for path in (PATH, f"{PATH}/gaps"):
        assert client.get(path, headers=named).status_code == 200
        assert client.get(path).status_code == 401


def test_without_tickets_there_are_no_gaps(client: FlaskClient) -> None:
    client.post(PATH, json=ARTICLE)
    told = client.get(f"{PATH}/gaps").json
    assert (told["gaps"], told["known"], told["articles"], told["waiting"]) == ([], [], 1, 1)
