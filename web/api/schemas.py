"""The JSON Schemas (2020-12) of what the API takes and answers."""

from typing import Any, get_args

from ticketlens.metrics.definition import COHORTS, UNITS, Clock, Kind
from ticketlens.model.answer import Direction, SurveyKind
from ticketlens.model.article import ArticleState
from ticketlens.model.comparison import Verdict
from ticketlens.model.edit import KINDS as EDIT_KINDS
from ticketlens.model.edit import TOPIC_KINDS
from ticketlens.model.flag import FlagKind
from ticketlens.model.run import TURNS
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


def field_of(*names: str) -> Schema:
    """A field of the filter, or one of the source's own."""
    return {"type": "string", "anyOf": [choice(*names), {"pattern": r"^custom\..+$"}]}


WINDOW = record({"from": DAY, "to": DAY})
EXAMPLE = record({"source": TEXT, "id": TEXT, "subject": TEXT, "match": choice(*MATCHES)})
SURVEY = record({
    "id": TEXT, "name": TEXT, "kind": choice(*SurveyKind), "scale": COUNT, "lowest": COUNT,
    "direction": choice(*Direction), "question": nullable(TEXT),
})  # fmt: skip
TOPIC = record({
    "id": {"type": "integer"}, "name": TEXT, "words": {"type": "array", "items": TEXT}, "state": choice(*STATES),
    "kind": TEXT, "size": COUNT, "share": NUMBER,
    "change": record({"month": nullable(NUMBER), "year": nullable(NUMBER)}),
    "ttr": record({"p50": nullable(NUMBER), "p90": nullable(NUMBER), "n": COUNT, "open": COUNT}),
    "reopen_rate": nullable(NUMBER), "waited_hours": NUMBER,
    "csat": record({"score": nullable(NUMBER), "n": COUNT, "survey": nullable(SURVEY)}),
    "cost": record({"value": nullable(NUMBER), "n": COUNT, "assumed": COUNT}),
    "examples": {"type": "array", "items": EXAMPLE},
    "theme": nullable({"type": "integer"}), "theme_name": nullable(TEXT),
})  # fmt: skip
FLAGGED = record({"kind": choice(*get_args(FlagKind)), "reason": TEXT})
REACHED = record({"p50": FLAG, "p75": FLAG, "p90": FLAG})
INTERVAL = record({"of": choice("p50", "value"), "low": nullable(NUMBER), "high": nullable(NUMBER)})
PERIOD = record({
    "start": DAY, "end": DAY, "label": TEXT, "complete": FLAG, "n": COUNT, "open": COUNT,
    "left_out": COUNT, "flags": {"type": "array", "items": FLAGGED},
    "p50": nullable(NUMBER), "p75": nullable(NUMBER), "p90": nullable(NUMBER), "mean": nullable(NUMBER),
    "reached": REACHED, "value": nullable(NUMBER),
    "low": nullable(NUMBER), "high": nullable(NUMBER), "interval": INTERVAL, "as_of": TIME,
}, optional=("as_of", "p50", "p75", "p90", "mean", "reached", "value"))  # fmt: skip
PERIODS: Schema = {"type": "array", "items": ref("Period")}
TREND = record({
    "metric": TEXT, "kind": TEXT, "cohort": TEXT, "clock": TEXT, "zone": TEXT, "unit": TEXT, "by": TEXT, "as_of": TIME,
    "horizon": nullable(NUMBER), "notes": {"type": "array", "items": TEXT}, "periods": PERIODS,
    "against": record({"periods": PERIODS}),
    "groups": {"type": "array", "items": record({"key": nullable(TEXT), "periods": PERIODS})},
    "groups_left_out": {"type": "integer", "minimum": 0}, "survey": TEXT,
}, optional=("against", "groups", "groups_left_out", "survey"))  # fmt: skip
NULLABLE_NUMBER = nullable(NUMBER)
SIDE = record({
    "label": TEXT, "first": DAY, "last": DAY, "as_of": TIME, "n": COUNT, "open": COUNT, "working_days": NUMBER,
    **dict.fromkeys(("value", "per_day", "p50", "p90", "mean", "standard_error", "low", "high"), NULLABLE_NUMBER),
    "too_few": FLAG, "parts": COUNT, "flags": {"type": "array", "items": FLAGGED},
    "tickets": nullable(TEXT), "answers": nullable(TEXT), "survey": nullable(SURVEY),
})  # fmt: skip
CHANGE = record({
    "of": choice("mean", "per_day", "value"), "verdict": choice(*get_args(Verdict)),
    **dict.fromkeys(("value", "low", "high", "relative"), NULLABLE_NUMBER),
})  # fmt: skip
CURVE_TEST = record({"statistic": NUMBER, "p": NUMBER, "verdict": choice("slower", "faster", "no clear difference")})
TEXTS: Schema = {"type": "array", "items": TEXT}
PAIRED: Schema = {
    **dict.fromkeys(("metric", "name", "cohort", "clock", "zone", "against", "sentence"), TEXT), "as_of": TIME,
    "horizon": NULLABLE_NUMBER, "before": ref("Side"), "after": ref("Side"), "refused": TEXTS, "notes": TEXTS,
}  # fmt: skip
COMPARISON = record({
    **PAIRED, **dict.fromkeys(("kind", "unit", "by", "calendar"), TEXT), "change": CHANGE,
    "curves": nullable(CURVE_TEST),
})  # fmt: skip
EFFECT = record({"value": NUMBER, "low": NUMBER, "high": NUMBER, "clear": FLAG})


def both(item: Schema) -> Schema:
    """(before, after)."""
    return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


REASON = record({
    "keys": TEXTS, "name": TEXT, "kind": choice("kept", "new", "vanished"), "pooled": FLAG, "n": both(COUNT),
    "share": both(NUMBER), "mean": both(NULLABLE_NUMBER), "speed": ref("Effect"), "mix": ref("Effect"),
    "total": ref("Effect"), "tickets": both(nullable(TEXT)),
})  # fmt: skip
EXPLANATION = record({
    **PAIRED, "split_by": TEXT, "old": NULLABLE_NUMBER, "new": NULLABLE_NUMBER,
    **dict.fromkeys(("change", "speed", "mix"), nullable(ref("Effect"))),
    "reasons": {"type": "array", "items": ref("Reason")},
})  # fmt: skip
MISSING: Schema = {
    "type": "object",
    "description": "why a figure is null: not reached, or too few",
    "additionalProperties": choice("not reached", "too few"),
}
RECENT = record({
    "from": DAY, "to": DAY, "watched": COUNT, "late": COUNT, "events": COUNT,
    **{name: nullable(NUMBER) for name in ("p50", "p75", "p90", "low", "high", "mean")},
    "mean_interval": record({"of": choice("mean"), "low": nullable(NUMBER), "high": nullable(NUMBER)}),
    "missing": MISSING, "tickets": TEXT,
})  # fmt: skip
NOW = record({
    "metric": TEXT, "clock": TEXT, "zone": TEXT, "as_of": TIME, "days": COUNT, "horizon": NUMBER, "sentence": TEXT,
    "now": ref("Recent"), "before": ref("Recent"), "year": ref("Recent"),
})  # fmt: skip
ARRIVALS = record({
    "start": DAY, "end": DAY, "label": TEXT, "complete": FLAG, "n": COUNT, "open": COUNT, "too_few": FLAG,
    "within": {"type": "array", "items": record({
        "hours": COUNT, "share": nullable(NUMBER), "low": nullable(NUMBER), "high": nullable(NUMBER), "unripe": FLAG,
    })},
})  # fmt: skip
ARRIVED: Schema = {"type": "array", "items": ref("Arrivals")}
WITHIN = record({
    "metric": TEXT, "clock": TEXT, "zone": TEXT, "by": TEXT, "as_of": TIME,
    "hours": {"type": "array", "items": COUNT}, "periods": ARRIVED,
    "groups": {"type": "array", "items": record({"key": nullable(TEXT), "periods": ARRIVED})},
    "groups_left_out": COUNT,
}, optional=("groups", "groups_left_out"))  # fmt: skip
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
TEXT_BY_NAME: Schema = {"type": "object", "additionalProperties": TEXT}
METRIC = record({
    "id": TEXT, "name": TEXT, "heading": TEXT, "kind": choice(*get_args(Kind)), "unit": choice(*UNITS),
    "clocks": {"type": "array", "items": choice(*get_args(Clock)), "minItems": 1},
    "cohorts": {"type": "array", "items": choice(*COHORTS), "minItems": 1},
    **dict.fromkeys(("definition", "formula", "source", "exclusions", "instead", "differs"), TEXT),
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
_PAGE: Schema = {
    "title": TEXT, "body": nullable(TEXT), "url": nullable(TEXT), "language": nullable(TEXT),
    "state": choice(*ArticleState), "updated_at": TIME,
}  # fmt: skip
NEW_ARTICLE = record(
    {"id": _OR_TEXT, "source": TEXT, **_PAGE}, optional=("source", *(n for n in _PAGE if n != "title"))
)
ARTICLE = record({"id": TEXT, "source": TEXT, **_PAGE})
_NAMED: Schema = {"source": TEXT, "id": TEXT, "title": TEXT, "url": nullable(TEXT), "language": nullable(TEXT)}
GAP = record({
    "id": {"type": "integer"}, "name": TEXT, "size": COUNT, "waited_hours": NUMBER, "tickets": TEXT,
    "near": nullable(record({**_NAMED, "cosine": NUMBER})),
})  # fmt: skip
GAPS = record({
    "sentence": TEXT, "window": nullable(WINDOW), "as_of": nullable(TIME), "articles": COUNT, "waiting": COUNT,
    "least": NUMBER, "waited_hours": NUMBER, "gap_hours": NUMBER, "gaps": {"type": "array", "items": ref("Gap")},
    "known": {"type": "array", "items": ref("Gap")}, "unmet": {"type": "array", "items": record(_NAMED)},
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
SURVEY_VOICE = record({
    "survey": SURVEY, "counts_as": TEXT, **SAID,
    "periods": {"type": "array", "items": record({"label": TEXT, "start": DAY, "end": DAY, "complete": FLAG, **SAID})},
    "topics": {"type": "array", "items": record(
        {"topic": nullable({"type": "integer"}), "topic_name": nullable(TEXT), **SAID})},
})  # fmt: skip
VOICE = record(
    {"from": DAY, "until": DAY, "as_of": TIME, "notes": TEXTS, "surveys": {"type": "array", "items": SURVEY_VOICE}}
)

NUMBERS: Schema = {"type": "array", "items": {"type": "integer"}}
KEYS: Schema = {"type": "array", "items": record({"source": TEXT, "id": TEXT}), "minItems": 1}
EDIT = record({
    "id": {"type": "integer"}, "at": TIME, "by": TEXT, "kind": choice(*EDIT_KINDS), "topics": NUMBERS,
    "tickets": {**KEYS, "minItems": 0}, "told": {"type": "object"}, "why": nullable(TEXT), "undone": FLAG,
    "undone_at": nullable(TIME), "undone_by": nullable(TEXT),
})  # fmt: skip
PART = record({
    "key": TEXT, "name": TEXT, "words": {"type": "array", "items": TEXT}, "n": COUNT, "typical": KEYS, "tickets": KEYS,
})  # fmt: skip
SUGGESTION = record(
    {"topic": {"type": "integer"}, "at": TIME, "tickets": COUNT, "parts": {"type": "array", "items": PART}}
)
TOPIC_FIELDS = record({
    "name": nullable(TEXT), "kind": choice(*TOPIC_KINDS), "pinned": FLAG, "hidden": FLAG, "owner": nullable(TEXT),
    "note": nullable(TEXT), "theme": nullable(COUNT), "why": nullable(TEXT),
}, optional=("name", "kind", "pinned", "hidden", "owner", "note", "theme", "why"))  # fmt: skip
TURN = record({"kind": choice(*TURNS), "topic": {"type": "integer"}, "name": TEXT, "others": NUMBERS, "tickets": COUNT})
DIFFERENCE = record({
    "turns": {"type": "array", "items": TURN},
    **dict.fromkeys(("continued", "stayed", "moved", "joined", "left"), COUNT),
})  # fmt: skip
RUN = record({
    "id": nullable({"type": "integer"}), "at": TIME, "kind": choice("full", "pool", "back"), "by": nullable(TEXT),
    "why": nullable(TEXT), "model": TEXT, "texts": COUNT, "quality": {"type": "object"},
    "difference": nullable(DIFFERENCE), "words": nullable(TEXT),
})  # fmt: skip


def _asked(properties: Schema, *optional: str) -> Schema:
    return record({**properties, "why": nullable(TEXT)}, optional=(*optional, "why"))


SCHEMAS: dict[str, Schema] = {
    "Edit": EDIT,
    "EditList": listing("Edit"),
    "RuleEdit": {
        "allOf": [
            ref("Edit"),
            record({"reach": record({"total": COUNT, "taken": COUNT, "inside": COUNT, "held": COUNT})}),
        ]
    },
    "TopicFields": TOPIC_FIELDS,
    "Merge": _asked({"into": {"type": "integer"}, "topics": NUMBERS}, "topics"),
    "Split": _asked({"tickets": KEYS, "name": nullable(TEXT)}, "name"),
    "Suggestion": SUGGESTION,
    "PartsChosen": _asked({"parts": {"type": "array", "items": TEXT}, "names": {"type": "object"}}, "names"),
    "ThemeList": listing("Theme"),
    "Theme": record({"id": {"type": "integer"}, "name": TEXT, "label": TEXT, "topics": NUMBERS}),
    "ThemeName": _asked({"name": nullable(TEXT)}),
    "Move": _asked({"tickets": KEYS, "to": nullable({"type": "integer"})}),
    "Apart": _asked({"from": {"type": "integer"}}),
    "Always": _asked({"rule": {"type": "object"}}),
    "Run": RUN,
    "RunList": listing("Run"),
    "Waiting": record({"waiting": nullable(ref("Run"))}),
    "Published": record({"id": {"type": "integer"}}),
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
    "Side": SIDE,
    "Comparison": COMPARISON,
    "Effect": EFFECT,
    "Reason": REASON,
    "Explanation": EXPLANATION,
    "Recent": RECENT,
    "Now": NOW,
    "Arrivals": ARRIVALS,
    "Within": WITHIN,
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
    "Article": ARTICLE,
    "ArticleList": listing("Article"),
    "NewArticle": NEW_ARTICLE,
    "NewArticles": {"oneOf": [ref("NewArticle"), {"type": "array", "items": ref("NewArticle")}]},
    "Gap": GAP,
    "Gaps": GAPS,
    "NewCustomer": NEW_CUSTOMER,
    "NewCustomers": {"oneOf": [ref("NewCustomer"), {"type": "array", "items": ref("NewCustomer")}]},
    "Journey": JOURNEY,
    "Deleted": record({"deleted": FLAG}),
    "Voice": VOICE,
    "Report": REPORT,
    "Source": SOURCE,
    "SourceList": listing("Source"),
    "Coverage": record({**COVERED, "excluded": {"type": "object", "additionalProperties": COUNT}}),
    "Metric": METRIC,
    "MetricList": listing("Metric", cohorts=TEXT_BY_NAME, units=TEXT_BY_NAME, rules=TEXT_BY_NAME, own_way=TEXT_BY_NAME),
    "Problem": PROBLEM,
}
