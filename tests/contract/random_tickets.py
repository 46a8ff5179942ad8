"""Small worlds of tickets and filters by seed: every field, odd lives, and words in several alphabets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from ticketlens.intake.solved import apply_history
from ticketlens.model import Actor, Channel, Event, Message, Priority, Satisfaction, Status, Ticket
from ticketlens.model.filter import DATED, STATES, Filter

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 70
WORDS = ("Crème", "brûlée", "пароль", "забыл", "login", "LOGIN", "refund", "straße", "ёлка", "order 4711", "ångra")
GROUPS = (None, "tier1", "tier2", "Zürich")
TAGS = ("login", "billing", "a;b", "ё")
SOURCES = ("import", "desk-eu")
VALUES = {
    "source": SOURCES, "group": ("", "tier1", "tier2", "Zürich", "nobody's"), "assignee": ("", "kim"),
    "brand": ("", "shop"), "channel": ("", "email", "chat"), "priority": ("", "low", "urgent"),
    "language": ("en", "sv"), "tag": ("", *TAGS), "organization": ("", "acme"), "requester": ("", "c-1"),
    "status": ("new", "open", "solved", "closed"), "topic": ("", "1", "2"),
    "flaw": ("", "no_status_history", "solved_at_unknown_time"), "custom.plan": ("", "pro", "free"),
}  # fmt: skip


def random_tickets(seed: int, count: int) -> list[Ticket]:
    """`count` tickets with ids of their own, as intake gives them."""
    dice = Random(seed)
    return [_ticket(dice, number) for number in range(count)]


def random_filter(seed: int) -> Filter:
    dice = Random(seed)
    names = dice.sample(sorted(VALUES), dice.choice((0, 0, 1, 1, 2)))
    first, last = sorted(_day(dice) for _ in range(2))
    return Filter(
        first=dice.choice((None, first)),
        last=dice.choice((None, last)),
        dated=dice.choice((*DATED, "arrived", "arrived")),
        where={name: tuple(dice.sample(VALUES[name], dice.randint(1, len(VALUES[name])))) for name in names},
        q=dice.choice((None, None, "creme", "ПАРОЛЬ забыл", "елка", "strasse", "4711", "?!", "nowhere")),
        states=tuple(dice.sample(STATES, dice.choice((0, 0, 0, 1, 2)))),
        open_at=dice.choice((None, None, FIRST + timedelta(hours=dice.randint(0, DAYS * 24)))),
        excluded=dice.choice((None, None, None, "any", "spam", "merged")),
    )


def _day(dice: Random) -> date:
    return (FIRST + timedelta(days=dice.randint(0, DAYS))).date()


def _ticket(dice: Random, number: int) -> Ticket:
    created = FIRST + timedelta(seconds=dice.randint(0, DAYS * 86_400))
    history = _history(dice, created) if dice.random() < 0.6 else ()
    replied = created + timedelta(minutes=dice.randint(0, 5_000))
    life = _told(dice, created) if not history else {"status": Status.NEW}
    return apply_history(
        Ticket(
            source=dice.choice(SOURCES), id=f"{number}", subject=_words(dice), body=_words(dice), created_at=created,
            updated_at=created + timedelta(days=dice.randint(0, 40)), history=history,
            priority=dice.choice((None, Priority.LOW, Priority.URGENT)),
            channel=dice.choice((None, Channel.EMAIL, Channel.CHAT)),
            tags=tuple(dice.sample(TAGS, dice.randint(0, 2))), requester=dice.choice((None, "c-1", "c-2")),
            organization=dice.choice((None, "acme")), assignee=dice.choice((None, "kim")), group=dice.choice(GROUPS),
            brand=dice.choice((None, "shop")), language=dice.choice(("en", "sv")),
            first_reply_at=replied if dice.random() < 0.4 else None,
            messages=_talk(dice, created, replied), agent_minutes=_minutes(dice), sla_met=_sla(dice),
            observed_until=created + timedelta(days=dice.randint(0, 30)) if dice.random() < 0.15 else None,
            satisfaction=_answer(dice, created), spam=dice.random() < 0.05, test=dice.random() < 0.03,
            pulled=number % 2 == 1,
            merged_into="0" if dice.random() < 0.05 else None,
            custom={"plan": dice.choice(("pro", "free"))} if dice.random() < 0.5 else {}, **life,
        )
    )  # fmt: skip


def _talk(dice: Random, created: datetime, replied: datetime) -> tuple[Message, ...]:
    """Nothing, one reply, or up to six messages by anybody, now and then the first by an agent at the creation."""
    if dice.random() < 0.3:
        return ()
    if dice.random() < 0.3:
        return (Message(replied, Actor.AGENT, True, _words(dice)),)
    writers = (Actor.AGENT, Actor.AGENT, Actor.CUSTOMER, Actor.CUSTOMER, Actor.BOT)
    at, messages = created, []
    for _ in range(dice.randint(1, 6)):
        messages.append(Message(at, dice.choice(writers), dice.random() < 0.9, _words(dice)))
        at += timedelta(seconds=dice.randint(0, 6 * 86_400))
    return tuple(messages)


def _minutes(dice: Random) -> float | None:
    return dice.choice((None, None, 0.0, 7.5, 30.0))


def _sla(dice: Random) -> bool | None:
    return dice.choice((None, None, None, True, False))


def _history(dice: Random, created: datetime) -> tuple[Event, ...]:
    """Up to six moves; solved and reopened more than once, now and then."""
    at, state, events = created, Status.NEW, []
    for _ in range(dice.randint(1, 6)):
        at += timedelta(seconds=dice.randint(1, 6 * 86_400))
        if dice.random() < 0.2:
            events.append(Event(at, "priority", dice.choice(("low", "urgent")), dice.choice(("low", "urgent"))))
        silent = state is Status.WAITING_CUSTOMER and dice.random() < 0.5
        after = Status.SOLVED if silent else dice.choice([status for status in Status if status is not state])
        events.append(Event(at, "status", state.value, after.value, dice.choice(tuple(Actor))))
        state = after
    return tuple(events)


def _told(dice: Random, created: datetime) -> dict[str, object]:
    """What a source without a history tells of a ticket's life."""
    solved = created + timedelta(seconds=dice.randint(0, 20 * 86_400))
    return dice.choice(
        (
            {"status": Status.OPEN},
            {"status": Status.WAITING_CUSTOMER, "first_solved_at": solved, "reopens": 1},
            {"status": Status.SOLVED, "solved_at": solved},
            {"status": Status.CLOSED, "solved_at": solved, "first_solved_at": solved, "reopens": dice.randint(0, 1)},
            {"status": Status.SOLVED},
        )
    )


def _answer(dice: Random, created: datetime) -> Satisfaction | None:
    if dice.random() < 0.7:
        return None
    scale = dice.choice((1, 2, 3, 4, 5, 7, 10))
    return Satisfaction(float(dice.randint(1, scale)), scale, at=created + timedelta(days=dice.randint(0, 20)))


def _words(dice: Random) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(1, 4)))


def later_versions(seed: int, ticket: Ticket) -> Sequence[tuple[Ticket, int]]:
    """Versions of one ticket with ties in their times, each with the number of the reading that gave it."""
    dice = Random(seed)
    versions = []
    for _ in range(dice.randint(2, 5)):
        days = dice.randint(0, 1)
        changed = {"updated_at": ticket.updated_at + timedelta(days=days), "subject": dice.choice(WORDS[:3])}
        richer = {"group": dice.choice(GROUPS), "tags": tuple(dice.sample(TAGS, dice.randint(0, 1)))}
        versions.append((replace(ticket, **changed, **richer), dice.randint(0, 2)))
    return versions
