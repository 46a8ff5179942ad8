"""What may be odd in a ticket, in words, and what is done about it: one row a flaw, for pages and docs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """`words` complete "n tickets …"; `rule` is a sentence."""

    name: str
    words: str
    rule: str


TABLE = (
    Flaw("solved_at_unknown_time", "are solved at a time that nobody tells",
         "They count as solved, and stay out of time to resolution."),
    Flaw("solved_before_created", "are solved before they were created",
         "They have no time to resolution from that solve; waits and handling count from the creation on, if at all."),
    Flaw("solved_before_begun", "are solved before the customer wrote at all",
         "An agent opened them; they have no time to resolution from that solve, no waits and no handling."),
    Flaw("replied_before_created", "are answered before they were created",
         "They have no time to first reply."),
    Flaw("changes_before_created", "change their status before they were created",
         "What came earlier is taken as happening at the creation."),
    Flaw("history_out_of_order", "have statuses that go back in time",
         "The changes are put in the order of their times; a list told newest first is in order."),
    Flaw("two_solves_at_once", "are solved twice within one second",
         "Both are one solve, and what lies between them is no reopening."),
    Flaw("history_contradicts_solved_at", "have a solved time that their history does not know",
         "The history decides; a minute of difference is no contradiction."),
    Flaw("no_status_history", "come without a history of their status",
         "Their waits are unknown; all time until the solve counts as waited, as an upper bound."),
    Flaw("outside_calendar", "leave the years that opening hours are known for",
         "They have no business time."),
)  # fmt: skip
KNOWN = {flaw.name: flaw for flaw in TABLE}
