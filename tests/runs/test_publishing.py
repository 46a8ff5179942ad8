"""A run is a proposal: small changes take effect by themselves, larger ones wait; the former can be brought back."""

from datetime import timedelta
from typing import Any

import pytest

from ticketlens.edits.refusal import Refused
from ticketlens.model.filter import EVERYTHING


def places(space: Any) -> dict[str, int | None]:
    rows = space.lens.tickets(EVERYTHING, limit=200).items
    return {row.ticket.id: row.topic for row in rows}


def grown(space: Any) -> None:
    """Tickets of two new problems, of which no topic knows, and an old one in other words."""
    space.push("invoice", range(6))
    space.push("password", range(4))


def upset(space: Any) -> int:
    """A rule that a run undoes: the parcels were put with the logins by no person. Gives the topic of the parcels."""
    store = space.lens.store
    parcel, login = space.topic_of("parcel-0"), space.topic_of("login-0")
    held = store.assignments()
    store.assign({name: type(one)(login, "weak", 0.5) for name, one in held.items() if one.topic == parcel})
    return int(parcel)


def test_the_same_tickets_give_the_same_topics(space: Any) -> None:
    before = places(space)
    report = space.cluster(full=True)
    assert places(space) == before
    assert report.published
    assert (report.difference.stayed, report.difference.share_moved, report.difference.turns) == (30, 0.0, ())


def test_a_large_change_waits_for_a_person(space: Any) -> None:
    upset(space)
    before = places(space)
    report = space.cluster(full=True)
    assert not report.published
    assert places(space) == before
    waiting = space.lens.runs.waiting()
    assert waiting["difference"]["moved"] == 10
    number = space.lens.runs.publish_waiting(by="kim", why="looked at it")
    assert len(set(places(space).values()) - {None}) == 3
    told = space.lens.runs.last()
    assert (told["id"], told["by"], told["why"], told["difference"]["moved"]) == (number, "kim", "looked at it", 10)
    assert space.lens.runs.waiting() is None
    space.counted()


def test_a_run_that_waits_can_be_left_out(space: Any) -> None:
    upset(space)
    before = places(space)
    space.cluster(full=True)
    space.lens.runs.discard_waiting()
    assert places(space) == before
    for act in (space.lens.runs.discard_waiting, lambda: space.lens.runs.publish_waiting(by="kim")):
        with pytest.raises(Refused, match="no run waits"):
            act()


def test_tickets_that_come_while_a_run_waits_are_in_no_topic_less(space: Any) -> None:
    upset(space)
    space.cluster(full=True)
    space.push("refund", range(50, 52))
    space.cluster()
    refund = space.topic_of("refund-50")
    assert refund == space.topic_of("refund-0")
    space.lens.runs.publish_waiting(by="kim")
    assert space.topic_of("refund-51") == refund
    space.counted()


def test_an_edit_made_while_a_run_waits_is_on_top_of_it(space: Any) -> None:
    upset(space)
    space.cluster(full=True)
    login, refund = space.topic_of("login-0"), space.topic_of("refund-0")
    space.lens.edits.merge([refund], login, by="kim")
    space.lens.edits.move([("import", "alpha-0")], login, by="kim")
    space.lens.runs.publish_waiting(by="kim")
    assert {space.topic_of("refund-3"), space.topic_of("alpha-0")} == {login}
    assert space.topic_of("parcel-3") not in (login, None)
    space.counted()


def test_the_former_topics_come_back_and_go_again(space: Any) -> None:
    before = places(space)
    grown(space)
    space.cluster(full=True, publish=True)
    after = places(space)
    assert after["invoice-0"] is not None
    space.lens.runs.bring_back(by="kim", why="too many")
    again = places(space)
    assert {name: again[name] for name in before} == before
    assert space.lens.runs.last()["kind"] == "back"
    assert space.lens.has_to_cluster()
    space.cluster()
    assert {name: places(space)[name] for name in before} == before
    space.lens.runs.bring_back(by="kim")
    assert {name: places(space)[name] for name in after} == after
    space.counted()


def test_without_a_former_run_there_is_nothing_to_bring_back(space: Any) -> None:
    with pytest.raises(Refused, match="no former run"):
        space.lens.runs.bring_back(by="kim")


def test_ids_are_never_used_again(space: Any) -> None:
    seen: dict[int, str] = {}
    for round_ in range(4):
        space.push(f"fresh{round_}", range(8))
        space.cluster(full=True, publish=True)
        for topic in space.lens.store.topics(retired=True):
            assert seen.setdefault(topic.id, topic.label) == topic.label
    assert len(seen) == 7


def test_once_a_day_what_is_in_no_topic_is_looked_at_by_itself(space: Any) -> None:
    before = places(space)
    space.lens.edits.set(space.topic_of("login-0"), {"pinned": True}, by="kim")
    for n in range(15):
        space.push(f"single{n}", range(1), words=f"of its own {n}")
    space.cluster()
    texts = 50
    for n in range(4):
        space.push(f"crash{n}", range(texts // 2), words="of the application")
        space.cluster(full=False)
        space.at += timedelta(days=1)
    kinds = [run.get("kind") for run in space.lens.runs.history()]
    assert "pool" in kinds or "full" in kinds
    assert {name: places(space)[name] for name in before if before[name] is not None} == {
        name: topic for name, topic in before.items() if topic is not None
    }
    space.counted()


def test_nothing_waits_where_the_setting_says_so(space: Any) -> None:
    runs = space.lens.runs
    upset(space)
    report = space.cluster(full=True)
    assert not report.published
    layout = runs.shelf.get("waiting")
    assert type(runs)(runs.store, runs.editing, runs.now, "all").offer(layout, at_once=False)
    assert not type(runs)(runs.store, runs.editing, runs.now, "none").offer(layout, at_once=False)


def test_runs_that_change_nothing_do_not_take_the_place_of_the_former_one(space: Any) -> None:
    before = places(space)
    grown(space)
    space.cluster(full=True, publish=True)
    for _ in range(2):
        assert space.cluster(full=True).difference.is_none
    space.lens.runs.bring_back(by="kim")
    again = places(space)
    assert {name: again[name] for name in before} == before
    assert again["invoice-0"] is None


def test_nothing_is_brought_back_that_would_change_nothing(space: Any) -> None:
    store, login, refund = space.lens.store, space.topic_of("login-0"), space.topic_of("refund-0")
    name = next(place.text for place in store.where_are([("import", "login-0")]).values())
    store.assign({name: type(store.assignments()[name])(refund, "weak", 0.5)})
    assert space.cluster(full=True, publish=True).difference.moved == 1
    space.lens.edits.merge([refund], login, by="kim")
    with pytest.raises(Refused, match="nothing would change"):
        space.lens.runs.bring_back(by="kim")


def test_what_a_waiting_run_would_change_follows_the_edits(space: Any) -> None:
    upset(space)
    login, refund = space.topic_of("login-0"), space.topic_of("refund-0")
    merge = space.lens.edits.merge([refund], login, by="kim")
    space.cluster(full=True)
    runs = space.lens.runs
    first = runs.waiting()["difference"]
    assert first == runs.waiting()["difference"]
    space.lens.edits.undo(merge.id, by="kim")
    second = runs.waiting()["difference"]
    assert (first["stayed"], second["stayed"], second["continued"]) == (20, 20, 2)
    assert first["continued"] == 1
    space.push("refund", range(50, 52))
    space.cluster()
    told = runs.waiting()["difference"]
    runs.publish_waiting(by="kim")
    assert runs.last()["difference"] == told
    assert runs.waiting() is None
