"""A store of its own on each server that TICKETLENS_TEST_ES names."""

import os
import secrets
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from elasticsearch import Elasticsearch

from ticketlens.intake.prepare import Preparer
from ticketlens.store.base import Prepared
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address

SERVERS = [url for url in os.environ.get("TICKETLENS_TEST_ES", "").split(",") if url] or [
    pytest.param("elastic", marks=pytest.mark.skip("TICKETLENS_TEST_ES names no server"))
]


@pytest.fixture(params=SERVERS)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a store that nobody made yet; all of it is taken away at the end."""
    prefix = f"test-{secrets.token_hex(4)}"
    yield f"{request.param}/{prefix}"
    client = Elasticsearch(request.param)
    for name in client.indices.get(index=f"{prefix}-*", expand_wildcards="all"):
        client.indices.delete(index=name)
    for found in client.indices.get_index_template(name=f"{prefix}-*")["index_templates"]:
        client.indices.delete_index_template(name=found["name"])
    client.close()


@pytest.fixture
def store(address: str) -> Iterator[ElasticStore]:
    opened = ElasticStore(Address.read(address))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def prepared(worlds: ModuleType, preparer: Preparer) -> Callable[[int, int], list[Prepared]]:
    return lambda seed, count: [preparer.prepare(ticket) for ticket in worlds.random_tickets(seed, count)]
