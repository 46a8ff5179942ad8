from datetime import date

from ticketlens.metrics.schedule import public_holidays, schedule_from
from ticketlens.metrics.working_days import apart, working_days

SWEDEN = schedule_from(
    {"name": "day", "zone": "Europe/Stockholm", "country": "SE", "hours": {"mon-fri": "09:00-17:00"}}
).on_holidays(public_holidays(("SE", None), (2026,)))
NIGHT = schedule_from({"name": "night", "groups": ["tier2"], "hours": {"mon-sun": "22:00-06:00"}})
SATURDAYS = schedule_from(
    {"name": "shop", "hours": {"tue-sat": ["09:00-12:00", "13:00-17:00"]}, "closed": "2026-04-04"}
)


def test_days_are_those_of_the_hours_for_everybody_less_their_holidays() -> None:
    calendar = working_days((NIGHT, SWEDEN))
    assert calendar.name == "day"
    assert calendar.count(date(2026, 3, 30), date(2026, 4, 13)) == 8  # Good Friday and Easter Monday
    assert calendar.holidays(date(2026, 3, 30), date(2026, 4, 13)) == (date(2026, 4, 3), date(2026, 4, 6))


def test_a_holiday_is_called_by_its_name_and_a_closure_of_one_s_own_by_its_date() -> None:
    calendar = working_days((SWEDEN,))
    assert calendar.called(date(2026, 4, 3)) == "Good Friday (2026-04-03)"
    assert working_days((SATURDAYS,)).called(date(2026, 4, 4)) == "2026-04-04"


def test_a_week_may_run_from_tuesday_to_saturday() -> None:
    assert working_days((SATURDAYS,)).count(date(2026, 3, 30), date(2026, 4, 6)) == 4


def test_without_hours_for_everybody_they_are_monday_to_friday_and_that_is_said() -> None:
    calendar = working_days((NIGHT,))
    assert calendar.name == "Monday to Friday"
    assert calendar.count(date(2026, 4, 1), date(2026, 5, 1)) == 22


def test_a_movable_holiday_is_on_one_side_only_and_christmas_on_both() -> None:
    old, new = (date(2024, 12, 25), date(2025, 4, 18)), (date(2025, 12, 25), date(2026, 4, 3))
    assert apart(old, new) == ((date(2025, 4, 18),), (date(2026, 4, 3),))
