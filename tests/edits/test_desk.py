"""Each edit does what it says, to exactly what was named, in both stores; and is undone whole."""

from typing import Any

import pytest

from ticketlens.edits.desk import LEFT
from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.errors import ConfigError
from ticketlens.model.filter import EVERYTHING

KIM = {"by": "kim"}


@pytest.fixture
def login(space: Any) -> int:
    return int(space.topic_of("login-0"))


@pytest.fixture
def refund(space: Any) -> int:
    return int(space.topic_of("refund-0"))


def key(id: str) -> tuple[str, str]:
    return "import", id


def test_a_renamed_topic_keeps_its_name_through_runs_and_gets_the_found_one_back(space: Any, login: int) -> None:
    found = space.name_of(login)
    edit = space.lens.edits.set(login, {"name": "Cannot sign in"}, **KIM, why="what customers call it")
    assert (edit.kind, edit.by, edit.why) == ("rename", "kim", "what customers call it")
    space.cluster(full=True)
    assert space.name_of(login) == "Cannot sign in"
    space.lens.edits.undo(edit.id, by="robin")
    assert space.name_of(login) == found
    kept = space.lens.edits.history(login)[0]
    assert kept.undone is not None
    assert kept.undone.by == "robin"


def test_no_two_topics_have_one_name(space: Any, login: int, refund: int) -> None:
    with pytest.raises(Refused, match=f"topic {refund} is called so already"):
        space.lens.edits.set(login, {"name": space.name_of(refund).upper()}, **KIM)
    edit = space.lens.edits.set(login, {"name": "one"}, **KIM)
    space.lens.edits.set(refund, {"name": "login" if space.name_of(login) == "login" else "two"}, **KIM)
    found = space.lens.topic_names()[login].label
    space.lens.edits.set(refund, {"name": found}, **KIM)
    with pytest.raises(Refused, match="is called so already"):
        space.lens.edits.undo(edit.id, **KIM)


def test_what_was_merged_stays_merged(space: Any, login: int, refund: int) -> None:
    edit = space.lens.edits.merge([refund], login, **KIM)
    assert edit.topics == (refund, login)
    assert len(space.members(login)) == 20
    assert space.members(refund) == set()
    space.push("refund", range(20, 23))
    space.cluster()
    assert {space.topic_of(f"refund-{n}") for n in (20, 21, 22)} == {login}
    for _ in range(3):
        space.cluster(full=True, publish=True)
        assert {space.topic_of(f"refund-{n}") for n in (0, 9, 22)} == {login}
        space.counted()
    assert space.lens.topic_names()[refund].merged_into == login
    assert refund not in {topic.id for topic in space.lens.store.topics()}


def test_an_unmerged_pair_has_its_tickets_back_and_stays_apart(space: Any, login: int, refund: int) -> None:
    edit = space.lens.edits.merge([refund], login, **KIM)
    space.push("refund", range(20, 23))
    space.cluster()
    space.lens.edits.undo(edit.id, **KIM)
    assert space.members(refund) == {f"refund-{n}" for n in (*range(10), 20, 21, 22)}
    assert len(space.members(login)) == 10
    for _ in range(5):
        space.cluster(full=True, publish=True)
        assert (space.topic_of("refund-0"), space.topic_of("login-0")) == (refund, login)
    with pytest.raises(Refused, match="are kept apart"):
        space.lens.edits.merge([login], refund, **KIM)
    space.counted()


def test_merges_are_undone_in_any_order(space: Any, login: int, refund: int) -> None:
    parcel = space.topic_of("parcel-0")
    first = space.lens.edits.merge([refund], login, **KIM)
    second = space.lens.edits.merge([login], parcel, **KIM)
    assert len(space.members(parcel)) == 30
    space.lens.edits.undo(first.id, **KIM)
    assert (len(space.members(parcel)), len(space.members(refund))) == (20, 10)
    space.lens.edits.undo(second.id, **KIM)
    assert [len(space.members(topic)) for topic in (login, refund, parcel)] == [10, 10, 10]
    space.counted()


def test_a_split_takes_exactly_the_named_tickets_and_those_like_them(space: Any, login: int) -> None:
    space.push("login", range(30, 36), words="phone was lost and with it the sms code on it")
    space.cluster(full=True, publish=True)
    named = [key(f"login-{n}") for n in range(30, 34)]
    edit = space.lens.edits.split(login, named, name="Lost phone", **KIM)
    made = edit.topics[1]
    assert space.members(made) == {id_ for _, id_ in named}
    assert space.name_of(made) == "Lost phone"
    space.push("login", range(40, 43), words="phone was lost and with it the sms code on it")
    space.cluster()
    assert {space.topic_of(f"login-{n}") for n in (40, 41, 42)} == {made}
    space.cluster(full=True, publish=True)
    assert {space.topic_of(f"login-{n}") for n in (30, 33, 40, 42)} == {made}
    assert {space.topic_of(f"login-{n}") for n in range(10)} == {login}
    space.lens.edits.undo(edit.id, **KIM)
    assert {space.topic_of(f"login-{n}") for n in (0, 30, 33, 40, 42)} == {login}
    assert made not in {topic.id for topic in space.lens.store.topics()}
    space.counted()


def test_a_split_that_others_rest_on_is_undone_after_them(space: Any, login: int, refund: int) -> None:
    split = space.lens.edits.split(login, [key("login-1"), key("login-2")], **KIM)
    later = space.lens.edits.merge([split.topics[1]], refund, **KIM)
    with pytest.raises(Refused, match=f"undo {later.id} first"):
        space.lens.edits.undo(split.id, **KIM)
    space.lens.edits.undo(later.id, **KIM)
    apart = space.lens.edits.history()[0]
    space.lens.edits.undo(apart.id, **KIM)
    space.lens.edits.undo(split.id, **KIM)
    assert len(space.members(login)) == 10


def test_a_moved_ticket_stays_where_it_was_put_with_another_text_too(space: Any, login: int, refund: int) -> None:
    space.lens.edits.move([key("login-3")], refund, **KIM)
    space.lens.edits.move([key("login-4")], None, **KIM)
    space.cluster(full=True, publish=True)
    space.lens.push(
        [{"id": "login-3", "subject": "login other words", "created_at": "2026-03-02T11:00:00Z",
          "updated_at": "2026-03-09T11:00:00Z"}]
    )  # fmt: skip
    space.cluster()
    assert (space.topic_of("login-3"), space.topic_of("login-4")) == (refund, None)
    assert space.lens.store.coverage(EVERYTHING).edited == 2
    space.counted()


def test_of_two_tickets_with_one_text_only_the_named_one_moves(space: Any, login: int, refund: int) -> None:
    same = {"subject": "login again and again 3", "created_at": "2026-03-04T08:00:00Z"}
    space.lens.push([{"id": "twin", **same}])
    assert space.topic_of("twin") == login
    edit = space.lens.edits.move([key("twin")], refund, **KIM)
    assert (space.topic_of("twin"), space.topic_of("login-3")) == (refund, login)
    space.lens.edits.undo(edit.id, **KIM)
    assert space.topic_of("twin") == login


def test_a_move_that_names_a_ticket_that_is_not_there_moves_none(space: Any, login: int, refund: int) -> None:
    with pytest.raises(NotThere, match="'nobody' of source 'import'; nothing was changed"):
        space.lens.edits.move([key("login-1"), key("nobody")], refund, **KIM)
    assert space.topic_of("login-1") == login
    assert space.lens.edits.history() == []


def test_tickets_of_another_topic_cannot_be_split_off(space: Any, login: int) -> None:
    with pytest.raises(Refused, match="'refund-1' of source 'import' is not in topic"):
        space.lens.edits.split(login, [key("login-1"), key("refund-1")], **KIM)
    assert space.lens.edits.history() == []


def test_a_rule_holds_for_what_is_there_and_for_what_comes(space: Any, login: int, refund: int) -> None:
    space.lens.edits.move([key("parcel-2")], login, **KIM)
    edit = space.lens.edits.always(refund, {"q": ["parcel"]}, **KIM)
    assert {space.topic_of(f"parcel-{n}") for n in range(10) if n != 2} == {refund}
    assert space.topic_of("parcel-2") == login
    space.push("parcel", range(20, 22))
    space.cluster()
    assert {space.topic_of("parcel-20"), space.topic_of("parcel-21")} == {refund}
    space.cluster(full=True, publish=True)
    assert {space.topic_of(f"parcel-{n}") for n in (0, 9, 20)} == {refund}
    space.lens.edits.undo(edit.id, **KIM)
    assert len({space.topic_of(f"parcel-{n}") for n in (0, 9, 20)} - {refund}) == 1
    space.counted()


@pytest.mark.parametrize("rule", [{}, {"q": [" "]}, {"topic": ["1"]}, {"from": ["2026-01-01"]}, {"nonsense": ["1"]}])
def test_a_rule_is_of_words_or_of_what_a_helpdesk_tells(space: Any, login: int, rule: dict[str, list[str]]) -> None:
    with pytest.raises(ConfigError, match="rule: "):
        space.lens.edits.always(login, rule, **KIM)


def test_topics_that_are_kept_apart_stay_so_when_a_run_finds_one(space: Any, login: int) -> None:
    split = space.lens.edits.split(login, [key(f"login-{n}") for n in range(5)], **KIM)
    made = split.topics[1]
    space.lens.edits.apart(login, made, **KIM)
    space.cluster(full=True, publish=True)
    assert {space.topic_of(f"login-{n}") for n in range(5)} == {made}
    assert {space.topic_of(f"login-{n}") for n in range(5, 10)} == {login}


def test_many_fields_are_one_edit_and_bulk_touches_exactly_the_listed(space: Any, login: int, refund: int) -> None:
    parcel = space.topic_of("parcel-0")
    edit = space.lens.edits.set_all([login, refund], {"hidden": True, "kind": "question"}, **KIM)
    assert (edit.kind, edit.topics) == ("change", (login, refund))
    told = space.lens.topic_names()
    assert [told[topic].hidden for topic in (login, refund, parcel)] == [True, True, False]
    space.cluster(full=True)
    assert space.lens.topic_names()[login].kind == "question"
    space.lens.edits.undo(edit.id, **KIM)
    assert [space.lens.topic_names()[topic].hidden for topic in (login, refund)] == [False, False]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "nothing to change"), ({"colour": "red"}, "colour: no field"),
        ({"pinned": "yes"}, "pinned: true or false"),
        ({"kind": "bug"}, "kind: 'bug' is none of"), ({"name": "x" * 121}, "name: at most 120"),
        ({"note": 5}, "note: a text"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_named(space: Any, login: int, told: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        space.lens.edits.set(login, told, **KIM)


def test_edits_of_what_is_not_there_or_was_merged_are_refused(space: Any, login: int, refund: int) -> None:
    edits = space.lens.edits
    with pytest.raises(NotThere, match="there is no topic 999"):
        edits.set(999, {"pinned": True}, **KIM)
    edits.merge([refund], login, **KIM)
    for act in (
        lambda: edits.set(refund, {"pinned": True}, **KIM),
        lambda: edits.merge([login], refund, **KIM),
        lambda: edits.move([key("parcel-0")], refund, **KIM),
        lambda: edits.apart(refund, login, **KIM),
    ):
        with pytest.raises(Refused, match=f"topic {refund} was merged into topic {login}"):
            act()


def test_an_edit_is_undone_once(space: Any, login: int) -> None:
    edit = space.lens.edits.set(login, {"pinned": True}, **KIM)
    space.lens.edits.undo(edit.id, **KIM)
    with pytest.raises(Refused, match=f"edit {edit.id} was undone already, by kim"):
        space.lens.edits.undo(edit.id, **KIM)
    with pytest.raises(NotThere, match="there is no edit 99"):
        space.lens.edits.undo(99, **KIM)


def test_an_edit_that_broke_off_is_taken_up_by_the_next_pass(space: Any, login: int, refund: int) -> None:
    space.lens.edits.merge([refund], login, **KIM)
    space.lens.store.assign(_as_found(space))
    space.lens.store.put_record(*LEFT, {})
    assert space.lens.has_to_cluster()
    space.cluster()
    assert len(space.members(login)) == 20
    assert not space.lens.has_to_cluster()


def _as_found(space: Any) -> dict[str, Any]:
    held = space.lens.store.assignments()
    return {name: type(one)(one.found or one.topic, one.match, one.similarity) for name, one in held.items()}


@pytest.mark.parametrize("same", ["CAFE\u0301 closed", "Caf\u00e9\u200b closed", "\u202eCa\u200cf\u00e9 closed"])
def test_no_topic_gets_a_name_that_looks_like_anothers(space: Any, login: int, refund: int, same: str) -> None:
    space.lens.edits.set(login, {"name": "Caf\u00e9 closed"}, **KIM)
    with pytest.raises(Refused, match=f"topic {login} is called so already"):
        space.lens.edits.set(refund, {"name": same}, **KIM)


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\ufeff", "\u2800"])
def test_a_name_that_nobody_sees_brings_back_the_found_one(space: Any, login: int, unseen: str) -> None:
    found = space.name_of(login)
    space.lens.edits.set(login, {"name": "Cannot sign in"}, **KIM)
    space.lens.edits.set(login, {"name": unseen}, **KIM)
    assert space.name_of(login) == found


def test_owner_note_and_reason_keep_no_sign_that_nobody_sees(space: Any, login: int) -> None:
    told = {"owner": "Ann\u061ca", "note": "one\x00\u202e\ntwo"}
    edit = space.lens.edits.set(login, told, **KIM, why="be\u200bcause\n\x1b[31m")
    assert (edit.told, edit.why) == ({"owner": "Anna", "note": "one \ntwo"}, "because [31m")


def test_a_split_is_named_by_what_its_tickets_share_and_not_by_one_subject(space: Any, login: int) -> None:
    space.push("login", range(30, 36), words="phone lost order 8865735")
    space.cluster(full=True, publish=True)
    edit = space.lens.edits.split(login, [key(f"login-{n}") for n in range(30, 36)], **KIM)
    topic = space.lens.topic_names()[edit.told["made"]]
    assert (topic.name, topic.words) == ("lost order", ("lost", "order"))
    again = space.lens.edits.split(login, [key(f"login-{n}") for n in range(10)], **KIM)
    assert space.lens.topic_names()[again.told["made"]].words


def test_a_rule_says_how_many_tickets_it_takes_before_it_is_made(space: Any, login: int, refund: int) -> None:
    parcels = [key("parcel-0"), key("parcel-1")]
    space.lens.edits.move(parcels, refund, **KIM)
    found = space.lens.edits.reach(login, {"q": ["parcel"]})
    assert (found.total, found.taken, found.inside, found.held) == (10, 8, 0, 2)
    assert len(space.members(login)) == 10
    space.lens.edits.always(login, {"q": ["parcel"]}, **KIM)
    assert len(space.members(login)) == 10 + found.taken
    assert space.lens.edits.reach(login, {"q": ["nowhere"]}).words == "no ticket fits this rule yet"


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"priority": ["foo"]}, "priority: 'foo' is none of low, normal, high, urgent"),
        ({"channel": ["fax"]}, "none of email, chat, phone"),
        ({"q": ["-pin"]}, "cannot leave words out"),
        ({"q": ["card --pin"]}, "cannot leave words out"),
        ({"q": ["%"]}, "has no word"),
    ],
)
def test_a_rule_that_would_mean_another_thing_is_refused(
    space: Any, login: int, rule: dict[str, list[str]], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        space.lens.edits.always(login, rule, **KIM)
    space.lens.edits.reach(login, {"q": ["e-mail - card"], "priority": ["low"]})
