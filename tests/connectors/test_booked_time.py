"""The time that agents booked on an issue: hours in Redmine, seconds in Jira; none booked is not known."""

import pytest

from connectors import jira_issue, redmine
from ticketlens.intake.payload import Payload


@pytest.mark.parametrize(("told", "minutes"), [(1.5, 90), (2, 120), (0, None), (0.0, None), (None, None), ("2", None)])
def test_booked_hours_of_redmine_are_minutes(told: object, minutes: float | None) -> None:
    assert redmine._minutes(Payload({"spent_hours": told})) == minutes


@pytest.mark.parametrize(("told", "minutes"), [(5_400, 90), (30, 0.5), (0, None), (None, None)])
def test_logged_seconds_of_jira_are_minutes(told: object, minutes: float | None) -> None:
    assert jira_issue._minutes(Payload({"timespent": told})) == minutes


def test_jira_is_asked_for_them() -> None:
    assert "timespent" in jira_issue.FIELDS
