"""Parts of one topic are found where there are some, whatever the order of its tickets, and named by what differs."""

import numpy as np
import pytest

from clustering.arrays import Floats, unit_rows
from clustering.parts import MOST_PARTS, described, parts

TELLING = ("lost my phone", "code never came", "password too short")


def cloud(sizes: tuple[int, ...], apart: float = 1.0, seed: int = 1) -> tuple[Floats, list[str], list[int]]:
    """Unit rows around one direction, in groups that differ from it each in a direction of its own."""
    dice = np.random.default_rng(seed)
    shared, own = np.eye(48, dtype=np.float32)[0] * 2, np.eye(48, dtype=np.float32)[1:]
    of = [group for group, size in enumerate(sizes) for _ in range(size)]
    noise = dice.normal(0, 0.12, (len(of), 48)).astype(np.float32)
    words = [f"cannot log in\n{TELLING[group % 3]} since day {number}" for number, group in enumerate(of)]
    return unit_rows(shared + apart * own[of] + noise), words, of


def test_each_group_is_a_part_and_the_largest_is_first() -> None:
    rows, texts, of = cloud((30, 70, 50))
    found = parts(rows, texts, ["en"] * len(texts))
    assert [draft.size for draft in found.topics] == [70, 50, 30]
    assert [found.labels[of.index(group)] for group in range(3)] == [2, 0, 1]
    assert len(set(zip(found.labels.tolist(), of, strict=True))) == 3


@pytest.mark.parametrize("seed", range(5))
def test_a_cloud_without_groups_does_not_fall_apart(seed: int) -> None:
    rows, texts, _ = cloud((200,), seed=seed)
    found = parts(rows, texts, ["en"] * len(texts))
    assert found.topics == ()
    assert set(found.labels.tolist()) == {-1}


def test_few_or_equal_texts_do_not_fall_apart() -> None:
    rows, texts, _ = cloud((6, 5))
    assert parts(rows, texts, ["en"] * 11).topics == ()
    same = np.repeat(rows[:1], 400, axis=0)
    assert parts(same, texts[:1] * 400, [None] * 400).topics == ()
    assert parts(rows[:0], [], []).topics == ()


def test_the_order_of_tickets_changes_nothing() -> None:
    rows, texts, _ = cloud((40, 60))
    order = np.random.default_rng(3).permutation(len(rows))
    one = parts(rows, texts, ["en"] * 100)
    other = parts(rows[order], [texts[at] for at in order], ["en"] * 100)
    assert one.labels[order].tolist() == other.labels.tolist()
    assert [draft.name for draft in one.topics] == [draft.name for draft in other.topics]


def test_a_part_is_named_by_what_the_others_do_not_have() -> None:
    rows, texts, _ = cloud((60, 50, 40))
    names = [draft.name for draft in parts(rows, texts, ["en"] * len(texts)).topics]
    for name, own in zip(names, TELLING, strict=True):
        assert set(name.lower().split()) & set(own.split()), names
        assert "log in" not in name.lower()


def test_typical_tickets_are_those_nearest_to_the_middle_of_the_part() -> None:
    rows, texts, _ = cloud((40, 60))
    found = parts(rows, texts, ["en"] * 100)
    for part, draft in enumerate(found.topics):
        own = np.flatnonzero(found.labels == part)
        best = own[np.argsort(-(rows[own] @ draft.centroid), kind="stable")]
        assert list(draft.typical[:3]) == best[:3].tolist()


def test_never_more_parts_than_a_person_can_look_through() -> None:
    rows, texts, _ = cloud((20,) * 12)
    assert len(parts(rows, texts, [None] * len(texts)).topics) <= MOST_PARTS


def test_a_part_that_a_person_chose_is_named_by_its_own_words_without_numbers() -> None:
    rows, texts, of = cloud((40, 8))
    texts = [text.replace("since day", f"order 886{at:04}") for at, text in enumerate(texts)]
    chosen, rest = described(rows, texts, ["en"] * len(texts), np.array([group == 0 for group in of], dtype=np.int64))
    assert set(chosen.name.lower().split()) & set(TELLING[1].split())
    assert not any(sign.isdigit() for sign in chosen.name + "".join(chosen.words))
    assert chosen.words
    assert (chosen.size, rest.size) == (8, 40)


def test_all_of_a_topic_has_a_name_too() -> None:
    rows, texts, _ = cloud((6,))
    (whole,) = described(rows, texts, ["en"] * 6, np.zeros(6, np.int64))
    assert whole.name
    assert whole.words
