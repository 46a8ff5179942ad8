"""One Jira issue in our words. Source: Jira Cloud platform REST API v3, Issues, Issue comments, Issue fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.adf import plain_text
from ticketlens.connector import Row, sound
from ticketlens.intake.payload import Payload
from ticketlens.intake.terms import STATUSES, fold_term
from ticketlens.intake.times import TimeRule

FIELDS: Final = (
    "summary", "description", "status", "resolution", "resolutiondate", "statuscategorychangedate", "priority",
    "labels", "components", "reporter", "assignee", "project", "issuetype", "created", "updated", "comment",
    "timespent",
)  # fmt: skip
CHANNEL: Final = "request.channel.type"
"""The property of an issue in which service projects keep how a request came in."""

CHANNELS: Final = {
    "portal": "web", "anonymousportal": "web", "widget": "web", "email": "email", "api": "api", "chat": "chat",
    "slack": "chat", "msteams": "chat", "phone": "phone",
}  # fmt: skip
_SERVICE = "com.atlassian.servicedesk"
KINDS: Final = {
    f"{_SERVICE}:sd-customer-organizations": "organizations",
    f"{_SERVICE}:vp-origin": "request",
    f"{_SERVICE}:sd-request-feedback": "rating",
    f"{_SERVICE}:sd-request-feedback-date": "rated_at",
    f"{_SERVICE}.servicedesk-lingo-integration-plugin:sd-request-language": "language",
    "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team": "team",
}
"""The types of custom fields that we know, by what they hold; their ids differ from site to site."""

FIRST_REPLY: Final = (f"{_SERVICE}:sd-sla-field", "time to first response")
DEFAULTS: Final = {"new": "new", "done": "solved"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """What one Jira says of itself: `categories` of its statuses by id, ids of custom fields by what they hold."""

    base: str
    categories: Mapping[str, str]
    custom: Mapping[str, str]

    @property
    def fields(self) -> list[str]:
        return [*FIELDS, *self.custom.values()]


@dataclass(frozen=True, slots=True)
class Parts:
    """What is asked for beside an issue; `comments` is None where they are not ours to see."""

    comments: list[Payload] | None
    moves: list[Payload]
    verdict: Payload | None = None


NO_PARTS: Final = Parts(None, [])


def scheme_of(base: str, statuses: Iterable[Payload], fields: Iterable[Payload]) -> Scheme:
    told = sound(statuses, Payload.id, lambda status: status.opt_text("statusCategory.key"))
    categories = {status.id(): status.opt_text("statusCategory.key") or "" for status in told}
    custom: dict[str, str] = {}
    for field in sound(fields, Payload.id, _kind_of):
        kind, name = _kind_of(field)
        if kind in KINDS:
            custom.setdefault(KINDS[kind], field.id())
        elif (kind, name.lower()) == FIRST_REPLY:
            custom.setdefault("first_reply", field.id())
    return Scheme(base, categories, custom)


def _kind_of(field: Payload) -> tuple[str | None, str]:
    """The type of a custom field, and its name."""
    name = field.opt_text("untranslatedName") or field.opt_text("name")
    return field.opt_text("schema.custom"), name or ""


def row_of(issue: Payload, scheme: Scheme, parts: Parts, rule: TimeRule) -> Row:
    fields, key = issue.at("fields"), issue.text("key")
    body = plain_text(fields.at("description").value)
    status, category = fields.text("status.name"), fields.opt_text("status.statusCategory.key") or ""
    reporter = fields.opt_text("reporter.accountId")
    first = [{"at": fields.text("created"), "author": "customer", "public": True, "body": body}] if body else []
    return {
        "id": issue.id(),
        "subject": fields.opt_text("summary"),
        "body": body,
        "status": status_of(status, category),
        "priority": fields.opt_text("priority.name"),
        "agent_minutes": _minutes(fields),
        "channel": _channel(issue),
        "tags": [str(label.value) for label in fields.items("labels")],
        "requester": reporter,
        "organization": _own(fields, scheme, "organizations", "name"),
        "assignee": fields.opt_text("assignee.displayName"),
        "group": _own(fields, scheme, "team", "name"),
        "brand": fields.opt_text("project.name"),
        "language": _own(fields, scheme, "language", "languageCode"),
        "created_at": fields.text("created"),
        "updated_at": fields.text("updated"),
        "first_reply_at": _first_reply(fields, scheme, parts, reporter, rule),
        "solved_at": _resolved(fields) if category == "done" else None,
        "satisfaction": _satisfaction(fields, scheme, parts.verdict),
        "url": f"{scheme.base}/browse/{key}",
        "history": _history(parts.moves, scheme, reporter, rule),
        "messages": first + [_message(comment, reporter) for comment in parts.comments or []],
        "custom": {
            "key": key,
            "status": status,
            "resolution": fields.opt_text("resolution.name"),
            "issue_type": fields.opt_text("issuetype.name"),
            "request_type": _own(fields, scheme, "request", "requestType.name"),
            "components": "; ".join(one.text("name") for one in fields.items("components")),
        },
    }


def _minutes(fields: Payload) -> float | None:
    """Of the seconds of the work log; where nobody logged any, nothing is known."""
    spent = fields.at("timespent").value
    return spent / 60 if isinstance(spent, int | float) and spent > 0 else None


def status_of(name: str, category: str) -> str:
    """The category decides whether it is solved; among those that fit, a name that we know is taken at its word."""
    known = STATUSES.get(fold_term(name))
    if known is not None and (known in ("solved", "closed")) == (category == "done"):
        return str(known)
    return DEFAULTS.get(category, "open")


def is_rated(issue: Payload, scheme: Scheme) -> bool:
    """Whether the customer was asked for a rating and gave one."""
    return _own(issue.at("fields"), scheme, "rating", "rating") is not None


# -- the parts of a row


def _own(fields: Payload, scheme: Scheme, what: str, name: str) -> str | None:
    """A member of a custom field, or of its first value; None where the field has another shape than we know."""
    held = fields.at(scheme.custom[what]).value if what in scheme.custom else None
    if isinstance(held, list):
        held = held[0] if held else None
    for part in name.split("."):
        held = held.get(part) if isinstance(held, Mapping) else None
    return str(held) if isinstance(held, str | int | float) and held != "" else None


def _channel(issue: Payload) -> str | None:
    properties = issue.value.get("properties") if isinstance(issue.value, Mapping) else None
    held = properties.get(CHANNEL) if isinstance(properties, Mapping) else None
    word = held.get("value") if isinstance(held, Mapping) else held
    return CHANNELS.get(word.lower(), "other") if isinstance(word, str) else None


def _resolved(fields: Payload) -> str | None:
    """Where a workflow sets no resolution: since when it is done."""
    return fields.opt_text("resolutiondate") or fields.opt_text("statuscategorychangedate")


def _satisfaction(fields: Payload, scheme: Scheme, verdict: Payload | None) -> Row | None:
    rating = _own(fields, scheme, "rating", "rating")
    if rating is None:
        return None
    comment = verdict.at("comment").value if verdict is not None else None
    said = comment.get("body") if isinstance(comment, Mapping) else comment
    at = fields.at(scheme.custom["rated_at"]).value if "rated_at" in scheme.custom else None
    return {"score": rating, "scale": 5, "comment": said if isinstance(said, str) else None, "at": at}


def _first_reply(fields: Payload, scheme: Scheme, parts: Parts, reporter: str | None, rule: TimeRule) -> str | None:
    """The first public comment of an agent; where comments cannot be read, the end of the first cycle of the SLA."""
    if parts.comments is not None:
        replies = (one for one in parts.comments if _is_public(one) and _role(one.at("author"), reporter) == "agent")
        moments = [reply.time("created", rule) for reply in replies]
    elif "first_reply" in scheme.custom:
        cycles = fields.at(scheme.custom["first_reply"]).items("completedCycles")
        moments = [cycle.time("stopTime.epochMillis", rule) for cycle in cycles]
    else:
        moments = []
    return min(moments).isoformat() if moments else None


def _history(moves: list[Payload], scheme: Scheme, reporter: str | None, rule: TimeRule) -> list[Row]:
    """Changes of status, oldest first whatever order they came in: of two at one moment, the lower number is older."""
    ordered = sorted(moves, key=lambda move: (move.time("created", rule), move.integer("id")))
    return [
        {"at": move.at("created").value, "field": "status", "actor": _role(move.at("author"), reporter),
         "from": _side(item, "from", scheme), "to": _side(item, "to", scheme)}
        for move in ordered for item in move.items("items") if _is_status(item)
    ]  # fmt: skip


def _is_status(item: Payload) -> bool:
    return (item.opt_text("fieldId") or item.opt_text("field")) == "status"


def _side(item: Payload, side: str, scheme: Scheme) -> str | None:
    """What a status was is known by its id; one that is there no more is left to its name."""
    name, category = item.opt_text(f"{side}String"), scheme.categories.get(item.opt_text(side) or "")
    return status_of(name or "", category) if category else name


def _message(comment: Payload, reporter: str | None) -> Row:
    return {
        "at": comment.text("created"),
        "author": _role(comment.at("author"), reporter),
        "public": _is_public(comment),
        "body": plain_text(comment.at("body").value),
    }


def _is_public(comment: Payload) -> bool:
    """Whether the customer sees it: not an internal note, and not for one role or group alone."""
    return comment.at("jsdPublic").value is not False and comment.at("visibility").value is None


def _role(author: Payload, reporter: str | None) -> str:
    """Who is nobody wrote without signing in; accounts of customers and of apps say so themselves."""
    account, kind = author.opt_text("accountId"), author.opt_text("accountType")
    if account is None or account == reporter or kind == "customer":
        return "customer"
    return "bot" if kind == "app" else "agent"
