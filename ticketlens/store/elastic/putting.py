"""How tickets are written: read what is there, decide, write under compare-and-set, look again what changed meanwhile.

The raw text goes first, under a name made of what is in it; the ticket that points to it goes second. Who dies between
the two leaves a text that nothing points to, never a ticket without one.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from ticketlens.errors import StoreError
from ticketlens.store.base import Key, Prepared, Put, Version
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.bulk import Outcome, Write, bulk
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import RAW, TICKETS
from ticketlens.store.elastic.placing import Names, Slots, assigned, embedded_by
from ticketlens.store.elastic.switch import Placing, known, raise_read_to
from ticketlens.store.fields import read_to
from ticketlens.store.names import ticket_name
from ticketlens.store.versions import decide, name_of, same

HELD = (*documents.VERSION, "raw", "fingerprint")


def put(cluster: Cluster, batch: Sequence[Prepared]) -> list[Put]:
    """What became of each ticket. Where another writer was faster it is decided anew, against what that one wrote."""
    state = known(cluster)
    puts: dict[int, Put] = {}
    left = list(range(len(batch)))
    tried: set[int] = set()
    while left:
        outcome = _once(cluster, [batch[i] for i in left], state.placing)
        puts |= {i: one for i, one in zip(left, outcome, strict=True) if one is not None}
        left = [i for i, one in zip(left, outcome, strict=True) if one is None]
        tried |= set(left)
    raise_read_to(cluster, read_to(batch), state.read_to)
    _clear_away(cluster, [batch[index] for index in sorted(tried) if not puts[index].stored])
    return [puts[index] for index in range(len(batch))]


def _clear_away(cluster: Cluster, losers: Sequence[Prepared]) -> None:
    """The raw texts of versions that were outdone while they were written; whoever writes them again loses too."""
    if losers:
        held = _held(cluster, losers)
        _erase(cluster, {documents.raw_id(one) for one in losers} - {doc["_source"]["raw"] for doc in held.values()})


def derive(cluster: Cluster, batch: Sequence[Prepared]) -> None:
    """Write anew what is derived of the tickets that are still the same."""
    state = known(cluster)
    left = list(batch)
    while left:
        held = _held(cluster, left)
        found = [(one, held.get(_id(one))) for one in left]
        current = [
            (replace(one, version=there), doc)
            for one, doc in found
            if doc is not None and same(one.version, there := documents.version(doc["_source"]))
        ]
        outcomes = _write(cluster, current, state.placing)
        left = [one for (one, _), outcome in zip(current, outcomes, strict=True) if outcome.conflict]


def keep(cluster: Cluster, batch: Sequence[Prepared]) -> None:
    """Write tickets as they are told, whatever version is there."""
    state = known(cluster)
    left = list(batch)
    while left:
        held = _held(cluster, left)
        work = [(one, held.get(_id(one))) for one in left]
        outcomes = _write(cluster, work, state.placing)
        for one, outcome in zip(left, outcomes, strict=True):
            if not (outcome.done or outcome.conflict):
                of = f"{one.ticket.source} {one.ticket.id}"
                raise StoreError(f"the store refuses ticket {of}: {outcome.reason}; read it in again, mended")
        done = [there for (_, there), outcome in zip(work, outcomes, strict=True) if outcome.done]
        _drop(cluster, done, {documents.raw_id(one) for one, _ in work})
        left = [one for one, outcome in zip(left, outcomes, strict=True) if outcome.conflict]


def _once(cluster: Cluster, batch: Sequence[Prepared], placing: Placing) -> list[Put | None]:
    """What became of each ticket; None for those that changed between reading and writing."""
    held = _held(cluster, batch)
    there = {name_of(one): held.get(_id(one)) for one in batch}
    decision = decide(batch, {name: _version(doc) for name, doc in there.items()})
    puts: list[Put | None] = list(decision.puts)
    places = {name_of(one): index for index, one in enumerate(batch) if decision.puts[index].stored}
    outcomes = _write(cluster, [(one, there[name]) for name, one in decision.winners.items()], placing)
    lost: set[Key] = set()
    refused: set[str] = set()
    for (name, one), outcome in zip(decision.winners.items(), outcomes, strict=True):
        if outcome.conflict:
            lost.add(name)
        elif not outcome.done:
            puts[places[name]] = Put(False, f"the store refuses it: {outcome.reason}")
            refused.add(documents.raw_id(one))
    written = [name for name, outcome in zip(decision.winners, outcomes, strict=True) if outcome.done]
    _drop(cluster, [there[name] for name in written], {documents.raw_id(one) for one in decision.winners.values()})
    _erase(cluster, refused - {doc["_source"]["raw"] for doc in there.values() if doc is not None})
    lost |= _read_again(cluster, there, decision.read_again)
    return [None if name_of(one) in lost else puts[index] for index, one in enumerate(batch)]


def _held(cluster: Cluster, batch: Iterable[Prepared]) -> dict[str, Body]:
    return cluster.mget(TICKETS, list(dict.fromkeys(_id(one) for one in batch)), source_includes=list(HELD))


def _write(cluster: Cluster, work: Sequence[tuple[Prepared, Body | None]], placing: Placing) -> list[Outcome]:
    """Write tickets in place of those held, each with the topics and the vectors that its text has.

    The raw texts are on their way while the documents are made, and there before the first of those is sent.
    """
    if not work:
        return []
    raws = [Write(RAW, "create", documents.raw_id(one), documents.raw_document(one)) for one, _ in work]
    with ThreadPoolExecutor(max_workers=1) as aside:
        going = aside.submit(bulk, cluster, raws)
        told = [documents.document(one) for one, _ in work]
        texts = {one.text.fingerprint for one, _ in work}
        found, vectors = assigned(cluster, {_names(one) for one, _ in work}, placing.runs), embedded_by(cluster, texts)
        outcomes = dict(enumerate(going.result()))
    writes = {
        index: _ticket_write(one, {**told[index], **_slots(found[names]), "embedded": vectors[names.text]}, held)
        for index, (one, held) in enumerate(work)
        if outcomes[index].done or outcomes[index].conflict
        for names in (_names(one),)
    }
    outcomes |= zip(writes, bulk(cluster, list(writes.values())), strict=True)
    _place_again(cluster, [one for one, _ in work], found, placing)
    return [_settled(cluster, outcomes[index], one) for index, (one, _) in enumerate(work)]


def _ticket_write(one: Prepared, document: dict[str, Any], held: Body | None) -> Write:
    return Write(TICKETS, "create" if held is None else "index", _id(one), document, held)


def _settled(cluster: Cluster, outcome: Outcome, one: Prepared) -> Outcome:
    """A conflict after a try of which no answer came may be with ourselves: then the ticket is stored."""
    if not (outcome.conflict and outcome.again):
        return outcome
    held = _held(cluster, [one]).get(_id(one))
    return Outcome(200) if held is not None and documents.version(held["_source"]) == one.version else outcome


def _place_again(cluster: Cluster, batch: Sequence[Prepared], found: Mapping[Names, Slots], placing: Placing) -> None:
    """Topics that were given out while the tickets were on their way would pass them by."""
    now = known(cluster).placing
    later = assigned(cluster, found, now.runs)
    changed = {names for names in found if now != placing or later[names] != found[names]}
    left = [one for one in batch if _names(one) in changed]
    while left:
        held = _held(cluster, left)
        ours = [(one, doc) for one in left if _has_text(doc := held.get(_id(one)), one)]
        writes = [Write(TICKETS, "update", _id(one), {"doc": _slots(later[_names(one)])}, doc) for one, doc in ours]
        outcomes = bulk(cluster, writes) if writes else []
        left = [one for (one, _), outcome in zip(ours, outcomes, strict=True) if outcome.conflict]


def _has_text(held: Body | None, one: Prepared) -> bool:
    """Whether the ticket still has the words that were looked up."""
    return held is not None and held["_source"]["fingerprint"] == one.text.fingerprint


def _slots(found: Slots) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for slot in (0, 1):
        told |= documents.placed(slot, found.get(slot))
    return told


def _read_again(cluster: Cluster, there: Mapping[Key, Body | None], again: Mapping[Key, Version]) -> set[Key]:
    """Note the newer reading of tickets whose words it left as they were; gives those that changed meanwhile."""
    names = list(again)
    writes = [
        Write(TICKETS, "update", documents.ticket_id(*name), {"doc": {"reading": again[name].reading}}, there[name])
        for name in names
    ]
    outcomes = bulk(cluster, writes) if writes else []
    return {name for name, outcome in zip(names, outcomes, strict=True) if outcome.conflict}


def _drop(cluster: Cluster, replaced: Iterable[Body | None], kept: set[str]) -> None:
    """The raw texts of versions that are gone."""
    _erase(cluster, {doc["_source"]["raw"] for doc in replaced if doc is not None} - kept)


def _erase(cluster: Cluster, names: set[str]) -> None:
    if names:
        bulk(cluster, [Write(RAW, "delete", name) for name in names])


def _version(doc: Body | None) -> Version | None:
    return None if doc is None else documents.version(doc["_source"])


def _names(prepared: Prepared) -> Names:
    return Names(ticket_name(name_of(prepared)), prepared.text.fingerprint)


def _id(prepared: Prepared) -> str:
    return documents.ticket_id(prepared.ticket.source, prepared.ticket.id)
