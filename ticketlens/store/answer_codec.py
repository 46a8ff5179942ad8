"""Answers and customers as text and back, the same in every store, and which of two versions is kept."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from ticketlens.model.answer import Answer, Direction, Survey, SurveyKind
from ticketlens.model.customer import Customer
from ticketlens.store.answers import KeptAnswer, KeptCustomer, Stamp
from ticketlens.store.base import OUTDONE, STORED, UNCHANGED, Put
from ticketlens.store.codec import microseconds, moment
from ticketlens.store.fields import PACKED

ANSWER_TIMES = ("updated_at", "at", "sent_at", "first_at")
CUSTOMER_TIMES = ("updated_at", "since", "churned_at")
ANSWER_PLAIN = ("source", "id", "score", "comment", "customer", "first_score")
CUSTOMER_PLAIN = (
    "id", "organization", "value_per_year", "currency", "orders_per_year", "average_order_value",
)  # fmt: skip
KeptNoun = TypeVar("KeptNoun", KeptAnswer, KeptCustomer)
Name = TypeVar("Name", str, tuple[str, str])


def packed_survey(survey: Survey) -> str:
    return PACKED([survey.name, survey.kind.value, survey.scale, survey.direction.value, survey.question])


def survey_of(packed: str) -> Survey:
    name, kind, scale, direction, question = json.loads(packed)
    return Survey(name, SurveyKind(kind), scale, Direction(direction), question)


def answer_fields(answer: Answer) -> dict[str, Any]:
    """As plain JSON values; times are epoch microseconds, and what is None is left out."""
    told = {**_told(answer, ANSWER_PLAIN, ANSWER_TIMES), "survey": packed_survey(answer.survey)}
    return told if answer.ticket is None else {**told, "ticket": list(answer.ticket)}


def customer_fields(customer: Customer) -> dict[str, Any]:
    told = _told(customer, CUSTOMER_PLAIN, CUSTOMER_TIMES)
    return {**told, "custom": dict(customer.custom)} if customer.custom else told


def stamp_of(updated_at: datetime, fields: Mapping[str, Any]) -> Stamp:
    """The digests are equal for what says the same, whenever and wherever it was read."""
    told = {name: value for name, value in fields.items() if name != "updated_at"}
    digest = hashlib.sha256(PACKED(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Stamp(microseconds(updated_at), digest)


def packed_answer(kept: KeptAnswer) -> str:
    return PACKED({**answer_fields(kept.answer), "digest": kept.stamp.digest})


def packed_customer(kept: KeptCustomer) -> str:
    return PACKED({**customer_fields(kept.customer), "digest": kept.stamp.digest})


def kept_answer(packed: str) -> KeptAnswer:
    told = json.loads(packed)
    known = _known(told, ANSWER_PLAIN, ANSWER_TIMES)
    ticket = told.get("ticket")
    answer = Answer(**known, survey=survey_of(told["survey"]), ticket=(ticket[0], ticket[1]) if ticket else None)
    return KeptAnswer(answer, Stamp(told["updated_at"], told["digest"]))


def kept_customer(packed: str) -> KeptCustomer:
    told = json.loads(packed)
    customer = Customer(**_known(told, CUSTOMER_PLAIN, CUSTOMER_TIMES), custom=told.get("custom", {}))
    return KeptCustomer(customer, Stamp(told["updated_at"], told["digest"]))


def hundredths(value: float | None) -> int | None:
    """Money in whole hundredths, so that sums are the same in whatever order they are made."""
    return None if value is None else round(value * 100)


def decide(
    batch: Sequence[KeptNoun], held: Mapping[Any, KeptNoun | None], name: Callable[[KeptNoun], Name]
) -> tuple[dict[Name, KeptNoun], list[Put]]:
    """(what is to be written, each once; what became of each of the batch). `held` has what is there now."""
    best: dict[Name, KeptNoun | None] = {name(one): held[name(one)] for one in batch}
    chosen: dict[Name, int] = {}
    puts: list[Put] = []
    for index, new in enumerate(batch):
        key, old = name(new), best[name(new)]
        puts.append(_put(new.stamp, None if old is None else old.stamp))
        best[key] = _kept(new, old)
        if puts[index].stored:
            if key in chosen and batch[chosen[key]].stamp.updated_us == new.stamp.updated_us:
                puts[chosen[key]] = OUTDONE
            chosen[key] = index
    return {key: one for key, one in best.items() if one is not None and one != held[key]}, puts


def _kept(new: KeptNoun, old: KeptNoun | None) -> KeptNoun:
    if old is None:
        return new
    return new.beside(old) if new.stamp > old.stamp else old.beside(new)


def _put(new: Stamp, old: Stamp | None) -> Put:
    if old is None or (new > old and new.digest != old.digest):
        return STORED
    return OUTDONE if new.digest != old.digest and new.updated_us == old.updated_us else UNCHANGED


def _told(noun: object, plain: Sequence[str], times: Sequence[str]) -> dict[str, Any]:
    found = {name: getattr(noun, name) for name in plain}
    found |= {name: None if (at := getattr(noun, name)) is None else microseconds(at) for name in times}
    return {name: value for name, value in found.items() if value is not None}


def _known(told: Mapping[str, Any], plain: Sequence[str], times: Sequence[str]) -> dict[str, Any]:
    found = {name: told[name] for name in plain if name in told}
    return found | {name: moment(told[name]) for name in times if name in told}
