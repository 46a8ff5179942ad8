"""What every question starts with: the state as it is now, and the query of a filter."""

from datetime import datetime

from ticketlens.model.filter import Filter
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.filters import clauses, every
from ticketlens.store.elastic.switch import lately


class Asking:
    _cluster: Cluster

    def _asked(self, where: Filter, as_of: datetime | None, slot: int | None = None) -> tuple[Body, int]:
        """(query, slot of the topics that it asks for: those that count now, if no other is named)."""
        told = lately(self._cluster)
        chosen = told.placing.slot if slot is None else slot
        met = clauses(where, as_of, slot=chosen, read_to=told.latest)
        return every(*met), chosen
