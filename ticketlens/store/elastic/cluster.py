"""One prefix on one cluster: its indices, made when they are missed, and the few calls that the store makes."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic.address import Address, Options
from ticketlens.store.elastic.errors import translated
from ticketlens.store.elastic.patience import patiently

NOUNS = ("tickets", "raw", "topics", "assignments", "records", "inbox")
VECTORS = "vectors"
MADE_BY = "ticketlens"
PAGE = 10_000
KEEP = "2m"

Body = dict[str, Any]


def template(noun: str) -> Body:
    """What `templates/` says of the indices of a noun; each model's vectors have an index of their own."""
    file = files("ticketlens.store.elastic") / "templates" / f"{noun.partition('.')[0]}.json"
    told: Body = json.loads(file.read_text(encoding="utf-8"))
    told["mappings"]["_meta"] = {"made_by": MADE_BY, "noun": noun, "version": told["version"]}
    return told


class Cluster:
    """`noun` is one of `NOUNS`, or `vectors.KEY`. The indices are made at the first call, not before."""

    def __init__(self, address: Address, options: Options | None = None) -> None:
        self.address = address
        self.prefix = address.prefix
        options = options or Options()
        with translated():
            self.client = Elasticsearch(
                list(address.hosts), max_retries=2, retry_on_timeout=True, **options.arguments(address)
            )
        self._ready: set[str] = set()
        self._dirty: set[str] = set()
        self._guard = threading.Lock()

    # -- indices

    def alias(self, noun: str) -> str:
        return f"{self.prefix}-{noun}"

    def index(self, noun: str, version: int) -> str:
        return f"{self.alias(noun)}-v{version}"

    def ready(self, noun: str) -> str:
        """The alias of a noun, once there is an index behind it that we can read."""
        if noun not in self._ready:
            with self._guard, translated():
                if noun not in self._ready:
                    self._make(noun)
                    self._ready.add(noun)
        return self.alias(noun)

    def adopt(self, noun: str) -> None:
        """Read and write what is behind the alias as it is, of whatever version: for who migrates it."""
        self._ready.add(noun)

    def behind(self, noun: str) -> dict[str, Body]:
        """The index behind an alias by its name, with the `_meta` of its mapping; empty where there is none."""
        with translated():
            found = self.client.indices.get_mapping(
                index=self.alias(noun), allow_no_indices=True, ignore_unavailable=True
            )
        return {name: one["mappings"].get("_meta", {}) for name, one in found.items()}

    def known(self, noun: str) -> bool:
        """Whether there is such an index by now."""
        return noun in self._ready or bool(self.behind(noun))

    def models(self) -> list[str]:
        """The nouns of all indices of vectors."""
        with translated():
            found = self.client.indices.get_alias(name=f"{self.alias(VECTORS)}.*", allow_no_indices=True)
        start = len(self.prefix) + 1
        return sorted({alias[start:] for one in found.values() for alias in one["aliases"]})

    def _make(self, noun: str) -> None:
        found = self.behind(noun)
        told = template(noun)
        for name, meta in found.items():
            if meta.get("made_by") != MADE_BY:
                raise StoreError(f"the index {name} is another program's; choose another prefix in the store's address")
            if meta["version"] > told["version"]:
                raise StoreError(f"the index {name} was made by a newer TicketLens; update TicketLens")
            if meta["version"] < told["version"]:
                raise StoreError(f"the index {name} was made by an older TicketLens; run: ticketlens store migrate")
        if not found:
            self._create(noun, told)

    def _create(self, noun: str, told: Body) -> None:
        family = noun.partition(".")[0]
        pattern = f"{self.alias(family)}.*" if family == VECTORS else f"{self.alias(noun)}-v*"
        made = {key: told[key] for key in ("settings", "mappings")}
        self.client.indices.put_index_template(
            name=self.alias(family), index_patterns=[pattern], template=made, priority=200, version=told["version"]
        )
        aliases = {self.alias(noun): {"is_write_index": True}}
        try:
            self.client.indices.create(index=self.index(noun, told["version"]), aliases=aliases, **made)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    # -- reading

    def touched(self, noun: str) -> None:
        """Something was written: the next search of this process is to see it."""
        self._dirty.add(noun)

    def refresh(self, noun: str) -> None:
        """After this, searches see all that was written before, by whomever."""
        self._dirty.discard(noun)
        with translated():
            self.client.indices.refresh(index=self.ready(noun))

    def search(self, noun: str, **body: Any) -> Body:
        """One search; what this process wrote is seen."""
        alias = self.ready(noun)
        if noun in self._dirty:
            self.refresh(noun)
        with translated():
            found: Body = self.client.search(index=alias, **body).body
        return found

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
        with translated():
            found = self.client.mget(index=self.ready(noun), ids=list(ids), **asked).body
        for doc in found["docs"]:
            if "error" in doc:
                raise StoreError(f"the store: {doc['error'].get('reason', doc['error'])}")
        return {doc["_id"]: doc for doc in found["docs"] if doc["found"]}

    def open_point(self, noun: str) -> str:
        """A point in time: what is searched at it stays as it is now, for as long as it is asked again in time."""
        self.refresh(noun)
        with translated():
            return str(self.client.open_point_in_time(index=self.ready(noun), keep_alive=KEEP)["id"])

    def close_point(self, point: str) -> None:
        try:
            self.client.close_point_in_time(id=point)
        except (ApiError, TransportError):
            return  # it ends by itself

    def search_at(self, point: str, **body: Any) -> Body | None:
        """One search at a point in time; None where the point is gone."""
        try:
            with translated():
                pit = {"id": point, "keep_alive": KEEP}
                found: Body = self.client.search(pit=pit, track_total_hits=False, **body).body
                return found
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
        with translated():
            self.client.indices.refresh(index=names)
            found = self.client.indices.stats(index=names, metric="docs", level="shards")["indices"]
        for noun in nouns:
            self._dirty.discard(noun)
        writes = (copies for one in found.values() for copies in one["shards"].values())
        made_anew = sum(int(name.rpartition("-v")[2]) << 40 for name in found)
        return made_anew + sum(max(int(copy["seq_no"]["max_seq_no"]) + 1 for copy in copies) for copies in writes)

    def versions(self, nouns: Sequence[str]) -> dict[str, str]:
        """What a person asks first of a store: kind, version of the server, health, schema, size on disk."""
        names = [self.ready(noun) for noun in nouns]
        with translated():
            server = self.client.info()["version"]["number"]
            health = self.client.cluster.health(index=names)
            size = self.client.indices.stats(index=f"{self.prefix}-*", metric="store")["_all"]["total"]["store"]
        schema = sorted({str(meta.get("version")) for noun in nouns for meta in self.behind(noun).values()})
        return {
            "store": "elasticsearch",
            "elasticsearch": str(server),
            "health": f"{health['status']}, {health['number_of_nodes']} node(s)",
            "schema": ", ".join(schema),
            "bytes": str(size["size_in_bytes"]),
        }

    def close(self) -> None:
        self.client.close()

    # -- writing one document

    def write(self, noun: str, id: str, document: Mapping[str, Any], *, held: Body | None) -> bool:
        """Put a document in place of `held`, which `get` gave (None: there is none); False where it is so no more."""
        condition: Body = {"op_type": "create"} if held is None else {
            "if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"],
        }  # fmt: skip
        return self._conditional(
            noun, lambda alias: self.client.index(index=alias, id=id, document=document, **condition)
        )

    def erase(self, noun: str, id: str, held: Body) -> bool:
        condition = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
        return self._conditional(noun, lambda alias: self.client.delete(index=alias, id=id, **condition))

    def _conditional(self, noun: str, call: Callable[[str], object]) -> bool:
        alias = self.ready(noun)
        self.touched(noun)

        def attempt() -> bool:
            with translated():
                try:
                    call(alias)
                except ApiError as error:
                    if error.meta.status == 409 or isinstance(error, NotFoundError):
                        return False
                    raise
            return True

        return patiently(attempt)
