"""Pages of customers hold personal references: who may open a ticket may open them, and nobody else."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.people import People

ADDRESSES = ("/voice", "/answers", "/answers.csv", "/customers", "/customers.csv", "/customers/c-1")


@pytest.fixture
def answered(lens: Lens) -> Lens:
    row = {"id": "1", "survey": "x", "kind": "nps", "score": 1, "at": "2026-10-10T10:00:00Z", "customer": "c-1"}
    assert lens.voice.push_answers([row]).stored == 1
    return lens


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_is_sent_to_sign_in(client: FlaskClient, people: People, answered: Lens, address: str) -> None:
    people.add_person("kim")
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")
    assert b"c-1" not in answer.data.replace(b"customers/c-1", b"").replace(b"customers%2Fc-1", b"")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_a_ticket_may_open_a_customer(
    client: FlaskClient, people: People, answered: Lens, sign_in: Callable[..., object], role: Role, address: str
) -> None:
    people.add_person("kim", role, "correct horse battery")
    sign_in(client)
    allowed = client.get("/tickets/a/b").status_code != 403
    assert (client.get(address).status_code == 200) == allowed


def test_answers_without_a_single_ticket_have_their_pages(
    client: FlaskClient, people: People, answered: Lens, sign_in: Callable[..., object]
) -> None:
    people.add_person("kim", Role.VIEWER, "correct horse battery")
    sign_in(client)
    assert "1\xa0answer in this time: too few for a score" in client.get("/voice").text
    assert "Customer c-1" in client.get("/customers/c-1").text
    assert "1\xa0answer</h1>" in client.get("/answers").text
