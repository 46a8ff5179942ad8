"""GitHub Issues on loopback: a repository, its issues (pull requests among them), their timelines.

Where the docs leave room, the harder reading is taken: `since` leaves its own second out, and pages are offsets.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response, redirect, request
from helpdesks.desk import AGENTS, BOT, PEOPLE, Item
from helpdesks.server import Helpdesk, answer

IDS = 444_000_000
NUMBERS = 1_000
OLD, NOW = "acme/old-shop", "acme/shop"
DEFAULTS = {"state": "open", "sort": "created", "direction": "desc", "per_page": "30", "page": "1"}


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Server(Helpdesk):
    """`moved`: issues that are now in another repository; `off`: issues are turned off."""

    kind = "github"
    repo = NOW
    off = False

    def __init__(self) -> None:
        self.moved: set[int] = set()
        super().__init__()

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "repo": self.repo, "token": self.secret}

    def id_of(self, number: int) -> str:
        return str(IDS + number)

    def visible(self) -> list[Item]:
        return [one for one in super().visible() if not one.deleted and one.number not in self.moved]

    def truth(self, item: Item) -> dict[str, object]:
        """A duplicate is another person's report of the same problem: it is closed, and counts."""
        told = item.truth()
        return {**told, "excluded": None} if told["excluded"] == "merged" else told

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path.endswith("/issues")

    def is_part(self, asked: Request) -> bool:
        return asked.path.endswith("/timeline")

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        app.get(f"/repos/{OLD}")(lambda: redirect(f"{self.url}/repositories/7", 301))
        app.get(f"/repos/{NOW}", endpoint="named")(self.repository)
        app.get("/repositories/7", endpoint="numbered")(self.repository)
        app.get(f"/repos/{NOW}/issues")(self.issues)
        app.get(f"/repos/{NOW}/issues/<int:number>")(self.issue)
        app.get(f"/repos/{NOW}/issues/<int:number>/timeline")(self.timeline)
        app.get("/repositories/8/issues/<int:number>", endpoint="elsewhere")(self.elsewhere)

    def _sign_in(self) -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.secret}":
            return answer({"message": "Bad credentials"}, 401)
        return None

    def repository(self) -> Response:
        return answer({"id": 7, "full_name": NOW, "has_issues": not self.off})

    def issues(self) -> Response:
        """As without any parameter: the open ones, the newest first."""
        if self.off:
            return answer({"message": "Issues has been disabled in this repository."}, 410)
        asked = {**DEFAULTS, **request.args}
        column = {"updated": "updated_at", "created": "created_at"}[asked["sort"]]
        rows = [row for row in self._rows() if asked["state"] in ("all", row["state"])]
        rows = [row for row in rows if row["updated_at"] > asked.get("since", "")]
        rows.sort(key=lambda row: (row[column], row["number"]), reverse=asked["direction"] == "desc")
        return self._paged(rows)

    def issue(self, number: int) -> Response:
        item = self.desk.items.get(number + NUMBERS)
        if item is None:
            return answer({"message": "Not Found"}, 404)
        if item.number in self.moved:
            return redirect(f"{self.url}/repositories/8/issues/{number}", 301)  # type: ignore[return-value]
        return answer({"message": "This issue was deleted"}, 410) if item.deleted else answer(self.shown(item))

    def elsewhere(self, number: int) -> Response:
        return answer({**self.shown(self.desk.items[number + NUMBERS]), "id": 1, "number": 1})

    def timeline(self, number: int) -> Response:
        item = self.desk.items.get(number + NUMBERS)
        if item is None or item.deleted or item.number in self.moved:
            return answer({"message": "Not Found"}, 404)
        return self._paged(sorted(self._events(item), key=lambda one: (one["created_at"], one["id"])))

    def _paged(self, rows: Sequence[dict[str, Any]]) -> Response:
        asked = {**DEFAULTS, **request.args}
        size, page = min(self.page, int(asked["per_page"])), int(asked["page"])
        start = size * (page - 1)
        shown = rows[start : start + size]
        if start + size >= len(rows):
            return answer(list(shown))
        query = "&".join(f"{name}={value}" for name, value in {**request.args, "page": page + 1}.items())
        return answer(list(shown), Link=f'<{self.url}{request.path}?{query}>; rel="next"')

    def _rows(self) -> list[dict[str, Any]]:
        there = self.visible()
        return [*map(self.shown, there), *map(self._pull_request, there[::3])]

    def _pull_request(self, item: Item) -> dict[str, Any]:
        own = {"id": IDS * 2 + item.number, "number": item.number, "title": "Mend it", "pull_request": {"url": "x"}}
        return {**self.shown(item), **own, "updated_at": iso(item.created_at)}

    def shown(self, item: Item) -> dict[str, Any]:
        """`closed_at` and `state_reason` are of the last closing alone: open again, they are gone."""
        number = item.number - NUMBERS
        address = f"{self.url}/repos/{NOW}/issues/{number}"
        reason = ("duplicate" if item.merged_into else "completed") if item.is_solved else None
        return {
            "id": IDS + item.number,
            "number": number,
            "url": address,
            "repository_url": f"{self.url}/repos/{NOW}",
            "html_url": f"https://github.com/{NOW}/issues/{number}",
            "title": item.subject,
            "body": item.body,
            "user": person(item.requester),
            "labels": [{"id": 1, "name": tag, "color": "d73a4a"} for tag in item.tags],
            "state": "closed" if item.is_solved else "open",
            "state_reason": reason or ("reopened" if item.reopens else None),
            "locked": item.spam,
            "active_lock_reason": "spam" if item.spam else None,
            "assignee": person(item.assignee) if item.assignee else None,
            "assignees": [person(item.assignee)] if item.assignee else [],
            "milestone": None,
            "comments": len(item.said) - 1,
            "created_at": iso(item.created_at),
            "updated_at": iso(item.updated_at),
            "closed_at": iso(item.solves[-1]) if item.is_solved else None,
            "author_association": "NONE",
            "performed_via_github_app": None,
        }

    def _events(self, item: Item) -> list[dict[str, Any]]:
        """There are no private notes, and no statuses but open and closed; other events stand between."""
        who = {"customer": person(item.requester), "agent": person(AGENTS[0]), "bot": person(BOT)}
        told: list[dict[str, Any]] = [
            {"id": one.number, "event": "commented", "user": who[one.author], "actor": who[one.author],
             "body": one.body, "created_at": iso(one.at), "updated_at": iso(one.at)}
            for one in item.said[1:] if one.public
        ]  # fmt: skip
        for move in item.moved:
            was, now = (word in ("solved", "closed") for word in (move.before, move.after))
            if was != now:
                event = {"event": "closed", "state_reason": "completed"} if now else {"event": "reopened"}
                told.append({"id": move.number, "actor": who[move.actor], "created_at": iso(move.at), **event})
        return [*told, {"id": 0, "event": "labeled", "created_at": iso(item.created_at), "actor": who["agent"]}]

    # -- webhooks

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        event = {
            "action": "closed", "issue": self.shown(self.desk.items[number]), "repository": {"id": 7, "full_name": NOW},
            "sender": person(AGENTS[0]),
        }  # fmt: skip
        return signed(json.dumps(event).encode(), secret, "issues")


def signed(body: bytes, secret: str, event: str) -> tuple[bytes, dict[str, str]]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": f"72d3162e-cc78-11e3-81ab-{mac[:12]}",
        "X-Hub-Signature-256": f"sha256={mac}",
    }


def person(number: int) -> dict[str, Any]:
    name = PEOPLE.get(number, "helper[bot]").split()[0].lower()
    return {"id": number, "login": name, "type": "Bot" if number == BOT else "User", "site_admin": False}
