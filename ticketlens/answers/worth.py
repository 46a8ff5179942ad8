"""What detractors cost, and how many customers stay: only where a file of customers tells values and losses.

A link, not a proof: detractors may be worth less for other reasons. Nothing is scaled up to those who did not answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import sqrt

from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import Period
from ticketlens.metrics.shares import TOO_FEW, Score, Z, mean, share, yearly
from ticketlens.model.answer import Survey, SurveyKind
from ticketlens.store.answers import AnswerFilter, AnswerQuestion, CustomerScore
from ticketlens.store.base import Store

COMPARED_WITH = "passives and promoters"
DETRACTOR = 6
MONTH_DAYS = 365.25 / 12
NO_BEGINNING = "of no customer is it known that they were there before these days: tell it as since"
NOBODY_BEFORE = "no customers are known from before these days"


@dataclass(frozen=True, slots=True)
class Churn:
    """Customers there at the start of the days, how many of them were lost in these, and the share with its interval.

    `a_year` is the share that would be lost in a year at this pace: 1 - (1 - m)^12, not 12 m. Source: Wilson 1927.
    `undated` are customers of whom nobody tells since when: they are in neither number.
    """

    there: int
    lost: int
    rate: Score | None
    a_year: float | None
    undated: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """Tickets a customer in the same days; `extra` is by how many all detractors together had more than as many others.

    `cost` is `extra` times the cost of a ticket, where that is told.
    """

    detractors: float
    others: float
    extra: float
    cost: float | None


@dataclass(frozen=True, slots=True)
class DetractorCost:
    """Detractor customers times (value of a passive or promoter customer less value of a detractor customer), a year.

    Values are means over the customers with a known value in the most frequent currency. `lifetime` is the mean value
    a year divided by the yearly churn: an estimate without an interval. What cannot be told is None, and `reason` says
    why.
    """

    survey: Survey | None = None
    currency: str | None = None
    detractors: int = 0
    others: int = 0
    detractors_valued: int = 0
    others_valued: int = 0
    value_of_detractor: Score | None = None
    value_of_other: Score | None = None
    cost: Score | None = None
    lifetime: float | None = None
    churn: Churn | None = None
    support: Support | None = None
    compared_with: str = COMPARED_WITH
    reason: str | None = None


def detractor_cost(
    store: Store, months: Sequence[Period], *, survey: str | None, now: datetime, cost_per_ticket: float | None = None
) -> DetractorCost:
    """`survey` is the name or the id of an NPS; without it the one with most answers. ConfigError for another."""
    whole = replace(months[0], end=months[-1].end, end_at=min(months[-1].end_at, now))
    lost = churn(store, whole)
    asked = _chosen(store, whole, survey)
    if asked is None:
        return DetractorCost(churn=lost, reason="no NPS answers in these days")
    scores = store.customer_scores(asked, whole.start_at, whole.end_at)
    told = _cost(asked, scores, cost_per_ticket)
    return replace(told, churn=lost, lifetime=_lifetime(told, lost))


def churn(store: Store, whole: Period) -> Churn:
    (kept,) = store.kept_customers([whole])
    months = (whole.end_at - whole.start_at).total_seconds() / 86_400 / MONTH_DAYS
    told = Churn(kept.there, kept.lost, None, None, kept.undated)
    if not kept.there:
        return replace(told, reason=NO_BEGINNING if kept.undated else NOBODY_BEFORE)
    if not kept.lost:
        return replace(told, reason="no customer is known to be lost: it may be that nobody tells")
    rate = share(kept.lost, kept.there)
    if rate is None:
        return replace(told, reason=f"too few customers: {kept.there} of {TOO_FEW}")
    return replace(told, rate=rate, a_year=yearly(rate.value, months))


def _chosen(store: Store, whole: Period, name: str | None) -> Survey | None:
    where = AnswerFilter(dated="answered", kind=SurveyKind.NPS)
    sizes: dict[Survey, int] = {}
    for one in store.count_answers(AnswerQuestion((whole,), where)):
        sizes[one.survey] = sizes.get(one.survey, 0) + one.n
    fitting = [one for one in sizes if name in (None, one.name, one.id)]
    if name is not None and not fitting:
        there = ", ".join(sorted({one.name for one in sizes})) or "none"
        raise ConfigError(f"survey: no NPS is called {name[:80]!r} in these days; there are: {there}")
    return min(fitting, key=lambda one: (-sizes[one], one), default=None)


def _cost(survey: Survey, scores: Sequence[CustomerScore], cost_per_ticket: float | None) -> DetractorCost:
    bad = [one for one in scores if one.score <= DETRACTOR]
    good = [one for one in scores if one.score > DETRACTOR]
    currency = _currency(scores)
    low, high = (
        [one.value / 100 for one in side if one.value is not None and one.currency == currency] for side in (bad, good)
    )
    told = DetractorCost(
        survey, currency, len(bad), len(good), len(low), len(high), mean(low), mean(high),
        support=_support(bad, good, cost_per_ticket),
    )  # fmt: skip
    if currency is None:
        return replace(told, reason="no customer who answered has a value: import customers with value_per_year")
    if told.value_of_detractor is None or told.value_of_other is None:
        side = "detractors" if told.value_of_detractor is None else COMPARED_WITH
        return replace(told, reason=f"too few {side} with a known value: under {TOO_FEW}")
    return replace(told, cost=_product(len(low), len(high), told.value_of_detractor, told.value_of_other))


def _product(detractors: int, others: int, low: Score, high: Score) -> Score:
    """d (other - detractor); the error of a product of two estimates (delta method), d being a binomial count."""
    apart = high.value - low.value
    n = detractors + others
    error_of_count = sqrt(detractors * others / n)
    error_apart = sqrt(((low.high - low.low) / 2 / Z) ** 2 + ((high.high - high.low) / 2 / Z) ** 2)
    half = Z * sqrt((apart * error_of_count) ** 2 + (detractors * error_apart) ** 2)
    return Score(detractors * apart, detractors * apart - half, detractors * apart + half, detractors)


def _currency(scores: Sequence[CustomerScore]) -> str | None:
    """The one of most of those with a value: amounts of two currencies are never added."""
    sizes: dict[str, int] = {}
    for one in scores:
        if one.value is not None and one.currency is not None:
            sizes[one.currency] = sizes.get(one.currency, 0) + 1
    return min(sizes, key=lambda code: (-sizes[code], code), default=None)


def _support(bad: Sequence[CustomerScore], good: Sequence[CustomerScore], cost: float | None) -> Support | None:
    if min(len(bad), len(good)) < TOO_FEW:
        return None
    theirs, others = (sum(one.tickets for one in side) / len(side) for side in (bad, good))
    extra = len(bad) * (theirs - others)
    return Support(theirs, others, extra, None if cost is None else extra * cost)


def _lifetime(told: DetractorCost, lost: Churn) -> float | None:
    """Of a customer of the comparison group."""
    if told.value_of_other is None or not lost.a_year:
        return None
    return told.value_of_other.value / lost.a_year
