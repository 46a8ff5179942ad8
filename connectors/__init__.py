"""One helpdesk a file. The table names each kind of source that comes with TicketLens."""

from connectors.freshdesk import Freshdesk
from connectors.github import GitHub
from connectors.helpscout import HelpScout
from connectors.hubspot import HubSpot
from connectors.intercom import Intercom
from connectors.jira import Jira
from connectors.redmine import Redmine
from connectors.zammad import Zammad
from connectors.zendesk import Zendesk
from ticketlens.connector import Connector

TABLE: dict[str, type[Connector]] = {
    kind.name: kind for kind in (Freshdesk, GitHub, HelpScout, HubSpot, Intercom, Jira, Redmine, Zammad, Zendesk)
}
