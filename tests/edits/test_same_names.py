"""No undoing gives two topics, or a topic and a theme, one name; both stores."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ticketlens.edits.refusal import Refused
from ticketlens.edits.same_names import must_differ
from ticketlens.edits.shape import replay
from ticketlens.model.edit import Edit, Undone
from ticketlens.model.topic import Topic

AT = datetime(2026, 3, 2, tzinfo=UTC)
KIM = {"by": "kim"}


def renamed_back(space: Any, one: int, other: int) -> int:
    """The number of an edit whose undoing would make the two equal; so all of these."""
    space.lens.edits.set(one, {"name": "Xname"}, **KIM)
    back = space.lens.edits.set(one, {"name": ""}, **KIM)
    space.lens.edits.set(other, {"name": "xname"}, **KIM)
    return int(back.id)


def merged(space: Any, one: int, other: int) -> int:
    space.lens.edits.set(one, {"name": "Yname"}, **KIM)
    merge = space.lens.edits.merge([one], space.topic_of("parcel-0"), **KIM)
    space.lens.edits.set(other, {"name": "yname"}, **KIM)
    return int(merge.id)


def split(space: Any, one: int, other: int) -> int:
    tickets = [("import", "login-1"), ("import", "login-2")]
    made = space.lens.edits.split(one, tickets, name="Zname", **KIM).told["made"]
    rename = space.lens.edits.set(made, {"name": "Wname"}, **KIM)
    space.lens.edits.set(other, {"name": "Zname"}, **KIM)
    return int(rename.id)


def changed(space: Any, one: int, other: int) -> int:
    space.lens.edits.set(one, {"name": "Xname", "pinned": True}, **KIM)
    change = space.lens.edits.set(one, {"name": "Vname", "pinned": False}, **KIM)
    space.lens.edits.set(other, {"name": "Xname"}, **KIM)
    return int(change.id)


@pytest.mark.parametrize("made", [renamed_back, merged, split, changed])
def test_an_undoing_that_makes_two_names_equal_is_refused(space: Any, made: Callable[[Any, int, int], int]) -> None:
    login, refund = space.topic_of("login-0"), space.topic_of("refund-0")
    number = made(space, login, refund)
    with pytest.raises(Refused, match=f"rename topic {refund} first"):
        space.lens.edits.undo(number, **KIM)
    space.lens.edits.set(refund, {"name": "another"}, **KIM)
    space.lens.edits.undo(number, **KIM)
    names = [topic.name.casefold() for topic in space.lens.store.topics()]
    assert len(set(names)) == len(names)
    space.counted()


def test_the_found_name_does_not_come_back_where_another_has_it(space: Any) -> None:
    login, refund = space.topic_of("login-0"), space.topic_of("refund-0")
    found = space.name_of(login)
    space.lens.edits.set(login, {"name": "Cannot sign in"}, **KIM)
    space.lens.edits.set(refund, {"name": found}, **KIM)
    with pytest.raises(Refused, match=f"rename topic {refund} first"):
        space.lens.edits.set(login, {"name": ""}, **KIM)


def _edit(number: int, kind: str, topics: tuple[int, ...], **told: object) -> Edit:
    return Edit(number, AT, "kim", kind, topics, told=told)


def undo(edits: list[Edit], number: int, topics: dict[int, Topic]) -> None:
    undone = [replace(one, undone=Undone(AT, "kim")) if one.id == number else one for one in edits]
    must_differ(replay(edits), replay(undone), topics)


def test_the_call_of_a_theme_is_not_undone_where_another_theme_or_a_topic_has_the_name() -> None:
    calls = [_edit(1, "call", (1,), theme=1, name="One"), _edit(2, "call", (1,), theme=1, name="Two")]
    with pytest.raises(Refused, match="rename theme 2 first"):
        undo([*calls, _edit(3, "call", (2,), theme=2, name="one")], 2, {})
    topics = {5: Topic(5, "five")}
    with pytest.raises(Refused, match="rename topic 5 first"):
        undo([*calls, _edit(3, "rename", (5,), name="ONE")], 2, topics)


def test_names_that_were_equal_before_stop_no_undoing() -> None:
    topics = {5: Topic(5, "same"), 6: Topic(6, "same"), 7: Topic(7, "other")}
    undo([_edit(1, "rename", (7,), name="third")], 1, topics)


def test_a_name_is_kept_for_a_topic_that_ended_and_may_be_found_again() -> None:
    topics = {5: Topic(5, "five", lost=True, retired=True), 6: Topic(6, "six")}
    edits = [_edit(1, "rename", (5,), name="Mine")]
    with pytest.raises(Refused, match="rename topic 5 first"):
        must_differ(replay(edits), replay([*edits, _edit(2, "rename", (6,), name="mine")]), topics)
