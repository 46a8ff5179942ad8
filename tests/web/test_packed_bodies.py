"""Bodies packed by gzip: read as they were before, and measured by what comes out."""

import gzip
import json

import pytest
from flask.testing import FlaskClient

TICKET = {"id": 1, "subject": "Login", "created_at": "2026-11-02T08:00:00Z"}
JSON = {"Content-Type": "application/json"}


def push(client: FlaskClient, body: bytes, encoding: str = "gzip") -> int:
    return client.post("/api/v1/tickets", data=body, headers={**JSON, "Content-Encoding": encoding}).status_code


def test_a_packed_push_is_stored(client: FlaskClient) -> None:
    assert push(client, gzip.compress(json.dumps([TICKET]).encode())) == 202
    assert client.get("/api/v1/tickets/import/1").get_json()["subject"] == "Login"


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(b"[" + b" " * 2_000_000 + b"]"), "gzip", 413),
        (b"no gzip", "gzip", 400),
        (gzip.compress(b"[]")[:-9], "gzip", 400),
        (b"", "gzip", 400),
        (b"[]", "br", 415),
    ],
)
def test_what_cannot_be_unpacked_within_the_limit_is_refused(
    client: FlaskClient, body: bytes, encoding: str, status: int
) -> None:
    assert push(client, body, encoding) == status
