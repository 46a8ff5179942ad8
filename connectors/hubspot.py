"""HubSpot tickets. Sources: developers.hubspot.com, CRM API (tickets, search, associations), Webhooks API.

What changed is found by search and read in batches, since a search leaves out history and what is calculated. One
search gives 10,000 tickets at most, and thousands may have changed in the same moment; so those that changed are walked
by their id, which never moves, and the next pull begins at the newest change that was known before the walk began.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from connectors import hubspot_hook
from connectors.hubspot_crm import SEARCHED, SURVEYS, Crm
from connectors.hubspot_names import Names
from connectors.hubspot_story import Beside, Story
from ticketlens.connector import Field, Hook, HookProof, Page, Reader, Row, TicketRef, sound
from ticketlens.errors import BadPayload, ConfigError, Unavailable
from ticketlens.fetch import Fetch
from ticketlens.intake.payload import Payload
from ticketlens.model import Ticket

HOME = "https://api.hubapi.com"
SEARCHES_A_MINUTE, OTHERS_A_MINUTE = 300, 600
OVERLAP_MS = 10 * 60 * 1000
"""How far behind the search index may lag without a ticket being missed."""

NEWEST = 10
"""Tickets that are looked at to find the newest change: one of them at least should be readable."""

CHANGED, ID = "hs_lastmodifieddate", "hs_object_id"
HISTORY = ("hs_pipeline_stage", "hubspot_owner_id", "hubspot_team_id")
PROPERTIES = (
    *HISTORY, CHANGED, ID, "subject", "content", "createdate", "closed_date", "hs_last_closed_date", "time_to_close",
    "hs_first_agent_message_sent_at", "first_agent_reply_date", "time_to_first_agent_reply", "hs_is_closed",
    "hs_ticket_priority", "hs_ticket_category", "hs_resolution", "source_type", "hs_ticket_language_ai_tag",
    "hs_primary_company_name", "hs_merged_object_ids",
)  # fmt: skip
EMAIL = ("hs_timestamp", "hs_createdate", "hs_email_direction", "hs_email_status", "hs_email_text", "hs_email_html")
NOTE = ("hs_timestamp", "hs_createdate", "hs_note_body")
ANSWER = ("hs_survey_type", "hs_response_group", "hs_sentiment", "hs_content", "hs_submission_timestamp")
CHANNELS = {"EMAIL": "email", "CHAT": "chat", "PHONE": "phone", "FORM": "web"}


@dataclass(frozen=True, slots=True)
class _At:
    """Where a pull stands: what changed at `since` (ms) or later is walked by id, and `after` was the last one.

    `newest` is the time of the newest change that was known when the walk began.
    """

    since: int = 0
    newest: int | None = None
    after: int = 0

    def text(self) -> str:
        return json.dumps(asdict(self))

    def ended(self) -> "_At":
        return _At(max(self.since, (self.newest or 0) - OVERLAP_MS))


class HubSpot:
    name: ClassVar[str] = "hubspot"
    title: ClassVar[str] = "HubSpot"
    hook_proof: ClassVar[HookProof] = "theirs"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("token", secret=True, help="the access token of a private app: Settings, Integrations, Private Apps"),
        Field("url", required=False, help=f"only where it is not {HOME}"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        token = settings["token"]
        if not token.isascii() or " " in token:
            raise ConfigError("token: an access token has no blanks and no letters beyond ASCII; copy it again")
        root, headers = settings.get("url") or HOME, {"Authorization": f"Bearer {token}"}
        self.crm = Crm(
            fetch.site(root, headers=headers, per_minute=SEARCHES_A_MINUTE),
            fetch.site(root, headers=headers, per_minute=OTHERS_A_MINUTE),
            fetch.notes,
        )
        self.names = Names(self.crm)
        self.reader = Reader(settings)
        self.merged: dict[str, str] = {}

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        at = _At(**json.loads(cursor)) if cursor else _At()
        if at.newest is not None:  # broken off in the middle of a walk
            yield from self._walk(at)
            at = at.ended()
        yield from self._walk(replace(at, newest=self._newest()))

    def starting_at(self, moment: datetime) -> str:
        return _At(int(moment.timestamp() * 1000)).text()

    def read(self, id: str) -> Ticket | None:
        asked = {"properties": ",".join(PROPERTIES), "propertiesWithHistory": ",".join(HISTORY)}
        answer = self.crm.site.find(f"crm/v3/objects/tickets/{quote(id, safe='')}", asked)
        if answer is None or answer.payload.id() != id:  # one that was merged answers with the one that is left
            return None
        beside = self._beside([answer.payload])
        return self.reader.one(answer.payload, lambda row: self._row(row, beside))

    def _newest(self) -> int:
        """In ms; zero, so that the next pull begins where this one did, where nothing of it can be read."""
        rows = self.crm.search([], CHANGED, down=True, limit=NEWEST).items("results")
        changed = self.crm.those(
            "tickets", rows, lambda row: row.time(f"properties.{CHANGED}", self.reader.context.rule)
        )
        return max((int(moment.timestamp() * 1000) for moment in changed), default=0)

    def _walk(self, at: _At) -> Iterator[Page]:
        yield from self._changed(at)
        if at.since:  # what was deleted before the first pull is nobody's ticket any more
            yield from self._deleted(at)
        yield Page((), at.ended().text())

    def _changed(self, at: _At) -> Iterator[Page]:
        given = 0
        while True:
            found = self.crm.search(_filters(at), ID, limit=SEARCHED)
            ids = sorted(self.crm.those("tickets", found.items("results"), lambda row: row.integer("id")))
            if not ids:
                return
            if ids[0] <= at.after:
                raise Unavailable(f"{self.crm.site.host} gives the same tickets again; try later")
            at, total = replace(at, after=ids[-1]), given + found.integer("total")
            given += len(ids)
            yield self._page(self._whole([str(id_) for id_ in ids]), at.text(), total)
            if found.opt_text("paging.next.after") is None:
                return

    def _whole(self, ids: list[str]) -> list[Payload]:
        """The tickets, and behind them those that were merged into them."""
        rows = self.crm.tickets(ids, PROPERTIES, HISTORY)
        away = {
            id_: row.id()
            for row in sound(rows, Payload.id)
            for id_ in (_glimpse(row, "properties.hs_merged_object_ids") or "").split(";")
            if id_ and id_ != row.id()
        }
        self.merged |= away
        return [*rows, *self.crm.tickets(away, PROPERTIES, HISTORY, archived=True)]

    def _deleted(self, at: _At) -> Iterator[Page]:
        def is_fresh(row: Payload) -> bool:
            with suppress(BadPayload):
                moment = row.opt_time("archivedAt", self.reader.context.rule)
                return moment is None or moment.timestamp() * 1000 >= at.since
            return True

        fresh = list(self.crm.those("tickets", filter(is_fresh, self.crm.archived()), Payload.id))
        for start in range(0, len(fresh), SEARCHED):
            rows = self.crm.tickets(fresh[start : start + SEARCHED], PROPERTIES, HISTORY, archived=True)
            yield self._page(rows, None, None)

    def _page(self, rows: list[Payload], cursor: str | None, total: int | None) -> Page:
        beside = self._beside(rows)
        return self.reader.page(rows, lambda row: self._row(row, beside), cursor, total)

    def _beside(self, rows: list[Payload]) -> Beside:
        live = [row for row in sound(rows, Payload.id) if row.at("archived").value is not True]
        ids = [row.id() for row in live]
        nameless = [row.id() for row in live if _glimpse(row, "properties.hs_primary_company_name") is None]
        return Beside(
            contacts=self.crm.links("contacts", ids),
            companies=self.crm.beside("companies", nameless, ("name",)),
            emails=self.crm.beside("emails", ids, EMAIL),
            notes=self.crm.beside("notes", ids, NOTE),
            answers=self.crm.beside(SURVEYS, ids, ANSWER),
        )

    # -- a ticket

    def _row(self, ticket: Payload, beside: Beside) -> Row:
        id_, told, names = ticket.id(), ticket.at("properties"), self.names
        story = Story(ticket, names, self.reader.context.rule, beside)
        pipeline, stage = names.stage(told.opt_text("hs_pipeline_stage"))
        source, kept = told.opt_text("source_type"), {"pipeline": pipeline, "stage": stage}
        kept["resolution"] = told.opt_text("hs_resolution")
        return {
            "id": id_,
            "subject": told.opt_text("subject"),
            "body": told.opt_text("content") or story.first_words(),
            "status": story.status,
            "priority": told.opt_text("hs_ticket_priority"),
            "channel": CHANNELS.get(source.upper(), "other") if source else None,
            "tags": [tag for tag in (told.opt_text("hs_ticket_category") or "").split(";") if tag],
            "requester": story.requester,
            "organization": story.company,
            "assignee": names.person(told.opt_text("hubspot_owner_id")),
            "group": names.team(told.opt_text("hubspot_team_id")),
            "language": told.opt_text("hs_ticket_language_ai_tag"),
            "created_at": story.created.isoformat(),
            "updated_at": story.changed.isoformat(),
            "first_reply_at": _iso(story.first_reply),
            "solved_at": _iso(story.closed),
            "satisfaction": story.satisfaction(),
            "url": names.page_of(id_),
            "history": story.history(),
            "messages": story.messages(),
            "deleted": ticket.boolean("archived"),
            "merged_into": self.merged.get(id_) if ticket.boolean("archived") else None,
            "custom": {name: value for name, value in kept.items() if value is not None},
        }

    # -- webhooks

    def prove(self, hook: Hook) -> None:
        hubspot_hook.prove(hook, self.settings)

    def delivery(self, hook: Hook) -> str:
        return hubspot_hook.delivery(hook)

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        return hubspot_hook.receive(hook)


def _filters(at: _At) -> list[dict[str, str]]:
    since = {"propertyName": CHANGED, "operator": "GTE", "value": str(at.since)}
    return [since, {"propertyName": ID, "operator": "GT", "value": str(at.after)}]


def _glimpse(ticket: Payload, name: str) -> str | None:
    """A text before the ticket is read as a whole, which is when it is said what cannot be read."""
    try:
        return ticket.opt_text(name)
    except BadPayload:
        return None


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
