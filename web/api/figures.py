"""Topics, trends and coverage, as JSON."""

from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from ticketlens.answers.within import USUAL, read_hours
from ticketlens.lens import Lens
from ticketlens.model.topic import Coverage
from ticketlens.query import filter_parameters, parse_moment
from web.api.table import Asked

Json = dict[str, object]
NO_COVERAGE: Json = {"waited_hours": 0.0, "coverage": Coverage().to_json()}


def topics(lens: Lens, asked: Asked) -> Json:
    if lens.empty():
        return {"items": [], "next": None, "window": None, "as_of": None, "tickets": 0, **NO_COVERAGE}
    table = lens.topics(asked.where)
    return {
        "items": [figures.to_json() for figures in table.rows],
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
    return {**page.figures.to_json(), "window": {"from": first.isoformat(), "to": last.isoformat()}}


def trend(lens: Lens, asked: Asked) -> Json:
    as_of = parse_moment("as_of", asked.own["as_of"]) if "as_of" in asked.own else None
    named = asked.chosen("metric", "clock", "cohort", "by", "group_by", "survey")
    where = asked.where.between(None, None)
    found = lens.trend(**named, first=asked.where.first, last=asked.where.last, as_of=as_of, where=where)
    return found.to_json()


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
