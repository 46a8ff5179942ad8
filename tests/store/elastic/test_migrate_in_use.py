"""Migrations while people read and write."""

import threading
from collections.abc import Callable, Sequence

import pytest
from store.elastic import newer_templates as newer
from store.elastic.migrated import ALL, deliver, later, reopened, versions

from ticketlens.model.filter import EVERYTHING
from ticketlens.store.base import Assignment, Prepared, Version
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.rebuilding import block


def test_writers_wait_while_an_index_takes_no_writes(filled: ElasticStore, address: str) -> None:
    """Single documents and batches: what was begun under the block is done once it is lifted."""
    cluster = filled._cluster
    names = [name for found in versions(filled).values() for name in found]
    for name in names:
        block(cluster, name)
    told: list[object] = []
    works: list[Callable[[], object]] = [
        lambda: filled.put_record("view", "waited", {}),
        lambda: deliver(filled, "desk", "waited"),
        lambda: filled.new_topic_ids(1),
        lambda: filled.delete_record("view", "a"),
        lambda: filled.assign({"f" * 32: Assignment(None, "ungrouped", 0.0)}),
    ]
    threads = [threading.Thread(target=lambda work=work: told.append(work())) for work in works]
    for thread in threads:
        thread.start()
    threads[0].join(0.5)
    assert told == []
    newer.migration(filled).run(newer.quiet)
    for thread in threads:
        thread.join(30)
    assert len(told) == len(works)
    assert filled.get_record("view", "waited") is not None
    assert filled.get_record("view", "a") is None


class Desk:
    """Threads that write, delete and read all the time; each notes what it was told, and what it must find."""

    def __init__(self, store: ElasticStore, batch: Sequence[Prepared]) -> None:
        self.store, self.batch = store, batch
        self.stop = threading.Event()
        self.errors: list[BaseException] = []
        self.records: dict[str, int] = {}
        self.newest: dict[tuple[str, str], Version] = {}
        self.deliveries = 0
        self.reads = 0
        self.counted = 0
        works = (self.update_tickets, self.count_up, self.count_up, self.put_and_delete, self.deliver, self.read)
        self.threads = [threading.Thread(target=self._until_stopped, args=(work,)) for work in works]

    def __enter__(self) -> "Desk":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def _until_stopped(self, work: Callable[[int], None]) -> None:
        number = 0
        try:
            while not self.stop.is_set():
                work(number)
                number += 1
        except BaseException as error:
            self.errors.append(error)

    def update_tickets(self, number: int) -> None:
        one = later(self.batch[number % len(self.batch)], 2 + number)
        assert self.store.put_tickets([one])[0].stored
        self.newest[one.ticket.source, one.ticket.id] = one.version

    def count_up(self, number: int) -> None:
        """Each step that one of the two writers was told of is one step of the counter."""
        held = self.store.get_record("count", "n")
        n = int(str(held.fields["n"])) if held else 0
        if self.store.put_record("count", "n", {"n": n + 1}, expected=held.version if held else 0) is not None:
            self.counted += 1

    def put_and_delete(self, number: int) -> None:
        self.store.put_record("kept", f"{number}", {"n": number})
        self.records[f"{number}"] = number
        if number % 3 == 0:
            assert self.store.delete_record("kept", f"{number}")
            del self.records[f"{number}"]

    def deliver(self, number: int) -> None:
        assert deliver(self.store, "busy", f"{number}")
        self.deliveries += 1

    def read(self, number: int) -> None:
        page = self.store.list_tickets(ALL, limit=500)
        assert len(page.items) == len(self.batch)
        assert self.store.count_tickets(ALL) == len(self.batch)
        assert len(list(self.store.each_raw())) == len(self.batch)
        self.reads += 1


@pytest.mark.slow
def test_nothing_is_lost_while_people_read_and_write(
    filled: ElasticStore, address: str, prepared: Callable[[int, int], list[Prepared]]
) -> None:
    busy = reopened(address)
    with Desk(busy, prepared(21, 60)) as desk:
        newer.migration(filled).run(newer.quiet)
        desk.threads[0].join(0.5)
    busy.close()
    assert desk.errors == []
    assert desk.reads > 2
    assert {one.id: one.fields["n"] for one in filled.records("kept")} == desk.records
    counter = filled.get_record("count", "n")
    assert counter is not None
    assert counter.fields["n"] == desk.counted == counter.version
    assert len(filled.waiting("busy", 10_000)) == desk.deliveries
    pieces = {piece[:2]: Version(*piece[2:6]) for piece in filled.read_part("tickets", None, 500)}
    assert {key: pieces[key] for key in desk.newest} == desk.newest
    assert filled.count_tickets(EVERYTHING) == len(filled.list_tickets(EVERYTHING, limit=500).items)
