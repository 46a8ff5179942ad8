"""Zammad tickets by REST. Sources: docs.zammad.org, API; its own code of 2021 to 2026 (tickets, search, selectors).

What changed is asked for as a condition, which Zammad answers from its database: in order, without the lag and the
10,000 rows of its search engine, and where there is none too. (A query in words is no way: without that engine it is
looked for in the texts and finds nothing, and the asterisk of an open range is taken out of it.)
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import ClassVar
from urllib.parse import quote

from connectors.frame import readable, rows_of, told_by
from connectors.zammad_ticket import Parts, States, row_of
from ticketlens.connector import Field, Hook, Page, Reader, Reply, Row, TicketRef, sound
from ticketlens.fetch import ABSENT, Fetch, Refused
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.answer import Answer
from ticketlens.outside.proof import hex_mac, must_match
from ticketlens.outside.walk import Batch, walk

SEARCHED_PER_PAGE, LISTED_PER_PAGE = 200, 100
"""As many as Zammad gives at once; more is cut in silence."""

MOST_PAGES = 100_000
OVERLAP = timedelta(minutes=2)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
NO_SEARCH = frozenset({400, 404, 405, 422})
ASSETS = {"group": "Group", "organization": "Organization", "priority": "TicketPriority", "state": "TicketState"}


class Zammad:
    name: ClassVar[str] = "zammad"
    title: ClassVar[str] = "Zammad"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", help="the address of your Zammad, as in the browser"),
        Field("token", secret=True, help="of an agent, with the right ticket.agent: Profile, Token Access"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        self.root = settings["url"].rstrip("/")
        self.site = fetch.site(f"{self.root}/api/v1", headers={"Authorization": f"Token token={settings['token']}"})
        self.notes = fetch.notes
        self.reader = Reader(settings)
        self._names: dict[str, str | None] = {}

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        since = datetime.fromisoformat(json.loads(cursor)["since"]) if cursor else BEGINNING
        try:
            yield from self._by_change(since)
        except Refused as refused:
            if refused.status not in NO_SEARCH:
                raise
            yield from self._by_number(since)

    def starting_at(self, moment: datetime) -> str:
        return json.dumps({"since": max(moment - OVERLAP, BEGINNING).isoformat()})

    def read(self, id: str) -> Ticket | None:
        """A ticket that moved to a group of others answers 403; to us it is gone, if only the token is still good."""
        answer = self.site.find(f"tickets/{quote(id, safe='')}?expand=true", gone=ABSENT)
        if answer is None:
            self.site.get("users/me")
            return None
        (parts,) = self._parts([answer.payload])
        return self.reader.one(answer.payload, lambda ticket: self._row(ticket, parts))

    def _by_change(self, since: datetime) -> Iterator[Page]:
        total: int | None = None
        for rows, last, counted in walk(self._search, since, self._changed, most_pages=MOST_PAGES):
            total = counted if total is None else total
            yield self._page(rows, self.starting_at(last), total)

    def _by_number(self, since: datetime) -> Iterator[Page]:
        """All tickets in order of their numbers, of which those that changed count: the cursor moves at the end."""
        last = since
        for page in range(1, MOST_PAGES):
            params = {"expand": "true", "per_page": LISTED_PER_PAGE, "page": page}
            rows = self._tickets(self.site.get("tickets", params))
            if not rows:
                break
            good = sound(rows, self._changed)
            old = [row for row in good if self._changed(row) < since]
            last = max([last, *map(self._changed, good)])
            yield self._page([row for row in rows if row not in old], None, None)
        yield Page((), self.starting_at(last))

    def _search(self, since: datetime, page: int) -> Batch:
        moment = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        asked = {
            "condition": {"ticket.updated_at": {"operator": "after (absolute)", "value": moment}},
            "sort_by": ["updated_at", "id"],
            "order_by": ["asc", "asc"],
            "per_page": SEARCHED_PER_PAGE,
            "page": page,
            "expand": True,
            "with_total_count": True,
        }
        answer = self.site.post("tickets/search", asked)
        rows = self._tickets(answer)
        told = answer.payload.at("total_count").value if isinstance(answer.payload.value, Mapping) else None
        return Batch(rows, more=bool(rows), total=told if isinstance(told, int) else None)

    def _tickets(self, answer: Answer) -> list[Payload]:
        with told_by(self.title, self.site.host):
            return _tickets(answer.payload)

    def _changed(self, ticket: Payload) -> datetime:
        return ticket.time("updated_at", self.reader.context.rule)

    # -- a ticket

    def _page(self, rows: list[Payload], cursor: str | None, total: int | None) -> Page:
        good = sound(rows, Payload.id)
        found = {row.id(): parts for row, parts in zip(good, self._parts(good), strict=True)}
        return self.reader.page(rows, lambda row: self._row(row, found[row.id()]), cursor, total)

    def _row(self, ticket: Payload, parts: Parts) -> Row:
        return row_of(ticket, parts, self._states, self._agent(ticket), self.root)

    def _parts(self, rows: list[Payload]) -> Iterator[Parts]:
        """Articles, history and tags of each; what is gone, or not ours to see, is left out."""
        ids = [quote(row.id(), safe="") for row in rows]
        names = ("ticket_articles/by_ticket/{}?expand=true", "ticket_history/{}", "tags?object=Ticket&o_id={}")
        found = list(self.site.parts(name.format(id_) for id_ in ids for name in names))
        for start in range(0, len(found), len(names)):
            articles, history, tags = found[start : start + len(names)]
            yield Parts(self._rows(articles, ""), self._rows(history, "history"), self._rows(tags, "tags"))

    def _rows(self, answer: Answer | None, name: str) -> list[Payload] | None:
        what = f"{self.site.host}: {name or 'articles'} of tickets"
        return None if answer is None else readable(self.notes, what, lambda: rows_of(answer.payload, name))

    @cached_property
    def _states(self) -> States:
        answer = self.site.get("ticket_states", {"expand": "true"})
        with told_by(self.title, self.site.host):
            return States(rows_of(answer.payload))

    def _agent(self, ticket: Payload) -> str | None:
        """The name of the owner, whose login is often an address; user 1 stands for nobody."""
        owner = ticket.opt_text("owner_id")
        if owner in (None, "1"):
            return None
        if owner not in self._names:
            answer = self.site.part(f"users/{quote(str(owner), safe='')}")
            names = [answer.payload.opt_text(name) or "" for name in ("firstname", "lastname")] if answer else []
            self._names[str(owner)] = " ".join(names).strip() or owner
        return self._names[str(owner)]

    # -- webhooks

    def prove(self, hook: Hook) -> Reply | None:
        given = hook.header("x-hub-signature")
        must_match(given, self.settings, lambda secret: f"sha1={hex_mac(secret, hook.body, 'sha1')}")
        return None

    def delivery(self, hook: Hook) -> str:
        """The same when Zammad sends it again, up to four times."""
        return hook.header("x-zammad-delivery")

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        yield TicketRef(Payload(parse_json(hook.body.decode("utf-8", "replace"))).at("ticket").id())


def _tickets(body: Payload) -> list[Payload]:
    """Tickets of each form in which versions answer: a list, `records`, or numbers beside `assets`."""
    if isinstance(body.value, list):
        return rows_of(body)
    if body.at("records").value is not None:
        return rows_of(body, "records")
    numbers = "record_ids" if body.at("record_ids").value is not None else "tickets"
    return [_with_names(body.at("assets"), str(number.value)) for number in rows_of(body, numbers)]


def _with_names(assets: Payload, number: str) -> Payload:
    """A ticket with what the assets beside it are called."""
    ticket = assets.at(f"Ticket.{number}")
    ids = {name: ticket.opt_text(f"{name}_id") for name in ASSETS}
    names = {name: assets.opt_text(f"{ASSETS[name]}.{id_}.name") for name, id_ in ids.items() if id_}
    told = ticket.value if isinstance(ticket.value, Mapping) else {}
    return Payload({**told, **names}, ticket.path)
