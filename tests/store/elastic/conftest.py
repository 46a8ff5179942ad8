"""A store of its own on each server that TICKETLENS_TEST_ES names."""

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from store.elastic.migrated import fill

from ticketlens.intake.prepare import Preparer
from ticketlens.store.base import Prepared
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address


@pytest.fixture
def address(place: Any) -> str:
    """The address of a store that nobody made yet; all of it is taken away at the end."""
    return str(place.address)


@pytest.fixture
def store(address: str) -> Iterator[ElasticStore]:
    opened = ElasticStore(Address.read(address))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def prepared(worlds: ModuleType, preparer: Preparer) -> Callable[[int, int], list[Prepared]]:
    return lambda seed, count: [preparer.prepare(ticket) for ticket in worlds.random_tickets(seed, count)]


@pytest.fixture
def filled(store: ElasticStore, prepared: Callable[[int, int], list[Prepared]]) -> ElasticStore:
    """Every noun has something in it; some of it was written more than once, some of it is deleted."""
    fill(store, prepared(21, 60))
    return store
