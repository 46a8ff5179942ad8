"""Jira Service Management (Cloud). Sources: Jira Cloud platform REST API v3; JSM Cloud REST API; Jira's webhooks.

What changed is searched for in order of change. A search knows minutes only, in the time zone of the account that asks,
and it lags behind what is written; its page tokens are never kept from one pull to the next.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.frame import Found, readable, rows_of, told_by
from connectors.jira_issue import CHANNEL, NO_PARTS, Parts, Scheme, is_rated, row_of, scheme_of
from connectors.jira_search import Search, quoted
from ticketlens.connector import Field, Hook, Page, Reader, Reply, TicketRef, sound
from ticketlens.errors import BadPayload, ConfigError, Unavailable
from ticketlens.fetch import Fetch
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.answer import Answer
from ticketlens.outside.proof import hex_mac, must_match
from ticketlens.outside.walk import walk

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)
MOST_PAGES = 1_000
"""Pages of one minute, so that a search that never ends does end."""

COMMENTS_TOLD = 20
"""From so many comments on, those that come with an issue are not taken for all of them."""

COMMENTS_A_PAGE = 100
CHANGES_A_PAGE = 10_000


class Jira:
    name: ClassVar[str] = "jira"
    title: ClassVar[str] = "Jira Service Management"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", help="https://YOURS.atlassian.net"),
        Field("email", help="of the account whose API token it is"),
        Field("token", secret=True, help="an API token: id.atlassian.com, Security, API tokens"),
        Field("project", help="the key of the project, such as SUP; several with commas between"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        self.root = settings["url"].rstrip("/")
        auth = (settings["email"], settings["token"])
        self.site = fetch.site(f"{self.root}/rest/api/3", auth=auth)
        opted = {"X-ExperimentalApi": "opt-in"}
        self.service = fetch.site(f"{self.root}/rest/servicedeskapi", auth=auth, headers=opted)
        self.notes = fetch.notes
        self.reader = Reader(settings)
        keys = [key.strip() for key in settings["project"].split(",") if key.strip()]
        if not keys:
            raise ConfigError("project: enter the key of a project, such as SUP")
        self.projects = f"project in ({', '.join(map(quoted, keys))})"

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        start = datetime.fromisoformat(json.loads(cursor)["since"]) if cursor else BEGINNING
        zone, scheme = self._zone(), self._scheme()
        total = None if cursor else self._count()
        search = Search(self.site, self.projects, zone, scheme.fields)
        for rows, last, _ in walk(search, start, self._minute, most_pages=MOST_PAGES, same=_version, steady=True):
            since = max(start, last - OVERLAP)
            yield self._page(rows, scheme, json.dumps({"since": since.isoformat()}), total)

    def starting_at(self, moment: datetime) -> str:
        return json.dumps({"since": moment.isoformat()})

    def read(self, id: str) -> Ticket | None:
        scheme = self._scheme()
        asked = {"fields": ",".join(scheme.fields), "properties": CHANNEL}
        answer = self.site.find(f"issue/{quote(id, safe='')}", asked)
        if answer is None or answer.payload.id() != id:
            return None
        parts = self._parts([answer.payload], scheme)[id]
        return self.reader.one(answer.payload, lambda issue: row_of(issue, scheme, parts, self.reader.context.rule))

    def _page(self, rows: list[Payload], scheme: Scheme, cursor: str, total: int | None) -> Page:
        good = sound(rows, Payload.id, lambda issue: is_rated(issue, scheme), lambda issue: issue.at("fields.comment"))
        parts, rule = self._parts(good, scheme), self.reader.context.rule
        return self.reader.page(
            rows, lambda one: row_of(one, scheme, parts.get(one.id(), NO_PARTS), rule), cursor, total
        )

    def _minute(self, issue: Payload) -> datetime:
        return issue.time("fields.updated", self.reader.context.rule).replace(second=0, microsecond=0)

    # -- what Jira says of itself

    def _zone(self) -> ZoneInfo:
        """Of the account that asks, in which Jira reads the times of a search. Who is not signed in is told so here:
        the search itself would answer a wrong token as it answers anybody, with nothing."""
        myself = self.site.get("myself").payload
        with told_by(self.title, self.site.host):
            name = myself.opt_text("timeZone") or self.settings.get("zone") or "UTC"
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigError(f"Jira names a time zone that is not known here: choose another than {name!r}"
                              " in the profile of the account of this source") from None  # fmt: skip

    def _scheme(self) -> Scheme:
        server, statuses, fields = self.site.parts(("serverInfo", "status", "field"))
        base = self._told("its address", lambda: server.payload.opt_text("baseUrl") if server else None)
        return scheme_of(base or self.root, self._listed(statuses), self._listed(fields))

    def _listed(self, answer: Answer | None) -> list[Payload]:
        return (answer and self._told("statuses and fields", lambda: rows_of(answer.payload))) or []

    def _count(self) -> int | None:
        answer = self.site.part("search/approximate-count", json={"jql": self.projects})
        return self._told("the count", lambda: answer.payload.integer("count")) if answer else None

    def _told(self, what: str, read: Callable[[], Found]) -> Found | None:
        return readable(self.notes, f"{self.site.host}: {what}", read)

    # -- what belongs to issues

    def _parts(self, rows: list[Payload], scheme: Scheme) -> dict[str, Parts]:
        ids, comments = [row.id() for row in rows], self._comments(rows)
        moves, verdicts = self._moves(ids), self._verdicts([row.id() for row in rows if is_rated(row, scheme)])
        return {id_: Parts(comments[id_], moves.get(id_, []), verdicts.get(id_)) for id_ in ids}

    def _comments(self, rows: list[Payload]) -> dict[str, list[Payload] | None]:
        """Those that came with the issue, where they are all of them; else asked for by themselves."""
        found: dict[str, list[Payload] | None] = {row.id(): _whole(row.at("fields.comment")) for row in rows}
        missing = [id_ for id_, comments in found.items() if comments is None]
        pages = self.site.parts(_comment_page(id_, 0) for id_ in missing)
        for id_, first in zip(missing, pages, strict=True):
            found[id_] = None if first is None else self._told("comments of issues", partial(self._rest, id_, first))
        return found

    def _rest(self, id: str, page: Answer) -> list[Payload]:
        held: list[Payload] = []
        following: Answer | None = page
        while following is not None:
            told = list(following.payload.items("comments"))
            held += told
            if not told or len(held) >= following.payload.integer("total"):
                break
            following = self.site.part(_comment_page(id, len(held)))
        return held

    def _verdicts(self, ids: list[str]) -> dict[str, Payload]:
        told = self.service.parts(f"request/{id_}/feedback" for id_ in ids)
        return {id_: answer.payload for id_, answer in zip(ids, told, strict=True) if answer}

    def _moves(self, ids: list[str]) -> dict[str, list[Payload]]:
        """Changes of status of these issues; none where they are not ours to see, since some of them would mislead."""
        return self._told("changes of status", lambda: self._changes(ids)) or {}

    def _changes(self, ids: list[str]) -> dict[str, list[Payload]]:
        found: dict[str, list[Payload]] = {}
        for answer in self._changelogs(ids):
            if answer is None:
                return {}
            for changed in answer.payload.items("issueChangeLogs"):
                found.setdefault(changed.text("issueId"), []).extend(changed.items("changeHistories"))
        return found

    def _changelogs(self, ids: list[str]) -> Iterator[Answer | None]:
        """Pages, each with some changes of some issues."""
        asked: dict[str, Any] = {"issueIdsOrKeys": ids, "fieldIds": ["status"], "maxResults": CHANGES_A_PAGE}
        while ids:
            answer = self.site.part("changelog/bulkfetch", json=asked)
            yield answer
            token = answer.payload.opt_text("nextPageToken") if answer else None
            if token is None:
                return
            if token == asked.get("nextPageToken"):
                raise Unavailable(f"{self.site.host} says that more changes follow, but names no way to them")
            asked["nextPageToken"] = token

    # -- webhooks

    def prove(self, hook: Hook) -> Reply | None:
        """HMAC-SHA256 of the bytes as they came; Jira signs no time, and may bring a delivery late."""
        given = hook.header("x-hub-signature")
        must_match(given, self.settings, lambda secret: f"sha256={hex_mac(secret, hook.body, 'sha256')}")
        return None

    def delivery(self, hook: Hook) -> str:
        return hook.header("x-atlassian-webhook-identifier") or hook.header("x-hub-signature")

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        event = Payload(parse_json(hook.body.decode("utf-8", "replace")))
        if event.at("issue").value is None:
            raise BadPayload("issue", "missing: choose events of issues and comments alone for this webhook")
        yield TicketRef(event.id("issue.id"), gone=event.opt_text("webhookEvent") == "jira:issue_deleted")


def _version(issue: Payload) -> str:
    return f"{issue.id()} {issue.text('fields.updated')}"


def _whole(told: Payload) -> list[Payload] | None:
    """The comments that came with an issue; None where there may be more."""
    page = told.value if isinstance(told.value, Mapping) else {}
    held, total = page.get("comments"), page.get("total")
    return list(told.items("comments")) if isinstance(held, list) and total == len(held) < COMMENTS_TOLD else None


def _comment_page(id: str, start: int) -> str:
    return f"issue/{quote(id, safe='')}/comment?orderBy=created&maxResults={COMMENTS_A_PAGE}&startAt={start}"
