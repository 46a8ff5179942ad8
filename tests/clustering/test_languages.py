import numpy as np
import pytest

from clustering import languages
from clustering.arrays import Floats, Ints, unit_rows
from clustering.engine import even_sample, full_run
from clustering.languages import align, centred, coverage, large_enough, nearest_by_language, offsets
from clustering.standard import StandardEngine
from ticketlens.model.grouping import Grouping

PROBLEMS = 6
TICKETS = 60


def told(problem: int, language: int, count: int) -> Floats:
    """A problem's direction, a language's own on top, and noise: what a multilingual model gives."""
    chance = np.random.default_rng((problem, language))
    meaning = np.random.default_rng(problem).standard_normal(48)
    accent = 1.5 * np.random.default_rng(1_000 + language).standard_normal(48)
    return unit_rows((meaning + accent + 0.35 * chance.standard_normal((count, 48))).astype(np.float32))


class Store:
    """`alone` is a problem that is told in the second language only."""

    def __init__(self, sizes: tuple[int, ...] = (TICKETS, TICKETS), alone: bool = False) -> None:
        parts = [(problem, language) for problem in range(PROBLEMS) for language in range(len(sizes))]
        parts += [(PROBLEMS, 1)] if alone else []
        counts = [sizes[language] for _, language in parts]
        self.vectors = np.concatenate([told(*part, count) for part, count in zip(parts, counts, strict=True)])
        self.problems = np.repeat([problem for problem, _ in parts], counts)
        self.spoken = [("en", "ru", "sv-SE")[at] for at in np.repeat([language for _, language in parts], counts)]

    def run(self, order: Ints | None = None) -> Grouping:
        order = np.arange(len(self.vectors)) if order is None else order
        texts = [f"text {at}" for at in order]
        return full_run(self.vectors[order], texts, [self.spoken[at] for at in order], nowhere)


def nowhere(texts: object) -> Floats:
    """No word is near any ticket."""
    return np.zeros((len(list(texts)), 48), np.float32)  # type: ignore[call-overload]


def shares(grouping: Grouping, problems: Ints) -> list[float]:
    """For each problem the share of its tickets in the topic that holds most of them."""
    found = [grouping.nearest[problems == problem] for problem in np.unique(problems)]
    return [float(np.bincount(own).max() / len(own)) for own in found]


def test_one_problem_in_two_languages_is_one_topic() -> None:
    store = Store()
    grouping = store.run()
    assert len(grouping.topics) == PROBLEMS
    assert min(shares(grouping, store.problems)) > 0.95


def test_without_codes_of_languages_each_would_be_a_topic_of_its_own() -> None:
    store = Store()
    store.spoken = ["en"] * len(store.spoken)
    assert len(store.run().topics) == 2 * PROBLEMS


def test_a_problem_that_one_language_has_stays_apart() -> None:
    store = Store(alone=True)
    grouping = store.run()
    own = grouping.nearest[store.problems == PROBLEMS]
    assert len(grouping.topics) == PROBLEMS + 1
    assert not set(own.tolist()) & set(grouping.nearest[store.problems != PROBLEMS].tolist())


def test_a_language_of_few_tickets_joins_the_topics_of_the_others() -> None:
    store = Store((140, 30, 10), alone=True)
    assert min(shares(store.run(), store.problems)[:PROBLEMS]) > 0.95


def test_one_language_is_left_as_it_is_to_the_last_bit() -> None:
    store = Store()
    first = store.vectors
    for spoken in (["en"], ["en-GB", "en_US", "EN"], [None], ["en", "en", "en", "en", None]):
        codes = [spoken[at % len(spoken)] for at in range(len(first))]
        assert offsets(first, codes) == {}
        assert align(first, codes, {}) is first


def test_a_handful_of_tickets_in_another_language_changes_nothing() -> None:
    store = Store()
    codes = ["da"] * (languages.FEWEST - 1) + ["en"] * (len(store.vectors) - languages.FEWEST + 1)
    assert offsets(store.vectors, codes) == {}


def test_the_order_of_tickets_changes_nothing() -> None:
    store = Store((90, 60, 40), alone=True)
    order = np.random.default_rng(5).permutation(len(store.vectors))
    plain, mixed = store.run(), store.run(order)
    assert plain.labels[order].tolist() == mixed.labels.tolist()
    assert [topic.centroid.tobytes() for topic in plain.topics] == [topic.centroid.tobytes() for topic in mixed.topics]


def test_a_new_ticket_joins_the_topic_of_its_problem_in_whatever_language() -> None:
    store = Store()
    grouping = store.run()
    own = StandardEngine().offsets(store.vectors, store.spoken)
    centroids = np.stack([topic.centroid for topic in grouping.topics])
    limits = np.array([topic.threshold for topic in grouping.topics], np.float32)
    new = Store((20, 20))
    aligned = StandardEngine().align(new.vectors, new.spoken, own)
    found = StandardEngine().assign_new(aligned, centroids, limits)
    assert (found.labels >= 0).mean() > 0.8
    expected = [np.bincount(grouping.nearest[store.problems == problem]).argmax() for problem in range(PROBLEMS)]
    grouped = found.labels >= 0
    assert (found.labels == np.array(expected)[new.problems])[grouped].all()


def test_an_unknown_language_is_a_group_of_its_own_when_it_is_large() -> None:
    store = Store((90, 60, 40))
    unknown = [None if code == "sv-SE" else code for code in store.spoken]
    assert set(offsets(store.vectors, unknown)) == {"", "en", "ru"}
    assert np.allclose(offsets(store.vectors, unknown)[""], offsets(store.vectors, store.spoken)["sv"])


def test_a_language_that_the_run_did_not_know_counts_as_the_most_common_one() -> None:
    store = Store((90, 60))
    own = offsets(store.vectors, store.spoken)
    new = store.vectors[:3]
    assert (align(new, ["fi", None, ""], own) == align(new, ["en"] * 3, own)).all()


def test_a_ticket_without_text_stays_without_a_vector() -> None:
    store = Store()
    vectors = np.concatenate([store.vectors, np.zeros((1, 48), np.float32)])
    codes = [*store.spoken, "ru"]
    assert not align(vectors, codes, offsets(vectors, codes))[-1].any()


def test_a_mean_that_chance_gives_is_not_trusted_and_a_clear_one_is() -> None:
    chance = np.random.default_rng(2)
    rows = unit_rows(chance.standard_normal((500, 48)).astype(np.float32))
    codes = ["en"] * 450 + ["ru"] * 50
    assert np.linalg.norm(offsets(rows, codes)["ru"]) < 0.4 * np.linalg.norm(rows[450:].mean(axis=0))
    store = Store((600, 8))
    full = store.vectors[np.array(store.spoken) == "ru"].mean(axis=0) - store.vectors.mean(axis=0)
    found = offsets(store.vectors, store.spoken)["ru"]
    assert 0.9 < np.linalg.norm(found) / np.linalg.norm(full) <= 1


def test_small_groups_of_rows_join_the_largest() -> None:
    assert np.bincount(large_enough(np.repeat([0, 1, 2], [100, 50, 3]))).tolist() == [103, 50]
    assert set(large_enough(np.repeat([0, 1], [5, 7])).tolist()) == {1}


def test_a_sample_with_few_rows_of_a_language_still_finds_the_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clustering.engine.SAMPLE", 400)
    store = Store((140, 12))
    grouping = store.run()
    assert len(grouping.topics) == PROBLEMS
    assert min(shares(grouping, store.problems)) > 0.95


def test_a_few_texts_of_many_tickets_are_no_language_to_look_for_neighbours_in() -> None:
    store = Store()
    rows = np.concatenate([store.vectors[:TICKETS], np.repeat(store.vectors[TICKETS : TICKETS + 2], 30, axis=0)])
    grouping = full_run(rows, ["text"] * len(rows), ["en"] * TICKETS + ["ru"] * 60, nowhere)
    assert len(grouping.topics) >= 1


def test_neighbours_come_from_each_language_by_its_share_and_are_never_oneself() -> None:
    store = Store((120, 60, 60))
    of = np.unique(store.spoken, return_inverse=True)[1]
    rows = centred(store.vectors, of)
    found = nearest_by_language(rows, of, 15)
    assert found.indices.shape == (len(rows), 15)
    assert all(at not in own for at, own in enumerate(found.indices.tolist()))
    assert all(len(set(own)) == 15 for own in found.indices.tolist())
    assert (np.diff(found.similarities, axis=1) <= 0).all()
    cosines = np.einsum("ij,ikj->ik", rows, rows[found.indices])
    assert np.allclose(cosines, found.similarities, atol=1e-5)
    counts = [(of[found.indices] == language).sum(axis=1).mean() for language in range(3)]
    assert counts[1] > 2
    assert counts[2] > 2


def test_a_problem_of_one_language_has_few_neighbours_in_another() -> None:
    store = Store((120, 60), alone=True)
    of = np.unique(store.spoken, return_inverse=True)[1]
    found = nearest_by_language(centred(store.vectors, of), of, 15)
    other = (of[found.indices] != of[:, None]).mean(axis=1)
    assert other[store.problems == PROBLEMS].mean() < 0.3 * other[(store.problems < PROBLEMS) & (of == 1)].mean()


def test_coverage_by_language_counts_each_match_most_tickets_first() -> None:
    match = np.array([2, 1, 0, 2, 0, 3], np.uint8)
    assert coverage(["sv", "en-GB", "en", "en", None, "en"], match) == {
        "en": {"ungrouped": 1, "weak": 1, "core": 1, "edited": 1},
        "": {"ungrouped": 1, "weak": 0, "core": 0, "edited": 0},
        "sv": {"ungrouped": 0, "weak": 0, "core": 1, "edited": 0},
    }


def test_a_sample_has_each_language_by_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clustering.engine.SAMPLE", 100)
    languages = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [900, 90, 10]))
    chosen = even_sample(len(languages), languages)
    assert np.bincount(languages[chosen]).tolist() == [90, 9, 1]
    assert sorted(set(chosen.tolist())) == chosen.tolist()
