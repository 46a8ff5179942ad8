"""From a helpdesk's call to the ticket: the same for every kind, over the real page, inbox and reader."""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from helpdesks.office import opened
from helpdesks.pushed import OUTSIDE, Pushed
from helpdesks.server import Fault

from connectors import TABLE
from ticketlens.connector import Hook, Receiver
from ticketlens.errors import Stopped
from ticketlens.hooks.reading import MIB, MOST_BYTES
from ticketlens.lease import Lease
from ticketlens.model.batch import TicketBatch
from ticketlens.outside.proof import base64_mac
from ticketlens.sources.state import lease_of as pull_lease_of

PASS = MOST_BYTES // MIB
"""Deliveries that are in memory at once."""

HOOKED = sorted(name for name, kind in TABLE.items() if issubclass(kind, Receiver))


@pytest.fixture(params=HOOKED)
def pushed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pushed]:
    with opened(request.param, tmp_path) as made:
        yield Pushed(made)


@pytest.fixture
def zendesk(tmp_path: Path) -> Iterator[Pushed]:
    with opened("zendesk", tmp_path) as made:
        yield Pushed(made)


def solved(pushed: Pushed, count: int = 1) -> list[int]:
    numbers = [pushed.desk.create(f"Problem {number}", f"Text {number}") for number in range(count)]
    pushed.desk.tick(60)
    for number in numbers:
        pushed.desk.reply(number)
        pushed.desk.tick(30)
        pushed.desk.solve(number)
    pushed.desk.tick(60)
    return numbers


def test_a_delivery_is_kept_answered_and_read_as_a_pull_reads_it(pushed: Pushed) -> None:
    (number,) = solved(pushed)
    told = pushed.push(number)
    assert told.status_code == 202
    assert told.get_json()["repeated"] is False
    assert pushed.office.stored() == {}
    assert pushed.counts() == {"received": 1, "waiting": 1}
    assert pushed.read() == ""
    assert pushed.counts() == {"received": 1, "stored": 1}
    by_hook = pushed.office.stored()
    pushed.office.quiet()
    told_by_pull = pushed.office.pull()
    assert (told_by_pull.error, told_by_pull.report.stored) == (None, 0)
    assert pushed.office.stored() == by_hook
    pushed.office.must_equal()


def test_what_comes_again_is_told_so_and_changes_nothing(pushed: Pushed) -> None:
    (number,) = solved(pushed)
    call = pushed.signed(number)
    first = pushed.send(*call)
    pushed.read()
    before = pushed.office.stored()
    again = pushed.send(*call)
    assert (again.status_code, again.get_json()) == (202, {**first.get_json(), "repeated": True})
    assert pushed.lens.store.waiting("desk", 9) == []
    pushed.read()
    assert pushed.office.stored() == before
    assert pushed.counts() == {"received": 2, "stored": 1, "unchanged": 1}


def test_what_is_not_proven_is_refused_and_leaves_nothing(pushed: Pushed) -> None:
    (number,) = solved(pushed)
    body, headers = pushed.signed(number)
    told = pushed.send(body, {"Content-Type": headers["Content-Type"]})
    assert (told.status_code, told.get_json()["title"]) == (401, "Unauthorized")
    assert pushed.secret not in told.get_data(as_text=True)
    assert pushed.lens.store.deliveries("desk") == []
    assert pushed.counts() == {"received": 1, "refused": 1}


def test_what_is_refused_is_written_down_where_nothing_was_ever_proven(zendesk: Pushed) -> None:
    assert zendesk.send(b"{}", {"Content-Type": "application/json"}).status_code == 401
    until, pause = time.monotonic() + 20, threading.Event()
    while "desk" not in zendesk.lens.inbox.counts() and time.monotonic() < until:
        pause.wait(0.02)
    assert zendesk.lens.inbox.counts()["desk"].refused == 1


def test_a_packed_body_is_proven_unpacked(pushed: Pushed) -> None:
    (number,) = solved(pushed)
    body, headers = pushed.signed(number)
    told = pushed.send(gzip.compress(body), {**headers, "Content-Encoding": "gzip"})
    assert told.status_code == 202
    (kept,) = pushed.lens.store.waiting("desk", 9)
    assert kept.delivery.body == body


def test_no_more_is_read_than_the_helpdesk_may_send(pushed: Pushed) -> None:
    largest = pushed.gate.largest("desk")
    assert largest == {"github": 25}.get(pushed.office.helpdesk.kind, 1) * 1024 * 1024
    body, headers = pushed.signed(*solved(pushed))
    assert pushed.send(body + b" " * (largest - len(body) + 1), headers).status_code == 413
    bomb = gzip.compress(b" " * (largest + 1))
    assert pushed.send(bomb, {**headers, "Content-Encoding": "gzip"}).status_code == 413
    assert pushed.send(body + b" " * (largest - len(body)), headers).status_code in (401, 202)
    assert pushed.counts()["refused"] >= 2


def test_a_body_of_another_type_is_refused_and_no_such_source_is_not_found(pushed: Pushed) -> None:
    body, headers = pushed.signed(*solved(pushed))
    assert pushed.send(body, {**headers, "Content-Type": "application/x-www-form-urlencoded"}).status_code == 415
    assert pushed.send(body, {**headers, "Content-Encoding": "br"}).status_code == 415
    assert pushed.send(body, headers, "/hooks/another").status_code == 404
    assert pushed.counts() == {"received": 2, "refused": 2}


def test_who_looks_whether_the_address_is_there_is_answered(pushed: Pushed) -> None:
    client = pushed.client
    for method in ("GET", "HEAD"):
        assert client.open("/hooks/desk", method=method, base_url=OUTSIDE).status_code == 200
        assert client.open("/hooks/another", method=method, base_url=OUTSIDE).status_code == 404


def test_a_deleted_ticket_is_marked_by_its_next_delivery(pushed: Pushed) -> None:
    numbers = solved(pushed, 2)
    pushed.push(numbers[0])
    pushed.read()
    call = pushed.signed(numbers[0])
    pushed.desk.delete(numbers[0])
    pushed.desk.tick(60)
    body, headers = call
    pushed.lens.store.forget_deliveries("desk", pushed.desk.now)
    pushed.send(body, headers)
    told = pushed.read()
    assert told == ""
    (ticket,) = pushed.office.stored().values()
    assert ticket.deleted
    before = pushed.office.stored()
    pushed.lens.inbox.replay(pushed.lens.store.deliveries("desk"))
    pushed.read()
    assert pushed.office.stored() == before


def test_bursts_about_one_ticket_are_one_read(zendesk: Pushed) -> None:
    numbers = solved(zendesk, 2)
    for turn in range(20):
        for number in numbers:
            body, headers = zendesk.signed(number)
            headers["x-zendesk-webhook-invocation-id"] = f"{number}-{turn}"
            assert zendesk.send(body, headers).status_code == 202
    asked = len(zendesk.office.helpdesk.asked)
    zendesk.read()
    reads = [path for path in zendesk.office.helpdesk.asked[asked:] if "audits" not in path]
    assert len(reads) == 2
    assert zendesk.counts() == {"received": 40, "stored": 40}


def test_of_a_burst_larger_than_a_batch_each_ticket_is_read_once(zendesk: Pushed) -> None:
    numbers = solved(zendesk, 3)
    for turn in range(PASS):
        for number in numbers:
            body, headers = zendesk.signed(number)
            hook = Hook({**headers, "x-zendesk-webhook-invocation-id": f"{number}-{turn}"}, body, at=zendesk.desk.now)
            zendesk.gate.take("desk", hook)
    asked = len(zendesk.office.helpdesk.asked)
    zendesk.read()
    assert len([path for path in zendesk.office.helpdesk.asked[asked:] if "audits" not in path]) == 3
    assert zendesk.counts() == {"received": 3 * PASS, "stored": 3 * PASS}


def test_an_authentic_delivery_that_cannot_be_read_is_kept_set_aside_and_can_be_read_again(zendesk: Pushed) -> None:
    stamp = zendesk.desk.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    for number, body in enumerate((b"{}", b"[1]", b"not json", b'{"detail": {"id": {}}}', b"\xff\xfe", b"")):
        headers = {
            "Content-Type": "application/json", "x-zendesk-webhook-signature-timestamp": stamp,
            "x-zendesk-webhook-signature": base64_mac(zendesk.secret, stamp.encode() + body, "sha256"),
            "x-zendesk-webhook-invocation-id": f"odd {number}",
        }  # fmt: skip
        assert zendesk.send(body, headers).status_code == 202
    assert zendesk.read() == ""
    assert zendesk.counts() == {"received": 6, "set_aside": 6}
    reasons = [kept.outcome.reason for kept in zendesk.lens.inbox.last("desk")]
    assert all(reasons)
    assert zendesk.lens.inbox.replay_set_aside("desk") == 6
    assert zendesk.counts() == {"received": 6, "waiting": 6}
    zendesk.read()
    assert zendesk.counts() == {"received": 6, "set_aside": 6}


def test_a_ticket_that_cannot_be_read_holds_no_other_and_is_set_aside_in_the_end(zendesk: Pushed) -> None:
    numbers = solved(zendesk, 3)
    poison = zendesk.office.id_of(numbers[0])
    fault = Fault(where=lambda asked: f"/tickets/{poison}" in asked.path, status=500, times=10_000)
    zendesk.office.helpdesk.faults.append(fault)
    for number in numbers:
        zendesk.push(number)
    assert "500" in zendesk.read()
    assert zendesk.counts() == {"received": 3, "stored": 2, "waiting": 1}
    (kept,) = zendesk.lens.store.waiting("desk", 9)
    assert "500" in str(kept.outcome.reason)
    zendesk.desk.tick(2 * 3_600)
    assert "500" in zendesk.read()  # alone, it may as well be the helpdesk that is away
    body, headers = zendesk.signed(numbers[1])
    zendesk.send(body, {**headers, "x-zendesk-webhook-invocation-id": "later"})
    assert zendesk.read() == ""
    assert zendesk.counts() == {"received": 4, "stored": 2, "unchanged": 1, "set_aside": 1}
    zendesk.office.helpdesk.faults.remove(fault)
    zendesk.lens.inbox.replay_set_aside("desk")
    assert zendesk.read() == ""
    assert zendesk.counts() == {"received": 4, "stored": 3, "unchanged": 1}


@pytest.mark.parametrize("status", [403, 500])
def test_one_ticket_that_cannot_be_read_keeps_no_newer_one_waiting(pushed: Pushed, status: int) -> None:
    numbers = solved(pushed, 2)
    poison = pushed.office.id_of(numbers[0])
    pushed.office.helpdesk.faults.append(Fault(where=lambda asked: poison in asked.path, status=status, times=10_000))
    for number in numbers:
        pushed.push(number)
    pushed.read()
    assert [one for one in pushed.office.stored() if one != poison] == [pushed.office.id_of(numbers[1])]


def test_of_a_helpdesk_that_answers_new_deliveries_are_read_at_once(zendesk: Pushed) -> None:
    numbers = solved(zendesk, 3)
    poison = zendesk.office.id_of(numbers[0])
    fault = Fault(where=lambda asked: f"/tickets/{poison}" in asked.path, status=500, times=10_000)
    zendesk.office.helpdesk.faults.append(fault)
    zendesk.push(numbers[0])
    zendesk.push(numbers[1])
    zendesk.read()
    assert zendesk.lens.inbox.due() == []
    zendesk.push(numbers[2])
    assert zendesk.lens.inbox.due() == ["desk"]


@pytest.mark.parametrize("known", [False, True])
def test_a_deletion_that_is_pushed_while_a_pull_holds_the_ticket_is_not_lost(pushed: Pushed, known: bool) -> None:
    """The page that the pull has in its hand still tells of it, in a newer version than is stored."""
    (number,) = solved(pushed)
    if known:
        pushed.office.quiet()
        pushed.office.pull()
        pushed.desk.reopen(number)
        pushed.desk.tick(60)
    held = pushed.lens.helpdesks.registry.connect("desk")[0].read(pushed.office.id_of(number))
    assert held is not None
    call = pushed.signed(number)
    with Lease(pushed.lens.store, pull_lease_of("desk"), now=pushed.lens.now).held() as ours:
        assert ours
        pushed.desk.delete(number)
        pushed.desk.tick(5)
        pushed.send(*call)
        pushed.read()
        list(pushed.lens.add([TicketBatch((replace(held, source="desk", pulled=True),))]))
    pushed.desk.tick(120)
    assert pushed.read() == ""
    assert pushed.office.stored()[held.id].deleted
    assert pushed.counts()["received"] == 1


def test_a_change_that_freshdesk_tells_in_the_same_words_within_a_minute_is_not_lost(tmp_path: Path) -> None:
    with opened("freshdesk", tmp_path) as office:
        pushed = Pushed(office)
        number = office.desk.create("Problem", "Text")
        office.desk.tick(5)
        call = pushed.signed(number)
        pushed.send(*call)
        pushed.read()
        office.desk.solve(number)
        office.desk.tick(5)
        assert pushed.send(*call).get_json()["repeated"] is False
        pushed.read()
        assert office.stored()[office.id_of(number)].solved_at is not None


def test_a_reader_that_is_told_to_stop_sets_nothing_aside(zendesk: Pushed, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(self: object, id: str) -> None:
        raise Stopped("it was told to stop while it waited")

    zendesk.push(*solved(zendesk))
    monkeypatch.setattr(TABLE["zendesk"], "read", stopped)
    with pytest.raises(Stopped):
        zendesk.read()
    assert zendesk.counts() == {"received": 1, "waiting": 1}


def test_while_the_helpdesk_is_away_deliveries_wait_and_are_read_later(zendesk: Pushed) -> None:
    (number,) = solved(zendesk)
    zendesk.push(number)
    fault = Fault(where=lambda asked: True, status=500, times=10_000)
    zendesk.office.helpdesk.faults.append(fault)
    assert "500" in zendesk.read()
    assert zendesk.lens.inbox.trouble("desk") is not None
    assert zendesk.lens.inbox.due() == []
    assert zendesk.counts() == {"received": 1, "waiting": 1}
    zendesk.office.helpdesk.faults.remove(fault)
    zendesk.desk.tick(120)
    assert zendesk.lens.inbox.due() == ["desk"]
    assert zendesk.read() == ""
    assert zendesk.lens.inbox.trouble("desk") is None
    assert zendesk.counts() == {"received": 1, "stored": 1}


@pytest.mark.parametrize("seed", range(3))
def test_any_order_any_repetition_and_any_pulls_between_give_the_same_tickets(zendesk: Pushed, seed: int) -> None:
    numbers = solved(zendesk, 12)
    for number in numbers[:4]:
        zendesk.desk.reopen(number)
        zendesk.desk.tick(10)
    zendesk.desk.delete(numbers[5])
    zendesk.office.quiet()
    calls = [zendesk.signed(number) for number in numbers for _ in range(3)]
    for turn, (_, headers) in enumerate(calls):
        headers["x-zendesk-webhook-invocation-id"] = str(turn)
    random = Random(seed)
    random.shuffle(calls)
    for body, headers in [*calls, *random.sample(calls, 20)]:
        assert zendesk.send(body, headers).status_code == 202
        if random.random() < 0.2:
            zendesk.read()
        if random.random() < 0.1:
            zendesk.office.pull(full=random.random() < 0.5)
    zendesk.read()
    zendesk.office.pull(full=True)
    zendesk.office.must_equal()
    held = [_shown(zendesk, id_) for id_ in sorted(zendesk.office.stored())]
    assert held == EXPECTED.setdefault("tickets", held)


def _shown(pushed: Pushed, id_: str) -> str:
    """All but the port of the helpdesk's own address."""
    row = pushed.lens.store.get_ticket("desk", id_)
    assert row is not None
    return json.dumps(pushed.lens.row_json(row), sort_keys=True).replace(pushed.office.helpdesk.url, "")


EXPECTED: dict[str, Any] = {}
"""What the first order gave; all others have to give the same."""
