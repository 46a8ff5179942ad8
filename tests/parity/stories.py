"""A ticket for each reason why a helpdesk's figure is another than ours: what is here, what they show, and why.

Ours is given, not measured, so that a case stays what it is when a definition of ours moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.schedule import schedule_from
from ticketlens.model.ticket import Actor, Event, Message, Status, Ticket

MONDAY = datetime(2026, 3, 23, 8, tzinfo=UTC)  # a week later the clocks of Stockholm change
EXPORTED = MONDAY + timedelta(days=40)
H, D = 3600, 86_400
WEEK_HOURS = {"mon-fri": "08:00-16:00"}
CLOCKS = Clocks(
    (
        schedule_from({"name": "day", "hours": WEEK_HOURS, "closed": ["2026-03-25"]}),
        schedule_from({"name": "night", "hours": {"mon-sun": "16:00-08:00"}, "groups": ["night"]}),
    )
)
ZONES = ("Europe/Stockholm",)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def moved(hours: float, before: str, after: str, actor: Actor = Actor.AGENT, field: str = "status") -> Event:
    return Event(at(hours), field, before, after, actor)


def wrote(hours: float, author: Actor, *, public: bool = True) -> Message:
    return Message(at(hours), author, public, "Hello")


def ticket(**more: object) -> Ticket:
    made = Ticket(
        source="desk", id="1", subject="Cannot log in", created_at=MONDAY, updated_at=at(30), status=Status.SOLVED,
        first_solved_at=at(24), solved_at=at(24), history=(moved(1, "new", "open"), moved(24, "open", "solved")),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Told:
    """`ours` by (metric, clock); `theirs` is what they show for `metric` on `clock`, both in seconds."""

    name: str
    reasons: str
    theirs: int | None
    ours: Mapping[tuple[str, str], int | None] = field(default_factory=dict)
    ticket: Ticket | None = field(default_factory=ticket)
    metric: str = "ttr.full"
    clock: str = "calendar"
    excluded: str | None = None
    tolerance: int = 60


def full(
    calendar: int | None, business: int | None = None, metric: str = "ttr.full"
) -> dict[tuple[str, str], int | None]:
    return {(metric, "calendar"): calendar, (metric, "business"): business}


TWICE = ticket(
    solved_at=at(50), updated_at=at(60), reopens=1,
    history=(moved(1, "new", "open"), moved(24, "open", "solved"), moved(40, "solved", "open"),
             moved(50, "open", "solved")),
)  # fmt: skip
OPEN_AGAIN = ticket(
    status=Status.OPEN, solved_at=None, reopens=1,
    history=(moved(24, "new", "solved"), moved(40, "solved", "open", Actor.CUSTOMER)),
)  # fmt: skip
SILENT = ticket(
    solved_at=at(100), first_solved_at=at(100), updated_at=at(100),
    history=(moved(4, "new", "waiting_customer"), moved(100, "waiting_customer", "solved", Actor.SYSTEM)),
)  # fmt: skip
CLOSED = ticket(
    history=(moved(24, "new", "solved"), moved(120, "solved", "closed", Actor.SYSTEM)), status=Status.CLOSED
)
PROACTIVE = ticket(messages=(wrote(0, Actor.AGENT), wrote(6, Actor.CUSTOMER), wrote(7, Actor.AGENT)))
ANSWERED = ticket(
    messages=(
        wrote(0, Actor.CUSTOMER),
        wrote(0.05, Actor.BOT),
        wrote(1, Actor.AGENT, public=False),
        wrote(3, Actor.AGENT),
    )
)
HELD = ticket(
    history=(moved(2, "new", "on_hold"), moved(10, "on_hold", "waiting_customer"),
             moved(20, "waiting_customer", "open"), moved(24, "open", "solved")),
)  # fmt: skip
HANDED_OVER = ticket(
    group="night", history=(moved(8, "day", "night", field="group"), moved(24, "new", "solved")),
)  # fmt: skip
HOLIDAY = ticket(
    solved_at=at(3 * 24), first_solved_at=at(3 * 24), updated_at=at(80), history=(moved(72, "new", "solved"),)
)
OVER_SPRING = ticket(
    solved_at=at(10 * 24), first_solved_at=at(10 * 24), updated_at=at(300), history=(moved(240, "new", "solved"),)
)
NEWER = ticket(
    solved_at=at(50 * 24), updated_at=at(50 * 24), reopens=1,
    history=(moved(24, "new", "solved"), moved(45 * 24, "solved", "open"), moved(50 * 24, "open", "solved")),
)  # fmt: skip
LATE = ticket(
    solved_at=at(1200), first_solved_at=at(1200), updated_at=at(1200), history=(moved(1200, "new", "solved"),)
)
WAITS = {("wait.requester", "calendar"): 14 * H, ("wait.agent", "calendar"): 10 * H, ("wait.hold", "calendar"): 8 * H}
UNSOLVED = ticket(
    status=Status.OPEN, solved_at=None, first_solved_at=None,
    history=(moved(2, "new", "on_hold"), moved(10, "on_hold", "open")),
)  # fmt: skip

STORIES = (
    Told("gone", "not_here", D, ticket=None),
    Told("spam", "left_out", D, full(D), ticket(spam=True), excluded="spam"),
    Told("merged", "left_out", D, full(D), ticket(merged_into="2"), excluded="merged"),
    Told("no time", "unknown_time", D, full(None), ticket(solved_at=None, first_solved_at=None, history=())),
    Told("newer", "newer_here", D, full(50 * D), NEWER),
    Told("not solved at export", "newer_here", None, full(50 * D), LATE),
    Told("open again", "reopened", D, full(None), OPEN_AGAIN),
    Told("open again, business", "reopened", 8 * H, full(None), OPEN_AGAIN, clock="business"),
    Told("open again, other clock", "reopened+other_clock", 8 * H, full(None), OPEN_AGAIN),
    Told("business for calendar", "other_clock", 8 * H, full(D, 8 * H)),
    Told("calendar for business", "other_clock", D, full(D, 8 * H), clock="business"),
    Told("first for last", "first_solve", D, full(50 * H), TWICE),
    Told("last for first", "last_solve", 50 * H, full(D, metric="ttr.first"), TWICE, "ttr.first"),
    Told("by itself", "automatic_close", 100 * H, full(4 * H), SILENT),
    Told("by itself, here", "waiting_began", 4 * H, full(100 * H), SILENT),
    Told("closed", "closed", 120 * H, full(D), CLOSED),
    Told("from creation", "from_creation", D, full(18 * H), PROACTIVE),
    Told("from the customer", "from_customer", 18 * H, full(D), PROACTIVE),
    Told("a bot", "bot_reply", 180, full(3 * H, metric="reply.first"), ANSWERED, "reply.first"),
    Told("a bot alone", "bot_reply", 180, full(None, metric="reply.first"),
         replace(ANSWERED, messages=ANSWERED.messages[:2]), "reply.first"),
    Told("a note", "private_note", H, full(3 * H, metric="reply.first"), ANSWERED, "reply.first"),
    Told("the opening", "opening_message", 0, full(7 * H, metric="reply.first"), PROACTIVE, "reply.first"),
    Told("the second", "second_reply", 9 * H, full(3 * H, metric="reply.first"),
         ticket(messages=(wrote(3, Actor.AGENT), wrote(9, Actor.AGENT))), "reply.first"),
    Told("one schedule", "one_schedule", 16 * H, full(D, 24 * H), HANDED_OVER, clock="business"),
    Told("no holidays", "no_holidays", 24 * H, full(72 * H, 16 * H), HOLIDAY, clock="business"),
    Told("no hold", "without_hold", 16 * H, full(D), HELD),
    Told("no waiting", "without_waiting", 14 * H, full(D), HELD),
    Told("no hold in a wait", "without_hold", 6 * H, WAITS, HELD, "wait.requester"),
    Told("no time in solved", "without_solved", 34 * H, full(50 * H), TWICE),
    Told("time in solved", "with_solved", 16 * H, {("wait.agent", "calendar"): 0}, TWICE, "wait.agent"),
    Told("still open", "still_open", 10 * H, {("wait.requester", "calendar"): None}, UNSOLVED, "wait.requester"),
    Told("local time", "zone", D - H, full(D)),
    Told("spring", "clock_change", 240 * H + H, full(240 * H), OVER_SPRING),
    Told("less one", "solves_less_one", 0, {}, OPEN_AGAIN, "reopens"),
    Told("no schedule", "no_hours", 5 * H + 7, full(D), ticket(group="day"), clock="business"),
    Told("two at once", "other_clock+first_solve", 8 * H, full(50 * H), TWICE),
    Told("a riddle", "unexplained", 7777, full(D)),
    Told("nothing there", "no_figure", None, full(D)),
    Told("nothing here", "unexplained", 7777, full(None)),
)  # fmt: skip
