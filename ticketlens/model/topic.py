"""A topic, one recurring problem: what is kept of it, and what is told of it over a window of time."""

from dataclasses import dataclass, field
from datetime import date, datetime

from ticketlens.model.answer import Survey
from ticketlens.model.trend import Minutes

STATES = ("retired", "new", "back", "rising", "fixed", "fading", "steady")
MATCHES = ("ungrouped", "weak", "core", "edited")


@dataclass(frozen=True, slots=True)
class Topic:
    """`centroid` is the unit vector of its core as float32 bytes; `typical` and `edge` are keys of tickets.

    `name` is what a person called it, else `named`, which a namer did, else `label`, the name that a run found;
    `named_for` are the words that it had when the namer named it. `lost`: the last run found it no more; `merged_into`
    is the topic that has its tickets since a person merged them. Both are retired. `theme` is the one that a person put
    it into, else `theme_found`, which a run did.
    """

    id: int
    name: str
    words: tuple[str, ...] = ()
    kind: str = "problem"
    language: str | None = None
    pinned: bool = False
    hidden: bool = False
    owner: str | None = None
    note: str | None = None
    centroid: bytes = b""
    threshold: float = 1.0
    typical: tuple[tuple[str, str], ...] = ()
    edge: tuple[tuple[str, str], ...] = ()
    run: int | None = None
    born: datetime | None = None
    retired: bool = False
    label: str = ""
    named: str = ""
    named_for: tuple[str, ...] = ()
    lost: bool = False
    merged_into: int | None = None
    theme: int | None = None
    theme_found: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    source: str
    id: str
    subject: str
    match: str


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """A topic over a window of days: `size` tickets that arrived in it, against the window before and a year ago.

    `share` is of all tickets that arrived in the window; changes are ratios minus 1 and None where there was nothing
    to compare with; durations in minutes, ttr.full on the calendar clock of the arrived cohort. `csat` is of `survey`
    alone, the one with most answers in the window. `cost` is of `cost_n` tickets that were solved in the window: those
    with agents' minutes, and `cost_assumed` others where minutes are assumed of them.
    """

    topic: Topic
    state: str
    size: int
    share: float
    change_month: float | None
    change_year: float | None
    p50: Minutes | None
    p90: Minutes | None
    open: int
    events: int
    reopen_rate: float | None
    reopen_n: int
    csat: float | None
    csat_n: int
    waited_hours: float
    survey: Survey | None = None
    cost: float | None = None
    cost_n: int = 0
    cost_assumed: int = 0
    cost_listed: bool = True
    """Whether a list of tickets has those that the cost is of; not always as of a past moment."""
    before: int = 0
    last_year: int = 0
    first_seen: date | None = None
    last_seen: date | None = None
    weekly: tuple[int, ...] = ()
    examples: tuple[Example, ...] = field(default=())

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.topic.id, "name": self.topic.name, "words": list(self.topic.words), "state": self.state,
            "kind": self.topic.kind, "size": self.size, "share": self.share,
            "change": {"month": self.change_month, "year": self.change_year},
            "ttr": {"p50": self.p50, "p90": self.p90, "n": self.size, "open": self.open},
            "reopen_rate": self.reopen_rate, "csat": {
                "score": self.csat, "n": self.csat_n, "survey": None if self.survey is None else self.survey.to_json()
            },
            "waited_hours": self.waited_hours,
            "cost": {"value": self.cost, "n": self.cost_n, "assumed": self.cost_assumed}, "weekly": list(self.weekly),
            "first_seen": self.first_seen.isoformat() if self.first_seen else None,
            "pinned": self.topic.pinned, "hidden": self.topic.hidden,
            "examples": [
                {"source": e.source, "id": e.id, "subject": e.subject, "match": e.match} for e in self.examples
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many tickets of a window are in topics, and how surely."""

    core: int = 0
    weak: int = 0
    edited: int = 0
    ungrouped: int = 0

    @property
    def total(self) -> int:
        return self.core + self.weak + self.edited + self.ungrouped

    def share(self, match: str) -> float:
        return getattr(self, match) / self.total if self.total else 0.0

    def to_json(self) -> dict[str, object]:
        counts: dict[str, object] = {name: getattr(self, name) for name in ("core", "weak", "edited", "ungrouped")}
        return {"tickets": self.total, **counts}


@dataclass(frozen=True, slots=True)
class Run:
    """One clustering pass: when, with which model, what it found and how good that was."""

    id: int
    at: datetime
    model: str
    full: bool
    tickets: int
    counts: dict[str, int]
    quality: dict[str, float]
    seconds: dict[str, float]
