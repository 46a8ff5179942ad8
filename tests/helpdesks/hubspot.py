"""HubSpot on loopback: search with its cap, batches, associations, the list of archived tickets, names."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from helpdesks.desk import AGENTS, GROUPS, ORGANIZATIONS, PEOPLE, START, Item, Said
from helpdesks.server import Helpdesk, answer

from ticketlens.connector import Hook

TICKETS = "/crm/v3/objects/tickets"
STAGES = {"new": "8001", "pending": "8002", "open": "8003", "solved": "8004", "closed": "8005"}
LABELS = {
    "new": "New",
    "pending": "Waiting on contact",
    "open": "Waiting on us",
    "solved": "Solved",
    "closed": "Closed",
}
CHANNELS = {"email": "EMAIL", "chat": "CHAT", "web": "FORM", "phone": "PHONE"}
ANSWERS = 700_000
PORTAL = 62515


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def refused(status: int, category: str, message: str) -> Response:
    told = {"status": "error", "message": message, "category": category}
    return answer({**told, "correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf"}, status)


class Server(Helpdesk):
    """`cap` rows a search at most, `links` associations a page, what changed within `lag` is not in the index yet.

    `removed`: stages that are no more. `extra`, `mail`: what is told of some tickets and e-mails in place of the truth.
    """

    kind = "hubspot"
    spec = "hubspot/tickets.openapi.json"
    cap = 10_000
    links = 2
    lag = timedelta(seconds=30)
    newest_first = True
    removed: frozenset[str] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.extra: dict[int, dict[str, str | None]] = {}
        self.mail: dict[int, dict[str, str | None]] = {}
        self.unindexed: set[int] = set()
        """Tickets that the search does not find yet."""

    def edit(self, path: str, change: Callable[[Any], Any]) -> None:
        """From now on what is told at paths that end so is told changed."""

        def changed(response: Response) -> Response:
            if request.path.endswith(path):
                response.set_data(json.dumps(change(response.get_json())))
            return response

        self.app.after_request(changed)

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "token": self.secret}

    def visible(self) -> list[Item]:
        """What was deleted or merged is in no list of tickets."""
        return [one for one in super().visible() if not self.is_archived(one)]

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path == f"{TICKETS}/search"

    def is_part(self, asked: Request) -> bool:
        beside = asked.path.endswith("/batch/read") and not asked.path.startswith(TICKETS)
        return beside or asked.path.endswith(("/owners", "/details"))

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        app.post(f"{TICKETS}/search")(self.search)
        app.post(f"{TICKETS}/batch/read")(self.batch)
        app.get(TICKETS)(self.listed)
        app.get(f"{TICKETS}/<id_>")(self.one)
        app.post("/crm/v4/associations/tickets/<kind>/batch/read")(self.associations)
        app.post("/crm/v3/objects/<kind>/batch/read")(self.others)
        app.get("/crm/v3/pipelines/tickets")(self.pipelines)
        app.get("/crm/v3/owners")(self.owners)
        app.get("/account-info/v3/details")(self.account)

    def _sign_in(self) -> Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.secret}":
            return refused(401, "INVALID_AUTHENTICATION", "Authentication credentials not found")
        return None

    # -- tickets

    def search(self) -> Response:
        asked = request.get_json()
        limit, start = int(asked.get("limit", 10)), int(asked.get("after", 0))
        if limit > 200 or len(asked.get("sorts", [])) > 1:
            return refused(400, "VALIDATION_ERROR", "There was a problem with the request.")
        if start + limit > self.cap and start:
            return refused(400, "VALIDATION_ERROR", f"paging.after: more than {self.cap} results")
        rows = [one for one in self.desk.items.values() if self._is_found(one, asked.get("filterGroups", []))]
        for sort in asked.get("sorts", []):
            down = sort["direction"] == "DESCENDING"
            rows.sort(key=lambda one, by=sort["propertyName"]: self._number_of(one, by), reverse=down)  # type: ignore[misc]
        end = min(start + min(limit, self.page), self.cap)
        told: dict[str, Any] = {"total": len(rows), "results": [
            self.shown(one, asked.get("properties", []), calculated=False) for one in rows[start:end]
        ]}  # fmt: skip
        if end < min(len(rows), self.cap):
            told["paging"] = {"next": {"after": str(end), "link": f"?after={end}"}}
        return answer(told)

    def _is_found(self, item: Item, groups: list[dict[str, Any]]) -> bool:
        if self.is_archived(item) or item.number in self.unindexed or self.changed(item) > self.desk.now - self.lag:
            return False
        compare: dict[str, Callable[[int, int], bool]] = {
            "GTE": int.__ge__, "GT": int.__gt__, "LTE": int.__le__, "LT": int.__lt__, "EQ": int.__eq__
        }  # fmt: skip
        return not groups or any(
            all(compare[one["operator"]](self._number_of(item, one["propertyName"]), int(one["value"])) for one in some)
            for some in (group["filters"] for group in groups)
        )

    def _number_of(self, item: Item, name: str) -> int:
        return {"hs_lastmodifieddate": ms(self.changed(item)), "hs_object_id": item.number}[name]

    def batch(self) -> Response:
        """A batch comes in no order that one could build on; what is not there is told beside the rest."""
        asked = request.get_json()
        if {"inputs", "properties", "propertiesWithHistory"} - set(asked):
            return refused(400, "VALIDATION_ERROR", "Invalid input JSON")
        if len(asked["inputs"]) > (most := 50 if asked["propertiesWithHistory"] else 100):
            return refused(400, "VALIDATION_ERROR", f"The maximum number of inputs supported is {most}")
        wants_archived = request.args.get("archived") == "true"
        found = [
            item
            for one in reversed(asked["inputs"])
            if (item := self.desk.items.get(int(one["id"]))) is not None and self.is_archived(item) == wants_archived
        ]
        rows = [self.shown(item, asked["properties"], asked["propertiesWithHistory"]) for item in found]
        return self._batch(rows, len(asked["inputs"]) - len(rows))

    def _batch(self, rows: list[dict[str, Any]], missing: int) -> Response:
        now = iso(self.desk.now)
        told: dict[str, Any] = {"status": "COMPLETE", "results": rows, "startedAt": now, "completedAt": now}
        if not missing:
            return answer(told)
        error = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Could not get some", "errors": []}
        return answer({**told, "numErrors": missing, "errors": [{**error, "context": {}, "links": {}}]}, 207)

    def listed(self) -> Response:
        wants_archived = request.args.get("archived") == "true"
        start, limit = int(request.args.get("after", 0)), int(request.args.get("limit", 10))
        if limit > 100:
            return refused(400, "VALIDATION_ERROR", "limit: at most 100")
        rows = [one for one in self.desk.items.values() if self.is_archived(one) == wants_archived]
        rows = sorted((one for one in rows if one.number > start), key=lambda one: one.number)
        page = rows[: min(limit, self.page)]
        told: dict[str, Any] = {"results": [self.shown(one, ["subject"]) for one in page]}
        if len(rows) > len(page):
            told["paging"] = {"next": {"after": str(page[-1].number), "link": "?"}}
        return answer(told)

    def one(self, id_: str) -> Response:
        item = self.desk.items.get(int(id_)) if id_.isascii() and id_.isdigit() else None
        if item is not None and item.merged_into:
            item = self.desk.items.get(item.merged_into)
        if item is None or self.is_archived(item):
            return refused(404, "OBJECT_NOT_FOUND", "Object not found")
        names = [request.args.get(name, "").split(",") for name in ("properties", "propertiesWithHistory")]
        return answer(self.shown(item, *names))

    # -- a ticket

    def is_archived(self, item: Item) -> bool:
        return item.deleted or item.merged_into is not None

    def changed(self, item: Item) -> datetime:
        """A deletion leaves it as it was; a merge moves that of the ticket that is left."""
        if self.is_archived(item):
            return max([item.created_at, *(one.at for one in item.said), *(one.at for one in item.moved)])
        into = [one.updated_at for one in self.desk.items.values() if one.merged_into == item.number]
        return max([item.updated_at, *into])

    def shown(
        self,
        item: Item,
        properties: list[str],
        history: list[str] | tuple[str, ...] = (),
        *,
        calculated: bool = True,
    ) -> dict[str, Any]:
        known = self._properties(item)
        if not calculated:
            known |= {"time_to_close": None, "time_to_first_agent_reply": None}
        always = ("createdate", "hs_lastmodifieddate", "hs_object_id")
        told: dict[str, Any] = {
            "id": str(item.number),
            "properties": {name: known.get(name) for name in (*always, *properties) if name in known},
            "createdAt": iso(item.created_at),
            "updatedAt": iso(self.changed(item)),
            "archived": self.is_archived(item),
        }
        if self.is_archived(item):
            told["archivedAt"] = iso(item.updated_at)
        if history:
            told["propertiesWithHistory"] = {name: self._history(item, name) for name in history if name in known}
        return told

    def _properties(self, item: Item) -> dict[str, str | None]:
        closed = item.solves[-1] if item.solves and item.is_solved else None
        reply = item.first_reply_at if item.number % 2 else None
        merged = [str(one.number) for one in self.desk.items.values() if one.merged_into == item.number]
        return {
            "subject": item.subject,
            "content": item.body,
            "createdate": iso(item.created_at),
            "hs_lastmodifieddate": iso(self.changed(item)),
            "hs_object_id": str(item.number),
            "hs_pipeline": "0",
            "hs_pipeline_stage": STAGES[item.status],
            "hs_ticket_priority": {"normal": "MEDIUM"}.get(item.priority, item.priority.upper())
            if item.priority
            else None,
            "hs_ticket_category": ";".join(item.tags) or None,
            "source_type": CHANNELS.get(item.channel),
            "hubspot_owner_id": str(item.assignee) if item.assignee else None,
            "hubspot_team_id": str(item.group) if item.group else None,
            "closed_date": iso(closed) if closed else None,
            "hs_is_closed": "true" if item.is_solved else "false",
            "first_agent_reply_date": iso(reply) if reply else None,
            "time_to_close": str(ms(closed) - ms(item.created_at)) if closed else None,
            "time_to_first_agent_reply": str(ms(reply) - ms(item.created_at)) if reply else None,
            "hs_merged_object_ids": ";".join(merged) or None,
            **self.extra.get(item.number, {}),
        }

    def _history(self, item: Item, name: str) -> list[dict[str, Any]]:
        who = {"agent": "CRM_UI", "customer": "AUTOMATION_PLATFORM"}
        if name != "hs_pipeline_stage":
            value = self._properties(item)[name]
            return [{"value": value, "timestamp": iso(item.updated_at), "sourceType": "CRM_UI"}] if value else []
        first = item.moved[0].before if item.moved else item.status
        told = [{"value": STAGES[first], "timestamp": iso(item.created_at), "sourceType": "INTEGRATION"}]
        told += [
            {"value": STAGES[one.after], "timestamp": iso(one.at), "sourceType": who.get(one.actor, "API"),
             "updatedByUserId": AGENTS[0]}
            for one in item.moved
        ]  # fmt: skip
        return told[::-1] if self.newest_first else told

    # -- what is associated

    def associations(self, kind: str) -> Response:
        asked = request.get_json()["inputs"]
        if len(asked) > 1000:
            return refused(400, "VALIDATION_ERROR", "at most 1000 inputs")
        rows = []
        for one in asked:
            item = self.desk.items.get(int(one["id"]))
            found = self._linked(kind, item) if item is not None and not self.is_archived(item) else []
            start = int(one.get("after", 0))
            if page := found[start : start + self.links]:
                rows.append(self._row_of_links(one["id"], page, start + self.links, len(found)))
        return self._batch(rows, len(asked) - len(rows))

    def _row_of_links(self, id_: str, page: list[int], end: int, count: int) -> dict[str, Any]:
        kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 339, "label": None}]
        row: dict[str, Any] = {
            "from": {"id": id_},
            "to": [{"toObjectId": one, "associationTypes": kinds} for one in page],
        }
        return {**row, "paging": {"next": {"after": str(end), "link": "?"}}} if end < count else row

    def _linked(self, kind: str, item: Item) -> list[int]:
        return {
            "contacts": [item.requester],
            "companies": [item.organization] if item.organization else [],
            "emails": [one.number for one in item.said if one.public and one.author != "bot"],
            "notes": [one.number for one in item.said if not one.public],
            "feedback_submissions": [ANSWERS + item.number] if item.rated else [],
        }[kind]

    def others(self, kind: str) -> Response:
        asked = request.get_json()
        if len(asked["inputs"]) > 100:
            return refused(400, "VALIDATION_ERROR", "at most 100 inputs")
        said = {one.number: one for item in self.desk.items.values() for one in item.said}
        made: dict[str, Callable[[int], dict[str, str | None]]] = {
            "companies": lambda number: {"name": ORGANIZATIONS[number]},
            "emails": lambda number: self._email(said[number]),
            "notes": lambda number: {"hs_timestamp": iso(said[number].at), "hs_note_body": said[number].body},
            "feedback_submissions": lambda number: self._answer(self.desk.items[number - ANSWERS]),
        }
        rows = [{"id": one["id"], "properties": made[kind](int(one["id"])), "createdAt": iso(START),
                 "updatedAt": iso(START), "archived": False} for one in asked["inputs"]]  # fmt: skip
        return self._batch(rows, 0)

    def _email(self, said: Said) -> dict[str, str | None]:
        direction = "INCOMING_EMAIL" if said.author == "customer" else "EMAIL"
        status = None if said.author == "customer" else "SENT"
        return {"hs_timestamp": iso(said.at), "hs_email_direction": direction, "hs_email_status": status,
                "hs_email_text": said.body, "hs_email_html": f"<p>{said.body}</p>",
                **self.mail.get(said.number, {})}  # fmt: skip

    def _answer(self, item: Item) -> dict[str, str | None]:
        at, good, comment = item.rated or (START, False, "")
        return {"hs_survey_type": "CSAT", "hs_response_group": "PROMOTER" if good else "DETRACTOR",
                "hs_content": comment, "hs_submission_timestamp": iso(at)}  # fmt: skip

    # -- names

    def pipelines(self) -> Response:
        stages = [
            {"id": id_, "label": LABELS[status], "displayOrder": place, "archived": False,
             "metadata": {"ticketState": "CLOSED" if status in ("solved", "closed") else "OPEN"}}
            for place, (status, id_) in enumerate(STAGES.items()) if id_ not in self.removed
        ]  # fmt: skip
        return answer({"results": [{"id": "0", "label": "Support Pipeline", "stages": stages, "archived": False}]})

    def owners(self) -> Response:
        teams = [{"id": str(number), "name": name, "primary": True} for number, name in GROUPS.items()]
        left = request.args.get("archived") == "true"
        agents = [AGENTS[1]] if left else [AGENTS[0]]
        told = []
        for number in agents:
            first, _, last = PEOPLE[number].partition(" ")
            told.append({"id": str(number), "firstName": first, "lastName": last, "archived": left, "teams": teams,
                         "email": f"{first.lower()}@example.com", "userId": number})  # fmt: skip
        return answer({"results": told})

    def account(self) -> Response:
        return answer({"portalId": PORTAL, "timeZone": "US/Eastern", "uiDomain": "app-eu1.hubspot.com"})

    def specified(self, number: int) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.secret}"}
        names = ["subject", "content", "hs_pipeline_stage", "closed_date", "hubspot_owner_id"]
        whole = f"properties={','.join(names)}&propertiesWithHistory=hs_pipeline_stage"
        found = {"filterGroups": [], "sorts": [], "properties": names, "limit": 10}
        many = {"inputs": [{"id": str(number)}], "properties": names, "propertiesWithHistory": ["hs_pipeline_stage"]}
        return [
            {"method": "POST", "path": "/search", "url": f"{TICKETS}/search", "json": found, "headers": headers},
            {"method": "POST", "path": "/batch/read", "url": f"{TICKETS}/batch/read", "json": many, "headers": headers},
            {"method": "GET", "path": "/", "url": TICKETS, "headers": headers},
            {"method": "GET", "path": "/{ticketId}", "url": f"{TICKETS}/{number}?{whole}", "headers": headers},
        ]

    # -- webhooks

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        """Two events of one ticket at once, signed in both ways that HubSpot knows for webhooks."""
        event = {"eventId": 1, "subscriptionId": 12, "portalId": PORTAL, "appId": 54321,
                 "occurredAt": ms(self.desk.now), "subscriptionType": "ticket.creation", "attemptNumber": 0,
                 "objectId": number, "changeFlag": "NEW",
                 "changeSource": "CRM_UI"}  # fmt: skip
        moved = {"subscriptionId": 13, "subscriptionType": "ticket.propertyChange", "propertyName": "hs_pipeline_stage",
                 "propertyValue": STAGES["closed"]}  # fmt: skip
        body = json.dumps([event, {**event, **moved}]).encode()
        return body, signed(secret, "POST", url, body, self.desk.now)

    def forged(self, hook: Hook) -> list[Hook]:
        late = hook.at + timedelta(minutes=6)
        elsewhere, other = f"{hook.url}/else", {**hook.headers, "x-hubspot-request-timestamp": str(ms(late))}
        old = signed("another secret", hook.method, hook.url, hook.body, hook.at)
        only_v1 = {name: old[name] for name in old if not name.endswith("v3")}
        return [
            *super().forged(hook),
            replace(hook, at=late),
            replace(hook, headers=other),
            replace(hook, method="PUT"),
            replace(hook, url=elsewhere),
            replace(hook, headers=only_v1),
            replace(hook, headers={**only_v1, "x-hubspot-signature-version": "v2"}),
        ]


def signed(secret: str, method: str, url: str, body: bytes, at: datetime) -> dict[str, str]:
    stamp = str(ms(at))
    mac = hmac.new(secret.encode(), f"{method}{url}".encode() + body + stamp.encode(), hashlib.sha256).digest()
    return {
        "x-hubspot-signature-v3": base64.b64encode(mac).decode(),
        "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature": hashlib.sha256(secret.encode() + body).hexdigest(),
        "x-hubspot-signature-version": "v1",
    }
