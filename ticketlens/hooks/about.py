"""Which tickets a delivery is about, as far as it says so by itself."""

from dataclasses import replace
from itertools import islice

from ticketlens.connector import Hook
from ticketlens.model.delivery import KeptDelivery
from ticketlens.sources.registry import Registry

MOST = 20
SECONDS = 2.0
"""What a connector of others may spend, if it asks its helpdesk; ours read the delivery alone."""


def about(registry: Registry, kept: KeptDelivery) -> tuple[str, ...]:
    """Their ids, 20 at most; none where it cannot be read, whatever the reason."""
    told = kept.delivery
    quick = replace(registry, fetch=lambda: replace(registry.fetch(), seconds=SECONDS))
    try:
        connector, _ = quick.connect(told.source)
        found = connector.receive(Hook(headers=told.headers, body=told.body, at=told.at))  # type: ignore[attr-defined]
        return tuple(dict.fromkeys(one.id for one in islice(found, MOST)))
    except Exception:
        return ()
