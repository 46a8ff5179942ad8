"""One helpdesk a file. The table names each kind of source that comes with TicketLens."""

from connectors.freshdesk import Freshdesk
from connectors.zendesk import Zendesk
from ticketlens.connector import Connector

TABLE: dict[str, type[Connector]] = {kind.name: kind for kind in (Freshdesk, Zendesk)}
