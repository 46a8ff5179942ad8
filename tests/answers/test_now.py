"""How long it takes now: what the windows count is what a walk over the tickets counts, and the lists agree."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.metrics.survival import from_durations
from ticketlens.model import Ticket
from ticketlens.model.filter import ENDING, EVERYTHING, Filter


def spans(tickets: tuple[Ticket, ...], start: datetime, end: datetime) -> list[tuple[float, float, bool]]:
    """(entry, exit, ended) in minutes of the tickets watched from `start` up to `end`."""
    found = []
    for ticket in tickets:
        solved = ticket.solved_at
        if ticket.created_at >= end or (solved is not None and solved < start):
            continue
        over = solved is not None and solved < end
        last = solved if over and solved is not None else end
        entry = max(timedelta(), start - ticket.created_at)
        found.append((entry / timedelta(minutes=1), (last - ticket.created_at) / timedelta(minutes=1), over))
    return found


@pytest.mark.parametrize("days", [7, 28])
def test_each_window_is_the_exact_curve_of_its_tickets_to_one_bin(
    lens: Lens, tickets: tuple[Ticket, ...], days: int
) -> None:
    told = lens.estimates.now(days=days)
    for window in told.windows[:2]:
        period = lens._desk(None).days(window.first, window.last)
        entry, exit_, ended = np.array(spans(tickets, period.start_at, period.end_at)).T
        exact = from_durations(exit_, ended, entry)
        assert (window.watched, window.events, window.late) == (len(exit_), ended.sum(), (entry > 0).sum())
        assert window.p50 == pytest.approx(exact.quantile(0.5), rel=0.05)
        expected = exact.rmst(told.horizon)
        if expected is not None and window.mean is not None:
            assert (window.mean, window.mean_error) == pytest.approx(expected, rel=0.03)
            assert window.mean_low is not None
            assert window.mean_low < expected[0]


@pytest.mark.parametrize("metric", ENDING)
@pytest.mark.parametrize("clock", ["calendar", "business"])
@pytest.mark.parametrize("where", [EVERYTHING, Filter(where={"group": ("tier1", "")})], ids=["all", "filtered"])
def test_the_events_of_a_window_are_its_list(lens: Lens, metric: str, clock: str, where: Filter) -> None:
    told = lens.estimates.now(where, metric=metric, clock=clock)
    assert [lens.count(window.listed) for window in told.windows] == [window.events for window in told.windows]


def test_windows_are_whole_days_beside_the_days_before_and_those_of_a_year_ago(lens: Lens) -> None:
    told = lens.estimates.now(days=7)
    now, before, year = told.windows
    assert now.last == told.as_of.date() - timedelta(days=1)
    assert (now.last - now.first).days == 6
    assert now.first - before.first == timedelta(days=7)
    assert now.first - year.first == timedelta(days=364)


def test_a_window_without_enough_says_so_and_shows_nothing(lens: Lens) -> None:
    now, _, year = lens.estimates.now().windows
    assert year.events < 20
    assert (year.p50, year.mean, year.low) == (None, None, None)
    assert dict(year.missing) == dict.fromkeys(("p50", "p75", "p90", "mean"), "too few")
    assert "p50" not in dict(now.missing)


def test_the_sentence_has_the_figure_and_tells_a_change_only_outside_the_interval(lens: Lens) -> None:
    told = lens.estimates.now()
    assert told.sentence.startswith("In the last 28 days half of the tickets were resolved within ")
    assert "in the 28 days before" in told.sentence
    few = lens.estimates.now(Filter(where={"group": ("nobody's",)}))
    assert few.sentence == "Too few tickets were resolved in the last 28 days to say how long it takes now."


def test_a_ticket_solved_and_opened_again_in_the_window_is_still_open_and_one_opened_after_it_had_ended(
    lenses_in: Callable[..., Lens], tmp_path: Path
) -> None:
    at = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
    lens = lenses_in(tmp_path, now=at + timedelta(days=1))

    def row(id_: str, *moves: tuple[float, str]) -> dict[str, object]:
        other = {"solved": "open", "open": "solved"}
        history = [
            {"at": (at + timedelta(days=day)).isoformat(), "field": "status", "from": other[to], "to": to}
            for day, to in moves
        ]
        created = (at - timedelta(days=20)).isoformat()
        told = {"id": id_, "subject": id_, "created_at": created, "updated_at": (at + timedelta(days=1)).isoformat()}
        return {**told, "status": moves[-1][1] if moves else "open", "history": history}

    lens.push([
        row("solved before", (-15, "solved")), row("opened again inside", (-15, "solved"), (-3, "open")),
        row("solved again inside", (-15, "solved"), (-3, "open"), (-2, "solved")),
        row("opened again after", (-3, "solved"), (0.5, "open")), row("open"),
    ])  # fmt: skip
    now = lens.estimates.now(days=7).windows[0]
    assert (now.watched, now.late, now.events) == (4, 4, 2)
    assert {item.ticket.id for item in lens.tickets(now.listed).items} == {"solved again inside", "opened again after"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"metric": "csat"}, r"known are ttr\.full"), ({"clock": "lunar"}, "calendar"), ({"days": 9}, "7 nor 28")],
)
def test_what_cannot_be_told_is_refused(lens: Lens, asked: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        lens.estimates.now(**asked)  # type: ignore[arg-type]
