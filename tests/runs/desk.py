"""A desk whose tickets are of a few problems, each told in words of its own; what its topics hold; and its kills."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from runs.meaning import PROBLEMS

from ticketlens.config import load_settings
from ticketlens.engine import Progress
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING
from ticketlens.store.open import open_store

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
SIGNS = "abdegilmnoprstu"
Ticket = dict[str, str]


def ticket(id_: str, subject: str, body: str, hours: int) -> Ticket:
    return {
        "id": id_, "subject": subject, "body": body, "language": "en",
        "created_at": f"{AT + timedelta(hours=hours):%FT%TZ}",
    }  # fmt: skip


def of_a_problem(problem: str, first: int, count: int) -> list[Ticket]:
    """The problem is the first word; most of the other words are those of all its tickets, in an order of its own."""
    words = PROBLEMS[problem].split()[1:]
    rows = []
    for n in range(first, first + count):
        dice = Random(f"{problem} {n}")
        rows.append(
            ticket(f"{problem}-{n}", " ".join([problem, *dice.sample(words, 9)]), "".join(dice.sample(SIGNS, 6)), n)
        )
    return rows


@dataclass
class Desk:
    """`told` are the progresses that were told, (step, done, total)."""

    lens: Lens
    told: list[tuple[str, int, int]]
    at: datetime = AT + timedelta(days=14)

    def push(self, rows: list[Ticket]) -> None:
        assert self.lens.push(rows).stored == len(rows)

    def cluster(self, **asked: Any) -> Any:
        return self.lens.cluster(step=self._step, **asked)

    def _step(self, name: str) -> Progress:
        return lambda done, total: self.told.append((name, done, total))

    def topic_of(self, id_: str) -> int | None:
        row = self.lens.store.get_ticket("import", id_)
        assert row is not None
        return row.topic

    def places(self) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        cursor: str | None = None
        while True:
            page = self.lens.tickets(EVERYTHING, limit=200, cursor=cursor)
            found |= {row.ticket.id: row.topic for row in page.items}
            cursor = page.next
            if cursor is None:
                return found

    def names(self) -> dict[int, str]:
        return {topic.id: topic.name for topic in self.lens.store.topics()}

    def must_add_up(self) -> None:
        """The lists, the counts and the coverage agree; each topic that is shown holds what it says."""
        store, places = self.lens.store, self.places()
        coverage = store.coverage(EVERYTHING)
        topics = {topic.id for topic in store.topics()}
        assert {topic for topic in places.values() if topic is not None} <= topics
        alone = sum(topic is None for topic in places.values())
        assert coverage.ungrouped <= alone <= coverage.ungrouped + coverage.edited
        assert coverage.total == len(places) == store.count_tickets(EVERYTHING)

    def with_model(self, model: str) -> "Desk":
        """The same store by another model, as after a restart."""
        return Desk(replace(self.lens, settings=replace(self.lens.settings, model=model)), [], self.at)


@contextmanager
def opened(path: Path, engine: Any, store: Any = None) -> Iterator[Desk]:
    """A desk over the SQLite file, or over `store`, which stands on it."""
    (path.parent / "empty.toml").touch()
    address = f"sqlite:///{path}"
    settings = load_settings(path.parent / "empty.toml", {}, {"store": address})
    lens = Lens(store or open_store(address), settings, engine, now=lambda: AT + timedelta(days=14))
    try:
        yield Desk(lens, [])
    finally:
        lens.store.close()


def copy(template: Path, name: str) -> Path:
    made = template.parent / f"{name}.db"
    shutil.copy(template, made)
    return made
