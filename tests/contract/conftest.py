"""The stores that the contract is held against. A further store is one more line in `STORES`."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ticketlens.intake.prepare import Preparer
from ticketlens.metrics.periods import day_of
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment, Prepared, Store
from ticketlens.store.sqlite import SqliteStore


class Sqlite:
    """Opens the store of a name in a folder; the same name opens the same store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str) -> Store:
        return SqliteStore(self.folder / f"{name}.db")


STORES = {"sqlite": Sqlite}


@pytest.fixture(scope="session", params=sorted(STORES))
def factory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Store]:
    return STORES[request.param](tmp_path_factory.mktemp(request.param))


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
def store(opened: Callable[[], Store]) -> Store:
    return opened()


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
