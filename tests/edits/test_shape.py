"""What edits make of topics, replayed in order: any of them may be undone, and the rest stand."""

from datetime import UTC, datetime

from ticketlens.edits.shape import replay
from ticketlens.model.edit import Edit, Undone
from ticketlens.model.topic import Topic

NOW = datetime(2026, 11, 16, tzinfo=UTC)
A, B, C, D = 1, 2, 3, 4
ONE, TWO = ("import", "1"), ("import", "2")


def edit(number: int, kind: str, *topics: int, tickets: tuple[tuple[str, str], ...] = (), **told: object) -> Edit:
    return Edit(number, NOW, "kim", kind, topics, tickets, told)


def undone(one: Edit) -> Edit:
    return Edit(one.id, one.at, one.by, one.kind, one.topics, one.tickets, one.told, undone=Undone(NOW, "kim"))


def test_merges_lead_on_to_the_topic_that_has_the_tickets_at_last() -> None:
    shape = replay([edit(1, "merge", A, B, into=B), edit(2, "merge", B, C, into=C)])
    assert [shape.at_last(topic) for topic in (A, B, C, D, None)] == [C, C, C, D, None]


def test_the_first_of_two_merges_is_undone_alone() -> None:
    shape = replay([undone(edit(1, "merge", A, B, into=B)), edit(2, "merge", B, C, into=C)])
    assert [shape.at_last(topic) for topic in (A, B)] == [A, C]


def test_a_ticket_is_where_it_was_moved_last() -> None:
    moves = [edit(1, "move", B, tickets=(ONE, TWO), to=B), edit(2, "move", tickets=(ONE,), to=None)]
    shape = replay(moves)
    assert (shape.where_is(ONE), shape.where_is(TWO)) == (None, B)
    assert replay([moves[0], undone(moves[1])]).where_is(ONE) == B


def test_a_moved_ticket_follows_the_merge_of_its_topic() -> None:
    shape = replay([edit(1, "move", B, tickets=(ONE,), to=B), edit(2, "merge", B, C, into=C)])
    assert shape.where_is(ONE) == C


def test_an_undone_split_gives_what_came_to_the_part_back() -> None:
    split = edit(1, "split", A, D, tickets=(ONE,), made=D)
    assert replay([split]).where_is(ONE) == D
    shape = replay([undone(split)])
    assert shape.placed == {}
    assert shape.at_last(D) == A
    assert shape.shown(Topic(D, "part")).retired
    assert shape.shown(Topic(D, "part")).merged_into is None


def test_the_name_that_a_run_found_comes_back_when_a_renaming_is_undone() -> None:
    topic = Topic(A, "found")
    renamed = replay([edit(1, "rename", A, name="given")]).shown(topic)
    assert (renamed.name, renamed.label) == ("given", "found")
    assert replay([undone(edit(1, "rename", A, name="given"))]).shown(renamed).name == "found"


def test_of_two_names_the_latest_that_stands_is_shown() -> None:
    names = [edit(1, "rename", A, name="first"), edit(2, "change", A, name="second", pinned=True)]
    assert replay(names).shown(Topic(A, "found")).name == "second"
    without = replay([names[0], undone(names[1])]).shown(Topic(A, "found"))
    assert (without.name, without.pinned) == ("first", False)


def test_what_people_shaped_is_never_dropped() -> None:
    edits = [
        edit(1, "pin", A, pinned=True), edit(2, "move", B, tickets=(ONE,), to=B),
        edit(3, "always", C, rule={"q": ["x"]}),
        edit(4, "apart", D, 7), edit(5, "split", 8, 9, tickets=(TWO,), made=9),
        edit(6, "rename", 10, name="only named"),
    ]  # fmt: skip
    assert replay(edits).shaped() == {A, B, C, D, 7, 9}


def test_a_person_s_name_goes_before_the_namer_s_and_that_before_the_one_found() -> None:
    topic = Topic(A, "found", label="found", named="worded")
    renamed = edit(1, "rename", A, name="given")
    assert replay([renamed]).shown(topic).name == "given"
    assert replay([undone(renamed)]).shown(topic).name == "worded"
    assert replay([]).shown(Topic(A, "found", label="found")).name == "found"
    assert replay([renamed]).is_named(A)
    assert not replay([undone(renamed)]).is_named(A)
