"""A foreign record becomes a ticket in its normal form, or is set aside with the path and the reason."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter

from ticketlens.errors import BadPayload
from ticketlens.intake.context import ReadContext
from ticketlens.intake.parts import read_custom, read_history, read_messages, read_satisfaction
from ticketlens.intake.payload import read_id, read_integer
from ticketlens.intake.plan import Plan, reach
from ticketlens.intake.record import LONGEST_BODY, LONGEST_NAME, LONGEST_SUBJECT, Record
from ticketlens.intake.shown import shown
from ticketlens.intake.solved import apply_history
from ticketlens.intake.times import optional_time
from ticketlens.intake.work import read_agent_minutes, read_sla_met
from ticketlens.metrics.statuses import goes_back, status_changes
from ticketlens.model import Channel, Event, Message, Priority, Satisfaction, Status, Ticket

__all__ = ["read_ticket"]

MOST_REOPENS = 2**31 - 1
"""What every store can count."""


def read_ticket(row: Mapping[str, object], context: ReadContext) -> Ticket:
    """The ticket that a row tells of; BadPayload names the first field that cannot be read.

    Solve times come from the history, else from `solved_at`, `resolved_at`, `closed_at` in that order; without
    `updated_at` the latest time in the record counts.
    """
    if not isinstance(row, Mapping):
        raise BadPayload("", "an object expected")
    plan = context.plan(row)
    record = Record(plan.pick(row), context)
    ticket = apply_history(_as_given(record, row, plan))
    told = {change.at for change in status_changes(ticket.history) if change.solves}
    for name in ("solved_at", "first_solved_at"):
        moment = getattr(ticket, name)
        if moment is not None and moment < ticket.created_at and moment not in told:
            raise BadPayload(name, "before created_at")
    return ticket


def _as_given(record: Record, row: Mapping[str, object], plan: Plan) -> Ticket:
    """The ticket with solve times as the record gives them."""
    ticket_id = read_id(record.found.get("id"), "id")
    subject, body = _words(record)
    created = record.time("created_at")
    if created is None:
        raise BadPayload("created_at", "missing")
    told, messages = read_history(record), read_messages(record)
    history = tuple(sorted(told, key=attrgetter("at")))
    solved = _solved_times(record, row, plan)
    satisfaction = read_satisfaction(record, row, plan)
    times = {name: record.time(name) for name in ("updated_at", "first_solved_at", "observed_until")}
    reply = _first_reply(record, created)
    updated = times["updated_at"] or _latest(
        [created, reply, *solved, *times.values()], history, messages, satisfaction
    )
    return Ticket(
        source=_source(record),
        id=ticket_id,
        subject=subject,
        body=body,
        status=_status(record, history, solved),
        priority=_priority(record),
        channel=_channel(record),
        tags=record.tags(),
        requester=record.name("requester"),
        organization=record.name("organization"),
        assignee=record.name("assignee"),
        group=record.name("group"),
        brand=record.name("brand"),
        language=_language(record),
        created_at=created,
        updated_at=updated,
        first_reply_at=reply,
        first_solved_at=times["first_solved_at"],
        solved_at=solved[0] if solved else None,
        reopens=_reopens(record),
        observed_until=times["observed_until"],
        satisfaction=satisfaction,
        agent_minutes=read_agent_minutes(record),
        sla_met=read_sla_met(record, plan),
        url=_url(record),
        history=history,
        oddities=("history_out_of_order",) if goes_back(told) else (),
        messages=messages,
        spam=record.flag("spam"),
        deleted=record.flag("deleted"),
        test=record.flag("test"),
        merged_into=_merged_into(record),
        custom=read_custom(record, row, plan),
    )


def _words(record: Record) -> tuple[str, str]:
    subject = record.long_text("subject", LONGEST_SUBJECT)
    body = record.long_text("body", LONGEST_BODY)
    if not subject.strip() and not body.strip():
        raise BadPayload("subject", "neither subject nor body")
    return subject, body


def _source(record: Record) -> str:
    context = record.context
    if context.source_override:
        return context.source_override
    own = record.found.get("source")
    if own is None or own == "":
        return context.mapping.defaults.get("source") or context.source
    return read_id(own, "source")


def _solved_times(record: Record, row: Mapping[str, object], plan: Plan) -> list[datetime]:
    """The solve times given, the one that counts first."""
    rule = record.context.rule
    times = (optional_time(reach(row, path), shown(".".join(path)), rule) for path in plan.solved)
    return [moment for moment in times if moment is not None]


def _status(record: Record, history: tuple[Event, ...], solved: list[datetime]) -> Status:
    """The status told; where none is told, the last of the history, or solved where there is a solve time."""
    if (ours := record.term("status")) is not None:
        return Status(ours or Status.OPEN)
    if record.found.get("status") in (None, ""):
        told = next((event.after for event in reversed(history) if event.field == "status" and event.after), None)
        return Status(told or (Status.SOLVED if solved else Status.OPEN))
    return Status.OPEN


def _priority(record: Record) -> Priority | None:
    ours = record.term("priority")
    return Priority(ours) if ours else None


def _channel(record: Record) -> Channel | None:
    ours = record.term("channel")
    if ours:
        return Channel(ours)
    return Channel.OTHER if "channel" in record.kept else None


def _language(record: Record) -> str | None:
    language = record.name("language")
    return language.lower().replace("_", "-") if language else None


def _reopens(record: Record) -> int:
    value = record.found.get("reopens")
    if value is None or value == "":
        return 0
    reopens = read_integer(value, "reopens")
    if reopens < 0:
        raise BadPayload("reopens", "below zero")
    if reopens > MOST_REOPENS:
        raise BadPayload("reopens", f"above {MOST_REOPENS:,}")
    return reopens


def _first_reply(record: Record, created: datetime) -> datetime | None:
    reply = record.time("first_reply_at")
    if reply is not None and reply < created:
        record.keep(
            "first_reply_at", reply.isoformat(), "first_reply_at before created_at: kept in custom.first_reply_at"
        )
        return None
    return reply


def _latest(
    times: list[datetime | None],
    history: tuple[Event, ...],
    messages: tuple[Message, ...],
    satisfaction: Satisfaction | None,
) -> datetime:
    ends = [part[-1].at for part in (history, messages) if part]
    answered = satisfaction.at if satisfaction else None
    return max(moment for moment in (*times, *ends, answered) if moment is not None)


def _url(record: Record) -> str | None:
    """A web address; anything else (javascript:, a path) is kept beside, where no page makes a link of it."""
    value = record.found.get("url")
    if value is None or value == "":
        return None
    text = record.custom_text(value, "url") or ""
    if text.lower().startswith(("https://", "http://")):
        return text
    record.keep("url", text, "url is no web address: kept in custom.url")
    return None


def _merged_into(record: Record) -> str | None:
    value = record.found.get("merged_into")
    return None if value is None or value == "" else read_id(value, "merged_into")[:LONGEST_NAME]
