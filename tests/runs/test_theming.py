"""Two levels: themes over topics, with numbers and names that stay, shaped by people; in both stores."""

from datetime import timedelta
from typing import Any

import pytest

from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.errors import ConfigError

KIM = {"by": "kim"}


def quiet(step: str) -> Any:
    return lambda done, total: None


def theme_of(space: Any, topic: int) -> int | None:
    number: int | None = space.lens.topic_names()[topic].theme
    return number


def test_topics_that_lie_near_each_other_are_a_theme_with_a_name_of_its_own(
    space: Any, paying: tuple[int, int]
) -> None:
    (theme,) = space.lens.edits.themes().values()
    assert (theme.id, theme.topics) == (1, paying)
    assert theme.name.casefold() not in {space.name_of(topic).casefold() for topic in paying}
    assert theme_of(space, space.topic_of("login-0")) is None


def test_data_of_one_level_has_no_themes(space: Any) -> None:
    assert space.lens.edits.themes() == {}
    assert {topic.theme for topic in space.lens.store.topics()} == {None}


def test_a_theme_keeps_its_number_while_topics_join_it_and_no_number_is_used_again(
    space: Any, paying: tuple[int, int]
) -> None:
    space.push("refund", range(20, 40), "billing trouble")
    space.cluster(full=True, publish=True)
    assert space.lens.edits.themes()[1].topics == tuple(sorted((*paying, space.topic_of("refund-0"))))
    space.push("card", range(20, 80), "plain words here")
    space.push("invoice", range(20, 80), "plain words here")
    space.push("refund", range(40, 90), "plain words here")
    space.cluster(full=True, publish=True)
    assert space.lens.edits.themes() == {}
    for problem in ("visa", "iban"):
        space.push(problem, range(10), "billing trouble")
    space.cluster(full=True, publish=True)
    assert set(space.lens.edits.themes()) == {2}


def test_a_run_that_waits_or_is_taken_back_leaves_themes_as_they_are(space: Any, paying: tuple[int, int]) -> None:
    before = space.lens.edits.themes()
    space.push("refund", range(20, 40), "billing trouble")
    space.cluster(full=True, publish=True)
    assert space.lens.edits.themes() != before
    space.lens.runs.bring_back(**KIM)
    assert space.lens.edits.themes() == before


def test_a_theme_is_called_by_a_person_through_runs_until_that_is_undone(space: Any, paying: tuple[int, int]) -> None:
    found = space.lens.edits.themes()[1].name
    edit = space.lens.edits.call(1, " All about  money ", **KIM, why="our word")
    assert (edit.kind, edit.topics, edit.why) == ("call", paying, "our word")
    space.cluster(full=True, publish=True)
    theme = space.lens.edits.themes()[1]
    assert (theme.name, theme.label) == ("All about money", found)
    space.lens.edits.undo(edit.id, by="robin")
    assert space.lens.edits.themes()[1].name == found


def test_a_topic_is_put_into_a_theme_and_taken_out_of_it_through_runs(space: Any, paying: tuple[int, int]) -> None:
    login = space.topic_of("login-0")
    put = space.lens.edits.set(login, {"theme": 1}, **KIM)
    out = space.lens.edits.set(paying[0], {"theme": 0}, **KIM)
    assert (put.kind, out.kind) == ("theme", "theme")
    for _ in range(2):
        assert [theme_of(space, topic) for topic in (login, *paying)] == [1, None, 1]
        assert space.lens.edits.themes()[1].topics == (login, paying[1])
        space.cluster(full=True, publish=True)
    space.lens.edits.undo(out.id, **KIM)
    space.lens.edits.undo(put.id, **KIM)
    assert space.lens.edits.themes()[1].topics == paying


def test_the_theme_that_was_found_comes_back(space: Any, paying: tuple[int, int]) -> None:
    space.lens.edits.set(paying[0], {"theme": 0}, **KIM)
    space.lens.edits.set(paying[0], {"theme": None}, **KIM)
    assert theme_of(space, paying[0]) == 1


def test_a_part_of_a_topic_is_in_the_theme_of_the_topic(space: Any, paying: tuple[int, int]) -> None:
    edit = space.lens.edits.split(paying[0], [("import", "card-1")], **KIM)
    assert theme_of(space, edit.told["made"]) == 1


def test_what_cannot_be_is_refused_and_changes_nothing(space: Any, paying: tuple[int, int]) -> None:
    edits = space.lens.edits
    for wrong in ("1", -1, True, 1.0):
        with pytest.raises(ConfigError, match="theme: the number"):
            edits.set(paying[0], {"theme": wrong}, **KIM)
    with pytest.raises(NotThere, match="no theme 9"):
        edits.set_all(paying, {"theme": 9}, **KIM)
    for number in (0, 9):
        with pytest.raises(NotThere, match="no theme"):
            edits.call(number, "X", **KIM)
    with pytest.raises(Refused, match="is called so already"):
        edits.call(1, space.name_of(paying[0]).upper(), **KIM)
    assert edits.history() == []


def test_no_topic_gets_the_name_that_people_gave_a_theme(space: Any, paying: tuple[int, int]) -> None:
    edits = space.lens.edits
    edits.call(1, "Money", **KIM)
    with pytest.raises(Refused, match="a theme is called so"):
        edits.set(paying[0], {"name": "MONEY"}, **KIM)
    with pytest.raises(Refused, match="a theme is called so"):
        edits.split(paying[0], [("import", "card-1")], name="money", **KIM)
    edits.call(1, None, **KIM)
    edits.set(paying[0], {"name": "Money"}, **KIM)
    assert space.lens.edits.themes()[1].name != "Money"


def test_a_topic_found_among_what_was_in_none_joins_the_theme_that_it_lies_in(
    space: Any, paying: tuple[int, int]
) -> None:
    space.push("login", range(10, 300))
    space.cluster(full=True, publish=True)
    space.push("visa", range(4), "billing trouble and the like of it")
    space.push("printer", range(4), "paper jam here")
    for n in range(100):
        space.push(f"single{n}", range(1), f"own{n} words{n} alone{n}")
    space.cluster()
    space.at += timedelta(days=1)
    space.cluster()
    assert next(run["kind"] for run in space.lens.runs.history()) == "pool"
    assert theme_of(space, space.topic_of("visa-0")) == 1
    assert theme_of(space, space.topic_of("printer-0")) is None
    assert len(space.lens.edits.themes()) == 1
