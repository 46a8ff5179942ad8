"""Freshdesk on loopback: the list of tickets with its filters and caps, one ticket, conversations, fields, ratings."""

import html
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from helpdesks.desk import AGENTS, GROUPS, ORGANIZATIONS, PEOPLE, Item, Said
from helpdesks.freshdesk_solutions import Solutions
from helpdesks.server import Helpdesk, answer

from ticketlens.connector import Hook

STATUSES = {"new": 2, "open": 2, "pending": 3, "solved": 4, "closed": 5, "vendor": 7, "done": 8}
PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
SOURCES = {"email": 1, "portal": 2, "phone": 3, "chat": 7, "widget": 9, "outbound": 10, "kiosk": 101}
LIST_INCLUDES = {"requester", "stats", "company", "survey", "description"}
ONE_INCLUDES = {"conversations", "requester", "company", "stats", "survey", "sla_policy"}
LIST_PARAMS = {"updated_since", "order_by", "order_type", "per_page", "page", "include", "filter"}
DONE = ("solved", "closed")


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def refused(field: str, code: str, message: str) -> Response:
    errors = [{"field": field, "message": message, "code": code}]
    return answer({"description": "Validation failed", "errors": errors}, 400)


class Server(Helpdesk):
    kind = "freshdesk"
    most_pages = 300
    has_companies = True
    has_surveys = True
    a_minute = "100.0"
    solutions: Solutions | None = None

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "api_key": self.secret, "conversations": "yes"}

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path == "/api/v2/tickets"

    def is_part(self, asked: Request) -> bool:
        return asked.path.endswith(("/conversations", "/satisfaction_ratings")) and "/tickets/" in asked.path

    def truth(self, item: Item) -> dict[str, object]:
        """Freshdesk keeps the last solve alone, clears it when the ticket is reopened, and tells the last reopening:
        of a ticket that was solved again, neither the first solve is known nor how often it was reopened.
        """
        known = {
            "first_solved_at": item.solves[-1] if item.solves and item.is_solved else None,
            "reopens": min(1, item.reopens),
        }
        apart = {"excluded": "spam" if item.spam else "deleted"} if item.spam or item.deleted else {}
        return {**item.truth(), **known, **apart}

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        app.after_request(self._count)
        app.get("/api/v2/tickets")(self.tickets)
        app.get("/api/v2/tickets/<int:number>")(self.ticket)
        app.get("/api/v2/tickets/<int:number>/conversations")(self.conversations)
        app.get("/api/v2/tickets/<int:number>/satisfaction_ratings")(self.ratings)
        app.get("/api/v2/surveys/satisfaction_ratings")(self.all_ratings)
        app.get("/api/v2/ticket_fields")(self.ticket_fields)
        app.get("/api/v2/settings/helpdesk")(self.helpdesk_settings)
        app.get("/api/v2/solutions/<path:path>")(self.solution_list)

    def _sign_in(self) -> Response | None:
        told = request.authorization
        if told is None or (told.username, told.password) != (self.secret, "X"):
            return answer({"code": "invalid_credentials", "message": "You have to be logged in."}, 401)
        return None

    def _count(self, response: Response) -> Response:
        included = [one for one in request.args.get("include", "").split(",") if one]
        response.headers["X-RateLimit-Total"] = self.a_minute
        response.headers["X-RateLimit-Remaining"] = "42.0"
        response.headers["X-RateLimit-Used-CurrentRequest"] = str(1 + 2 * len(included))
        return response

    # -- lists

    def tickets(self) -> Response:
        """Without `updated_since` or a filter: what was created in the last thirty days, newest first."""
        asked = request.args
        if (bad := self._bad_list(asked)) is not None:
            return bad
        since, chosen = asked.get("updated_since"), asked.get("filter")
        month_ago = self.desk.now - timedelta(days=30)
        rows = [
            item
            for item in self.desk.items.values()
            if (item.deleted if chosen == "deleted" else not item.deleted and item.spam is (chosen == "spam"))
            and (item.updated_at >= datetime.fromisoformat(since) if since else chosen or item.created_at > month_ago)
        ]
        backwards = asked.get("order_type", "desc") == "desc"
        rows.sort(key=lambda item: (getattr(item, asked.get("order_by", "created_at")), item.number), reverse=backwards)
        included = asked.get("include", "").split(",")
        return self._paged(rows, lambda item: self.shown(item, included))

    def _bad_list(self, asked: Any) -> Response | None:
        if unknown := set(asked) - LIST_PARAMS:
            return refused(unknown.pop(), "invalid_field", "Unexpected/invalid field in request")
        if asked.get("order_by", "created_at") not in ("created_at", "due_by", "updated_at", "status"):
            return refused("order_by", "invalid_value", "It should be one of these values")
        if asked.get("order_type", "desc") not in ("asc", "desc"):
            return refused("order_type", "invalid_value", "It should be one of these values: 'asc,desc'")
        if asked.get("filter", "spam") not in ("new_and_my_open", "watching", "spam", "deleted"):
            return refused("filter", "invalid_value", "It should be one of these values")
        return self._bad_include(asked, LIST_INCLUDES)

    def _bad_include(self, asked: Any, allowed: set[str]) -> Response | None:
        allowed = allowed if self.has_companies else allowed - {"company"}
        if set(filter(None, asked.get("include", "").split(","))) <= allowed:
            return None
        return refused("include", "invalid_value", f"It should be one of these values: '{', '.join(sorted(allowed))}'")

    def _paged(self, rows: list[Any], shown: Callable[[Any], dict[str, Any]]) -> Response:
        size, page = int(request.args.get("per_page", 30)), int(request.args.get("page", 1))
        if not 1 <= size <= 100:
            return refused("per_page", "invalid_value", "It should be a Positive Integer less than or equal to 100")
        if not 1 <= page <= self.most_pages:
            return refused("page", "invalid_value", "It should be a Positive Integer less than or equal to 300")
        size = min(size, self.page)
        told = answer([shown(row) for row in rows[(page - 1) * size : page * size]])
        if len(rows) > page * size:
            told.headers["Link"] = f'<{request.base_url}?page={page + 1}>; rel="next"'
        return told

    def helpdesk_settings(self) -> Response:
        told = self.solutions and self.solutions.settings
        return answer(told) if told else answer({"code": "access_denied", "message": "You are not authorized"}, 403)

    def solution_list(self, path: str) -> Response:
        rows = self.solutions and self.solutions.rows(path)
        return Response(status=404) if rows is None else self._paged(rows, lambda row: row)

    # -- one ticket

    def ticket(self, number: int) -> Response:
        if (item := self.desk.items.get(number)) is None:
            return Response(status=404)
        if (bad := self._bad_include(request.args, ONE_INCLUDES)) is not None:
            return bad
        return answer(self.shown(item, [*request.args.get("include", "").split(","), "description"]))

    def conversations(self, number: int) -> Response:
        item = self.desk.items.get(number)
        if item is None or item.deleted:
            return Response(status=404)
        said = [one for one in item.said if one.at > item.created_at or one.author != "customer"]
        return self._paged([*said, *_merge_note(item)], lambda one: self._conversation(item, one))

    def ratings(self, number: int) -> Response:
        if not self.has_surveys:
            return answer({"code": "require_feature", "message": "Surveys are not enabled"}, 403)
        item = self.desk.items.get(number)
        return Response(status=404) if item is None else self._paged([item] if item.rated else [], _rating)

    def all_ratings(self) -> Response:
        """Newest first."""
        if not self.has_surveys:
            return answer({"code": "require_feature", "message": "Surveys are not enabled"}, 403)
        since = datetime.fromisoformat(request.args.get("created_since", "1970-01-01T00:00:00Z"))
        rated = [item for item in self.desk.items.values() if item.rated and item.rated[0] >= since]
        return self._paged(sorted(rated, key=_given_at, reverse=True), _rating)

    def ticket_fields(self) -> Response:
        labels = {2: "Open", 3: "Pending", 4: "Resolved", 5: "Closed", 7: "Awaiting Vendor", 8: "Done"}
        choices: dict[str, Any] = {
            "default_source": {"Email": 1, "Portal": 2, "Phone": 3, "Kiosk": 101},
            "default_status": {str(number): [label, "Being processed"] for number, label in labels.items()},
            "default_priority": {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4},
            "default_ticket_type": ["Question", "Incident"],
            "default_group": {name: number for number, name in GROUPS.items()},
            "default_agent": {PEOPLE[number]: number for number in AGENTS},
            "default_product": {"Shop": 71},
        }
        fields = [{"id": 1, "name": "subject", "type": "default_subject", "default": True}]
        fields += [
            {"id": 2 + place, "name": kind.removeprefix("default_"), "type": kind, "default": True, "choices": told}
            for place, (kind, told) in enumerate(choices.items())
        ]
        return answer(fields)

    # -- in Freshdesk's words

    def shown(self, item: Item, included: list[str]) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": item.number,
            "subject": item.subject,
            "status": STATUSES[item.status],
            "priority": PRIORITIES.get(item.priority or "low"),
            "source": SOURCES[item.channel],
            "type": "Question",
            "tags": list(item.tags),
            "requester_id": item.requester,
            "responder_id": item.assignee,
            "group_id": item.group,
            "company_id": item.organization,
            "product_id": None,
            "custom_fields": {"cf_plan": "pro", "cf_order": None},
            "cc_emails": [],
            "fr_escalated": False,
            "is_escalated": False,
            "spam": item.spam,
            "due_by": iso(item.created_at + timedelta(days=3)),
            "fr_due_by": iso(item.created_at + timedelta(days=1)),
            "created_at": iso(item.created_at),
            "updated_at": iso(item.updated_at),
        }
        if item.deleted:
            told["deleted"] = True
        if "description" in included:
            told |= {"description": f"<div>{html.escape(item.body)}</div>", "description_text": item.body}
        if "requester" in included:
            told["requester"] = {"id": item.requester, "name": PEOPLE[item.requester], "email": "someone@example.com"}
        if "company" in included:
            known = item.organization is not None
            told["company"] = {"id": item.organization, "name": ORGANIZATIONS[item.organization or 0]} if known else {}
        if "stats" in included:
            told["stats"] = _stats(item)
        return told

    def _conversation(self, item: Item, one: Said) -> dict[str, Any]:
        return {
            "id": one.number,
            "ticket_id": item.number,
            "incoming": one.author == "customer",
            "private": not one.public,
            "user_id": {"customer": item.requester, "agent": AGENTS[0], "bot": None}[one.author],
            "source": 0 if one.public else 2,
            "body": f"<div>{html.escape(one.body)}</div>",
            "body_text": one.body,
            "created_at": iso(one.at),
            "updated_at": iso(one.at),
        }

    # -- webhooks

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        event = {"freshdesk_webhook": {"ticket_id": number, "ticket_status": "Resolved"}}
        return json.dumps(event).encode(), {"X-TicketLens-Secret": secret, "Content-Type": "application/json"}

    def forged(self, hook: Hook) -> list[Hook]:
        """Nothing is signed, so what is forged is the secret, or where it stands."""
        name = "x-ticketlens-secret"
        own = hook.headers[name]
        wrong = [
            replace(hook, headers={**hook.headers, name: told}) for told in (own[:-1], own + "x", own.upper(), "ü")
        ]
        misplaced = [f"{hook.url}?secret={own}", f"{hook.url}/{own}/more", f"{hook.url}/{own[:-1]}"]
        return [*wrong, *(replace(hook, headers={}, url=url) for url in misplaced)]


def _given_at(item: Item) -> datetime:
    assert item.rated is not None
    return item.rated[0]


def _rating(item: Item) -> dict[str, Any]:
    assert item.rated is not None
    at, good, comment = item.rated
    return {
        "id": item.number * 10,
        "survey_id": 1,
        "user_id": item.requester,
        "agent_id": item.assignee,
        "group_id": item.group,
        "ticket_id": item.number,
        "feedback": comment or None,
        "ratings": {"default_question": 103 if good else -103},
        "created_at": iso(at),
        "updated_at": iso(at),
    }


def _stats(item: Item) -> dict[str, Any]:
    """A reopening clears what was resolved and closed; a ticket that is closed at once counts as resolved too."""
    resolved = closed = reopened = None
    for move in item.moved:
        if move.after == "solved":
            resolved = move.at
        elif move.after == "closed":
            resolved, closed = resolved or move.at, move.at
        elif move.before in DONE:
            resolved, closed, reopened = None, None, move.at
    return {
        "agent_responded_at": None,
        "requester_responded_at": None,
        "first_responded_at": iso(item.first_reply_at),
        "status_updated_at": iso(item.moved[-1].at if item.moved else item.created_at),
        "resolved_at": iso(resolved),
        "closed_at": iso(closed),
        "reopened_at": iso(reopened),
        "pending_since": None,
    }


def _merge_note(item: Item) -> list[Said]:
    if item.merged_into is None:
        return []
    text = f"This ticket is closed and merged into ticket {item.merged_into}"
    return [Said(item.number * 10 + 1, item.moved[-1].at, "agent", text, public=False)]
