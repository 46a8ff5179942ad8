"""The one table of reasons why a helpdesk's figure is another than ours, in the order in which they are tried."""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    NOT_HERE = "not_here"
    LEFT_OUT = "left_out"
    UNKNOWN_TIME = "unknown_time"
    NEWER_HERE = "newer_here"
    REOPENED = "reopened"
    OTHER_CLOCK = "other_clock"
    FIRST_SOLVE = "first_solve"
    LAST_SOLVE = "last_solve"
    AUTOMATIC_CLOSE = "automatic_close"
    WAITING_BEGAN = "waiting_began"
    CLOSED = "closed"
    FROM_CREATION = "from_creation"
    FROM_CUSTOMER = "from_customer"
    BOT_REPLY = "bot_reply"
    PRIVATE_NOTE = "private_note"
    OPENING_MESSAGE = "opening_message"
    SECOND_REPLY = "second_reply"
    ONE_SCHEDULE = "one_schedule"
    NO_HOLIDAYS = "no_holidays"
    WITHOUT_HOLD = "without_hold"
    WITHOUT_WAITING = "without_waiting"
    WITHOUT_SOLVED = "without_solved"
    WITH_SOLVED = "with_solved"
    OWN_TIME = "own_time"
    STILL_OPEN = "still_open"
    ROUNDED = "rounded"
    ZONE = "zone"
    CLOCK_CHANGE = "clock_change"
    CONSTANT_SHIFT = "constant_shift"
    SOLVES_LESS_ONE = "solves_less_one"
    NO_HOURS = "no_hours"
    BEHIND = "behind"
    NO_FIGURE = "no_figure"
    UNEXPLAINED = "unexplained"


TOLD: Mapping[Reason, str] = {
    Reason.NOT_HERE: "There is no such ticket here.",
    Reason.LEFT_OUT: "Left out of every figure here: {detail}.",
    Reason.UNKNOWN_TIME: "Solved at a time that is not known here.",
    Reason.NEWER_HERE: "The ticket is newer here: their figure is the one of the moment of their export.",
    Reason.REOPENED: "Opened again now, so not resolved here; theirs still shows the solve that was undone.",
    Reason.OTHER_CLOCK: "Their figure is on the {detail} clock.",
    Reason.FIRST_SOLVE: "Theirs ends at the first solve, ours at the last.",
    Reason.LAST_SOLVE: "Theirs ends at the last solve, ours at the first.",
    Reason.AUTOMATIC_CLOSE: "Theirs ends at the automatic close, ours where the waiting for the customer began.",
    Reason.WAITING_BEGAN: "Theirs ends where the waiting for the customer began, ours at the automatic close.",
    Reason.CLOSED: "Theirs ends when the ticket was closed, ours when it was solved.",
    Reason.FROM_CREATION: "Theirs starts at the creation, ours at the customer's first message.",
    Reason.FROM_CUSTOMER: "Theirs starts at the customer's first message, ours at the creation.",
    Reason.BOT_REPLY: "Theirs counts the reply of a bot or an automation.",
    Reason.PRIVATE_NOTE: "Theirs counts a private note as a reply.",
    Reason.OPENING_MESSAGE: "Theirs counts the agent's message that opened the ticket as a reply.",
    Reason.SECOND_REPLY: "Theirs ends at the second public reply, ours at the first.",
    Reason.ONE_SCHEDULE: "Theirs takes the last group's schedule for the whole ticket; here each counts while it held.",
    Reason.NO_HOLIDAYS: "Theirs does not take holidays out of the opening hours.",
    Reason.WITHOUT_HOLD: "Theirs leaves out the time on hold.",
    Reason.WITHOUT_WAITING: "Theirs leaves out the time in which the desk waited for the customer.",
    Reason.WITHOUT_SOLVED: "Theirs leaves out the time in solved before the ticket was opened again.",
    Reason.WITH_SOLVED: "Theirs counts the time in solved before the ticket was opened again.",
    Reason.OWN_TIME: "Theirs ends at {detail} of its own row, a moment that the history here does not have.",
    Reason.STILL_OPEN: "The ticket is open: theirs shows what has passed until its last change of status.",
    Reason.ROUNDED: "Theirs is rounded to {detail}.",
    Reason.ZONE: "Theirs takes one of its two times in the zone {detail} for UTC.",
    Reason.CLOCK_CHANGE: "Theirs subtracts local times of {detail} over a change of the clocks.",
    Reason.CONSTANT_SHIFT: "Theirs is shifted by the same {detail} on many tickets: times of another zone.",
    Reason.SOLVES_LESS_ONE: "Theirs counts solves less one, so a ticket that is open again now counts one less.",
    Reason.NO_HOURS: "No opening hours fit this ticket here, so its business time is not known.",
    Reason.BEHIND: "Theirs was changed after the ticket was last read here.",
    Reason.NO_FIGURE: "They show no figure there.",
    Reason.UNEXPLAINED: "Not explained{detail}.",
}


def told(reason: Reason, detail: str = "") -> str:
    return TOLD[reason].format(detail=detail)
