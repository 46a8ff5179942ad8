"""A million generated tickets in SQLite: every stage of the import but vectors, then the overview's queries.

    python -m benchmarks.million [--tickets N] [--keep FILE]

Stage times are CPU seconds of this one process; queries are wall-clock. The plain way stands beside it: the same rows
through Python's csv reader into one SQLite table without cleaning, redaction, search or durations.
"""

import argparse
import csv
import io
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

import apsw

from ticketlens.answers.desk import Desk
from ticketlens.config import Settings, load_settings
from ticketlens.demo import generate, to_ndjson_row
from ticketlens.errors import BadPayload
from ticketlens.intake.context import ReadContext
from ticketlens.intake.normal import read_ticket
from ticketlens.intake.prepare import Preparer, pack
from ticketlens.intake.redact import Redactor
from ticketlens.intake.text import prepare_text
from ticketlens.lens import Lens
from ticketlens.metrics.durations import measure
from ticketlens.metrics.periods import day_of
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.ticket import Ticket
from ticketlens.model.topic import Topic
from ticketlens.store.base import Assignment, Store
from ticketlens.store.open import open_store

BATCH = 1000
UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)
QUERIES = 20


class Stages:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._at = time.process_time()

    def start(self) -> None:
        self._at = time.process_time()

    def done(self, name: str) -> None:
        now = time.process_time()
        self.spent[name] += now - self._at
        self._at = now


def lines(count: int, problems: dict[str, str | None]) -> Iterator[list[str]]:
    rows = generate(count, until=UNTIL)
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            problems[row.ticket.id] = row.problem
        yield [json.dumps(to_ndjson_row(row), ensure_ascii=False) for row in batch]


def read(row: dict[str, object], context: ReadContext) -> Ticket | None:
    """None for a row without words, which the import sets aside."""
    try:
        return read_ticket(row, context)
    except BadPayload:
        return None


def load(lens: Lens, count: int) -> tuple[Stages, dict[str, set[str | None]]]:
    """Import through the stages of `ticketlens import`, timed apart; returns the problems of each text."""
    preparer = Preparer(Redactor(b"k" * 32, lens.settings.redaction_regions), lens.hours.clocks, day_of(lens.zone))
    context = ReadContext(now=datetime.now(UTC))
    stages, problems = Stages(), dict[str, str | None]()
    texts: dict[str, set[str | None]] = defaultdict(set)
    done = 0
    for batch in lines(count, problems):
        stages.start()
        rows = [json.loads(line) for line in batch]
        stages.done("parse")
        tickets = [ticket for row in rows if (ticket := read(row, context)) is not None]
        stages.done("normal form")
        packed = [pack(ticket) for ticket in tickets]
        stages.done("version, pack")
        clean = [prepare_text(ticket, preparer.redactor) for ticket in tickets]
        stages.done("clean, redact, language")
        timed = [measure(ticket, preparer.clocks) for ticket in tickets]
        stages.done("durations")
        ready = [preparer.joined(*parts) for parts in zip(tickets, packed, clean, timed, strict=True)]
        stages.done("redact fields, days")
        lens.store.put_tickets(ready)
        stages.done("store, search, indexes")
        for ticket, text in zip(tickets, clean, strict=True):
            texts[text.fingerprint].add(problems.pop(ticket.id))
        done += len(batch)
        print(f"\r{done:,} of {count:,}", end="", flush=True)
    print()
    return stages, texts


def publish(lens: Lens, texts: dict[str, set[str | None]]) -> None:
    """Topics from the generator's truth, in place of vectors."""
    names = sorted({name for found in texts.values() for name in found if name})
    ids = dict(zip(names, lens.store.new_topic_ids(len(names)), strict=True))
    assignments = {}
    for fingerprint, found in texts.items():
        name = next(iter(found))
        if name is not None:
            assignments[fingerprint] = Assignment(ids[name], "core", 0.9)
    topics = [Topic(id=ids[name], name=name, born=UNTIL) for name in names]
    lens.store.publish(topics, assignments, {"at": UNTIL.isoformat(), "model": "truth"})


def timed(question: Callable[[], object]) -> tuple[float, float]:
    """(median, p95) milliseconds of 20 runs after one to warm up."""
    question()
    spent = []
    for _ in range(QUERIES):
        start = time.perf_counter()
        question()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent), sorted(spent)[int(0.95 * QUERIES) - 1]


def questions(lens: Lens) -> dict[str, Callable[[], object]]:
    """What the pages ask, by name."""
    desk = Desk(lens.store, lens.zone, lens.hours.clocks)
    window = desk.window(EVERYTHING)
    group = Filter(where={"group": ("tier1",)})
    return {
        "overview, whole page": lambda: lens.overview(EVERYTHING),
        "overview, one filter": lambda: lens.overview(group),
        "trend, 26 weeks": lens.trend,
        "trend, 26 weeks, one filter": lambda: lens.trend(where=group),
        "trend, 24 months": lambda: lens.trend(by="month", first=window.start.replace(year=window.start.year - 2)),
        "topics page": lambda: lens.topics(EVERYTHING),
        "tickets, first page": lambda: lens.tickets(EVERYTHING),
        "tickets, search": lambda: lens.tickets(Filter(q="refund bank")),
    }


def queries(lens: Lens) -> None:
    for name, question in questions(lens).items():
        told(name, *timed(question))
    told("overview, its store calls", *store_calls(lens, EVERYTHING))
    told("one filter, its store calls", *store_calls(lens, Filter(where={"group": ("tier1",)})))


def told(name: str, middle: float, high: float) -> None:
    print(f"{name:<30} median {middle:8.1f} ms   p95 {high:8.1f} ms")


class Watched:
    """A store that sums the milliseconds spent inside its methods."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.spent = 0.0

    def __getattr__(self, name: str) -> Any:
        whole = getattr(self._store, name)

        def watched(*asked: Any, **named: Any) -> Any:
            start = time.perf_counter()
            found = whole(*asked, **named)
            self.spent += (time.perf_counter() - start) * 1000
            return found

        return watched


def store_calls(lens: Lens, where: Filter) -> tuple[float, float]:
    """(median, p95) milliseconds of 20 overviews that are spent in the store: the sum of all its calls."""
    watched = Watched(lens.store)
    watching = replace(lens, store=cast(Store, watched))
    watching.overview(where)
    spent = []
    for _ in range(QUERIES):
        watched.spent = 0.0
        watching.overview(where)
        spent.append(watched.spent)
    return statistics.median(spent), sorted(spent)[int(0.95 * QUERIES) - 1]


def plain(count: int) -> float:
    """Rows a second of a csv file into a bare table."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    rows = [to_ndjson_row(row) for row in generate(count, until=UNTIL)]
    writer.writerows(
        [row["id"], row["subject"], row["body"], row["status"], row["created_at"], row["solved_at"]] for row in rows
    )
    with tempfile.TemporaryDirectory() as folder:
        connection = apsw.Connection(f"{folder}/plain.db")
        connection.execute("CREATE TABLE tickets (id, subject, body, status, created_at, solved_at)")
        start = time.process_time()
        with connection:
            connection.executemany(
                "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?)", csv.reader(io.StringIO(buffer.getvalue()))
            )
        spent = time.process_time() - start
        connection.close()
    return count / spent


def settings(store: Path) -> Settings:
    demo = Path(__file__).parent.parent / "ticketlens/demo/demo.toml"
    return load_settings(demo, environment={}, overrides={"store": f"sqlite:///{store}"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="the store, for another look; read if it is there")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = chosen.keep or Path(folder) / "million.db"
        there = file.exists()
        told = settings(file)
        lens = Lens(open_store(told.store), told, engine=None)  # type: ignore[arg-type]
        if not there:
            stages, texts = load(lens, chosen.tickets)
            whole = sum(stages.spent.values())
            print(f"import: {chosen.tickets / whole:,.0f} tickets/s a core ({whole:,.0f} CPU s)")
            for name, spent in sorted(stages.spent.items(), key=lambda item: -item[1]):
                print(f"  {name:<26} {spent / whole * 100:5.1f} %   {spent / chosen.tickets * 1e6:7.1f} µs a ticket")
            start = time.perf_counter()
            publish(lens, texts)
            print(f"publish a run: {time.perf_counter() - start:.1f} s")
        size = int(lens.store.versions()["bytes"])
        print(f"file: {size / 1e9:.2f} GB, {size / max(1, lens.count(EVERYTHING)):,.0f} bytes a ticket")
        queries(lens)
        print(f"beside it: csv into a bare table {plain(20_000):,.0f} rows/s")
        print(f"apsw {apsw.apsw_version()}, SQLite {apsw.sqlite_lib_version()}")
        lens.store.close()


if __name__ == "__main__":
    main()
