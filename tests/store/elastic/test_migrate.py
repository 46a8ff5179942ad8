"""Migrations: nothing is lost, at whatever step one ends, and on the way back."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from store.elastic import newer_templates as newer
from store.elastic.migrated import ALL, NEWER, deliver, newest, reopened, sums, versions

from ticketlens.errors import StoreError, Unavailable
from ticketlens.store.elastic import ElasticStore
from ticketlens.store.elastic.address import Address
from ticketlens.store.elastic.cluster import NOUNS
from ticketlens.store.elastic.rebuilding import lift, outrank, terms

HERE = Path(__file__).parent
STEPS = ("started", "made", "copied", "levelled", "blocked", "verified", "swapped")


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
