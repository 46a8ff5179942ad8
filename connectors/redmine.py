"""Redmine issues by REST. Sources: Redmine wiki, Rest_api and Rest_Issues; its own code, versions 5.0 and 7.0.

A list of issues holds no journals, so each issue that changed is asked for once more: its journals tell replies, solves
and reopenings, which the issue itself does not (`closed_on` is the last closing, and stays after a reopening).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import ClassVar
from urllib.parse import quote

from connectors.frame import rows_of, told_by
from ticketlens.connector import Field, Hook, Page, Reader, Reply, Row, TicketRef, sound
from ticketlens.errors import ConfigError
from ticketlens.fetch import ABSENT, Fetch
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.proof import hex_mac, must_match
from ticketlens.outside.walk import Batch, walk

PER_PAGE = 100
MOST_PAGES = 100_000
"""There is no cap: an import, or an edit of many, gives one moment to as many issues as there are."""

OVERLAP = timedelta(minutes=2)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
STATUSES = {
    "new": "new", "assigned": "open", "in progress": "open", "feedback": "waiting_customer", "waiting": "on_hold",
    "on hold": "on_hold", "pending": "on_hold",
}  # fmt: skip
PRIORITIES = {"immediate": "urgent"}


class Redmine:
    name: ClassVar[str] = "redmine"
    title: ClassVar[str] = "Redmine"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", help="the address of your Redmine, as in the browser"),
        Field("api_key", secret=True, help="of an account that sees the issues: My account, API access key"),
        Field("project", required=False, help="its identifier or number; subprojects are read too; else all"),
        Field("solved", required=False, help="statuses that count as solved though Redmine keeps them open: Resolved"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        self.root = settings["url"].rstrip("/")
        self.site = fetch.site(self.root, headers={"X-Redmine-API-Key": settings["api_key"]})
        self.reader = Reader(settings)

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        self._sign_in()
        since = datetime.fromisoformat(json.loads(cursor)["since"]) if cursor else BEGINNING
        total: int | None = None
        for rows, last, counted in walk(_List(self), since, self._changed, most_pages=MOST_PAGES):
            total = counted if total is None else total
            yield self.reader.page(self._whole(rows), self._row, self.starting_at(last), total)

    def starting_at(self, moment: datetime) -> str:
        return json.dumps({"since": max(moment - OVERLAP, BEGINNING).isoformat()})

    def read(self, id: str) -> Ticket | None:
        """An issue that moved out of sight answers 403; to us it is gone, if only the key is still good."""
        answer = self.site.find(_path(id), gone=ABSENT)
        if answer is None:
            self._sign_in()
            return None
        return self.reader.one(answer.payload.at("issue"), self._row)

    def _sign_in(self) -> None:
        """Where a project is public, Redmine answers a wrong key with what anybody may see, and no error."""
        self.site.get("users/current.json")

    def _changed(self, issue: Payload) -> datetime:
        return issue.time("updated_on", self.reader.context.rule)

    def _whole(self, issues: list[Payload]) -> Iterator[Payload]:
        """Each issue with its journals, or as it was listed where it cannot be asked for."""
        good = sound(issues, Payload.id)
        yield from (issue for issue in issues if issue not in good)
        found = self.site.parts(_path(issue.id()) for issue in good)
        for issue, answer in zip(good, found, strict=True):
            yield issue if answer is None else _whole(answer.payload) or issue

    # -- an issue

    @cached_property
    def _statuses(self) -> "_Statuses":
        solved = [name.strip().lower() for name in self.settings.get("solved", "").split(",")]
        answer = self.site.get("issue_statuses.json")
        with told_by(self.title, self.site.host):
            return _Statuses(rows_of(answer.payload, "issue_statuses"), frozenset(solved))

    def _row(self, issue: Payload) -> Row:
        id_, status = issue.id(), self._statuses.ours(issue.opt_text("status.id"))
        priority = issue.opt_text("priority.name")
        return {
            "id": id_,
            "subject": issue.opt_text("subject"),
            "body": issue.opt_text("description"),
            "status": status,
            "priority": PRIORITIES.get((priority or "").lower(), priority),
            "requester": issue.opt_text("author.id"),
            "assignee": issue.opt_text("assigned_to.name"),
            "group": issue.opt_text("project.name"),
            "created_at": issue.text("created_on"),
            "updated_at": issue.text("updated_on"),
            "agent_minutes": _minutes(issue),
            "url": f"{self.root}/issues/{id_}",
            "custom": _custom(issue),
            **self._told(issue, status),
        }

    def _told(self, issue: Payload, status: str) -> Row:
        """Solves, replies and reopenings of the journals; without these what the issue itself says."""
        closed = issue.opt_text("closed_on")
        if issue.at("journals").value is None:
            return {"solved_at": closed}
        history = list(self._moves(issue))
        messages = list(_messages(issue))
        replies = [one["at"] for one in messages if one["author"] == "agent" and one["public"]]
        begun = history[0]["from"] if history else status
        born = issue.text("created_on") if begun == "closed" else None
        return {
            "history": history,
            "messages": messages,
            "first_reply_at": replies[0] if replies else None,
            "first_solved_at": born,
            "solved_at": closed or born,
        }

    def _moves(self, issue: Payload) -> Iterator[Row]:
        for journal in issue.items("journals"):
            for detail in journal.items("details"):
                if (detail.opt_text("property"), detail.opt_text("name")) == ("attr", "status_id"):
                    yield {
                        "at": journal.text("created_on"), "field": "status", "actor": _actor(issue, journal),
                        "from": self._statuses.ours(detail.opt_text("old_value")),
                        "to": self._statuses.ours(detail.opt_text("new_value")),
                    }  # fmt: skip

    # -- webhooks, of version 7.0 and later

    def prove(self, hook: Hook) -> Reply | None:
        given = hook.header("x-redmine-signature-256")
        must_match(given, self.settings, lambda secret: f"sha256={hex_mac(secret, hook.body, 'sha256')}")
        return None

    def delivery(self, hook: Hook) -> str:
        """Redmine names no delivery, and sends none again; its body holds the moment."""
        return hashlib.sha256(hook.body).hexdigest()

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        event = Payload(parse_json(hook.body.decode("utf-8", "replace")))
        kind = event.text("type")
        if kind.startswith("issue."):  # a webhook may tell of wiki pages and news too
            yield TicketRef(event.at("data.issue").id(), gone=kind == "issue.deleted")


class _List:
    """Pages of issues since a moment; the size of a page is what Redmine says, which cuts a larger one in silence."""

    def __init__(self, connector: Redmine) -> None:
        self.connector = connector
        self.size = PER_PAGE

    def __call__(self, since: datetime, page: int) -> Batch:
        project = self.connector.settings.get("project")
        start = (page - 1) * self.size
        params: dict[str, object] = {
            "status_id": "*",
            "updated_on": since.astimezone(UTC).strftime(">=%Y-%m-%dT%H:%M:%SZ"),
            "sort": "updated_on:asc,id:asc",
            "limit": PER_PAGE,
            "offset": start,
            **({"project_id": project} if project else {}),
        }
        answer = self.connector.site.find("issues.json", params)
        if answer is None:
            what = f"project: there is no {project!r} here" if project else "url: there is no Redmine at this address"
            raise ConfigError(f"{what}, or the account of this key does not see it")
        with told_by(self.connector.title, self.connector.site.host):
            listed, rows = answer.payload, rows_of(answer.payload, "issues")
            self.size = max(listed.integer("limit"), 1)
            total = listed.integer("total_count")
        return Batch(rows, more=start + self.size < total, total=total)


class _Statuses:
    """Statuses have names of each Redmine's own; whether one is closed is what counts."""

    def __init__(self, statuses: Iterable[Payload], solved: frozenset[str]) -> None:
        told = sound(statuses, Payload.id, lambda status: _ours(status, solved))
        self._ours = {status.id(): _ours(status, solved) for status in told}

    def ours(self, id: str | None) -> str:
        """Open for a status that was removed since."""
        return self._ours.get(id or "", "open")


def _ours(status: Payload, solved: frozenset[str]) -> str:
    name = status.text("name").strip().lower()
    return "closed" if status.boolean("is_closed") or name in solved else STATUSES.get(name, "open")


def _whole(answer: Payload) -> Payload | None:
    """None for an answer that holds no issue of any kind."""
    held = answer.value.get("issue") if isinstance(answer.value, Mapping) else None
    return answer.at("issue") if isinstance(held, Mapping) else None


def _path(id: str) -> str:
    return f"issues/{quote(id, safe='')}.json?include=journals"


def _actor(issue: Payload, journal: Payload) -> str:
    """Whoever wrote the issue is the customer, anybody else is an agent: Redmine itself knows no such difference.

    Where either is not told, it is neither.
    """
    writer, author = journal.opt_text("user.id"), issue.opt_text("author.id")
    return "system" if None in (writer, author) else "customer" if writer == author else "agent"


def _messages(issue: Payload) -> Iterator[dict[str, object]]:
    yield {"at": issue.text("created_on"), "author": "customer", "public": True, "body": issue.opt_text("description")}
    for journal in issue.items("journals"):
        if notes := journal.opt_text("notes"):
            public = not journal.boolean("private_notes")
            author = _actor(issue, journal)
            yield {"at": journal.text("created_on"), "author": author, "public": public, "body": notes}


def _minutes(issue: Payload) -> float | None:
    """Of the hours that were booked on it; where none were, nothing is known."""
    hours = issue.at("spent_hours").value
    return hours * 60 if isinstance(hours, int | float) and hours > 0 else None


def _custom(issue: Payload) -> dict[str, object]:
    told: dict[str, object] = {one.text("name"): one.at("value").value for one in issue.items("custom_fields")}
    named = {name: issue.opt_text(f"{name}.name") for name in ("status", "tracker", "category")}
    return {key: value for key, value in {**told, **named}.items() if value not in (None, "", [])}
