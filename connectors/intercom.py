"""Intercom: conversations, and its own tickets. Sources: Intercom's OpenAPI 2.15; its pages on pagination and webhooks.

Both are searched by their last change, oldest first; what the search leaves out of one is asked for by its id.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import ClassVar
from urllib.parse import quote

from connectors.frame import Found, readable
from connectors.intercom_articles import article_pages, article_rows
from connectors.intercom_rows import CONVERSATIONS, TICKETS, Account, Kind, kind_of
from connectors.intercom_search import Search, id_of
from ticketlens.connector import ArticlePage, Field, Hook, HookProof, Page, Reader, Reply, TicketRef, sound
from ticketlens.errors import BadPayload
from ticketlens.fetch import Fetch
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.proof import hex_mac, must_match

DEFAULT_URL = "https://api.intercom.io"
VERSION = "2.15"
A_MINUTE = 10_000
OVERLAP_SECONDS = 600
"""Intercom says of a search that it may lag by a few minutes."""

LONGEST_READ = 256 * 1024
"""Bytes of a notification: what is larger is not taken apart before it is answered."""

INBOXES = {"US": "app.intercom.com", "EU": "app.eu.intercom.com", "AU": "app.au.intercom.com"}


class Intercom:
    name: ClassVar[str] = "intercom"
    title: ClassVar[str] = "Intercom"
    hook_proof: ClassVar[HookProof] = "theirs"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("token", secret=True, help="the access token of your app: Developer Hub, your app, Authentication"),
        Field("url", required=False, help="https://api.eu.intercom.io or https://api.au.intercom.io, if hosted there"),
        Field("tickets", required=False, help="no: read conversations only"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        headers = {"Authorization": f"Bearer {settings['token']}", "Intercom-Version": VERSION}
        self.site = fetch.site(settings.get("url") or DEFAULT_URL, headers=headers, per_minute=A_MINUTE)
        self.notes = fetch.notes
        self.reader = Reader(settings)
        wants_tickets = settings.get("tickets", "yes").lower() not in ("no", "false", "0")
        self.kinds = (CONVERSATIONS, TICKETS) if wants_tickets else (CONVERSATIONS,)

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        """The cursor holds, for each kind, the second of the last change that was read."""
        at: dict[str, int] = json.loads(cursor) if cursor else {}
        given = 0
        for kind in self.kinds:
            since, before = max(at.get(kind.name, 0) - OVERLAP_SECONDS, 0), given
            for rows, reached, count in Search(self.site, kind.name).changed(datetime.fromtimestamp(since, UTC)):
                at = {**at, kind.name: max(int(reached.timestamp()), at.get(kind.name, 0))}
                total = before + count if given == before and count is not None else None
                yield self._page(kind, rows, json.dumps(at), total)
                given += len(rows)

    def starting_at(self, moment: datetime) -> str:
        return json.dumps({kind.name: int(moment.timestamp()) for kind in self.kinds})

    def read(self, id: str) -> Ticket | None:
        kind, own = kind_of(id)
        answer = self.site.find(f"{kind.name}/{quote(own, safe='')}")
        return None if answer is None else self.reader.one(answer.payload, lambda one: kind.row(one, self._account))

    def _page(self, kind: Kind, rows: Sequence[Payload], cursor: str, total: int | None) -> Page:
        return self.reader.page(self._whole(kind, rows), lambda one: kind.row(one, self._account), cursor, total)

    def _whole(self, kind: Kind, rows: Sequence[Payload]) -> list[Payload]:
        """Each record with its parts; as the search tells it, where it cannot be read by itself."""
        short = [id_ for row in rows if (id_ := id_of(row)) and not kind.is_told_whole(row)]
        answers = self.site.parts(f"{kind.name}/{quote(id_, safe='')}" for id_ in short)
        read = {id_: one.payload for id_, one in zip(short, answers, strict=True) if one is not None}
        return [read.get(id_of(row), row) for row in rows]

    @cached_property
    def _account(self) -> Account:
        told = self.site.parts(("me", "admins", "teams"))
        me, admins, teams = (answer.payload if answer else Payload(None) for answer in told)
        region, workspace = (self._told(partial(me.opt_text, name)) for name in ("app.region", "app.id_code"))
        host = INBOXES.get(region or "US", INBOXES["US"])
        return Account(
            admins=self._told(lambda: _names(admins.items("admins"))) or {},
            teams=self._told(lambda: _names(teams.items("teams"))) or {},
            inbox=f"https://{host}/a/inbox/{workspace}/inbox/conversation" if workspace else None,
            has_tickets=TICKETS in self.kinds,
        )

    def _told(self, read: Callable[[], Found]) -> Found | None:
        return readable(self.notes, f"{self.site.host}: names of the workspace", read)

    # -- the help centre

    def articles(self) -> Iterator[ArticlePage]:
        for records in article_pages(self.site, self.title):
            yield self.reader.articles(records, article_rows)

    # -- webhooks

    def prove(self, hook: Hook) -> Reply | None:
        """HMAC-SHA1 of the raw body under the client secret of the app. A ping, which tests the address, ends here."""
        must_match(
            hook.header("x-hub-signature"),
            self.settings,
            lambda secret: f"sha1={hex_mac(secret, hook.body, 'sha1')}",
        )
        with suppress(BadPayload):
            if b"ping" in hook.body and len(hook.body) <= LONGEST_READ and _event(hook).opt_text("topic") == "ping":
                return Reply()
        return None

    def delivery(self, hook: Hook) -> str:
        """The id of the notification, which stays when it is sent again; the bytes of one that is very large."""
        with suppress(BadPayload):
            if len(hook.body) <= LONGEST_READ and (id_ := _event(hook).opt_text("id")) is not None:
                return id_
        return hashlib.sha256(hook.body).hexdigest()

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        event = _event(hook)
        topic = event.opt_text("topic") or ""
        about, _, _ = topic.partition(".")
        if about in ("conversation", "conversation_part", "ticket"):
            yield TicketRef(
                _named(event.at("data.item"), about), gone=topic in ("conversation.deleted", "ticket.deleted")
            )


def _names(people: Iterable[Payload]) -> dict[str, str]:
    """The name of each, by his id, which stands for a name that is not told."""
    told = sound(people, Payload.id, lambda one: one.opt_text("name"))
    return {one.id(): one.opt_text("name") or one.id() for one in told}


def _event(hook: Hook) -> Payload:
    return Payload(parse_json(hook.body.decode("utf-8", "replace")))


def _named(item: Payload, about: str) -> str:
    """Our id of what a notification is about: the item itself, or what stands in it."""
    kind = item.opt_text("type")
    if kind == "conversation":
        return CONVERSATIONS.our_id(item.id())
    if kind == "ticket" or (about == "ticket" and item.at("ticket").value is None):
        return TICKETS.our_id(item.id())
    if about == "ticket":
        return TICKETS.our_id(item.id("ticket.id"))
    for name in ("conversation.id", "conversation_id"):
        if item.at(name).value is not None:
            return CONVERSATIONS.our_id(item.id(name))
    if about == "conversation":
        return CONVERSATIONS.our_id(item.id())
    raise BadPayload(f"{item.path}.conversation_id", "missing")
