"""Whatever is killed, and whenever: what was acknowledged is there, once."""

import threading
from pathlib import Path
from random import Random
from typing import Any

import apsw
from reliability.figures import LONG, note
from reliability.house import House, opened
from reliability.killer import Killer

SEED = 20261122
A_SECOND = 15.0
TICKETS = 60


def test_kills_at_any_moment_lose_and_double_nothing_in_a_file(tmp_path: Path, port: int) -> None:
    kills = 1_000 if LONG else 50
    with opened(f"sqlite:///{tmp_path / 'lens.db'}", tmp_path, port) as house:
        told = survive(house, kills)
    file = apsw.Connection(str(tmp_path / "lens.db"))
    assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    file.close()
    note(f"SIGKILL of web and worker, {kills}, SQLite", "0 acknowledged deliveries lost, 0 doubled", told)


def test_kills_at_any_moment_lose_and_double_nothing_in_a_cluster(place: Any, tmp_path: Path, port: int) -> None:
    kills = 200 if LONG else 20
    with opened(place.address, tmp_path, port) as house:
        told = survive(house, kills)
    note(f"SIGKILL of web and worker, {kills}, Elasticsearch", "0 acknowledged deliveries lost, 0 doubled", told)


def survive(house: House, kills: int) -> str:
    """What was measured, once nothing waits any more."""
    print(f"seed {SEED}, {house.address}")
    house.start()
    killer = Killer(house, Random(SEED))
    changes = threading.Thread(target=house.changes, args=(Random(SEED + 1), A_SECOND, TICKETS), daemon=True)
    changes.start()
    killer.kill(kills)
    house.settle()
    changes.join()
    told, sent = house.must_have_lost_nothing(), house.sender.told()
    print(dict(killer.aims), sent)
    return (
        f"{told['acknowledged']:,} acknowledged, {told['lost']} lost, {told['doubled']} doubled, "
        f"{told['tickets']} tickets as the helpdesk has them; {sent['cut']} times no answer came to one that was sent, "
        f"{sent['known_when_they_came_again']} were on disk already when they came again"
    )
