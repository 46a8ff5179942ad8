"""A ticket as a document, and a document as a row of a list."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ticketlens.intake.tokens import search_tokens
from ticketlens.model.filter import LISTS, NONE
from ticketlens.model.topic import MATCHES
from ticketlens.store import fields
from ticketlens.store.base import Assignment, Prepared, Row, Version
from ticketlens.store.codec import ticket_of
from ticketlens.store.elastic.filters import KEYWORDS, OVER
from ticketlens.store.elastic.ids import document_id

TICKETS, RAW = "tickets", "raw"
GROUPS = {name for name in KEYWORDS.values() if name not in LISTS.values()} | {"excluded"}
"""Fields that hold "" where a ticket has none, so that having none is a group like the others."""

BINS = tuple(name for name in fields.DURATION_COLUMNS if name.endswith("_bin"))
VERSION = ("updated_us", "reading", "richness", "digest")
ROW = ("topic_*", "match_*", "similarity_*", "waited_seconds", "waiting_since", "excluded", "durations", "body",
       "rest", *fields.JUDGED)  # fmt: skip

Source = Mapping[str, Any]


def ticket_id(source: str, id: str) -> str:
    return document_id(source, id)


def document(prepared: Prepared) -> dict[str, Any]:
    """All of a ticket but where its text was put: the topic's slots and the vectors that it has."""
    told = dict(zip(fields.COLUMNS, fields.values(prepared), strict=True))
    body, rest = fields.details(prepared)
    kept = {
        name: NONE if value is None else value
        for name, value in told.items()
        if (value is not None or name in GROUPS) and name not in fields.READ
    }
    ticket = prepared.ticket
    pauses = [pause for pause in fields.pauses(prepared) if pause.start < pause.stop]
    return {
        **kept,
        "durations": [told[name] for name in fields.READ],
        "tags": sorted(set(ticket.tags)) or [NONE],
        "flaws": sorted(prepared.timing.flaws) or [NONE],
        "custom": dict(ticket.custom),
        "custom_names": sorted(ticket.custom),
        "tokens": sorted(set(search_tokens(fields.searchable(prepared)))),
        "pauses": [{"gte": pause.start, "lt": pause.stop} for pause in pauses],
        "pause_ends": [pause.end for pause in pauses],
        **_over(told["started_at"] or told["created_at"], told),
        "body": body,
        "rest": rest,
        "raw": raw_id(prepared),
    }


def _over(begun_at: int, told: Mapping[str, Any]) -> dict[str, int]:
    """When its clock began, and when its lengths were over on the calendar."""
    lengths = {over: told[fields.duration_column(metric, "calendar")] for metric, over in OVER.items()}
    known = {over: begun_at + length for over, length in lengths.items() if length is not None}
    return {"begun_at": begun_at, **known}


def raw_document(prepared: Prepared) -> dict[str, Any]:
    ticket = prepared.ticket
    return {
        "source": ticket.source,
        "id": ticket.id,
        "digest": prepared.version.digest,
        "ticket": base64.b64encode(prepared.raw).decode(),
    }


def packed(told: bytes) -> str:
    return base64.b64encode(told).decode()


def unpacked(text: str) -> bytes:
    return base64.b64decode(text)


def raw_id(prepared: Prepared) -> str:
    """Named by what is in it, so that a ticket and its raw text are never of two versions."""
    return document_id(prepared.ticket.source, prepared.ticket.id, prepared.version.digest)


def placed(slot: int, assignment: Assignment | None) -> dict[str, Any]:
    """The fields of one slot; those of a text that no run looked at say so too."""
    if assignment is None or assignment.topic is None:
        similarity = None if assignment is None else assignment.similarity
        match = 0 if assignment is None else MATCHES.index(assignment.match)
        return {f"topic_{slot}": NONE, f"match_{slot}": match, f"similarity_{slot}": similarity}
    return {
        f"topic_{slot}": str(assignment.topic),
        f"match_{slot}": MATCHES.index(assignment.match),
        f"similarity_{slot}": assignment.similarity,
    }


def version(source: Source) -> Version:
    return Version(*(source[name] for name in VERSION))


def row(source: Source, slot: int) -> Row:
    topic = source[f"topic_{slot}"]
    details = json.loads(source["rest"])
    return Row(
        ticket=ticket_of({**details, "body": source["body"]}),
        durations=dict(zip(fields.DURATIONS, source["durations"], strict=True)),
        topic=int(topic) if topic else None,
        match=MATCHES[source[f"match_{slot}"]],
        similarity=source[f"similarity_{slot}"],
        waited_seconds=source["waited_seconds"],
        waiting_since=source.get("waiting_since"),
        judged=fields.judged(source),
        flaws=tuple(details.get("flaws", ())),
        excluded=source["excluded"] or None,
    )


def more_measured(source: Source) -> dict[str, Any]:
    """A document of version 1 as one of version 2: what it does not tell of is computed when all is computed anew."""
    durations = [*source["durations"], *[None] * (len(fields.READ) - len(source["durations"]))]
    known = {fields.duration_column(*one): length for one, length in zip(fields.DURATIONS, durations, strict=True)}
    told = {**_over(source["created_at"], known), "durations": durations}
    ends = [pause["gte"] for pause in source["pauses"]]
    return {**source, **told, "pause_ends": ends, "flaws": [NONE], "targeted": 0}


def rows(hits: Iterable[Mapping[str, Any]], slot: int) -> list[Row]:
    return [row(hit["_source"], slot) for hit in hits]
