from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from clustering.embed import load
from clustering.engine import full_run
from clustering.junk import word_salad
from ticketlens.model.grouping import Grouping, Match

PROBLEMS = (
    "refund for my order has not arrived",
    "cannot log in with correct password",
    "parcel was delivered damaged and broken",
    "invoice shows wrong company address",
    "app crashes when opening camera",
    "discount code rejected at checkout",
)


def run(embedder: Any, texts: list[str], languages: list[str | None] | None = None) -> Grouping:
    return full_run(embedder.encode(texts), texts, languages or ["en"] * len(texts), embedder.encode)


@pytest.fixture(scope="module")
def tickets(ways: Callable[[str, int], list[str]]) -> list[str]:
    return [text for problem in PROBLEMS for text in ways(problem, 40)]


@pytest.fixture(scope="module")
def truth() -> list[int]:
    return [number for number in range(len(PROBLEMS)) for _ in range(40)]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_handful_of_different_tickets_has_no_topic(words: Any, count: int) -> None:
    grouping = run(words, [f"word{number} other{number} third{number}" for number in range(count)])
    assert grouping.topics == ()
    assert grouping.labels.tolist() == [-1] * count
    assert grouping.quality["coverage"] == 0


def test_ten_equal_tickets_are_one_topic(words: Any) -> None:
    grouping = run(words, ["Refund not received"] * 10)
    assert [(topic.name, topic.size) for topic in grouping.topics] == [("Refund not received", 10)]
    assert set(grouping.match.tolist()) == {Match.CORE}


def test_all_different_tickets_stay_ungrouped(words: Any) -> None:
    texts = [" ".join(f"w{number}x{place}" for place in range(5)) for number in range(200)]
    assert run(words, texts).quality["coverage"] <= 0.1


def test_each_problem_becomes_its_own_topic(words: Any, tickets: list[str], truth: list[int]) -> None:
    grouping = run(words, tickets)
    assert adjusted_rand_score(truth, grouping.nearest) == 1
    assert len(grouping.topics) == len(PROBLEMS)
    assert grouping.quality["coverage"] > 0.8


def test_a_store_of_nine_tenths_one_problem_shows_it(words: Any, ways: Callable[[str, int], list[str]]) -> None:
    others = [f"alpha{number} beta{number} gamma{number} delta{number}" for number in range(30)]
    grouping = run(words, ways(PROBLEMS[0], 64) * 4 + others)
    assert grouping.topics
    assert (grouping.labels[:256] >= 0).mean() > 0.7
    assert (grouping.labels[256:] < 0).mean() > 0.9


def test_many_equal_tickets_neither_break_nor_swallow_other_topics(words: Any, tickets: list[str]) -> None:
    grouping = run(words, tickets + ["Your parcel could not be scanned"] * 500)
    assert np.isfinite(grouping.similarity).all()
    robot = set(grouping.labels[len(tickets) :].tolist())
    assert len(robot) == 1
    assert -1 not in robot
    assert not robot & set(grouping.labels[: len(tickets)].tolist())
    assert len(grouping.topics) == len(PROBLEMS) + 1


def test_tickets_without_text_stay_ungrouped(words: Any, tickets: list[str]) -> None:
    grouping = run(words, [*tickets, "", "", ""])
    assert grouping.labels[-3:].tolist() == [-1, -1, -1]
    assert grouping.nearest[-3:].tolist() == [-1, -1, -1]


def test_the_same_input_gives_the_same_bits(words: Any, tickets: list[str]) -> None:
    one, two = run(words, tickets), run(words, tickets)
    for name in ("labels", "match", "similarity", "nearest"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    assert [topic.name for topic in one.topics] == [topic.name for topic in two.topics]
    assert [topic.centroid.tobytes() for topic in one.topics] == [topic.centroid.tobytes() for topic in two.topics]


def test_a_second_run_in_the_same_process_gives_the_same_bits(tickets: list[str]) -> None:
    model = load()
    vectors = model.encode(tickets)
    fresh = load()
    one, two = (full_run(vectors, tickets, ["en"] * len(tickets), fresh.encode) for _ in range(2))
    for name in ("labels", "match", "similarity", "nearest"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    assert [topic.threshold for topic in one.topics] == [topic.threshold for topic in two.topics]
    assert [topic.name for topic in one.topics] == [topic.name for topic in two.topics]


def test_the_order_of_tickets_changes_nothing(words: Any, tickets: list[str]) -> None:
    order = np.random.default_rng(3).permutation(len(tickets))
    vectors = words.encode(tickets)
    plain = full_run(vectors, tickets, ["en"] * len(tickets), words.encode)
    mixed = full_run(vectors[order], [tickets[at] for at in order], ["en"] * len(tickets), words.encode)
    assert plain.labels[order].tolist() == mixed.labels.tolist()
    assert [topic.name for topic in plain.topics] == [topic.name for topic in mixed.topics]


def test_word_salad_stays_out(english: Any, tickets: list[str]) -> None:
    salad = word_salad([*tickets, "unrelated words shift the chance"], 60)
    grouping = run(english, tickets + salad)
    assert (grouping.labels[len(tickets) :] < 0).mean() >= 0.9
    assert (grouping.labels[: len(tickets)] >= 0).mean() >= 0.7


def test_topics_come_largest_first_and_name_their_nearest_and_farthest_tickets(words: Any, tickets: list[str]) -> None:
    grouping = run(words, tickets[:40] + tickets[40:70] + tickets[80:100])
    sizes = [topic.size for topic in grouping.topics]
    assert sizes == sorted(sizes, reverse=True)
    for number, topic in enumerate(grouping.topics):
        assert topic.size == (grouping.labels == number).sum()
        assert {int(grouping.labels[at]) for at in (*topic.typical, *topic.edge)} == {number}
        assert grouping.similarity[topic.typical[0]] >= grouping.similarity[topic.edge[0]]


def test_progress_is_told_up_to_the_end(words: Any, tickets: list[str]) -> None:
    told: list[tuple[int, int]] = []
    full_run(words.encode(tickets), tickets, ["en"] * len(tickets), words.encode, lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_above_the_sample_the_rest_is_assigned(
    words: Any, tickets: list[str], truth: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clustering.engine.SAMPLE", 150)
    grouping = run(words, tickets)
    assert len(grouping.labels) == len(tickets)
    assert adjusted_rand_score(truth, grouping.nearest) > 0.95
    assert grouping.quality["coverage"] > 0.7
