"""A worker's turn: what there is to do is read from the store's state, and claimed by a lease."""

import logging
import os
import secrets
import socket
from dataclasses import dataclass, field
from typing import ClassVar

from ticketlens.errors import TicketLensError
from ticketlens.lens import Lens

LOG = logging.getLogger(__name__)


def _name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


@dataclass
class Worker:
    """One of any number of workers on one store; the lease "group" lets one of them group at a time."""

    lens: Lens
    name: str = field(default_factory=_name)
    _trouble: str = field(default="", init=False, repr=False)

    PAUSE_SECONDS: ClassVar[float] = 2.0
    LEASE_SECONDS: ClassVar[float] = 600.0

    def turn(self) -> bool:
        """Whether there was something to do. An error is logged in one line, once, and the work stays to be done."""
        try:
            done = self._group()
        except TicketLensError as error:
            if str(error) != self._trouble:
                LOG.warning("%s; tried again every %.0f s", error, self.PAUSE_SECONDS)
            self._trouble = str(error)
            return False
        if self._trouble:
            LOG.warning("it works again")
        self._trouble = ""
        return done

    def _group(self) -> bool:
        key = self.lens.engine.key(self.lens.settings.model)
        if not self.lens.store.count_without_vector(key):
            return False
        if not self.lens.store.claim("group", self.name, self.LEASE_SECONDS, self.lens.now()):
            return False
        try:
            self.lens.cluster(step=lambda name: lambda done, total: self._renew())
        finally:
            self.lens.store.release("group", self.name)
        return True

    def _renew(self) -> None:
        self.lens.store.claim("group", self.name, self.LEASE_SECONDS, self.lens.now())
