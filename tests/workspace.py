"""A workspace over each store, with three problems of ten tickets each and five tickets that are alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING
from ticketlens.store.open import open_store

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
PROBLEMS = ("login", "refund", "parcel")


def quiet(step: str) -> Callable[[int, int], None]:
    return lambda done, total: None


@dataclass
class Workspace:
    """`at` is the time that it is; tickets are named `login-0` and so on."""

    lens: Lens
    at: datetime

    def push(self, first: str, numbers: range, words: str = "again and again") -> None:
        told = [
            {
                "id": f"{first}-{n}",
                "subject": f"{first} {words} {n}",
                "created_at": f"{AT + timedelta(hours=n):%FT%TZ}",
            }
            for n in numbers
        ]
        assert self.lens.push(told).stored == len(told)

    def cluster(self, **asked: Any) -> Any:
        return self.lens.cluster(step=quiet, **asked)

    def topic_of(self, id: str) -> int | None:
        row = self.lens.store.get_ticket("import", id)
        assert row is not None
        return row.topic

    def members(self, topic: int) -> set[str]:
        where = EVERYTHING.having("topic", str(topic))
        return {row.ticket.id for row in self.lens.tickets(where, limit=200).items}

    def name_of(self, topic: int) -> str:
        return self.lens.topic_names()[topic].name

    def counted(self) -> None:
        """The lists, the counts and the coverage agree, whatever was done."""
        store = self.lens.store
        topics = [topic.id for topic in store.topics()]
        coverage = store.coverage(EVERYTHING)
        inside = sum(store.count_tickets(EVERYTHING.having("topic", str(topic))) for topic in topics)
        alone = store.count_tickets(EVERYTHING.having("topic", ""))
        assert inside + alone == coverage.total == store.count_tickets(EVERYTHING)
        assert sum(n for _, n in store.facet("topic", EVERYTHING)) == coverage.total


@contextmanager
def workspace(address: str, engine: Any, folder: Path) -> Iterator[Workspace]:
    """Its time is two weeks after the first ticket came; one run was published."""
    (folder / "empty.toml").touch()
    settings = load_settings(folder / "empty.toml", {}, {"store": address})
    made = Workspace(Lens(open_store(address), settings, engine, now=lambda: made.at), AT + timedelta(days=14))
    for problem in PROBLEMS:
        made.push(problem, range(10))
    for n, word in enumerate(("alpha", "beta", "gamma", "delta", "epsilon")):
        made.push(word, range(n, n + 1))
    made.cluster()
    yield made
    made.lens.store.close()
