"""Which of several versions of a ticket is kept: the same decision in every store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ticketlens.store.base import OUTDONE, STORED, UNCHANGED, Key, Prepared, Put, Version


@dataclass(frozen=True, slots=True)
class Decision:
    """`winners` are to be written, each ticket once; `read_again` have the words that are there by a newer reading."""

    winners: Mapping[Key, Prepared]
    read_again: Mapping[Key, Version]
    puts: list[Put]


def name_of(prepared: Prepared) -> Key:
    return prepared.ticket.source, prepared.ticket.id


def decide(batch: Sequence[Prepared], held: Mapping[Key, Version | None]) -> Decision:
    """`held` has the version that is there, or None, for each ticket of the batch."""
    best = dict(held)
    chosen: dict[Key, int] = {}
    puts: list[Put] = []
    for index, prepared in enumerate(batch):
        name, new = name_of(prepared), prepared.version
        old = best[name]
        best[name] = new if old is None else max(new, old)
        puts.append(_put(new, old))
        if puts[-1].stored:
            if name in chosen and clash(batch[chosen[name]].version, new):
                puts[chosen[name]] = OUTDONE
            chosen[name] = index
    winners = {name: _of_version(batch[index], best[name]) for name, index in chosen.items()}
    again = {
        name: latest
        for name, latest in best.items()
        if latest is not None and held[name] is not None and name not in chosen and latest != held[name]
    }
    return Decision(winners, again, puts)


def _of_version(prepared: Prepared, best: Version | None) -> Prepared:
    return prepared if best is None or best == prepared.version else replace(prepared, version=best)


def same(one: Version, other: Version) -> bool:
    """The same words at the same time, however often the way of reading them changed."""
    return (one.updated_at, one.digest) == (other.updated_at, other.digest)


def clash(one: Version, other: Version) -> bool:
    """Other words at the same time."""
    return one.updated_at == other.updated_at and one.digest != other.digest


def _put(new: Version, old: Version | None) -> Put:
    if old is None or (new > old and not same(new, old)):
        return STORED
    return OUTDONE if clash(new, old) else UNCHANGED
