"""Events thrice and in any order, with pulls between: the same tickets in the end, byte for byte."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from helpdesks.office import opened
from helpdesks.pushed import OUTSIDE, Pushed
from reliability.figures import LONG, note

from ticketlens.connector import Hook

SEEDS = range(20 if LONG else 3)
EVENTS, TIMES = 10_000, 3
TICKETS, PHASES = (1_000, 4) if LONG else (200, 2)
PER_PAGE = 500
AT_ONCE = 32


def live(pushed: Pushed, random: Random, count: int) -> list[int]:
    """The desk goes on: the number of the ticket of each event, oldest first."""
    desk, happened = pushed.desk, []
    if not desk.items:
        happened = [desk.create(f"Problem {n % 40}", f"Text {n}") for n in range(TICKETS)]
    numbers = list(desk.items)
    while len(happened) < count:
        if random.random() < 0.7:  # else two things at one moment
            desk.tick(random.choice((1, 60, 3_600)))
        number = random.choice(numbers)
        end = desk.delete if random.random() < 0.01 else desk.solve
        random.choice((desk.reply, end, desk.solve, desk.reopen))(number)
        happened.append(number)
    return happened


def sent(happened: list[tuple[int, int]], random: Random) -> list[list[tuple[int, int]]]:
    """What is delivered after each phase, in any order: each event thrice, in its own phase or in later ones."""
    phases: list[list[tuple[int, int]]] = [[] for _ in range(PHASES)]
    for turn, number in happened:
        first = turn * PHASES // EVENTS
        for _ in range(TIMES):
            phases[random.randrange(first, PHASES)].append((turn, number))
    for phase in phases:
        random.shuffle(phase)
    return phases


def hook(pushed: Pushed, turn: int, number: int) -> Hook:
    body, headers = pushed.signed(number)
    named = {name.lower(): told for name, told in headers.items()} | {"x-zendesk-webhook-invocation-id": str(turn)}
    return Hook(named, body, url=f"{OUTSIDE}/hooks/desk", at=pushed.desk.now)


def tables(pushed: Pushed) -> str:
    """SHA-256 over all that is kept of all tickets, but for the port of the helpdesk's address; and what they count."""
    store, told = pushed.lens.store, hashlib.sha256()
    for raw in sorted(store.each_raw(), key=lambda one: one.id):
        row = store.get_ticket("desk", raw.id)
        shown = json.dumps(pushed.lens.row_json(row), sort_keys=True) if row else None
        told.update(f"{replace(raw, url=None)!r}\n{shown}\n".replace(pushed.office.helpdesk.url, "").encode())
    return told.hexdigest()


def lived(folder: Path) -> list[tuple[int, int]]:
    """(turn, number) of each event: every desk of this file lives the same life."""
    with opened("zendesk", folder) as office:
        random, pushed = Random("a life"), Pushed(office)
        return list(enumerate(number for _ in range(PHASES) for number in live(pushed, random, EVENTS // PHASES)))


def settled(folder: Path, happened: list[tuple[int, int]], seed: int) -> str:
    """The tables after everything has come."""
    with opened("zendesk", folder) as office:
        office.helpdesk.page = PER_PAGE
        pushed, life, random = Pushed(office), Random("a life"), Random(seed)
        for phase in sent(happened, random):
            live(pushed, life, EVENTS // PHASES)
            cut = random.randrange(len(phase))
            take(pushed, phase[:cut])
            if random.random() < 0.7:
                assert office.pull(full=random.random() < 0.5).error is None
            take(pushed, phase[cut:])
        office.quiet()
        assert office.pull().error is None
        counts = pushed.counts()
        assert counts["received"] == EVENTS * TIMES
        assert counts.get("set_aside", 0) == counts.get("refused", 0) == counts.get("waiting", 0) == 0
        office.must_equal()
        return tables(pushed)


def take(pushed: Pushed, part: list[tuple[int, int]]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda one: pushed.gate.take("desk", hook(pushed, *one)), part))
    assert pushed.read() == ""


@pytest.mark.slow
def test_any_order_and_any_repetition_give_the_same_tables(tmp_path: Path) -> None:
    for name in ("life", *map(str, SEEDS)):
        (tmp_path / name).mkdir()
    happened = lived(tmp_path / "life")
    found = {settled(tmp_path / str(seed), happened, seed) for seed in SEEDS}
    assert len(found) == 1
    note("any order", f"{EVENTS:,} events, each {TIMES} times, {len(SEEDS)} seeds: byte-identical tables",
         f"{len(SEEDS)} seeds, {TICKETS:,} tickets: {len(found)} table, SHA-256 {found.pop()[:16]}…")  # fmt: skip
