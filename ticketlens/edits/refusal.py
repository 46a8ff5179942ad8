"""Why an edit is not made."""

from ticketlens.errors import TicketLensError


class NotThere(TicketLensError):
    """What an edit names does not exist."""


class Refused(TicketLensError):
    """The edit goes against another one; its text says which, and what to do."""
