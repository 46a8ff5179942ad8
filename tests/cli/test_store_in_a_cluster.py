"""Commands on a store in a cluster: what doctor tells, and one line where something is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
AWAY = "http://lens:hush@127.0.0.1:1/lens"
ROW = '{"id": "1", "subject": "printer on fire", "created_at": "2026-01-02T03:04:05Z"}'


@pytest.mark.parametrize("command", [("trend",), ("cluster",), ("person", "list"), ("import", "a.ndjson")])
def test_a_store_that_is_away_is_one_line_at_once(run: Run, write: Any, command: tuple[str, ...]) -> None:
    write("a.ndjson", ROW)
    told = run("--store", AWAY, *command, code=1)
    lines = [line for line in told.err.splitlines() if "does not answer" in line]
    assert len(lines) == 1
    assert lines[0].endswith("127.0.0.1:1: Connection refused; start it, or mend the store's address")
    assert "hush" not in told.err + told.out
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"TICKETLENS_STORE": "http://me:hush@es/Lens"}, "does not end in a prefix"),
        ({"TICKETLENS_STORE": "https://me:hush@es/lens", "TICKETLENS_ELASTIC__API_KEY": "hush"}, "keep one of them"),
        ({"TICKETLENS_STORE": "https://es/lens", "TICKETLENS_ELASTIC__CA_FILE": "no.pem"}, "no.pem' cannot be read"),
        ({"TICKETLENS_STORE": "http://es/lens", "TICKETLENS_ELASTIC__CA_FILE": "no.pem"}, "write https:"),
        ({"TICKETLENS_ELASTIC__TIMEOUT": "hours"}, "elastic.timeout (TICKETLENS_ELASTIC__TIMEOUT)"),
        ({"TICKETLENS_ELASTIC__API_KEY": "hush hush"}, "elastic.api_key (TICKETLENS_ELASTIC__API_KEY)"),
    ],
)
def test_a_wrong_setting_is_one_line_without_a_secret(run: Run, env: dict[str, str], said: str) -> None:
    told = run("trend", env=env, code=2)
    assert said in told.err
    assert len(told.err.splitlines()) == 1
    assert "hush" not in told.err + told.out


def test_doctor_hides_every_secret_and_names_what_is_wrong(run: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush\n")
    for store in (AWAY, "http://127.0.0.1:1/lens"):
        env = {"TICKETLENS_STORE": store}
        if store != AWAY:
            env["TICKETLENS_ELASTIC__API_KEY_FILE"] = str(tmp_path / "key")
        told = run("doctor", env=env, code=1)
        assert "! the store does not answer: 127.0.0.1:1: Connection refused" in told.out
        as_json = run("doctor", "--json", env=env, code=1)
        assert as_json.json["problems"]
        assert "hush" not in told.out + told.err + as_json.out + as_json.err
        assert all("/lens" in row["value"] for row in as_json.json["settings"] if row["key"] == "store")


def test_tickets_go_in_and_doctor_finds_nothing_wrong_but_what_is_to_do(run: Run, place: Any, write: Any) -> None:
    write("a.ndjson", ROW)
    env = {"TICKETLENS_STORE": place.address, "TICKETLENS_ELASTIC__TIMEOUT": "20"}
    assert run("import", "a.ndjson", "--json", env=env).json["stored"] == 1
    told = run("doctor", "--json", env=env, code=1).json
    assert told["versions"]["store"] == "elasticsearch"
    assert told["versions"]["schema"] == "tickets 2, raw 1, records 1"
    assert told["versions"]["health"].startswith("green: ")
    assert told["problems"] == ["1 texts are in no topic yet: run ticketlens cluster, or ticketlens worker"]
    place.client.indices.put_settings(
        index=f"{place.prefix}-tickets-v2", settings={"index.blocks.read_only_allow_delete": True}
    )
    told = run("doctor", env=env, code=1)
    assert "is blocked (index.blocks.read_only_allow_delete): free disk space on the server" in told.out


def test_an_import_into_a_place_of_another_program_is_one_line(run: Run, place: Any, write: Any) -> None:
    write("a.ndjson", ROW)
    place.client.indices.create(index=f"{place.prefix}-records")
    told = run("--store", place.address, "import", "a.ndjson", "--json", code=None)
    assert told.code == 1
    assert "is another program's; choose another prefix in the store's address" in told.out + told.err
    assert "Traceback" not in told.err
    if told.out:
        assert json.loads(told.out)["stored"] == 0


def test_doctor_makes_nothing_in_a_place_that_is_empty(run: Run, place: Any) -> None:
    env = {"TICKETLENS_STORE": place.address, "TICKETLENS_ELASTIC__TIMEOUT": "20"}
    assert run("doctor", "--json", env=env).json["problems"] == []
    assert not place.client.indices.get(index=f"{place.prefix}*").body
    place.store().put_record("source", "a", {})
    assert run("doctor", "--json", env=env).json["problems"] == []
    assert set(place.client.indices.get(index=f"{place.prefix}*").body) == {f"{place.prefix}-records-v1"}


def test_doctor_names_an_index_that_is_gone_and_makes_none(run: Run, place: Any, write: Any) -> None:
    write("a.ndjson", ROW)
    env = {"TICKETLENS_STORE": place.address, "TICKETLENS_ELASTIC__TIMEOUT": "20"}
    run("import", "a.ndjson", env=env)
    place.client.indices.delete(index=f"{place.prefix}-tickets-v2")
    told = run("doctor", "--json", env=env, code=1).json
    assert told["problems"] == [
        f"the index of {place.prefix}-tickets is gone: bring it back from a snapshot, or begin anew with another prefix"
    ]
    assert not place.client.indices.exists(index=f"{place.prefix}-tickets")


def test_doctor_of_the_store_alone_ends_with_0_as_long_as_it_can_be_used(run: Run, place: Any, write: Any) -> None:
    """Texts that wait for a topic and a copy without a node are notes; a block is a problem."""
    write("a.ndjson", ROW)
    env = {"TICKETLENS_STORE": place.address, "TICKETLENS_ELASTIC__TIMEOUT": "20"}
    run("import", "a.ndjson", env=env)
    there, name = place.client.indices, f"{place.prefix}-tickets-v2"
    there.put_settings(index=name, settings={"auto_expand_replicas": "false", "number_of_replicas": 1})
    assert "in no topic yet" in run("doctor", env=env, code=1).out
    told = run("doctor", "--store-only", "--json", env=env).json
    assert told["problems"] == []
    assert told["notes"][0].startswith("the store's health is yellow")
    assert "  the store's health is yellow" in run("doctor", "--store-only", env=env).out
    there.put_settings(index=name, settings={"index.blocks.write": True})
    assert "is blocked" in run("doctor", "--store-only", env=env, code=1).out
    assert "does not answer" in run("doctor", "--store-only", env={"TICKETLENS_STORE": AWAY}, code=1).out
