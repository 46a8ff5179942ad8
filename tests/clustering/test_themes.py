"""Themes are found where topics lie in groups, and none where they do not."""

import numpy as np
import pytest

from clustering.arrays import Floats, unit_rows
from clustering.themes import themes


def middles(groups: int, each: int, alone: int = 0, seed: int = 1) -> tuple[Floats, list[int]]:
    """Middles of topics: groups around a direction of their own, and some that stand alone."""
    dice = np.random.default_rng(seed)
    centres = dice.normal(0, 1, (groups + alone, 96))
    of = [group for group in range(groups) for _ in range(each)] + list(range(groups, groups + alone))
    rows = 0.6 * np.eye(96)[0] * 10 + centres[of] + dice.normal(0, 0.55, (len(of), 96))
    return unit_rows(rows.astype(np.float32)), of


def test_topics_of_a_group_are_a_theme_and_a_lonely_one_is_in_none() -> None:
    rows, of = middles(8, 4, alone=3)
    found = themes(rows)
    assert found[:32].tolist() == of[:32]
    assert found[32:].tolist() == [-1, -1, -1]


@pytest.mark.parametrize("seed", range(8))
def test_topics_that_lie_in_no_groups_have_no_themes(seed: int) -> None:
    rows, _ = middles(0, 0, alone=60, seed=seed)
    assert set(themes(rows).tolist()) == {-1}


@pytest.mark.parametrize("count", range(6))
def test_a_handful_of_topics_has_no_themes(count: int) -> None:
    rows, _ = middles(1, count) if count else (np.empty((0, 96), np.float32), [])
    assert themes(rows).tolist() == [-1] * count


def test_a_theme_has_at_least_two_topics() -> None:
    rows, _ = middles(7, 3, alone=20)
    found = themes(rows)
    assert min(np.bincount(found[found >= 0])) >= 2


def test_the_order_of_topics_changes_nothing() -> None:
    rows, _ = middles(6, 5, alone=6)
    order = np.random.default_rng(2).permutation(len(rows))
    one, other = themes(rows)[order], themes(rows[order])
    assert ((one >= 0) == (other >= 0)).all()
    assert len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one.tolist()))
