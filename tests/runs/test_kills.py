"""A process that dies at any call of the store leaves the old topics or the new ones, whole, and loses no edit."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from reliability.faulty import Died, Faulty
from runs.desk import Desk, copy, of_a_problem, opened, ticket
from runs.meaning import PROBLEMS
from runs.two_models import TwoModels

from ticketlens.errors import Unavailable
from ticketlens.store.open import open_store

KIM = {"by": "kim"}
Act = Callable[[Desk], Any]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three topics with edits on them; then tickets came of a fourth problem, and of none, and one was renamed."""
    path = tmp_path_factory.mktemp("kills") / "template.db"
    with opened(path, TwoModels()) as desk:
        for problem in ("login", "refund", "parcel"):
            desk.push(of_a_problem(problem, 0, 6))
        desk.push([ticket("odd-1", "garden chairs", "wooden garden chairs", 3)])
        desk.cluster()
        login, refund, parcel = (desk.topic_of(f"{problem}-0") for problem in list(PROBLEMS)[:3])
        edits = desk.lens.edits
        edits.set(login, {"name": "Signing in", "pinned": True}, **KIM)
        edits.merge([parcel], refund, **KIM)
        edits.move([("import", "odd-1")], login, **KIM)
        desk.push(of_a_problem("invoice", 0, 5) + of_a_problem("login", 20, 2))
    return path


def state(desk: Desk) -> object:
    """What people see, with new topics told by their names, since their ids are never used twice."""
    names = desk.names()
    where = {id_: names.get(topic) if topic is not None else None for id_, topic in desk.places().items()}
    shown = {(topic.name, topic.label, topic.pinned, topic.kind) for topic in desk.lens.store.topics()}
    return where, shown


def ids(desk: Desk) -> dict[str, int]:
    return {name: number for number, name in desk.names().items()}


def edits(desk: Desk) -> list[object]:
    return [(one.kind, one.topics, one.tickets, one.undone is None) for one in desk.lens.edits.log.all()]


def let_leases_end(desk: Desk) -> None:
    """The minute passes after which another may take up the work of a process that died."""
    for name in ("edit", "group"):
        desk.lens.store.claim(name, "time passes", 0.0, desk.at + timedelta(hours=1))
        desk.lens.store.release(name, "time passes")


def without_fault(template: Path, name: str, act: Act, after: Act | None = None) -> tuple[object, dict[str, int]]:
    with opened(copy(template, name), TwoModels()) as desk:
        act(desk)
        if after:
            after(desk)
        return state(desk), ids(desk)


def killed(template: Path, name: str, act: Act, look: Callable[[Desk, str], None], *, late: bool) -> int:
    """`act` dies at its n-th call of the store, for every n; each time `look` sees the store as after a restart."""
    for nth in count(1):
        path = copy(template, f"{name}-{late}-{nth}")
        faulty = Faulty(open_store(f"sqlite:///{path}"), nth, Died, late)
        with suppress(Died), opened(path, TwoModels(), faulty) as desk:
            act(desk)
        if not faulty.hit:
            return nth - 1
        with opened(path, TwoModels()) as desk:
            let_leases_end(desk)
            look(desk, f"{faulty.hit}, call {nth}")
        path.unlink()
    raise AssertionError


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("model", ["english", "multilingual"])
def test_a_run_killed_at_any_call_leaves_the_old_topics_or_the_new_ones_whole(
    template: Path, model: str, late: bool
) -> None:
    def run(desk: Desk) -> None:
        desk.with_model(model).cluster(full=True, publish=True)

    old, had = without_fault(template, f"old-{model}-{late}", lambda desk: None)
    new, _ = without_fault(template, f"new-{model}-{late}", run)
    assert old != new
    with opened(copy(template, f"edits-{model}-{late}"), TwoModels()) as desk:
        made = edits(desk)

    def look(desk: Desk, where: str) -> None:
        assert state(desk) in (old, new), where
        assert edits(desk) == made, where
        desk.must_add_up()
        changed = desk.with_model(model)
        if state(desk) == old or changed.lens.has_to_cluster():
            run(desk)
        assert state(desk) == new, where
        assert {name: number for name, number in ids(desk).items() if name in had} == had, where
        assert not changed.lens.has_to_cluster()

    assert killed(template, f"run-{model}", run, look, late=late) > 20


def merge(desk: Desk) -> None:
    desk.lens.edits.merge([desk.topic_of("login-0")], desk.topic_of("refund-0"), **KIM)


def split(desk: Desk) -> None:
    named = [("import", f"refund-{n}") for n in range(3)]
    desk.lens.edits.split(desk.topic_of("refund-0"), named, name="Bank refunds", **KIM)


def move(desk: Desk) -> None:
    desk.lens.edits.move([("import", "login-1"), ("import", "refund-1")], None, **KIM)


def always(desk: Desk) -> None:
    desk.lens.edits.always(desk.topic_of("refund-0"), {"q": ["invoice"]}, **KIM)


def undo(desk: Desk) -> None:
    merged = next(one for one in desk.lens.edits.history() if one.kind == "merge")
    desk.lens.edits.undo(merged.id, **KIM)


def test_an_edit_that_meets_a_store_that_is_away_lets_the_next_one_in_at_once(template: Path) -> None:
    def fail(seconds: float) -> None:
        pytest.fail("it waits for a turn that nobody has")

    for nth in count(1):
        path = copy(template, f"away-{nth}")
        faulty = Faulty(open_store(f"sqlite:///{path}"), nth, lambda: Unavailable("the store is away"))
        with suppress(Unavailable), opened(path, TwoModels(), faulty) as desk:
            with suppress(Unavailable):
                merge(desk)
            if not faulty.hit:
                break
            if faulty.hit not in ("release", "claim"):
                replace(desk.lens.edits, pause=fail).set(desk.topic_of("refund-0"), {"hidden": True}, **KIM)
        path.unlink()


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("act", [merge, split, move, always, undo])
def test_an_edit_killed_at_any_call_was_made_or_was_not(template: Path, act: Act, late: bool) -> None:
    name = f"{act.__name__}-{late}"
    old, _ = without_fault(template, f"{name}-old", lambda desk: None, lambda desk: desk.lens.edits.settle())
    new, _ = without_fault(template, f"{name}-new", act, lambda desk: desk.lens.edits.settle())
    assert old != new

    def look(desk: Desk, where: str) -> None:
        desk.lens.edits.settle()
        assert not desk.lens.edits.is_left(), where
        assert state(desk) in (old, new), where
        undone = any(one.kind == "merge" and one.undone for one in desk.lens.edits.history())
        assert undone == any(one.kind == "apart" for one in desk.lens.edits.history()), where
        desk.must_add_up()

    assert killed(template, name, act, look, late=late) > 5
