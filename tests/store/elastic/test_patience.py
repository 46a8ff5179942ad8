"""What is asked again, and for how long; and that an own write is never taken for another's."""

from collections.abc import Iterator

import pytest
from elastic_transport import ConnectionError as NotConnected
from elasticsearch import Elasticsearch

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic.address import Address
from ticketlens.store.elastic.cluster import Cluster
from ticketlens.store.elastic.patience import LONGEST_WAIT, NotNow, patiently
from ticketlens.store.elastic.records import count_up, put


class Answers:
    """Gives or raises one after the other, and counts how often it was asked."""

    def __init__(self, *told: object) -> None:
        self.told, self.asked, self.waits = list(told), 0, list[float]()

    def __call__(self) -> object:
        self.asked += 1
        found = self.told[min(self.asked, len(self.told)) - 1]
        if isinstance(found, Exception):
            raise found
        return found


def test_a_cluster_that_answers_not_now_is_asked_again_until_it_can() -> None:
    answers = Answers(NotNow("no shard"), NotNow("no master"), "found")
    assert patiently(answers, 30.0, sleep=answers.waits.append) == "found"
    assert len(answers.waits) == 2
    assert all(0 <= wait <= LONGEST_WAIT for wait in answers.waits)


def test_no_answer_at_all_is_told_at_once_and_other_errors_too() -> None:
    for error in (Unavailable("away"), StoreError("no such thing")):
        answers = Answers(error)
        with pytest.raises(type(error)):
            patiently(answers, 30.0, sleep=answers.waits.append)
        assert answers.asked == 1


def test_no_answer_is_another_hosts_turn_as_often_as_is_said() -> None:
    answers = Answers(Unavailable("away"))
    with pytest.raises(Unavailable):
        patiently(answers, 30.0, unanswered=2, sleep=answers.waits.append)
    assert answers.asked == 3


@pytest.fixture
def cluster(address: str) -> Iterator[Cluster]:
    made = Cluster(Address.read(address))
    yield made
    made.close()


class Deaf:
    """A client whose first answer never comes: what it asked for is done, or was done by another before."""

    def __init__(self, client: Elasticsearch) -> None:
        self.client, self.heard = client, False

    def index(self, **told: object) -> object:
        answer = self.client.index(**told)
        if not self.heard:
            self.heard = True
            raise NotConnected("the node died")
        return answer


class Cut(Deaf):
    """A client whose first request never arrives."""

    def index(self, **told: object) -> object:
        if not self.heard:
            self.heard = True
            raise NotConnected("the node died")
        return self.client.index(**told)


class Lossy(Cluster):
    deaf: Deaf | None = None

    @property
    def once(self) -> Elasticsearch:
        self.deaf = self.deaf or Deaf(super().once)
        return self.deaf  # type: ignore[return-value]


def _told(value: int) -> dict[str, object]:
    return {"noun": "n", "id": "x", "version": value, "fields": "{}"}


def test_a_write_whose_answer_was_lost_is_known_as_our_own(cluster: Cluster) -> None:
    lossy = Lossy(cluster.address)
    assert lossy.write("records", "x", _told(1), held=None)
    held = cluster.get("records", "x")
    lossy.deaf = None
    assert lossy.write("records", "x", _told(2), held=held)
    assert not cluster.write("records", "x", _told(3), held=held)
    lossy.close()


def test_a_write_that_another_made_alike_is_not_taken_for_our_own(cluster: Cluster) -> None:
    lossy = Lossy(cluster.address)
    lossy.deaf = Cut(lossy.client)
    assert put(cluster, "n", "x", lambda held: {"n": 1}, expected=0) == 1
    assert put(lossy, "n", "x", lambda held: {"n": 1}, expected=0) is None
    lossy.close()


def test_a_counter_whose_answer_was_lost_never_gives_a_number_twice(cluster: Cluster) -> None:
    lossy = Lossy(cluster.address)
    given = [count_up(lossy, "topic", 1), count_up(cluster, "topic", 1), count_up(lossy, "topic", 1)]
    assert given == sorted(set(given))
    lossy.close()
