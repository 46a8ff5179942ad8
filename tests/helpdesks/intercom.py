"""Intercom on loopback: the searches for conversations and tickets, one of either, who works there.

Every fourth item of the desk is one of Intercom's tickets, the others are conversations.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal

from flask import Flask, Request, Response, request
from helpdesks.desk import AGENTS, GROUPS, ORGANIZATIONS, PEOPLE, Item, Moved, Said
from helpdesks.intercom_articles import article, content
from helpdesks.server import Helpdesk, answer
from werkzeug.serving import WSGIRequestHandler

from ticketlens.connector import Hook

MOST_PAGE, MOST_PARTS = 150, 500
STATES = {"new": "open", "open": "open", "pending": "snoozed", "solved": "closed", "closed": "closed"}
CATEGORIES = {
    "new": "submitted", "open": "in_progress", "pending": "waiting_on_customer", "solved": "resolved",
    "closed": "resolved",
}  # fmt: skip
PART_TYPES = {"open": "open", "pending": "snoozed", "solved": "close", "closed": "close"}
BOT = {"type": "bot", "id": "278", "name": "Fin", "email": "operator+abcd1234@intercom.io"}


def unix(moment: datetime) -> int:
    return int(moment.timestamp())


def failure(status: int, code: str, message: str) -> Response:
    return answer({"type": "error.list", "request_id": "r-1", "errors": [{"code": code, "message": message}]}, status)


class Server(Helpdesk):
    kind = "intercom"
    spec = "intercom/api.intercom.io.2.15.yaml"

    inclusive = False
    """What `>` means: Intercom's specification says "or equal", and its answers were seen not to be."""

    order: Literal["as asked", "latest first", "by creation"] = "as asked"
    """Of a search. `sort`, which the specification does not name, is heeded in the first only."""

    def __init__(self) -> None:
        super().__init__()
        self.extra: dict[int, dict[str, Any]] = {}
        """Members that a record has beside, or in place of, those that the desk makes."""
        self.in_search: dict[str, Any] = {}
        """The same for each ticket in a search; the specification's example has a ticket whole there."""

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "token": self.secret}

    def is_ticket(self, number: int) -> bool:
        return number % 8 == 5

    def id_of(self, number: int) -> str:
        return f"ticket-{number}" if self.is_ticket(number) else str(number)

    def visible(self) -> list[Item]:
        return [one for one in super().visible() if not one.deleted]

    def truth(self, item: Item) -> dict[str, object]:
        """Intercom tells neither spam nor what was merged into what; what was deleted is there no more."""
        return {**super().truth(item), "excluded": None}

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path.endswith("/search")

    def is_part(self, asked: Request) -> bool:
        return asked.method == "GET" and asked.path.startswith("/conversations/")

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        app.get("/me")(self.me)
        app.get("/admins")(self.admins)
        app.get("/teams")(self.teams)
        app.post("/conversations/search")(self.conversations)
        app.post("/tickets/search")(self.tickets)
        app.get("/conversations/<int:number>")(self.conversation)
        app.get("/tickets/<int:number>")(self.ticket)
        app.get("/articles")(self.articles)

    def _sign_in(self) -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.secret}":
            return failure(401, "unauthorized", "Access Token Invalid")
        if request.headers.get("Intercom-Version") != "2.15":
            return failure(400, "intercom_version_invalid", "The requested version could not be found")
        return None

    def handler(self) -> type[WSGIRequestHandler]:
        class Dated(WSGIRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(desk.now, usegmt=True)

        desk = self.desk
        return Dated

    # -- the workspace

    def me(self) -> Response:
        app = {"type": "app", "id_code": "ecahpwf5", "name": "Shop", "created_at": 1717021328, "secure": False,
               "identity_verification": False, "timezone": "America/Los_Angeles", "region": "US"}  # fmt: skip
        return answer({**self._admin(AGENTS[0]), "email_verified": True, "app": app})

    def admins(self) -> Response:
        return answer({"type": "admin.list", "admins": [self._admin(number) for number in AGENTS]})

    def teams(self) -> Response:
        made = [{"type": "team", "id": str(id_), "name": name, "admin_ids": []} for id_, name in GROUPS.items()]
        return answer({"type": "team.list", "teams": made})

    def _admin(self, number: int) -> dict[str, Any]:
        return {"type": "admin", "id": str(number), "name": PEOPLE[number],
                "email": f"a{number}@example.com", "away_mode_enabled": False, "away_mode_reassign": False,
                "has_inbox_seat": True, "team_ids": []}  # fmt: skip

    # -- the searches

    def conversations(self) -> Response:
        return self._search("conversation", lambda item: self.shown(item, parts=False))

    def tickets(self) -> Response:
        return self._search("ticket", lambda item: {**self.shown_ticket(item), **self.in_search})

    def _search(self, kind: str, shown: Any) -> Response:
        """Rows after a place in the order of change; what moves meanwhile moves behind it."""
        asked = request.get_json()
        found = self._matching(kind, asked["query"])
        if found is None:
            return failure(400, "parameter_invalid", "Field or operator cannot be searched")
        paging = asked.get("pagination") or {}
        if int(paging.get("per_page", 20)) > MOST_PAGE:
            return failure(400, "parameter_invalid", "Per Page is too big")
        rows, size = self._in_order(found, asked.get("sort")), min(self.page, int(paging.get("per_page", 20)))
        place, page = [-1, -1], 1
        if (cursor := paging.get("starting_after")) is not None:
            try:
                *place, page = json.loads(base64.b64decode(cursor, validate=True))
            except ValueError:
                return failure(400, "parameter_invalid", "Pagination starting after is invalid")
        keys = {one.number: self._key(one) for one in rows}
        heeded = self.order == "as asked"
        rest = [one for one in rows if keys[one.number] > place] if heeded else rows[(page - 1) * size :]
        told = rest[:size]
        following = None
        if len(rest) > size:
            place = [*keys[told[-1].number], page + 1]
            following = {"per_page": size, "starting_after": base64.b64encode(json.dumps(place).encode()).decode()}
        pages = {"type": "pages", "page": page, "per_page": size, "total_pages": -(-len(rows) // size),
                 **({"next": following} if following else {})}  # fmt: skip
        return answer({"type": f"{kind}.list", f"{kind}s": [shown(one) for one in told], "total_count": len(rows),
                       "pages": pages})  # fmt: skip

    def _matching(self, kind: str, query: dict[str, Any]) -> list[Item] | None:
        """None where the query is one that Intercom refuses: dates take no `>=`."""
        if query.get("operator") != "AND":
            return None
        rows = [one for one in self.visible() if self.is_ticket(one.number) == (kind == "ticket")]
        for one in query["value"]:
            if one["field"] != "updated_at" or one["operator"] != ">":
                return None
            bound = int(one["value"]) - self.inclusive
            rows = [item for item in rows if unix(item.updated_at) > bound]
        return rows

    def _in_order(self, rows: list[Item], sort: dict[str, str] | None) -> list[Item]:
        """What changed last comes first, where nothing else is asked for."""
        if self.order == "by creation":
            return sorted(rows, key=lambda one: one.number)
        heeded = self.order == "as asked" and sort is not None
        if heeded and sort != {"field": "updated_at", "order": "ascending"}:
            raise ValueError(sort)
        return sorted(rows, key=self._key, reverse=not heeded)

    def _key(self, item: Item) -> list[int]:
        return [unix(item.updated_at), item.number]

    # -- the help centre

    help_centre: list[dict[str, Any]] | None = None  # None: the app may not read them

    def articles(self) -> Response:
        if self.help_centre is None:
            return failure(403, "api_plan_restricted", "Active subscription needed.")
        size, page = min(self.page, int(request.args.get("per_page", 25))), int(request.args.get("page", 1))
        rows = sorted(self.help_centre, key=lambda one: -one["updated_at"])
        pages = {"type": "pages", "page": page, "per_page": size, "total_pages": -(-len(rows) // size)}
        told = rows[(page - 1) * size : page * size]
        return answer({"type": "list", "pages": pages, "total_count": len(rows), "data": told})

    # -- one record

    def conversation(self, number: int) -> Response:
        return self._one(number, ticket=False)

    def ticket(self, number: int) -> Response:
        return self._one(number, ticket=True)

    def _one(self, number: int, *, ticket: bool) -> Response:
        item = self.desk.items.get(number)
        if item is None or item.deleted or self.is_ticket(number) != ticket:
            return failure(404, "not_found", "Resource Not Found")
        return answer(self.shown_ticket(item) if ticket else self.shown(item, parts=True))

    def shown(self, item: Item, *, parts: bool) -> dict[str, Any]:
        """Ids of agents and teams are numbers here, and texts in tickets."""
        source_type = {"email": "email", "chat": "conversation"}.get(item.channel, "conversation")
        told = {
            "type": "conversation", "id": str(item.number), "title": item.subject,
            "created_at": unix(item.created_at), "updated_at": unix(item.updated_at),
            "waiting_since": None, "snoozed_until": None,
            "source": {
                "type": source_type, "id": str(item.said[0].number), "delivered_as": "customer_initiated",
                "subject": item.subject if source_type == "email" else "", "body": item.body,
                "author": self._author("customer", item), "attachments": [], "url": None, "redacted": False,
            },
            "contacts": self._contacts(item),
            "first_contact_reply": {"created_at": unix(item.created_at), "type": "conversation", "url": None},
            "admin_assignee_id": item.assignee, "team_assignee_id": item.group,
            "company": None if item.organization is None else {
                "type": "company", "id": str(item.organization), "name": ORGANIZATIONS[item.organization],
            },
            "open": not item.is_solved, "state": STATES[item.status], "read": True,
            "priority": "priority" if item.priority in ("high", "urgent") else "not_priority",
            "tags": {"type": "tag.list", "tags": [
                {"type": "tag", "id": tag, "name": tag, "applied_at": None} for tag in item.tags
            ]},
            "sla_applied": None, "statistics": self._statistics(item), "conversation_rating": self._rating(item),
            "teammates": None, "custom_attributes": {}, "topics": {}, "ticket": None,
            "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
            "ai_agent": None, "ai_agent_participated": False,
        }  # fmt: skip
        if parts:
            told["conversation_parts"] = self._parts("conversation", [
                *(self._spoken(one, item) for one in item.said[1:]), *(self._moved(one, item) for one in item.moved)
            ])  # fmt: skip
        return {**told, **self.extra.get(item.number, {})}

    def _statistics(self, item: Item) -> dict[str, Any]:
        """Moments that have not come are null; lengths are of office hours, and so of no use."""
        told = {
            "first_contact_reply_at": item.created_at,
            "first_admin_reply_at": item.first_reply_at,
            "first_close_at": item.solves[0] if item.solves else None,
            "last_close_at": item.solves[-1] if item.solves else None,
        }
        moments = {name: None if at is None else unix(at) for name, at in told.items()}
        counts = {"count_reopens": item.reopens, "count_conversation_parts": len(item.said) + len(item.moved)}
        return {
            "type": "conversation_statistics",
            "time_to_first_close": 1,
            "time_to_last_close": 1,
            **moments,
            **counts,
        }

    def _rating(self, item: Item) -> dict[str, Any] | None:
        if item.rated is None:
            return None
        at, good, remark = item.rated
        return {"rating": 5 if good else 1, "remark": remark, "created_at": unix(at), "updated_at": unix(at),
                "contact": {"type": "contact", "id": str(item.requester)},
                "teammate": {"type": "admin", "id": str(AGENTS[0])}}  # fmt: skip

    def shown_ticket(self, item: Item) -> dict[str, Any]:
        told = {
            "type": "ticket", "id": str(item.number), "ticket_id": str(item.number - 900), "category": "Customer",
            "ticket_attributes": {"_default_title_": item.subject, "_default_description_": item.body},
            "ticket_state": {
                "type": "ticket_state", "id": "12", "category": CATEGORIES[item.status],
                "internal_label": CATEGORIES[item.status], "external_label": CATEGORIES[item.status],
            },
            "ticket_type": {
                "type": "ticket_type", "id": "53", "name": "Bug", "description": "", "icon": "🦁",
                "workspace_id": "ecahpwf5", "archived": False, "created_at": 1717021328, "updated_at": 1717021328,
                "is_internal": False, "category": "Customer",
                "ticket_type_attributes": {"type": "list", "data": []},
            },
            "contacts": self._contacts(item),
            "admin_assignee_id": str(item.assignee or 0), "team_assignee_id": str(item.group or 0),
            "created_at": unix(item.created_at), "updated_at": unix(item.updated_at),
            "open": not item.is_solved, "is_shared": True,
            "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
            "ticket_parts": self._parts("ticket", [
                *(self._spoken(one, item) for one in item.said[1:]),
                *(self._ticket_moved(one, item) for one in item.moved),
            ]),
        }  # fmt: skip
        return {**told, **self.extra.get(item.number, {})}

    # -- parts

    def _parts(self, kind: str, told: list[dict[str, Any]]) -> dict[str, Any]:
        """The latest only; how many there are in all is told."""
        ordered = sorted(told, key=lambda part: (part["created_at"], int(part["id"])))
        name = f"{kind}_part"
        rows = [{"type": name, **part} for part in ordered]
        return {"type": f"{name}.list", f"{name}s": rows[-MOST_PARTS:], "total_count": len(rows)}

    def _part(self, number: int, at: datetime, who: str, item: Item, **told: Any) -> dict[str, Any]:
        return {"id": str(number), "created_at": unix(at), "updated_at": unix(at), "body": None,
                "author": self._author(who, item), "attachments": [], "external_id": None, "redacted": False,
                "assigned_to": None, **told}  # fmt: skip

    def _spoken(self, one: Said, item: Item) -> dict[str, Any]:
        return self._part(one.number, one.at, one.author, item, part_type="comment" if one.public else "note",
                          body=f"<p>{one.body}</p>")  # fmt: skip

    def _moved(self, one: Moved, item: Item) -> dict[str, Any]:
        return self._part(one.number, one.at, one.actor, item, part_type=PART_TYPES[one.after], state="open")

    def _ticket_moved(self, one: Moved, item: Item) -> dict[str, Any]:
        by = "user" if one.actor == "customer" else "admin"
        return self._part(one.number, one.at, one.actor, item, part_type=f"ticket_state_updated_by_{by}",
                          previous_ticket_state=CATEGORIES[one.before], ticket_state=CATEGORIES[one.after])  # fmt: skip

    def _author(self, who: str, item: Item) -> dict[str, Any]:
        if who == "bot":
            return BOT
        number = item.requester if who == "customer" else AGENTS[0]
        return {"type": "user" if who == "customer" else "admin", "id": str(number), "name": PEOPLE[number],
                "email": f"p{number}@example.com"}  # fmt: skip

    def _contacts(self, item: Item) -> dict[str, Any]:
        return {"type": "contact.list", "contacts": [
            {"type": "contact", "id": str(item.requester), "external_id": None},
        ]}  # fmt: skip

    # -- the specification

    def specified(self, number: int) -> list[dict[str, Any]]:
        """Of each kind one that is solved, and a conversation that nobody has answered yet.

        Moments that have not come are null there, though the specification knows none that are.
        """
        headers = {"Authorization": f"Bearer {self.secret}", "Intercom-Version": "2.15"}
        ticket = self._new(ticket=True)
        self.help_centre = [article(1, translated_content={"sv": content("Logga in")})]
        for status in ("open", "solved"):
            self.desk.move(ticket, status)
        unanswered = self._new(ticket=False)
        query = {
            "query": {"operator": "AND", "value": [{"field": "updated_at", "operator": ">", "value": 0}]},
            "sort": {"field": "updated_at", "order": "ascending"},
        }
        slips = [f"statistics.{name}" for name in ("first_admin_reply_at", "first_close_at", "last_close_at")]
        asked: list[tuple[str, str, str, list[str]]] = [
            ("GET", "/articles", "/articles", []),
            ("GET", "/me", "/me", []), ("GET", "/admins", "/admins", []), ("GET", "/teams", "/teams", []),
            ("POST", "/conversations/search", "/conversations/search", [f"$.conversations[1].{one}" for one in slips]),
            ("POST", "/tickets/search", "/tickets/search", []),
            ("GET", "/conversations/{conversation_id}", f"/conversations/{number}", []),
            ("GET", "/conversations/{conversation_id}", f"/conversations/{unanswered}", [f"$.{one}" for one in slips]),
            ("GET", "/tickets/{ticket_id}", f"/tickets/{ticket}", []),
        ]  # fmt: skip
        return [
            {"method": method, "path": path, "url": url, "headers": headers, "known_slips": known,
             "json": query if method == "POST" else None}
            for method, path, url, known in asked
        ]  # fmt: skip

    def _new(self, *, ticket: bool) -> int:
        """A new one of that kind; those of the other kind that come before it are lost."""
        while self.is_ticket(number := self.desk.create(assignee=901)) != ticket:
            self.lose(number)
        return number

    # -- webhooks

    def forged(self, hook: Hook) -> list[Hook]:
        signed = hook.headers["x-hub-signature"]
        bare, other = signed.removeprefix("sha1="), "sha256=" + signed.removeprefix("sha1=")
        changed = [{**hook.headers, "x-hub-signature": told} for told in (bare, other, signed.upper(), "sha1=")]
        return [*super().forged(hook), *(replace(hook, headers=told) for told in changed)]

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        item = self.desk.items[number]
        ticket = self.is_ticket(number)
        shown = self.shown_ticket(item) if ticket else self.shown(item, parts=True)
        return self.signed("ticket.state.updated" if ticket else "conversation.admin.closed", shown, secret)

    def signed(self, topic: str, item: dict[str, Any], secret: str) -> tuple[bytes, dict[str, str]]:
        event = {
            "type": "notification_event", "app_id": "ecahpwf5", "topic": topic,
            "id": f"notif_{item.get('id', '4e3504a3')}",
            "data": {"type": "notification_event_data", "item": item}, "links": {}, "delivery_status": "pending",
            "delivery_attempts": 1, "delivered_at": 0, "first_sent_at": unix(self.desk.now),
            "created_at": unix(self.desk.now), "self": None,
        }  # fmt: skip
        body = json.dumps(event).encode()
        mac = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
        return body, {"X-Hub-Signature": f"sha1={mac}"}
