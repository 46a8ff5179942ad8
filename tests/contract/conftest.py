"""The stores that the contract is held against. A further store is one more line in `STORES`."""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from ticketlens.intake.prepare import Preparer
from ticketlens.metrics.periods import day_of
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment, Prepared, Store
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address
from ticketlens.store.sqlite import SqliteStore


class Sqlite:
    """Opens the store of a name in a folder; the same name opens the same store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str) -> Store:
        return SqliteStore(self.folder / f"{name}.db")

    def remove(self, name: str) -> None:
        """Its file goes with the folder."""


AT_ONCE = 50


class Elastic:
    """Opens the store of a name on one server, under a prefix of this run; `clear` takes all of them away."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.run = f"test-{secrets.token_hex(4)}"

    def __call__(self, name: str) -> Store:
        return ElasticStore(Address.read(f"{self.url}/{self.run}-{name}"))

    def clear(self) -> None:
        self._take_away(f"{self.run}-*")

    def remove(self, name: str) -> None:
        """A server holds a thousand shards at most, and each store has ten."""
        self._take_away(f"{self.run}-{name}-*")

    def _take_away(self, pattern: str) -> None:
        client = Elasticsearch(self.url).options(ignore_status=404)
        names = list(client.indices.get(index=pattern, expand_wildcards="all"))
        for start in range(0, len(names), AT_ONCE):
            client.indices.delete(index=names[start : start + AT_ONCE])
        for found in client.indices.get_index_template(name=pattern).get("index_templates", []):
            client.indices.delete_index_template(name=found["name"])
        client.close()


SERVERS = [url for url in os.environ.get("TICKETLENS_TEST_ES", "").split(",") if url]
STORES = [
    "sqlite",
    *(SERVERS or [pytest.param("elastic", marks=pytest.mark.skip("TICKETLENS_TEST_ES names no server"))]),
]


@pytest.fixture(scope="session", params=STORES)
def factory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Store]]:
    if request.param == "sqlite":
        yield Sqlite(tmp_path_factory.mktemp("sqlite"))
        return
    elastic = Elastic(request.param)
    yield elastic
    elastic.clear()


@pytest.fixture(scope="session")
def opened(factory: Callable[[str], Store]) -> Iterator[Callable[[], Store]]:
    """A new empty store at each call."""
    made: list[Store] = []

    def make() -> Store:
        made.append(factory(f"store{len(made)}"))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(factory: Any) -> Iterator[Store]:
    """A new empty store, which is taken away after the test."""
    name = f"one{secrets.token_hex(4)}"
    made = factory(name)
    yield made
    made.close()
    factory.remove(name)


@pytest.fixture(scope="session")
def prepared(worlds: ModuleType, preparer: Preparer) -> Callable[[int, int], list[Prepared]]:
    return lambda seed, count: [preparer.prepare(ticket) for ticket in worlds.random_tickets(seed, count)]


@pytest.fixture(scope="session")
def world(
    opened: Callable[[], Store], prepared: Callable[[int, int], list[Prepared]], oracle: ModuleType, preparer: Any
) -> Callable[[int], tuple[Store, Any]]:
    """A store of 150 random tickets in topics 1 and 2, and the same as the oracle sees it; kept by seed."""
    kept: dict[int, tuple[Store, Any]] = {}

    def make(seed: int) -> tuple[Store, Any]:
        if seed not in kept:
            store, tickets = opened(), prepared(seed, 150)
            store.put_tickets(tickets)
            topics = _topics(tickets)
            ids = store.new_topic_ids(2)
            store.publish([Topic(id=number, name=f"topic {number}") for number in ids], topics, {})
            kept[seed] = store, oracle.World(tickets, topics, preparer.clocks, day_of("Europe/Stockholm"))
        return kept[seed]

    return make


def _topics(tickets: Sequence[Prepared]) -> dict[str, Assignment]:
    names = sorted({p.text.fingerprint for p in tickets})
    matches = ("core", "weak", "edited")
    return {name: Assignment(1 + i % 2, matches[i % 3], 0.5) for i, name in enumerate(names) if i % 5}
