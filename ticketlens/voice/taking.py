"""Answers and customers on their way into the store: redacted, stamped, stored, reported."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from ticketlens.errors import BadPayload
from ticketlens.intake.clean import clean
from ticketlens.intake.redact import Redactor
from ticketlens.intake.voice import Reader
from ticketlens.model.answer import Answer
from ticketlens.model.batch import VoiceBatch, Voiced
from ticketlens.model.customer import Customer
from ticketlens.model.report import Report, SetAside
from ticketlens.outcome import outcome
from ticketlens.store.answer_codec import answer_fields, customer_fields, stamp_of
from ticketlens.store.answers import KeptAnswer, KeptCustomer
from ticketlens.store.base import Put

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Taking(Generic[Voiced]):
    """`put` redacts and stores a batch."""

    put: Callable[[Sequence[Voiced]], list[Put]]

    def add(self, batches: Iterable[VoiceBatch[Voiced]]) -> Iterator[Report]:
        """Stores batch by batch; what is stored is on disk before it is told."""
        for batch in batches:
            yield outcome(batch, self.put(batch.items) if batch.items else [])

    def push(self, rows: Sequence[object], reader: Reader[Voiced]) -> Report:
        """Rows of the NDJSON form; one that cannot be read is set aside with its index, from 0."""
        report = Report()
        reader.foresee(rows)
        for told in self.add(_read(rows, reader)):
            report = report.add(told)
        return replace(report, notes=reader.context.notes.sentences())


def kept_answer_of(answer: Answer, redactor: Redactor) -> KeptAnswer:
    """As it is stored: short fields redacted as those of tickets, the comment cleaned and redacted as their text."""
    survey = answer.survey
    safe = replace(
        answer,
        survey=replace(survey, name=redactor.redact_field(survey.name), question=redactor.redact(survey.question)),
        customer=answer.customer and redactor.redact_field(answer.customer),
        comment=answer.comment and redactor.redact(clean(answer.comment)),
    )
    stamp = stamp_of(safe.updated_at, answer_fields(safe))
    return KeptAnswer(replace(safe, first_score=safe.score, first_at=safe.at), stamp)


def kept_customer_of(customer: Customer, redactor: Redactor) -> KeptCustomer:
    """The id becomes what the same requester became in tickets."""
    safe = replace(
        customer,
        id=redactor.redact_field(customer.id),
        organization=customer.organization and redactor.redact_field(customer.organization),
        custom={name: redactor.redact_field(value) for name, value in customer.custom.items()},
    )
    return KeptCustomer(safe, stamp_of(safe.updated_at, customer_fields(safe)))


def _read(rows: Sequence[object], reader: Reader[Voiced]) -> Iterator[VoiceBatch[Voiced]]:
    for start in range(0, len(rows), AT_ONCE):
        items: list[Voiced] = []
        numbers: list[int] = []
        aside: list[SetAside] = []
        for index, row in enumerate(rows[start : start + AT_ONCE], start):
            try:
                items.append(reader.read(row))
                numbers.append(index)
            except BadPayload as error:
                aside.append(SetAside("index", index, reader.id_of(row), str(error)))
        yield VoiceBatch(tuple(items), tuple(aside), tuple(numbers))
