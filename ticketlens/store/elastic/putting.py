"""How tickets are written: read what is there, decide, write under compare-and-set, look again what changed meanwhile.

The raw text goes first, under a name made of what is in it; the ticket that points to it goes second. Who dies between
the two leaves a text that nothing points to, never a ticket without one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ticketlens.store.base import Assignment, Key, Prepared, Put, Version
from ticketlens.store.codec import seconds
from ticketlens.store.elastic import documents
from ticketlens.store.elastic.bulk import Outcome, Write, bulk
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import RAW, TICKETS
from ticketlens.store.elastic.placing import assigned, embedded_by
from ticketlens.store.elastic.switch import Placing, known, raise_read_to
from ticketlens.store.versions import decide, name_of, same

HELD = (*documents.VERSION, "raw", "fingerprint")


def put(cluster: Cluster, batch: Sequence[Prepared]) -> list[Put]:
    """What became of each ticket. Where another writer was faster it is decided anew, against what that one wrote."""
    state = known(cluster)
    prepared = dict(enumerate(batch))
    documents_of = {index: documents.document(one) for index, one in prepared.items()}
    puts: dict[int, Put] = {}
    left = list(prepared)
    while left:
        outcome = _once(cluster, [prepared[i] for i in left], [documents_of[i] for i in left], state.placing)
        puts |= {i: one for i, one in zip(left, outcome, strict=True) if one is not None}
        left = [i for i, one in zip(left, outcome, strict=True) if one is None]
    raise_read_to(cluster, _latest(batch), state.read_to)
    return [puts[index] for index in range(len(batch))]


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
        outcomes = _write(cluster, [(one, documents.document(one), doc) for one, doc in current], state.placing)
        left = [one for (one, _), outcome in zip(current, outcomes, strict=True) if outcome.conflict]


def keep(cluster: Cluster, batch: Sequence[Prepared]) -> None:
    """Write tickets as they are told, whatever version is there."""
    state = known(cluster)
    left = list(batch)
    while left:
        held = _held(cluster, left)
        work = [(one, documents.document(one), held.get(_id(one))) for one in left]
        outcomes = _write(cluster, work, state.placing)
        for outcome in outcomes:
            if not outcome.conflict:
                outcome.must_be_done()
        done = [there for (_, _, there), outcome in zip(work, outcomes, strict=True) if outcome.done]
        _drop(cluster, done, {doc["raw"] for _, doc, _ in work})
        left = [one for one, outcome in zip(left, outcomes, strict=True) if outcome.conflict]


def _once(
    cluster: Cluster, batch: Sequence[Prepared], told: Sequence[dict[str, Any]], placing: Placing
) -> list[Put | None]:
    """What became of each ticket; None for those that changed between reading and writing."""
    held = _held(cluster, batch)
    there = {name_of(one): held.get(_id(one)) for one in batch}
    decision = decide(batch, {name: _version(doc) for name, doc in there.items()})
    puts: list[Put | None] = list(decision.puts)
    winners = {name: index for index, one in enumerate(batch) if decision.puts[index].stored and (name := name_of(one))}
    ordered = [(index, name) for name, index in winners.items()]
    documents_ = [{**told[i], "reading": decision.winners[name].version.reading} for i, name in ordered]
    work = [(decision.winners[name], doc, there[name]) for (_, name), doc in zip(ordered, documents_, strict=True)]
    outcomes = _write(cluster, work, placing)
    lost: set[Key] = set()
    for (index, name), outcome in zip(ordered, outcomes, strict=True):
        if outcome.conflict:
            lost.add(name)
        elif not outcome.done:
            puts[index] = Put(False, f"the store refuses it: {outcome.reason}")
    written = [name for (_, name), outcome in zip(ordered, outcomes, strict=True) if outcome.done]
    _drop(cluster, [there[name] for name in written], {one["raw"] for one in documents_})
    lost |= _read_again(cluster, there, decision.read_again)
    return [None if name_of(one) in lost else puts[index] for index, one in enumerate(batch)]


def _held(cluster: Cluster, batch: Iterable[Prepared]) -> dict[str, Body]:
    return cluster.mget(TICKETS, list(dict.fromkeys(_id(one) for one in batch)), source_includes=list(HELD))


def _write(
    cluster: Cluster, work: Sequence[tuple[Prepared, dict[str, Any], Body | None]], placing: Placing
) -> list[Outcome]:
    """Write tickets in place of those held, each with the topics and the vectors that its text has."""
    if not work:
        return []
    texts = {one.text.fingerprint for one, _, _ in work}
    found = assigned(cluster, texts, placing)
    vectors = embedded_by(cluster, texts)
    raws = {doc["raw"]: Write(RAW, "create", doc["raw"], documents.raw_document(one)) for one, doc, _ in work}
    refused = {
        name: outcome
        for name, outcome in zip(raws, bulk(cluster, list(raws.values())), strict=True)
        if not outcome.done and not outcome.conflict
    }
    writes = []
    for one, doc, held in work:
        name = one.text.fingerprint
        whole = {**doc, **_slots(found[name]), "embedded": vectors[name]}
        writes.append(Write(TICKETS, "create" if held is None else "index", _id(one), whole, held))
    going = [i for i, (_, doc, _) in enumerate(work) if doc["raw"] not in refused]
    outcomes = dict(zip(going, bulk(cluster, [writes[i] for i in going]), strict=True))
    outcomes |= {i: refused[doc["raw"]] for i, (_, doc, _) in enumerate(work) if i not in outcomes}
    _place_again(cluster, [one for one, _, _ in work], found, placing)
    return [_settled(cluster, outcomes[i], one) for i, (one, _, _) in enumerate(work)]


def _settled(cluster: Cluster, outcome: Outcome, one: Prepared) -> Outcome:
    """A conflict after a try of which no answer came may be with ourselves: then the ticket is stored."""
    if not (outcome.conflict and outcome.again):
        return outcome
    held = _held(cluster, [one]).get(_id(one))
    return Outcome(200) if held is not None and documents.version(held["_source"]) == one.version else outcome


def _place_again(
    cluster: Cluster, batch: Sequence[Prepared], found: Mapping[str, Mapping[int, Assignment | None]], placing: Placing
) -> None:
    """Topics that were given out while the tickets were on their way would pass them by."""
    now = known(cluster).placing
    texts = {one.text.fingerprint for one in batch}
    later = assigned(cluster, texts, now)
    changed = {name for name in texts if now != placing or later[name] != found[name]}
    writes = [
        Write(TICKETS, "update", _id(one), {"doc": _slots(later[one.text.fingerprint])})
        for one in batch
        if one.text.fingerprint in changed
    ]
    while writes:
        outcomes = bulk(cluster, writes)
        writes = [write for write, outcome in zip(writes, outcomes, strict=True) if outcome.conflict]


def _slots(found: Mapping[int, Assignment | None]) -> dict[str, Any]:
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
    names = {doc["_source"]["raw"] for doc in replaced if doc is not None} - kept
    if names:
        bulk(cluster, [Write(RAW, "delete", name) for name in names])


def _version(doc: Body | None) -> Version | None:
    return None if doc is None else documents.version(doc["_source"])


def _id(prepared: Prepared) -> str:
    return documents.ticket_id(prepared.ticket.source, prepared.ticket.id)


def _latest(batch: Sequence[Prepared]) -> dict[str, int]:
    """How far each source was read: the latest time that its tickets hold."""
    latest: dict[str, int] = defaultdict(lambda: -(2**62))
    for prepared in batch:
        ticket = prepared.ticket
        known_times = (
            ticket.updated_at, ticket.created_at, ticket.solved_at, ticket.first_solved_at, ticket.first_reply_at
        )  # fmt: skip
        at = seconds(max(moment for moment in known_times if moment is not None))
        latest[ticket.source] = max(at, latest[ticket.source])
    return dict(latest)
