"""The contract of a store, in words and types. `tests/contract/` holds every store to it.

What is true of every store:

- A write that returned is on disk. A batch is written whole or not at all.
- Of two versions of a ticket the winner is the greater `Version`; the order of arrival never matters, and an older
  version never replaces a newer one.
- Lists are ordered by time, then by source and id; never by score alone.
- Counts are exact, and equal to the last integer in every store.
- A reader never sees half a run: `publish` switches in one step.
- A lease has one holder.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ticketlens.metrics.periods import Period
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.portion import Portion
from ticketlens.model.text import CleanText, TextInUse
from ticketlens.model.ticket import Ticket
from ticketlens.model.timing import Judged, Timing
from ticketlens.model.topic import Coverage, Topic
from ticketlens.store.answers import AnswerStore, CustomerStore
from ticketlens.store.deliveries import InboxStore
from ticketlens.store.leases import LeaseStore
from ticketlens.store.places import PlaceStore
from ticketlens.store.sizes import SizeStore

Vectors = NDArray[np.float32]
Key = tuple[str, str]


class Version(NamedTuple):
    """Decides between two versions of one ticket: the greater wins.

    `updated_at` in epoch microseconds; `reading` counts how often the way of reading its source was changed (a new
    mapping makes all that it reads newer); `richness` counts what is known; `digest` breaks the tie for good.
    """

    updated_at: int
    reading: int
    richness: int
    digest: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ticket as it is stored: raw (kept apart), clean (searched, embedded, shown, exported), and timed.

    `raw` is the whole ticket as its source told it, packed as `codec.load` reads it; `ticket` has its short fields
    redacted, and its long texts are not looked at: `text` has the clean ones. Days are counted in the workspace's zone.
    `excluded`: why it stays out of every figure, one of `metrics.exclusions.KINDS`, or None.
    """

    ticket: Ticket
    raw: bytes
    version: Version
    text: CleanText
    timing: Timing
    created_day: date
    solved_day: date | None
    first_solved_day: date | None
    rated_day: date | None
    satisfied: bool | None
    excluded: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket as lists, exports and its page show it: clean text, durations, topic.

    `durations` maps (metric, clock) to whole seconds or None. `ticket` has the clean text in place of the raw one;
    `flaws` names what is odd in it; `excluded` says why no figure counts it, or is None.
    """

    ticket: Ticket
    durations: Mapping[tuple[str, str], int | None]
    topic: int | None
    match: str
    similarity: float | None
    waited_seconds: int
    waiting_since: int | None
    judged: Judged
    flaws: tuple[str, ...] = ()
    excluded: str | None = None

    def waited(self, as_of: datetime) -> int:
        """Seconds that the requester has waited for the desk by then, the wait that is still running included."""
        if self.waiting_since is None:
            return self.waited_seconds
        until = min(as_of, self.ticket.observed_until or as_of)
        return self.waited_seconds + max(0, int(until.timestamp()) - self.waiting_since)


class Span(NamedTuple):
    """The first and the last creation, and the latest moment that any source was read to."""

    first: datetime
    last: datetime
    read_to: datetime


@dataclass(frozen=True, slots=True)
class RowPage:
    items: tuple[Row, ...]
    next: str | None


class Cell(NamedTuple):
    """`n` tickets of one period and group in one bin; `ended` is False for those still without the event."""

    period: int
    group: str | None
    bin: int
    ended: bool
    n: int


class Exposure(NamedTuple):
    """What a window saw of lives that went on: `leaving` at their ages when the event came, or when they were last seen
    without it; `late` those that were there before the window, at their ages when it began (`ended` is False).

    Whoever leaves and is not `late` was seen from its first moment on.
    """

    leaving: Sequence[Cell]
    late: Sequence[Cell]


class Tally(NamedTuple):
    """Additive figures of the tickets of one period and group.

    `open` counts those not solved by `as_of`; `settled` those first solved early enough for a return within 7 days to
    be known, and `returned` those of them that did return; `rated` and `satisfied` count survey answers on a scale with
    a rule. Waits and answers are told as they are known now, also where `as_of` is in the past.
    """

    period: int
    group: str | None
    n: int
    open: int
    waited_seconds: int
    settled: int
    returned: int
    rated: int
    satisfied: int


@dataclass(frozen=True, slots=True)
class Question:
    """What a count is over: the tickets of `cohort` (one of `DATED`: "arrived", … in a period) that pass `where`.

    Periods do not overlap and stand in order. `group_by` is a field of the filter, or None. Tickets created after
    `as_of` are not there, and what happened after it has not happened.
    """

    periods: tuple[Period, ...]
    as_of: datetime
    cohort: str = "arrived"
    where: Filter = EVERYTHING
    group_by: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a text, or one ticket, belongs: the id of its topic or None, how it was found, and how similar it is.

    `similarity` is to the centre of the topic. `found`: the topic that the run found, where an edit gave the text
    another; else None.
    """

    topic: int | None
    match: str
    similarity: float
    found: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A small noun (source, person, token, session, run, edit, view, …) as plain JSON values, with its version."""

    id: str
    fields: Mapping[str, object]
    version: int


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one ticket of a batch: stored, or not, since it is there already or a newer one is.

    With `reason` it was set aside: nothing of it is kept, and it was neither the same nor older.
    """

    stored: bool
    reason: str | None = None


STORED = Put(True)
UNCHANGED = Put(False)
OUTDONE = Put(False, "another record of this ticket with the same updated_at was kept: it says more")


class TicketStore(Protocol):
    def put_tickets(self, batch: Sequence[Prepared]) -> list[Put]:
        """Store what is newer than what is there, on disk; what became of each, in the order given."""

    def get_ticket(self, source: str, id: str) -> Row | None: ...

    def get_raw(self, source: str, id: str) -> Ticket | None:
        """The ticket with its raw text, for re-deriving and for those who may see it."""

    def list_tickets(
        self, where: Filter, *, cursor: str | None = None, limit: int = 50, as_of: datetime | None = None
    ) -> RowPage:
        """Newest first. The cursor is opaque; a list read to its end has each ticket once."""

    def count_tickets(self, where: Filter, *, as_of: datetime | None = None) -> int: ...

    def facet(self, field: str, where: Filter, *, limit: int = 50) -> list[tuple[str, int]]:
        """The values of a field of the filter and how many tickets have each, most frequent first; "" is none."""

    def flaws(self) -> dict[str, dict[str, int]]:
        """How many tickets of each source have each flaw, of those that enter figures: source -> flaw -> n."""

    def each_raw(self, after: Key | None = None) -> Iterator[Ticket]:
        """Every ticket with its raw text, in order of (source, id); those behind `after` where it is given."""

    def put_derived(self, batch: Sequence[Prepared]) -> None:
        """Replace what is derived (clean text, times) of tickets that are still the same; their versions stay."""

    def span(self) -> Span | None:
        """None without tickets."""

    def set_read_to(self, source: str, at: datetime) -> None:
        """Everything of the source up to that moment has been read, changed or not; an earlier one changes nothing."""


Positions = Callable[[str, NDArray[np.int64]], NDArray[np.int64]]
"""(name of a schedule, epoch seconds) -> the schedule's open seconds until then."""


class FigureStore(Protocol):
    def histogram(self, question: Question, metric: str, clock: str, positions: Positions) -> Sequence[Cell]:
        """Tickets by period, group and bin of `metric`; those without the event by the bin of their age.

        The age ends at the least of `as_of`, the ticket's `observed_until` and the time its source was read to.
        `positions` turns moments into business time, where `clock` is "business".
        """

    def exposure(self, question: Question, metric: str, clock: str, positions: Positions) -> Exposure:
        """Tickets of every age that were watched inside each period, for one of `ENDING`; the cohort plays no part.

        A ticket belongs to a period where its event had not come before it, and it was seen in it: created before its
        end, and its source and itself observed past its start. Everything is told as it stood in the last second of the
        period, or at `as_of` where that is earlier: a ticket that was solved and opened again by then was never
        resolved, and one that was solved then and opened again later had ended. The events are those of the tickets
        that the filter's `ended` lists.
        """

    def tally(self, question: Question) -> list[Tally]: ...

    def portions(self, question: Question, figure: str) -> list[Portion]:
        """One of `PORTIONS` over the arrived or the solved cohort."""

    def backlog_ages(self, moments: Sequence[datetime], where: Filter) -> list[Cell]:
        """The tickets that `backlog` counts, by moment (as `period`) and bin of their calendar age since creation."""

    def backlog(self, moments: Sequence[datetime], where: Filter) -> list[int]:
        """How many tickets were open at each moment; one that was never seen solved counts while it was observed."""

    def backlogs(
        self, moments: Sequence[datetime], where: Filter, field: str, values: Sequence[str]
    ) -> dict[str, list[int]]:
        """`backlog` of the tickets with each of these values of a field of the filter; "" is none."""

    def coverage(self, where: Filter) -> Coverage: ...

    def excluded(self, where: Filter) -> dict[str, int]:
        """How many tickets stay out of every figure, by reason."""


class VectorStore(Protocol):
    def texts_without_vector(self, model: str, limit: int) -> list[tuple[str, str, str]]:
        """(fingerprint, subject, body) of clean texts that `model` has not seen, each fingerprint once."""

    def count_without_vector(self, model: str) -> int: ...

    def put_vectors(self, model: str, fingerprints: Sequence[str], vectors: Vectors) -> None: ...

    def vectors(self, model: str) -> tuple[list[str], Vectors]:
        """All fingerprints in use that have a vector, ordered, and their unit rows (n, d)."""

    def nearest(self, model: str, source: str, id: str, limit: int) -> list[tuple[Row, float]]:
        """The tickets with the most similar texts and their cosines, the ticket itself left out."""

    def near(self, model: str, vector: Vectors, limit: int) -> list[tuple[Row, float]]:
        """The tickets whose texts lie nearest to a unit vector (d,), and their cosines: search by meaning."""


class TopicStore(Protocol):
    def topics(self, *, retired: bool = False) -> list[Topic]: ...

    def new_topic_ids(self, count: int) -> list[int]:
        """Ids that were never used and never will be again."""

    def put_topic(self, topic: Topic) -> None: ...

    def publish(self, topics: Sequence[Topic], assignments: Mapping[str, Assignment], run: Mapping[str, object]) -> int:
        """Switch to these topics in one step: topics not named are retired, texts not named are ungrouped.

        `assignments` maps fingerprints, and the `names.ticket_name` of a ticket that is placed by itself: that one wins
        over its text's, also when the ticket's words change. Returns the id of the run.
        """

    def assign(self, assignments: Mapping[str, Assignment]) -> None:
        """Give these texts and single tickets their topics, all else as it is."""

    def unassign(self, names: Collection[str]) -> None:
        """Take assignments out: a ticket that was placed by itself goes with its text again, a text is ungrouped."""

    def assignments(self) -> dict[str, Assignment]:
        """Of each text that a run has looked at and each ticket placed by itself; topic None: it is to be in none."""

    def subjects(self, fingerprints: Sequence[str]) -> dict[str, TextInUse]:
        """Those of these texts that some ticket has which is not excluded."""

    def weekly(self, topics: Sequence[int], periods: tuple[Period, ...], where: Filter) -> dict[int, list[int]]:
        """Tickets that arrived, by topic and period."""

    def first_and_last_day(self) -> dict[int, tuple[date, date]]:
        """The first and the last day of arrival in each topic."""


class RecordStore(Protocol):
    def put_record(
        self, noun: str, id: str, fields: Mapping[str, object], *, expected: int | None = None
    ) -> int | None:
        """The new version; None where `expected` is given (0: must not exist) and is not the version there."""

    def get_record(self, noun: str, id: str) -> Record | None: ...

    def records(self, noun: str) -> list[Record]:
        """All of one noun, ordered by id."""

    def delete_record(self, noun: str, id: str) -> bool: ...


Piece = tuple[Any, ...]
"""One thing of a part as plain values (text, whole and floating numbers, bytes, None), the same in every store."""

PARTS: Mapping[str, int] = {
    "records": 2, "counters": 1, "read_to": 1, "vectors": 2, "topics": 1, "assignments": 1, "inbox": 1, "answers": 2,
    "customers": 1, "tickets": 2,
}  # fmt: skip
"""All that a store holds but for its leases, and how many values at the front of a piece say where it stands:
noun and id; name; source; model and fingerprint; id; name; number; source and id; id; source and id."""

COPY = "copy"
"""The noun of what a store notes about being a copy: it is of that store alone, and no piece of any part."""


class CopyStore(Protocol):
    """Everything, part by part, as it lies there: what a copy or a backup takes out and puts in unchanged."""

    def count_part(self, part: str) -> int: ...

    def read_part(self, part: str, after: Piece | None, limit: int) -> list[Piece]:
        """The first pieces of one of `PARTS` in order of their places, or the first ones after that place."""

    def write_part(self, part: str, pieces: Sequence[Piece]) -> None:
        """Put pieces in as they are, in place of those that stand there, on disk; no version is weighed."""

    def erase_part(self, part: str, places: Sequence[Piece]) -> None:
        """Take pieces of the parts `records`, `assignments` and `customers` out; raises StoreError for the others."""


class Store(
    TicketStore, FigureStore, SizeStore, VectorStore, TopicStore, PlaceStore, RecordStore, InboxStore, LeaseStore,
    CopyStore, AnswerStore, CustomerStore, Protocol,
):  # fmt: skip
    """The whole store. `open_store(url)` in `ticketlens.store.open` gives one."""

    def generation(self) -> int:
        """A number that grows with every change of tickets or topics: what was computed for it stays true for it."""

    def versions(self) -> Mapping[str, str]:
        """What `doctor` prints: kind, its version, schema, size on disk."""

    def problems(self) -> list[str]:
        """What is wrong with the place itself, each with its remedy, for `doctor`; nothing where all is well."""

    def close(self) -> None: ...
