import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from ticketlens.demo import DemoTicket, generate, to_ndjson_row
from ticketlens.demo.catalog import catalog
from ticketlens.model.ticket import Ticket

Demo = list[DemoTicket]


def test_the_same_arguments_give_the_same_tickets(until: datetime) -> None:
    first = list(generate(400, seed=3, until=until))
    assert first == list(generate(400, seed=3, until=until))
    assert [row.ticket.body for row in first] != [row.ticket.body for row in generate(400, seed=4, until=until)]


def test_tickets_come_in_order_of_creation_numbered_from_one(demo: Demo) -> None:
    assert [row.ticket.id for row in demo] == [str(number) for number in range(1, 6001)]
    assert all(one.ticket.created_at <= other.ticket.created_at for one, other in pairwise(demo))


def test_tickets_begin_two_years_ago_and_reach_the_running_week(demo: Demo, until: datetime) -> None:
    assert until - timedelta(days=731) <= demo[0].ticket.created_at < until - timedelta(days=720)
    assert until - timedelta(days=1) < demo[-1].ticket.created_at <= until


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next(generate(1, until=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_any_day_of_the_year_can_be_the_last_one() -> None:
    for until in (datetime(2024, 2, 29, 23, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)):
        assert sum(1 for _ in generate(300, until=until)) == 300


def test_a_million_tickets_can_be_begun_without_writing_them_all(until: datetime) -> None:
    assert len(list(islice(generate(1_000_000, until=until), 10))) == 10


def test_at_least_forty_five_problems_occur_and_a_tenth_is_noise(demo: Demo) -> None:
    counts = Counter(row.problem for row in demo)
    assert len([problem for problem in counts if problem]) >= 45
    assert 0.07 < counts[None] / len(demo) < 0.11
    assert min(counts.values()) >= 10


def test_languages_have_their_shares(demo: Demo) -> None:
    shares = {key: count / len(demo) for key, count in Counter(row.ticket.language for row in demo).items()}
    expected = {"en": 0.91, "sv": 0.04, "it": 0.03, "ru": 0.02}
    assert shares == pytest.approx(expected, abs=0.015)


def test_twelve_problems_are_written_in_every_language() -> None:
    problems = catalog().problems
    for language in ("sv", "it", "ru"):
        assert sum(language in problem.wordings for problem in problems) >= 12


def test_texts_are_distinct_and_of_natural_length(demo: Demo) -> None:
    assert len({(row.ticket.subject, row.ticket.body) for row in demo}) >= 0.95 * len(demo)
    lengths = [len(re.findall(r"\w+|[^\w\s]", f"{row.ticket.subject} {row.ticket.body}")) for row in demo]
    assert 35 <= sum(lengths) / len(lengths) <= 45
    assert sum(length <= 12 for length in lengths) > 200
    assert max(lengths) > 140


def test_every_slot_is_filled(demo: Demo) -> None:
    assert not [row for row in demo if re.search(r"[{}]", row.ticket.subject + row.ticket.body)]
    assert not [m.body for row in demo for m in row.ticket.messages if re.search(r"[{}]", m.body)]


def test_some_texts_hold_personal_data_html_and_quoted_mail(demo: Demo) -> None:
    bodies = [row.ticket.body for row in demo]
    for mark, least in (("@", 100), ("+46 70 174 06", 20), ("SE45 5000", 1), ("<div", 60), ("\n> ", 40)):
        assert sum(mark in body for body in bodies) >= least, mark


def test_groups_brands_channels_agents_and_customers_vary(demo: Demo) -> None:
    tickets: list[Ticket] = [row.ticket for row in demo]
    assert {t.group for t in tickets} == {"tier1", "payments", "logistics", "app"}
    assert {t.brand for t in tickets} == {"shop", "outlet"}
    assert {str(t.channel) for t in tickets} == {"email", "chat", "phone", "web", "social"}
    assert len({t.assignee for t in tickets} - {None}) == 14
    assert max(Counter(t.requester for t in tickets).values()) >= 3
    assert len({t.organization for t in tickets} - {None}) == 8


def test_spam_tests_and_merged_tickets_are_there_but_rare(demo: Demo) -> None:
    excluded = Counter(row.ticket.excluded for row in demo)
    assert {"spam", "test", "merged", "deleted"} <= set(excluded)
    assert len(demo) - excluded[None] < 0.04 * len(demo)


def test_a_merged_ticket_points_at_an_earlier_one_of_its_problem(demo: Demo) -> None:
    problem_of = {row.ticket.id: row.problem for row in demo}
    for row in demo:
        target = row.ticket.merged_into
        if target is not None:
            assert problem_of[target] == row.problem
            assert int(target) < int(row.ticket.id)


def test_a_row_of_ndjson_does_not_tell_the_truth(demo: Demo) -> None:
    row = to_ndjson_row(demo[0])
    assert row["id"] == "1"
    assert row["source"] == "demo"
    assert "problem" not in row
