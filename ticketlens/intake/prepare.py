"""From a ticket as its source told it to what a store keeps: versioned, cleaned, redacted, timed."""

import hashlib
import json
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from ticketlens.intake.redact import Redactor
from ticketlens.intake.text import prepare_text, redact_fields
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import NO_TARGETS, measure
from ticketlens.metrics.exclusions import KINDS, exclusion
from ticketlens.metrics.shares import satisfied
from ticketlens.metrics.targets import Targets
from ticketlens.model.text import CleanText
from ticketlens.model.ticket import Ticket
from ticketlens.model.timing import Timing
from ticketlens.store.base import Prepared, Version
from ticketlens.store.codec import microseconds, seconds, ticket_fields


@dataclass(frozen=True, slots=True)
class Packed:
    """The raw ticket as bytes, and its version."""

    raw: bytes
    version: Version


def pack(ticket: Ticket, reading: int = 0) -> Packed:
    """The same ticket gives the same bytes and version, wherever and whenever it is packed."""
    fields = ticket_fields(ticket)
    told = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
        "utf-8", "surrogatepass"
    )
    richness = len(fields) + len(ticket.history) + len(ticket.messages) + len(ticket.custom)
    version = Version(microseconds(ticket.updated_at), reading, richness, hashlib.sha256(told).hexdigest()[:32])
    return Packed(zlib.compress(told, 1), version)


@dataclass(frozen=True, slots=True)
class Preparer:
    """`prepare` is a pure function of the ticket and of these: the same in every process."""

    redactor: Redactor
    clocks: Clocks
    day_of: Callable[[int], int]
    exclusions: Collection[str] = KINDS
    targets: Targets = NO_TARGETS

    def prepare(self, ticket: Ticket, reading: int = 0) -> Prepared:
        timing = measure(ticket, self.clocks, self.targets)
        return self.joined(ticket, pack(ticket, reading), prepare_text(ticket, self.redactor), timing)

    def joined(self, ticket: Ticket, packed: Packed, text: CleanText, timing: Timing) -> Prepared:
        survey = ticket.satisfaction
        return Prepared(
            ticket=redact_fields(ticket, self.redactor),
            raw=packed.raw,
            version=packed.version,
            text=text,
            timing=timing,
            created_day=date.fromordinal(self.day_of(timing.start)),
            solved_day=self._day(ticket.solved_at),
            first_solved_day=self._day(ticket.first_solved_at),
            rated_day=self._day(survey.at or ticket.solved_at or ticket.updated_at) if survey else None,
            satisfied=satisfied(survey.score, survey.scale) if survey else None,
            excluded=exclusion(ticket, self.exclusions),
        )

    def _day(self, at: datetime | None) -> date | None:
        return None if at is None else date.fromordinal(self.day_of(seconds(at)))
