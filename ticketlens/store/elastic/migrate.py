"""Indices made anew by newer templates, while they are read and written to; and the way back."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.documents import TICKETS, more_measured
from ticketlens.store.elastic.errors import translated
from ticketlens.store.elastic.filters import every, never
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.inbox import INBOX, outcome_apart
from ticketlens.store.elastic.mapping import MADE_BY, NOUNS, Body, template, version_in
from ticketlens.store.elastic.rebuilding import (
    LEASE_NAME,
    Level,
    Progress,
    Rebuild,
    Rewrite,
    block,
    count,
    is_blocked,
    last_writes,
    lift,
    outrank,
    take_along,
)
from ticketlens.store.elastic.records import LEASE, RECORDS
from ticketlens.store.leases import LeaseStore

STEPS: Mapping[str, Mapping[int, Rewrite]] = {INBOX: {2: outcome_apart}, TICKETS: {2: more_measured}}
"""For a noun and a version of its template what makes a document of that version of one of the version before; where
there is nothing, documents stay as they are."""

FEW = 1_000
MOST_ROUNDS = 10
LEASE_SECONDS = 120.0
LEASES: Body = {"term": {"noun": LEASE}}
REPLACED = "replaced_by"

Seen = Mapping[str, int]
"""The number of the last write of each shard."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """`sha256` is of the documents as they were compared; writers waited for `blocked_seconds`."""

    noun: str
    old: str
    new: str
    documents: int
    sha256: str
    blocked_seconds: float


@dataclass(frozen=True)
class Migration:
    """`at` is told each step as it is done: started, made, copied, levelled, blocked, verified, swapped."""

    cluster: Cluster
    leases: LeaseStore
    templates: Callable[[str], Body] = template
    steps: Mapping[str, Mapping[int, Rewrite]] = field(default_factory=lambda: STEPS)
    at: Callable[[str], None] = lambda step: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    holder: str = field(default_factory=lambda: secrets.token_hex(8))

    def run(self, step: Callable[[str], Progress]) -> list[Migrated]:
        """Bring every noun to the version of its template. Nothing is done where that is so.

        Raises StoreError where an index is another program's or a newer TicketLens's, or does not keep what is put in
        it; then all is as it was, and it can be run again.
        """
        with self._alone():
            nouns = [noun for noun in self._nouns() if self._version(noun) < self.templates(noun)["version"]]
            return [self._migrate(noun, step) for noun in nouns]

    def back(self, *, lose_writes: bool = False) -> list[tuple[str, str]]:
        """Put the indices that the last migration replaced behind their aliases again: (from, to) of each.

        Raises StoreError where there is none, or where one that took its place was written to since, unless that is to
        be lost.
        """
        with self._alone():
            pairs = {noun: found for noun in self._nouns() if (found := self._replaced(noun)) is not None}
            if not pairs:
                raise StoreError("there is no index that a migration replaced; nothing to go back to")
            blocked: list[str] = []
            try:
                for noun, (new, old, seen) in pairs.items():
                    blocked.append(new)
                    block(self.cluster, new)
                    if not lose_writes:
                        self._must_be_unwritten(new, old, seen)
                    outrank(self.cluster, old, new)
                    lift(self.cluster, old)
                    if noun == RECORDS:
                        take_along(self.cluster, new, old, LEASES)
                self._swap([(noun, new, old) for noun, (new, old, _) in pairs.items()])
                blocked.clear()
            finally:
                for index in blocked:
                    lift(self.cluster, index)
            return [(new, old) for new, old, _ in pairs.values()]

    # -- one noun

    def _migrate(self, noun: str, step: Callable[[str], Progress]) -> Migrated:
        old, told = self._current(noun), self.templates(noun)
        new = self.cluster.index(noun, told["version"])
        rewrite = _path(self.steps.get(noun.partition(".")[0], {}), self._version(noun), told["version"])
        made = Rebuild(self.cluster, noun, old, new, told, rewrite, self._renew)
        first = made.make()
        self.at("made")
        since = made.copy(step(f"copy {noun}"))
        self.at("copied")
        since, compared = self._catch_up(made, since, step(f"verify {noun}"))
        self.at("levelled")
        self._renew()
        begun = time.monotonic()
        try:
            last, documents = self._still(made, since)
            self.at("verified")
            made.must_outrank(first)
            self._note(old, new)
            swapped = last_writes(self.cluster, new)
            self._swap([(noun, old, new)])
        except BaseException:
            lift(self.cluster, old)
            raise
        block(self.cluster, old)
        if last_writes(self.cluster, old) != last:
            made.bring_over(last, swapped)
        self.at("swapped")
        return Migrated(noun, old, new, documents, compared.sha256, round(time.monotonic() - begun, 3))

    def _still(self, made: Rebuild, since: int) -> tuple[Seen, int]:
        """The old index blocked and the new one level with it: the last writes of the old one, and the documents.

        Somebody may lift the block meanwhile: then it is begun again.
        """
        for _ in range(MOST_ROUNDS):
            block(self.cluster, made.old)
            last = last_writes(self.cluster, made.old)
            self.at("blocked")
            documents = _finish(made, since)
            if is_blocked(self.cluster, made.old) and last_writes(self.cluster, made.old) == last:
                return last, documents
        raise Unavailable(f"somebody lifts the block of {made.old} while it is moved; leave it, and run it again")

    def _catch_up(self, made: Rebuild, since: int, progress: Progress) -> tuple[int, Level]:
        """Compare all, then what is written meanwhile, until that is little."""
        since, _ = made.level(since)
        since, compared = made.level(progress=progress)
        made.drop_gone()
        for _ in range(MOST_ROUNDS):
            since, latest = made.level(since)
            if latest.documents < FEW:
                break
        return since, compared

    def _note(self, old: str, new: str) -> None:
        """In the index that is replaced: by which one, and how much was written to that one by then."""
        with translated():
            (mapping,) = self.cluster.client.indices.get_mapping(index=old).values()
            meta = {**mapping["mappings"]["_meta"], REPLACED: {"index": new, "writes": last_writes(self.cluster, new)}}
            self.cluster.client.indices.put_mapping(index=old, meta=meta)

    def _swap(self, moves: list[tuple[str, str, str]]) -> None:
        """(noun, from, to) of each: all in one step."""
        actions: list[Mapping[str, Any]] = []
        for noun, before, after in moves:
            alias = self.cluster.alias(noun)
            actions.append({"remove": {"index": before, "alias": alias, "must_exist": True}})
            actions.append({"add": {"index": after, "alias": alias, "is_write_index": True}})
        with translated():
            self.cluster.client.indices.update_aliases(actions=actions)

    # -- what is there

    def _nouns(self) -> list[str]:
        return [noun for noun in (*NOUNS, *self.cluster.models()) if self.cluster.behind(noun)]

    def _current(self, noun: str) -> str:
        return self._behind(noun)[0]

    def _behind(self, noun: str) -> tuple[str, Body]:
        """The index behind an alias, and what its mapping says of it."""
        found = self.cluster.behind(noun)
        if len(found) != 1:
            names = ", ".join(sorted(found)) or "none"
            raise StoreError(f"the alias {self.cluster.alias(noun)} is to have one index, and has {names}")
        return next(iter(found.items()))

    def _version(self, noun: str) -> int:
        name, meta = self._behind(noun)
        if meta.get("made_by") != MADE_BY:
            raise StoreError(f"the index {name} is another program's; choose another prefix in the store's address")
        version = version_in(name, meta)
        if version > self.templates(noun)["version"]:
            raise StoreError(f"the index {name} was made by a newer TicketLens; update TicketLens")
        return version

    def _replaced(self, noun: str) -> tuple[str, str, Seen] | None:
        """(index behind the alias, the one that it replaced, the last write of each of its shards by then)."""
        current = self._current(noun)
        with translated():
            found = self.cluster.client.indices.get_mapping(index=f"{self.cluster.alias(noun)}-v*")
        for name, one in found.items():
            told = one["mappings"].get("_meta", {}).get(REPLACED, {})
            if name != current and told.get("index") == current:
                return current, name, told["writes"]
        return None

    def _must_be_unwritten(self, new: str, old: str, seen: Seen) -> None:
        """Leases apart: they come along."""
        kept = never(LEASES)
        changed = sum(
            count(self.cluster, new, every(kept, {"range": {"_seq_no": {"gt": last}}}), shard)
            for shard, last in seen.items()
        )
        if more := max(changed, abs(count(self.cluster, new, kept) - count(self.cluster, old, kept))):
            raise StoreError(
                f"{new} took {more:,} writes since it replaced {old}, and going back would lose them: stay, copy "
                "what is there to another store by this TicketLens, or give them up by --back --lose-writes"
            )

    # -- one at a time

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One migration at a time; what an earlier one left blocked when it was killed takes writes again."""
        nouns = self._nouns()
        for noun in nouns:
            self.cluster.adopt(noun)
        self._must_be_free()
        if RECORDS in nouns:
            lift(self.cluster, self._current(RECORDS))  # the lease is in it
        self._renew()
        try:
            for noun in nouns:
                lift(self.cluster, self._current(noun))
            self.at("started")
            yield
        finally:
            self.leases.release(LEASE_NAME, self.holder)

    def _must_be_free(self) -> None:
        held = self.cluster.get(RECORDS, document_id(LEASE, LEASE_NAME)) if self.cluster.behind(RECORDS) else None
        if held is not None:
            left = json.loads(held["_source"]["fields"])["until"] - self.now().timestamp()
            if left > 0:
                raise Unavailable(f"another migration is running, or was killed: try again in {left:.0f} s", left)

    def _renew(self) -> None:
        if not self.leases.claim(LEASE_NAME, self.holder, LEASE_SECONDS, self.now()):
            raise Unavailable("another migration is running: wait until it is done", LEASE_SECONDS)


def _finish(made: Rebuild, since: int) -> int:
    """What is left, while nobody writes; the number of documents on both sides."""
    still = replace(made, tick=lambda: None)
    still.level(since)
    if count(made.cluster, made.new) != count(made.cluster, made.old):
        still.drop_gone()
    there, documents = count(made.cluster, made.new), count(made.cluster, made.old)
    if there != documents:
        raise StoreError(f"{still.new} has {there:,} documents and {still.old} {documents:,}; nothing was changed")
    return documents


def _path(steps: Mapping[int, Rewrite], before: int, after: int) -> Rewrite:
    """All steps from one version to another, in one."""
    taken = [steps[version] for version in range(before + 1, after + 1) if version in steps]

    def rewrite(source: Body) -> Body:
        for one in taken:
            source = one(source)
        return source

    return rewrite
