"""Migrations: nothing is lost while people read and write, at whatever step one ends, and on the way back."""

import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ticketlens.errors import StoreError, Unavailable
from ticketlens.model.delivery import Delivery
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.topic import Topic
from ticketlens.store.base import PARTS, Assignment, Prepared, Version
from ticketlens.store.copying import checksum
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address
from ticketlens.store.elastic.cluster import NOUNS
from ticketlens.store.elastic.rebuilding import block, lift, outrank, terms

HERE = Path(__file__).parent


def _newer() -> Any:
    spec = importlib.util.spec_from_file_location("newer_templates", HERE / "newer_templates.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


newer = _newer()


ALL = Filter(excluded="any")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEWER = set(NOUNS) - set(newer.STAY)
STEPS = ("started", "made", "copied", "levelled", "blocked", "verified", "swapped")


@pytest.fixture
def filled(store: ElasticStore, prepared: Callable[[int, int], list[Prepared]]) -> ElasticStore:
    """Every noun has something in it; some of it was written more than once, some of it is deleted."""
    fill(store, prepared(21, 60))
    return store


def fill(store: ElasticStore, batch: Sequence[Prepared]) -> None:
    store.put_tickets(batch)
    store.put_tickets([later(one, 1) for one in batch[:20]])
    texts = sorted({one.text.fingerprint for one in batch})
    rows = np.random.default_rng(5).normal(size=(len(texts), 8)).astype(np.float32)
    store.put_vectors("m", texts, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    store.publish(
        [Topic(id=number, name="a") for number in store.new_topic_ids(2)],
        {name: Assignment(1 + number % 2, "core", 0.5) for number, name in enumerate(texts)},
        {},
    )
    store.put_record("view", "a", {"n": 1})
    store.put_record("view", "gone", {"n": 1})
    store.delete_record("view", "gone")
    deliver(store, "desk", "1")


def deliver(store: ElasticStore, source: str, name: str) -> bool:
    return store.put_deliveries([Delivery(source, name, b"x", {}, NOW)])[0]


def later(one: Prepared, days: int) -> Prepared:
    """The same ticket, with something new."""
    at = one.version.updated_at + days * 86_400_000_000
    return replace(one, version=Version(at, 0, one.version.richness, f"{days:032x}"))


def sums(store: ElasticStore) -> dict[str, Any]:
    return {part: checksum(store, part) for part in PARTS}


def versions(store: ElasticStore) -> dict[str, list[str]]:
    return {noun: list(store._cluster.behind(noun)) for noun in (*NOUNS, *store._cluster.models())}


def newest(store: ElasticStore) -> set[str]:
    """The nouns that are behind their aliases in the newer version."""
    told = versions(store).items()
    return {noun.partition(".")[0] for noun, names in told if names[0].endswith(f"-v{newer.number(noun)}")}


def reopened(address: str) -> ElasticStore:
    """As a process of the older program, that was running all the time."""
    store = ElasticStore(Address.read(address))
    for noun in (*NOUNS, *store._cluster.models()):
        store._cluster.adopt(noun)
    return store


def test_every_index_is_made_anew_and_holds_the_same(filled: ElasticStore) -> None:
    before, rows = sums(filled), filled.list_tickets(ALL, limit=100)
    near = filled.nearest("m", rows.items[0].ticket.source, rows.items[0].ticket.id, 3)
    told = newer.migration(filled).run(newer.quiet)
    assert {one.noun.partition(".")[0] for one in told} == {*NEWER, "vectors"}
    assert newest(filled) == {*NEWER, "vectors"}
    assert sums(filled) == before
    assert filled.list_tickets(ALL, limit=100) == rows
    assert filled.nearest("m", rows.items[0].ticket.source, rows.items[0].ticket.id, 3) == near
    assert {one.noun: one.documents for one in told}["tickets"] == 60


def test_a_step_makes_the_documents_of_the_new_version(filled: ElasticStore) -> None:
    newer.migration(filled).run(newer.quiet)
    hits = list(filled._cluster.scan("tickets", {"range": {"subject_length": {"gt": 0}}}))
    assert len(hits) == 60
    assert all(hit["_source"]["subject_length"] == len(hit["_source"]["subject"]) for hit in hits)


def test_a_second_migration_has_nothing_to_do(filled: ElasticStore) -> None:
    newer.migration(filled).run(newer.quiet)
    assert newer.migration(filled).run(newer.quiet) == []


def test_nothing_is_migrated_where_all_is_of_this_version(filled: ElasticStore) -> None:
    assert filled.migration().run(newer.quiet) == []


def test_an_older_program_refuses_what_a_newer_one_made(filled: ElasticStore, address: str) -> None:
    newer.migration(filled).run(newer.quiet)
    opened = ElasticStore(Address.read(address))
    with pytest.raises(StoreError, match="newer TicketLens"):
        opened.span()
    with pytest.raises(StoreError, match="newer TicketLens"):
        opened.migration().run(newer.quiet)
    opened.close()


def test_the_number_of_changes_grows_over_a_migration_and_stays_after_the_way_back(filled: ElasticStore) -> None:
    before = filled.generation()
    newer.migration(filled).run(newer.quiet)
    assert filled.generation() > before
    newer.migration(filled).back()
    assert filled.generation() == before


def test_what_was_read_before_the_swap_is_not_written_over_what_came_after(filled: ElasticStore) -> None:
    """Also where the number that the document has in the new index is the one that it had in the old one."""
    cluster = filled._cluster
    held = {hit["_id"]: hit for hit in cluster.scan("records", {"match_all": {}}, seq_no_primary_term=True)}
    newer.migration(filled).run(newer.quiet)
    same_number = 0
    for id_, old in held.items():
        new = cluster.get("records", id_)
        assert new is not None or old["_source"]["noun"] == "_lease"
        same_number += new is not None and new["_seq_no"] == old["_seq_no"]
        assert not cluster.write("records", id_, {**old["_source"], "fields": "{}"}, held=old)
        assert not cluster.erase("records", id_, old)
    assert filled.get_record("view", "a") is not None
    assert filled.put_record("view", "a", {"n": 2}, expected=1) == 2


def test_an_index_that_outranks_another_knows_none_of_its_numbers(filled: ElasticStore) -> None:
    cluster = filled._cluster
    one, other = (cluster.index(noun, newer.number(noun) - 1) for noun in ("records", "inbox"))
    outrank(cluster, one, other)
    assert min(terms(cluster, one)) > max(terms(cluster, other)) + 1
    assert filled.get_record("view", "a") is not None


class Killed(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("at_noun", [2])
def test_a_migration_that_failed_leaves_a_store_that_works(filled: ElasticStore, step: str, at_noun: int) -> None:
    before, seen = sums(filled), 0

    def at(name: str) -> None:
        nonlocal seen
        seen += name == step
        if seen == (1 if step == "started" else at_noun):
            raise Killed

    with pytest.raises(Killed):
        newer.migration(filled, at).run(newer.quiet)
    assert sums(filled) == before
    assert filled.put_record("view", "after", {}) == 1
    filled.delete_record("view", "after")
    assert deliver(filled, "desk", "1") is False
    newer.migration(filled).run(newer.quiet)
    assert sums(filled) == before


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS[1:])
def test_a_migration_that_was_killed_is_made_whole_by_the_next(filled: ElasticStore, address: str, step: str) -> None:
    before = sums(filled)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(HERE / "newer_templates.py"), address, step, "2"]
    assert subprocess.run(command, check=False, env=environment).returncode == 9
    assert sums(filled) == before
    with pytest.raises(Unavailable, match="another migration"):
        newer.migration(filled).run(newer.quiet)
    newer.migration(filled, later=3_600).run(newer.quiet)
    assert sums(filled) == before
    assert newest(filled) == {*NEWER, "vectors"}
    assert filled.put_record("view", "after", {}) == 1


@pytest.mark.parametrize("step", ["blocked", "verified"])
def test_a_write_under_a_block_that_somebody_lifts_is_not_lost(filled: ElasticStore, address: str, step: str) -> None:
    writer, written = reopened(address), list[str]()

    def at(name: str) -> None:
        if name == step and len(written) < len(NOUNS) + 1:
            for index in [name for found in versions(writer).values() for name in found]:
                lift(writer._cluster, index)
            name = f"lifted {len(written)}"
            assert writer.put_record("view", name, {}) == 1
            assert writer.put_record("view", "a", {"n": name}) is not None
            assert deliver(writer, "desk", name)
            written.append(name)

    newer.migration(filled, at).run(newer.quiet)
    assert newest(filled) == {*NEWER, "vectors"}
    assert {one.id for one in filled.records("view")} == {"a", *written}
    assert filled.get_record("view", "a").fields == {"n": written[-1]}
    assert len(filled.waiting("desk", 100)) == len(written) + 1
    writer.close()


def test_the_block_of_a_migration_that_was_killed_is_told_with_its_remedy(filled: ElasticStore, address: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(HERE / "newer_templates.py"), address, "blocked", "1"]
    assert subprocess.run(command, check=False, env=environment).returncode == 9
    (problem,) = filled.problems()
    assert "is blocked (index.blocks.write): a migration is moving it: wait; if it was killed, run " in problem
    newer.migration(filled, later=3_600).run(newer.quiet)
    assert not any("blocked" in problem for problem in filled.problems())


def test_a_migration_goes_on_where_the_cluster_cannot_write_for_a_moment(
    filled: ElasticStore, place: Any, front: Callable[..., Any]
) -> None:
    before, proxy = sums(filled), front()
    proxy.busy = 3
    newer.migration(place.store(proxy.address(place.prefix), patience=20.0)).run(newer.quiet)
    assert proxy.busy == 0
    assert newest(filled) == {*NEWER, "vectors"}
    assert sums(filled) == before


def test_two_migrations_at_once_are_one(filled: ElasticStore) -> None:
    def at(step: str) -> None:
        if step == "made":
            with pytest.raises(Unavailable, match="another migration is running"):
                newer.migration(filled).run(newer.quiet)

    newer.migration(filled, at).run(newer.quiet)


def test_the_way_back_gives_what_was_there(filled: ElasticStore) -> None:
    before = sums(filled)
    newer.migration(filled).run(newer.quiet)
    told = newer.migration(filled).back()
    assert all(int(new.rpartition("-v")[2]) == int(old.rpartition("-v")[2]) + 1 for new, old in told)
    assert newest(filled) == set()
    assert sums(filled) == before
    assert filled.put_record("view", "after", {}) == 1
    newer.migration(filled).run(newer.quiet)
    assert filled.get_record("view", "after") is not None


def test_the_way_back_is_closed_where_writes_would_be_lost(filled: ElasticStore) -> None:
    newer.migration(filled).run(newer.quiet)
    deliver(filled, "desk", "2")
    with pytest.raises(StoreError, match=r"inbox-v3 took 1 writes .*would lose them"):
        newer.migration(filled).back()
    assert newest(filled) == {*NEWER, "vectors"}
    assert deliver(filled, "desk", "3")


def test_the_way_back_is_open_where_writes_are_given_up(filled: ElasticStore) -> None:
    before = sums(filled)
    newer.migration(filled).run(newer.quiet)
    deliver(filled, "desk", "2")
    newer.migration(filled).back(lose_writes=True)
    assert newest(filled) == set()
    assert sums(filled) == before
    assert deliver(filled, "desk", "2")


def test_an_index_of_another_program_is_never_made_anew(filled: ElasticStore) -> None:
    client, taken = filled._cluster.client, filled._cluster.index("inbox", newer.number("inbox"))
    theirs = {"_meta": {"made_by": "another"}, "properties": {"theirs": {"type": "keyword"}}}
    client.indices.create(index=taken, mappings=theirs)
    with pytest.raises(StoreError, match="another program"):
        newer.migration(filled).run(newer.quiet)
    assert "theirs" in client.indices.get_mapping(index=taken)[taken]["mappings"]["properties"]


def test_a_store_that_nobody_made_yet_has_nothing_to_migrate(store: ElasticStore) -> None:
    assert store.migration().run(newer.quiet) == []


def test_there_is_no_way_back_where_nothing_was_replaced(filled: ElasticStore) -> None:
    with pytest.raises(StoreError, match="nothing to go back to"):
        filled.migration().back()


def test_a_program_that_finds_an_older_index_names_the_remedy(
    filled: ElasticStore, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticketlens.store.elastic.cluster.template", newer.newer_version)
    opened = ElasticStore(Address.read(address))
    with pytest.raises(StoreError, match="ticketlens store migrate"):
        opened.span()
    opened.close()


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
