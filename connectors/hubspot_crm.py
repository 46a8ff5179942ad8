"""HubSpot's CRM as its tickets need it: searches, records in batches, and what is associated with them.

Sources: developers.hubspot.com, CRM API: Search, Objects, Associations v4; limits: Usage guidelines.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.frame import readable, rows_of, told_by
from ticketlens.connector import sound
from ticketlens.errors import BadPayload, Unavailable
from ticketlens.fetch import Refused, Site, TooLarge
from ticketlens.intake.payload import Payload
from ticketlens.intake.shown import shown

SEARCHED = 200
RECORDS, WITH_HISTORY, ASSOCIATIONS = 100, 50, 1000
"""The most ids that one batch may name: of records, of records with their history, of records whose links are asked."""

LISTED = 100
MOST_PAGES = 10_000
PRIMARY = "Primary"
SURVEYS = "feedback_submissions"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Crm:
    """Searching has a limit of its own, so it has a site of its own. `notes` are for people to read."""

    searches: Site
    site: Site
    notes: dict[str, None]

    # -- tickets

    def search(self, filters: Sequence[Mapping[str, str]], sort: str, *, down: bool = False, limit: int) -> Payload:
        """With its `results` and their `total`, whatever these hold."""
        found = self.searches.post("crm/v3/objects/tickets/search", {
            "filterGroups": [{"filters": list(filters)}] if filters else [],
            "sorts": [{"propertyName": sort, "direction": "DESCENDING" if down else "ASCENDING"}],
            "properties": [sort],
            "limit": limit,
        }).payload  # fmt: skip
        with self.told():
            rows_of(found, "results")
            found.integer("total")
            found.opt_text("paging.next.after")
        return found

    def told(self) -> AbstractContextManager[None]:
        return told_by("HubSpot", self.site.host)

    def tickets(
        self, ids: Iterable[str], properties: Sequence[str], history: Sequence[str], *, archived: bool = False
    ) -> list[Payload]:
        """Those that are there, in the order asked for: a ticket that was deleted meanwhile is left out.

        Behind them what has no id, for a page to set aside.
        """

        def ask(some: list[str]) -> list[Payload]:
            asked = {"inputs": _inputs(some), "properties": properties, "propertiesWithHistory": history}
            params = {"archived": "true"} if archived else None
            answer = self.site.post("crm/v3/objects/tickets/batch/read", asked, params=params)
            with self.told():
                self._must_be_whole(answer.payload)
                return rows_of(answer.payload, "results")

        wanted = list(ids)
        rows = list(self._in_batches("tickets", wanted, WITH_HISTORY, ask))
        found = {one.id(): one for one in sound(rows, Payload.id)}
        return [*(found[id_] for id_ in wanted if id_ in found), *(one for one in rows if not sound([one], Payload.id))]

    def _must_be_whole(self, batch: Payload) -> None:
        """What was deleted meanwhile may be missing from a batch; what failed must not be passed over."""
        for error in batch.items("errors"):
            if error.opt_text("category") != "OBJECT_NOT_FOUND":
                said = shown(error.opt_text("message") or "no reason", 200)
                raise Unavailable(f"{self.site.host} could not give some tickets: {said}")

    def archived(self) -> Iterator[Payload]:
        """Deleted tickets, by id: HubSpot keeps them for 90 days, and has no order of time for them."""
        for page in self.pages("crm/v3/objects/tickets", {"archived": "true"}, must=True):
            with self.told():
                rows = rows_of(page, "results")
            yield from rows

    # -- what is associated with tickets: each costs no more than itself where it may not be read

    def links(self, kind: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Ticket -> ids of its contacts, companies, …, the one labelled as primary first."""
        told: dict[str, list[tuple[bool, str]]] = {}
        asked = _inputs(ids)
        while asked:
            some, asked = asked[:ASSOCIATIONS], asked[ASSOCIATIONS:]
            rows = self._part(kind, f"crm/v4/associations/tickets/{kind}/batch/read", {"inputs": some})
            for ticket, found, after in self.those(kind, rows, _links_of):
                told.setdefault(ticket, []).extend(found)
                if after is not None:
                    asked.append({"id": ticket, "after": after})
        return {ticket: [id_ for _, id_ in sorted(found, key=lambda one: one[0])] for ticket, found in told.items()}

    def beside(self, kind: str, ids: Sequence[str], properties: Sequence[str]) -> dict[str, list[Payload]]:
        """Ticket -> the properties of its companies, emails, …"""

        def ask(some: list[str]) -> list[Payload]:
            asked = {"inputs": _inputs(some), "properties": properties, "propertiesWithHistory": []}
            return self._part(kind, f"crm/v3/objects/{kind}/batch/read", asked)

        links = self.links(kind, ids)
        wanted = list(dict.fromkeys(id_ for row in links.values() for id_ in row))
        rows = self._in_batches(kind, wanted, RECORDS, ask)
        found = dict(self.those(kind, rows, lambda one: (one.id(), one.at("properties"))))
        return {ticket: [found[id_] for id_ in row if id_ in found] for ticket, row in links.items()}

    def those(self, kind: str, rows: Iterable[Payload], read: Callable[[Payload], Found]) -> Iterator[Found]:
        """What can be read of them; that something cannot is noted."""
        for row in rows:
            try:
                yield read(row)
            except BadPayload as error:
                self.notes.setdefault(f"{self.site.host}: some {kind} cannot be read: {error.reason}")

    # -- ways to ask

    def pages(self, path: str, asked: Mapping[str, str], *, must: bool = False) -> Iterator[Payload]:
        """All pages of a list; without `must`, none where the list may not be read."""
        params = {"limit": str(LISTED), **asked}
        for _ in range(MOST_PAGES):
            answer = self.site.get(path, params) if must else self.site.part(path, params)
            if answer is None:
                return
            yield answer.payload
            if (after := answer.payload.opt_text("paging.next.after")) is None:
                return
            params["after"] = after
        raise Unavailable(f"{self.site.host}: the list {path} does not come to an end")

    def _part(self, kind: str, path: str, asked: dict[str, Any]) -> list[Payload]:
        """The rows; none, and a note, where they may not be read."""
        try:
            answer = self.site.part(path, json=asked)
        except Refused as error:
            if kind != SURVEYS or error.status != 400:  # an account without surveys may not know what they are
                raise
            self.notes.setdefault(str(error))
            return []
        if answer is None:
            self.notes.setdefault(f"{self.site.host}: this token may not read {kind}; tickets are read without them")
            return []
        return readable(self.notes, f"{self.site.host}: {kind}", lambda: rows_of(answer.payload, "results")) or []

    def _in_batches(
        self, kind: str, ids: list[str], size: int, ask: Callable[[list[str]], list[Payload]]
    ) -> Iterator[Payload]:
        for start in range(0, len(ids), size):
            yield from self._halving(kind, ids[start : start + size], ask)

    def _halving(self, kind: str, ids: list[str], ask: Callable[[list[str]], list[Payload]]) -> list[Payload]:
        """Fewer at a time where they are too large together; one that is so alone is left out, which is noted."""
        try:
            return ask(ids)
        except TooLarge as error:
            half = len(ids) // 2
            if not half:
                self.notes.setdefault(f"one of the {kind} was left out: {error}")
                return []
        return [*self._halving(kind, ids[:half], ask), *self._halving(kind, ids[half:], ask)]


def _inputs(ids: Iterable[str]) -> list[dict[str, Any]]:
    return [{"id": id_} for id_ in ids]


def _links_of(row: Payload) -> tuple[str, list[tuple[bool, str]], str | None]:
    """(ticket, (not the primary one, id) of each, where to go on if there are more)."""
    links = [(not _is_primary(link), link.id("toObjectId")) for link in row.items("to")]
    return row.id("from.id"), links, row.opt_text("paging.next.after")


def _is_primary(link: Payload) -> bool:
    return any(kind.opt_text("label") == PRIMARY for kind in link.items("associationTypes"))
