"""A topic is split by a suggestion: asking changes nothing, a split takes exactly what was suggested; both stores."""

from dataclasses import replace
from typing import Any

import pytest

from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.errors import ConfigError

KIM = {"by": "kim"}


@pytest.fixture
def login(space: Any) -> int:
    """A topic of two things: ten tickets about logging in again, eight about lost phones."""
    space.push("login", range(20, 28), "phone lost")
    space.cluster(full=True, publish=True)
    topic = int(space.topic_of("login-0"))
    assert len(space.members(topic)) == 18
    return topic


def ids(part: Any) -> set[str]:
    return {number for _, number in part.tickets}


def test_asking_how_a_topic_falls_apart_changes_nothing(space: Any, login: int) -> None:
    before = space.lens.store.topics(retired=True), space.lens.store.assignments()
    found = space.lens.parting.suggest(login)
    assert [(part.name, len(part.tickets)) for part in found.parts] == [("again", 10), ("phone", 8)]
    assert ids(found.parts[1]) == {f"login-{n}" for n in range(20, 28)}
    assert found.tickets == 18
    assert (space.lens.store.topics(retired=True), space.lens.store.assignments()) == before
    assert space.lens.edits.history() == []
    assert space.lens.parting.suggested(login) == found


def test_a_topic_of_one_thing_does_not_fall_apart(space: Any) -> None:
    refund = space.topic_of("refund-0")
    found = space.lens.parting.suggest(refund)
    assert (found.parts, found.tickets) == ((), 10)


def test_a_chosen_part_is_an_ordinary_split_that_runs_keep_and_that_is_undone(space: Any, login: int) -> None:
    phone = space.lens.parting.suggest(login).parts[1]
    (edit,) = space.lens.parting.split(login, {phone.key: "Lost phone"}, **KIM, why="two teams")
    made = edit.told["made"]
    assert (edit.kind, edit.by, edit.why, edit.tickets) == ("split", "kim", "two teams", phone.tickets)
    assert (space.members(made), space.name_of(made)) == (ids(phone), "Lost phone")
    for _ in range(2):
        space.cluster(full=True, publish=True)
        assert (space.members(made), len(space.members(login))) == (ids(phone), 10)
        space.counted()
    space.lens.edits.undo(edit.id, **KIM)
    assert len(space.members(login)) == 18


def test_parts_that_are_split_off_leave_the_suggestion(space: Any, login: int) -> None:
    again, phone = space.lens.parting.suggest(login).parts
    space.lens.parting.split(login, {phone.key: None}, **KIM)
    left = space.lens.parting.suggested(login)
    assert left.parts == (again,)
    assert space.name_of(space.topic_of("login-20")) == "phone"


def test_several_parts_become_topics_of_their_own_at_once(space: Any, login: int) -> None:
    space.push("login", range(30, 36), "code missing")
    space.cluster(full=True, publish=True)
    parts = {part.name: part for part in space.lens.parting.suggest(login).parts}
    edits = space.lens.parting.split(login, {parts["phone"].key: None, parts["code"].key: "No code"}, **KIM)
    assert [space.name_of(edit.told["made"]) for edit in edits] == ["phone", "No code"]
    assert [len(space.members(edit.told["made"])) for edit in edits] == [8, 6]
    assert len(space.members(login)) == 10
    space.counted()


def test_a_part_whose_tickets_went_elsewhere_is_not_split_off(space: Any, login: int) -> None:
    phone = space.lens.parting.suggest(login).parts[1]
    space.lens.edits.move([("import", "login-20")], None, **KIM)
    with pytest.raises(Refused, match="'login-20' of source 'import' is not in topic"):
        space.lens.parting.split(login, {phone.key: None}, **KIM)
    assert [edit.kind for edit in space.lens.edits.history()] == ["move"]
    assert phone.key not in {part.key for part in space.lens.parting.suggest(login).parts}


def test_nothing_is_split_where_one_of_the_chosen_parts_cannot_be(space: Any, login: int) -> None:
    again, phone = space.lens.parting.suggest(login).parts
    refund = space.name_of(space.topic_of("refund-0"))
    for chosen, says in (
        ({phone.key: refund.upper()}, "is called so already"),
        ({phone.key: None, "nothing": None}, "'nothing' is not in the last suggestion"),
        ({phone.key: "One", again.key: "one"}, "two parts have one name"),
        ({phone.key: None, again.key: None}, "would be left without a ticket"),
    ):
        with pytest.raises(Refused, match=says):
            space.lens.parting.split(login, chosen, **KIM)
    with pytest.raises(ConfigError, match="choose at least one"):
        space.lens.parting.split(login, {}, **KIM)
    assert space.lens.edits.history() == []


def test_only_a_topic_that_is_there_is_asked_about(space: Any, login: int) -> None:
    refund = space.topic_of("refund-0")
    with pytest.raises(NotThere, match="no topic 999"):
        space.lens.parting.suggest(999)
    with pytest.raises(NotThere, match="ask for a suggestion first"):
        space.lens.parting.split(refund, {"3f2a91c0": None}, **KIM)
    space.lens.edits.merge([refund], login, **KIM)
    with pytest.raises(Refused, match="was merged into topic"):
        space.lens.parting.suggest(refund)


def test_of_a_large_topic_a_sample_finds_the_parts_and_the_rest_joins_them(space: Any, login: int) -> None:
    found = replace(space.lens.parting, sample=9).suggest(login)
    assert [ids(part) for part in found.parts] == [ids(part) for part in space.lens.parting.suggest(login).parts]


def test_a_part_gets_a_name_that_no_topic_has(space: Any, login: int) -> None:
    space.lens.edits.set(space.topic_of("refund-0"), {"name": "Phone"}, **KIM)
    assert [part.name for part in space.lens.parting.suggest(login).parts] == ["again", "phone (2)"]
