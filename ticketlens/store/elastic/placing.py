"""What is known of a text: its topic in each run that counts, and which models have seen it."""

import time
from collections.abc import Iterable
from typing import Any, cast

from ticketlens.model.topic import MATCHES
from ticketlens.store.base import Assignment
from ticketlens.store.elastic.cluster import VECTORS, Cluster
from ticketlens.store.elastic.ids import document_id
from ticketlens.store.elastic.switch import Placing

ASSIGNMENTS = "assignments"
CHUNK = 1_000
MODELS_SECONDS = 10.0


def assignment_id(run: int, fingerprint: str) -> str:
    return document_id(run, fingerprint)


def assignment_document(run: int, fingerprint: str, told: Assignment) -> dict[str, Any]:
    return {
        "run": run,
        "fingerprint": fingerprint,
        "topic": told.topic,
        "match": MATCHES.index(told.match),
        "similarity": told.similarity,
    }


def assignment_of(source: dict[str, Any]) -> Assignment:
    return Assignment(source["topic"], MATCHES[source["match"]], source["similarity"])


def assigned(cluster: Cluster, texts: Iterable[str], placing: Placing) -> dict[str, dict[int, Assignment | None]]:
    """For each text and each slot in use its assignment there; None where no run looked at it."""
    names = {(slot, name): assignment_id(run, name) for name in texts for slot, run in placing.runs.items() if run}
    found = cluster.mget(ASSIGNMENTS, list(names.values()))
    told: dict[str, dict[int, Assignment | None]] = {name: {} for name in texts}
    for (slot, name), key in names.items():
        told[name][slot] = assignment_of(found[key]["_source"]) if key in found else None
    return told


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
