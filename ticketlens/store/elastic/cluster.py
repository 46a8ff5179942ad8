"""One prefix on one cluster: its indices, made when they are missed, and the few calls that the store makes."""

import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic.address import Address, Options
from ticketlens.store.elastic.client import client_of, reading
from ticketlens.store.elastic.errors import GONE, RETRY_AFTER, RETRY_BLOCKED_AFTER, reason_of, translated
from ticketlens.store.elastic.evidence import was_there
from ticketlens.store.elastic.mapping import MADE_BY, NOUNS, VECTORS, Body, check_mapping, clash, template
from ticketlens.store.elastic.patience import NotNow, patiently

__all__ = ["NOUNS", "VECTORS", "Body", "Cluster", "template"]

PAGE = 10_000
KEEP = "2m"
SOON_SECONDS = 2.0
OTHER_HOSTS = 2
"""How many hosts more are tried where one does not answer."""

LARGEST = 100 * 1024 * 1024
"""Bytes that a server takes at once where nobody set another limit."""

ANOTHERS = "matching patterns from existing templates", "that creates data streams only"
"""What the server says where a template of another program meets our names."""


class Cluster:
    """`noun` is one of `NOUNS`, or `vectors.KEY`. The indices are made at the first call, not before."""

    def __init__(self, address: Address, options: Options | None = None) -> None:
        self.address = address
        self.prefix = address.prefix
        options = options or Options()
        self.patience = options.patience
        self.client = client_of(address, options)
        self.reader = reading(self.client, address, options)
        self._ready: set[str] = set()
        self._dirty: set[str] = set()
        self.kept: dict[str, tuple[float, object]] = {}
        self.troubled = False
        """Whether the log was told that writes are tried again."""
        self._guard = threading.Lock()

    # -- indices

    def alias(self, noun: str) -> str:
        return f"{self.prefix}-{noun}"

    def index(self, noun: str, version: int) -> str:
        return f"{self.alias(noun)}-v{version}"

    def ready(self, noun: str) -> str:
        """The alias of a noun, once there is an index behind it that we can read."""
        if noun not in self._ready:
            with self._guard:
                if noun not in self._ready:
                    patiently(lambda: self._make(noun), self.patience)
                    self._ready.add(noun)
        return self.alias(noun)

    def adopt(self, noun: str) -> None:
        """Read and write what is behind the alias as it is, of whatever version: for who migrates it."""
        self._ready.add(noun)

    def behind(self, noun: str) -> dict[str, Body]:
        """The index behind an alias by its name, with the `_meta` of its mapping; empty where there is none."""
        return {name: mappings.get("_meta", {}) for name, mappings in self.mappings(noun).items()}

    def mappings(self, noun: str) -> dict[str, Body]:
        """The index behind an alias by its name, with its mapping."""
        asked: Body = {"index": self.alias(noun), "allow_no_indices": True, "ignore_unavailable": True}
        found = self._asked(lambda: self.reader.indices.get_mapping(**asked).body)
        return {name: one["mappings"] for name, one in found.items()}

    def known(self, noun: str) -> bool:
        """Whether there is such an index by now."""
        return noun in self._ready or bool(self.behind(noun))

    def models(self) -> list[str]:
        """The nouns of all indices of vectors."""
        found = self._asked(
            lambda: self.reader.indices.get_alias(name=f"{self.alias(VECTORS)}.*", allow_no_indices=True).body
        )
        start = len(self.prefix) + 1
        return sorted({alias[start:] for one in found.values() for alias in one["aliases"]})

    def _make(self, noun: str) -> None:
        told = template(noun)
        found = self.mappings(noun)
        if not found and self.lost(noun):
            raise self.gone(self.alias(noun))
        if not found and not (found := self.mappings(noun)):  # made by another process just now
            with translated():
                self._create(noun, told)
            found = self._soon(noun)
        if not found:
            raise StoreError(
                f"there is an index {self.index(noun, told['version'])} without the alias {self.alias(noun)}; "
                "delete it or give it the alias, or choose another prefix in the store's address"
            )
        for name, mappings in found.items():
            check_mapping(name, mappings, told)

    def _soon(self, noun: str) -> dict[str, Body]:
        """Made by another process a moment ago, an index may not be known yet to the host that we ask."""
        until = time.monotonic() + SOON_SECONDS
        while not (found := self.mappings(noun)) and time.monotonic() < until:
            time.sleep(0.1)
        return found

    def _create(self, noun: str, told: Body) -> None:
        """Make the index, unless there is one of its name."""
        family, index = noun.partition(".")[0], self.index(noun, told["version"])
        made = {key: told[key] for key in ("settings", "mappings")}
        pattern = f"{self.alias(VECTORS)}.*" if family == VECTORS else index
        aliases = {self.alias(noun): {"is_write_index": True}}
        try:
            self._put_template(self.alias(family), pattern, made, told)
            self.client.indices.create(index=index, aliases=aliases, **made)
        except BadRequestError as error:
            if error.error == "invalid_alias_name_exception":
                raise StoreError(clash(self.alias(noun))) from error
            if any(words in str(error.body) for words in ANOTHERS):
                raise StoreError(clash(f"{self.alias(noun)} (by a template that meets it)")) from error
            if error.error != "resource_already_exists_exception":
                raise

    def _put_template(self, name: str, pattern: str, made: Body, told: Body) -> None:
        """The pattern meets no index of another prefix: a name ends in its noun and version, which hold no dash."""
        try:
            held = self.reader.indices.get_index_template(name=name)["index_templates"]
        except NotFoundError:
            held = []
        for one in held:
            mappings = one["index_template"].get("template", {}).get("mappings", {})
            if mappings.get("_meta", {}).get("made_by") != MADE_BY:
                raise StoreError(clash(f"{name} (a template)"))
        self.client.indices.put_index_template(
            name=name, index_patterns=[pattern], template=made, priority=200, version=told["version"]
        )

    def lost(self, noun: str) -> bool:
        """Whether there is no such index, and there was one."""
        return was_there(self.reader, self.alias, noun) and not self.mappings(noun)

    def gone(self, index: str) -> Unavailable:
        """What to raise where an index that was there is there no more; each is looked at anew at the next call.

        None is made in place of one that held tickets.
        """
        self._ready.clear()
        return Unavailable(
            f"the index of {index} is gone: bring it back from a snapshot, or begin anew with another prefix",
            RETRY_BLOCKED_AFTER,
        )

    @contextmanager
    def _found(self) -> Iterator[None]:
        """As `translated`; and an index that is gone is said to be."""
        try:
            with translated():
                yield
        except StoreError as error:
            if isinstance(cause := error.__cause__, NotFoundError) and cause.error == GONE:
                raise self.gone(cause.body["error"].get("index", self.prefix)) from None
            raise

    @cached_property
    def largest_request(self) -> int:
        """Bytes that every node takes at once."""
        try:
            nodes = self.reader.nodes.info(metric="http").get("nodes", {})
        except (ApiError, TransportError):  # it may not be ours to ask
            return LARGEST
        told = [one.get("http", {}).get("max_content_length_in_bytes", LARGEST) for one in nodes.values()]
        return min(told, default=LARGEST)

    # -- reading

    def _asked(self, call: Callable[[], Body]) -> Body:
        """The whole answer: a part of it would be silence about the rest."""

        def ask() -> Body:
            with self._found():
                found = call()
            shards = found.get("_shards", {})
            if isinstance(shards, Mapping) and shards.get("failed"):
                raise NotNow(f"the store: {shards['failed']} of {shards['total']} shards did not answer")
            return found

        return patiently(ask, self.patience)

    def touched(self, noun: str) -> None:
        """Something was written: the next search of this process is to see it."""
        self._dirty.add(noun)

    def refresh(self, noun: str) -> None:
        """After this, searches see all that was written before, by whomever."""
        alias = self.ready(noun)
        self._dirty.discard(noun)
        self._asked(lambda: self.reader.indices.refresh(index=alias).body)

    def search(self, noun: str, **body: Any) -> Body:
        """One search; what this process wrote is seen."""
        alias = self.ready(noun)
        if noun in self._dirty:
            self.refresh(noun)
        return self._asked(lambda: self.reader.search(index=alias, allow_partial_search_results=False, **body).body)

    def count(self, noun: str, query: Body) -> int:
        found = self.search(noun, query=query, size=0, track_total_hits=True)
        return int(found["hits"]["total"]["value"])

    def get(self, noun: str, id: str, **asked: Any) -> Body | None:
        """The document with `_source`, `_seq_no` and `_primary_term` as it is now, seen by searches or not."""
        return self.mget(noun, [id], **asked).get(id)

    def mget(self, noun: str, ids: Sequence[str], **asked: Any) -> dict[str, Body]:
        """Those of the documents that are there, by id, as they are now."""
        if not ids:
            return {}
        alias = self.ready(noun)

        def ask() -> Body:
            with self._found():
                found: Body = self.reader.mget(index=alias, ids=list(ids), **asked).body
            for doc in found["docs"]:
                if doc.get("error", {}).get("type") == GONE:
                    raise self.gone(doc["_index"])
                if "error" in doc:
                    raise NotNow(f"the store: {reason_of(doc['error'])[1]}", RETRY_AFTER)
            return found

        return {doc["_id"]: doc for doc in patiently(ask, self.patience)["docs"] if doc["found"]}

    def open_point(self, noun: str) -> str:
        """A point in time: what is searched at it stays as it is now, for as long as it is asked again in time."""
        self.refresh(noun)
        alias = self.ready(noun)
        return str(self._asked(lambda: self.reader.open_point_in_time(index=alias, keep_alive=KEEP).body)["id"])

    def close_point(self, point: str) -> None:
        try:
            self.reader.close_point_in_time(id=point)
        except (ApiError, TransportError):
            return  # it ends by itself

    def search_at(self, point: str, **body: Any) -> Body | None:
        """One search at a point in time; None where the point is gone."""
        pit = {"id": point, "keep_alive": KEEP}
        told = {**body, "pit": pit, "track_total_hits": False, "allow_partial_search_results": False}
        try:
            return self._asked(lambda: self.reader.search(**told).body)
        except StoreError as error:
            if isinstance(error.__cause__, NotFoundError | BadRequestError):
                return None
            raise

    def scan(
        self, noun: str, query: Body, *, sort: Sequence[Any] = ("_shard_doc",), size: int = PAGE, **body: Any
    ) -> Iterator[Body]:
        """Every hit of a query at one point in time; with `_shard_doc` in no order that means anything."""
        point = self.open_point(noun)
        told: Body = {"query": query, "sort": list(sort), "size": size, **body}
        try:
            while True:
                page = self.search_at(point, **told)
                if page is None:
                    raise Unavailable("the store: a scan took too long between two pages; run it again")
                point, hits = page["pit_id"], page["hits"]["hits"]
                yield from hits
                if len(hits) < size:
                    return
                told["search_after"] = hits[-1]["sort"]
        finally:
            self.close_point(point)

    def each(self, noun: str, query: Body, **body: Any) -> Iterator[Body]:
        """Every hit of a query, in no order; in one search where they are few."""
        found = self.search(noun, query=query, size=PAGE, sort=["_doc"], track_total_hits=PAGE + 1, **body)
        if int(found["hits"]["total"]["value"]) <= PAGE:
            return iter(found["hits"]["hits"])
        return self.scan(noun, query, **body)

    def written(self, *nouns: str) -> int:
        """A number that grows with each write to these indices, once searches see it."""
        names = [self.ready(noun) for noun in nouns]
        self._asked(lambda: self.reader.indices.refresh(index=names).body)
        found = self._asked(lambda: self.reader.indices.stats(index=names, metric="docs", level="shards").body)[
            "indices"
        ]
        for noun in nouns:
            self._dirty.discard(noun)
        writes = (copies for one in found.values() for copies in one["shards"].values())
        made_anew = sum(_made(name, str(one.get("uuid", ""))) << 40 for name, one in found.items())
        return made_anew + sum(max(int(copy["seq_no"]["max_seq_no"]) + 1 for copy in copies) for copies in writes)

    def close(self) -> None:
        self.client.close()

    # -- writing one document

    def write(self, noun: str, id: str, document: Mapping[str, Any], *, held: Body | None) -> bool:
        """Put a document in place of `held`, which `get` gave (None: there is none); False where it is so no more.

        Two writers of equal documents may both be told that theirs is there.
        """
        condition: Body = {"op_type": "create"} if held is None else _as_held(held)
        return self._conditional(
            noun,
            lambda alias: self.once.index(index=alias, id=id, document=document, require_alias=True, **condition),
            lambda: (there := self.get(noun, id)) is not None and there["_source"] == document,
        )

    def erase(self, noun: str, id: str, held: Body) -> bool:
        return self._conditional(
            noun,
            lambda alias: self.once.delete(index=alias, id=id, **_as_held(held)),
            lambda: self.get(noun, id) is None,
        )

    @property
    def once(self) -> Elasticsearch:
        """The client, that here tries nothing twice by itself: a second try may conflict with the first."""
        return self.client.options(max_retries=0)

    def _conditional(self, noun: str, call: Callable[[str], object], is_done: Callable[[], bool]) -> bool:
        """Whether it was written. After a try of which no answer came a conflict may be with ourselves."""
        alias, tries = self.ready(noun), 0
        self.touched(noun)

        def attempt() -> bool:
            nonlocal tries
            tries += 1
            with self._found():
                try:
                    call(alias)
                except ApiError as error:
                    if error.meta.status in (404, 409) and error.error != GONE:
                        return False
                    raise
            return True

        hosts = len(self.address.hosts)
        done = patiently(attempt, self.patience, unanswered=max(OTHER_HOSTS, hosts - 1), hosts=hosts)
        return done or (tries > 1 and is_done())


def _made(index: str, uuid: str) -> int:
    """A number that tells an index from the one before it: its version, or where it has another name one of its own."""
    version = index.rpartition("-v")[2]
    return int(version) if version.isdecimal() else zlib.crc32(uuid.encode())


def _as_held(held: Body) -> Body:
    return {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
