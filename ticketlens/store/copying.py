"""Everything of one store into another, part by part: go on where it broke off, and prove both equal at the end."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ticketlens.errors import ConfigError, StoreError
from ticketlens.store.base import COPY, PARTS, Piece, Store, Version

PAGE = 500
SURE = ("tickets", "inbox", "vectors", "answers")
"""Parts of which nothing is ever taken away: what is there alone came from elsewhere."""

OWN = ("derived", "secret")
"""Records that a store has as soon as it is looked at."""

WORKSPACE = ("workspace", "identity")
OF = (COPY, "of")
MEANWHILE = "it has gone on by itself; copy into an empty store"

Step = Callable[[str], Callable[[int, int], None]]


@dataclass(frozen=True, slots=True)
class Sum:
    """How many pieces, and the SHA-256 of all of them in their order."""

    pieces: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Copied:
    """`written` and `erased` count what was changed in the target by this run."""

    part: str
    written: int
    erased: int
    source: Sum
    target: Sum

    @property
    def same(self) -> bool:
        return self.source == self.target


def copy(source: Store, target: Store, step: Step) -> list[Copied]:
    """Bring the target to what the source holds; what of it is there already is left as it is.

    Raises ConfigError where the target is neither empty nor a copy of the same source, and StoreError where it holds
    tickets that the source does not. Where a part is not `same` in the end the source changed under way.
    """
    workspace = _begin(source, target, step)
    changed = {part: _bring(source, target, part, step(f"copy {part}")) for part in PARTS}
    told = [
        Copied(part, *changed[part], checksum(source, part), checksum(target, part, step(f"verify {part}")))
        for part in PARTS
    ]
    if all(one.same for one in told):
        sums = {one.part: one.target.sha256 for one in told}
        target.put_record(*OF, {"workspace": workspace, "sums": sums})
    return told


def checksum(store: Store, part: str, progress: Callable[[int, int], None] = lambda done, total: None) -> Sum:
    digest, count, total = hashlib.sha256(), 0, store.count_part(part)
    for piece in pieces(store, part):
        digest.update(packed(piece))
        count += 1
        if count % PAGE == 0:
            progress(count, max(count, total))
    progress(count, count)
    return Sum(count, digest.hexdigest())


def pieces(store: Store, part: str) -> Iterator[Piece]:
    """All pieces of a part in order of their places."""
    after: Piece | None = None
    while True:
        page = store.read_part(part, after, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][: PARTS[part]]


def packed(piece: Piece) -> bytes:
    """One line that says all of a piece, equal for equal ones."""
    return json.dumps(piece, ensure_ascii=True, separators=(",", ":"), default=_text).encode() + b"\n"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _begin(source: Store, target: Store, step: Step) -> str:
    """The identity of what is copied, once it is sure that the target is for it."""
    source.put_record(*WORKSPACE, {"id": secrets.token_hex(16)}, expected=0)
    held = source.get_record(*WORKSPACE)
    workspace = str(held.fields["id"]) if held else ""
    mark = target.get_record(*OF)
    if mark is None:
        _must_be_empty(target)
    elif mark.fields["workspace"] != workspace:
        raise ConfigError("copy: the target holds a copy of another store; copy into an empty store")
    elif isinstance(sums := mark.fields["sums"], dict):
        _must_be_as_left(target, sums, step)
    target.put_record(*OF, {"workspace": workspace, "sums": None})
    return workspace


def _must_be_empty(target: Store) -> None:
    for part in ("tickets", "inbox", "vectors", "topics", "assignments", "answers", "customers"):
        if count := target.count_part(part):
            raise ConfigError(f"copy: the target holds {count:,} {part} of its own; copy into an empty store")
    nouns = {str(noun) for noun, *_ in pieces(target, "records")} - {*OWN, WORKSPACE[0]}
    if nouns:
        raise ConfigError(f"copy: the target holds records of its own ({', '.join(sorted(nouns))}); "
                          "copy into an empty store")  # fmt: skip


def _must_be_as_left(target: Store, sums: dict[str, object], step: Step) -> None:
    for part in PARTS:
        if checksum(target, part, step(f"check {part}")).sha256 != sums.get(part):
            raise ConfigError(f"copy: {part} of the target changed since they were copied: {MEANWHILE}")


def _bring(source: Store, target: Store, part: str, progress: Callable[[int, int], None]) -> tuple[int, int]:
    """(written, erased)."""
    total, done, written = source.count_part(part), 0, 0
    fresh: list[Piece] = []
    gone: list[Piece] = []
    for theirs, ours in _side_by_side(pieces(source, part), pieces(target, part), PARTS[part]):
        if theirs is None:
            assert ours is not None
            gone.append(_alone(part, ours))
            continue
        if theirs != ours:
            fresh.append(_newer(part, theirs, ours))
        done += 1
        if len(fresh) == PAGE:
            target.write_part(part, fresh)
            written += len(fresh)
            fresh = []
        if done % PAGE == 0:
            progress(done, max(done, total))
    if fresh:
        target.write_part(part, fresh)
    if gone:
        target.erase_part(part, gone)
    progress(done, done)
    return written + len(fresh), len(gone)


def _side_by_side(
    source: Iterator[Piece], target: Iterator[Piece], width: int
) -> Iterator[tuple[Piece | None, Piece | None]]:
    """What stands at each place on either side; both come in order of their places."""
    theirs, ours = next(source, None), next(target, None)
    while theirs is not None or ours is not None:
        if ours is None or (theirs is not None and theirs[:width] < ours[:width]):
            yield theirs, None
            theirs = next(source, None)
        elif theirs is None or ours[:width] < theirs[:width]:
            yield None, ours
            ours = next(target, None)
        else:
            yield theirs, ours
            theirs, ours = next(source, None), next(target, None)


def _alone(part: str, ours: Piece) -> Piece:
    """The place of what only the target has, where it may go."""
    place = ours[: PARTS[part]]
    if part in SURE:
        raise StoreError(f"copy: the target has {' '.join(map(str, place))} in {part}, the source has not: {MEANWHILE}")
    return place


def _newer(part: str, theirs: Piece, ours: Piece | None) -> Piece:
    if part == "tickets" and ours is not None and Version(*ours[2:6]) > Version(*theirs[2:6]):
        raise StoreError(f"copy: the target has a newer version of ticket {ours[0]} {ours[1]}: {MEANWHILE}")
    if part == "counters" and ours is not None and ours > theirs:
        raise StoreError(f"copy: the target has given out more numbers of {ours[0]}s: {MEANWHILE}")
    return theirs
