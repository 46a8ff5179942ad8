"""A worker's turn: what there is to do is read from the store's state, and claimed by a lease."""

import logging
from dataclasses import dataclass, field
from typing import ClassVar

from ticketlens.errors import TicketLensError
from ticketlens.lease import SECONDS, holder_name
from ticketlens.lens import Lens

LOG = logging.getLogger(__name__)


@dataclass
class Worker:
    """One of any number of workers on one store; the lease "group" lets one of them group at a time."""

    lens: Lens
    name: str = field(default_factory=holder_name)
    lease_seconds: float = SECONDS
    _trouble: str = field(default="", init=False, repr=False)

    PAUSE_SECONDS: ClassVar[float] = 2.0

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
        if not self.lens.has_to_cluster():
            return False
        lease = self.lens.grouping(self.name, self.lease_seconds)
        with lease.held() as ours:
            if ours:
                self.lens.cluster(step=lambda name: lambda done, total: lease.check())
        return ours
