"""Help Scout's Inbox API 2.0 on loopback: tokens, conversations with their threads, inboxes.

The list is sorted by a time that no answer tells. What comes embedded is cut after three threads, the newest first.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from flask import Flask, Request, Response, redirect, request
from helpdesks.desk import AGENTS, BOT, GROUPS, PEOPLE, Item, Moved, Said
from helpdesks.server import Helpdesk, answer

STATUSES = {"new": "active", "open": "active", "pending": "pending", "solved": "closed", "closed": "closed"}
EMBEDDED = 3
INBOX = 21


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Server(Helpdesk):
    """`tokens`: those that count; `reports`: whether the plan has them, in place of ratings with the threads."""

    kind = "helpscout"
    reports = False

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.given = count(1)
        super().__init__()

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "app_id": "the-app", "app_secret": self.secret}

    def visible(self) -> list[Item]:
        """Neither deleted conversations are listed, nor those that became part of another."""
        return [one for one in super().visible() if not one.deleted and one.merged_into is None]

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path == "/v2/conversations"

    def is_part(self, asked: Request) -> bool:
        return asked.path.endswith("/threads") or asked.path in ("/v2/mailboxes", "/v2/reports/happiness/ratings")

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        app.post("/v2/oauth2/token")(self.token)
        app.get("/v2/conversations")(self.conversations)
        app.get("/v2/conversations/<int:number>")(self.conversation)
        app.get("/v2/conversations/<int:number>/threads")(self.threads)
        app.get("/v2/mailboxes")(self.mailboxes)
        app.get("/v2/reports/happiness/ratings")(self.ratings)

    def token(self) -> Response:
        asked = (request.form.get("grant_type"), request.form.get("client_id"), request.form.get("client_secret"))
        if asked != ("client_credentials", "the-app", self.secret):
            return answer({"error": "invalid_client"}, 401)
        token = f"token-{next(self.given)}-of-the-app"
        self.tokens.add(token)
        return answer({"token_type": "bearer", "access_token": token, "expires_in": 172800})

    def _sign_in(self) -> Response | None:
        if request.path == "/v2/oauth2/token":
            return None
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return answer({"error": "invalid_token"}, 401)
        return None

    def conversations(self) -> Response:
        """Active ones alone, unless another status is asked for; the newest first, unless another order is."""
        status, since = request.args.get("status", "active"), request.args.get("modifiedSince", "")
        rows = [one for one in self.visible() if status in ("all", self._status(one))]
        rows = [one for one in rows if iso(one.updated_at) >= since]
        if (request.args.get("sortField"), request.args.get("sortOrder")) != ("modifiedAt", "asc"):
            rows.reverse()
        shown = [self.shown(one, embed=request.args.get("embed") == "threads") for one in rows]
        return self._paged("conversations", shown)

    def conversation(self, number: int) -> Response:
        item = self.desk.items.get(number)
        if item is None or item.deleted:
            return answer({"message": "Not Found"}, 404)
        if item.merged_into is not None:
            return redirect(f"{self.url}/v2/conversations/{item.merged_into}", 301)  # type: ignore[return-value]
        return answer(self.shown(item, embed=request.args.get("embed") == "threads"))

    def threads(self, number: int) -> Response:
        item = self.desk.items.get(number)
        return answer({}, 404) if item is None or item.deleted else self._paged("threads", self._threads(item))

    def mailboxes(self) -> Response:
        return self._paged("mailboxes", [{"id": number, "name": name} for number, name in GROUPS.items()])

    def ratings(self) -> Response:
        """By the time of the rating, which names no zone; a report has an envelope of its own."""
        if not self.reports:
            return answer({"message": "Your plan has no reports"}, 403)
        start, end, page = request.args["start"], request.args["end"], int(request.args.get("page", 1))
        rated = [
            {"id": one.number, "number": one.number - 1000, "type": "email", "threadid": 1,
             "ratingId": 1 if one.rated[1] else 3, "ratingComments": one.rated[2],
             "ratingCreatedAt": iso(one.rated[0]).rstrip("Z")}
            for one in self.visible() if one.rated and start <= iso(one.rated[0]) < end
        ]  # fmt: skip
        shown = rated[self.page * (page - 1) : self.page * page]
        return answer({"results": shown, "page": page, "count": len(rated), "pages": -(-len(rated) // self.page)})

    def _paged(self, name: str, rows: Sequence[dict[str, Any]]) -> Response:
        """HAL; without any row there is no `_embedded`."""
        page, pages = int(request.args.get("page", 1)), -(-len(rows) // self.page)
        shown = list(rows[self.page * (page - 1) : self.page * page])
        links = {"self": {"href": request.url}}
        if page < pages:
            links["next"] = {"href": f"{self.url}{request.path}?page={page + 1}"}
        told = {"page": {"size": self.page, "totalElements": len(rows), "totalPages": pages, "number": page}}
        return answer({**told, "_links": links, **({"_embedded": {name: shown}} if shown else {})})

    def _status(self, item: Item) -> str:
        return "spam" if item.spam else STATUSES[item.status]

    def shown(self, item: Item, *, embed: bool) -> dict[str, Any]:
        """`closedAt` is of the last closing alone; `threads` counts neither line items nor drafts."""
        solves, threads = item.solves, self._threads(item)
        inbox = item.group or INBOX
        told = {
            "id": item.number,
            "number": item.number - 1000,
            "threads": len(item.said),
            "type": item.channel,
            "folderId": 493,
            "status": self._status(item),
            "state": "published",
            "subject": item.subject,
            "preview": item.body[:100],
            "mailboxId": inbox,
            "assignee": user(item.assignee) if item.assignee else None,
            "createdBy": {"id": item.requester, "type": "customer", "email": "c@example.com"},
            "createdAt": iso(item.created_at),
            "closedBy": AGENTS[0] if item.is_solved else 0,
            "closedAt": iso(solves[-1]) if item.is_solved and solves else None,
            "userUpdatedAt": iso(max([item.created_at, *(one.at for one in item.said)])),
            "customerWaitingSince": {"time": iso(item.created_at), "friendly": "", "latestReplyFrom": "customer"},
            "source": {"type": "email", "via": "customer"},
            "tags": [{"id": 1, "color": "#929499", "tag": tag} for tag in item.tags],
            "cc": [],
            "bcc": [],
            "primaryCustomer": {"id": item.requester, "email": "c@example.com", "first": "C", "last": "U"},
            "customFields": [{"id": 6688, "name": "Plan", "value": "33077", "text": "pro"}],
            "_links": {"self": {"href": f"{self.url}/v2/conversations/{item.number}"}},
        }
        return {**told, "_embedded": {"threads": threads[:EMBEDDED]}} if embed else told

    def _threads(self, item: Item) -> list[dict[str, Any]]:
        """The newest first; a rating hangs at the last message of an agent."""
        told = sorted([*map(self._said, item.said), *map(self._moved, item.moved)], key=lambda one: one[:2])
        threads = [thread for *_, thread in reversed(told)]
        if item.rated is not None and not self.reports:
            rated = next((one for one in threads if one["type"] == "message"), {})
            rating = "great" if item.rated[1] else "not_good"
            rated["rating"] = {"customerId": item.requester, "rating": rating, "comments": item.rated[2]}
        return threads

    def _said(self, said: Said) -> tuple[datetime, int, dict[str, Any]]:
        kind = "customer" if said.author == "customer" else "message" if said.public else "note"
        by = {"id": 501, "type": "customer"} if kind == "customer" else user(BOT if said.author == "bot" else AGENTS[0])
        action = {"type": "automatic-workflow" if said.author == "bot" else "default", "associatedEntities": {}}
        return said.at, said.number, {
            "id": said.number, "type": kind, "status": "nochange", "state": "published", "action": action,
            "body": said.body, "source": {"type": "email", "via": by["type"]}, "createdBy": by,
            "createdAt": iso(said.at), "savedReplyId": 0, "_embedded": {"attachments": []},
        }  # fmt: skip

    def _moved(self, move: Moved) -> tuple[datetime, int, dict[str, Any]]:
        by = user(AGENTS[0]) if move.actor == "agent" else {"id": 501, "type": "customer"}
        return move.at, move.number, {
            "id": move.number, "type": "lineitem", "status": STATUSES[move.after], "state": "published",
            "action": {"type": "default", "associatedEntities": {}}, "createdBy": by, "createdAt": iso(move.at),
        }  # fmt: skip

    # -- webhooks

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        told = self.shown(self.desk.items[number], embed=True)
        return signed(json.dumps(told).encode(), secret, "convo.status")


def signed(body: bytes, secret: str, event: str) -> tuple[bytes, dict[str, str]]:
    mac = hmac.new(secret.encode(), body, hashlib.sha1).digest()
    return body, {"X-HelpScout-Event": event, "X-HelpScout-Signature": base64.b64encode(mac).decode()}


def user(number: int) -> dict[str, Any]:
    first, _, last = PEOPLE.get(number, "Help Scout").partition(" ")
    return {"id": number, "type": "user", "first": first, "last": last, "email": f"{first.lower()}@example.com"}
