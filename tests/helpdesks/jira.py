"""Jira Cloud on loopback: search by JQL with page tokens, changelogs in bulk, comments, what it says of itself.

Its quirks: a search names ids alone unless fields are asked for, knows minutes in the account's time zone, lags behind,
and gives short pages; a token belongs to its query, and tells the last row by what the list is sorted by.
"""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Request, Response, request
from helpdesks.desk import AGENTS, BOT, CUSTOMERS, GROUPS, ORGANIZATIONS, PEOPLE, Item, Moved, Said
from helpdesks.server import Helpdesk, answer

from ticketlens.connector import Hook

LAG = timedelta(seconds=30)
EMAIL = "lead@example.com"
STATUSES = {
    "new": ("10000", "Open", "new"),
    "open": ("3", "In Progress", "indeterminate"),
    "pending": ("10001", "Waiting for customer", "indeterminate"),
    "solved": ("5", "Resolved", "done"),
    "closed": ("6", "Closed", "done"),
}
CATEGORIES = {"new": 2, "indeterminate": 4, "done": 3}
PRIORITIES = {"low": "Low", "normal": "Medium", "high": "High", "urgent": "Highest"}
CHANNELS = {"email": "email", "web": "portal", "api": "api", "chat": "chat"}
_SERVICE = "com.atlassian.servicedesk"
CUSTOM = {
    "customfield_10002": ("Organizations", f"{_SERVICE}:sd-customer-organizations"),
    "customfield_10010": ("Request Type", f"{_SERVICE}:vp-origin"),
    "customfield_10030": ("Satisfaction", f"{_SERVICE}:sd-request-feedback"),
    "customfield_10031": ("Satisfaction date", f"{_SERVICE}:sd-request-feedback-date"),
    "customfield_10040": ("Time to resolution", f"{_SERVICE}:sd-sla-field"),
    "customfield_10041": ("Time to first response", f"{_SERVICE}:sd-sla-field"),
    "customfield_10050": ("Request language", f"{_SERVICE}.servicedesk-lingo-integration-plugin:sd-request-language"),
    "customfield_10060": ("Team", "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team"),
}
QUERY = re.compile(
    r'project in \((?P<projects>"(?:[^"\\]|\\.)*"(?:, "(?:[^"\\]|\\.)*")*)\)'
    r'(?: AND updated >= "(?P<since>\d{4}-\d\d-\d\d \d\d:\d\d)" ORDER BY updated ASC, key ASC)?'
)
ALWAYS = ("summary", "status", "created", "updated")


def document(text: str) -> dict[str, Any]:
    lines = [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in text.split("\n") if line]
    return {"type": "doc", "version": 1, "content": lines}


class Server(Helpdesk):
    kind = "jira"
    spec = "jira/swagger-v3.v3.json.gz"
    project = "SUP"
    zone = ZoneInfo("America/St_Johns")
    embedded = 1
    """Comments that come with an issue."""

    comments_a_page = 2
    changes_a_page = 4
    epoch_changes = False
    newest_first = False
    sets_resolution = True
    tokens_are_places = False
    """Places in a list that moves, the worst that they may be."""

    def __init__(self) -> None:
        super().__init__()
        self.searches = 0

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "email": EMAIL, "token": self.secret, "project": self.project}

    def visible(self) -> list[Item]:
        """What is deleted is there no more."""
        return [item for item in super().visible() if not item.deleted]

    def truth(self, item: Item) -> dict[str, object]:
        """Jira has no word for spam, and none for a merge: its API tells neither."""
        return {**item.truth(), "excluded": None}

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path.endswith("/search/jql")

    def is_part(self, asked: Request) -> bool:
        return asked.path.endswith(("/comment", "/changelog/bulkfetch", "/feedback"))

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        at = "/rest/api/3"
        app.post(f"{at}/search/jql")(self.search)
        app.post(f"{at}/search/approximate-count")(self.count)
        app.post(f"{at}/changelog/bulkfetch")(self.changelogs)
        app.get(f"{at}/myself")(self.myself)
        app.get(f"{at}/status")(self.statuses)
        app.get(f"{at}/field")(self.custom_fields)
        app.get(f"{at}/serverInfo")(self.server)
        app.get(f"{at}/issue/<int:number>")(self.issue)
        app.get(f"{at}/issue/<int:number>/comment")(self.comments)
        app.get("/rest/servicedeskapi/request/<int:number>/feedback")(self.feedback)
        app.route(f"{at}/search", methods=["GET", "POST"])(lambda: answer(_errors("CHANGE-2046: removed"), 410))

    def _sign_in(self) -> Response | None:
        """A wrong sign-in is nobody's: nobody may search, and finds nothing."""
        told = request.authorization
        if told is not None and (told.username, told.password) == (EMAIL, self.secret):
            return None
        if request.path.endswith("/search/jql"):
            return answer({"issues": [], "isLast": True})
        return answer(_errors("Client must be authenticated to access this resource."), 401)

    # -- search

    def search(self) -> Response:
        asked = request.get_json()
        query = QUERY.fullmatch(asked.get("jql", ""))
        if query is None or query["since"] is None:
            return answer(_errors("Error in the JQL Query, or it is unbounded."), 400)
        if (wrong := self._wrong_project(query["projects"])) is not None:
            return wrong
        rows = self._changed_since(query["since"])
        start = 0
        if "nextPageToken" in asked:
            opened = self._opened(asked["nextPageToken"], asked["jql"], rows)
            if opened is None:
                return answer(_errors("The provided next page token is invalid or expired."), 400)
            start = opened
        self.searches += 1
        short = max(self.page - 1, 1) if self.searches % 3 == 0 else self.page
        page = rows[start : start + min(short, int(asked.get("maxResults", 50)))]
        end = start + len(page)
        names, properties = asked.get("fields") or ["id"], asked.get("properties", [])
        told: dict[str, Any] = {
            "issues": [self._chosen(item, names, properties) for item in page],
            "isLast": end >= len(rows),
        }
        if end < len(rows):
            told["nextPageToken"] = self.token_after(rows[:end], asked["jql"])
        return answer(told)

    def count(self) -> Response:
        query = QUERY.fullmatch(request.get_json().get("jql", ""))
        if query is None:
            return answer(_errors("Error in the JQL Query."), 400)
        return answer({"count": len(self.visible())})

    def _wrong_project(self, written: str) -> Response | None:
        for name in json.loads(f"[{written}]"):
            if name != self.project:
                return answer(_errors(f"The value '{name}' does not exist for the field 'project'."), 400)
        return None

    def _changed_since(self, minute: str) -> list[Item]:
        """A minute that the clocks show twice is taken for the later of the two."""
        local = datetime.strptime(minute, "%Y-%m-%d %H:%M").replace(tzinfo=self.zone, fold=1)
        return [one for one in self.visible() if local.astimezone(UTC) <= one.updated_at <= self.desk.now - LAG]

    era = 1
    """Tokens of another era have expired."""

    def token_after(self, rows: list[Item], jql: str) -> str:
        place = [len(rows), *([rows[-1].updated_at.isoformat(), rows[-1].number] if rows else ["", 0])]
        return base64.b64encode(json.dumps([*place, jql, self.era]).encode()).decode()

    def _opened(self, token: str, jql: str, rows: list[Item]) -> int | None:
        place, updated, number, of, era = json.loads(base64.b64decode(token))
        if (of, era) != (jql, self.era):
            return None
        if self.tokens_are_places:
            return int(place)
        return sum((one.updated_at.isoformat(), one.number) <= (updated, number) for one in rows)

    # -- an issue

    def issue(self, number: int) -> Response:
        item = self._item(number)
        if item is None:
            return answer(_errors("Issue does not exist or you do not have permission to see it."), 404)
        names = request.args.get("fields", "*all").split(",")
        return answer(self._chosen(item, names, request.args.get("properties", "").split(",")))

    def _item(self, number: int) -> Item | None:
        return next((item for item in self.visible() if item.number == number), None)

    def _chosen(self, item: Item, names: list[str], properties: list[str]) -> dict[str, Any]:
        told = {"id": str(item.number), "self": f"{self.url}/rest/api/3/issue/{item.number}"}
        if names == ["id"]:
            return told
        fields = self.fields_of(item)
        chosen = fields if "*all" in names else {name: value for name, value in fields.items() if name in names}
        kept = {"request.channel.type": {"value": CHANNELS.get(item.channel, "jira")}}
        asked = {name: value for name, value in kept.items() if name in properties}
        return {
            **told,
            "key": f"{self.project}-{item.number}",
            "fields": chosen,
            **({"properties": asked} if asked else {}),
        }

    def fields_of(self, item: Item) -> dict[str, Any]:
        moment = self.moment
        done = item.solves[-1] if item.is_solved and item.solves else None
        changed = item.moved[-1].at if item.moved else item.created_at
        organization = ORGANIZATIONS.get(item.organization or 0)
        return {
            "summary": item.subject,
            "description": document(item.body) if item.body else None,
            "status": self._status(item.status),
            "resolution": {"id": "10000", "name": "Done"} if done and self.sets_resolution else None,
            "resolutiondate": moment(done) if done and self.sets_resolution else None,
            "statuscategorychangedate": moment(changed),
            "priority": {"id": "3", "name": PRIORITIES[item.priority]} if item.priority else None,
            "labels": list(item.tags),
            "components": [{"id": "1", "name": "Login"}],
            "reporter": self._user(item.requester),
            "assignee": self._user(item.assignee) if item.assignee else None,
            "project": {"id": "10100", "key": self.project, "name": "Support"},
            "issuetype": {"id": "10005", "name": "[System] Incident", "subtask": False},
            "created": moment(item.created_at),
            "updated": moment(item.updated_at),
            "comment": self._comment_page(item, 0, self.embedded),
            "customfield_10002": [{"id": str(item.organization), "name": organization}] if organization else [],
            "customfield_10010": {"requestType": {"id": "25", "name": "Report a problem"}},
            "customfield_10030": {"rating": 5 if item.rated[1] else 1} if item.rated else None,
            "customfield_10031": moment(item.rated[0]) if item.rated else None,
            "customfield_10040": {"id": "1", "name": "Time to resolution", "completedCycles": []},
            "customfield_10041": self._first_response(item),
            "customfield_10050": {"languageCode": item.language, "displayName": "?"} if item.language else None,
            "customfield_10060": {"id": "t1", "name": GROUPS[item.group]} if item.group else None,
        }

    def _first_response(self, item: Item) -> dict[str, Any]:
        at = item.first_reply_at
        cycles = [] if at is None else [
            {"startTime": {"epochMillis": _millis(item.created_at)}, "stopTime": {"epochMillis": _millis(at)}}
        ]  # fmt: skip
        return {"id": "2", "name": "Time to first response", "completedCycles": cycles}

    def moment(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M:%S.000%z")

    def _status(self, word: str) -> dict[str, Any]:
        id_, name, category = STATUSES[word]
        kind = {"id": CATEGORIES[category], "key": category, "name": category.title(), "colorName": "green"}
        return {"id": id_, "name": name, "statusCategory": kind}

    def _user(self, number: int) -> dict[str, Any]:
        kind = "app" if number == BOT else "customer" if number in CUSTOMERS else "atlassian"
        return {"accountId": account(number), "accountType": kind, "active": True,
                "displayName": PEOPLE.get(number, "Automation")}  # fmt: skip

    # -- its parts

    def comments(self, number: int) -> Response:
        item = self._item(number)
        if item is None:
            return answer(_errors("Issue does not exist or you do not have permission to see it."), 404)
        limit = min(self.comments_a_page, int(request.args.get("maxResults", 100)))
        return answer(self._comment_page(item, int(request.args.get("startAt", 0)), limit))

    def _comment_page(self, item: Item, start: int, limit: int) -> dict[str, Any]:
        """The description is no comment."""
        held = [self._comment(one, item) for one in item.said[1:]]
        return {"comments": held[start : start + limit], "startAt": start, "maxResults": limit, "total": len(held)}

    def _comment(self, one: Said, item: Item) -> dict[str, Any]:
        who = {"customer": item.requester, "agent": AGENTS[0], "bot": BOT}[one.author]
        return {
            "id": str(one.number),
            "author": self._user(who),
            "body": document(one.body),
            "created": self.moment(one.at),
            "updated": self.moment(one.at),
            "jsdPublic": one.public,
        }

    def changelogs(self) -> Response:
        """Some changes a page, those of an issue together, and of the others on later pages."""
        asked = request.get_json()
        ids = asked.get("issueIdsOrKeys", [])
        if not 1 <= len(ids) <= 1000 or len(asked.get("fieldIds", [])) > 10:
            return answer(_errors("Between 1 and 1000 issues, and at most 10 fields."), 400)
        items = [item for item in self.visible() if str(item.number) in ids]
        told = [(move, item) for item in items for move in item.moved]
        told.sort(key=lambda one: (one[0].at, one[0].number), reverse=self.newest_first)
        start = int(asked.get("nextPageToken", "0"))
        end = start + min(self.changes_a_page, int(asked.get("maxResults", 1000)))
        grouped: dict[str, list[dict[str, Any]]] = {}
        for move, item in told[start:end]:
            grouped.setdefault(str(item.number), []).append(self._change(move, item))
        logs = [{"issueId": id_, "changeHistories": changes} for id_, changes in grouped.items()]
        return answer({"issueChangeLogs": logs, **({"nextPageToken": str(end)} if end < len(told) else {})})

    def _change(self, move: Moved, item: Item) -> dict[str, Any]:
        who = {"customer": item.requester, "agent": AGENTS[0], "bot": BOT}.get(move.actor, AGENTS[0])
        before, after = STATUSES[move.before], STATUSES[move.after]
        created = int(move.at.timestamp()) if self.epoch_changes else self.moment(move.at)
        item_ = {"field": "status", "fieldId": "status", "fieldtype": "jira", "from": before[0], "to": after[0],
                 "fromString": before[1], "toString": after[1]}  # fmt: skip
        return {"id": str(move.number), "author": self._user(who), "created": created, "items": [item_]}

    def feedback(self, number: int) -> Response:
        item = self._item(number)
        if request.headers.get("X-ExperimentalApi") != "opt-in":
            return answer(_errors("This API is experimental."), 412)
        if item is None or item.rated is None:
            return answer(_errors("There is no feedback."), 404)
        rating = 5 if item.rated[1] else 1
        return answer({"type": "csat", "rating": rating, "comment": {"body": item.rated[2]}})

    # -- what it says of itself

    def myself(self) -> Response:
        return answer({**self._user(AGENTS[0]), "emailAddress": EMAIL, "timeZone": str(self.zone)})

    def statuses(self) -> Response:
        return answer([self._status(word) for word in STATUSES])

    def custom_fields(self) -> Response:
        own = [
            {
                "id": id_,
                "key": id_,
                "name": name,
                "custom": True,
                "schema": {"type": "any", "custom": kind, "customId": 1},
            }
            for id_, (name, kind) in CUSTOM.items()
        ]
        system = {"id": "summary", "key": "summary", "name": "Summary", "custom": False}
        return answer([{**system, "schema": {"type": "string", "system": "summary"}}, *own])

    def server(self) -> Response:
        return answer({"baseUrl": self.url, "deploymentType": "Cloud", "serverTitle": "Jira"})

    def specified(self, number: int) -> list[dict[str, Any]]:
        auth, at = (EMAIL, self.secret), "/rest/api/3"
        jql = f'project in ("{self.project}") AND updated >= "2020-01-01 00:00" ORDER BY updated ASC, key ASC'
        posts = {
            f"{at}/search/jql": {"jql": jql, "fields": ["*all"], "properties": ["request.channel.type"]},
            f"{at}/search/approximate-count": {"jql": f'project in ("{self.project}")'},
            f"{at}/changelog/bulkfetch": {"issueIdsOrKeys": [str(number)], "fieldIds": ["status"]},
        }
        gets = {f"{at}/{name}": f"{at}/{name}" for name in ("myself", "status", "field", "serverInfo")}
        one = f"{at}/issue/{{issueIdOrKey}}"
        gets |= {one: f"{at}/issue/{number}", f"{one}/comment": f"{at}/issue/{number}/comment"}
        return [
            *(
                {"method": "POST", "path": path, "url": path, "json": body, "auth": auth}
                for path, body in posts.items()
            ),
            *({"method": "GET", "path": path, "url": url, "auth": auth} for path, url in gets.items()),
        ]

    # -- webhooks

    event = "jira:issue_updated"

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        item = self.desk.items[number]
        event = {
            "timestamp": _millis(self.desk.now), "webhookEvent": self.event, "user": self._user(AGENTS[0]),
            "issue": self._chosen(item, ["summary", "status", "project"], []), "changelog": {"id": "1", "items": []},
        }  # fmt: skip
        body = json.dumps(event).encode()
        return body, {
            "X-Hub-Signature": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}",
            "X-Atlassian-Webhook-Identifier": f"hook-{number}",
            "X-Atlassian-Webhook-Flow": "Primary",
        }

    def forged(self, hook: Hook) -> list[Hook]:
        """A signature without its kind, or of another kind, is none."""
        given = hook.headers["x-hub-signature"].removeprefix("sha256=")
        weak = hmac.new(b"another secret", hook.body, hashlib.sha1).hexdigest()
        others = [
            {**hook.headers, "x-hub-signature": told} for told in (given, f"sha1={given}", f"sha1={weak}", "sha256=")
        ]
        return [*super().forged(hook), *(replace(hook, headers=headers) for headers in others)]


def account(number: int) -> str:
    return f"5b10a2844c20165700ede{number}"


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _errors(*said: str) -> dict[str, Any]:
    return {"errorMessages": list(said), "errors": {}}
