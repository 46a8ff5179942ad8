"""How one source stands, for the page, the API and the command line alike."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ticketlens.connector import Connector, HookProof, Receiver, hook_proof
from ticketlens.hooks.counts import HookCounts
from ticketlens.sources.hook_secret import FORMER, SECRET
from ticketlens.sources.registry import Source
from ticketlens.sources.schedule import Schedule
from ticketlens.sources.state import PullAsked, PullState, moment

Phase = Literal["pulling", "failed", "broken off", "not read yet", "late", "fresh"]
PHASES: tuple[Phase, ...] = ("pulling", "failed", "broken off", "not read yet", "late", "fresh")
LATE_AFTER = timedelta(minutes=10)
TAKEN_UP_WITHIN = timedelta(minutes=1)
NO_WORKER = "no worker has taken it up: is ticketlens serve or ticketlens worker running?"
NO_READER = "no worker reads what comes by webhook: is ticketlens serve or ticketlens worker running?"


@dataclass(frozen=True, slots=True)
class Standing:
    """`remedy` is a sentence that says what is wrong and what to do. `tickets` are those in the store.

    `next_at` is None where a person has to begin the next pull; `lag` is how far behind what is known is. `proof` says
    how the secret of its webhooks is come by; while `has_former`, two of them count. `hook_error` says why deliveries
    wait.
    """

    name: str
    kind: str
    title: str
    phase: Phase
    remedy: str | None
    tickets: int
    lag: timedelta | None
    next_at: datetime | None
    asked: PullAsked | None
    webhook_url: str | None
    proof: HookProof | None
    has_secret: bool
    has_former: bool
    hooks: HookCounts
    hook_error: str | None
    state: PullState

    @property
    def share(self) -> float | None:
        """How much of a pull is done, from 0 to 1, where the helpdesk says how many tickets there are."""
        return min(self.state.done / self.state.total, 1.0) if self.state.total else None

    @property
    def is_whole(self) -> bool:
        """Whether all that there is was read at least once."""
        return self.state.full_at is not None

    def left(self, now: datetime) -> timedelta | None:
        """How long the rest of a pull takes, if it goes on as fast as it did so far."""
        begun = moment(self.state.begun_at)
        if self.phase != "pulling" or not self.share or begun is None:
            return None
        return (now - begun) * (1 - self.share) / self.share

    def to_json(self) -> dict[str, object]:
        state = self.state
        counts = {name: getattr(state, name) for name in ("received", "stored", "unchanged", "set_aside", "refused")}
        return {
            "name": self.name, "kind": self.kind, "title": self.title, "phase": self.phase, "error": self.remedy,
            "tickets": self.tickets, "lag_seconds": None if self.lag is None else round(self.lag.total_seconds()),
            "begun_at": state.begun_at, "ended_at": state.ended_at, "good_at": state.good_at, "full_at": state.full_at,
            "full": state.full, "full_error": state.full_error, "done": state.done, "total": state.total,
            "counts": counts, "notes": list(state.notes), "failures": state.failures,
            "next_at": self.next_at.isoformat() if self.next_at else None,
            "asked_at": self.asked.at.isoformat() if self.asked else None, "webhook_url": self.webhook_url,
            "hooks": self.hooks.to_json(), "hook_error": self.hook_error,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see of a source at `now`; `pulling`: somebody reads it at this moment."""

    source: Source
    kind: type[Connector] | None
    state: PullState
    asked: PullAsked | None
    tickets: int
    pulling: bool
    now: datetime
    hooks: HookCounts
    hook_error: str | None

    def standing(self, schedule: Schedule, address: str) -> Standing:
        """`address` is where people, and webhooks, find this server."""
        source, kind, state = self.source, self.kind, self.state
        due = None if self.pulling else schedule.due_at(state)
        phase, remedy = self._phase(due, schedule)
        read_to, hooked = moment(state.read_to), bool(kind and issubclass(kind, Receiver))
        return Standing(
            source.name, source.kind, kind.title if kind else source.kind, phase, remedy, self.tickets,
            None if read_to is None else max(self.now - read_to, timedelta()),
            max(due, self.now) if due else None, self.asked,
            f"{address}/hooks/{source.name}" if hooked else None, hook_proof(kind) if kind and hooked else None,
            SECRET in source.secret_names, FORMER in source.secret_names, self.hooks, self.hook_error, state,
        )  # fmt: skip

    def _phase(self, due: datetime | None, schedule: Schedule) -> tuple[Phase, str | None]:
        """A state that says it is running while nobody reads was left behind by a pull that broke off."""
        state, stuck = self.state, self._stuck()
        if self.kind is None:
            return "failed", f"its connector {self.source.kind!r} is not installed: see ticketlens doctor"
        if self.pulling:
            return "pulling", None
        if state.error:
            return "failed", state.error
        if state.running:
            return "broken off", stuck or f"the last pull broke off after {state.done:,} tickets; the next one goes on"
        if state.good_at is None:
            return "not read yet", stuck
        if due is not None and self.now > due + max(LATE_AFTER, timedelta(minutes=schedule.minutes)):
            return "late", NO_WORKER
        return ("late", stuck) if stuck else ("fresh", None)

    def _stuck(self) -> str | None:
        return NO_WORKER if self.asked and self.now > self.asked.at + TAKEN_UP_WITHIN else None
