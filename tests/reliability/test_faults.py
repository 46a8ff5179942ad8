"""The n-th call of the store goes wrong, for every n of a whole turn of the work: in the end all is as if none had."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest
from helpdesks.zammad import Server
from reliability.cycle import Run, World, build, copy, state
from reliability.faulty import Died, Faulty
from reliability.figures import LONG, note

from ticketlens.errors import StoreError, Unavailable

Error = Callable[[], BaseException]
ERRORS: dict[str, Error] = {
    "unavailable": lambda: Unavailable("the store is away"),
    "refused": lambda: StoreError("the store cannot do that"),
    "died": Died,
}
CASES = [(kind, late) for kind in ERRORS for late in (False, True) if LONG or not late or kind == "died"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Server().serving() as helpdesk:
        assert isinstance(helpdesk, Server)
        yield build(helpdesk, tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def expected(world: World) -> dict[str, object]:
    """Without any fault."""
    store = copy(world, "expected")
    run = Run(world, store)
    run.cycle()
    told = state(store, run.lens)
    assert set(run.statuses) == {202}
    store.close()
    return told


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("kind", "late"), CASES)
def test_a_fault_at_any_call_of_the_store_leaves_what_a_run_without_leaves(
    world: World, expected: dict[str, object], kind: str, late: bool
) -> None:
    hit: list[str] = []
    for nth in count(1):
        store = copy(world, f"{kind}-{late}-{nth}")
        faulty = Faulty(store, nth, ERRORS[kind], late)
        run = broken_off(world, faulty)
        if not faulty.hit:
            break
        hit.append(faulty.hit)
        assert set(run.statuses) <= {202, 503}, faulty
        run = Run(world, store, run.acknowledged)  # as after a restart
        for _ in range(2):
            run.later()
            run.cycle()
        assert state(store, run.lens) == expected, f"{faulty.hit}, call {nth}"
        store.close()
    note(
        f"The n-th call of the store fails ({kind}, {'after' if late else 'before'} it was done), then a restart",
        "the same end state for every n", f"{len(hit)} of {len(hit)} the same, of {len(set(hit))} kinds of call",
    )  # fmt: skip


def test_a_process_that_met_a_fault_at_any_call_of_the_store_goes_on_by_itself(
    world: World, expected: dict[str, object]
) -> None:
    for nth in count(1):
        store = copy(world, f"goes-on-{nth}")
        faulty = Faulty(store, nth, ERRORS["unavailable"])
        run = broken_off(world, faulty)
        if not faulty.hit:
            break
        for _ in range(2):
            run.later()
            run.cycle()
        assert state(store, run.lens) == expected, f"{faulty.hit}, call {nth}"
        store.close()
    note(
        "The n-th call of the store fails (unavailable), no restart",
        "the same end state for every n", f"{nth - 1} of {nth - 1} the same",
    )  # fmt: skip


def broken_off(world: World, faulty: Faulty) -> Run:
    run = Run(world, faulty)
    with suppress(Died):
        run.cycle()
    return run
