"""Groups side by side: what has none of the field is no group, and one spike flattens nobody."""

from datetime import UTC, date, datetime, timedelta

from ticketlens.model.trend import Point, Trend
from web.charts.statistics import STATISTICS
from web.pages import multiples

HALF = STATISTICS["p50"]


def points(*hours, n=50):
    monday = date(2026, 6, 1)
    return tuple(
        Point(f"W{week}", monday + timedelta(weeks=week), monday + timedelta(weeks=week + 1), True, n, p50=60.0 * value)
        for week, value in enumerate(hours)
    )


def trend(**groups):
    told = {name.removeprefix("none"): own for name, own in groups.items()}
    as_of = datetime(2026, 11, 19, tzinfo=UTC)
    return Trend("ttr.full", "duration", "arrived", "calendar", "UTC", "minutes", "week", as_of, None, (), told, 3)


def test_what_is_in_no_group_is_none_of_them_and_stands_last():
    found = trend(none=points(900, n=900), a=points(10), b=points(12, n=60))
    assert [key for key, _ in multiples.largest(found)] == ["b", "a", ""]
    assert multiples.count(found) == 5


def test_the_scale_is_that_of_the_groups_and_not_of_the_rest():
    assert multiples._top(trend(none=points(900), a=points(10, 11)), HALF) == 11 * 60 * multiples.HEADROOM


def test_one_spike_does_not_set_the_scale():
    calm = [10.0] * 20
    assert multiples._top(trend(a=points(*calm, 500), b=points(*calm)), HALF) == 600
    assert multiples._top(trend(a=()), HALF) is None
