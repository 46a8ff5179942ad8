"""What a ticket's history holds for whoever counts in another way: starts, solves, closes, replies. Epoch seconds."""

from dataclasses import dataclass
from datetime import datetime

from ticketlens.metrics.statuses import SOLVED, in_order, status_changes
from ticketlens.model.ticket import Actor, Event, Status, Ticket

AUTOMATIC = (Actor.BOT, Actor.SYSTEM)


@dataclass(frozen=True, slots=True)
class Stretch:
    status: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Story:
    """`solves` are moves into solved or closed from what is neither; `waits` maps a solve by an automation to when the
    waiting for the customer that it ended began; `stretches` are the finished stays in a status."""

    created: int
    first_customer: int | None
    solves: tuple[int, ...]
    closes: tuple[int, ...]
    waits: dict[int, int]
    stretches: tuple[Stretch, ...]
    human_replies: tuple[int, ...]
    bot_replies: tuple[int, ...]
    private_notes: tuple[int, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        return (self.created,) if self.first_customer is None else (self.created, self.first_customer)


def story_of(ticket: Ticket) -> Story:
    created = _epoch(ticket.created_at)
    changes = status_changes(ticket.history)
    solves = [_epoch(change.at) for change in changes if change.solves]
    if not solves:
        solves = [_epoch(at) for at in (ticket.first_solved_at, ticket.solved_at) if at is not None]
    customers = [_epoch(each.at) for each in ticket.messages if each.author is Actor.CUSTOMER]
    return Story(
        created=created,
        first_customer=min(customers, default=None),
        solves=tuple(sorted(set(solves))),
        closes=tuple(_epoch(change.at) for change in changes if change.after == Status.CLOSED),
        waits=_waits(ticket),
        stretches=_stretches(ticket, created),
        human_replies=_written(ticket, (Actor.AGENT,), public=True),
        bot_replies=_written(ticket, AUTOMATIC, public=True),
        private_notes=_written(ticket, (Actor.AGENT, *AUTOMATIC), public=False),
    )


def _epoch(at: datetime) -> int:
    return int(at.timestamp())


def _written(ticket: Ticket, authors: tuple[Actor, ...], *, public: bool) -> tuple[int, ...]:
    found = [_epoch(each.at) for each in ticket.messages if each.author in authors and each.public is public]
    if public:
        found += [_epoch(each.at) for each in ticket.history if each.field == "reply" and each.actor in authors]
        if ticket.first_reply_at is not None and Actor.AGENT in authors:
            found.append(_epoch(ticket.first_reply_at))
    return tuple(sorted(set(found)))


def _waits(ticket: Ticket) -> dict[int, int]:
    found: dict[int, int] = {}
    since: int | None = None
    for event in in_order(ticket.history, "status"):
        if event.after == Status.WAITING_CUSTOMER:
            since = _epoch(event.at) if since is None else since
            continue
        if since is not None and _closes_by_itself(event):
            found[_epoch(event.at)] = since
        since = None
    return found


def _closes_by_itself(event: Event) -> bool:
    return event.after in SOLVED and event.actor in AUTOMATIC


def _stretches(ticket: Ticket, created: int) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    since = created
    for change in status_changes(ticket.history):
        at = max(_epoch(change.at), created)
        found.append(Stretch(change.before, since, at))
        since = at
    return tuple(found)
