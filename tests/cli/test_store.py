"""ticketlens store: everything moved to another store, and what is said about it."""

import base64
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

FROM = "sqlite:///one.db"
Run = Callable[..., Any]


@pytest.fixture
def tickets(tmp_path: Path, run: Run) -> None:
    """Forty tickets in the store `one.db`."""
    rows = [
        {"id": number, "subject": f"Cannot log in {number % 7}", "body": "kim@example.org", "status": "solved",
         "created_at": f"2026-02-{1 + number % 28:02}T08:00:00Z",
         "solved_at": f"2026-03-{1 + number % 20:02}T08:00:00Z"}
        for number in range(40)
    ]  # fmt: skip
    (tmp_path / "a.ndjson").write_text("\n".join(map(json.dumps, rows)))
    run("--store", FROM, "import", "a.ndjson", "--json")


@pytest.mark.usefixtures("tickets")
def test_answers_after_a_copy_are_the_same_to_the_byte(run: Run, empty_store: str) -> None:
    told = run("store", "copy", FROM, empty_store, "--json").json
    assert told["same"] is True
    assert {one["part"]: one["pieces"] for one in told["parts"]}["tickets"] == 40
    for asked in (("trend", "--json"), ("export", "tickets"), ("export", "topics"), ("export", "trend")):
        assert run("--store", empty_store, *asked).out == run("--store", FROM, *asked).out
    again = run("store", "copy", FROM, empty_store, "--json").json
    assert {one["written"] for one in again["parts"]} == {0}


@pytest.mark.usefixtures("tickets")
def test_a_copy_tells_each_part_with_its_count(run: Run) -> None:
    told = run("store", "copy", FROM, "sqlite:///two.db")
    assert [line.split()[0] for line in told.out.splitlines()][-1] == "tickets"
    assert "40" in told.out.splitlines()[-1]
    assert told.out.count("the same on both sides") == len(told.out.splitlines())
    assert "copy tickets: 40 of 40" in told.err


@pytest.mark.usefixtures("tickets")
def test_a_store_is_never_copied_onto_another_one(run: Run) -> None:
    run("--store", "sqlite:///two.db", "import", "a.ndjson")
    told = run("store", "copy", FROM, "sqlite:///two.db", code=2)
    assert "40 tickets of its own" in told.err
    assert len(told.err.splitlines()) == 1


@pytest.mark.parametrize("itself", [FROM, "sqlite:///./one.db"])
@pytest.mark.usefixtures("tickets")
def test_a_store_is_not_copied_onto_itself(run: Run, itself: str) -> None:
    assert "ticketlens: copy: " in run("store", "copy", FROM, itself, code=2).err


def test_a_store_that_is_not_there_is_not_copied(run: Run, tmp_path: Path) -> None:
    told = run("store", "copy", FROM, "sqlite:///two.db", code=2)
    assert "there is no store at the first address" in told.err
    assert not (tmp_path / "one.db").exists()
    assert not (tmp_path / "two.db").exists()


@pytest.mark.usefixtures("tickets")
def test_a_file_migrates_by_itself(run: Run) -> None:
    told = run("--store", FROM, "store", "migrate", "--json").json
    assert (told["store"], told["schema"] >= 1) == ("sqlite", True)
    assert "migrates by itself" in run("--store", FROM, "store", "migrate").out


@pytest.mark.usefixtures("tickets")
def test_a_store_of_this_version_needs_no_migration(run: Run, empty_store: str) -> None:
    run("store", "copy", FROM, empty_store)
    assert run("--store", empty_store, "store", "migrate", "--json").json["indices"] == []
    assert run("--store", empty_store, "trend", "--json").out == run("--store", FROM, "trend", "--json").out


@pytest.mark.usefixtures("tickets")
def test_settings_that_are_for_one_of_two_clusters_do_not_disturb_the_other(
    run: Run, place: Any, front: Callable[..., Any], tmp_path: Path
) -> None:
    """A copy from a cluster by http without a key to one behind TLS, known by user or by key."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    key, basic = base64.b64encode(b"id:key").decode(), base64.b64encode(b"me:hush").decode()
    env = {"TICKETLENS_ELASTIC__CA_FILE": "ca.pem", "TICKETLENS_ELASTIC__API_KEY": key}
    plain, known = front(authorization=f"Basic {basic}"), front(tls=context, authorization=f"ApiKey {key}")
    there, here = known.address(place.prefix), plain.address(place.prefix + "-2", user="me:hush")
    assert run("store", "copy", FROM, there, "--json", env=env).json["same"] is True
    assert run("store", "copy", there, here, "--json", env=env).json["same"] is True


def test_writes_are_given_up_on_the_way_back_alone(run: Run) -> None:
    assert "--lose-writes goes with --back" in run("store", "migrate", "--lose-writes", code=2).err
