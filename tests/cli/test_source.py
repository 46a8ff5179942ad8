"""ticketlens source: accounts are entered, tried, changed and removed, and no secret is ever told again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpdesks.zendesk import Server as Zendesk

from connectors import TABLE
from ticketlens.sources.registry import fields_of

Run = Callable[..., Any]
FRESHDESK = ("freshdesk", "url=https://acme.freshdesk.com", "api_key=@-")


def entered(helpdesk: Zendesk, **other: str) -> list[str]:
    told = {**helpdesk.settings(), **other}
    return [f"{name}={value}" for name, value in told.items()]


def test_a_new_source_is_told_with_its_webhook_and_the_secret_that_was_made(run_near: Run, helpdesk: Zendesk) -> None:
    told = run_near("source", "add", "desk", *FRESHDESK, "--json", stdin="a key\n")
    assert (told.json["name"], told.json["kind"]) == ("desk", "freshdesk")
    assert told.json["webhook_url"] == "http://127.0.0.1:8000/hooks/desk"
    assert len(told.json["webhook_secret"]) >= 40
    assert told.err == ""
    again = run_near("source", "list", "--json")
    assert told.json["webhook_secret"] not in again.out + again.err


def test_a_helpdesk_that_makes_its_secret_gets_none_of_ours_and_the_place_of_its_own_is_told(
    run_near: Run, helpdesk: Zendesk
) -> None:
    told = run_near("source", "add", "desk", "zendesk", *entered(helpdesk, token="@-"), stdin="secret\n").out
    assert "webhook address  http://127.0.0.1:8000/hooks/desk" in told
    assert "Zendesk makes it: copy it there" in told
    assert "ticketlens source change desk webhook_secret=@FILE" in told
    refused = run_near("source", "rotate", "desk", code=2)
    assert "Zendesk makes the secret of webhooks itself" in refused.err
    run_near("source", "change", "desk", "webhook_secret=@-", stdin="theirs\n")
    again = run_near("source", "add", "other", "zendesk", *entered(helpdesk, token="@-", webhook_secret="@-"), "--json",
                     stdin="secret\ntheirs\n")  # fmt: skip
    assert again.json["webhook_secret"] is None
    assert "theirs" not in again.out


def test_a_secret_is_rotated_shown_once_and_the_former_one_ended(run_near: Run) -> None:
    first = run_near("source", "add", "desk", *FRESHDESK, "--json", stdin="a key\n").json["webhook_secret"]
    told = run_near("source", "rotate", "desk", "--json").json
    assert set(told) == {"name", "webhook_url", "webhook_secret"}
    assert len(told["webhook_secret"]) >= 40
    assert told["webhook_secret"] != first
    refused = run_near("source", "rotate", "desk", code=2)
    assert "ticketlens source forget-secret desk" in refused.err
    again = run_near("source", "rotate", "desk", "--again").out
    assert "(shown once)" in again
    assert "http://127.0.0.1:8000/hooks/desk/" in again
    assert "counts no more" in run_near("source", "forget-secret", "desk").out
    assert "no former secret" in run_near("source", "forget-secret", "desk", code=2).err
    shown = run_near("source", "list").out + run_near("source", "list", "--json").out
    assert first not in shown
    assert told["webhook_secret"] not in shown


def test_a_former_secret_can_be_taken_away_by_a_change_too(run_near: Run) -> None:
    run_near("source", "add", "desk", *FRESHDESK, stdin="a key\n")
    run_near("source", "change", "desk", "webhook_secret=@-", stdin="chosen by a person\n")
    run_near("source", "change", "desk", "webhook_secret_previous=")
    assert "no former secret" in run_near("source", "forget-secret", "desk", code=2).err


def test_a_secret_on_the_command_line_is_taken_with_a_warning_that_does_not_repeat_it(
    run_near: Run, helpdesk: Zendesk
) -> None:
    told = run_near("source", "add", "desk", "zendesk", *entered(helpdesk))
    assert "token=@FILE" in told.err
    assert helpdesk.secret not in told.out + told.err
    assert "email" not in told.err


def test_secrets_come_from_files_and_from_lines_of_standard_input(run_near: Run, helpdesk: Zendesk) -> None:
    run_near("source", "add", "desk", "zendesk", *entered(helpdesk, token="@-", webhook_secret="@-"),
             stdin=f"{helpdesk.secret}\nhook-secret\n")  # fmt: skip
    assert run_near("source", "test", "desk", "--json").json["error"] is None
    changed = run_near("source", "change", "desk", "webhook_secret=")
    assert changed.err == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["desk", "zendesk"], "url: missing (https://YOURS.zendesk.com)"),
        (["desk", "zendesk", "colour=red"], "colour: zendesk has no such setting; it has url, email, token"),
        (["desk", "zendesk", "url"], "write KEY=VALUE"),
        (["desk", "zendesk", "url=a", "url=b"], "url: given twice"),
        (["desk", "zendesk", "token=@none"], "token: none: No such file"),
        (["desk", "zendisk"], "kind: 'zendisk' is none of"),
        (["A desk", "zendesk", "url=x", "email=y", "token=@-"], "no name for a source"),
        (["import", "zendesk", "url=x", "email=y", "token=@-"], "no name for a source"),
        (["desk", "zendesk", "url=x", "email=y", "token=@-"], "is no address such as"),
    ],
)
def test_what_is_wrong_with_it_is_one_sentence_and_nothing_is_kept(run_near: Run, given: list[str], words: str) -> None:
    told = run_near("source", "add", *given, code=2, stdin="secret\n")
    assert words in told.err
    assert len(told.err.splitlines()) == 1
    assert run_near("source", "list", "--json").json == {"sources": []}


def test_a_name_is_given_once(run_near: Run, desk: Zendesk) -> None:
    told = run_near("source", "add", "desk", "zendesk", *entered(desk, token="@token"), code=2)
    assert "there is a source 'desk' already" in told.err


def test_a_test_says_what_it_could_read_and_stores_nothing(run_near: Run, desk: Zendesk) -> None:
    assert "3 tickets on its first page, the last one is 'Problem 2'" in run_near("source", "test", "desk").out
    told = run_near("source", "test", "desk", "--json").json
    assert told == {"source": "desk", "tickets": 3, "subject": "Problem 2", "error": None}
    assert run_near("export", "tickets", "--format", "ndjson").out == ""


def test_a_test_shows_no_address_of_a_customer(run_near: Run, desk: Zendesk) -> None:
    desk.desk.create("Call ann@example.com", "Text")
    desk.desk.tick(3_600)
    told = run_near("source", "test", "desk").out
    assert "ann@example.com" not in told
    assert "Call [email " in told


def test_a_test_that_fails_says_what_to_do_and_names_no_secret(run_near: Run, desk: Zendesk) -> None:
    run_near("source", "change", "desk", "token=@-", stdin="stale-token\n")
    told = run_near("source", "test", "desk", "--json", code=1)
    assert "enter a new token or key" in told.json["error"]
    assert "enter a new token or key" in told.err
    assert "stale-token" not in told.out + told.err


def test_a_list_shows_how_each_stands(run_near: Run, desk: Zendesk) -> None:
    assert "not read yet" in run_near("source", "list").out
    run_near("pull", "desk")
    (one,) = run_near("source", "list", "--json").json["sources"]
    assert (one["name"], one["kind"], one["phase"], one["tickets"], one["error"]) == (
        "desk", "zendesk", "fresh", 3, None,
    )  # fmt: skip
    assert one["full_at"] is not None
    assert 0 <= one["lag_seconds"] < 3_600
    shown = run_near("source", "list").out
    assert "fresh" in shown
    assert "webhook http://127.0.0.1:8000/hooks/desk" in shown


def test_without_a_source_the_list_says_how_to_add_one(run_near: Run) -> None:
    assert "ticketlens source add" in run_near("source", "list").out


def test_kinds_are_told_with_every_key(run_near: Run) -> None:
    told = {one["kind"]: one for one in run_near("source", "kinds", "--json").json["kinds"]}
    assert set(told) >= set(TABLE)
    for name, kind in TABLE.items():
        assert [one["key"] for one in told[name]["keys"]] == [one.name for one in fields_of(kind)]
    assert "an API token" in run_near("source", "kinds").out


def test_another_address_begins_anew_and_another_secret_goes_on(run_near: Run, desk: Zendesk, tmp_path: Path) -> None:
    run_near("pull", "desk")
    run_near("source", "change", "desk", "token=@token")
    asked = len(desk.asked)
    run_near("pull", "desk")
    assert any("cursor=" in line for line in desk.asked[asked:])
    run_near("source", "change", "desk", "conversations=yes")
    asked = len(desk.asked)
    run_near("pull", "desk")
    assert any("start_time=0" in line for line in desk.asked[asked:])


def test_a_change_of_nothing_tells_the_keys(run_near: Run, desk: Zendesk) -> None:
    told = run_near("source", "change", "desk", code=2)
    assert "url, email, token, conversations" in told.err


def test_a_source_is_removed_and_its_tickets_stay(run_near: Run, desk: Zendesk) -> None:
    run_near("pull", "desk")
    assert "its tickets stay" in run_near("source", "remove", "desk").out
    assert run_near("source", "list", "--json").json == {"sources": []}
    assert len(run_near("export", "tickets", "--format", "ndjson").out.splitlines()) == 3
    assert "there is no source 'desk'" in run_near("source", "remove", "desk", code=2).err


def test_a_source_that_takes_the_name_of_one_before_it_begins_at_the_beginning(run_near: Run, desk: Zendesk) -> None:
    run_near("pull", "desk")
    run_near("source", "remove", "desk")
    again = run_near("source", "add", "desk", "zendesk", *entered(desk, token="@token"), "--json")
    assert "there are 3 tickets of desk already" in again.err
    assert run_near("pull", "desk", "--json").json["sources"][0]["received"] == 3


def test_no_secret_lies_in_the_store_and_the_key_is_for_this_account_alone(
    run_near: Run, desk: Zendesk, tmp_path: Path
) -> None:
    key = tmp_path / "ticketlens.db.key"
    assert key.stat().st_mode & 0o077 == 0
    for file in tmp_path.glob("ticketlens.db*"):
        assert desk.secret.encode() not in file.read_bytes()


def test_a_missing_key_is_told_by_doctor_and_by_pull(run_near: Run, desk: Zendesk, tmp_path: Path) -> None:
    (tmp_path / "ticketlens.db.key").rename(tmp_path / "elsewhere")
    assert "bring ticketlens.db.key back" in run_near("pull", code=1).err
    problems = json.loads(run_near("doctor", "--json", code=1).out)["problems"]
    assert any("source desk: the key" in problem for problem in problems)
