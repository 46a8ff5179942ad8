"""What became of each topic is told by the tickets that both runs know, and the tickets add up."""

from random import Random

from ticketlens.runs.lineage import compare

NAMES = {number: f"topic {number}" for number in range(20)}


def places(**topics: int) -> dict[str, int | None]:
    """`a5=3`: texts a0 to a2 are in topic 5."""
    return {f"{key[0]}{i}": int(key[1:]) or None for key, n in topics.items() for i in range(n)}


def test_a_topic_that_keeps_its_tickets_is_no_turn() -> None:
    told = compare(places(a1=5), places(a1=5), {}, NAMES)
    assert (told.turns, told.continued, told.stayed, told.share_moved) == ((), 1, 5, 0.0)


def test_a_topic_in_two_parts_is_told_as_a_split() -> None:
    before = places(a1=10)
    after = before | {f"a{i}": 2 for i in range(4)}
    (turn,) = compare(before, after, {}, NAMES).turns
    assert (turn.kind, turn.topic, turn.others, turn.tickets) == ("split", 2, (1,), 4)


def test_a_topic_that_went_into_another_is_told_as_merged() -> None:
    before = places(a1=6, b2=4)
    after = before | {f"b{i}": 1 for i in range(3)}
    told = compare(before, after | {"b3": None}, {}, NAMES)
    (turn,) = told.turns
    assert (turn.kind, turn.topic, turn.others, turn.tickets) == ("merged", 2, (1,), 4)
    assert (told.stayed, told.moved, told.left) == (6, 3, 1)


def test_a_topic_of_the_ungrouped_is_new_and_one_that_fell_apart_is_retired() -> None:
    before = places(a0=5, b2=4)
    after = places(a3=5, b0=4)
    kinds = {turn.topic: turn.kind for turn in compare(before, after, {}, NAMES).turns}
    assert kinds == {3: "new", 2: "retired"}


def test_texts_count_as_many_tickets_as_they_have() -> None:
    told = compare({"x": 1}, {"x": 2}, {"x": 40}, NAMES)
    assert told.moved == 40
    assert {turn.tickets for turn in told.turns} == {40}


def test_every_ticket_is_counted_once_whatever_moves() -> None:
    for seed in range(50):
        dice = Random(seed)
        texts = [str(i) for i in range(60)]
        before = {text: dice.choice((None, 1, 2, 3)) for text in texts}
        after = {text: dice.choice((None, 1, 2, 4, 5)) for text in texts}
        told = compare(before, after, {}, NAMES)
        alone = sum(before[text] is None and after[text] is None for text in texts)
        assert told.stayed + told.moved + told.left + told.joined + alone == len(texts)
        assert {turn.topic for turn in told.turns} == {3, 4, 5}
