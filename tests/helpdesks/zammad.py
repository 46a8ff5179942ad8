"""Zammad on loopback: search by condition, the list by number, one ticket, its articles, history and tags.

The ways in which versions answer a search are all here; caps, defaults and refusals are those of its code.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from flask import Flask, Request, Response, request
from helpdesks.desk import AGENTS, GROUPS, ORGANIZATIONS, PEOPLE, Item, Said
from helpdesks.server import Helpdesk, answer

MOST_SEARCHED, USUALLY_SEARCHED, MOST_LISTED = 200, 50, 100
STATES = {
    1: ("new", 1), 2: ("open", 2), 3: ("pending reminder", 3), 4: ("closed", 5), 5: ("merged", 6), 6: ("removed", 7),
    7: ("pending close", 4), 8: ("Abgelegt", 5),
}  # fmt: skip
OURS = {"new": 1, "open": 2, "pending": 3, "solved": 4, "closed": 8}
ASSETS = {
    kind: {str(id_): {"id": id_, "name": name} for id_, name in names.items()}
    for kind, names in (
        ("Group", GROUPS), ("Organization", ORGANIZATIONS), ("TicketPriority", {2: "2 normal"}),
        ("TicketState", {id_: name for id_, (name, _) in STATES.items()}),
    )
}  # fmt: skip
SENDERS = {"agent": "Agent", "customer": "Customer", "bot": "System"}
SYSTEM = NOBODY = 1


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


class Server(Helpdesk):
    kind = "zammad"

    def __init__(self) -> None:
        super().__init__()
        self.shape = "list"
        """How a search is answered: "list", "assets" (2022, names left out) or "records" (2026)."""
        self.without_search = False
        self.hidden: set[int] = set()
        """Tickets that were moved to a group of others."""

    def settings(self) -> dict[str, str]:
        return {"url": self.url, "token": self.secret}

    def is_ticket_list(self, asked: Request) -> bool:
        return asked.path in ("/api/v1/tickets/search", "/api/v1/tickets")

    def is_part(self, asked: Request) -> bool:
        return asked.path.startswith(("/api/v1/ticket_articles/", "/api/v1/ticket_history/", "/api/v1/tags"))

    def truth(self, item: Item) -> dict[str, object]:
        """Zammad has no spam."""
        return {**item.truth(), "excluded": "merged" if item.merged_into else "deleted" if item.deleted else None}

    def routes(self, app: Flask) -> None:
        app.before_request(self._sign_in)
        root = "/api/v1"
        app.route(f"{root}/tickets/search", methods=["GET", "POST"])(self.search)
        app.get(f"{root}/tickets")(self.tickets)
        app.get(f"{root}/tickets/<int:number>")(self.ticket)
        app.get(f"{root}/ticket_states")(self.states)
        app.get(f"{root}/ticket_articles/by_ticket/<int:number>")(self.articles)
        app.get(f"{root}/ticket_history/<int:number>")(self.history)
        app.get(f"{root}/tags")(self.tags)
        app.get(f"{root}/users/me")(lambda: answer({"id": 7}))
        app.get(f"{root}/users/<int:number>")(self.user)

    def _sign_in(self) -> Response | None:
        if request.headers.get("Authorization") in (f"Token token={self.secret}", f"Bearer {self.secret}"):
            return None
        return answer({"error": "Authentication required"}, 401)

    # -- lists

    def search(self) -> Response:
        """A query in words finds nothing here, where no search engine is; without an order the latest come first."""
        asked: dict[str, Any] = request.get_json(silent=True) or dict(request.args)
        if self.without_search:
            return answer({"error": "The search is not to be had"}, 422)
        rows = [] if asked.get("query") else [item for item in self._seen() if self._meets(asked, item)]
        if asked.get("order_by") != ["asc", "asc"] or asked.get("sort_by") != ["updated_at", "id"]:
            rows.reverse()
        page = self._cut(rows, int(asked.get("page", 1)), int(asked.get("per_page", USUALLY_SEARCHED)), MOST_SEARCHED)
        if self.shape == "assets":
            found = {str(item.number): self._shown(item, names=False) for item in page}
            numbers = [item.number for item in page]
            return answer({"tickets": numbers, "tickets_count": len(page), "assets": {"Ticket": found, **ASSETS}})
        told = [self._shown(item) for item in page]
        return answer({"records": told, "total_count": len(rows)} if self.shape == "records" else told)

    def _meets(self, asked: dict[str, Any], item: Item) -> bool:
        condition = asked.get("condition", {}).get("ticket.updated_at")
        if condition is None:
            return True
        assert condition["operator"] == "after (absolute)", condition
        return item.updated_at >= datetime.fromisoformat(condition["value"])

    def tickets(self) -> Response:
        rows = sorted(self._seen(), key=lambda item: item.number)
        page = self._cut(rows, request.args.get("page", 1, int), request.args.get("per_page", 100, int), MOST_LISTED)
        return answer([self._shown(item, names=request.args.get("expand") == "true") for item in page])

    def _cut(self, rows: list[Item], page: int, per_page: int, most: int) -> list[Item]:
        size = min(per_page, most, self.page)
        return rows[(page - 1) * size : page * size]

    def _seen(self) -> list[Item]:
        return [item for item in self.desk.by_change() if item.number not in self.hidden]

    # -- one ticket

    def ticket(self, number: int) -> Response:
        refused = self._refused(number)
        return refused or answer(self._shown(self.desk.items[number], names=request.args.get("expand") == "true"))

    def _refused(self, number: int) -> Response | None:
        if number not in self.desk.items:
            return answer({"error": f"Couldn't find Ticket with 'id'={number}"}, 404)
        return answer({"error": "Not authorized"}, 403) if number in self.hidden else None

    def states(self) -> Response:
        told = [{"id": id_, "name": name, "state_type_id": kind} for id_, (name, kind) in STATES.items()]
        return answer(told)

    def articles(self, number: int) -> Response:
        if refused := self._refused(number):
            return refused
        return answer([self._article(self.desk.items[number], said) for said in self.desk.items[number].said])

    def _article(self, item: Item, said: Said) -> dict[str, Any]:
        return {
            "id": said.number, "ticket_id": item.number, "type": "note" if not said.public else item.channel,
            "sender": SENDERS[said.author], "body": said.body, "content_type": "text/html",
            "internal": not said.public, "created_at": iso(said.at), "from": "Somebody <somebody@example.com>",
        }  # fmt: skip

    def history(self, number: int) -> Response:
        if refused := self._refused(number):
            return refused
        item = self.desk.items[number]
        who = {"agent": AGENTS[0], "customer": item.requester, "system": SYSTEM, "bot": SYSTEM}
        told: list[dict[str, Any]] = [{
            "id": 1, "o_id": number, "object": "Ticket", "type": "created", "value_from": "", "value_to": "",
            "created_by_id": item.requester, "created_at": iso(item.created_at),
        }]  # fmt: skip
        for move in item.moved:
            before, after = OURS[move.before], OURS[move.after]
            if item.merged_into and move is item.moved[-1]:
                after = 5
            told.append({
                "id": move.number, "o_id": number, "object": "Ticket", "type": "updated", "attribute": "state",
                "id_from": before, "id_to": after, "value_from": STATES[before][0], "value_to": STATES[after][0],
                "created_by_id": who[move.actor], "created_at": iso(move.at),
            })  # fmt: skip
        if item.merged_into:
            told.append({
                "id": 2, "o_id": number, "object": "Ticket", "type": "merged_into", "id_from": number,
                "id_to": item.merged_into, "created_by_id": AGENTS[0], "created_at": iso(item.updated_at),
            })  # fmt: skip
        return answer({"history": told, "assets": {}})

    def tags(self) -> Response:
        number = request.args.get("o_id", 0, int)
        if request.args.get("object") != "Ticket":
            return answer({"error": "object is missing"}, 422)
        return self._refused(number) or answer({"tags": list(self.desk.items[number].tags)})

    def user(self, number: int) -> Response:
        if number not in PEOPLE:
            return answer({"error": "Couldn't find User"}, 404)
        first, _, last = PEOPLE[number].partition(" ")
        return answer({"id": number, "login": f"{first}@example.com".lower(), "firstname": first, "lastname": last})

    def _shown(self, item: Item, *, names: bool = True) -> dict[str, Any]:
        state = 5 if item.merged_into else 6 if item.deleted else OURS[item.status]
        solves = item.solves
        told = {
            "id": item.number,
            "number": f"22{item.number}",
            "title": item.subject,
            "group_id": item.group or 21,
            "priority_id": 2,
            "state_id": state,
            "organization_id": item.organization,
            "owner_id": item.assignee or NOBODY,
            "customer_id": item.requester,
            "create_article_type_id": 1,
            "first_response_at": self._responded(item),
            "close_at": iso(solves[0]) if solves else None,
            "article_count": len(item.said),
            "created_at": iso(item.created_at),
            "updated_at": iso(item.updated_at),
        }
        if self.shape == "records":
            told["last_close_at"] = iso(solves[-1]) if solves else None
        named = {
            "group": GROUPS[item.group or 21],
            "priority": "2 normal",
            "state": STATES[state][0],
            "organization": ORGANIZATIONS.get(item.organization or 0),
            "owner": "-" if item.assignee is None else "kim@example.com",
            "customer": "ana@example.com",
            "create_article_type": item.channel,
            "create_article_sender": SENDERS[item.said[0].author],
        }
        return {**told, **named} if names else told

    def _responded(self, item: Item) -> str | None:
        """Zammad takes what an agent opens a ticket with for its first response."""
        return next((iso(one.at) for one in item.said if one.author == "agent" and one.public), None)

    # -- webhooks

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        body = json.dumps({"ticket": self._shown(self.desk.items[number]), "article": {}}).encode()
        mac = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
        return body, {
            "X-Hub-Signature": f"sha1={mac}",
            "X-Zammad-Trigger": "tell TicketLens",
            "X-Zammad-Delivery": f"job-{number}",
        }
