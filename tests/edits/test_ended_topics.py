"""No edit makes tickets vanish: each ticket that is in a topic is in one that lists show; both stores."""

from collections.abc import Callable
from typing import Any

import pytest

from ticketlens.edits.refusal import Refused

KIM = {"by": "kim"}
ALPHA = [("import", "alpha-0")]


def end_of(space: Any, problem: str) -> int:
    """The number of a topic that a run does not find any more: nobody knew that its tickets were one topic."""
    store, ended, login = space.lens.store, space.topic_of(f"{problem}-0"), space.topic_of("login-0")
    held = store.assignments()
    found = {name: one for name, one in held.items() if ended == (one.topic if one.found is None else one.found)}
    store.assign({name: type(one)(login, "weak", 0.5) for name, one in found.items()})
    space.cluster(full=True, publish=True)
    return int(ended)


@pytest.mark.parametrize(
    "put",
    [
        lambda edits, ended, login: edits.merge([login], ended, **KIM),
        lambda edits, ended, login: edits.move(ALPHA, ended, **KIM),
        lambda edits, ended, login: edits.always(ended, {"q": ["alpha"]}, **KIM),
        lambda edits, ended, login: edits.set(ended, {"theme": 0}, **KIM),
        lambda edits, ended, login: edits.set_all([login, ended], {"theme": 0}, **KIM),
    ],
    ids=["merge", "move", "always", "theme", "theme of many"],
)
def test_nothing_is_put_into_a_topic_that_ended(space: Any, put: Callable[[Any, int, int], Any]) -> None:
    ended = end_of(space, "parcel")
    assert ended not in {topic.id for topic in space.lens.store.topics()}
    with pytest.raises(Refused, match=f"topic {ended} has ended"):
        put(space.lens.edits, ended, space.topic_of("login-0"))
    assert space.lens.edits.history() == []
    space.counted()


@pytest.mark.parametrize(
    "put",
    [
        lambda space, parcel: space.lens.edits.merge([space.topic_of("refund-0")], parcel, **KIM),
        lambda space, parcel: space.lens.edits.move(ALPHA, parcel, **KIM),
        lambda space, parcel: space.lens.edits.always(parcel, {"q": ["alpha"]}, **KIM),
    ],
    ids=["merge", "move", "always"],
)
def test_a_topic_that_people_filled_does_not_end(space: Any, put: Callable[[Any, int], Any]) -> None:
    parcel = space.topic_of("parcel-0")
    edit = put(space, parcel)
    end_of(space, "parcel")
    assert parcel in {topic.id for topic in space.lens.store.topics()}
    space.counted()
    space.lens.edits.undo(edit.id, **KIM)
    space.counted()


def test_a_topic_that_is_not_in_the_former_run_keeps_what_people_put_into_it(space: Any) -> None:
    space.push("invoice", range(6))
    space.cluster(full=True, publish=True)
    invoice = space.topic_of("invoice-0")
    edit = space.lens.edits.move(ALPHA, invoice, **KIM)
    space.lens.runs.bring_back(**KIM)
    assert (space.topic_of("alpha-0"), space.members(invoice)) == (invoice, {"alpha-0"})
    space.counted()
    space.lens.edits.undo(edit.id, **KIM)
    assert invoice not in {topic.id for topic in space.lens.store.topics()}
    space.counted()
