"""The work behind a ticket and what its source says of its targets, read from rows."""

from datetime import UTC, datetime

import pytest

from ticketlens.intake.context import ReadContext
from ticketlens.intake.normal import read_ticket
from ticketlens.model import Ticket
from ticketlens.model.wire import ticket_to_row

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read(**row: object) -> Ticket:
    told = {"id": "1", "subject": "Hi", "created_at": "2026-01-02T03:04:05Z", **row}
    return read_ticket(told, ReadContext(now=NOW))


@pytest.mark.parametrize("name", ["agent_minutes", "time_spent_minutes", "handle_time_minutes", "time_unit"])
@pytest.mark.parametrize(("told", "minutes"), [(12.5, 12.5), ("7", 7.0), (0, 0.0), (None, None), ("", None)])
def test_minutes_are_read_by_any_of_their_names(name: str, told: object, minutes: float | None) -> None:
    ticket = read(**{name: told})
    assert ticket.agent_minutes == minutes
    assert ticket.custom == {}


@pytest.mark.parametrize("told", ["soon", -1, True, "nan", "inf", 1e12, [5]])
def test_what_is_no_number_of_minutes_is_kept_as_it_was_and_counts_nothing(told: object) -> None:
    ticket = read(agent_minutes=told)
    assert ticket.agent_minutes is None
    assert "agent_minutes" in ticket.custom


@pytest.mark.parametrize(
    ("row", "met"),
    [
        ({"sla_met": True}, True), ({"sla_met": "no"}, False), ({"made_sla": "true"}, True), ({"made_sla": 0}, False),
        ({"sla_breached": True}, False), ({"SLA Breached": "false"}, True), ({"sla_met": None}, None), ({}, None),
        ({"sla_breached": ""}, None),
    ],
)  # fmt: skip
def test_a_column_that_says_breached_is_turned_round(row: dict[str, object], met: bool | None) -> None:
    assert read(**row).sla_met is met


def test_a_verdict_that_is_none_is_kept_as_it_was() -> None:
    ticket = read(sla_met="perhaps")
    assert ticket.sla_met is None
    assert ticket.custom == {"sla_met": "perhaps"}


def test_both_come_back_from_their_own_export() -> None:
    ticket = read(agent_minutes=3.5, sla_met=False)
    assert read_ticket(ticket_to_row(ticket), ReadContext(now=NOW)) == ticket


def test_a_priority_of_the_history_is_told_in_our_words() -> None:
    moved = {"at": "2026-01-03T00:00:00Z", "field": "priority", "from": "P4", "to": "Critical"}
    (event,) = read(history=[moved]).history
    assert event.after == "urgent"
