"""Help Scout's webhooks: their proof, their name, what they are about."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from helpdesks.helpscout import Server, signed
from helpdesks.helpscout_pulls import connected

from ticketlens.connector import BadProof, Hook


@pytest.fixture
def scout() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


def hook(body: bytes, secret: str, event: str) -> Hook:
    raw, headers = signed(body, secret, event)
    return Hook({name.lower(): value for name, value in headers.items()}, raw)


def test_the_signature_is_that_of_the_vector(scout: Server) -> None:
    connector = connected(scout, webhook_secret="s3cret")
    made = hook('{"id":1,"note":"café"}'.encode(), "s3cret", "convo.created")
    assert made.header("x-helpscout-signature") == "gjc+81x2sueUe3+G/mRCtPyI/2o="
    assert connector.prove(made) is None
    for wrong in ("", "gjc+81x2sueUe3+G/mRCtPyI/2p=", made.header("x-helpscout-signature").rstrip("=")):
        with pytest.raises(BadProof):
            connector.prove(replace(made, headers={**made.headers, "x-helpscout-signature": wrong}))


def test_a_delivery_is_known_again_by_what_it_holds(scout: Server) -> None:
    connector = connected(scout)
    made, other = hook(b'{"id":1}', "a", "convo.tags"), hook(b'{"id":1}', "a", "convo.status")
    assert connector.delivery(made) == connector.delivery(hook(b'{"id":1}', "a", "convo.tags"))
    assert (
        len({connector.delivery(made), connector.delivery(other), connector.delivery(replace(made, body=b"{}"))}) == 3
    )


@pytest.mark.parametrize(
    ("event", "told", "named"),
    [
        ("convo.created", {"id": 7}, [("7", False)]),
        ("convo.merged", {"id": "7"}, [("7", False)]),
        ("convo.deleted", {"id": 7}, [("7", True)]),
        ("satisfaction.ratings", {"id": 5434, "ticketId": 7, "rating": "Great"}, [("7", False)]),
        ("customer.created", {"id": 7}, []),
        ("tag.created", {"id": 7}, []),
        ("", {"id": 7}, []),
    ],
)
def test_an_event_names_the_conversation_that_it_is_about(
    scout: Server, event: str, told: dict[str, object], named: list[tuple[str, bool]]
) -> None:
    found = connected(scout).receive(hook(json.dumps(told).encode(), "s", event))
    assert [(one.id, one.gone) for one in found] == named
