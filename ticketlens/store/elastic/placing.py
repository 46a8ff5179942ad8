"""What is known of a ticket and its text: the topic in each run that counts, and which models have seen the text."""

import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, cast

from ticketlens.model.topic import MATCHES
from ticketlens.store.base import Assignment
from ticketlens.store.elastic.cluster import VECTORS, Cluster
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.names import ticket_name

ASSIGNMENTS = "assignments"
CHUNK = 1_000
MODELS_SECONDS = 10.0

Slots = Mapping[int, Assignment | None]


class Names(NamedTuple):
    """What the topic of a ticket is looked up by: its own name, which wins, and its text's."""

    ticket: str
    text: str


def names_of(source: Mapping[str, Any]) -> Names:
    return Names(ticket_name((source["source"], source["id"])), source["fingerprint"])


def chosen(assignments: Mapping[str, Assignment], names: Names) -> Assignment | None:
    return next((assignments[name] for name in names if name in assignments), None)


def assignment_id(run: int, name: str) -> str:
    return document_id(run, name)


def assignment_document(run: int, name: str, told: Assignment) -> dict[str, Any]:
    return {
        "run": run,
        "fingerprint": name,
        "topic": told.topic,
        "match": MATCHES.index(told.match),
        "similarity": told.similarity,
        "found": told.found,
    }


def assignment_of(source: Mapping[str, Any]) -> Assignment:
    return Assignment(source["topic"], MATCHES[source["match"]], source["similarity"], source.get("found"))


def assigned(cluster: Cluster, tickets: Collection[Names], runs: Mapping[int, int]) -> dict[Names, Slots]:
    """For each ticket and each slot of `runs`, which names the run that fills it, its assignment; None: it has none."""
    if not (any(runs.values()) or cluster.known(ASSIGNMENTS)):
        return {names: dict.fromkeys(runs) for names in tickets}
    single = sorted({name for names in tickets for name in names})
    keys = {(run, name): assignment_id(run, name) for name in single for run in runs.values()}
    found = cluster.mget(ASSIGNMENTS, list(keys.values()))
    told = {
        run: {name: assignment_of(found[keys[run, name]]["_source"]) for name in single if keys[run, name] in found}
        for run in runs.values()
    }
    return {names: {slot: chosen(told[run], names) for slot, run in runs.items()} for names in tickets}


def _models_lately(cluster: Cluster) -> list[str]:
    """What a model too new for this has seen is noted when texts without a vector are asked for."""
    found = cluster.kept.get(VECTORS)
    if found is None or time.monotonic() - found[0] > MODELS_SECONDS:
        found = cluster.kept[VECTORS] = (time.monotonic(), cluster.models())
    return cast(list[str], found[1])


def embedded_by(cluster: Cluster, texts: Iterable[str]) -> dict[str, list[str]]:
    """For each text the indices of vectors that have it."""
    told: dict[str, list[str]] = {name: [] for name in texts}
    names = {name: document_id(name) for name in told}
    for noun in _models_lately(cluster):
        found = cluster.mget(noun, list(names.values()), source=False)
        for name, key in names.items():
            if key in found:
                told[name].append(noun)
    return told
