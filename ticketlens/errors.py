"""One family of errors, each named by what to do next."""


class TicketLensError(Exception):
    """An error that a person can mend; its text is one line that says how, and holds no secret."""


class ConfigError(TicketLensError):
    """A setting, option or argument is wrong: mend it and run again."""


class Denied(TicketLensError):
    """The other side refuses us: stop this source and say so."""


class Unavailable(TicketLensError):
    """The other side does not answer now: keep the cursor and try again after `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float = 60.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadPayload(TicketLensError):
    """One record cannot be read: set it aside and count it. `path` names the place in the record."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class StoreError(TicketLensError):
    """The store cannot do what it was asked to."""


class Stopped(TicketLensError):
    """Whoever runs this was told to stop: it ends where it is, as if it broke off, and is taken up again later."""
