"""Redmine on loopback: the list of issues, one issue with its journals, statuses, and who is signed in.

What it refuses, cuts and hides is what a real Redmine 5.0 does; `make live` holds the connector against such a one.
"""

import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from helpdesks.desk import AGENTS, BOT, PEOPLE, Item, Moved, Said
from helpdesks.server import Helpdesk, answer

SECOND = timedelta(seconds=1)
DEFAULT_LIMIT, LARGEST_LIMIT = 25, 100
MOMENT = re.compile(r">=(\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?)")
STATUSES = {
    "new": (1, "New", False), "open": (2, "In Progress", False), "pending": (4, "Feedback", False),
    "solved": (5, "Closed", True), "closed": (6, "Rejected", True),
}  # fmt: skip
PROJECT = {"id": 1, "name": "Shop"}


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Server(Helpdesk):
    kind = "redmine"

    def __init__(self) -> None:
        super().__init__()
        self.public: set[int] = set()
        """Issues that anybody sees, with a wrong key too."""
        self.hidden: set[int] = set()
        """Issues that were moved where this key does not see them."""
        self.born_closed: set[int] = set()

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "api_key": self.secret}

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path == "/issues.json"

    def is_part(self, asked: Request) -> bool:
        return asked.path.startswith("/issues/")

    def visible(self) -> list[Item]:
        """Without what was deleted: it is gone for good, and in no list."""
        return [item for item in super().visible() if not item.deleted]

    def truth(self, item: Item) -> dict[str, object]:
        """Redmine knows neither merging nor spam."""
        return {**item.truth(), "excluded": None}

    def routes(self, app: Flask) -> None:
        app.get("/users/current.json")(self.current)
        app.get("/issue_statuses.json")(self.statuses)
        app.get("/issues.json")(self.issues)
        app.get("/issues/<int:number>.json")(self.issue)

    @property
    def _signed_in(self) -> bool:
        return request.headers.get("X-Redmine-API-Key") == self.secret

    def current(self) -> Response:
        """The one place where a wrong key is an error."""
        return answer({"user": {"id": 7, "login": "lens"}}) if self._signed_in else Response("", 401)

    def statuses(self) -> Response:
        rows = [{"id": number, "name": name, "is_closed": closed} for number, name, closed in STATUSES.values()]
        return answer({"issue_statuses": rows})

    def issues(self) -> Response:
        """Open ones alone, where no status is asked for; a limit that is too large is cut without a word."""
        asked = request.args
        if asked.get("project_id", "shop") != "shop":
            return Response("", 404)
        moment = MOMENT.fullmatch(asked.get("updated_on", ">=1970-01-01"))
        if moment is None:
            return answer({"errors": ["Updated is invalid"]}, 422)
        since = datetime.fromisoformat(moment[1] if "T" in moment[1] else f"{moment[1]}T00:00:00+00:00")
        rows = [item for item in self.visible() if self._is_seen(item) and item.updated_at > since - SECOND]
        if asked.get("status_id") != "*":
            rows = [item for item in rows if not item.is_solved]
        if not asked.get("sort", "").startswith("updated_on:asc"):
            rows.reverse()
        limit = min(max(asked.get("limit", DEFAULT_LIMIT, int), 1), LARGEST_LIMIT, self.page)
        offset = asked.get("offset", 0, int)
        told = [self._listed(item) for item in rows[offset : offset + limit]]
        return answer({"issues": told, "total_count": len(rows), "offset": offset, "limit": limit})

    def issue(self, number: int) -> Response:
        item = self.desk.items.get(number)
        if item is None or item.deleted:
            return Response("", 404)
        if not self._is_seen(item):
            return Response("", 403 if self._signed_in else 401)
        told = self._listed(item)
        if "journals" in request.args.get("include", ""):
            told["journals"] = [self._journal(item, one) for one in self._done(item)]
        return answer({"issue": told})

    def _is_seen(self, item: Item) -> bool:
        return item.number not in self.hidden if self._signed_in else item.number in self.public

    def _listed(self, item: Item) -> dict[str, Any]:
        number, name, closed = STATUSES[item.status]
        closings = [item.created_at] * (item.number in self.born_closed) + item.solves
        told = {
            "id": item.number,
            "project": PROJECT,
            "tracker": {"id": 3, "name": "Support"},
            "status": {"id": number, "name": name, "is_closed": closed},
            "priority": {"id": 2, "name": "Normal"},
            "author": {"id": item.requester, "name": PEOPLE[item.requester]},
            "subject": item.subject,
            "description": item.body,
            "start_date": item.created_at.date().isoformat(),
            "due_date": None,
            "done_ratio": 0,
            "is_private": False,
            "estimated_hours": None,
            "custom_fields": [{"id": 1, "name": "Plan", "value": "pro"}],
            "created_on": iso(item.created_at),
            "updated_on": iso(item.updated_at),
            "closed_on": iso(closings[-1]) if closings else None,
        }
        if item.assignee:
            told["assigned_to"] = {"id": item.assignee, "name": PEOPLE[item.assignee]}
        return told

    def _done(self, item: Item) -> list[Said | Moved]:
        """What has a journal: all but the description, in order."""
        return sorted((*item.said[1:], *item.moved), key=lambda one: (one.at, one.number))

    def _journal(self, item: Item, one: Said | Moved) -> dict[str, Any]:
        who = {"customer": item.requester, "agent": AGENTS[0], "bot": BOT}
        author = one.author if isinstance(one, Said) else one.actor
        told: dict[str, Any] = {
            "id": one.number,
            "user": {"id": who[author], "name": PEOPLE.get(who[author], "Robot")},
            "notes": one.body if isinstance(one, Said) else None,
            "created_on": iso(one.at),
            "private_notes": isinstance(one, Said) and not one.public,
            "details": [],
        }
        if isinstance(one, Moved):
            before, after = (str(STATUSES[status][0]) for status in (one.before, one.after))
            moved = {"property": "attr", "name": "status_id", "old_value": before, "new_value": after}
            assigned = {"property": "attr", "name": "assigned_to_id", "old_value": None, "new_value": "901"}
            told["details"] = [assigned, moved]
        return told

    # -- webhooks

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        event = {
            "type": "issue.updated", "timestamp": iso(self.desk.now),
            "data": {"issue": self._listed(self.desk.items[number])},
        }  # fmt: skip
        return signed(event, secret)


def signed(event: dict[str, Any], secret: str) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(event).encode()
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {"X-Redmine-Signature-256": f"sha256={mac}", "User-Agent": "Redmine"}
