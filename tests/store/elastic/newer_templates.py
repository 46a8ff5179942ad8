"""A made-up next version of every template, and the step to it; run as a program it migrates and dies at a step."""

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address
from ticketlens.store.elastic.cluster import template
from ticketlens.store.elastic.migrate import Migration
from ticketlens.store.elastic.rebuilding import Rewrite


def number(noun: str) -> int:
    """Of the version that is newer than ours."""
    return int(template(noun)["version"]) + 1


STAY = ("raw", "topics", "assignments", "answers", "customers")
STEPS: Mapping[str, Mapping[int, Rewrite]] = {
    "tickets": {number("tickets"): lambda source: {**source, "subject_length": len(source["subject"])}},
}


def newer_version(noun: str) -> dict[str, Any]:
    """Only of some nouns, so that others stay as they are."""
    told = template(noun)
    if noun in STAY:
        return told
    told["version"] = told["mappings"]["_meta"]["version"] = number(noun)
    if noun == "tickets":
        told["mappings"]["properties"]["subject_length"] = {"type": "integer"}
    return told


def migration(store: ElasticStore, at: Callable[[str], None] = lambda step: None, later: float = 0) -> Migration:
    """`later`: so many seconds after now, for what waits for a lease to end."""

    def now() -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + later, UTC)

    return Migration(store._cluster, store, newer_version, STEPS, at, now)


def quiet(name: str) -> Callable[[int, int], None]:
    return lambda done, total: None


def die(address: str, step: str, at_noun: int) -> None:
    """As a process that is killed: nothing is put in order."""
    seen = 0

    def at(name: str) -> None:
        nonlocal seen
        seen += name == step
        if seen == at_noun:
            os._exit(9)

    migration(ElasticStore(Address.read(address)), at).run(quiet)


if __name__ == "__main__":
    die(sys.argv[1], sys.argv[2], int(sys.argv[3]))
