"""Zendesk Support. Sources: developer.zendesk.com, Incremental Exports, Tickets, Verifying webhook authenticity.

What changed is read by the cursor of the incremental export, which Zendesk keeps; it also names deleted tickets.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.frame import readable, rows_of, told_by
from connectors.zendesk_articles import article_pages, article_rows
from connectors.zendesk_audits import STATUSES, Audits
from ticketlens.connector import ArticlePage, Field, Hook, HookProof, Page, Reader, Reply, Row, TicketRef, sound
from ticketlens.errors import BadPayload
from ticketlens.fetch import Fetch, Refused, TooLarge
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.model import Ticket
from ticketlens.outside.answer import Answer
from ticketlens.outside.proof import base64_mac, must_be_recent, must_match

EXPORT = "incremental/tickets/cursor.json"
PER_PAGE, LEAST_PER_PAGE = (1000, 100), 10
EXPORTS_A_MINUTE = 10
OTHERS_A_MINUTE = 200
SIDELOADS = "metric_sets,users,groups,organizations,brands"
OVERLAP_SECONDS = 120
MOST_PAGES = 1_000
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - Zendesk signs its test sends with this one
CHANNELS = {
    "email": "email", "web": "web", "web_form": "web", "api": "api", "chat": "chat", "native_messaging": "chat",
    "messaging": "chat", "whatsapp": "chat", "line": "chat", "sms": "chat", "voice": "phone", "phone": "phone",
    "twitter": "social", "facebook": "social", "instagram_dm": "social", "twitter_dm": "social", "any_channel": "other",
    "help_center": "web", "web_widget": "web", "mobile_sdk": "web", "mobile": "web", "rule": "other",
}  # fmt: skip


class Zendesk:
    name: ClassVar[str] = "zendesk"
    title: ClassVar[str] = "Zendesk"
    hook_proof: ClassVar[HookProof] = "theirs"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", help="https://YOURS.zendesk.com"),
        Field("email", help="of the administrator whose API token it is"),
        Field("token", secret=True, help="an API token: Admin Center, Apps and integrations, Zendesk API"),
        Field("conversations", required=False, help="yes: read comments and status changes of each ticket too"),
    )

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings = settings
        self.root = settings["url"].rstrip("/")
        auth = (f"{settings['email']}/token", settings["token"])
        self.exports = fetch.site(f"{self.root}/api/v2", auth=auth, per_minute=EXPORTS_A_MINUTE)
        self.site = fetch.site(f"{self.root}/api/v2", auth=auth, per_minute=OTHERS_A_MINUTE)

        self.notes = fetch.notes
        self.reader = Reader(settings)

    # -- pull

    def pull(self, cursor: str | None) -> Iterator[Page]:
        at = json.loads(cursor) if cursor else {"time": 0}
        while True:
            body = self._export(at)
            with told_by(self.title, self.exports.host):
                rows, done, after = rows_of(body, "tickets"), self._is_last(body, at), body.opt_text("after_cursor")
            names, audits = _Names(body), self._audits(rows) if self._wants_audits(at) else {}
            at = {
                "after": after or at.get("after"),
                "time": max([int(at["time"]), *(_stamp(row) or 0 for row in sound(rows, _stamp))]),
                "live": bool(at.get("live")) or done,
            }
            yield self.reader.page(rows, lambda row, n=names, a=audits: self._made(row, n, a), json.dumps(at))  # type: ignore[misc]
            if done:
                return

    def starting_at(self, moment: datetime) -> str:
        return json.dumps({"time": int(moment.timestamp()), "live": True})

    def read(self, id: str) -> Ticket | None:
        answer = self.site.find(f"tickets/{quote(id, safe='')}.json", {"include": SIDELOADS})
        if answer is None:
            return None
        ticket, names = answer.payload.at("ticket"), _Names(answer.payload)
        return self.reader.one(ticket, lambda row: self._made(row, names, self._audits([row])))

    def _export(self, at: Mapping[str, Any]) -> Payload:
        if at.get("after"):
            with suppress(Refused):  # a cursor that Zendesk keeps no more: begin where it stood
                return self._page({"cursor": at["after"]})
        return self._page({"start_time": max(int(at["time"]) - OVERLAP_SECONDS, 0)})

    def _is_last(self, body: Payload, at: Mapping[str, Any]) -> bool:
        told = body.at("end_of_stream").value
        if not isinstance(told, bool) or not (told or body.opt_text("after_cursor") not in (None, at.get("after"))):
            raise BadPayload("end_of_stream", "neither an end nor a way on")
        return told

    def _page(self, place: Mapping[str, object]) -> Payload:
        """Of fewer tickets where they are too long for one answer."""
        for per_page in PER_PAGE:
            with suppress(TooLarge):
                return self.exports.get(EXPORT, {**place, "per_page": per_page, "include": SIDELOADS}).payload
        return self.exports.get(EXPORT, {**place, "per_page": LEAST_PER_PAGE, "include": SIDELOADS}).payload

    def _wants_audits(self, at: Mapping[str, Any]) -> bool:
        """The first reading of a large account would take a request a ticket, so it is done where it is asked for."""
        return bool(at.get("live")) or self.settings.get("conversations", "").lower() in ("yes", "true", "1")

    def _audits(self, rows: list[Payload]) -> dict[str, Audits]:
        """What was done to each ticket; deleted ones have nothing more to tell."""
        ids = [row.id() for row in sound(rows, Payload.id) if row.at("status").value != "deleted"]
        found = self.site.parts(f"tickets/{id_}/audits.json?page[size]=100&include=users" for id_ in ids)
        told = ((id_, self._whole(first)) for id_, first in zip(ids, found, strict=True) if first is not None)
        return {id_: audits for id_, audits in told if audits is not None}

    def _whole(self, first: Answer) -> Audits | None:
        """None, and a note, for audits that cannot be read: their ticket is read without them."""
        what = f"{self.site.host}: audits of tickets"
        return readable(self.notes, what, lambda: Audits.of(self._pages(first), self.reader.context.rule))

    def _pages(self, page: Answer) -> Iterator[Payload]:
        for _ in range(MOST_PAGES):
            yield page.payload
            following = page.payload.opt_text("links.next")
            if not page.payload.boolean("meta.has_more") or following is None:
                return
            if (rest := self.site.part(following)) is None:
                raise BadPayload("links.next", "leads nowhere")
            page = rest

    # -- a ticket

    def _made(self, ticket: Payload, names: "_Names", audits: Mapping[str, Audits]) -> Row:
        try:
            return self._row(ticket, names, audits)
        except (ValueError, OverflowError, OSError):
            raise BadPayload("created_at, updated_at, generated_timestamp", "not all of them are times") from None

    def _row(self, ticket: Payload, names: "_Names", audits: Mapping[str, Audits]) -> Row:
        id_, metrics = ticket.id(), ticket.at("metric_set")
        tags = [str(tag.value) for tag in ticket.items("tags")]
        return {
            "id": id_,
            "subject": ticket.opt_text("raw_subject") or ticket.opt_text("subject"),
            "body": ticket.opt_text("description"),
            "status": STATUSES.get(status := ticket.text("status"), status),
            "priority": ticket.opt_text("priority"),
            "channel": CHANNELS.get(ticket.opt_text("via.channel") or "", "other"),
            "tags": tags,
            "requester": ticket.opt_text("requester_id"),
            "organization": names.of("organizations", ticket.opt_text("organization_id")),
            "assignee": names.of("users", ticket.opt_text("assignee_id")),
            "group": names.of("groups", ticket.opt_text("group_id")),
            "brand": names.of("brands", ticket.opt_text("brand_id")),
            "language": names.part("users", ticket.opt_text("requester_id"), "locale"),
            "created_at": ticket.text("created_at"),
            "updated_at": _changed(ticket),
            "first_reply_at": _after(ticket, metrics, "reply_time_in_minutes"),
            "first_solved_at": _after(ticket, metrics, "first_resolution_time_in_minutes"),
            "solved_at": metrics.opt_text("solved_at"),
            "reopens": metrics.at("reopens").value,
            "satisfaction": _rating(ticket),
            "url": f"{self.root}/agent/tickets/{id_}",
            "deleted": status == "deleted",
            "merged_into": "another ticket" if "closed_by_merge" in tags else None,
            **_told(ticket, audits.get(id_), names),
        }

    # -- the help centre

    def articles(self) -> Iterator[ArticlePage]:
        for records in article_pages(self.site, self.title):
            yield self.reader.articles(records, article_rows)

    # -- webhooks

    def prove(self, hook: Hook) -> Reply | None:
        """Base64 of HMAC-SHA256 over timestamp and body, as the bytes came; the secret is taken as it is written."""
        stamp, given = hook.header("x-zendesk-webhook-signature-timestamp"), hook.header("x-zendesk-webhook-signature")
        message = stamp.encode() + hook.body
        if hmac.compare_digest(given.encode(), base64_mac(TEST_SECRET, message, "sha256").encode()):
            return Reply()  # a test send of Zendesk's own page: true to anybody, so it never counts for more
        must_match(given, self.settings, lambda secret: base64_mac(secret, message, "sha256"))
        must_be_recent(_moment(stamp), hook)
        return None

    def delivery(self, hook: Hook) -> str:
        return hook.header("x-zendesk-webhook-invocation-id")

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        event = Payload(parse_json(hook.body.decode("utf-8", "replace")))
        named = event.opt_text("detail.id") or (event.opt_text("subject") or "").removeprefix("zen:ticket:")
        if not named:
            raise BadPayload("detail.id", "missing")
        yield TicketRef(
            named, gone=(event.opt_text("type") or "").endswith(("ticket.soft_deleted", "permanently_deleted"))
        )


@dataclass(frozen=True)
class _Names:
    """What an answer tells of users, groups and organizations beside its tickets."""

    body: Payload
    _known: dict[str, dict[str, Payload]] = field(default_factory=dict)

    def part(self, kind: str, id: str | None, name: str) -> str | None:
        if kind not in self._known:
            self._known[kind] = {one.id(): one for one in _named(self.body, kind)}
        found = self._known[kind].get(id or "")
        return found.opt_text(name) if found is not None else None

    def of(self, kind: str, id: str | None) -> str | None:
        """The name where it is known, else the id."""
        return self.part(kind, id, "name") or id


def _named(body: Payload, kind: str) -> list[Payload]:
    """Those that can be read of what stands beside the tickets: it costs no more than names."""
    told = body.items(kind) if isinstance(body.at(kind).value, list) else ()
    return sound(told, Payload.id, lambda one: [one.opt_text(name) for name in ("name", "role", "locale")])


def _stamp(ticket: Payload) -> int | None:
    stamp = ticket.at("generated_timestamp").value
    return stamp if isinstance(stamp, int) else None


def _changed(ticket: Payload) -> str:
    """Zendesk's own updates move `generated_timestamp` alone: what is read later is never taken for the same."""
    stamp, updated = _stamp(ticket), ticket.text("updated_at")
    if stamp is None:
        return updated
    return max(datetime.fromtimestamp(stamp, UTC), datetime.fromisoformat(updated)).isoformat()


def _after(ticket: Payload, metrics: Payload, name: str) -> str | None:
    """A length on the calendar, told in whole minutes since the creation, as the moment of its end."""
    seconds = metrics.at(name.replace("minutes", "seconds")).at("calendar").value
    minutes = metrics.at(name).at("calendar").value
    if isinstance(seconds, int):
        spent = timedelta(seconds=seconds)
    elif isinstance(minutes, int):
        spent = timedelta(minutes=minutes)
    else:
        return None
    return (datetime.fromisoformat(ticket.text("created_at")) + spent).isoformat()


def _rating(ticket: Payload) -> Row | None:
    score = {"good": 2, "bad": 1}.get(ticket.opt_text("satisfaction_rating.score") or "")
    return {"score": score, "scale": 2, "comment": ticket.opt_text("satisfaction_rating.comment")} if score else None


def _told(ticket: Payload, audits: Audits | None, names: _Names) -> Row:
    """History, messages and the exact first reply, where the audits were read."""
    return {} if audits is None else audits.row(ticket, lambda user: names.part("users", user, "role"))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
