"""One helpdesk a file. The table names each kind of source that comes with TicketLens."""

from connectors.redmine import Redmine
from connectors.zammad import Zammad
from connectors.zendesk import Zendesk
from ticketlens.connector import Connector

TABLE: dict[str, type[Connector]] = {kind.name: kind for kind in (Redmine, Zammad, Zendesk)}
