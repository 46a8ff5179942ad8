"""What happened to a HubSpot ticket: changes, messages and answers, told from its properties and what is beside it.

All properties are texts; lengths of time are milliseconds, also those that count opening hours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.hubspot_names import Names
from ticketlens.connector import Row, sound
from ticketlens.intake.payload import Payload
from ticketlens.intake.times import TimeRule

INCOMING, OUTGOING = "INCOMING_EMAIL", "EMAIL"
NEVER_SENT = frozenset({"BOUNCED", "FAILED", "SCHEDULED", "SENDING"})
PEOPLE = ("CRM_UI", "MOBILE_IOS", "MOBILE_ANDROID", "HELP_DESK")
MACHINES = ("AUTOMATION", "WORKFLOW", "API", "INTEGRATION", "IMPORT", "MIGRATION", "CALCULATED")
SCORES = {"DETRACTOR": 1, "PASSIVE": 2, "PROMOTER": 3, "0": 1, "1": 2, "2": 3}
MOODS = {"NEGATIVE": 1, "NEUTRAL": 2, "POSITIVE": 3}


@dataclass(frozen=True, slots=True)
class Beside:
    """Ticket -> what is associated with it; contacts by their ids alone."""

    contacts: Mapping[str, list[str]] = field(default_factory=dict)
    companies: Mapping[str, list[Payload]] = field(default_factory=dict)
    emails: Mapping[str, list[Payload]] = field(default_factory=dict)
    notes: Mapping[str, list[Payload]] = field(default_factory=dict)
    answers: Mapping[str, list[Payload]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    ticket: Payload
    names: Names
    rule: TimeRule
    beside: Beside

    @property
    def properties(self) -> Payload:
        return self.ticket.at("properties")

    @property
    def created(self) -> datetime:
        return self.properties.opt_time("createdate", self.rule) or self.ticket.time("createdAt", self.rule)

    @property
    def changed(self) -> datetime:
        """A deletion does not move the time of change."""
        changed = self.properties.opt_time("hs_lastmodifieddate", self.rule)
        away = self.ticket.opt_time("archivedAt", self.rule)
        return max(filter(None, (changed or self.ticket.time("updatedAt", self.rule), away)))

    @property
    def status(self) -> str:
        """Of the stage; where that was removed since, closed is what HubSpot says of the ticket."""
        known = self.names.status(self.properties.opt_text("hs_pipeline_stage"))
        return known or ("closed" if self.properties.boolean("hs_is_closed") else "open")

    @property
    def closed(self) -> datetime | None:
        """The last time, from the ticket itself: its history tells more, where it still goes back so far."""
        for name in ("hs_last_closed_date", "closed_date"):
            if (at := self.properties.opt_time(name, self.rule)) is not None:
                return max(at, self.created)
        return self._after("time_to_close")

    @property
    def first_reply(self) -> datetime | None:
        """HubSpot's own, which may be missing; else the first e-mail that an agent sent to answer, and not to begin."""
        for name in ("hs_first_agent_message_sent_at", "first_agent_reply_date"):
            if (at := self.properties.opt_time(name, self.rule)) is not None and at > self.created:
                return at
        sent = [at for at, author, public, _ in self._said() if author == "agent" and public and at > self.created]
        return self._after("time_to_first_agent_reply") or min(sent, default=None)

    def _after(self, name: str) -> datetime | None:
        """The end of a length that is told in milliseconds."""
        try:
            return self.created + timedelta(milliseconds=float(self.properties.opt_text(name) or "none"))
        except (ValueError, OverflowError):
            return None

    # -- changes

    def history(self) -> list[Row]:
        of = {"assignee": ("hubspot_owner_id", self.names.person), "group": ("hubspot_team_id", self.names.team)}
        told = [row for name, (their, words) in of.items() for row in self._changes(name, their, words)]
        return [*self._closed_from_the_start(self._statuses()), *told]

    def _statuses(self) -> list[Row]:
        """Stages that were removed since are passed over: nobody can say whether they were closed."""
        return [row for row in self._changes("status", "hs_pipeline_stage", self.names.status) if row["to"] is not None]

    def _closed_from_the_start(self, rows: list[Row]) -> list[Row]:
        """A ticket that was brought in closed keeps the time at which it was closed elsewhere."""
        was = self.properties.opt_time("closed_date", self.rule)
        if rows and rows[0]["to"] == "closed" and rows[0]["from"] is None and was is not None:
            own = max(self.created, min(was, datetime.fromisoformat(str(rows[0]["at"]))))
            rows[0] = {**rows[0], "at": own.isoformat()}
        return rows

    def _changes(self, name: str, their: str, words: Callable[[str | None], str | None]) -> Iterator[Row]:
        """Oldest first, each from what it was before; HubSpot gives the newest first."""
        path = f"propertiesWithHistory.{their}"
        found = [(one.time("timestamp", self.rule), one) for one in reversed(list(self.ticket.items(path)))]
        before: str | None = None
        for at, one in sorted(found, key=lambda pair: pair[0]):
            after = words(one.opt_text("value"))
            if after == before or (after is None and name == "status"):
                continue
            yield {"at": max(at, self.created).isoformat(), "field": name, "from": before, "to": after,
                   "actor": _actor(one.opt_text("sourceType"))}  # fmt: skip
            before = after

    # -- messages

    def messages(self) -> list[Row]:
        return [{"at": at.isoformat(), "author": author, "public": public, "body": body}
                for at, author, public, body in self._said()]  # fmt: skip

    def first_words(self) -> str | None:
        """What the customer wrote first, for tickets that tell nothing themselves."""
        said = sorted((at, body) for at, author, _, body in self._said() if author == "customer" and body)
        return said[0][1] if said else None

    def _said(self) -> Iterator[tuple[datetime, str, bool, str]]:
        """(when, who, public, text). What was forwarded into HubSpot was not sent to the customer by that."""
        for mail in self._of(self.beside.emails):
            way = mail.opt_text("hs_email_direction")
            if way == INCOMING or mail.opt_text("hs_email_status") not in NEVER_SENT:
                text = mail.opt_text("hs_email_text") or mail.opt_text("hs_email_html") or ""
                author = "customer" if way == INCOMING else "agent"
                yield self._time_of(mail), author, way in (INCOMING, OUTGOING), text
        for note in self._of(self.beside.notes):
            yield self._time_of(note), "agent", False, note.opt_text("hs_note_body") or ""

    def _time_of(self, properties: Payload) -> datetime:
        return properties.opt_time("hs_timestamp", self.rule) or properties.time("hs_createdate", self.rule)

    def _of(self, found: Mapping[str, Sequence[Payload]]) -> Sequence[Payload]:
        return found.get(self.ticket.id(), ())

    # -- people and answers

    @property
    def requester(self) -> str | None:
        return next(iter(self.beside.contacts.get(self.ticket.id(), ())), None)

    @property
    def company(self) -> str | None:
        told = self.properties.opt_text("hs_primary_company_name")
        named = sound(self._of(self.beside.companies), lambda one: one.opt_text("name"))
        return told or next(filter(None, (one.opt_text("name") for one in named)), None)

    def satisfaction(self) -> Row | None:
        """The last answer to a survey of satisfaction, on the three steps into which HubSpot puts every scale."""
        found = [(one.opt_time("hs_submission_timestamp", self.rule), one) for one in self._of(self.beside.answers)
                 if one.opt_text("hs_survey_type") == "CSAT" and _score(one) is not None]  # fmt: skip
        if not found:
            return None
        at, last = max(found, key=lambda pair: pair[0] or self.created)
        when = at.isoformat() if at else None
        return {"score": _score(last), "scale": 3, "comment": last.opt_text("hs_content"), "at": when}


def _score(answer: Payload) -> int | None:
    group, mood = (answer.opt_text(name) or "" for name in ("hs_response_group", "hs_sentiment"))
    return SCORES.get(group.upper()) or MOODS.get(mood.upper())


def _actor(source: str | None) -> str | None:
    if source is None:
        return None
    if source.startswith(PEOPLE):
        return "agent"
    return "system" if source.startswith(MACHINES) else None
