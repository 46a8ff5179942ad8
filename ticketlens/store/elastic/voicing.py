"""How answers and customers are written: read what is there, decide, write under compare-and-set, look again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from ticketlens.errors import StoreError
from ticketlens.store.answer_codec import (
    KeptNoun,
    decide,
    hundredths,
    kept_answer,
    kept_customer,
    packed_answer,
    packed_customer,
    packed_survey,
)
from ticketlens.store.answers import KeptAnswer, KeptCustomer
from ticketlens.store.base import Put
from ticketlens.store.codec import seconds
from ticketlens.store.elastic.bulk import Write, bulk
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import ticket_id
from ticketlens.store.elastic.ids import document_id

ANSWERS, CUSTOMERS = "answers", "customers"


@dataclass(frozen=True, slots=True)
class Shelf(Generic[KeptNoun]):
    """Where one noun lies: its index, the id of a document, what is written of one, and how it is read back."""

    noun: str
    name: Callable[[KeptNoun], str]
    document: Callable[[KeptNoun], Body]
    read: Callable[[str], KeptNoun]

    def held(self, cluster: Cluster, names: Sequence[str]) -> dict[str, Body]:
        return cluster.mget(self.noun, list(dict.fromkeys(names)), source_includes=["kept"])

    def kept(self, doc: Body | None) -> KeptNoun | None:
        return None if doc is None else self.read(doc["_source"]["kept"])


def answer_id(source: str, id: str) -> str:
    return document_id(source, id)


def customer_id(id: str) -> str:
    return document_id(id)


def _answer(kept: KeptAnswer) -> Body:
    one = kept.answer
    told: Mapping[str, Any] = {
        "source": one.source, "id": one.id, "survey": packed_survey(one.survey), "name": one.survey.name,
        "kind": one.survey.kind.value, "score": one.score, "at": None if one.at is None else seconds(one.at),
        "sent_at": None if one.sent_at is None else seconds(one.sent_at), "moment": seconds(one.moment),
        "ticket": None if one.ticket is None else ticket_id(*one.ticket), "customer": one.customer,
        "commented": bool(one.comment), "kept": packed_answer(kept),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def _customer(kept: KeptCustomer) -> Body:
    one = kept.customer
    told: Mapping[str, Any] = {
        "id": one.id, "since": None if one.since is None else seconds(one.since),
        "churned_at": None if one.churned_at is None else seconds(one.churned_at),
        "value": hundredths(one.worth_per_year), "currency": one.currency, "kept": packed_customer(kept),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


ANSWER_SHELF: Shelf[KeptAnswer] = Shelf(ANSWERS, lambda one: answer_id(*one.key), _answer, kept_answer)
CUSTOMER_SHELF: Shelf[KeptCustomer] = Shelf(CUSTOMERS, lambda one: customer_id(one.key), _customer, kept_customer)


def put_kept(cluster: Cluster, shelf: Shelf[KeptNoun], batch: Sequence[KeptNoun]) -> list[Put]:
    """What became of each. Where another writer was faster it is decided anew, against what that one wrote."""
    puts: dict[int, Put] = {}
    left = list(range(len(batch)))
    while left:
        part = [batch[index] for index in left]
        held = shelf.held(cluster, [shelf.name(one) for one in part])
        there = {shelf.name(one): shelf.kept(held.get(shelf.name(one))) for one in part}
        written, told = decide(part, there, shelf.name)
        lost, refused = _write(cluster, shelf, written, held)
        again: list[int] = []
        for index, one, put in zip(left, part, told, strict=True):
            name = shelf.name(one)
            if name in lost:
                again.append(index)
            elif put.stored and name in refused and one.stamp == written[name].stamp:
                puts[index] = Put(False, f"the store refuses it: {refused[name]}")
            else:
                puts[index] = put
        left = again
    return [puts[index] for index in range(len(batch))]


def _write(
    cluster: Cluster, shelf: Shelf[KeptNoun], written: Mapping[str, KeptNoun], held: Mapping[str, Body]
) -> tuple[set[str], dict[str, str]]:
    """(names that changed meanwhile, names that were refused with the reason)."""
    writes = [
        Write(shelf.noun, "index" if name in held else "create", name, shelf.document(one), held.get(name))
        for name, one in written.items()
    ]
    lost: set[str] = set()
    refused: dict[str, str] = {}
    for (name, one), outcome in zip(written.items(), bulk(cluster, writes) if writes else [], strict=True):
        if outcome.conflict and not (outcome.again and _is_there(cluster, shelf, name, one)):
            lost.add(name)
        elif not outcome.done and not outcome.conflict:
            refused[name] = outcome.reason
    return lost, refused


def _is_there(cluster: Cluster, shelf: Shelf[KeptNoun], name: str, one: KeptNoun) -> bool:
    """A conflict after a try of which no answer came may be with ourselves."""
    return shelf.kept(shelf.held(cluster, [name]).get(name)) == one


def keep_packed(cluster: Cluster, shelf: Shelf[KeptNoun], packed: Sequence[str]) -> None:
    """Write as they are told, whatever version is there."""
    kept = [shelf.read(one) for one in packed]
    writes = [Write(shelf.noun, "index", shelf.name(one), shelf.document(one)) for one in kept]
    for one, outcome in zip(kept, bulk(cluster, writes) if writes else [], strict=True):
        if not outcome.done:
            raise StoreError(f"the store refuses {shelf.noun[:-1]} {one.key}: {outcome.reason}")
