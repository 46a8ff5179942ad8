"""What every page has: wording in its templates, the way around, and the facts that the numbers rest on."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, render_template, request

from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.definition import COHORTS, Metric
from ticketlens.model.filter import TIMED, Filter
from ticketlens.model.topic import Coverage
from ticketlens.query import filter_parameters
from web import wording
from web.charts import spark, statistics
from web.charts.spark import Piece
from web.pages import asked, controls, days, figures, gaps, surveys
from web.pages.kept import kept

NAVIGATION = (
    ("overview", "Overview"), ("topics", "Topics"), ("trends", "Trends"), ("tickets", "Tickets"),
    ("voice", "Voice"), ("articles", "Articles"), ("sources", "Sources"),
)  # fmt: skip
SECTIONS = {
    "topic": "topics", "ticket": "tickets", "answers": "voice", "answers_file": "voice", "customers": "voice",
    "customers_file": "voice", "customer": "voice", "voice_scores_file": "voice", "voice_topics_file": "voice",
    "articles_file": "articles",
    "voice_cost_file": "voice", "voice_trend_file": "voice", "coverage": "topics", "coverage_file": "topics",
    "topic_parts": "topics", "topic_parts_ask": "topics", "topic_parts_split": "topics", "theme_call": "topics",
    "topics_change": "topics", "topic_change": "topics", "topic_apart": "topics", "topic_always": "topics",
    "edit_undo": "topics", "run_publish": "topics", "run_drop": "topics", "run_back": "topics",
    "tickets_change": "tickets",
}  # fmt: skip
WITHOUT_TICKETS = "source"
"""Pages whose name begins so are there before the first ticket."""
HAVE_THEIR_OWN = ("sources", "voice")
"""Sections that say for themselves how to begin: surveys and customers may be there before the first ticket."""


FACETS = ("brand", "group", "channel", "language", "priority", "source", "tag")
FACET_VALUES = 10
TOPIC_VALUES = 40
PARTS_OF_COVERAGE = (("core", "clear"), ("edited", "by hand"), ("weak", "weak"), ("ungrouped", "in no topic"))


DATED = {"moment": "at", "first_solved": "first solved"}
"""How the days of a cohort are named where its own name does not say it."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of the filter in words, and the page without it."""

    name: str
    value: str
    without: str


def furnish(pages: Blueprint) -> None:
    pages.before_request(_first_start)
    pages.app_context_processor(_shared)
    for name in (
        "number",
        "duration",
        "seconds",
        "percent",
        "change",
        "measure",
        "plain",
        "count",
    ):
        pages.add_app_template_filter(getattr(wording, name), name)
    for told in (days.day, days.day_range, days.period_days, days.moment):
        pages.add_app_template_filter(told)
    pages.add_app_template_filter(lambda at: wording.stamp(at, asked.lens().zone), "stamp")
    pages.add_app_template_filter(_date, "date")


def _date(at: datetime) -> str:
    return wording.day(at.astimezone(ZoneInfo(asked.lens().zone)).date(), year=True)


def _first_start() -> tuple[str, int] | None:
    """In place of any page of figures while there is nothing to show."""
    if _section() in HAVE_THEIR_OWN or not kept("empty", asked.lens().empty):
        return None
    return render_template("first_start.html"), 404 if "." in request.path else 200


def _shared() -> dict[str, object]:
    """Names for templates. An error's page may be drawn where nothing can be read, so nothing is read here."""
    return {
        "asked": asked, "figures": figures, "spark": spark, "statistics": statistics, "wording": wording,
        "navigation": NAVIGATION,
        "here_in": _section(), "definition": _definition, "chips": _chips, "facets": _facets, "facts": _facts,
        "coverage_pieces": coverage_pieces, "cohorts": COHORTS, "fresh_id": _fresh_id, "heading_of": _heading,
        "surveys": surveys, "article_of": gaps.article_of, "link_to": gaps.link_to,
    }  # fmt: skip


def _section() -> str:
    endpoint = (request.endpoint or "").removeprefix("pages.")
    return "sources" if endpoint.startswith(WITHOUT_TICKETS) else SECTIONS.get(endpoint, endpoint)


def _definition(id: str) -> Metric:
    return BY_ID[id]


def _heading(id: str) -> str:
    return BY_ID[id].heading


def _fresh_id(name: str) -> str:
    """An id that nothing else of this page has."""
    g.fresh_ids = g.get("fresh_ids", 0) + 1
    return f"{name}-{g.fresh_ids}"


def _shown(name: str, value: str) -> str:
    return wording.plain(value) if name == "flaw" else value


def _chips() -> list[Chip]:
    """The filter of this page, part by part."""
    where = asked.asked().where
    names = _topic_names(where)
    chips = [
        Chip(
            wording.plain(name),
            " or ".join(names.get(value, _shown(name, value)) or wording.missing(name) for value in values),
            asked.here(where.without(name)),
        )
        for name, values in where.where.items()
    ]
    chips += [
        _chip("is", _state_words(state), where, states=tuple(s for s in where.states if s != state))
        for state in where.states
    ]
    if where.q:
        chips.append(_chip("text", where.q, where, q=None))
    if where.first or where.last:
        chips.append(_chip(_dated(where), _days(where), where, first=None, last=None, dated="arrived"))
    if where.open_at:
        chips.append(_chip("open at", wording.stamp(where.open_at, asked.lens().zone), where, open_at=None))
    if where.excluded:
        chips.append(_chip("left out as", wording.plain(where.excluded), where, excluded=None))
    return chips


def _state_words(state: str) -> str:
    """ "rated", "counted in time to next reply": of a duration, who has it, or waits for its end."""
    if state not in TIMED:
        return wording.plain(state)
    how, metric, clock = TIMED[state]
    name = BY_ID[metric].name
    over = ", and over" if how == "timed" else ""
    return f"counted in {name[:1].lower()}{name[1:]}{over}{'' if clock == 'calendar' else f', {clock} time'}"


def _chip(name: str, value: str, where: Filter, **without: Any) -> Chip:
    return Chip(name, value, asked.here(replace(where, **without)))


def _dated(where: Filter) -> str:
    """What happened on the days of this page's filter: of a trend its cohort says so, of surveys the answer."""
    name = (request.endpoint or "").removeprefix("pages.")
    metric = BY_ID.get(asked.asked()["metric"])
    if name.startswith("trends") and metric is not None:
        return DATED.get(cohort := controls.cohort_of(metric), cohort)
    if SECTIONS.get(name, name) == "voice":
        return asked.asked()["given"] or "answered"
    return wording.plain(where.dated)


def _days(where: Filter) -> str:
    if where.first and where.last:
        return days.day_range(where.first, where.last)
    return f"from {days.day(where.first)}" if where.first else f"to {days.day(where.last)}" if where.last else ""


def _topic_names(where: Filter) -> dict[str, str]:
    if "topic" not in where.where:
        return {}
    return {str(topic.id): topic.name for topic in asked.lens().topic_names().values()}


def _facets(*, of_tickets: bool = True) -> list[tuple[str, list[tuple[str, int, str]]]]:
    """What this page can be narrowed to: a field, and its values with how many tickets and the address.

    Lists of answers are narrowed by the topic too, and their days are not those on which tickets came.
    """
    where = asked.asked().where
    among = where if of_tickets else where.between(None, None)
    told = []
    for name in FACETS if of_tickets else ("topic", *FACETS):
        values = [] if name in where.where else _facet(name, among)
        if len(values) > 1:
            shown = _topic_names(where.having(name, "")) if name == "topic" else {}
            told.append((name, [(shown.get(one, one), n, asked.here(where.having(name, one))) for one, n in values]))
    return told


def _facet(name: str, where: Filter) -> list[tuple[str, int]]:
    most = TOPIC_VALUES if name == "topic" else FACET_VALUES
    return kept(("facet", name, tuple(filter_parameters(where))), lambda: asked.lens().facet(name, where, limit=most))


def _facts() -> dict[str, object]:
    """How fresh and how whole the numbers are; nothing while there are none."""
    lens = asked.lens()
    if kept("empty", lens.empty):
        return {}
    coverage = kept("coverage", lambda: lens.coverage(Filter()))
    return {
        "as_of": lens.as_of(), "zone_is_set": lens.zone_is_set, "coverage": coverage,
        "pieces": coverage_pieces(coverage, Filter()),
    }  # fmt: skip


def coverage_pieces(coverage: Coverage, where: Filter) -> list[Piece]:
    """How surely tickets were grouped, each part with its tickets."""
    return [
        Piece(
            coverage.share(match),
            words,
            f"{wording.percent(coverage.share(match), 0)} {words}: {wording.count(getattr(coverage, match), 'ticket')}",
            asked.tickets(Filter(where.first, where.last, where.dated, where.where, where.q, (*where.states, match))),
            match,
        )
        for match, words in PARTS_OF_COVERAGE
        if getattr(coverage, match)
    ]
