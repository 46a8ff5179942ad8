"""The store where one machine is outgrown: every noun in Elasticsearch, for any number of processes on any machine."""

from collections.abc import Mapping

from ticketlens.store.elastic.address import Address, Options
from ticketlens.store.elastic.answers import ElasticAnswers
from ticketlens.store.elastic.backlog import ElasticBacklog
from ticketlens.store.elastic.checkup import hints, problems, versions
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.copying import ElasticCopies
from ticketlens.store.elastic.customers import ElasticCustomers
from ticketlens.store.elastic.exposure import ElasticExposure
from ticketlens.store.elastic.inbox import ElasticInbox
from ticketlens.store.elastic.migrate import Migration
from ticketlens.store.elastic.places import ElasticPlaces
from ticketlens.store.elastic.portions import ElasticPortions
from ticketlens.store.elastic.records import ElasticLeases, ElasticRecords
from ticketlens.store.elastic.switch import known
from ticketlens.store.elastic.tickets import ElasticTickets
from ticketlens.store.elastic.voicing import ANSWERS, CUSTOMERS


class ElasticStore(
    ElasticTickets, ElasticPortions, ElasticExposure, ElasticBacklog, ElasticPlaces, ElasticCopies, ElasticRecords,
    ElasticInbox, ElasticLeases, ElasticAnswers, ElasticCustomers,
):  # fmt: skip
    def __init__(self, address: Address, options: Options | None = None) -> None:
        self._cluster = Cluster(address, options)

    def generation(self) -> int:
        state = known(self._cluster)
        written = self._cluster.written("tickets", "topics", "assignments", *self._voice())
        return written + state.placing.run + sum(state.read_to.values())

    def _voice(self) -> list[str]:
        return [noun for noun in (ANSWERS, CUSTOMERS) if self._cluster.known(noun)]

    def versions(self) -> Mapping[str, str]:
        return versions(self._cluster)

    def problems(self) -> list[str]:
        return problems(self._cluster)

    def hints(self) -> list[str]:
        """What does not keep the store from being used yet, each with its remedy."""
        return hints(self._cluster)

    def begun(self) -> bool:
        """Whether tickets can be asked for without an index being made."""
        return all(self._cluster.behind(noun) for noun in ("tickets", "records"))

    def migration(self) -> Migration:
        return Migration(self._cluster, self)

    def close(self) -> None:
        self._cluster.close()
