"""What every store does with answers and customers, in words and types; `tests/contract/test_answers.py` holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, Self

from ticketlens.metrics.periods import Period
from ticketlens.model.answer import Answer, Survey, SurveyKind
from ticketlens.model.customer import Customer
from ticketlens.model.filter import EVERYTHING, Filter

if TYPE_CHECKING:
    from ticketlens.store.base import Put, Question

AnswerDate = Literal["answered", "sent", "listed"]


class Stamp(NamedTuple):
    """Decides between two versions of one answer or customer: the greater wins, whichever comes last."""

    updated_us: int
    digest: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it is stored: short fields and comment redacted."""

    answer: Answer
    stamp: Stamp

    @property
    def key(self) -> tuple[str, str]:
        return self.answer.source, self.answer.id

    def beside(self, other: Self) -> Self:
        """This version, with the score that was given first in either."""
        ours, theirs = self.answer, other.answer
        if theirs.first_at is None or (ours.first_at is not None and _first(ours) <= _first(theirs)):
            return self
        return replace(self, answer=replace(ours, first_score=theirs.first_score, first_at=theirs.first_at))


def _first(answer: Answer) -> tuple[datetime, int]:
    return answer.first_at or answer.updated_at, answer.first_score or 0


@dataclass(frozen=True, slots=True)
class KeptCustomer:
    customer: Customer
    stamp: Stamp

    @property
    def key(self) -> str:
        return self.customer.id

    def beside(self, other: Self) -> Self:
        """This version: nothing of an older one is kept."""
        return self


@dataclass(frozen=True, slots=True)
class AnswerFilter:
    """Every part given must hold. From `since` up to, without, `until`, on the date that `dated` names.

    `dated`: "answered" keeps those with a score, "sent" those that were sent, on the date of sending or, where nobody
    tells it, on that of the answer; "listed" all.
    `where` is about the tickets that answers belong to, none of its dates included: unless it is `EVERYTHING`, answers
    without a ticket that counts are left out. `customers` are ids, as stored.
    """

    since: datetime | None = None
    until: datetime | None = None
    dated: AnswerDate = "listed"
    survey: Survey | None = None
    name: str | None = None
    kind: SurveyKind | None = None
    scores: tuple[int, ...] = ()
    commented: bool = False
    customers: tuple[str, ...] = ()
    ticket: tuple[str, str] | None = None
    where: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """Periods do not overlap and stand in order. `group_by` is a field of tickets; the group of an answer without a
    ticket that counts is None."""

    periods: tuple[Period, ...]
    where: AnswerFilter = AnswerFilter(dated="answered")
    group_by: str | None = None


class AnswerCount(NamedTuple):
    """`n` answers of one period, group, survey and score; score None: sent and not answered."""

    period: int
    group: str | None
    survey: Survey
    score: int | None
    n: int


@dataclass(frozen=True, slots=True)
class AnswerPage:
    items: tuple[Answer, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    items: tuple[Customer, ...]
    next: str | None


class CustomerScore(NamedTuple):
    """The last score of a customer in one survey, what they are worth a year in hundredths of `currency`, and how many
    tickets they had in the same days."""

    customer: str
    score: int
    value: int | None
    currency: str | None
    tickets: int


class Kept(NamedTuple):
    """Customers there at the start of a period, how many of them were lost in it, and of how many who were not lost
    before it nobody tells since when they are customers: these are in neither number."""

    there: int
    lost: int
    undated: int


class AnswerStore(Protocol):
    def put_answers(self, batch: Sequence[KeptAnswer]) -> list["Put"]:
        """Store what is newer than what is there, on disk; what became of each, in the order given.

        Of two versions the greater `Stamp` wins; the score told first of all versions that ever came stays beside it.
        """

    def get_answer(self, source: str, id: str) -> Answer | None: ...

    def list_answers(self, where: AnswerFilter, *, cursor: str | None = None, limit: int = 50) -> AnswerPage:
        """Newest first, by when they were rated, else sent; a list read to its end has each answer once."""

    def count_answers(self, question: AnswerQuestion) -> list[AnswerCount]:
        """In order of period, group, survey and score. An answer to a ticket with two tags is in both groups."""

    def count_ratings(self, question: "Question") -> list[AnswerCount]:
        """The ratings that tickets carry themselves, by their day (cohort "rated"), each scale a survey of its own.

        Of scales with a rule, and whole scores; averages are left out.
        """


class CustomerStore(Protocol):
    def put_customers(self, batch: Sequence[KeptCustomer]) -> list["Put"]:
        """As `put_answers`."""

    def get_customer(self, id: str) -> Customer | None: ...

    def list_customers(self, *, cursor: str | None = None, limit: int = 50) -> CustomerPage:
        """In order of their ids."""

    def delete_customer(self, id: str) -> bool:
        """Whether there was one. Their tickets and answers stay."""

    def kept_customers(self, periods: Sequence[Period]) -> list[Kept]:
        """Of each period, over the customers that are known; who came in it is in neither number."""

    def value_sums(self) -> Mapping[str, tuple[int, int]]:
        """For each currency how many customers have a value, and its sum in hundredths."""

    def customer_scores(self, survey: Survey, since: datetime, until: datetime) -> list[CustomerScore]:
        """Of everybody known by an id who answered in these days, in order of ids; of two scores in one second the
        higher one."""
