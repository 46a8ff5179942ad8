"""Ratings, names, fields and channels of a Help Scout conversation."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from helpdesks.helpscout import Server
from helpdesks.helpscout_pulls import answering, connected, pulled, the_only, tickets, told_as
from helpdesks.server import Fault


@pytest.fixture
def scout() -> Iterator[Server]:
    made = Server()
    with made.serving():
        yield made


# -- names and answers


@pytest.mark.parametrize(("good", "score"), [(True, 3), (False, 1)])
def test_a_rating_is_read_from_the_message_that_was_rated(scout: Server, good: bool, score: int) -> None:
    number = scout.desk.create()
    scout.desk.reply(number)
    scout.desk.rate(number, good, "Thanks")
    told = the_only(scout).satisfaction
    assert told is not None
    assert (told.score, told.scale, told.comment) == (score, 3, "Thanks")


def reports(scout: Server) -> list[str]:
    return [asked for asked in scout.asked if "/reports/" in asked]


def test_ratings_of_the_report_are_read_with_their_times_in_few_requests(scout: Server) -> None:
    scout.reports = True
    numbers = []
    for _ in range(12):
        scout.desk.tick(86_400)
        numbers.append(scout.desk.create())
        scout.desk.reply(numbers[-1])
    for number in numbers:
        scout.desk.tick()
        scout.desk.rate(number, good=number % 2 == 0)
    found = tickets(list(connected(scout, zone="Asia/Tokyo").pull(None)))
    assert len(reports(scout)) <= 6
    assert all(found[str(number)].satisfaction is not None for number in numbers)
    last = found[str(numbers[-1])]
    assert last.satisfaction is not None
    assert (last.satisfaction.score, last.satisfaction.at) == (3 if numbers[-1] % 2 == 0 else 1, scout.desk.now)
    assert {id_: connected(scout).read(id_) for id_ in found} == found


@pytest.mark.parametrize("status", [200, 400, 403, 404])
def test_a_plan_without_reports_is_asked_once_and_costs_nothing_else(scout: Server, status: int) -> None:
    for _ in range(4):
        scout.desk.reply(scout.desk.create())
    wrong = {"results": "none", "pages": 1}
    fault = replace(answering(wrong, lambda asked: "/reports/" in asked.path), status=status, times=9)
    scout.faults.append(fault)
    assert len(pulled(scout)) == 4
    assert len(reports(scout)) == 1


def test_names_fields_and_the_link_are_kept(scout: Server) -> None:
    number = scout.desk.create(assignee=901, group=22, tags=("vip",))
    ticket = the_only(scout)
    assert (ticket.requester, ticket.assignee, ticket.group, ticket.tags) == ("501", "Kim Agent", "Tier 2", ("vip",))
    assert ticket.custom == {"Plan": "pro", "number": str(number - 1000)}
    assert ticket.url == f"https://secure.helpscout.net/conversation/{number}/{number - 1000}"


def test_an_inbox_whose_name_may_not_be_read_is_called_by_its_number(scout: Server) -> None:
    scout.desk.create()
    scout.faults.append(Fault(403, where=lambda asked: asked.path.endswith("/mailboxes")))
    assert the_only(scout).group == "21"


@pytest.mark.parametrize(
    ("kind", "source", "channel"),
    [("email", "email", "email"), ("email", "beacon", "web"), ("email", "api", "api"), ("phone", "web", "phone")],
)
def test_the_channel_is_that_of_kind_and_source(scout: Server, kind: str, source: str, channel: str) -> None:
    (ticket,) = told_as(scout, scout.desk.create(), type=kind, source={"type": source, "via": "customer"})
    assert ticket.channel == channel
