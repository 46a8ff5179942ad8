"""Every chart's query of the embedded store under no, one and two filters, beside the plain way of the same numbers.

    python -m benchmarks.charts [--tickets N] [--keep FILE] [--runs N] [--beside URL]

The plain way is what one writes without any index of ours: a scan of the table for (week, seconds) of what the filter
passes, sorted in Python for the median, 75th and 90th percentile of each week. It answers less: no open tickets, no
intervals. Wall-clock and CPU stand side by side, since only CPU is of this process alone. `--beside` names another
store with the same tickets, as `ticketlens store copy` makes one: it is asked the same, and has to answer the same.
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from benchmarks.million import load, publish, settings
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.store.open import open_store
from ticketlens.store.sqlite import SqliteStore
from ticketlens.store.sqlite.filters import condition

WEEKS = 26
FIELDS = (
    "source", "group", "assignee", "brand", "channel", "priority", "language", "tag", "organization", "requester",
    "status", "topic", "custom.member",
)  # fmt: skip
PAIRS = (("group", "assignee"), ("brand", "language"), ("tag", "custom.member"), ("status", "requester"))
GROUPS = ("group", "assignee", "topic", "tag", "custom.member", "requester")


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds: median and 95th percentile of the wall clock, median of this process's CPU."""

    middle: float
    high: float
    cpu: float


def spent(question: Callable[[], object], runs: int) -> Spent:
    question()
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        question()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return Spent(median(walls), sorted(walls)[max(0, round(0.95 * runs) - 1)], median(cpus))


def filters(lens: Lens) -> Iterator[tuple[str, Filter]]:
    """Nothing, each field with the value that most tickets have, a word, and pairs of these."""
    values = {name: lens.facet(name, EVERYTHING, limit=2) for name in FIELDS}
    told = {name: next(value for value, _ in found if value or len(found) == 1) for name, found in values.items()}
    yield "no filter", EVERYTHING
    for name, value in told.items():
        yield name, Filter(where={name: (value,)})
    yield "q", Filter(q="refund")
    for one, other in PAIRS:
        yield f"{one} + {other}", Filter(where={one: (told[one],), other: (told[other],)})
    yield "q + tag", Filter(where={"tag": (told["tag"],)}, q="refund")


def charts(lens: Lens, where: Filter) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a page can ask for under one filter, by name."""
    two_years = lens.as_of().date() - timedelta(days=730)
    yield "ttr.full, arrived", lambda: lens.trend(where=where)
    yield "ttr.full, arrived, business", lambda: lens.trend(where=where, clock="business")
    yield "ttr.full, solved", lambda: lens.trend(where=where, cohort="solved")
    yield "ttr.full by group", lambda: lens.trend(where=where, group_by="group")
    yield "24 months", lambda: lens.trend(where=where, by="month", first=two_years)
    for metric in ("backlog", "waited_hours", "reopen_rate"):
        yield metric, lambda metric=metric: lens.trend(where=where, metric=metric)  # type: ignore[misc]
    yield "facet of brand", lambda: lens.facet("brand", where)


def grouped(lens: Lens) -> Iterator[tuple[str, Callable[[], object]]]:
    for name in GROUPS:
        yield f"ttr.full by {name}", lambda name=name: lens.trend(group_by=name)  # type: ignore[misc]
        yield f"backlog by {name}", lambda name=name: lens.trend(metric="backlog", group_by=name)  # type: ignore[misc]
        yield f"facet of {name}", lambda name=name: lens.facet(name, EVERYTHING)  # type: ignore[misc]


def plain(lens: Lens, where: Filter) -> list[tuple[int, ...]]:
    """(week, n, p50, p75, p90) in seconds, by a scan and a sort."""
    assert isinstance(lens.store, SqliteStore)
    met = condition(where, walked=False)
    met.add("t.created_day >= ? AND t.ttr_full_calendar IS NOT NULL", lens.as_of().toordinal() - 7 * WEEKS)
    sql = f"SELECT t.created_day / 7, t.ttr_full_calendar FROM tickets t NOT INDEXED WHERE {met.sql}"
    weeks: dict[int, list[int]] = defaultdict(list)
    for week, seconds in lens.store._db.rows(sql, met.values):
        weeks[week].append(seconds)
    found = ((week, sorted(lengths)) for week, lengths in sorted(weeks.items()))
    return [(week, len(one), *(one[int(q * (len(one) - 1))] for q in (0.5, 0.75, 0.9))) for week, one in found]


def measure_beside(lens: Lens, other: Lens, runs: int) -> None:
    """Every query in both stores; a line that ends with DIFFERS is a fault."""
    for name, where in filters(lens):
        for (chart, ours), (_, theirs) in zip(charts(lens, where), charts(other, where), strict=True):
            shown(f"{name}: {chart}", spent(theirs, runs), same=ours() == theirs())
    for (name, ours), (_, theirs) in zip(grouped(lens), grouped(other), strict=True):
        shown(name, spent(theirs, runs), same=ours() == theirs())


def measure(lens: Lens, runs: int) -> None:
    """Print every query; the table of docs/benchmarks.md has its worst of each filter."""
    for name, where in filters(lens):
        told = {chart: spent(question, runs) for chart, question in charts(lens, where)}
        told["the plain way"] = spent(lambda where=where: plain(lens, where), 1)  # type: ignore[misc]
        for chart, found in told.items():
            shown(f"{name}: {chart}", found)
    for name, question in grouped(lens):
        shown(name, spent(question, runs))


def shown(name: str, found: Spent, *, same: bool = True) -> None:
    told = f"{name:<48} median {found.middle:7.0f}   p95 {found.high:7.0f}   CPU {found.cpu:7.0f} ms"
    print(told if same else f"{told}   DIFFERS", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="the store, for another look; read if it is there")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument(
        "--beside", metavar="URL", help="another store with the same tickets, to be measured in its place"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = chosen.keep or Path(folder) / "charts.db"
        there = file.exists()
        told = settings(file)
        lens = Lens(open_store(told.store), told, engine=None)  # type: ignore[arg-type]
        if not there:
            publish(lens, load(lens, chosen.tickets)[1])
        print(f"{lens.count(EVERYTHING):,} tickets")
        if chosen.beside:
            other = Lens(open_store(chosen.beside), told, engine=None)  # type: ignore[arg-type]
            measure_beside(lens, other, chosen.runs)
            other.store.close()
        else:
            measure(lens, chosen.runs)
        lens.store.close()


if __name__ == "__main__":
    main()
