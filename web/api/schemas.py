"""The JSON Schemas (2020-12) of what the API takes and answers."""

from typing import Any

from ticketlens.model.answer import Direction, SurveyKind
from ticketlens.model.ticket import Actor, Channel, Priority, Status
from ticketlens.model.topic import MATCHES, STATES
from ticketlens.sources.standing import PHASES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date"}
TIME: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """An object that has all of `properties`, but for the optional ones, and may come to have more."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def listing(item: str, **more: Schema) -> Schema:
    return record({"items": {"type": "array", "items": ref(item)}, "next": nullable(TEXT), **more})


def choice(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


WINDOW = record({"from": DAY, "to": DAY})
EXAMPLE = record({"source": TEXT, "id": TEXT, "subject": TEXT, "match": choice(*MATCHES)})
TOPIC = record({
    "id": {"type": "integer"}, "name": TEXT, "words": {"type": "array", "items": TEXT}, "state": choice(*STATES),
    "kind": TEXT, "size": COUNT, "share": NUMBER,
    "change": record({"month": nullable(NUMBER), "year": nullable(NUMBER)}),
    "ttr": record({"p50": nullable(NUMBER), "p90": nullable(NUMBER), "n": COUNT, "open": COUNT}),
    "reopen_rate": nullable(NUMBER), "csat": record({"score": nullable(NUMBER), "n": COUNT}), "waited_hours": NUMBER,
    "examples": {"type": "array", "items": EXAMPLE},
})  # fmt: skip
REACHED = record({"p50": FLAG, "p75": FLAG, "p90": FLAG})
INTERVAL = record({"of": choice("p50", "value"), "low": nullable(NUMBER), "high": nullable(NUMBER)})
PERIOD = record({
    "start": DAY, "end": DAY, "label": TEXT, "complete": FLAG, "n": COUNT, "open": COUNT,
    "p50": nullable(NUMBER), "p75": nullable(NUMBER), "p90": nullable(NUMBER), "mean": nullable(NUMBER),
    "reached": REACHED, "value": nullable(NUMBER),
    "low": nullable(NUMBER), "high": nullable(NUMBER), "interval": INTERVAL,
}, optional=("p50", "p75", "p90", "mean", "reached", "value"))  # fmt: skip
PERIODS: Schema = {"type": "array", "items": ref("Period")}
TREND = record({
    "metric": TEXT, "kind": TEXT, "cohort": TEXT, "clock": TEXT, "zone": TEXT, "unit": TEXT, "by": TEXT, "as_of": TIME,
    "horizon": nullable(NUMBER), "periods": PERIODS,
    "groups": {"type": "array", "items": record({"key": nullable(TEXT), "periods": PERIODS})},
    "groups_left_out": {"type": "integer", "minimum": 0}, "survey": TEXT,
}, optional=("groups", "groups_left_out", "survey"))  # fmt: skip
SATISFACTION = record(
    {"score": NUMBER, "scale": {"type": "integer"}, "comment": nullable(TEXT), "at": nullable(TIME)},
    optional=("comment", "at"),
)
EVENT = record(
    {"at": TIME, "field": TEXT, "from": nullable(TEXT), "to": nullable(TEXT), "actor": nullable(choice(*Actor))},
    optional=("from", "to", "actor"),
)
MESSAGE = record({"at": TIME, "author": choice(*Actor), "public": FLAG, "body": TEXT}, optional=("author", "public"))
GIVEN: Schema = {
    "id": TEXT, "source": TEXT, "subject": TEXT, "body": TEXT, "status": choice(*Status),
    "priority": nullable(choice(*Priority)), "channel": nullable(choice(*Channel)),
    "tags": {"type": "array", "items": TEXT},
    **{name: nullable(TEXT) for name in (
        "requester", "organization", "assignee", "group", "brand", "language", "url", "merged_into")},
    "created_at": TIME, "updated_at": TIME,
    **{name: nullable(TIME) for name in ("first_reply_at", "solved_at", "first_solved_at", "observed_until")},
    "reopens": COUNT, "agent_minutes": nullable(NUMBER), "sla_met": nullable(FLAG),
    "satisfaction": nullable(SATISFACTION), "history": {"type": "array", "items": EVENT},
    "messages": {"type": "array", "items": MESSAGE}, "spam": FLAG, "deleted": FLAG, "test": FLAG,
    "custom": {"type": "object"},
}  # fmt: skip
NEEDED = ("id", "subject", "created_at")
NEW_TICKET = record(GIVEN, optional=tuple(name for name in GIVEN if name not in ("id", "created_at")))
METRICS: Schema = {
    "type": "object",
    "description": "minutes of each duration on both clocks; null is not reached, or no opening hours",
    "additionalProperties": record({"calendar": nullable(NUMBER), "business": nullable(NUMBER)}),
}
TICKET = record(
    {
        **GIVEN,
        "topic": nullable({"type": "integer"}),
        "topic_name": nullable(TEXT),
        "match": choice(*MATCHES),
        "metrics": METRICS,
    },
    optional=tuple(name for name in GIVEN if name not in ("id", "source", "subject", "created_at", "status")),
)
SET_ASIDE = record(
    {"line": COUNT, "index": COUNT, "id": nullable(TEXT), "reason": TEXT}, optional=("line", "index", "id")
)
REPORT = record({
    **dict.fromkeys(("received", "stored", "unchanged", "set_aside", "refused"), COUNT),
    "set_aside_items": {"type": "array", "items": SET_ASIDE, "maxItems": 1000},
    "notes": {"type": "array", "items": TEXT},
})  # fmt: skip
COVERED: Schema = dict.fromkeys(("tickets", "core", "weak", "edited", "ungrouped"), COUNT)
SOURCE = record({
    "name": TEXT, "kind": TEXT, "title": TEXT, "phase": choice(*PHASES), "error": nullable(TEXT), "tickets": COUNT,
    "lag_seconds": nullable(COUNT),
    **{name: nullable(TIME) for name in ("begun_at", "ended_at", "good_at", "full_at", "next_at", "asked_at")},
    "full": FLAG, "full_error": nullable(TEXT), "done": COUNT, "total": nullable(COUNT),
    "counts": record(dict.fromkeys(("received", "stored", "unchanged", "set_aside", "refused"), COUNT)),
    "notes": {"type": "array", "items": TEXT}, "failures": COUNT, "webhook_url": nullable(TEXT),
    "hooks": record(dict.fromkeys(("received", "stored", "unchanged", "set_aside", "refused", "waiting"), COUNT)),
    "hook_error": nullable(TEXT),
})  # fmt: skip
PROBLEM = record(
    {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "id": TEXT}, optional=("id",)
)

_OR_TEXT: Schema = {"type": ["string", "number"]}
NEW_ANSWER = record({
    "id": _OR_TEXT, "source": TEXT, "survey": TEXT, "kind": choice(*SurveyKind),
    "scale": {"type": ["integer", "string"]}, "direction": choice(*Direction), "question": nullable(TEXT),
    "score": {"type": ["integer", "string", "null"]}, "comment": nullable(TEXT), "sent_at": nullable(TIME),
    "at": nullable(TIME), "ticket": nullable(_OR_TEXT), "ticket_source": nullable(TEXT), "customer": nullable(_OR_TEXT),
    "updated_at": TIME,
}, optional=("source", "survey", "scale", "direction", "question", "score", "comment", "sent_at", "at", "ticket",
             "ticket_source", "customer", "updated_at"))  # fmt: skip
ANSWER = record({
    "id": TEXT, "source": TEXT, "survey": TEXT, "kind": choice(*SurveyKind), "scale": COUNT,
    "direction": choice(*Direction), "question": nullable(TEXT), "score": nullable(COUNT), "comment": nullable(TEXT),
    "sent_at": nullable(TIME), "at": nullable(TIME), "ticket": nullable(TEXT), "ticket_source": nullable(TEXT),
    "customer": nullable(TEXT), "updated_at": TIME, "first_score": nullable(COUNT), "first_at": nullable(TIME),
})  # fmt: skip
_WORTH: Schema = {
    "organization": nullable(TEXT), "value_per_year": nullable(NUMBER), "currency": nullable(TEXT),
    "since": nullable(TIME), "churned_at": nullable(TIME), "orders_per_year": nullable(NUMBER),
    "average_order_value": nullable(NUMBER), "updated_at": TIME, "custom": {"type": "object"},
}  # fmt: skip
NEW_CUSTOMER = record({"id": _OR_TEXT, **_WORTH}, optional=tuple(_WORTH))
CUSTOMER = record({"id": TEXT, **_WORTH})
STEP = record({
    "at": TIME, "what": choice("came", "asked", "solved", "sent", "answered", "rated", "lost"),
    "answer": nullable(ref("Answer")),
    "ticket": nullable(record({"source": TEXT, "id": TEXT, "subject": TEXT})),
    "topic": nullable({"type": "integer"}), "topic_name": nullable(TEXT),
})  # fmt: skip
JOURNEY = record({
    "id": TEXT, "customer": nullable(ref("Customer")), "steps": {"type": "array", "items": STEP}, "more": FLAG,
    "as_of": TIME,
})  # fmt: skip
SCORED = nullable(record({"value": NUMBER, "low": NUMBER, "high": NUMBER, "n": COUNT}))
SAID: Schema = {
    "n": COUNT, "too_few": FLAG, "score": SCORED, "easy": SCORED, "good": {"type": "array", "items": COUNT},
    **dict.fromkeys(("promoters", "passives", "detractors"), nullable(COUNT)),
    "counts": {"type": "object", "additionalProperties": COUNT},
    "response": record({"sent": nullable(COUNT), "answered": nullable(COUNT), "rate": nullable(NUMBER)}),
}  # fmt: skip
SURVEY = record({
    "id": TEXT, "name": TEXT, "kind": choice(*SurveyKind), "scale": COUNT, "lowest": COUNT,
    "direction": choice(*Direction), "question": nullable(TEXT),
})  # fmt: skip
SURVEY_VOICE = record({
    "survey": SURVEY, "counts_as": TEXT, **SAID,
    "periods": {"type": "array", "items": record({"label": TEXT, "start": DAY, "end": DAY, "complete": FLAG, **SAID})},
    "topics": {"type": "array", "items": record(
        {"topic": nullable({"type": "integer"}), "topic_name": nullable(TEXT), **SAID})},
})  # fmt: skip
VOICE = record({"from": DAY, "until": DAY, "as_of": TIME, "surveys": {"type": "array", "items": SURVEY_VOICE}})

SCHEMAS: dict[str, Schema] = {
    "Topic": TOPIC,
    "TopicPage": {"allOf": [ref("Topic"), record({"window": WINDOW})]},
    "TopicList": listing(
        "Topic",
        window=nullable(WINDOW),
        as_of=nullable(TIME),
        tickets=COUNT,
        waited_hours=NUMBER,
        coverage=record(COVERED),
    ),
    "Period": PERIOD,
    "Trend": TREND,
    "Ticket": TICKET,
    "TicketList": listing("Ticket"),
    "NewTicket": NEW_TICKET,
    "NewTickets": {"oneOf": [ref("NewTicket"), {"type": "array", "items": ref("NewTicket")}]},
    "Answer": ANSWER,
    "AnswerList": listing("Answer"),
    "NewAnswer": NEW_ANSWER,
    "NewAnswers": {"oneOf": [ref("NewAnswer"), {"type": "array", "items": ref("NewAnswer")}]},
    "Customer": CUSTOMER,
    "CustomerList": listing("Customer"),
    "NewCustomer": NEW_CUSTOMER,
    "NewCustomers": {"oneOf": [ref("NewCustomer"), {"type": "array", "items": ref("NewCustomer")}]},
    "Journey": JOURNEY,
    "Deleted": record({"deleted": FLAG}),
    "Voice": VOICE,
    "Report": REPORT,
    "Source": SOURCE,
    "SourceList": listing("Source"),
    "Coverage": record({**COVERED, "excluded": {"type": "object", "additionalProperties": COUNT}}),
    "Problem": PROBLEM,
}
