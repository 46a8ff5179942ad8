"""What a model puts into every vector is taken out before neighbours are looked for."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from clustering.arrays import Floats, unit_rows
from clustering.common import PROBES, common, without
from clustering.embed import load
from clustering.engine import full_run

DIMENSIONS = 48
PROBLEMS, TICKETS = 12, 25
LENGTH = 4
CONE = np.eye(1, DIMENSIONS, dtype=np.float32)[0] * LENGTH


def aside(seed: int, count: int) -> Floats:
    return unit_rows(np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32))


def narrow(rows: Floats) -> Floats:
    return unit_rows(rows + CONE)


def encoding(shape: Callable[[Floats], Floats]) -> Callable[[Sequence[str]], Floats]:
    return lambda texts: shape(aside(len(texts), len(texts))) if texts else np.empty((0, DIMENSIONS), np.float32)


def test_a_model_that_uses_all_directions_has_nothing_in_common() -> None:
    assert not common(encoding(unit_rows)).any()
    rows = aside(1, 5)
    assert without(rows, common(encoding(unit_rows))) is rows


def test_a_narrow_model_has_its_direction_in_common() -> None:
    shared = common(encoding(narrow))
    assert float(shared @ CONE) / np.linalg.norm(shared) / LENGTH == pytest.approx(1, abs=0.01)
    assert np.linalg.norm(without(narrow(aside(1, 500)), shared).mean(axis=0)) < 0.25


@pytest.mark.parametrize("shape", [unit_rows, narrow])
def test_a_narrow_model_finds_the_problems_that_a_wide_one_finds(shape: Callable[[Floats], Floats]) -> None:
    middles = np.repeat(aside(2, PROBLEMS), TICKETS, axis=0)
    rows = shape(unit_rows(middles + 0.5 * aside(3, PROBLEMS * TICKETS)))
    found = full_run(rows, [str(at) for at in range(len(rows))], ["sv"] * len(rows), encoding(shape))
    assert len(found.topics) == PROBLEMS
    assert [len(set(found.nearest[at : at + TICKETS].tolist())) for at in range(0, len(rows), TICKETS)] == [
        1
    ] * PROBLEMS


def test_of_the_english_model_nothing_is_taken_out_and_much_of_the_multilingual_one() -> None:
    assert len(set(PROBES)) == len(PROBES)
    assert not common(load("english").encode).any()
    assert np.linalg.norm(common(load("multilingual").encode)) > 0.8
