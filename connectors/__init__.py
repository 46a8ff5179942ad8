"""One helpdesk a file. The table names each kind of source that comes with TicketLens."""

from connectors.intercom import Intercom
from connectors.zendesk import Zendesk
from ticketlens.connector import Connector

TABLE: dict[str, type[Connector]] = {kind.name: kind for kind in (Intercom, Zendesk)}
