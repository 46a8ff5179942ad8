import numpy as np
import pytest

from ticketlens.metrics.mix import Part, Split, split


def _total(result: Split) -> float:
    return result.speed + result.mix


def _random(random: np.random.Generator, topics: list[str]) -> dict[str, Part]:
    shares = random.dirichlet(np.ones(len(topics)))
    return {topic: Part(float(part), float(random.uniform(1, 90))) for topic, part in zip(topics, shares, strict=True)}


def test_a_change_worked_by_hand() -> None:
    result = split(
        {"A": Part(0.5, 10), "B": Part(0.5, 30)}, {"A": Part(0.3, 9), "B": Part(0.5, 28), "C": Part(0.2, 60)}
    )
    assert (result.before, result.after) == pytest.approx((20, 28.7))
    assert [effect.speed for effect in result.effects.values()] == pytest.approx([-0.4, -1.0, 0])
    assert [effect.mix for effect in result.effects.values()] == pytest.approx([2.97, 0, 7.13])
    assert [effect.kind for effect in result.effects.values()] == ["kept", "kept", "new"]


def test_parts_add_up_and_swapping_the_periods_turns_the_sign() -> None:
    random = np.random.default_rng(9)
    for _ in range(100):
        before, after = _random(random, ["a", "b", "c", "gone"]), _random(random, ["fresh", "c", "b", "a"])
        result, back = split(before, after), split(after, before)
        assert _total(result) == pytest.approx(result.after - result.before, abs=1e-9)
        assert (back.speed, back.mix) == pytest.approx((-result.speed, -result.mix), abs=1e-9)
        assert result.effects["gone"].kind == "vanished"


def test_a_shift_of_volume_alone_has_no_speed_effect() -> None:
    result = split({"a": Part(0.5, 10), "b": Part(0.5, 30)}, {"a": Part(0.2, 10), "b": Part(0.8, 30)})
    assert result.speed == 0
    assert result.mix == pytest.approx(6)
    assert result.effects["a"].mix > 0  # fewer of a topic that is faster than the average raise it


def test_every_topic_may_improve_while_the_average_gets_worse() -> None:
    result = split({"a": Part(0.9, 10), "b": Part(0.1, 100)}, {"a": Part(0.3, 9), "b": Part(0.7, 90)})
    assert result.after > result.before
    assert all(effect.speed < 0 for effect in result.effects.values())


def test_merging_two_identical_topics_changes_no_total() -> None:
    apart = split(
        {"a": Part(0.2, 10), "b": Part(0.3, 10), "c": Part(0.5, 30)},
        {"a": Part(0.3, 20), "b": Part(0.1, 20), "c": Part(0.6, 25)},
    )
    merged = split({"a": Part(0.5, 10), "c": Part(0.5, 30)}, {"a": Part(0.4, 20), "c": Part(0.6, 25)})
    assert (apart.speed, apart.mix) == pytest.approx((merged.speed, merged.mix))
