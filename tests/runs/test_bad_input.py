"""Tickets as no demo has them: none, one, all the same, none alike, one problem alone, a book for a body."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from runs.desk import Desk, of_a_problem, opened, ticket
from runs.meaning import PROBLEMS, MeaningEngine


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "desk.db", MeaningEngine()) as made:
        yield made


def word(dice: Random) -> str:
    return "".join(dice.choice("bcdfghjklmnprstvz") + dice.choice("aeiou") for _ in range(dice.randint(2, 5)))


def must_be_apart(desk: Desk) -> None:
    """No topic holds tickets of two problems."""
    held: dict[int | None, set[str]] = {}
    for id_, topic in desk.places().items():
        held.setdefault(topic, set()).add(id_.partition("-")[0])
    assert all(len(problems) == 1 for topic, problems in held.items() if topic is not None)


@pytest.mark.parametrize("full", [False, True])
def test_no_ticket_gives_no_topic_and_the_first_ones_do_later(desk: Desk, full: bool) -> None:
    report = desk.cluster(full=full)
    assert (report.tickets, report.topics, report.embedded) == (0, 0, 0)
    assert not desk.lens.has_to_cluster()
    for problem in PROBLEMS:
        desk.push(of_a_problem(problem, 0, 30))
    assert desk.cluster(full=full).topics == 4
    desk.must_add_up()
    must_be_apart(desk)


@pytest.mark.parametrize("count", [1, 2, 10])
def test_a_few_tickets_are_grouped_without_trouble_and_more_of_them_later(desk: Desk, count: int) -> None:
    desk.push(of_a_problem("login", 0, count))
    for full in (False, True, False):
        report = desk.cluster(full=full)
        assert report.tickets == count
        assert report.coverage.total == count
        desk.must_add_up()
    for problem in PROBLEMS:
        desk.push(of_a_problem(problem, 20, 40))
    assert desk.cluster().topics == 4
    desk.must_add_up()
    must_be_apart(desk)


def test_tickets_that_are_all_equal_are_one_topic(desk: Desk) -> None:
    desk.push([ticket(f"same-{n}", "Cannot log in", "The page stays white.", n) for n in range(60)])
    for full in (False, True):
        report = desk.cluster(full=full)
        assert report.topics == 1
        assert len(set(desk.places().values()) - {None}) == 1
        desk.must_add_up()
    before = desk.topic_of("same-0")
    desk.push([ticket(f"same-{n}", "Cannot log in", "The page stays white.", n) for n in range(60, 90)])
    desk.cluster()
    assert set(desk.places().values()) == {before}


def test_an_alarm_that_says_the_same_again_and_again_is_a_topic_of_its_own(desk: Desk) -> None:
    for problem in PROBLEMS:
        desk.push(of_a_problem(problem, 0, 30))
    desk.cluster()
    desk.push([ticket(f"alarm-{n}", "Sensor", "Battery low in hall B", n) for n in range(40)])
    desk.cluster(full=True)
    assert len({topic for id_, topic in desk.places().items() if id_.startswith("alarm-")} - {None}) == 1
    desk.must_add_up()
    must_be_apart(desk)


def test_tickets_that_are_all_different_are_in_no_topic(desk: Desk) -> None:
    dice = Random(5)
    desk.push([ticket(f"odd-{n}", " ".join(word(dice) for _ in range(8)), "", n) for n in range(200)])
    report = desk.cluster()
    assert report.coverage.ungrouped >= 0.95 * 200
    desk.must_add_up()


def test_tickets_without_any_word_are_in_no_topic(desk: Desk) -> None:
    desk.push([ticket(f"sign-{n}", "?!" + "." * n, "", n) for n in range(40)])
    desk.push(of_a_problem("login", 0, 30))
    desk.cluster()
    places = desk.places()
    assert {places[f"sign-{n}"] for n in range(40)} == {None}
    desk.must_add_up()


def test_one_problem_that_is_nine_tenths_of_all_leaves_the_others_their_topics(desk: Desk) -> None:
    desk.push(of_a_problem("login", 0, 360))
    desk.push(of_a_problem("refund", 0, 20))
    desk.push(of_a_problem("parcel", 0, 20))
    desk.cluster()
    must_be_apart(desk)
    places = desk.places()
    for problem, count in (("login", 360), ("refund", 20), ("parcel", 20)):
        assert sum(places[f"{problem}-{n}"] is not None for n in range(count)) >= 0.9 * count, problem
    desk.must_add_up()


def test_a_body_of_a_megabyte_finds_its_topic_as_others_do(desk: Desk) -> None:
    desk.push(of_a_problem("login", 0, 30) + of_a_problem("refund", 0, 30))
    long = " ".join([PROBLEMS["login"]] * 14_000)
    assert len(long) > 1_000_000
    desk.push([ticket("login-long", "login password locked", long, 1)])
    desk.cluster()
    desk.cluster(full=True, publish=True)
    must_be_apart(desk)
    home = desk.topic_of("login-long")
    assert home is not None
    desk.push([ticket("login-longer", "login password expired", long + " again", 2)])
    desk.cluster()
    assert desk.topic_of("login-longer") is not None
    assert desk.topic_of("login-longer") != desk.topic_of("refund-0")
    desk.must_add_up()
