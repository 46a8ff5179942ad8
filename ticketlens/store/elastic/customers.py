"""Customers in Elasticsearch."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ticketlens.metrics.periods import Period
from ticketlens.model.answer import Survey
from ticketlens.model.customer import Customer
from ticketlens.model.filter import NONE
from ticketlens.store.answer_codec import kept_customer, packed_survey
from ticketlens.store.answers import CustomerPage, CustomerScore, Kept, KeptCustomer
from ticketlens.store.base import Put
from ticketlens.store.codec import seconds
from ticketlens.store.cursors import decoded, encoded_place
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import every, exists, never, some, within
from ticketlens.store.elastic.voicing import ANSWERS, CUSTOMER_SHELF, CUSTOMERS, customer_id, put_kept

CHUNK = 5_000
MOST_CURRENCIES = 300


class ElasticCustomers:
    _cluster: Cluster

    def put_customers(self, batch: Sequence[KeptCustomer]) -> list[Put]:
        return put_kept(self._cluster, CUSTOMER_SHELF, batch)

    def get_customer(self, id: str) -> Customer | None:
        found = CUSTOMER_SHELF.kept(self._cluster.get(CUSTOMERS, customer_id(id), source_includes=["kept"]))
        return None if found is None else found.customer

    def list_customers(self, *, cursor: str | None = None, limit: int = 50) -> CustomerPage:
        after: Body = {} if cursor is None else {"search_after": [decoded(cursor)[0][2]]}
        found = self._cluster.search(
            CUSTOMERS, query={"match_all": {}}, sort=["id"], size=limit + 1, track_total_hits=False, **after
        )["hits"]["hits"]
        items = tuple(kept_customer(hit["_source"]["kept"]).customer for hit in found[:limit])
        return CustomerPage(items, encoded_place((0, "", items[-1].id)) if len(found) > limit else None)

    def delete_customer(self, id: str) -> bool:
        while (held := self._cluster.get(CUSTOMERS, customer_id(id), source=False)) is not None:
            if self._cluster.erase(CUSTOMERS, customer_id(id), held):
                return True
        return False

    def kept_customers(self, periods: Sequence[Period]) -> list[Kept]:
        aggs: Body = {}
        for number, one in enumerate(periods):
            start, end = seconds(one.start_at), seconds(one.end_at)
            stayed = some(never(exists("churned_at")), within("churned_at", gte=start))
            there = every(within("since", lt=start), stayed)
            lost = {"filter": within("churned_at", lt=end)}
            aggs[f"there_{number}"] = {"filter": there, "aggs": {"lost": lost}}
            aggs[f"undated_{number}"] = {"filter": every(never(exists("since")), stayed)}
        if not aggs:
            return []
        found = self._cluster.search(CUSTOMERS, size=0, aggs=aggs, track_total_hits=False)["aggregations"]
        told = ((found[f"there_{number}"], found[f"undated_{number}"]) for number in range(len(periods)))
        return [
            Kept(int(there["doc_count"]), int(there["lost"]["doc_count"]), int(undated["doc_count"]))
            for there, undated in told
        ]

    def value_sums(self) -> Mapping[str, tuple[int, int]]:
        aggs: Body = {"by": {
            "terms": {"field": "currency", "size": MOST_CURRENCIES, "order": {"_key": "asc"}},
            "aggs": {"total": {"sum": {"field": "value"}}},
        }}  # fmt: skip
        found = self._cluster.search(CUSTOMERS, query=exists("value"), size=0, aggs=aggs, track_total_hits=False)
        told = found["aggregations"]["by"]["buckets"]
        return {str(one["key"]): (int(one["doc_count"]), round(one["total"]["value"])) for one in told}

    def customer_scores(self, survey: Survey, since: datetime, until: datetime) -> list[CustomerScore]:
        span = {"gte": seconds(since), "lt": seconds(until)}
        query = every({"term": {"survey": packed_survey(survey)}}, within("at", **span), exists("score"),
                      exists("customer"))  # fmt: skip
        last: dict[str, int] = {}
        hits = self._cluster.each(ANSWERS, query, docvalue_fields=["at", "score", "customer"], stored_fields="_none_")
        for hit in hits:
            told = hit["fields"]
            place = int(told["at"][0]) * 16 + int(told["score"][0])
            name = str(told["customer"][0])
            last[name] = max(place, last.get(name, place))
        tickets = dict(self._asked_by(within("created_at", **span))) if last else {}
        worth = self._worth(list(last))
        return [
            CustomerScore(name, last[name] & 15, *worth.get(name, (None, None)), tickets.get(name, 0))
            for name in sorted(last)
        ]

    def _worth(self, names: Sequence[str]) -> dict[str, tuple[int | None, str | None]]:
        found: dict[str, tuple[int | None, str | None]] = {}
        for start in range(0, len(names), CHUNK):
            ids = {customer_id(name): name for name in names[start : start + CHUNK]}
            docs = self._cluster.mget(CUSTOMERS, list(ids), source_includes=["value", "currency"])
            for key, doc in docs.items():
                found[ids[key]] = (doc["_source"].get("value"), doc["_source"].get("currency"))
        return found

    def _asked_by(self, created: Body) -> Iterator[tuple[str, int]]:
        """(requester, tickets that count) of everybody who asked in these days."""
        query = every(created, {"term": {"excluded": NONE}})
        asked: Body = {"size": CHUNK, "sources": [{"requester": {"terms": {"field": "requester"}}}]}
        while True:
            aggs = {"by": {"composite": asked}}
            found = self._cluster.search(TICKETS, query=query, size=0, aggs=aggs, track_total_hits=False)
            buckets = found["aggregations"]["by"]["buckets"]
            yield from ((str(one["key"]["requester"]), int(one["doc_count"])) for one in buckets)
            if len(buckets) < CHUNK:
                return
            asked = {**asked, "after": found["aggregations"]["by"]["after_key"]}
