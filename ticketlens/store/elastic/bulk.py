"""Many writes at once, each judged by itself: done, refused for good, or to be tried again."""

import json
import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from elasticsearch import ApiError, TransportError

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.errors import (
    GONE,
    LATER,
    READ_ONLY,
    RETRY_AFTER,
    of_answer,
    reason_of,
    refusal_of,
    translated,
)

LOG = logging.getLogger(__name__)

MOST_ITEMS = 1_000
MOST_BYTES = 8 * 1024 * 1024
ANSWER = ("items.*.status", "items.*.error", "items.*._index")
"""What of the answer is read."""

FIRST_WAIT = 0.2
LONGEST_WAIT = 10.0
CONFLICT = 409
TOO_LARGE = 413
UNREADABLE = 400


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
    retry_after: float = RETRY_AFTER

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
    """The outcome of each write, in order. Raises Unavailable where some could not be written while patience lasts."""
    packed, outcomes = _packed(cluster, writes)
    left, wait, until = list(packed), FIRST_WAIT, time.monotonic() + cluster.patience
    most = min(MOST_BYTES, cluster.largest_request)
    tried: set[int] = set()
    while True:
        for part in _parts(left, packed, most):
            for index, outcome in zip(part, _send(cluster, [packed[i] for i in part]), strict=True):
                outcomes[index] = replace(outcome, again=index in tried)
        left = [index for index, outcome in outcomes.items() if _later(outcome)]
        for noun in {write.noun for write in writes}:
            cluster.touched(noun)
        if not left:
            cluster.troubled = False
            return [outcomes[index] for index in range(len(writes))]
        failed = outcomes[left[0]]
        if time.monotonic() > until:
            raise Unavailable(failed.reason, failed.retry_after)
        if not cluster.troubled:
            cluster.troubled = True
            LOG.warning("%s; tried again for %.0f s", failed.reason, cluster.patience)
        tried.update(left)
        sleep(random.uniform(0, wait))  # noqa: S311  (full jitter, no secret)
        wait = min(2 * wait, LONGEST_WAIT)


def _packed(cluster: Cluster, writes: Sequence[Write]) -> tuple[dict[int, bytes], dict[int, Outcome]]:
    """The lines of each write, and the outcomes of those that have none that could be sent."""
    packed: dict[int, bytes] = {}
    outcomes: dict[int, Outcome] = {}
    for index, write in enumerate(writes):
        try:
            lines = write.lines(cluster.ready(write.noun))
        except UnicodeEncodeError:
            outcomes[index] = Outcome(UNREADABLE, "it holds half of a surrogate pair, which no text can be")
            continue
        if len(lines) > cluster.largest_request:
            outcomes[index] = _too_large(lines)
        else:
            packed[index] = lines
    return packed, outcomes


def _parts(indices: Sequence[int], packed: Mapping[int, bytes], most: int) -> Iterator[list[int]]:
    """Runs of writes, by count and bytes; one that is larger than all goes alone."""
    part: list[int] = []
    size = 0
    for index in indices:
        if part and (len(part) == MOST_ITEMS or size + len(packed[index]) > most):
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
        return [Outcome(503, str(error), retry_after=error.retry_after)] * len(lines)
    if found is not None:
        return [_outcome(cluster, item) for item in found]
    if len(lines) == 1:
        return [_too_large(lines[0])]
    half = len(lines) // 2
    return _send(cluster, lines[:half]) + _send(cluster, lines[half:])


def _bulk(cluster: Cluster, lines: Sequence[bytes]) -> list[Any] | None:
    """None where the request is too large."""
    packed: Any = lines  # the client sends what is packed as it is
    try:
        return list(cluster.once.bulk(operations=packed, require_alias=True, filter_path=ANSWER)["items"])
    except (ApiError, TransportError) as error:
        if isinstance(error, ApiError) and error.meta.status == TOO_LARGE:
            return None
        raise


def _outcome(cluster: Cluster, item: Mapping[str, Any]) -> Outcome:
    (told,) = item.values()
    if "error" not in told:
        return Outcome(int(told["status"]))
    kind, status = reason_of(told["error"])[0], int(told["status"])
    if kind == GONE:
        raise cluster.gone(str(told["_index"]))
    if kind in READ_ONLY or status in LATER or status >= 500:
        error = of_answer("the store", status, told["error"])
        return Outcome(max(status, 503), str(error), retry_after=getattr(error, "retry_after", RETRY_AFTER))
    return Outcome(status, refusal_of(told["error"]))


def _too_large(lines: bytes) -> Outcome:
    size = f"{len(lines) / 1024**2:,.1f} MB"
    return Outcome(TOO_LARGE, f"its {size} are more than the server takes at once (http.max_content_length)")


def _later(outcome: Outcome) -> bool:
    return outcome.status in LATER or outcome.status >= 500


def _line(told: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(told)
    except TypeError:  # a number of more than 64 bits, or half a surrogate pair, which is told as what it is
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
