"""What one document decides for all: which run's topics count, and how far each source was read.

A ticket has two places for its topic. Readers look at the one that the switch names, while a run fills the other.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ticketlens.errors import StoreError
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.records import RECORDS, put

STATE = "_state"
LATELY = 1.0
"""Seconds; a run fills the slot that nobody reads, and takes longer than this to come to its end."""

TOPICS, READ_TO = "topics", "read_to"
OUTRUN = "another run was published while this one was: its topics count, and those of this one are dropped"


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


def lately(cluster: Cluster) -> Known:
    """The state as it was within the last second, for who only reads: it is whole, if not the latest."""
    found = cluster.kept.get(STATE)
    if found is None or time.monotonic() - found[0] > LATELY:
        found = cluster.kept[STATE] = (time.monotonic(), known(cluster))
    return cast(Known, found[1])


def place(cluster: Cluster, changed: Mapping[str, Any]) -> Placing:
    """The switch as it stands after `changed` is put in it."""
    _change(cluster, TOPICS, lambda held: {**held, **changed})
    return known(cluster).placing


def announce(cluster: Cluster, run: int) -> Placing:
    """From now on `run` fills the slot that nobody reads; raises StoreError where a later one does so, or did."""

    def announced(held: Mapping[str, Any]) -> Mapping[str, object] | None:
        later = run < max(held.get("run") or 0, held.get("coming") or 0)
        return None if later else {**held, "coming": run}

    if not _change(cluster, TOPICS, announced):
        raise StoreError(OUTRUN)
    return known(cluster).placing


def must_be_coming(cluster: Cluster, run: int) -> None:
    """Raises StoreError where another run fills the slot by now."""
    if known(cluster).placing.coming != run:
        raise StoreError(OUTRUN)


def switch_over(cluster: Cluster, run: int, slot: int) -> None:
    """The topics of `run` count from now on; raises StoreError where another run came between."""

    def switched(held: Mapping[str, Any]) -> Mapping[str, object] | None:
        return {"slot": slot, "run": run, "coming": None} if held.get("coming") == run else None

    if not _change(cluster, TOPICS, switched):
        raise StoreError(OUTRUN)


def set_read_to(cluster: Cluster, told: Mapping[str, int]) -> None:
    """Sources are read to these moments, whatever was known before."""
    _change(cluster, READ_TO, lambda held: {**held, **told})


def raise_read_to(cluster: Cluster, latest: Mapping[str, int], seen: Mapping[str, int]) -> None:
    """Sources are read at least to these moments; nothing is written where `seen` says so already."""
    if all(seen.get(source, at - 1) >= at for source, at in latest.items()):
        return

    def raised(held: Mapping[str, Any]) -> Mapping[str, object]:
        return {**held, **{source: max(at, held.get(source, at)) for source, at in latest.items()}}

    _change(cluster, READ_TO, raised)


def _change(cluster: Cluster, part: str, changed: Callable[[Mapping[str, Any]], Mapping[str, object] | None]) -> bool:
    """Whether it was changed: not where `changed` gives None."""
    done = put(cluster, STATE, part, lambda held: changed(held or {})) is not None
    cluster.kept.pop(STATE, None)
    return done


def _fields(document: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(document["_source"]["fields"])
    return told
