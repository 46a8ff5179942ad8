"""People, sign-in sessions, one-time links and tokens, kept as records of the store."""

from ticketlens.people.people import People
from ticketlens.people.secret import fingerprint
from ticketlens.people.throttle import TooManyAttempts

__all__ = ["People", "TooManyAttempts", "fingerprint"]
