"""200 rows of an invented helpdesk's export of the demo's tickets, twelve of them counted otherwise on purpose.

What they show is computed here from each ticket's history and the calendar, by none of the code that is tested.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays

import ticketlens.demo
from ticketlens.demo import generate, to_ndjson_row

Run = Callable[..., Any]
Row = Mapping[str, Any]

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")
CLOSED = holidays.country_holidays("SE", years=range(2024, 2028))
FULL, BUSINESS = "Full resolution time - Calendar hours (min)", "Full resolution time - Business hours (min)"
FIRST, REPLY = "First resolution time - Calendar hours (min)", "First reply time - Calendar hours (min)"
REOPENS, UPDATED = "Reopens", "Updated at"
SOLVED, SETTINGS = ("solved", "closed"), Path(ticketlens.demo.__file__).with_name("demo.toml")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def minutes(start: str, end: str) -> float:
    return (at(end) - at(start)).total_seconds() / 60


def open_minutes(row: Row, end: str, *, closed: bool = True) -> float:
    """Opening hours of the demo: 8 to 18 from Monday to Friday, for tier1 on Saturdays from 10 to 16 too."""
    start, stop = (at(one).astimezone(ZONE) for one in (row["created_at"], end))
    days = (start.date() + timedelta(days=n) for n in range((stop.date() - start.date()).days + 1))
    return sum(_open_on(day, start, stop, row["group"]) for day in days if not (closed and day in CLOSED))


def _open_on(day: date, start: datetime, stop: datetime, group: str) -> float:
    hours = (8, 18) if day.weekday() < 5 else (10, 16) if day.weekday() == 5 and group == "tier1" else None
    if hours is None:
        return 0
    first, last = (datetime(day.year, day.month, day.day, hour, tzinfo=ZONE) for hour in hours)
    return max(0.0, (min(stop, last).astimezone(UTC) - max(start, first).astimezone(UTC)).total_seconds() / 60)


def moves(row: Row) -> list[Row]:
    return [event for event in row["history"] if event["field"] == "status"]


def solves(row: Row) -> list[str]:
    return [move["at"] for move in moves(row) if move["to"] == "solved"]


def stays(row: Row, status: str) -> float:
    return sum(minutes(a["at"], b["at"]) for a, b in pairwise(moves(row)) if a["to"] == status)


def replies(row: Row) -> list[str]:
    return sorted(one["at"] for one in row["messages"] if one["author"] == "agent" and one["public"])


def ended_by_a_bot(row: Row) -> bool:
    return any(move["actor"] == "bot" for move in moves(row))


def theirs(row: Row) -> dict[str, object]:
    """What a desk shows that counts as we do; no ticket here was ended by a bot or moved between groups."""
    here = row["status"] in SOLVED
    return {
        "Ticket ID": row["id"], FULL: minutes(row["created_at"], solves(row)[-1]) if here else "",
        BUSINESS: open_minutes(row, solves(row)[-1]) if here else "",
        FIRST: minutes(row["created_at"], solves(row)[0]) if solves(row) else "",
        REPLY: minutes(row["created_at"], replies(row)[0]) if replies(row) else "",
        REOPENS: row["reopens"], UPDATED: row["updated_at"],
    }  # fmt: skip


def plain(row: Row) -> bool:
    return row["status"] in SOLVED and len(solves(row)) == 1


@dataclass(frozen=True)
class Wrong:
    """The first ticket that fits is shown with another figure."""

    reason: str
    fits: Callable[[Row], bool]
    column: str
    figure: Callable[[Row], object]
    more: Callable[[Row], Mapping[str, object]] = field(default=lambda row: {})


def offset(row: Row) -> float:
    shift = at(row["created_at"]).astimezone(ZONE).utcoffset()
    return shift.total_seconds() / 60 if shift else 0


WRONG = (
    Wrong("first_solve", lambda row: row["status"] in SOLVED and len(solves(row)) == 2, FULL,
          lambda row: minutes(row["created_at"], solves(row)[0])),
    Wrong("reopened", lambda row: row["status"] not in SOLVED and bool(solves(row)), FULL,
          lambda row: minutes(row["created_at"], solves(row)[-1])),
    Wrong("other_clock", lambda row: plain(row) and open_minutes(row, solves(row)[0]) > 60, BUSINESS,
          lambda row: minutes(row["created_at"], solves(row)[0])),
    Wrong("without_hold", lambda row: plain(row) and stays(row, "on_hold") > 9, FULL,
          lambda row: minutes(row["created_at"], solves(row)[0]) - stays(row, "on_hold")),
    Wrong("without_waiting", lambda row: plain(row) and stays(row, "waiting_customer") > 9, FULL,
          lambda row: minutes(row["created_at"], solves(row)[0]) - stays(row, "waiting_customer")),
    Wrong("closed", lambda row: plain(row) and row["status"] == "closed", FULL,
          lambda row: minutes(row["created_at"], moves(row)[-1]["at"])),
    Wrong("second_reply", lambda row: plain(row) and len(replies(row)) == 2, REPLY,
          lambda row: minutes(row["created_at"], replies(row)[1])),
    Wrong("zone", plain, FULL, lambda row: minutes(row["created_at"], solves(row)[0]) + offset(row)),
    Wrong("no_holidays", lambda row: plain(row) and open_minutes(row, solves(row)[0], closed=False)
          - open_minutes(row, solves(row)[0]) > 99, BUSINESS,
          lambda row: open_minutes(row, solves(row)[0], closed=False)),
    Wrong("behind", plain, FULL, lambda row: minutes(row["created_at"], solves(row)[0]) + 1234.5,
          lambda row: {UPDATED: (at(row["updated_at"]) + timedelta(hours=30)).isoformat()}),
    Wrong("unexplained", plain, FULL, lambda row: minutes(row["created_at"], solves(row)[0]) + 77.7),
    Wrong("unexplained", plain, REOPENS, lambda row: 7),
)  # fmt: skip


@cache
def tickets() -> tuple[Row, ...]:
    """The newest first: among them are those that are open."""
    made = [to_ndjson_row(row) for row in generate(2_000, until=UNTIL)]
    return tuple(json.loads(json.dumps(made, default=str)))[::-1]


def usable(row: Row) -> bool:
    """Counted by every desk, in one group, ended by nobody but an agent."""
    left_out = row["spam"] or row["deleted"] or row["test"] or row["merged_into"]
    return not left_out and not ended_by_a_bot(row) and all(event["field"] != "group" for event in row["history"])


def export(usables: Iterator[Row]) -> tuple[list[dict[str, object]], dict[tuple[str, str], str]]:
    """200 rows, and the reason of each figure that is wrong by ticket and column."""
    left, rows, reasons = list(usables), [], {}
    for wrong in WRONG:
        row = next(row for row in left if wrong.fits(row))
        left.remove(row)
        rows.append({**theirs(row), wrong.column: wrong.figure(row), **wrong.more(row)})
        reasons[row["id"], wrong.column] = wrong.reason
    return [*rows, *map(theirs, left[: 200 - len(rows)])], reasons


def test_each_of_twelve_differences_among_200_tickets_is_found_with_its_reason(run: Run, tmp_path: Path) -> None:
    rows, reasons = export(filter(usable, tickets()))
    shown = {row["Ticket ID"] for row in rows}
    (tmp_path / "in.ndjson").write_text("\n".join(json.dumps(row) for row in tickets() if row["id"] in shown))
    run("--config", str(SETTINGS), "--store", "sqlite:///a.db", "import", "in.ndjson")
    with (tmp_path / "theirs.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    told = run("--config", str(SETTINGS), "--store", "sqlite:///a.db", "parity", "theirs.csv",
               "--source", tickets()[0]["source"], "--json").json  # fmt: skip
    assert {(item["id"], item["column"]): item["reason"] for item in told["items"]} == reasons
    assert (told["tickets"], told["differing"], told["unexplained"], told["only_here"]) == (200, len(WRONG), 2, 0)
