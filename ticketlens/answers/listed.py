"""Which tickets a figure counts: the filter whose list has exactly those, and None where no list of tickets does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ticketlens.answers.desk import Desk
from ticketlens.model.answer import TICKET_RATING, Survey, SurveyKind
from ticketlens.model.filter import DATED, DURATIONS, RATED_ON, TIMED, Filter

LISTED: Mapping[str, str] = {"reopen_rate": "first_solved", "csat": "rated", "waited_hours": "arrived"}
"""The store's cohort of a metric, where it has another name."""

STATES: Mapping[str, str] = {
    "reopen_rate": "settled", "one_touch_rate": "replied", "breach_rate": "targeted", "cost": "worked",
}  # fmt: skip
"""What the tickets that a figure counts have in common, besides their day."""

SURVEYS = tuple(kind.value for kind in SurveyKind)


def counted_in(
    metric: str, cohort: str, where: Filter, first: date, last: date, *, survey: Survey | None = None,
    assumed: bool = False, timed: str | None = None,
) -> Filter | None:  # fmt: skip
    """The tickets of `where` that a figure of these days counts; None for answers, and for what a moment counts.

    `assumed`: of every ticket some cost is assumed, so that the cost is of all of them. `timed`: the clock of a
    duration that not all of them have.
    """
    if metric in SURVEYS:
        return None if survey is None else rated(where.between(first, last), survey)
    dated = LISTED.get(metric, cohort)
    if dated not in DATED:
        return None
    inside = where.between(first, last, dated)
    if timed is not None and metric in DURATIONS:
        return in_state(inside, timed_state(metric, dated, timed))
    return inside if assumed or metric not in STATES else in_state(inside, STATES[metric])


def timed_state(metric: str, cohort: str, clock: str) -> str:
    """The state of the tickets that a duration is of: of what arrived those that still wait for its end too."""
    clocked = metric if clock == "calendar" else f"{metric}.{clock}"
    watched = f"watched.{clocked}"
    return watched if cohort == "arrived" and watched in TIMED else f"timed.{clocked}"


def listable(desk: Desk, metric: str, cohort: str, where: Filter) -> bool:
    """Whether lists hold what a figure of this desk's moment counts.

    Of a past moment a ticket that was solved by then, and came back later, counts by the solve that stood then; a list
    knows its last one alone.
    """
    if LISTED.get(metric, cohort) != "solved" or not desk.past:
        return True
    return not desk.store.count_tickets(in_state(where.between(None, None), "reopened"))


def rated(where: Filter, survey: Survey) -> Filter | None:
    """The tickets that were rated in the window of `where`, on the scale of that survey of ratings; else None."""
    if survey.name != TICKET_RATING:
        return None
    return in_state(replace(where, dated="rated"), RATED_ON[survey.scale])


def in_state(where: Filter, state: str) -> Filter:
    return replace(where, states=tuple(dict.fromkeys((*where.states, state))))
