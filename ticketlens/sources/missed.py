"""What a whole reading did not meet is asked for one by one: is it gone, or was it only not listed?"""

from collections.abc import Callable
from dataclasses import dataclass, field

from ticketlens.connector import Connector
from ticketlens.errors import BadPayload, TicketLensError, Unavailable
from ticketlens.fetch import Refused
from ticketlens.intake.shown import shown
from ticketlens.model.ticket import Ticket
from ticketlens.outside.after import LONGEST_WAIT

MOST_IN_A_ROW = 20
"""Tickets one after the other that cannot be read, from which on it is the helpdesk that has trouble."""

LONGEST_REASON = 300


@dataclass
class Missed:
    """`gone` are those that the helpdesk has no more; those that cannot be read are `unread`, and stay as they are."""

    connector: Connector
    hidden: Callable[[str], str]
    gone: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    _reason: str = ""
    _in_a_row: int = 0

    def look(self, id: str) -> Ticket | None:
        """The ticket, if the helpdesk gives it. Raises Denied, ConfigError, and what is no trouble of one ticket."""
        try:
            found = self.connector.read(id)
        except (Unavailable, Refused, BadPayload) as trouble:
            self._count(id, trouble)
            return None
        self._in_a_row = 0
        if found is None:
            self.gone.append(id)
        return found

    def notes(self) -> tuple[str, ...]:
        """What is to be told of it."""
        if not self.unread:
            return ()
        several = len(self.unread) > 1
        what = f"{len(self.unread):,} tickets" if several else "1 ticket"
        stay = "stay as they are" if several else "stays as it is"
        return (f"{what} could not be read by id, and {stay}; {shown(self.unread[-1], 100)}: {self._reason}",)

    def _count(self, id: str, trouble: TicketLensError) -> None:
        self.unread.append(id)
        self._in_a_row += 1
        self._reason = shown(self.hidden(str(trouble)), LONGEST_REASON)
        if isinstance(trouble, Unavailable) and trouble.retry_after > LONGEST_WAIT:
            raise trouble
        if self._in_a_row >= MOST_IN_A_ROW:
            raise Unavailable(f"{self._in_a_row} tickets in a row could not be read by id: {self._reason}")
