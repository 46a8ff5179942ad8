"""Zendesk on loopback: the incremental cursor export, one ticket, its audits."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from helpdesks.desk import AGENTS, GROUPS, ORGANIZATIONS, PEOPLE, Item
from helpdesks.server import Helpdesk, answer

from ticketlens.connector import Hook

NEWEST = timedelta(minutes=1)


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Server(Helpdesk):
    kind = "zendesk"
    spec = "zendesk/openapi.yaml.gz"

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "email": "lead@example.com", "token": self.secret, "conversations": "yes"}

    def is_ticket_list(self, asked: Request) -> bool:
        return "/incremental/" in asked.path

    def is_part(self, asked: Request) -> bool:
        return asked.path.endswith("/audits.json")

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        app.get("/api/v2/incremental/tickets/cursor.json")(self.export)
        app.get("/api/v2/tickets/<int:number>.json")(self.ticket)
        app.get("/api/v2/help_center/articles.json")(self.articles)
        app.get("/api/v2/tickets/<int:number>/audits.json")(self.audits)

    def _sign_in(self) -> Response | None:
        told = request.authorization
        if told is None or (told.username, told.password) != ("lead@example.com/token", self.secret):
            return answer({"error": "Couldn't authenticate you"}, 401)
        return None

    def export(self) -> Response:
        """The newest minute is left out; the cursor is the place after the last row that was told."""
        cursor = request.args.get("cursor")
        if cursor is None and "start_time" not in request.args:
            return answer({"error": "StartTimeMissing"}, 400)
        if cursor is None:
            after: list[Any] = [int(request.args["start_time"]), -1]
        elif (found := self._opened(cursor)) is None:
            return answer({"error": "InvalidCursor", "description": "the cursor is not valid any more"}, 400)
        else:
            after = found
        ready = [one for one in self.desk.by_change() if one.updated_at <= self.desk.now - NEWEST]
        rows = [one for one in ready if [int(one.updated_at.timestamp()), one.number] > after]
        page = rows[: min(self.page, int(request.args.get("per_page", 1000)))]
        if page:
            after = [int(page[-1].updated_at.timestamp()), page[-1].number]
        body = {
            "tickets": [self.shown(one) for one in page],
            "after_cursor": base64.b64encode(json.dumps([*after, self.era]).encode()).decode(),
            "after_url": None,
            "before_cursor": None,
            "end_of_stream": len(page) == len(rows),
        }
        return answer({**body, **self.beside(*page)})

    era = 1
    """Cursors of another era are refused."""

    def _opened(self, cursor: str) -> list[Any] | None:
        *after, era = json.loads(base64.b64decode(cursor))
        return after if era == self.era else None

    def ticket(self, number: int) -> Response:
        item = self.desk.items.get(number)
        if item is None or item.deleted:
            return answer({"error": "RecordNotFound"}, 404)
        return answer({"ticket": self.shown(item), **self.beside(item)})

    help_centre: list[dict[str, Any]] | None = None
    """The articles as Zendesk shows them, translations inside; None: there is no help centre."""

    def articles(self) -> Response:
        if self.help_centre is None:
            return answer({"error": "RecordNotFound", "description": "Not found"}, 404)
        start = int(request.args.get("page[after]", 0))
        rows = self.help_centre[start : start + self.page]
        if "translations" not in request.args.get("include", ""):
            rows = [{name: value for name, value in one.items() if name != "translations"} for one in rows]
        more = start + self.page < len(self.help_centre)
        query = f"page[size]=100&include=translations&page[after]={start + self.page}"
        following = f"{self.url}/api/v2/help_center/articles.json?{query}" if more else None
        return answer({"articles": rows, "meta": {"has_more": more}, "links": {"next": following}})

    def audits(self, number: int) -> Response:
        item = self.desk.items.get(number)
        if item is None or item.deleted:
            return answer({"error": "RecordNotFound"}, 404)
        told = sorted(self._audits(item), key=lambda one: (one["created_at"], one["id"]))
        start = int(request.args.get("page[after]", 0))
        rows = told[start : start + self.page]
        more = start + self.page < len(told)
        asked = f"page[size]=100&page[after]={start + self.page}&include=users"
        following = f"{self.url}/api/v2/tickets/{number}/audits.json?{asked}"
        links = {"next": following if more else None}
        writers = {one["author_id"] for one in rows} if request.args.get("include") == "users" else set()
        beside = {"users": [self.user(one) for one in PEOPLE if one in writers]}
        return answer({"audits": rows, "meta": {"has_more": more}, "links": links, **beside})

    def _audits(self, item: Item) -> list[dict[str, Any]]:
        def audit(number: int, at: datetime, author: int, event: dict[str, Any]) -> dict[str, Any]:
            return {
                "id": number,
                "ticket_id": item.number,
                "created_at": iso(at),
                "author_id": author,
                "events": [event],
            }

        who = {"customer": item.requester, "agent": AGENTS[0], "bot": -1}
        told = [
            audit(one.number, one.at, who[one.author], {
                "id": one.number, "type": "Comment", "author_id": who[one.author], "public": one.public,
                "body": one.body,
            })
            for one in item.said
        ]  # fmt: skip
        told += [
            audit(one.number, one.at, who[one.actor], {
                "id": one.number, "type": "Change", "field_name": "status",
                "previous_value": one.before, "value": one.after,
            })
            for one in item.moved
        ]  # fmt: skip
        return told

    def beside(self, *items: Item) -> dict[str, Any]:
        """Of the users those whom the tickets name: not who wrote in them."""
        named = {number for item in items for number in (item.requester, item.assignee)}
        users = [self.user(number) for number in PEOPLE if number in named]
        groups = [{"id": number, "name": name} for number, name in GROUPS.items()]
        organizations = [{"id": number, "name": name} for number, name in ORGANIZATIONS.items()]
        return {"users": users, "groups": groups, "organizations": organizations, "brands": []}

    def user(self, number: int) -> dict[str, Any]:
        role = "agent" if number in AGENTS else "end-user"
        return {"id": number, "name": PEOPLE[number], "role": role, "locale": "en-US"}

    def shown(self, item: Item) -> dict[str, Any]:
        tags = [*item.tags, *(["closed_by_merge"] if item.merged_into else [])]
        rating = {"score": "unoffered"} if item.rated is None else {
            "score": "good" if item.rated[1] else "bad", "comment": item.rated[2]
        }  # fmt: skip
        told = {
            "id": item.number,
            "url": f"{self.url}/api/v2/tickets/{item.number}.json",
            "subject": item.subject,
            "raw_subject": item.subject,
            "description": item.body,
            "status": "deleted" if item.deleted else item.status,
            "priority": item.priority,
            "type": "question",
            "via": {"channel": item.channel, "source": {"from": {}, "to": {}, "rel": None}},
            "tags": tags,
            "requester_id": item.requester,
            "submitter_id": AGENTS[0] if item.said[0].author == "agent" else item.requester,
            "assignee_id": item.assignee,
            "group_id": item.group,
            "organization_id": item.organization,
            "created_at": iso(item.created_at),
            "updated_at": iso(item.updated_at),
            "generated_timestamp": int(item.updated_at.timestamp()),
            "satisfaction_rating": rating,
            "custom_fields": [],
            "fields": [],
        }
        return told if item.deleted else {**told, "metric_set": self._metrics(item)}

    def _metrics(self, item: Item) -> dict[str, Any]:
        def minutes(at: datetime | None) -> dict[str, Any]:
            spent = None if at is None else int((at - item.created_at).total_seconds() // 60)
            return {"calendar": spent, "business": spent}

        solves = item.solves
        return {
            "solved_at": iso(solves[-1]) if solves and item.is_solved else None,
            "reopens": item.reopens,
            "replies": len(item.said) - 1,
            "reply_time_in_minutes": minutes(item.first_reply_at),
            "first_resolution_time_in_minutes": minutes(solves[0] if solves else None),
            "full_resolution_time_in_minutes": minutes(solves[-1] if solves and item.is_solved else None),
        }

    def specified(self, number: int) -> list[dict[str, Any]]:
        auth = ("lead@example.com/token", self.secret)
        export = "/api/v2/incremental/tickets/cursor"
        one = "/api/v2/tickets"
        return [
            {"method": "GET", "path": export, "url": f"{export}.json?start_time=0", "auth": auth},
            {"method": "GET", "path": f"{one}/{{ticket_id}}", "url": f"{one}/{number}.json", "auth": auth},
            {
                "method": "GET",
                "path": f"{one}/{{ticket_id}}/audits",
                "url": f"{one}/{number}/audits.json",
                "auth": auth,
            },
        ]

    # -- webhooks

    def forged(self, hook: Hook) -> list[Hook]:
        stale = (hook.at - timedelta(minutes=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        mac = hmac.new(b"another secret", stale.encode() + hook.body, hashlib.sha256).digest()
        signed = {**hook.headers, "x-zendesk-webhook-signature-timestamp": stale}
        old = {**signed, "x-zendesk-webhook-signature": base64.b64encode(mac).decode()}
        late = replace(hook, at=hook.at + timedelta(minutes=6))
        return [*super().forged(hook), late, *(replace(hook, headers=told) for told in (signed, old))]

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        event = {
            "account_id": 1, "id": "cbe4028c-7239-495d-b020-f22348516046", "time": iso(self.desk.now),
            "type": "zen:event-type:ticket.status_changed", "subject": f"zen:ticket:{number}",
            "zendesk_event_version": "2022-11-06", "detail": {"id": str(number), "status": "SOLVED"},
            "event": {"current": "SOLVED", "previous": "OPEN"},
        }  # fmt: skip
        body, stamp = json.dumps(event).encode(), iso(self.desk.now)
        mac = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
        return body, {
            "x-zendesk-webhook-signature": base64.b64encode(mac).decode(),
            "x-zendesk-webhook-signature-timestamp": stamp,
            "x-zendesk-webhook-invocation-id": f"inv-{number}",
        }
