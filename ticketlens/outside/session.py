"""The session of requests that one site speaks through."""

import requests

from ticketlens import __version__
from ticketlens.outside.guard import Guard
from ticketlens.outside.pace import Pace


class Session(requests.Session):
    """Knows no proxy and no netrc of the machine; its connections go through the guard, and its answers at a pace."""

    def __init__(self, guard: Guard, pace: Pace) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = f"TicketLens/{__version__}"
        adapter = guard.adapter(pace)
        for scheme in ("https://", "http://"):
            self.mount(scheme, adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, always: whoever asks looks at redirects, and requests would read each one's body whole, of any size."""
