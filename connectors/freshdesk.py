"""Freshdesk. Sources: developers.freshdesk.com/api (List All Tickets, View a Ticket, Conversations, Ticket Fields,
Satisfaction Ratings, Solutions), support.freshdesk.com 225431 (webhooks of automation rules).

The list leaves out spam and deleted tickets, which are read as lists of their own; each goes on from its own time.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

from connectors.frame import rows_of, told_by
from connectors.freshdesk_articles import shelves
from connectors.freshdesk_lists import MOST_PAGES, PER_PAGE, Lists, has_more
from connectors.freshdesk_ticket import Beside, Choices, is_set_apart, moment, rated_at, row_of
from ticketlens.connector import ArticlePage, Field, Hook, HookProof, Page, Reader, Row, TicketRef, sound
from ticketlens.errors import BadPayload
from ticketlens.fetch import Fetch, Refused
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.answer import Answer
from ticketlens.outside.proof import shared_secret
from ticketlens.outside.walk import Batch, walk

PASSES = ("all", "spam", "deleted")
INCLUDES = ("stats", "description", "company")
LIST_CREDITS = 7  # one for the request, and two for each thing included
AT_FIRST_A_MINUTE, MOST_A_MINUTE = 50.0, 700.0
SHARE = 0.5  # of what an account may ask a minute: the rest is left to its other programs and its webhooks
OVERLAP = timedelta(minutes=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RATINGS = "surveys/satisfaction_ratings"
T = TypeVar("T")
Rated = Mapping[str, Payload]
"""Ticket -> its last rating."""


class Freshdesk:
    name: ClassVar[str] = "freshdesk"
    title: ClassVar[str] = "Freshdesk"
    hook_proof: ClassVar[HookProof] = "sent"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", help="https://YOURS.freshdesk.com"),
        Field("api_key", secret=True, help="of an agent who sees all tickets: Profile settings, View API key"),
        Field("conversations", required=False, help="yes: read the messages of each ticket in the first pull too"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        self.root = settings["url"].rstrip("/")
        base, auth = f"{self.root}/api/v2", (settings["api_key"], "X")
        self.lists = fetch.site(base, auth=auth, per_minute=AT_FIRST_A_MINUTE / LIST_CREDITS)
        self.site = fetch.site(base, auth=auth, per_minute=AT_FIRST_A_MINUTE)
        self.short = Lists(self.site, fetch.notes)
        self.includes: tuple[str, ...] = INCLUDES
        self.choices: Choices | None = None
        self.reader = Reader(settings)

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        at: dict[str, Any] = json.loads(cursor) if cursor else {}
        self.choices = self._choices()
        live, rated_before = bool(at.get("live")), _since(at, "rated")
        rated = self._rated(rated_before if live else EPOCH)
        newest = max([_moment(at.get("rated")), *(rated_at(one) for one in (rated or {}).values())]).isoformat()
        at.setdefault("rated", newest)
        seen: set[str] = set()
        for kind in PASSES:
            for rows, last, _ in walk(partial(self._ask, kind), _since(at, kind), _changed, most_pages=MOST_PAGES):
                seen.update(row.id() for row in sound(rows, Payload.id))
                at[kind] = max(last, _moment(at.get(kind))).isoformat()
                yield self._page(rows, live, rated, at)
        late = [id_ for id_, one in (rated or {}).items() if id_ not in seen and rated_at(one) >= rated_before]
        rows = self._singly(late, self.site.part) if cursor else []
        yield self._page(rows, live, rated, {**at, "rated": newest, "live": True})

    def starting_at(self, moment: datetime) -> str:
        return json.dumps({**dict.fromkeys((*PASSES, "rated"), moment.astimezone(UTC).isoformat()), "live": True})

    def read(self, id: str) -> Ticket | None:
        self.choices = self.choices or self._choices()
        rows = self._singly([id], self.site.find)
        beside = self._beside(rows, conversations=True, rated=None)
        return self.reader.one(rows[0], partial(self._row, beside=beside)) if rows else None

    def _ask(self, kind: str, since: datetime, page: int) -> Batch:
        """Without `updated_since`, and sorted otherwise, Freshdesk would tell of the last thirty days, newest first."""
        params: dict[str, object] = {
            "updated_since": _iso(since), "order_by": "updated_at", "order_type": "asc",
            "per_page": PER_PAGE, "page": page, **({} if kind == "all" else {"filter": kind}),
        }  # fmt: skip
        answer = self._including(lambda: self.lists.get("tickets", {**params, "include": ",".join(self.includes)}))
        self._keep_to_limit(answer)
        with told_by(self.title, self.lists.host):
            rows = rows_of(answer.payload)
        return Batch(rows, has_more(answer, rows))

    def _including(self, ask: Callable[[], T]) -> T:
        """What it answers; asked again without the companies where the account refuses to include them."""
        try:
            return ask()
        except Refused as refused:
            if refused.status != 400 or "include" not in str(refused) or "company" not in self.includes:
                raise
        self.includes = tuple(one for one in self.includes if one != "company")
        return ask()

    def _keep_to_limit(self, answer: Answer) -> None:
        """Plans differ, and so do the pages about them: an account's own answers say what it may ask a minute."""
        allowed = _number(answer.headers.get("x-ratelimit-total"))
        if allowed is None:
            return
        ours = min(allowed, MOST_A_MINUTE) * SHARE
        self.site.allow(ours)
        self.lists.allow(ours / (_number(answer.headers.get("x-ratelimit-used-currentrequest")) or LIST_CREDITS))

    def _singly(self, ids: Iterable[str], ask: Callable[..., Answer | None]) -> list[Payload]:
        """The tickets by themselves, without those that are there no more; a description comes without asking."""

        def one(id: str) -> Answer | None:
            wanted = ",".join(one for one in self.includes if one != "description")
            return ask(f"tickets/{quote(id, safe='')}", {"include": wanted})

        found = (self._including(partial(one, id_)) for id_ in ids)
        return [answer.payload for answer in found if answer is not None]

    # -- what stands beside a ticket

    def _choices(self) -> Choices:
        return Choices.told_by(self.short.whole("ticket_fields") or [])

    def _rated(self, since: datetime) -> Rated | None:
        """The last rating of each ticket rated since then; None for an account whose surveys cannot be read."""
        found = self.short.whole(f"{RATINGS}?created_since={quote(_iso(since))}")
        return None if found is None else _last_of_each(found)

    def _beside(self, rows: list[Payload], *, conversations: bool, rated: Rated | None) -> dict[str, Beside]:
        """Messages, where they are wanted, and ratings: out of those that were listed, else asked for one by one."""
        ids = [row.id() for row in sound(rows, Payload.id, is_set_apart) if not is_set_apart(row)]
        nothing = dict.fromkeys(ids)
        talks = self._each("conversations", ids) if conversations else nothing
        if rated is None:
            ratings = self._each("satisfaction_ratings", ids)
            rated = _last_of_each(one for found in ratings.values() for one in found or ())
        return {id_: Beside(talks[id_], rated.get(id_)) for id_ in ids}

    def _each(self, part: str, ids: list[str]) -> dict[str, list[Payload] | None]:
        return dict(zip(ids, self.short.wholes(f"tickets/{id_}/{part}" for id_ in ids), strict=True))

    # -- a ticket

    def _page(self, rows: list[Payload], live: bool, rated: Rated | None, at: Mapping[str, Any]) -> Page:
        wanted = live or self.settings.get("conversations", "").lower() in ("yes", "true", "1")
        listed = {} if rated is None else None if live else rated
        beside = self._beside(rows, conversations=wanted, rated=listed)
        return self.reader.page(rows, partial(self._row, beside=beside), json.dumps(at))

    def _row(self, ticket: Payload, beside: Mapping[str, Beside]) -> Row:
        return row_of(ticket, self.root, self.choices or Choices(), beside.get(ticket.id(), Beside()))

    # -- solutions

    def articles(self) -> Iterator[ArticlePage]:
        for shelf, records in shelves(self.short, self.root, self.title):
            yield self.reader.articles(records, shelf.rows)

    # -- webhooks

    def prove(self, hook: Hook) -> None:
        """Freshdesk signs nothing: the secret itself is sent, in a header of the rule or at the end of the address."""
        shared_secret(hook, self.settings)

    def delivery(self, hook: Hook) -> str:
        """Freshdesk gives none a name, and a rule may send the same bytes for each change: every call is its own."""
        return hashlib.sha256(hook.at.isoformat().encode() + hook.body).hexdigest()

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        event = Payload(parse_json(hook.body.decode("utf-8", "replace")))
        simple = event.at("freshdesk_webhook")
        event = event if simple.value is None else simple
        named = event.opt_text("ticket_id") or event.opt_text("id") or ""
        if not (named.isascii() and named.isdecimal()):
            raise BadPayload("ticket_id", "no number of a ticket: send {{ticket.id}} as ticket_id")
        yield TicketRef(named)


def _last_of_each(ratings: Iterable[Payload]) -> Rated:
    told = sound(ratings, rated_at, Payload.id, lambda one: one.id("ticket_id"))
    return {one.id("ticket_id"): one for one in sorted(told, key=lambda one: (rated_at(one), one.id()))}


def _changed(row: Payload) -> datetime:
    return moment(row, "updated_at")


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(told: str | None) -> datetime:
    return datetime.fromisoformat(told) if told else EPOCH


def _since(at: Mapping[str, Any], kind: str) -> datetime:
    return max(_moment(at.get(kind)) - OVERLAP, EPOCH)


def _number(text: str | None) -> float | None:
    """Freshdesk writes its limits as "100" and as "100.0"."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None
