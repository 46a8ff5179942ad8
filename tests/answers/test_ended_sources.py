"""A source that has stopped: its last weeks are shown, and a period is over once nothing of it can come any more."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ticketlens.answers.sides import Pairing
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING
from ticketlens.sources.state import NOUN, PullState

NOW = datetime(2026, 4, 22, 9, tzinfo=UTC)
THURSDAY = datetime(2019, 5, 16, 12, tzinfo=UTC)
LAST_WEEKS = (date(2019, 4, 22), date(2019, 5, 19))


def rows(last: datetime) -> Iterator[dict[str, object]]:
    """One ticket an hour for two days, the last one at `last`; each is solved within half an hour."""
    for number in range(48):
        created = last - timedelta(hours=number)
        yield {"id": str(number), "subject": "a", "created_at": created.isoformat(), "status": "solved",
               "solved_at": (created + timedelta(minutes=30)).isoformat()}  # fmt: skip


@pytest.fixture
def filed(make_lens: Callable[..., Lens]) -> Callable[..., Lens]:
    def make(last: datetime, now: datetime = NOW, name: str = "lens") -> Lens:
        lens = make_lens(name, now=now, zone="UTC")
        assert lens.push(list(rows(last))).stored == 48
        return lens

    return make


def pulled(lens: Lens, read_to: datetime) -> Lens:
    state = replace(PullState(), read_to=read_to.isoformat(), full_at=read_to.isoformat())
    lens.store.put_record(NOUN, "api", {"read_to": state.read_to, "full_at": state.full_at})
    lens.store.set_read_to("api", read_to)
    return lens


def test_a_file_that_ended_years_ago_is_shown_to_its_last_ticket(filed: Callable[..., Lens]) -> None:
    lens = filed(THURSDAY)
    assert lens.topics(EVERYTHING).window == LAST_WEEKS
    told = lens.overview(EVERYTHING)
    assert told is not None
    assert (told.first, told.last, told.coverage.total) == (*LAST_WEEKS, 48)
    assert {card.id: card.n for card in told.cards}["arrived"] == 48
    assert len(told.trend.points) == 26
    assert (told.trend.points[-1].n, told.trend.points[-1].complete) == (48, True)


def test_a_file_that_ends_in_this_week_has_a_running_week(filed: Callable[..., Lens]) -> None:
    lens = filed(THURSDAY, now=THURSDAY + timedelta(days=1))
    assert lens.topics(EVERYTHING).window[1] == date(2019, 5, 12)
    assert not lens.trend().points[-1].complete
    later = filed(THURSDAY, now=THURSDAY + timedelta(days=4), name="later")
    assert later.topics(EVERYTHING).window == LAST_WEEKS


def test_a_week_that_was_not_pulled_to_its_end_is_not_over(filed: Callable[..., Lens]) -> None:
    lens = pulled(filed(THURSDAY), THURSDAY + timedelta(hours=6))
    assert lens.topics(EVERYTHING).window[1] == date(2019, 5, 12)
    assert not lens.trend().points[-1].complete


def test_a_pulled_source_without_later_tickets_ends_with_their_week(filed: Callable[..., Lens]) -> None:
    lens = pulled(filed(THURSDAY), NOW)
    assert lens.topics(EVERYTHING).window == LAST_WEEKS
    for days, last in ((13, date(2019, 5, 26)), (15, LAST_WEEKS[1])):
        silent = pulled(filed(THURSDAY, name=f"after-{days}"), THURSDAY + timedelta(days=days))
        assert silent.topics(EVERYTHING).window[1] == last, "some days without a ticket are news, weeks are an end"


def test_a_moment_of_the_past_ends_the_weeks_of_a_file_too(filed: Callable[..., Lens]) -> None:
    lens = filed(THURSDAY)
    assert lens.topics(EVERYTHING, as_of=THURSDAY - timedelta(hours=3)).window[1] == date(2019, 5, 12)


@pytest.mark.parametrize("by", ["week", "month", "quarter"])
def test_what_a_file_does_not_hold_to_its_end_is_not_compared(filed: Callable[..., Lens], by: str) -> None:
    told = filed(THURSDAY).comparing.compare(Pairing(metric="arrived", by=by))  # type: ignore[arg-type]
    assert told.after.last < THURSDAY.date()


@pytest.mark.parametrize(("last", "window_to"), [(13, date(2019, 5, 12)), (17, date(2019, 5, 19))])
def test_a_file_that_ends_on_a_monday_has_no_whole_week_there(
    make_lens: Callable[..., Lens], last: int, window_to: date
) -> None:
    """Tickets came on every working day for ten weeks: silent weekends are no end, four silent working days are."""
    end = datetime(2019, 5, last, 12, tzinfo=UTC)
    days = [day for n in range(70) if (day := end - timedelta(days=n)).weekday() < 5]
    lens = make_lens(now=NOW, zone="UTC")
    assert lens.push([
        {"id": f"{n}-{hour}", "subject": "a", "created_at": (day - timedelta(hours=hour)).isoformat()}
        for n, day in enumerate(days) for hour in range(4)
    ]).stored == 4 * len(days)  # fmt: skip
    assert lens.topics(EVERYTHING).window[1] == window_to
    assert lens.trend().points[-1].complete is (last == 17)
    assert lens.trend(by="month").points[-1].complete is False
