"""TicketLens: which problems keep coming back, how long customers wait, and what changed."""

__version__ = "0.1.0"
