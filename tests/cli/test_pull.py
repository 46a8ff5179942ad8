"""ticketlens pull: what changed is stored, and one source that fails keeps no other from being read."""

from collections.abc import Callable
from typing import Any

from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk

Run = Callable[..., Any]


def fail(desk: Zendesk, status: int) -> None:
    desk.faults.append(Fault(status=status, times=1_000, where=desk.is_ticket_list))


def test_a_pull_stores_what_changed_and_its_counts_add_up(run_near: Run, desk: Zendesk) -> None:
    (first,) = run_near("pull", "--json").json["sources"]
    assert (first["source"], first["received"], first["stored"], first["error"]) == ("desk", 3, 3, None)
    assert first["seconds"] > 0
    (again,) = run_near("pull", "desk", "--json").json["sources"]
    assert (again["stored"], again["error"]) == (0, None)
    assert again["received"] == again["stored"] + again["unchanged"] + again["set_aside"] + again["refused"]
    desk.desk.create("Another", "Text")
    desk.desk.tick(3_600)
    assert "1 stored" in run_near("pull").out


def test_a_source_that_fails_is_told_in_a_sentence_while_the_others_are_read(run_near: Run, desk: Zendesk) -> None:
    with Zendesk().serving() as other:
        told = other.settings()
        run_near("source", "add", "broken", "zendesk", f"url={told['url']}", "email=lead@example.com", "token=@token")
        fail(other, 401)
        out = run_near("pull", "--json", code=1)
    by_name = {one["source"]: one for one in out.json["sources"]}
    assert by_name["desk"]["stored"] == 3
    assert "401" in by_name["broken"]["error"]
    (line,) = out.err.splitlines()
    assert line.startswith("ticketlens: broken: ")
    assert desk.secret not in out.out + out.err


def test_a_source_that_there_is_not_is_wrong_use_and_nothing_is_read(run_near: Run, desk: Zendesk) -> None:
    told = run_near("pull", "desk", "dask", code=2)
    assert "there is no source 'dask'; known: desk" in told.err
    assert run_near("source", "list", "--json").json["sources"][0]["begun_at"] is None


def test_without_a_source_it_says_how_to_add_one(run_near: Run) -> None:
    told = run_near("pull", "--json")
    assert told.json == {"sources": []}
    assert "ticketlens source add" in run_near("pull").err


def test_since_a_day_reads_from_its_beginning_in_the_workspaces_zone(run_near: Run, desk: Zendesk) -> None:
    """The desk's tickets are of 5 January 2026, 8 o'clock UTC."""
    assert run_near("pull", "--since", "2026-01-06", "--json").json["sources"][0]["received"] == 0
    assert run_near("pull", "--since", "2026-01-05", "--json").json["sources"][0]["received"] == 3
    assert "is not a time such as" in run_near("pull", "--since", "yesterday", code=2).err
    assert "give one of them" in run_near("pull", "--since", "2026-01-05", "--full", code=2).err


def test_a_part_that_was_read_does_not_count_as_the_whole(run_near: Run, desk: Zendesk) -> None:
    run_near("pull", "--since", "2026-01-06")
    (one,) = run_near("source", "list", "--json").json["sources"]
    assert (one["phase"], one["full_at"], one["good_at"]) == ("not read yet", None, None)


def test_a_full_pull_finds_what_was_deleted(run_near: Run, desk: Zendesk) -> None:
    run_near("pull")
    desk.lose(next(iter(desk.desk.items)))
    (one,) = run_near("pull", "--full", "--json").json["sources"]
    assert (one["deleted"], one["error"]) == (1, None)
    assert "deleted there" not in run_near("pull", "--full").out


def test_progress_goes_to_standard_error_alone(run_near: Run, desk: Zendesk) -> None:
    told = run_near("pull")
    assert told.out.startswith("desk: 3 received")
