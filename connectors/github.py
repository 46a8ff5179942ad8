"""GitHub Issues. Sources: docs.github.com, REST API, Issues, Timeline events, Webhooks; octokit's webhook payloads.

A ticket's id is the issue's own `id`, which no other repository has; GitHub reads issues by number alone, so numbers
are kept as they are met. What was said and done is read from each issue's timeline.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import ClassVar
from urllib.parse import quote

from connectors.frame import readable, rows_of, told_by
from ticketlens.connector import Field, Hook, Page, Reader, Reply, Row, TicketRef, sound
from ticketlens.errors import ConfigError
from ticketlens.fetch import Fetch, Refused
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.answer import Answer
from ticketlens.outside.proof import hex_mac, must_match
from ticketlens.outside.walk import Ask, Batch, walk

HOME = "https://api.github.com"
REPOSITORY = re.compile(r"[\w-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)
PER_PAGE = 100
REQUESTS_A_MINUTE = 80
OVERLAP = timedelta(minutes=2)
SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_PAGES = 1_000
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
TOLD = ("closed", "commented", "reopened")


class GitHub:
    name: ClassVar[str] = "github"
    title: ClassVar[str] = "GitHub Issues"
    largest_delivery: ClassVar[int] = 25 * 1024 * 1024
    fields: ClassVar[tuple[Field, ...]] = (
        Field("repo", help="OWNER/NAME, such as acme/shop"),
        Field("token", secret=True, help="a fine-grained token that may read the issues of this repository"),
        Field("url", required=False, help=f"{HOME} if left out; of GitHub Enterprise Server: https://YOURS/api/v3"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        if not REPOSITORY.fullmatch(settings["repo"]):
            raise ConfigError(f"repo: {settings['repo'][:100]!r} is no OWNER/NAME such as acme/shop")
        self.settings = settings
        headers = {**HEADERS, "Authorization": f"Bearer {settings['token']}"}
        self.site = fetch.site(settings.get("url") or HOME, headers=headers, per_minute=REQUESTS_A_MINUTE)
        self.notes = fetch.notes
        self.reader = Reader(settings)
        self._numbers: dict[str, str] = {}
        self._listing: str | None = None
        self._all_listed = False

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        start = datetime.fromisoformat(json.loads(cursor)["since"]) if cursor else EPOCH
        since = max(start - OVERLAP, EPOCH)
        for rows, last, _ in walk(self._changed_since(), since, self._changed_at, most_pages=MOST_PAGES):
            issues = [row for row in rows if _is_issue(row)]
            make = partial(_row, self._timelines(sound(issues, Payload.id, lambda issue: issue.id("number"))))
            yield self.reader.page(issues, make, self.starting_at(max(last, start)))

    def starting_at(self, moment: datetime) -> str:
        return json.dumps({"since": moment.astimezone(UTC).isoformat()})

    def read(self, id: str) -> Ticket | None:
        number = self._number_of(id)
        answer = self.site.find(f"{self._home}/issues/{number}") if number else None
        if answer is None or answer.payload.id() != id:  # a transferred issue leads to the one it became elsewhere
            return None
        return self.reader.one(answer.payload, partial(_row, self._timelines([answer.payload])))

    @cached_property
    def _home(self) -> str:
        """The repository by the name that it has now: an old one leads there, but may lose what is asked of a list."""
        answer = self.site.find(f"repos/{self.settings['repo']}")
        if answer is None:
            raise ConfigError(
                f"{self.site.host} shows no repository {self.settings['repo']} to this token: "
                "check its name, and that the token was made for it"
            )
        with told_by(self.title, self.site.host):
            return f"repos/{quote(answer.payload.text('full_name'))}"

    def _changed_since(self) -> Ask:
        following: str | None = None

        def ask(since: datetime, page: int) -> Batch:
            nonlocal following
            first = {"direction": "asc"} if since <= EPOCH else {"direction": "asc", "since": _stamp(since - SECOND)}
            answer = self._issues(following if page > 1 else None, first)
            following = answer.next_link
            return Batch(self._rows(answer), more=following is not None)

        return ask

    def _issues(self, following: str | None, asked: Mapping[str, str]) -> Answer:
        """A page of the list, by its address or as the first; without `state` GitHub lists open issues alone."""
        params = None if following else {"state": "all", "sort": "updated", "per_page": PER_PAGE, **asked}
        try:
            return self.site.get(following or f"{self._home}/issues", params)
        except Refused as error:
            if error.status != 410:
                raise
            raise ConfigError(
                f"issues are turned off in {self.settings['repo']}: turn them on in its settings, or remove this source"
            ) from None

    def _rows(self, answer: Answer) -> list[Payload]:
        with told_by(self.title, self.site.host):
            return rows_of(answer.payload)

    def _changed_at(self, row: Payload) -> datetime:
        return row.time("updated_at", self.reader.context.rule)

    def _number_of(self, id: str) -> str | None:
        """Where it was not met, the list is gone through once, what changed last first; None if it is not there."""
        while id not in self._numbers and not self._all_listed:
            answer = self._issues(self._listing, {"direction": "desc"})
            self._numbers.update(
                (row.id(), row.id("number"))
                for row in sound(self._rows(answer), Payload.id, _is_issue)
                if _is_issue(row)
            )
            self._listing = answer.next_link
            self._all_listed = self._listing is None
        return self._numbers.get(id)

    def _timelines(self, issues: list[Payload]) -> dict[str, list[Payload] | None]:
        """What happened to each issue, by its id; None where that may not be read."""
        paths = (f"{self._home}/issues/{row.id('number')}/timeline?per_page={PER_PAGE}" for row in issues)
        what = f"{self.site.host}: timelines of issues"
        return {
            row.id(): readable(self.notes, what, partial(self._whole, first))
            for row, first in zip(issues, self.site.parts(paths), strict=True)
        }

    def _whole(self, page: Answer | None) -> list[Payload] | None:
        events: list[Payload] = []
        for _ in range(MOST_PAGES):
            if page is None:
                return None
            events += (event for event in rows_of(page.payload) if event.opt_text("event") in TOLD)
            if page.next_link is None:
                break
            page = self.site.part(page.next_link)
        return events

    # -- webhooks

    def prove(self, hook: Hook) -> Reply | None:
        """Hex of HMAC-SHA256 over the body as it came; a ping is answered, and is about no issue."""
        given = hook.header("x-hub-signature-256")
        must_match(given, self.settings, lambda secret: f"sha256={hex_mac(secret, hook.body, 'sha256')}")
        return Reply() if hook.header("x-github-event") == "ping" else None

    def delivery(self, hook: Hook) -> str:
        return hook.header("x-github-delivery")

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        """Nothing for events other than of issues and their comments, nor for those of pull requests."""
        kind = hook.header("x-github-event")
        event = Payload(parse_json(hook.body.decode("utf-8", "replace")))
        if kind not in ("issues", "issue_comment") or not _is_issue(issue := event.at("issue")):
            return
        self._numbers[issue.id()] = issue.id("number")
        yield TicketRef(issue.id(), gone=kind == "issues" and event.opt_text("action") in ("deleted", "transferred"))


def _is_issue(row: Payload) -> bool:
    """GitHub lists pull requests among the issues. What is no object at all is for a page to set aside."""
    return not isinstance(row.value, Mapping) or row.value.get("pull_request") is None


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(told: Mapping[str, list[Payload] | None], issue: Payload) -> Row:
    events = told.get(issue.id())
    closed = issue.text("state") == "closed"
    assignees = [one.text("login") for one in issue.items("assignees")]
    return {
        "id": issue.id(),
        "subject": issue.opt_text("title"),
        "body": issue.opt_text("body"),
        "status": _closed_as(issue) if closed else "open",
        "channel": "web",
        "tags": [_label(label) for label in issue.items("labels")],
        "requester": issue.opt_text("user.id"),
        "assignee": assignees[0] if assignees else None,
        "created_at": issue.text("created_at"),
        "updated_at": issue.text("updated_at"),
        "solved_at": issue.opt_text("closed_at") if closed else None,
        "url": issue.opt_text("html_url"),
        "spam": issue.opt_text("active_lock_reason") == "spam",
        "custom": {
            "number": issue.id("number"),
            "state_reason": issue.opt_text("state_reason"),
            "milestone": issue.opt_text("milestone.title"),
            "author_association": issue.opt_text("author_association"),
        },
        **({} if events is None else _story(issue, events)),
    }


def _label(label: Payload) -> str:
    return label.value if isinstance(label.value, str) else label.text("name")


def _closed_as(told: Payload) -> str:
    """Of an issue, or of the event that closed it: completed is solved, not planned and duplicate are only closed."""
    return "solved" if told.opt_text("state_reason") == "completed" else "closed"


def _story(issue: Payload, events: list[Payload]) -> Row:
    """History, messages and the first reply: what somebody else than the opener wrote first, and no bot."""
    opener, status = issue.opt_text("user.id"), "open"
    first: Row = {"at": issue.text("created_at"), "author": "customer", "body": issue.opt_text("body")}
    messages, history = [first], []
    for event in sorted(events, key=lambda event: event.text("created_at")):
        at, kind = event.text("created_at"), event.text("event")
        if kind == "commented":
            messages.append({"at": at, "author": _role(event.at("user"), opener), "body": event.opt_text("body")})
            continue
        before, status = status, _closed_as(event) if kind == "closed" else "open"
        actor = _role(event.at("actor"), opener)
        history.append({"at": at, "field": "status", "from": before, "to": status, "actor": actor})
    reply = next((one["at"] for one in messages if one["author"] == "agent"), None)
    return {"history": history, "messages": messages, "first_reply_at": reply}


def _role(person: Payload, opener: str | None) -> str:
    """Whose account is there no more is nobody: whether he asked or answered cannot be told."""
    if (id_ := person.opt_text("id")) is None:
        return "system"
    if person.opt_text("type") == "Bot" or (person.opt_text("login") or "").endswith("[bot]"):
        return "bot"
    return "customer" if id_ == opener else "agent"
