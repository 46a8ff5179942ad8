"""What one document decides for all: which run's topics count, and how far each source was read.

A ticket has two places for its topic. Readers look at the one that the switch names, while a run fills the other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.records import RECORDS, put

STATE = "_state"
TOPICS, READ_TO = "topics", "read_to"


@dataclass(frozen=True, slots=True)
class Placing:
    """Tickets have their topics of `run` at `slot`; a run under way fills the other slot with those of `coming`."""

    slot: int = 0
    run: int = 0
    coming: int | None = None

    @property
    def other(self) -> int:
        return 1 - self.slot

    @property
    def runs(self) -> dict[int, int]:
        """The run that fills each slot that is in use."""
        return {self.slot: self.run} if self.coming is None else {self.slot: self.run, self.other: self.coming}


@dataclass(frozen=True, slots=True)
class Known:
    """The state as it is now. `read_to` maps sources to epoch seconds."""

    placing: Placing
    read_to: Mapping[str, int]

    @property
    def latest(self) -> int | None:
        return max(self.read_to.values(), default=None)


def known(cluster: Cluster) -> Known:
    names = {noun: document_id(STATE, noun) for noun in (TOPICS, READ_TO)}
    found = cluster.mget(RECORDS, list(names.values()))
    told = {noun: _fields(found[name]) if name in found else {} for noun, name in names.items()}
    return Known(Placing(**told[TOPICS]), told[READ_TO])


def place(cluster: Cluster, changed: Mapping[str, Any]) -> Placing:
    """The switch as it stands after `changed` is put in it."""
    put(cluster, STATE, TOPICS, lambda held: {**(held or {}), **changed})
    return known(cluster).placing


def raise_read_to(cluster: Cluster, latest: Mapping[str, int], seen: Mapping[str, int]) -> None:
    """Sources are read at least to these moments; nothing is written where `seen` says so already."""
    if all(seen.get(source, at - 1) >= at for source, at in latest.items()):
        return

    def raised(held: Mapping[str, Any] | None) -> Mapping[str, object]:
        there = held or {}
        return {**there, **{source: max(at, there.get(source, at)) for source, at in latest.items()}}

    put(cluster, STATE, READ_TO, raised)


def _fields(document: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(document["_source"]["fields"])
    return told
