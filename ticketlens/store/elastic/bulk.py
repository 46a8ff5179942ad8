"""Many writes at once, each judged by itself: done, refused for good, or to be tried again."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from elasticsearch import ApiError, TransportError

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.errors import LATER, READ_ONLY, RETRY_AFTER, reason_of, translated

MOST_ITEMS = 1_000
MOST_BYTES = 8 * 1024 * 1024
PATIENCE = 120.0
"""Seconds for which what cannot be written now is tried again."""

ANSWER = ("items.*.status", "items.*.error")
"""What of the answer is read."""

FIRST_WAIT = 0.2
LONGEST_WAIT = 10.0
CONFLICT = 409
TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Write:
    """One line of a bulk: `action` is create, index, update or delete; `held` is what `get` gave of the document that
    it replaces, where it is to be that one."""

    noun: str
    action: str
    id: str
    document: Mapping[str, Any] | None = None
    held: Mapping[str, Any] | None = None

    def lines(self, alias: str) -> bytes:
        place: dict[str, Any] = {"_index": alias, "_id": self.id}
        if self.held is not None:
            place |= {"if_seq_no": self.held["_seq_no"], "if_primary_term": self.held["_primary_term"]}
        if self.document is None:
            return _line({self.action: place})
        return _line({self.action: place}) + b"\n" + _line(self.document)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` as in HTTP; `reason` where it is no success. `again`: tried before, it may conflict with itself."""

    status: int
    reason: str = ""
    again: bool = False

    @property
    def done(self) -> bool:
        return self.status < 300

    def must_be_done(self) -> None:
        """Raises StoreError with the reason where it is not."""
        if not self.done:
            raise StoreError(f"the store refuses a document: {self.reason}")

    @property
    def conflict(self) -> bool:
        return self.status == CONFLICT


def bulk(cluster: Cluster, writes: Sequence[Write], *, sleep: Callable[[float], None] = time.sleep) -> list[Outcome]:
    """The outcome of each write, in order. Raises Unavailable where some could not be written for two minutes."""
    outcomes: dict[int, Outcome] = {}
    left, wait, until = list(range(len(writes))), FIRST_WAIT, time.monotonic() + PATIENCE
    packed = [write.lines(cluster.ready(write.noun)) for write in writes]
    tried: set[int] = set()
    while True:
        failed = ""
        for part in _parts(left, packed):
            for index, outcome in zip(part, _send(cluster, [packed[i] for i in part]), strict=True):
                outcomes[index] = Outcome(outcome.status, outcome.reason, index in tried)
        left = [index for index, outcome in outcomes.items() if _later(outcome)]
        for noun in {write.noun for write in writes}:
            cluster.touched(noun)
        if not left:
            return [outcomes[index] for index in range(len(writes))]
        failed = outcomes[left[0]].reason
        if time.monotonic() > until:
            raise Unavailable(f"the store takes no writes: {failed}", RETRY_AFTER)
        tried.update(left)
        sleep(random.uniform(0, wait))  # noqa: S311  (full jitter, no secret)
        wait = min(2 * wait, LONGEST_WAIT)


def _parts(indices: Sequence[int], packed: Sequence[bytes]) -> Iterator[list[int]]:
    """Runs of writes, by count and bytes; one that is larger than all goes alone."""
    part: list[int] = []
    size = 0
    for index in indices:
        if part and (len(part) == MOST_ITEMS or size + len(packed[index]) > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(index)
        size += len(packed[index]) + 1
    if part:
        yield part


def _send(cluster: Cluster, lines: Sequence[bytes]) -> list[Outcome]:
    try:
        with translated():
            found = _bulk(cluster, lines)
    except Unavailable as error:
        return [Outcome(503, str(error))] * len(lines)
    if found is not None:
        return [_outcome(item) for item in found]
    if len(lines) == 1:
        return [Outcome(TOO_LARGE, "the document is larger than the server takes (http.max_content_length)")]
    half = len(lines) // 2
    return _send(cluster, lines[:half]) + _send(cluster, lines[half:])


def _bulk(cluster: Cluster, lines: Sequence[bytes]) -> list[Any] | None:
    """None where the request is too large."""
    packed: Any = lines  # the client sends what is packed as it is
    try:
        return list(cluster.once.bulk(operations=packed, filter_path=ANSWER)["items"])
    except (ApiError, TransportError) as error:
        if isinstance(error, ApiError) and error.meta.status == TOO_LARGE:
            return None
        raise


def _outcome(item: Mapping[str, Any]) -> Outcome:
    (told,) = item.values()
    if "error" not in told:
        return Outcome(int(told["status"]))
    kind, reason = reason_of(told["error"])
    status = 503 if kind in READ_ONLY else int(told["status"])
    return Outcome(status, f"{kind}: {reason}" if kind else reason)


def _later(outcome: Outcome) -> bool:
    return outcome.status in LATER or outcome.status >= 500


def _line(told: Mapping[str, Any]) -> bytes:
    return orjson.dumps(told)
