"""All values of a field, however many, in their order."""

from collections.abc import Iterator

from ticketlens.store.elastic.cluster import Body, Cluster

PAGE = 10_000


def distinct(cluster: Cluster, noun: str, field: str, query: Body) -> Iterator[str]:
    """Each value that a document of the query has, once, ascending."""
    asked: Body = {"size": PAGE, "sources": [{"value": {"terms": {"field": field}}}]}
    while True:
        aggs = {"values": {"composite": asked}}
        found = cluster.search(noun, query=query, size=0, aggs=aggs, track_total_hits=False)["aggregations"]["values"]
        for bucket in found["buckets"]:
            yield bucket["key"]["value"]
        if len(found["buckets"]) < PAGE:
            return
        asked = {**asked, "after": found["after_key"]}
