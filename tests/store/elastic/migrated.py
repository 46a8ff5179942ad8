"""A filled store, and what a migration made of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from store.elastic import newer_templates as newer

from ticketlens.model.delivery import Delivery
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Topic
from ticketlens.store.base import PARTS, Assignment, Prepared, Version
from ticketlens.store.copying import checksum
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address
from ticketlens.store.elastic.cluster import NOUNS

ALL = Filter(excluded="any")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEWER = set(NOUNS) - set(newer.STAY)


def fill(store: ElasticStore, batch: Sequence[Prepared]) -> None:
    store.put_tickets(batch)
    store.put_tickets([later(one, 1) for one in batch[:20]])
    texts = sorted({one.text.fingerprint for one in batch})
    rows = np.random.default_rng(5).normal(size=(len(texts), 8)).astype(np.float32)
    store.put_vectors("m", texts, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    store.publish(
        [Topic(id=number, name="a") for number in store.new_topic_ids(2)],
        {name: Assignment(1 + number % 2, "core", 0.5) for number, name in enumerate(texts)},
        {},
    )
    store.put_record("view", "a", {"n": 1})
    store.put_record("view", "gone", {"n": 1})
    store.delete_record("view", "gone")
    deliver(store, "desk", "1")


def deliver(store: ElasticStore, source: str, name: str) -> bool:
    return store.put_deliveries([Delivery(source, name, b"x", {}, NOW)])[0]


def later(one: Prepared, days: int) -> Prepared:
    """The same ticket, with something new."""
    at = one.version.updated_at + days * 86_400_000_000
    return replace(one, version=Version(at, 0, one.version.richness, f"{days:032x}"))


def sums(store: ElasticStore) -> dict[str, Any]:
    return {part: checksum(store, part) for part in PARTS}


def versions(store: ElasticStore) -> dict[str, list[str]]:
    return {noun: list(store._cluster.behind(noun)) for noun in (*NOUNS, *store._cluster.models())}


def newest(store: ElasticStore) -> set[str]:
    """The nouns that are behind their aliases in the newer version."""
    told = versions(store).items()
    return {noun.partition(".")[0] for noun, names in told if names and names[0].endswith(f"-v{newer.number(noun)}")}


def reopened(address: str) -> ElasticStore:
    """As a process of the older program, that was running all the time."""
    store = ElasticStore(Address.read(address))
    for noun in (*NOUNS, *store._cluster.models()):
        store._cluster.adopt(noun)
    return store
