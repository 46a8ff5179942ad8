"""Help Scout. Sources: developer.helpscout.com, Inbox API 2.0, Conversations, Threads, Webhooks; its PHP client.

What changed is listed in order of a change that is not told, so there is no way to ask on from the last row. Each
reading takes the pages of one list from the last to the first: what changes meanwhile moves to the end, and what stood
behind it moves into a page that is still to come. The newest change on the last page is where the next reading begins.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import ClassVar
from urllib.parse import quote

from connectors.client_credentials import ClientCredentials
from connectors.frame import readable, rows_of, told_by
from connectors.helpscout_ratings import Ratings
from connectors.helpscout_threads import changed_at, embedded, is_cut, published, story
from ticketlens.connector import Field, Hook, Page, Reader, Reply, Row, TicketRef, sound
from ticketlens.errors import BadPayload
from ticketlens.fetch import Fetch, Site
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.answer import Answer
from ticketlens.outside.proof import base64_mac, must_match

HOME = "https://api.helpscout.net"
AGENTS_PAGE = "https://secure.helpscout.net/conversation"
REQUESTS_A_MINUTE = 200
OVERLAP = timedelta(minutes=10)
MOST_PAGES = 1_000
CHANNELS = {"web": "web", "beacon": "web", "docs": "web", "api": "api", "coreapi": "api", "chat": "chat"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a reading stands: it lists from `since`, the next begins at `top`, and `page` is the next to be read."""

    since: datetime | None = None
    top: datetime | None = None
    page: int | None = None

    @classmethod
    def of(cls, cursor: str | None) -> "_Place":
        held = json.loads(cursor) if cursor else {}
        since, top = (datetime.fromisoformat(held[name]) if held.get(name) else None for name in ("since", "top"))
        return cls(since, top, held.get("page"))

    @property
    def asked(self) -> datetime | None:
        return self.since and self.since.replace(microsecond=0) - OVERLAP

    def __str__(self) -> str:
        times = {"since": self.since, "top": self.top}
        return json.dumps({**{name: at and at.isoformat() for name, at in times.items()}, "page": self.page})


class HelpScout:
    name: ClassVar[str] = "helpscout"
    title: ClassVar[str] = "Help Scout"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("app_id", help="Your Profile, My apps, Create app: its App ID"),
        Field("app_secret", secret=True, help="the App Secret of that app"),
        Field("url", required=False, help=f"{HOME} if left out"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        self.fetch = fetch
        self.root = f"{(settings.get('url') or HOME).rstrip('/')}/v2"
        self.door = fetch.site(self.root)
        self.reader = Reader(settings)

    @cached_property
    def site(self) -> Site:
        app = (self.settings["app_id"], self.settings["app_secret"])
        auth = ClientCredentials(self.fetch, self.door, "oauth2/token", *app)
        return self.fetch.site(self.root, auth=auth, per_minute=REQUESTS_A_MINUTE)

    @cached_property
    def ratings(self) -> Ratings:
        return Ratings(self.site, self.fetch.waiting.now, self.reader.context.rule)

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        place = _Place.of(cursor)
        while True:
            body = self._listed(place)
            with told_by(self.title, self.site.host):
                pages, total, rows = _pages(body), body.integer("page.totalElements"), _conversations(body)
            if place.page is None and pages > 1:
                place = replace(place, page=pages)
                continue
            threads = self._threads(rows)
            make = partial(self._row, threads, place.asked)
            place = self._after(place, rows, threads)
            yield self.reader.page(rows, make, str(place), total)
            if place.page is None:
                return

    def starting_at(self, moment: datetime) -> str:
        return str(_Place(moment.astimezone(UTC)))

    def read(self, id: str) -> Ticket | None:
        path = f"conversations/{quote(id, safe='')}"
        answer = self.site.find(path)
        if answer is None or answer.payload.id() != id:  # a merged conversation leads to the one that it is part of
            return None
        whole = self._threads_of(path, self.site.part(f"{path}/threads"))
        return self.reader.one(answer.payload, partial(self._row, {answer.payload.path: whole or []}, None))

    def _listed(self, place: _Place) -> Payload:
        """Without `status` Help Scout lists active conversations alone."""
        asked = {"status": "all", "sortField": "modifiedAt", "sortOrder": "asc", "embed": "threads",
                 "page": place.page or 1}  # fmt: skip
        if place.asked is not None:
            asked["modifiedSince"] = place.asked.strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.site.get("conversations", asked).payload

    def _after(self, place: _Place, rows: list[Payload], threads: Mapping[str, list[Payload]]) -> _Place:
        """The newest change is taken from the page read first: nothing there is later than what is not listed yet."""
        top = place.top
        if top is None:
            told = [place.since, *(self._changed_at(row, threads.get(row.path, [])) for row in rows)]
            top = max(filter(None, told), default=None)
        page = (place.page or 1) - 1
        return replace(place, top=top, page=page) if page else _Place(top)

    def _changed_at(self, row: Payload, threads: list[Payload]) -> datetime | None:
        with suppress(BadPayload):
            return changed_at(row, threads, self.reader.context.rule)
        return None

    # -- threads, inboxes

    def _threads(self, rows: list[Payload]) -> dict[str, list[Payload]]:
        """The threads of each conversation, by its place on the page."""
        good = sound(rows, Payload.id, is_cut)
        told = {row.path: embedded(row) for row in good}
        paths = {row.path: f"conversations/{quote(row.id(), safe='')}" for row in good if is_cut(row)}
        firsts = self.site.parts(f"{path}/threads" for path in paths.values())
        for (place, path), first in zip(paths.items(), firsts, strict=True):
            told[place] = self._threads_of(path, first) or told[place]
        return told

    def _threads_of(self, path: str, first: Answer | None) -> list[Payload] | None:
        what = f"{self.site.host}: threads of conversations"
        return readable(self.fetch.notes, what, lambda: self._whole(path, first))

    def _whole(self, path: str, answer: Answer | None) -> list[Payload] | None:
        threads: list[Payload] = []
        for page in range(2, MOST_PAGES):
            if answer is None:
                return None
            threads += published(answer.payload.items("_embedded.threads"))
            if page > _pages(answer.payload):
                break
            answer = self.site.part(f"{path}/threads", {"page": page})
        return threads

    @cached_property
    def _inboxes(self) -> dict[str, str]:
        rows = readable(self.fetch.notes, f"{self.site.host}: names of inboxes", lambda: list(self._listed_inboxes()))
        return {one.id(): one.text("name") for one in sound(rows or (), Payload.id, lambda one: one.text("name"))}

    def _listed_inboxes(self) -> Iterator[Payload]:
        for page in range(1, MOST_PAGES):
            answer = self.site.part("mailboxes", {"page": page})
            if answer is None:
                break
            yield from answer.payload.items("_embedded.mailboxes")
            if page >= _pages(answer.payload):
                break

    # -- a ticket

    def _row(self, threads: Mapping[str, list[Payload]], since: datetime | None, conversation: Payload) -> Row | None:
        """None for a draft, which nobody has sent yet. What is listed since a moment did change since, told or not."""
        state, rule = conversation.opt_text("state"), self.reader.context.rule
        if state == "draft":
            return None
        id_, number, inbox = (conversation.opt_text(name) for name in ("id", "number", "mailboxId"))
        told = threads.get(conversation.path) or embedded(conversation)
        parts = story(conversation, told, rule)
        if parts["first_reply_at"]:  # only what an agent wrote can be rated
            rating = self.ratings.of(conversation.id(), conversation.time("createdAt", rule))
            parts = {**parts, "satisfaction": rating or parts["satisfaction"]}
        return {
            "id": conversation.id(),
            "subject": conversation.opt_text("subject"),
            "channel": _channel(conversation),
            "tags": [tag.text("tag") for tag in conversation.items("tags")],
            "requester": conversation.opt_text("primaryCustomer.id"),
            "assignee": _name(conversation.at("assignee")),
            "group": self._inboxes.get(inbox, inbox) if inbox else None,
            "created_at": conversation.text("createdAt"),
            "updated_at": max(filter(None, (since, changed_at(conversation, told, rule)))).isoformat(),
            "url": conversation.opt_text("_links.web.href") or f"{AGENTS_PAGE}/{id_}/{number}",
            "spam": conversation.opt_text("status") == "spam",
            "deleted": state == "deleted",
            "custom": {**_custom(conversation), "number": number},
            **parts,
        }

    # -- webhooks

    def prove(self, hook: Hook) -> Reply | None:
        """Base64 of HMAC-SHA1 over the body as it came."""
        given = hook.header("x-helpscout-signature")
        must_match(given, self.settings, lambda secret: base64_mac(secret, hook.body, "sha1"))
        return None

    def delivery(self, hook: Hook) -> str:
        """Help Scout gives its deliveries no name."""
        return hashlib.sha256(hook.header("x-helpscout-event").encode() + b"\n" + hook.body).hexdigest()

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        """Nothing for events about customers, tags, inboxes and the like."""
        kind = hook.header("x-helpscout-event")
        event = Payload(parse_json(hook.body.decode("utf-8", "replace")))
        if kind.startswith("convo."):
            yield TicketRef(event.id(), gone=kind == "convo.deleted")
        elif kind == "satisfaction.ratings":
            yield TicketRef(event.id("ticketId"))


def _pages(body: Payload) -> int:
    return body.integer("page.totalPages")


def _conversations(body: Payload) -> list[Payload]:
    """Without any there is no `_embedded`."""
    name = "_embedded.conversations"
    if body.at("_embedded").value is None and (body.integer("page.totalElements") == 0 or _is_beyond(body)):
        return []
    return rows_of(body, name)


def _is_beyond(body: Payload) -> bool:
    """A page that was there when the last one was asked for, before rows went away."""
    return body.integer("page.number") > _pages(body)


def _channel(conversation: Payload) -> str:
    kind = conversation.opt_text("type")
    if kind in ("chat", "phone"):
        return kind
    return CHANNELS.get(conversation.opt_text("source.type") or "", "email")


def _name(person: Payload) -> str | None:
    names = (person.opt_text(part) for part in ("first", "last"))
    return " ".join(filter(None, names)) or person.opt_text("id")


def _custom(conversation: Payload) -> dict[str, str | None]:
    """`text` is what people read where `value` is the number of a choice."""
    return {
        one.text("name"): one.opt_text("text") or one.opt_text("value") for one in conversation.items("customFields")
    }
