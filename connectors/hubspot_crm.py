"""HubSpot's CRM as its tickets need it: records in batches, what is associated with them, names of stages and people.

Sources: developers.hubspot.com, CRM API: Search, Objects, Associations v4, Pipelines, Owners, Account information.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ticketlens.errors import Unavailable
from ticketlens.fetch import Refused, Site, TooLarge
from ticketlens.intake.payload import Payload
from ticketlens.intake.shown import shown
from ticketlens.intake.terms import STATUSES, fold_term

SEARCHED = 200
RECORDS, WITH_HISTORY, ASSOCIATIONS = 100, 50, 1000
"""The most ids that one batch may name: of records, of records with their history, of records whose links are asked."""

LISTED = 100
MOST_PAGES = 10_000
PRIMARY = "Primary"
SURVEYS = "feedback_submissions"


@dataclass(frozen=True)
class Crm:
    """Searching has a limit of its own, so it has a site of its own. `notes` are for people to read."""

    searches: Site
    site: Site
    notes: dict[str, None]

    # -- tickets

    def search(self, filters: Sequence[Mapping[str, str]], sort: str, *, down: bool = False, limit: int) -> Payload:
        return self.searches.post("crm/v3/objects/tickets/search", {
            "filterGroups": [{"filters": list(filters)}] if filters else [],
            "sorts": [{"propertyName": sort, "direction": "DESCENDING" if down else "ASCENDING"}],
            "properties": [sort],
            "limit": limit,
        }).payload  # fmt: skip

    def tickets(
        self, ids: Iterable[str], properties: Sequence[str], history: Sequence[str], *, archived: bool = False
    ) -> list[Payload]:
        """Those that are there, in the order asked for: a ticket that was deleted meanwhile is left out."""
        wanted, found = list(ids), dict[str, Payload]()
        for some in _in_batches(wanted, WITH_HISTORY):
            answer = self.site.post(
                "crm/v3/objects/tickets/batch/read",
                {"inputs": _inputs(some), "properties": list(properties), "propertiesWithHistory": list(history)},
                params={"archived": "true"} if archived else None,
            )
            self._must_be_whole(answer.payload)
            found |= {one.id(): one for one in answer.payload.items("results")}
        return [found[id_] for id_ in wanted if id_ in found]

    def _must_be_whole(self, batch: Payload) -> None:
        """What was deleted meanwhile may be missing from a batch; what failed must not be passed over."""
        for error in batch.items("errors"):
            if error.opt_text("category") != "OBJECT_NOT_FOUND":
                said = shown(error.opt_text("message") or "no reason", 200)
                raise Unavailable(f"{self.site.host} could not give some tickets: {said}")

    def archived(self) -> Iterator[Payload]:
        """Deleted tickets, by id: HubSpot keeps them for 90 days, and has no order of time for them."""
        for page in self._pages("crm/v3/objects/tickets", {"archived": "true"}, must=True):
            yield from page.items("results")

    # -- what is associated with tickets: each costs no more than itself where it may not be read

    def links(self, kind: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Ticket -> ids of its contacts, companies, …, the one labelled as primary first."""
        told: dict[str, list[tuple[bool, str]]] = {}
        asked = _inputs(ids)
        while asked:
            some, asked = asked[:ASSOCIATIONS], asked[ASSOCIATIONS:]
            for row in self._part(kind, f"crm/v4/associations/tickets/{kind}/batch/read", {"inputs": some}):
                ticket = row.id("from.id")
                told.setdefault(ticket, []).extend(
                    (not _is_primary(link), link.id("toObjectId")) for link in row.items("to")
                )
                if (after := row.opt_text("paging.next.after")) is not None:
                    asked.append({"id": ticket, "after": after})
        return {ticket: [id_ for _, id_ in sorted(found, key=lambda one: one[0])] for ticket, found in told.items()}

    def beside(self, kind: str, ids: Sequence[str], properties: Sequence[str]) -> dict[str, list[Payload]]:
        """Ticket -> the properties of its companies, emails, …"""
        links = self.links(kind, ids)
        found: dict[str, Payload] = {}
        for some in _in_batches(list(dict.fromkeys(id_ for row in links.values() for id_ in row)), RECORDS):
            found |= {one.id(): one.at("properties") for one in self._records(kind, some, list(properties))}
        return {ticket: [found[id_] for id_ in row if id_ in found] for ticket, row in links.items()}

    def _records(self, kind: str, ids: list[str], properties: list[str]) -> list[Payload]:
        """Fewer at a time where they are too large together; one that is too large alone is left out."""
        asked = {"inputs": _inputs(ids), "properties": properties, "propertiesWithHistory": []}
        try:
            return self._part(kind, f"crm/v3/objects/{kind}/batch/read", asked)
        except TooLarge:
            half = len(ids) // 2
            return [one for some in (ids[:half], ids[half:]) if half for one in self._records(kind, some, properties)]

    def _part(self, kind: str, path: str, asked: dict[str, Any]) -> list[Payload]:
        """The rows, or a note for people and none."""
        try:
            answer = self.site.part(path, json=asked)
        except Refused as error:
            if kind != SURVEYS or error.status != 400:  # portals without surveys may not know what they are
                raise
            self.notes.setdefault(str(error))
            return []
        if answer is None:
            self.notes.setdefault(f"{self.site.host}: this token may not read {kind}; tickets are read without them")
            return []
        return list(answer.payload.items("results"))

    # -- names, read once

    @cached_property
    def _stages(self) -> dict[str, tuple[str, str, bool]]:
        """Stage -> (pipeline's name, its own name, closed)."""
        rows = self.site.get("crm/v3/pipelines/tickets").payload.items("results")
        return {
            stage.id(): (row.text("label"), stage.text("label"), _is_closed(stage))
            for row in rows
            for stage in row.items("stages")
        }

    def stage(self, id: str | None) -> tuple[str | None, str | None]:
        """(pipeline, stage) by name; None for a stage that was removed since."""
        return self._stages.get(id or "", (None, None))[:2]

    def status(self, id: str | None) -> str | None:
        """What a stage means in our words: whether it is closed is told by HubSpot, the rest only by its name."""
        if (found := self._stages.get(id or "")) is None:
            return None
        _, label, closed = found
        ours = str(STATUSES.get(fold_term(label).replace("contact", "customer"), "open"))
        return "closed" if closed else "open" if ours in ("solved", "closed") else ours

    @cached_property
    def _owners(self) -> list[Payload]:
        """People who own tickets, also those who left; none where they may not be read."""
        told = ({"archived": archived} for archived in ("true", "false"))
        return [one for asked in told for page in self._pages("crm/v3/owners", asked) for one in page.items("results")]

    @cached_property
    def _people(self) -> dict[str, str]:
        return {one.id(): _name_of(one) for one in self._owners}

    @cached_property
    def _teams(self) -> dict[str, str]:
        return {team.id(): team.text("name") for one in self._owners for team in one.items("teams")}

    def person(self, id: str | None) -> str | None:
        """The name where it is known, else the id."""
        return self._people.get(id, id) if id else None

    def team(self, id: str | None) -> str | None:
        return self._teams.get(id, id) if id else None

    @cached_property
    def _account(self) -> str | None:
        answer = self.site.part("account-info/v3/details")
        if answer is None or (portal := answer.payload.opt_text("portalId")) is None:
            return None
        return f"https://{answer.payload.opt_text('uiDomain') or 'app.hubspot.com'}/contacts/{portal}/record/0-5"

    def page_of(self, id: str) -> str | None:
        """The address at which an agent sees a ticket."""
        return None if self._account is None else f"{self._account}/{id}"

    def _pages(self, path: str, asked: Mapping[str, str], *, must: bool = False) -> Iterator[Payload]:
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


def _in_batches(ids: list[str], size: int) -> Iterator[list[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _inputs(ids: Iterable[str]) -> list[dict[str, Any]]:
    return [{"id": id_} for id_ in ids]


def _is_primary(link: Payload) -> bool:
    return any(kind.opt_text("label") == PRIMARY for kind in link.items("associationTypes"))


def _is_closed(stage: Payload) -> bool:
    state = stage.opt_text("metadata.ticketState")
    return state == "CLOSED" if state else stage.boolean("metadata.isClosed")


def _name_of(owner: Payload) -> str:
    names = (owner.opt_text("firstName"), owner.opt_text("lastName"))
    return " ".join(filter(None, names)) or owner.opt_text("email") or owner.id()
