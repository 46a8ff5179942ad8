"""What a ticket's history says about time, once, on both clocks."""

from collections.abc import Mapping
from dataclasses import dataclass

Cycle = tuple[int, int | None]
"""Epoch seconds (opened, solved); solved is None while the cycle runs."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What shares and sums count of one ticket. Instants are epoch seconds.

    began_at  when the clock began. The others are those of `Timing`: `returned` is its reopened_within_7_days.
    """

    began_at: int
    returned: bool | None
    one_touch: bool | None
    targeted: bool
    breach_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations and open cycles of one ticket. Instants are epoch seconds, durations whole seconds.

    durations             metric id -> (calendar, business). Calendar is None where the end was not reached or is
                          unknown, business also where no schedule fits. An open ticket has no `ttr.full`
                          and no `wait.*`.
    start                 when the ticket was created.
    schedule              name of the schedule that holds now (the last one of its life); None without one.
    business_start        the start on that schedule's cumulative open seconds, moved so that the business age at T is
                          `clock.position(T) - business_start` also where the schedule changed on the way.
    waited_seconds        requester wait in finished stretches of status.
    waiting_since         since when the requester waits now: at T the wait is waited_seconds + T - waiting_since.
                          None while nobody at the desk is awaited: solved, or waiting for the customer.
    cycles                a cycle for the creation and for each reopening; empty where the ticket was solved at an
                          unknown time.
    reopened_within_7_days  whether the first solve was undone within 7 days; None if never solved, or if not known.
    started               when the clock began, where that was later than `start`: an agent opened the ticket, and the
                          customer wrote first by then.
    ends                  of each cycle, when its work was over: the solve; but where an automation solved a ticket
                          that waited for the customer, the moment at which that waiting began.
    replied_at            when the first public human reply was.
    next_since            when the latest follow-up wait began (`reply.next`), `next_reply_at` when it ended; None
                          while it runs. `next_business_start` is to it what `business_start` is to the ticket.
    one_touch             whether it had exactly one public human reply and no reopening; None without a known reply.
    targeted              whether it was ever under a target; `breach_at`: when it passes one, None where it met all.
    flaws                 what is odd in the ticket, by name; see `ticketlens.metrics.durations`.
    """

    durations: Mapping[str, tuple[int | None, int | None]]
    start: int
    schedule: str | None
    business_start: int | None
    waited_seconds: int
    waiting_since: int | None
    cycles: tuple[Cycle, ...]
    reopened_within_7_days: bool | None
    started: int | None = None
    ends: tuple[int | None, ...] = ()
    replied_at: int | None = None
    next_since: int | None = None
    next_reply_at: int | None = None
    next_business_start: int | None = None
    one_touch: bool | None = None
    targeted: bool = False
    breach_at: int | None = None
    flaws: tuple[str, ...] = ()
