"""The share resolved within some hours: of a ripe period the plain one, of a young one marked."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from ticketlens.answers.within import read_hours
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.model import Ticket


def test_of_a_ripe_period_it_is_the_plain_share(lens: Lens, tickets: tuple[Ticket, ...]) -> None:
    told = lens.estimates.within(hours=(12, 48))
    for period in told.periods:
        there = [t for t in tickets if period.start <= t.created_at.astimezone(ZoneInfo(told.zone)).date() < period.end]
        assert period.n == len(there)
        for one in (one for one in period.within if not one.unripe and not period.too_few):
            hours = timedelta(hours=one.hours)
            done = sum(t.solved_at is not None and t.solved_at - t.created_at <= hours for t in there)
            near = sum(t.solved_at is not None and abs((t.solved_at - t.created_at) / hours - 1) < 0.02 for t in there)
            assert one.share is not None
            assert abs(one.share * len(there) - done) <= near + 1e-6
            assert one.low is not None
            assert one.high is not None
            assert 0 <= one.low <= one.share <= one.high <= 1


def test_it_is_unripe_while_the_youngest_ticket_may_be_younger(lens: Lens) -> None:
    told = lens.estimates.within(by="day", hours=(24, 72))
    for period in told.periods:
        age = told.as_of.date() - period.end
        assert [one.unripe for one in period.within] == [age < timedelta(days=1), age < timedelta(days=3)]
    assert told.periods[-1].within[0].unripe


def test_a_share_never_falls_with_more_hours(lens: Lens) -> None:
    for period in lens.estimates.within(clock="business").periods:
        shares = [one.share for one in period.within if one.share is not None]
        assert shares == sorted(shares)


def test_groups_hold_the_tickets_of_the_whole(lens: Lens) -> None:
    told = lens.estimates.within(group_by="group")
    assert told.groups is not None
    for index, period in enumerate(told.periods):
        assert sum(periods[index].n for periods in told.groups.values()) == period.n


@pytest.mark.parametrize("text", ["", "soon", "0", "24,", "1,2,3,4,5,6,7", "9000", "-3"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="hours"):
        read_hours(text)


def test_hours_stand_in_order_each_once() -> None:
    assert read_hours("72,24,72") == (24, 72)


@pytest.mark.parametrize(("asked", "said"), [({"metric": "csat"}, "known are"), ({"clock": "lunar"}, "calendar"),
                                             ({"by": "year"}, "day, week")])  # fmt: skip
def test_what_has_no_share_is_refused(lens: Lens, asked: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        lens.estimates.within(**asked)  # type: ignore[arg-type]
