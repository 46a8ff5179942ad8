"""Like with like: the same age, complete periods, working days; a change is told with its interval or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from random import Random

import pytest

from ticketlens.answers.sides import Pairing, versus
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.metrics.survival import from_durations
from ticketlens.model import Satisfaction, Status, Ticket
from ticketlens.model.batch import TicketBatch
from ticketlens.model.comparison import Comparison
from ticketlens.model.filter import EVERYTHING, Filter

NOW = datetime(2027, 2, 22, 9, tzinfo=UTC)
FIRST = datetime(2025, 9, 1, tzinfo=UTC)
CLOSED = ("2025-12-25", "2026-04-03", "2026-04-06", "2026-12-25")
OFFICE = {"name": "office", "zone": "UTC", "hours": {"mon-fri": "09:00-17:00"}, "closed": CLOSED}


def made() -> list[Ticket]:
    """30 tickets in each of 78 weeks, twice as slow from December 2026 on."""
    dice, found = Random(11), []
    for week in range(78):
        for number in range(30 if week < 66 else 45):
            created = FIRST + timedelta(weeks=week, seconds=dice.randint(0, 7 * 86_400 - 1))
            slow = 2.5 if created >= datetime(2026, 12, 1, tzinfo=UTC) else 1
            solved = created + timedelta(hours=slow * dice.lognormvariate(3, 0.8))
            done = solved <= NOW
            answer = Satisfaction(float(dice.randint(1, 5)), 5, at=solved) if done and number % 2 else None
            found.append(
                Ticket(
                    source="desk", id=f"{week}-{number}", subject=f"Nobody answers {number % 3}", created_at=created,
                    updated_at=min(solved, NOW), group=dice.choice(("tier1", "tier2")), language="en",
                    custom={"plan": dice.choice(("pro", "free"))} if number % 3 else {}, satisfaction=answer,
                    status=Status.SOLVED if done else Status.OPEN, solved_at=solved if done else None,
                    first_solved_at=solved if done else None,
                )
            )  # fmt: skip
    return [ticket for ticket in found if ticket.created_at <= NOW]


@pytest.fixture(scope="module")
def desk(lenses_in: Callable[..., Lens], tmp_path_factory: pytest.TempPathFactory) -> Lens:
    lens = lenses_in(tmp_path_factory.mktemp("compare"), now=NOW, zone="UTC", schedules=[OFFICE])
    for _ in lens.add([TicketBatch(tuple(made()))]):
        pass
    return lens


def told(desk: Lens, **asked: object) -> Comparison:
    return desk.comparing.compare(Pairing(**asked))  # type: ignore[arg-type]


def test_the_later_side_is_the_newest_that_is_old_enough(desk: Lens) -> None:
    assert (told(desk).before.label, told(desk).after.label) == ("2027-W04", "2027-W05")
    assert told(desk, metric="arrived").after.label == "2027-W07"
    assert told(desk, metric="reopen_rate").after.label == "2027-W06"
    assert told(desk, clock="business").after.label == "2027-W05"
    assert told(desk, horizon=8 * 60.0).after.label == "2027-W07"


def test_the_earlier_side_is_seen_at_the_age_of_the_later_one(desk: Lens) -> None:
    found = told(desk, period="2027-01", against="year", horizon=60 * 60.0)
    assert found.after.as_of == NOW
    assert found.before.as_of == datetime(2026, 2, 22, 9, tzinfo=UTC)
    assert told(desk, period="2027-01", cohort="solved", against="year").before.as_of == NOW


@pytest.mark.parametrize("against", ["previous", "year"])
@pytest.mark.parametrize("cohort", ["arrived", "solved"])
@pytest.mark.parametrize("clock", ["calendar", "business"])
@pytest.mark.parametrize("metric", ["ttr.full", "ttr.first", "arrived", "solved", "reopen_rate", "backlog"])
def test_the_tickets_of_a_side_are_those_of_its_list(
    desk: Lens, metric: str, clock: str, cohort: str, against: str
) -> None:
    if clock == "business" and not metric.startswith("ttr"):
        return
    found = told(desk, metric=metric, clock=clock, cohort=cohort, against=against, by="month", period="2026-12")
    for side in (found.before, found.after):
        assert side.where is not None
        assert side.n == desk.count(side.where) > 0


def test_a_change_of_means_is_that_of_the_tickets_with_the_root_of_both_squares(desk: Lens) -> None:
    found = told(desk, period="2026-12", against="2026-11")
    means = []
    for side in (found.before, found.after):
        rows = desk.tickets(side.where or EVERYTHING, limit=500).items
        ends = [row.durations["ttr.full", "calendar"] for row in rows]
        ages = [(side.as_of - row.ticket.created_at).total_seconds() for row in rows]
        late = [end is None or end > age for end, age in zip(ends, ages, strict=True)]
        exits = [age if over else end for end, age, over in zip(ends, ages, late, strict=True)]
        curve = from_durations(exits, [not over for over in late])
        means.append(curve.rmst(14 * 86_400.0))
    (old, old_error), (new, new_error) = (mean for mean in means if mean)
    assert found.change.value == pytest.approx((new - old) / 60, rel=0.02)
    assert found.change.high is not None
    assert found.change.value is not None
    assert found.change.high - found.change.value == pytest.approx(
        1.96 * sqrt(old_error**2 + new_error**2) / 60, rel=0.02
    )
    assert found.change.relative == pytest.approx(new / old - 1, rel=0.02)
    assert (found.change.verdict, found.change.of) == ("rose", "mean")
    assert found.curves is not None
    assert found.curves.verdict == "slower"
    assert found.curves.p < 1e-6
    assert "Time to full resolution, mean of the first 14 days, rose: " in found.sentence
    assert "in 2026-12 against" in found.sentence


def test_a_change_within_chance_is_no_clear_change_and_has_no_percentage_in_words(desk: Lens) -> None:
    found = told(desk, period="2026-06", against="2026-05")
    assert found.change.verdict == "no clear change"
    assert found.change.low is not None
    assert found.change.high is not None
    assert found.change.low < 0 < found.change.high
    assert found.sentence.startswith("No clear change: ")
    assert found.curves is not None
    assert found.curves.verdict == "no clear difference"
    assert " %," not in found.sentence.replace("95 %", "")


def test_counts_have_a_percentage_by_the_working_day_alone(desk: Lens) -> None:
    found = told(desk, metric="arrived", period="2026-04", against="previous")
    assert (found.before.working_days, found.after.working_days, found.calendar) == (22, 20, "office")
    assert found.after.per_day == pytest.approx(found.after.n / 20)
    assert found.change.of == "per_day"
    assert found.change.relative == pytest.approx((found.after.n / 20) / (found.before.n / 22) - 1)
    assert (found.change.low, found.change.high, found.horizon) == (None, None, None)
    assert "2026-04 has 2 closed days of its own: 2026-04-03, 2026-04-06" in found.notes
    assert "a working day" in found.sentence


def test_a_holiday_on_the_same_date_of_both_years_is_not_told(desk: Lens) -> None:
    assert told(desk, metric="arrived", period="2026-12", against="year").notes == ()


def test_week_53_is_held_against_the_mean_of_its_neighbours_or_nothing(desk: Lens) -> None:
    found = told(desk, metric="arrived", period="2026-W53", against="year")
    assert (found.before.label, found.before.n, found.before.parts) == ("2025-W52 and 2026-W01", 60, 2)
    assert (found.before.value, found.before.working_days) == (30, 4.5)
    assert desk.count(found.before.where or EVERYTHING) == 60
    assert "has no partner a year before" in found.notes[0]
    assert told(desk, metric="ttr.full", period="2026-W53", against="year").change.verdict == "rose"
    nothing = told(desk, metric="backlog", period="2026-W53", against="year")
    assert (nothing.before.value, nothing.before.where, nothing.change.verdict) == (None, None, "not compared")


def test_shares_change_in_points_and_never_in_per_cent(desk: Lens) -> None:
    found = told(desk, metric="csat", period="2026-05")
    assert found.change.relative is None
    assert "points" in found.sentence
    low, high, value = found.change.low, found.change.high, found.change.value
    assert low is not None
    assert high is not None
    assert value is not None
    assert low < value < high


def test_under_20_tickets_on_a_side_no_percentage_is_told(desk: Lens) -> None:
    few = told(desk, metric="arrived", by="day", period="2026-05-05", against="2026-05-12")
    assert min(few.before.n, few.after.n) < 20
    assert few.change.relative is None
    assert None not in (few.before.value, few.after.value)
    assert "%" not in few.sentence
    mean = told(desk, by="day", period="2026-05-05")
    assert (mean.change.verdict, mean.change.value) == ("not compared", None)
    assert "fewer than 20" in mean.sentence


@pytest.mark.parametrize(
    ("asked", "kind", "reason"),
    [
        ({"period": "2027-W08"}, "running", "2027-W08 is not over"),
        ({"period": "2027-W07"}, "maturing", "2027-W07 is too young: its last tickets are not yet 14 days old"),
        ({"period": "2027-W07", "metric": "reopen_rate"}, "maturing", "may come back until 7 days"),
        ({"period": "2027-W05", "metric": "waited_hours"}, "maturing", ""),
        (
            {"period": "2025-W37", "metric": "arrived"},
            "connected",
            "desk has no ticket before 2025-09-01: 2025-W36 may",
        ),
    ],
)
def test_what_is_not_whole_is_flagged_with_the_reason_and_not_compared(
    desk: Lens, asked: dict[str, str], kind: str, reason: str
) -> None:
    found = told(desk, **asked)
    flags = [flag for side in (found.before, found.after) for flag in side.flags]
    if kind == "maturing" and not reason:
        assert all("wait on" in flag.reason for flag in flags)
        return
    assert kind in {flag.kind for flag in flags}
    assert any(reason in one for one in found.refused)
    assert (found.change.verdict, found.change.value, found.curves) == ("not compared", None, None)
    assert f"Not compared: {found.refused[0]}" in found.sentence


def test_a_source_that_was_not_read_to_the_end_of_a_period_is_a_gap(make_lens: Callable[..., Lens]) -> None:
    lens = make_lens(now=NOW, zone="UTC")
    tickets = [one for one in made() if one.created_at < datetime(2026, 10, 1, tzinfo=UTC)]
    late = [replace(one, source="other") for one in made() if one.created_at < datetime(2026, 9, 12, tzinfo=UTC)]
    late = [one for one in late if one.updated_at and one.updated_at < datetime(2026, 9, 12, tzinfo=UTC)]
    for _ in lens.add([TicketBatch((*tickets, *late))]):
        pass
    found = told(lens, metric="arrived", period="2026-W37")
    assert [flag.kind for flag in found.after.flags] == ["gap"]
    assert "other was read only up to 2026-09-1" in found.refused[0]
    assert told(lens, metric="arrived", period="2026-W36").refused == ()
    assert told(lens, metric="arrived", period="2026-W37", where=EVERYTHING.having("source", "desk")).refused == ()


def test_a_source_whose_first_reading_is_not_done_is_not_whole(make_lens: Callable[..., Lens]) -> None:
    lens = make_lens(now=NOW, zone="UTC")
    for _ in lens.add([TicketBatch(tuple(made()))]):
        pass
    state = {"full_at": None, "read_to": None, "running": True}
    lens.store.put_record("pull", "desk", state)
    assert "desk was never read to its end" in told(lens, metric="arrived").refused
    lens.store.put_record("pull", "desk", {**state, "full_at": NOW.isoformat(), "read_to": "2027-02-12T00:00:00+00:00"})
    assert "desk was read only up to 2027-02-12 00:00" in told(lens, metric="arrived").refused[0]


def test_two_filters_are_compared_in_the_same_time(desk: Lens) -> None:
    where = EVERYTHING.having("group", "tier1")
    found = told(desk, by="month", where=where, versus=versus(where, {"group": ["tier2"]}))
    assert (found.against, found.before.label, found.after.label) == ("same", "2027-01", "2027-01")
    assert found.before.n + found.after.n == desk.count(Filter(date(2027, 1, 1), date(2027, 1, 31)))
    assert found.before.as_of == found.after.as_of
    assert found.notes == ()
    assert "(the other)" in found.sentence


def test_a_filter_may_be_held_against_another_of_another_time(desk: Lens) -> None:
    found = told(
        desk, metric="arrived", period="2026-11", against="year", versus=EVERYTHING.having("custom.plan", "pro")
    )
    assert (found.before.label, found.after.label) == ("2025-11", "2026-11")
    assert 0 < found.before.n < found.after.n


def test_days_are_held_against_as_many_before_or_the_same_weekdays_a_year_ago(desk: Lens) -> None:
    days = Filter(date(2026, 11, 2), date(2026, 11, 15))
    assert told(desk, where=days).before.label == "2026-10-19..2026-11-01"
    assert told(desk, where=days, against="year").before.label == "2025-11-03..2025-11-16"
    longer = told(desk, period="2026-11-02..2026-11-15", against="2026-10-01..2026-10-31", metric="arrived")
    assert "the sides are 31 and 14 days long" in longer.notes


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"period": "soon"}, "no such period"), ({"against": "never"}, "no such period"),
        ({"period": "2026-13-01..2026-13-02"}, "no stretch of days"), ({"against": "same"}, "both sides are the same"),
        ({"horizon": 30.0}, "from 1 to 336"), ({"horizon": 81 * 60.0, "clock": "business"}, "from 1 to 80"),
        ({"metric": "nothing"}, "known are"), ({"where": Filter(dated="solved")}, "cohort"),
        ({"period": "2026-11-15..2026-11-02"}, "is after"), ({"period": "1026-11-15..2026-11-02"}, "1970"),
    ],
)  # fmt: skip
def test_what_does_not_exist_is_refused_in_words(desk: Lens, asked: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        told(desk, **asked)


def test_the_other_side_of_a_comparison_takes_fields_and_no_days() -> None:
    with pytest.raises(ConfigError, match="name its days after against"):
        versus(EVERYTHING, {"from": ["2026-01-01"]})
    assert versus(EVERYTHING, {}) is None
    both = versus(Filter(q="parcel").having("group", "a"), {"group": [""], "channel": ["email"]})
    assert both == Filter(q="parcel", where={"group": ("",), "channel": ("email",)})


def test_an_age_whose_intervals_lie_over_each_other_did_not_clearly_change(desk: Lens) -> None:
    points = [point for point in desk.trend(metric="backlog.age").points if point.low is not None]
    found = told(desk, metric="backlog.age", period=points[-1].label, against=points[0].label)
    assert found.change.low is not None
    assert found.change.high is not None
    assert (found.change.verdict == "no clear change") is (found.change.low <= 0 <= found.change.high)


def test_a_backlog_that_is_only_looked_at_no_longer_did_not_fall(make_lens: Callable[..., Lens]) -> None:
    """Thirty tickets are open for good; in one store a source stops looking at ten of them."""
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    rows = [{"id": str(n), "subject": "a", "created_at": (start + timedelta(hours=n)).isoformat()} for n in range(30)]
    rows += [
        {
            "id": f"late-{n}",
            "subject": "a",
            "created_at": (start + timedelta(days=n)).isoformat(),
            "status": "solved",
            "solved_at": (start + timedelta(days=n, hours=1)).isoformat(),
        }
        for n in range(28)
    ]
    left = [{**row, "observed_until": (start + timedelta(days=16)).isoformat()} for row in rows[:10]]
    for name, told, verdict in (("seen", rows, "the same"), ("left", [*left, *rows[10:]], "not compared")):
        lens = make_lens(name, now=start + timedelta(days=28), zone="UTC")
        assert lens.push(told).stored == 58
        found = lens.comparing.compare(Pairing(metric="backlog", period="2026-W04", against="2026-W03"))
        assert found.change.verdict == verdict
        assert ("observed no longer" in " ".join(found.refused)) is (verdict == "not compared")
