"""lens.voice: what customers say and what they are worth, in verbs: take in, list, count, follow one of them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from ticketlens.answers.journey import Journey, journey
from ticketlens.answers.voice import VoiceReport, counted, voice_report
from ticketlens.answers.worth import DetractorCost, detractor_cost
from ticketlens.intake.context import ReadContext
from ticketlens.intake.redact import Redactor
from ticketlens.intake.voice import answer_reader, customer_reader
from ticketlens.metrics.periods import By, Period, cut, periods
from ticketlens.model.answer import Answer, Survey, SurveyKind
from ticketlens.model.batch import VoiceBatch
from ticketlens.model.customer import Customer
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.report import Report
from ticketlens.store.answers import AnswerFilter, AnswerPage, AnswerQuestion, CustomerPage
from ticketlens.store.base import Store
from ticketlens.voice.taking import Taking, kept_answer_of, kept_customer_of

EVER = Period(
    "ever", date(1970, 1, 1), date(2200, 1, 1), datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
)
KEPT = 16
Told = TypeVar("Told")


@dataclass(frozen=True)
class Voice:
    """`redactor` is asked for when it is needed. `cost_per_ticket` is None where the settings do not tell it."""

    store: Store
    zone: str
    redactor: Callable[[], Redactor]
    now: Callable[[], datetime]
    cost_per_ticket: float | None = None
    _told: dict[Hashable, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    # -- taking in

    @property
    def answers(self) -> Taking[Answer]:
        redactor = self.redactor()
        return Taking(lambda batch: self.store.put_answers([kept_answer_of(one, redactor) for one in batch]))

    @property
    def customers(self) -> Taking[Customer]:
        redactor = self.redactor()
        return Taking(lambda batch: self.store.put_customers([kept_customer_of(one, redactor) for one in batch]))

    def add_answers(self, batches: Iterable[VoiceBatch[Answer]]) -> Iterator[Report]:
        return self.answers.add(batches)

    def add_customers(self, batches: Iterable[VoiceBatch[Customer]]) -> Iterator[Report]:
        return self.customers.add(batches)

    def push_answers(self, rows: Sequence[object], *, source: str | None = None) -> Report:
        return self.answers.push(rows, answer_reader(self._context(source)))

    def push_customers(self, rows: Sequence[object]) -> Report:
        return self.customers.push(rows, customer_reader(self._context(None)))

    def forget(self, customer: str) -> bool:
        """Delete what is known of a customer; whether there was anything. Tickets and answers stay."""
        return self.store.delete_customer(self.stored(customer))

    # -- lists

    def list_answers(
        self, where: Filter = EVERYTHING, *, cursor: str | None = None, limit: int = 50, commented: bool = False,
        survey: Survey | None = None, kind: SurveyKind | None = None, scores: tuple[int, ...] = (),
    ) -> AnswerPage:  # fmt: skip
        """Newest first. Dates of `where` are about when an answer was given, else sent; `requester` is the customer."""
        asked = answers_of(where, self.zone)
        asked = replace(asked, commented=commented, survey=survey, kind=kind, scores=scores)
        return self.store.list_answers(asked, cursor=cursor, limit=limit)

    def asked(self, where: Filter) -> AnswerFilter:
        """`where` as a filter of answers, to be narrowed further and given to `page_of` and `count`."""
        return answers_of(where, self.zone)

    def page_of(self, asked: AnswerFilter, *, cursor: str | None = None, limit: int = 50) -> AnswerPage:
        """Newest first."""
        return self.store.list_answers(asked, cursor=cursor, limit=limit)

    def count(self, asked: AnswerFilter) -> int:
        return sum(one.n for one in self.store.count_answers(AnswerQuestion((EVER,), asked)))

    def surveys(self) -> tuple[Survey, ...]:
        """All that anybody ever answered or was sent, the one with most answers first."""
        sizes: dict[Survey, int] = {}
        sent = self.store.count_answers(AnswerQuestion((EVER,), AnswerFilter(dated="sent")))
        for one in [*counted(self.store, (EVER,), AnswerFilter(), self._minute()), *sent]:
            sizes[one.survey] = sizes.get(one.survey, 0) + (one.n if one.score is not None else 0)
        return tuple(sorted(sizes, key=lambda survey: (-sizes[survey], survey)))

    def list_customers(self, *, cursor: str | None = None, limit: int = 50) -> CustomerPage:
        return self.store.list_customers(cursor=cursor, limit=limit)

    def customer(self, id: str) -> Customer | None:
        return self.store.get_customer(self.stored(id))

    # -- figures

    def report(
        self, where: Filter = EVERYTHING, *, by: By = "month", first: date | None = None, last: date | None = None,
        as_of: datetime | None = None, kind: SurveyKind | None = None, topics: bool = True,
    ) -> VoiceReport:  # fmt: skip
        """Every survey by itself over the days from `first` to `last`, the last twelve months if none are named.

        A month or week that holds more days than these is cut to them.
        """
        asked, months = answers_of(where.between(None, None), self.zone), self._periods(by, first, last)
        at = as_of or self._minute()
        key = ("report", repr(asked), months, at, kind, topics)
        return self._once(key, lambda: voice_report(self.store, months, asked, at, kind, topics=topics))

    def detractors(
        self, *, survey: str | None = None, first: date | None = None, last: date | None = None,
        cost_per_ticket: float | None = None,
    ) -> DetractorCost:  # fmt: skip
        """What detractors of an NPS cost over these days, the last twelve months if none are named."""
        months, at = self._periods("month", first, last), self._minute()
        cost_per_ticket = self.cost_per_ticket if cost_per_ticket is None else cost_per_ticket
        key = ("detractors", survey, months, at, cost_per_ticket)
        return self._once(
            key, lambda: detractor_cost(self.store, months, survey=survey, now=at, cost_per_ticket=cost_per_ticket)
        )

    def journey(self, customer: str, *, limit: int = 500, as_of: datetime | None = None) -> Journey | None:
        """Tickets, answers and value of one customer in order of time; None where nobody of that id is known."""
        return journey(self.store, self.stored(customer), limit=limit, now=as_of or self.now())

    def _minute(self) -> datetime:
        return self.now().replace(second=0, microsecond=0)

    def _once(self, key: Hashable, make: Callable[[], Told]) -> Told:
        """What was told in this minute, where nothing was stored since."""
        place = (self.store.generation(), key)
        if place not in self._told:
            while len(self._told) >= KEPT:
                self._told.pop(next(iter(self._told)), None)
            self._told[place] = make()
        return cast(Told, self._told[place])

    def _periods(self, by: By, first: date | None, last: date | None) -> tuple[Period, ...]:
        today = self.now().astimezone(ZoneInfo(self.zone)).date()
        end = last or today
        start = first or _year_before(end)
        return cut(periods(by, start, end, self.zone), first, last, self.zone)

    def _context(self, source: str | None) -> ReadContext:
        return ReadContext(now=self.now(), source_override=source, zone=ZoneInfo(self.zone))

    def stored(self, customer: str) -> str:
        """The id as it is stored: an address is known by its stand-in."""
        return self.redactor().redact_field(customer)


def answers_of(where: Filter, zone: str) -> AnswerFilter:
    """A filter as one of answers: days become moments of the zone, and the requester is who answered."""
    since = until = None
    if where.first is not None:
        since = periods("day", where.first, where.first, zone)[0].start_at
    if where.last is not None:
        until = periods("day", where.last, where.last, zone)[0].end_at
    tickets = where.between(None, None).without("requester")
    return AnswerFilter(since=since, until=until, customers=where.where.get("requester", ()), where=tickets)


def _year_before(day: date) -> date:
    """The first day of the eleventh month before, so that twelve months are told, the running one included."""
    months = day.year * 12 + day.month - 1 - 11
    return date(months // 12, months % 12 + 1, 1)
