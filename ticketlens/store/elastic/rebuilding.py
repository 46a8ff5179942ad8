"""A new index beside the one that is behind an alias, brought to the same documents while that one is written to.

Every write has a number (`_seq_no`). All that the primary has finished up to a number is copied from a point in time,
then what came after it, again and again: a document is never missing, and one that was deleted is found by its id.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import ConflictError, helpers

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.errors import LATER, reason_of, translated
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.mapping import MADE_BY, VECTORS, Body
from ticketlens.store.elastic.records import LEASE, RECORDS
from ticketlens.store.elastic.vectors import with_vector

PAGE = 500
IDS = 5_000
NOTHING_YET = -1
MARGIN = 1
"""How often the shards of the old index may begin anew under way."""

MOST_TERMS = 50
MODULUS = 2**256
LEASE_NAME = "migrate"

Rewrite = Callable[[Body], Body]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Level:
    """Documents that were compared, and the sum of their SHA-256, whatever their order."""

    documents: int = 0
    checksum: int = 0

    def add(self, told: Mapping[str, Body]) -> "Level":
        total = sum(int.from_bytes(_digest(id_, source)) for id_, source in told.items())
        return Level(self.documents + len(told), (self.checksum + total) % MODULUS)

    @property
    def sha256(self) -> str:
        return f"{self.checksum:064x}"


@dataclass(frozen=True)
class Rebuild:
    """`old` is behind the alias of `noun`, `new` is not; `rewrite` makes a document of the new version of one of old.

    `tick` is called with each page.
    """

    cluster: Cluster
    noun: str
    old: str
    new: str
    told: Body
    rewrite: Rewrite = field(default=lambda source: source)
    tick: Callable[[], None] = field(default=lambda: None)

    # -- the indices

    def make(self) -> int:
        """The new index, empty, whatever was left of an earlier try; gives the least term that its documents have."""
        made = {key: self.told[key] for key in ("settings", "mappings")}
        family = self.noun.partition(".")[0]
        pattern = f"{self.cluster.alias(VECTORS)}.*" if family == VECTORS else self.new
        indices = self.cluster.client.indices
        with translated():
            left = indices.get_mapping(index=self.new, ignore_unavailable=True)
            if any(one["mappings"].get("_meta", {}).get("made_by") != MADE_BY for one in left.values()):
                raise StoreError(f"the index {self.new} is another program's; choose another prefix by: store copy")
            indices.delete(index=self.new, ignore_unavailable=True)
            indices.put_index_template(
                name=self.cluster.alias(family), index_patterns=[pattern], template=made, priority=200,
                version=self.told["version"],
            )  # fmt: skip
            indices.create(index=self.new, **made)
        return outrank(self.cluster, self.new, self.old)

    def must_outrank(self, first: int) -> None:
        """Raises Unavailable where the old index has documents that may be taken for some of the new one."""
        if max(terms(self.cluster, self.old)) >= first:
            raise Unavailable(f"the shards of {self.old} began anew many times under way; run it again")

    def checkpoint(self) -> int:
        """Every write of the old index up to this number is done, and seen after a refresh."""
        return min(int(one["global_checkpoint"]) for one in _primaries(self.cluster, self.old).values())

    # -- documents

    def copy(self, progress: Progress) -> int:
        """Copy all documents; gives the number that `level` goes on from."""
        since = self.checkpoint()
        total, done = count(self.cluster, self.old), 0
        for page in self._pages({"match_all": {}}):
            self._put(page)
            done += len(page)
            progress(done, max(done, total))
        return since

    def level(self, since: int = NOTHING_YET, progress: Progress = lambda done, total: None) -> tuple[int, Level]:
        """Compare what was written after `since`, all by default, and put right what differs.

        Gives the number to go on from, and what was compared. Raises StoreError where a document does not stay as it
        was put.
        """
        reached, compared = self.checkpoint(), Level()
        query: Body = {"match_all": {}} if since == NOTHING_YET else {"range": {"_seq_no": {"gt": since}}}
        total = count(self.cluster, self.old, query)
        for page in self._pages(query):
            there = self._there(page)
            if wrong := {id_: source for id_, source in page.items() if there.get(id_) != source}:
                self._put(wrong)
                if self._there(wrong) != wrong:
                    raise StoreError(f"the index {self.new} does not keep documents as {self.old} has them")
            compared = compared.add(page)
            progress(compared.documents, max(compared.documents, total))
        return reached, compared

    def drop_gone(self) -> int:
        """Take out what the old index has no more."""
        self.refresh()
        gone = 0
        for ids in _runs(self._ids(), IDS):
            left = self._missing(ids)
            self._send({"_op_type": "delete", "_id": id_} for id_ in left)
            gone += len(left)
            self.tick()
        return gone

    def bring_over(self, last: Mapping[str, int], swapped: Mapping[str, int]) -> None:
        """After the swap put what the old index took after its `last` writes in the new one, where nothing newer is.

        For the moment between the last look at the old index and the swap, if somebody lifted its block. `swapped` are
        the last writes of the new index before the swap.
        """
        since = min(last.values())
        while hits := _after(self.cluster, self.old, since):
            for hit in hits:
                source = self._whole(self.rewrite(_plain(self.noun, hit["_source"])))
                _put_if_untouched(self.cluster, self.new, hit["_id"], source, min(swapped.values()))
            since = hits[-1]["sort"][0]

    def refresh(self) -> None:
        with translated():
            self.cluster.client.indices.refresh(index=self.new)

    def _pages(self, query: Body) -> Iterator[dict[str, Body]]:
        """Documents of the old index as they are to be in the new one."""
        for hits in _runs(self.cluster.scan(self.noun, query, size=PAGE), PAGE):
            yield {hit["_id"]: self.rewrite(_plain(self.noun, hit["_source"])) for hit in hits}
            self.tick()

    def _there(self, page: Mapping[str, Body]) -> dict[str, Body]:
        with translated():
            found = self.cluster.client.mget(index=self.new, ids=list(page))["docs"]
        return {one["_id"]: _plain(self.noun, one["_source"]) for one in found if one.get("found")}

    def _missing(self, ids: Sequence[str]) -> list[str]:
        with translated():
            found = self.cluster.client.mget(index=self.old, ids=list(ids), source=False)["docs"]
        if any("error" in one for one in found):
            raise StoreError(f"the index {self.old} does not tell what it has")
        return [one["_id"] for one in found if not one["found"]]

    def _ids(self) -> Iterator[str]:
        with translated():
            for hit in helpers.scan(self.cluster.client, index=self.new, size=IDS, _source=False):
                yield hit["_id"]

    def _put(self, page: Mapping[str, Body]) -> None:
        self._send({"_op_type": "index", "_id": id_, "_source": self._whole(source)} for id_, source in page.items())

    def _whole(self, source: Body) -> Body:
        return with_vector(source) if self.noun.partition(".")[0] == VECTORS else source

    def _send(self, actions: Iterable[dict[str, Any]]) -> None:
        """Raises StoreError where the new index refuses one of them."""
        with translated():
            told = helpers.streaming_bulk(
                self.cluster.client, actions, index=self.new, max_chunk_bytes=8 * 1024**2, max_retries=8,
                initial_backoff=0.2, max_backoff=10, raise_on_error=False, retry_on_status=LATER,
            )  # fmt: skip
            for done, item in told:
                (outcome,) = item.values()
                if not done and outcome["status"] != 404:
                    kind, reason = reason_of(outcome.get("error"))
                    raise StoreError(f"the index {self.new} refuses a document: {kind}: {reason}")


def count(cluster: Cluster, index: str, query: Body | None = None, shard: str | None = None) -> int:
    """How many documents there are by now, of one shard or all."""
    preference = None if shard is None else f"_shards:{shard}"
    with translated():
        cluster.client.indices.refresh(index=index)
        found = cluster.client.count(index=index, query=query or {"match_all": {}}, preference=preference)
    return int(found["count"])


def take_along(cluster: Cluster, source: str, target: str, query: Body) -> None:
    """The documents of a query as they are in another index; there are few."""
    with translated():
        cluster.client.indices.refresh(index=source)
        hits = cluster.client.search(index=source, query=query, size=IDS)["hits"]["hits"]
        actions = [{"_op_type": "index", "_id": hit["_id"], "_source": hit["_source"]} for hit in hits]
        helpers.bulk(cluster.client, actions, index=target, refresh=True)


def last_writes(cluster: Cluster, index: str) -> dict[str, int]:
    """The number of the last write of each shard."""
    return {shard: int(one["max_seq_no"]) for shard, one in _primaries(cluster, index).items()}


def _primaries(cluster: Cluster, index: str) -> dict[str, Body]:
    """What the primary of each shard has come to: `max_seq_no`, `global_checkpoint`."""
    with translated():
        found = cluster.client.indices.stats(index=index, metric="docs", level="shards")["indices"][index]["shards"]
    return {shard: one["seq_no"] for shard, copies in found.items() for one in copies if one["routing"]["primary"]}


def terms(cluster: Cluster, index: str) -> list[int]:
    """The primary term of each shard: it grows each time that a shard begins anew."""
    with translated():
        found = cluster.client.cluster.state(metric="metadata", index=index)["metadata"]["indices"][index]
    return [int(term) for term in found["primary_terms"].values()]


def outrank(cluster: Cluster, index: str, other: str) -> int:
    """Begin the shards of an index, which nobody uses, anew until their terms are beyond those of the other one.

    Whoever read a document in the other index and writes it here, if it is still the same, is then told that it is
    not, whatever its number: numbers alone may be equal by chance. Gives the least term.
    """
    beyond = max(terms(cluster, other)) + MARGIN
    for _ in range(MOST_TERMS):
        if (first := min(terms(cluster, index))) > beyond:
            return first
        with translated():
            cluster.client.indices.close(index=index)
            cluster.client.indices.open(index=index, wait_for_active_shards="1")
    raise StoreError(f"the shards of {index} cannot be begun anew")


def _after(cluster: Cluster, index: str, last: int) -> list[Any]:
    with translated():
        cluster.client.indices.refresh(index=index)
        query = {"range": {"_seq_no": {"gt": last}}}
        found = cluster.client.search(index=index, query=query, sort=["_seq_no"], size=PAGE)
    return list(found["hits"]["hits"])


def _put_if_untouched(cluster: Cluster, index: str, id_: str, source: Body, swapped: int) -> None:
    with translated(), suppress(ConflictError):
        (held,) = cluster.client.mget(index=index, ids=[id_])["docs"]
        if not held["found"]:
            cluster.client.index(index=index, id=id_, document=source, op_type="create")
        elif held["_seq_no"] <= swapped:
            as_held = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
            cluster.client.index(index=index, id=id_, document=source, **as_held)


def is_blocked(cluster: Cluster, index: str) -> bool:
    with translated():
        found = cluster.client.indices.get_settings(index=index, name="index.blocks.write", flat_settings=True)
    return any(one["settings"].get("index.blocks.write") == "true" for one in found.values())


def is_moving(cluster: Cluster) -> bool:
    """Whether a migration is under way, or was killed: it did not give its lease back."""
    if not cluster.behind(RECORDS):
        return False
    index, name = cluster.alias(RECORDS), document_id(LEASE, LEASE_NAME)
    with translated():
        return bool(cluster.reader.exists(index=index, id=name))


def block(cluster: Cluster, index: str) -> None:
    """No write after this, and none under way: writers wait."""
    with translated():
        cluster.client.indices.add_block(index=index, block="write")


def lift(cluster: Cluster, index: str) -> None:
    with translated():
        cluster.client.indices.put_settings(index=index, settings={"index.blocks.write": None})


def _plain(noun: str, source: Body) -> Body:
    """Some servers keep a vector apart from what it came with; it is made again of its packed form."""
    if noun.partition(".")[0] != VECTORS:
        return source
    return {name: value for name, value in source.items() if name != "vector"}


def _digest(id_: str, source: Body) -> bytes:
    told = json.dumps([id_, source], ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(told.encode()).digest()


def _runs(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    run: list[Any] = []
    for item in items:
        run.append(item)
        if len(run) == size:
            yield run
            run = []
    if run:
        yield run
