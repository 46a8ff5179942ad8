"""How a ticket lies in a store: one place for the names of its parts and their order."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from ticketlens.metrics.bins import bin_of
from ticketlens.model.text import CleanText
from ticketlens.model.ticket import Ticket
from ticketlens.model.timing import Cycle, Judged, Timing
from ticketlens.store.base import Prepared, Version
from ticketlens.store.codec import seconds, ticket_fields, ticket_of

METRICS = (
    "ttr.full", "ttr.first", "reply.first", "wait.requester", "wait.agent", "wait.hold", "reply.next", "handling.first",
    "handling.last", "handling.sum",
)  # fmt: skip
CYCLES = ("handling.first", "handling.last", "handling.sum")
"""Known of finished cycles while the ticket is open again; figures count them once it is solved."""

PACKED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
CLOCKS = ("calendar", "business")
DURATIONS = tuple((metric, clock) for metric in METRICS for clock in CLOCKS)
FIELDS = (
    "source", "id", "updated_us", "reading", "richness", "digest", "created_at", "created_day", "status", "is_open",
    "priority", "channel", "requester", "organization", "assignee", "group", "brand", "language", "url", "subject",
    "fingerprint", "excluded", "first_reply_at", "first_solved_at", "first_solved_day", "solved_at", "solved_day",
    "reopens", "returned", "observed_until", "rated_day", "satisfied", "waited_seconds", "waiting_since", "schedule",
    "business_start", "started_at", "next_since", "next_reply_at", "next_business_start", "one_touch", "targeted",
    "breach_at", "agent_seconds", "rating_score", "rating_scale",
)  # fmt: skip


class Pause(NamedTuple):
    """When a ticket that was reopened stood as solved before, and when the work before that was over: epoch seconds."""

    start: int
    stop: int
    end: int


def duration_column(metric: str, clock: str) -> str:
    return f"{metric.replace('.', '_')}_{clock}"


DURATION_COLUMNS = tuple(
    name
    for metric, clock in DURATIONS
    for name in (duration_column(metric, clock), duration_column(metric, clock) + "_bin")
)
COLUMNS = (*FIELDS, *DURATION_COLUMNS)
JUDGED = ("created_at", "started_at", "returned", "one_touch", "targeted", "breach_at")
READ = tuple(duration_column(metric, clock) for metric, clock in DURATIONS)


def values(prepared: Prepared) -> tuple[Any, ...]:
    """The values of `COLUMNS`."""
    ticket, timing, text, version = prepared.ticket, prepared.timing, prepared.text, prepared.version
    return (
        ticket.source, ticket.id, version.updated_at, version.reading, version.richness, version.digest,
        timing.start, prepared.created_day.toordinal(), ticket.status.value, int(not ticket.status.is_solved),
        ticket.priority and ticket.priority.value, ticket.channel and ticket.channel.value, ticket.requester,
        ticket.organization, ticket.assignee, ticket.group, ticket.brand, text.language, ticket.url, text.subject,
        text.fingerprint, prepared.excluded, timing.replied_at, _seconds(ticket.first_solved_at),
        _day(prepared.first_solved_day), _seconds(ticket.solved_at), _day(prepared.solved_day), ticket.reopens,
        _flag(timing.reopened_within_7_days), _seconds(ticket.observed_until), _day(prepared.rated_day),
        _flag(prepared.satisfied), timing.waited_seconds, timing.waiting_since, timing.schedule, timing.business_start,
        timing.started, timing.next_since, timing.next_reply_at, timing.next_business_start, _flag(timing.one_touch),
        int(timing.targeted), timing.breach_at, _agent_seconds(ticket), *_rating(ticket),
        *_durations(timing.durations),
    )  # fmt: skip


def judged(known: Mapping[str, Any]) -> Judged:
    """Of the stored `JUDGED`; what is missing is not known."""
    returned, one_touch = (_bool(known.get(name)) for name in ("returned", "one_touch"))
    began_at = known.get("started_at") or known["created_at"]
    return Judged(began_at, returned, one_touch, bool(known.get("targeted")), known.get("breach_at"))


def details(prepared: Prepared) -> tuple[str, str]:
    """(clean body, all else that the ticket's page shows as JSON)."""
    text = prepared.text
    told = ticket_fields(prepared.ticket) | {"subject": text.subject, "language": text.language}
    told.pop("body", None)
    if prepared.timing.flaws:
        told["flaws"] = prepared.timing.flaws
    clean = zip(told.get("messages", ()), text.messages, strict=True)
    told["messages"] = [(*message[:-1], body) for message, body in clean]
    return text.body, PACKED(told)


def in_order(rest: str) -> str:
    """The same as `details` would write it now: what was written before had its names in another order."""
    return PACKED(json.loads(rest))


def searchable(prepared: Prepared) -> str:
    """What full-text search looks in: clean subject, body and messages, and the ticket's id."""
    return "\n".join((prepared.ticket.id, prepared.text.subject, prepared.text.body, *prepared.text.messages))


def read_to(batch: Sequence[Prepared]) -> dict[str, int]:
    """How far these tickets read each source: the latest time that any of them holds, in epoch seconds."""
    latest: dict[str, int] = {}
    for prepared in batch:
        ticket = prepared.ticket
        known = (ticket.updated_at, ticket.created_at, ticket.solved_at, ticket.first_solved_at, ticket.first_reply_at)
        at = seconds(max(moment for moment in known if moment is not None))
        latest[ticket.source] = max(at, latest.get(ticket.source, at))
    return latest


def pauses(prepared: Prepared) -> list[Pause]:
    """Every solved stretch that ended."""
    timing = prepared.timing
    return [
        Pause(before[1], after[0], before[1] if end is None else end)
        for (before, after), end in zip(pairwise(timing.cycles), timing.ends, strict=False)
        if before[1] is not None and before[1] < after[0]
    ]


def prepared_of(told: Sequence[Any], body: str, rest: str, raw: bytes, paused: Sequence[Pause]) -> Prepared:
    """The ticket that gives these `values`, `details` and `pauses` again, of the stored ones alone."""
    known = dict(zip(COLUMNS, told, strict=True))
    told_apart = json.loads(rest)
    ticket = ticket_of({**told_apart, "body": body})
    messages = tuple(message.body for message in ticket.messages)
    return Prepared(
        ticket=ticket,
        raw=raw,
        version=Version(known["updated_us"], known["reading"], known["richness"], known["digest"]),
        text=CleanText(known["subject"], body, messages, known["language"], known["fingerprint"]),
        timing=_timing(known, paused, told_apart.get("flaws", ())),
        created_day=date.fromordinal(known["created_day"]),
        solved_day=_date(known["solved_day"]),
        first_solved_day=_date(known["first_solved_day"]),
        rated_day=_date(known["rated_day"]),
        satisfied=_bool(known["satisfied"]),
        excluded=known["excluded"],
    )


def _timing(known: Mapping[str, Any], paused: Sequence[Pause], flaws: Sequence[str]) -> Timing:
    calendar, business = CLOCKS
    return Timing(
        durations={
            metric: (known[duration_column(metric, calendar)], known[duration_column(metric, business)])
            for metric in METRICS
        },
        start=known["created_at"],
        schedule=known["schedule"],
        business_start=known["business_start"],
        waited_seconds=known["waited_seconds"],
        waiting_since=known["waiting_since"],
        cycles=_cycles(known["created_at"], paused),
        ends=(*(pause.end for pause in paused), None),
        reopened_within_7_days=_bool(known["returned"]),
        flaws=tuple(flaws),
        started=known["started_at"],
        replied_at=known["first_reply_at"],
        next_since=known["next_since"],
        next_reply_at=known["next_reply_at"],
        next_business_start=known["next_business_start"],
        one_touch=_bool(known["one_touch"]),
        targeted=bool(known["targeted"]),
        breach_at=known["breach_at"],
    )


def _cycles(start: int, paused: Sequence[Pause]) -> tuple[Cycle, ...]:
    opened = [start, *(pause.stop for pause in paused)]
    solved = [*(pause.start for pause in paused), None]
    return tuple(zip(opened, solved, strict=True))


def _agent_seconds(ticket: Ticket) -> int | None:
    return None if ticket.agent_minutes is None else round(ticket.agent_minutes * 60)


def _rating(ticket: Ticket) -> tuple[float | None, int | None]:
    answer = ticket.satisfaction
    return (None, None) if answer is None else (float(answer.score), answer.scale)


def _durations(durations: Mapping[str, tuple[int | None, int | None]]) -> list[int | None]:
    nothing = (None, None)
    cells: list[int | None] = []
    for metric in METRICS:
        for length in durations.get(metric, nothing):
            cells += (length, None if length is None else bin_of(length))
    return cells


def _seconds(at: Any) -> int | None:
    return None if at is None else seconds(at)


def _day(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _date(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(day)


def _bool(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)
