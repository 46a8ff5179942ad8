"""Topics, runs and assignments in Elasticsearch: each run writes documents of its own; a switch says which counts."""

import base64
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from ticketlens.errors import StoreError
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import NONE, Filter
from ticketlens.model.text import TextInUse
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.bulk import Write, bulk
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.days import first_and_last_days
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import every, some, within
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.placing import (
    ASSIGNMENTS,
    CHUNK,
    assigned,
    assignment_document,
    assignment_id,
    assignment_of,
    chosen,
    names_of,
)
from ticketlens.store.elastic.records import count_up, put
from ticketlens.store.elastic.switch import Placing, announce, known, lately, must_be_coming, switch_over
from ticketlens.store.names import key_of
from ticketlens.store.topics import topic_fields, topic_of

TOPICS = "topics"
PAGE = 2_000

T = TypeVar("T")


class ElasticTopics(Asking):
    _cluster: Cluster

    def topics(self, *, retired: bool = False) -> list[Topic]:
        run = lately(self._cluster).placing.run
        query = every({"term": {"run": run}}, *([] if retired else [{"term": {"retired": 0}}]))
        found = self._cluster.each(TOPICS, query)
        return sorted((_topic(hit["_source"]) for hit in found), key=lambda topic: topic.id)

    def new_topic_ids(self, count: int) -> list[int]:
        last = count_up(self._cluster, "topic", count)
        return list(range(last - count + 1, last + 1))

    def put_topic(self, topic: Topic) -> None:
        run = known(self._cluster).placing.run
        self._must([Write(TOPICS, "index", document_id(run, topic.id), _document(run, topic))])

    def publish(self, topics: Sequence[Topic], assignments: Mapping[str, Assignment], run: Mapping[str, object]) -> int:
        number = count_up(self._cluster, "run", 1)
        before = known(self._cluster).placing
        named = {topic.id for topic in topics}
        gone = [replace(topic, retired=True) for topic in self.topics(retired=True) if topic.id not in named]
        self._must([Write(TOPICS, "index", document_id(number, t.id), _document(number, t)) for t in (*topics, *gone)])
        self._must(_assignment_writes(number, assignments))
        placing = announce(self._cluster, number)
        self._fill(placing, placing.other, likely=assignments, still=lambda: must_be_coming(self._cluster, number))
        self._cluster.refresh(TICKETS)
        switch_over(self._cluster, number, placing.other)
        put(self._cluster, "run", f"{number:08d}", lambda held: {**run, "id": number})
        self._forget(before=min(number, before.run))
        return number

    def assign(self, assignments: Mapping[str, Assignment]) -> None:
        if not assignments:
            return
        placing = known(self._cluster).placing
        for run in placing.runs.values():
            self._must(_assignment_writes(run, assignments))
        self._place(assignments, placing)

    def unassign(self, names: Collection[str]) -> None:
        placing = known(self._cluster).placing
        gone = (Write(ASSIGNMENTS, "delete", assignment_id(run, one)) for run in placing.runs.values() for one in names)
        for writes in _chunks(gone):
            bulk(self._cluster, writes)
        self._place(names, placing)

    def assignments(self) -> dict[str, Assignment]:
        run = known(self._cluster).placing.run
        hits = self._cluster.scan(ASSIGNMENTS, {"term": {"run": run}}, sort=["fingerprint"])
        return {hit["_source"]["fingerprint"]: assignment_of(hit["_source"]) for hit in hits}

    def subjects(self, fingerprints: Sequence[str]) -> dict[str, TextInUse]:
        found: dict[str, TextInUse] = {}
        for start in range(0, len(fingerprints), CHUNK):
            names = list(fingerprints[start : start + CHUNK])
            answer = self._cluster.search(
                TICKETS, query=every({"term": {"excluded": NONE}}, {"terms": {"fingerprint": names}}),
                collapse={"field": "fingerprint"}, sort=["created_at", "source", "id"], size=len(names),
                source_includes=["source", "id", "subject", "body", "language", "fingerprint"],
                aggs={"text": {"terms": {"field": "fingerprint", "size": len(names)}}},
            )  # fmt: skip
            tickets = {one["key"]: one["doc_count"] for one in answer["aggregations"]["text"]["buckets"]}
            by_text = {hit["_source"]["fingerprint"]: hit["_source"] for hit in answer["hits"]["hits"]}
            for name in names:
                if (one := by_text.get(name)) is not None:
                    key, language = (one["source"], one["id"]), one["language"] or None
                    found[name] = TextInUse(key, one["subject"], one["body"], language, tickets[name])
        return found

    def weekly(self, topics: Sequence[int], periods: tuple[Period, ...], where: Filter) -> dict[int, list[int]]:
        counts = {topic: [0] * len(periods) for topic in topics}
        if not topics or not periods:
            return counts
        query, slot = self._asked(where, None)
        field = f"topic_{slot}"
        days = within("created_day", gte=periods[0].start.toordinal(), lt=periods[-1].end.toordinal())
        query = every(query, days, {"terms": {field: [str(topic) for topic in topics]}})
        ranges = [{"from": p.start.toordinal(), "to": p.end.toordinal()} for p in periods]
        aggs = {
            "topic": {
                "terms": {"field": field, "size": len(topics)},
                "aggs": {"period": {"range": {"field": "created_day", "ranges": ranges}}},
            }
        }
        found = self._cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)
        for bucket in found["aggregations"]["topic"]["buckets"]:
            counts[int(bucket["key"])] = [int(one["doc_count"]) for one in bucket["period"]["buckets"]]
        return counts

    def first_and_last_day(self) -> dict[int, tuple[date, date]]:
        return first_and_last_days(self._cluster, *self._asked(Filter(), None))

    def _place(self, names: Iterable[str], placing: Placing) -> None:
        """Give single tickets, and the tickets of texts, what their assignments say."""
        for part in _chunks(names):
            for slot in placing.runs:
                self._fill(placing, slot, _tickets_of(part))

    def _fill(
        self,
        placing: Placing,
        slot: int,
        query: Body | None = None,
        likely: Mapping[str, Assignment] | None = None,
        still: Callable[[], None] = lambda: None,
    ) -> None:
        """Give the tickets of a query, or all, their topics at `slot`; only those that have another are written.

        What changes under way is looked at again, until nothing is left to be written. `still` raises where the slot is
        another's by now; what was written just then is put right.
        """
        names = [f"topic_{slot}", f"match_{slot}", f"similarity_{slot}"]
        left = True
        while left:
            left = False
            hits = self._cluster.scan(
                TICKETS, query or {"match_all": {}}, size=PAGE, seq_no_primary_term=True,
                source_includes=["source", "id", "fingerprint", *names],
            )  # fmt: skip
            for writes in _chunks(self._moves(hits, slot, placing.runs[slot], likely)):
                still()
                left = any(outcome.conflict for outcome in bulk(self._cluster, writes)) or left
                try:
                    still()
                except StoreError:
                    self._put_right(writes)
                    raise

    def _moves(
        self, hits: Iterable[Body], slot: int, run: int, likely: Mapping[str, Assignment] | None
    ) -> Iterator[Write]:
        """What is to be written by the assignments of a run as they are now; where a ticket already is as `likely` says
        they are not looked up: whoever changes them meanwhile writes it."""
        if likely is not None:
            hits = (hit for hit in hits if _moved(hit, slot, chosen(likely, names_of(hit["_source"]))))
        for part in _chunks(hits):
            names = [names_of(hit["_source"]) for hit in part]
            found = assigned(self._cluster, names, {slot: run})
            for hit, one in zip(part, names, strict=True):
                if told := _moved(hit, slot, found[one][slot]):
                    yield Write(TICKETS, "update", hit["_id"], {"doc": told}, hit)

    def _put_right(self, writes: Sequence[Write]) -> None:
        """Tickets that were given a topic of a run that does not count get that of the run that does."""
        placing = known(self._cluster).placing
        written: Body = {"ids": {"values": [write.id for write in writes]}}
        self._fill(placing, placing.slot, written)

    def _must(self, writes: Sequence[Write]) -> None:
        for outcome in bulk(self._cluster, writes) if writes else ():
            outcome.must_be_done()

    def _forget(self, before: int) -> None:
        """The documents of runs before that one: they neither count now nor did last."""
        for noun in (TOPICS, ASSIGNMENTS):
            hits = self._cluster.scan(noun, within("run", lt=before), source=False)
            for writes in _chunks(Write(noun, "delete", hit["_id"]) for hit in hits):
                bulk(self._cluster, writes)


def _tickets_of(names: Sequence[str]) -> Body:
    """The tickets of these texts, and those that have one of these names."""
    single = {name: key for name in names if (key := key_of(name)) is not None}
    ids = [documents.ticket_id(*key) for key in single.values()]
    return some({"terms": {"fingerprint": [name for name in names if name not in single]}}, {"ids": {"values": ids}})


def _moved(hit: Body, slot: int, assignment: Assignment | None) -> Body | None:
    """The fields of the slot as they are to be; None where they are so."""
    wanted = documents.placed(slot, assignment)
    return wanted if any(hit["_source"].get(name) != value for name, value in wanted.items()) else None


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while part := list(islice(left, CHUNK)):
        yield part


def _assignment_writes(run: int, assignments: Mapping[str, Assignment]) -> list[Write]:
    return [
        Write(ASSIGNMENTS, "index", assignment_id(run, name), assignment_document(run, name, told))
        for name, told in assignments.items()
    ]


def _document(run: int, topic: Topic) -> dict[str, Any]:
    return {
        "run": run,
        "topic": topic.id,
        "retired": int(topic.retired),
        "centroid": base64.b64encode(topic.centroid).decode(),
        "fields": json.dumps(topic_fields(topic), ensure_ascii=False),
    }


def _topic(source: Body) -> Topic:
    centroid = base64.b64decode(source["centroid"])
    return topic_of(source["topic"], bool(source["retired"]), centroid, json.loads(source["fields"]))
