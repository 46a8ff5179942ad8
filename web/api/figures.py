"""Topics, trends and coverage, as JSON."""

import re
from typing import Any
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from ticketlens.answers.within import USUAL, read_hours
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.model.theme import theme_fields
from ticketlens.model.topic import Coverage
from ticketlens.query import filter_parameters, parse_moment
from web.api.table import Asked

Json = dict[str, object]
NO_COVERAGE: Json = {"waited_hours": 0.0, "coverage": Coverage().to_json()}


def topics(lens: Lens, asked: Asked) -> Json:
    if lens.empty():
        return {"items": [], "next": None, "window": None, "as_of": None, "tickets": 0, **NO_COVERAGE}
    table, themes = lens.topics(asked.where), lens.edits.themes()
    return {
        "items": [figures.to_json() | theme_fields(figures.topic.theme, themes) for figures in table.rows],
        "next": None,
        "window": {"from": table.window[0].isoformat(), "to": table.window[1].isoformat()},
        "as_of": table.as_of.isoformat(),
        "tickets": table.total,
        "waited_hours": table.waited_hours,
        "coverage": table.coverage.to_json(),
    }


def topic(lens: Lens, asked: Asked, id: int) -> Json:
    page = None if lens.empty() else lens.topic(id, asked.where)
    if page is None:
        raise NotFound(f"There is no topic {id}.")
    first, last = page.window
    theme = theme_fields(page.figures.topic.theme, lens.edits.themes())
    return {**page.figures.to_json(), **theme, "window": {"from": first.isoformat(), "to": last.isoformat()}}


def trend(lens: Lens, asked: Asked) -> Json:
    as_of = parse_moment("as_of", asked.own["as_of"]) if "as_of" in asked.own else None
    named: dict[str, Any] = {**asked.chosen("metric", "clock", "cohort", "by", "group_by", "survey")}
    where = asked.where.between(None, None)
    found = lens.trend(**named, first=asked.where.first, last=asked.where.last, as_of=as_of, where=where)
    if "against" not in asked.own:
        return found.to_json()
    named.pop("group_by", None)
    before = lens.comparing.overlay(
        **named,
        first=asked.where.first,
        last=asked.where.last,
        as_of=as_of,
        where=where,
        back=_back(asked.own["against"]),
    ).before
    return {**found.to_json(), "against": {"periods": before.to_json()["periods"]}}


def _back(against: str) -> int | None:
    """So many periods before; None is a year."""
    if against == "year":
        return None
    if not re.fullmatch(r"[0-9]{1,3}", against):
        raise ConfigError(f"against: {against[:40]!r} is neither year nor a number of periods")
    return int(against)


def now(lens: Lens, asked: Asked) -> Json:
    as_of = parse_moment("as_of", asked.own["as_of"]) if "as_of" in asked.own else None
    days = int(asked.own.get("days", "28"))
    found = lens.estimates.now(asked.where, **asked.chosen("metric", "clock"), days=days, as_of=as_of)
    windows: Json = {
        window.name: {**window.to_json(), "tickets": f"/api/v1/tickets?{urlencode(filter_parameters(window.listed))}"}
        for window in found.windows
    }
    return {**found.to_json(), **windows}


def within(lens: Lens, asked: Asked) -> Json:
    as_of = parse_moment("as_of", asked.own["as_of"]) if "as_of" in asked.own else None
    hours = read_hours(asked.own["hours"]) if "hours" in asked.own else USUAL
    named = asked.chosen("metric", "clock", "by")
    told = lens.estimates.within(asked.where, **named, hours=hours, as_of=as_of, group_by=asked.own.get("group_by"))
    return told.to_json()


def coverage(lens: Lens, asked: Asked) -> Json:
    return {**lens.coverage(asked.where).to_json(), "excluded": lens.excluded(asked.where)}
