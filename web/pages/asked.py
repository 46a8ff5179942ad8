"""What an address asks for, and addresses that ask for something else: the address is the page's whole state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, request, stream_with_context, url_for
from markupsafe import Markup

from ticketlens.answers import listed
from ticketlens.errors import ConfigError
from ticketlens.model.filter import Filter
from ticketlens.model.ticket import Ticket
from ticketlens.model.trend import Point, Trend
from ticketlens.query import filter_parameters, parse_filter
from web.charts.statistics import STATISTICS

if TYPE_CHECKING:
    from ticketlens.lens import Lens

DEFAULTS: Mapping[str, str] = {
    "weeks": "26", "clock": "calendar", "cohort": "arrived", "metric": "ttr.full", "by": "week", "group_by": "",
    "sort": "", "cursor": "", "show": "", "over": "", "period": "", "against": "", "split_by": "topic",
    "window": "28",
    "every": "month", "survey": "", "score": "", "given": "", "commented": "", "kind": "", "topics": "",
    "hidden": "", "themes": "", "done": "",
}  # fmt: skip
CHOICES: Mapping[str, tuple[str, ...]] = {
    "weeks": ("8", "13", "26", "52"),
    "clock": ("calendar", "business"),
    "cohort": ("arrived", "solved"),
    "by": ("day", "week", "month", "quarter"),
    "every": ("week", "month"),
    "given": ("", "sent"),
    "commented": ("", "yes"),
    "topics": ("", "all"),
    "hidden": ("", "shown"),
    "themes": ("", "off"),
    "show": tuple(STATISTICS),
    "over": ("", "year", "previous"),
    "window": ("7", "28"),
}
DAYS_OF = ("period", "against")
"""Parameters that name a stretch of days; a form gives its ends as NAME_from and NAME_to."""
OF_TRENDS = ("show", "over", "period", "against", "split_by", "window")
"""What no other page understands."""
TRENDS = "pages.trends"
"""How the endpoints of that page and of its files begin."""
VERSUS = "versus."
"""Before the name of a filter's field: the other side of a comparison."""
ONE_DAY = timedelta(days=1)
FORGOTTEN = ("cursor", "done")
"""What does not outlive a step to another filter or order."""
OF_VOICE = ("every", "survey", "score", "given", "commented", "kind", "topics")
"""What only pages about surveys and customers understand."""
VOICE = ("pages.voice", "pages.answers", "pages.customer")
"""How the endpoints of these begin."""
OF_TOPICS = ("hidden", "themes")
"""What only the list of topics and its files understand."""
NUMBERS = "#trend"
"""The chart with its table, on the page itself."""
_OWN = frozenset((*DEFAULTS, *(f"{name}_{end}" for name in DAYS_OF for end in ("from", "to"))))


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, and the page's own parameters with their defaults filled in."""

    where: Filter
    own: Mapping[str, str]
    versus: Filter | None = None
    """The other filter that this one is compared with."""

    def __getitem__(self, name: str) -> str:
        return self.own[name]

    @property
    def weeks(self) -> int:
        return int(self.own["weeks"])

    @property
    def as_of(self) -> datetime | None:
        return self.where.as_of


def lens() -> "Lens":
    return cast("Lens", current_app.extensions["ticketlens"])


def asked() -> Asked:
    """What this request asks for; read once. A parameter that cannot be is a ConfigError."""
    if "asked" not in g:
        given = request.args.to_dict(flat=False)
        own = {name: request.args.get(name) or default for name, default in DEFAULTS.items()}
        own |= {name: days for name in DAYS_OF if (days := _days_of(name))}
        for name, choices in CHOICES.items():
            if own[name] not in choices:
                known = ", ".join(choice for choice in choices if choice)
                raise ConfigError(f"{name}: {own[name][:40]!r} is none of {known}")
        other = {name.removeprefix(VERSUS): values for name, values in given.items() if name.startswith(VERSUS)}
        mine = {name: values for name, values in given.items() if not name.startswith(VERSUS)}
        g.asked = Asked(parse_filter(mine, ignore=_OWN), own, parse_filter(other) if other else None)
    return cast(Asked, g.asked)


def _days_of(name: str) -> str:
    """Two dates of a form as one stretch of days; nothing where neither is given."""
    first, last = (request.args.get(f"{name}_{end}", "").strip() for end in ("from", "to"))
    if bool(first) != bool(last):
        raise ConfigError(f"{name}: name both days, the first and the last")
    return f"{first}..{last}" if first else ""


def here(where: Filter | None = None, **changes: object) -> str:
    """This page under another filter, or with some of its own parameters changed."""
    endpoint = request.endpoint or "pages.overview"
    return page(endpoint, where, {**(request.view_args or {})}, **changes)


def page(endpoint: str, where: Filter | None = None, parts: Mapping[str, Any] | None = None, **changes: object) -> str:
    """Another page under this filter, or the one given; clock and the like go with it where they are not default."""
    now = asked()
    own = {name: value for name, value in now.own.items() if name not in FORGOTTEN}
    versus = changes.pop("versus", now.versus)
    own |= {name: str(value) for name, value in changes.items()}
    told = filter_parameters(where or now.where) + _told(own)
    if endpoint.startswith(TRENDS):
        told += _of_trends(own, cast("Filter | None", versus)) + _of_survey(own)
    told += _of_voice(endpoint, own)
    return _address(url_for(endpoint, **dict(parts or {})), told)


def _told(own: Mapping[str, str]) -> list[tuple[str, str]]:
    """What every page understands, where it is not the default."""
    elsewhere = (*OF_TRENDS, *OF_VOICE, *OF_TOPICS)
    return [(name, value) for name, value in own.items() if value != DEFAULTS[name] and name not in elsewhere]


def _of_trends(own: Mapping[str, str], versus: Filter | None) -> list[tuple[str, str]]:
    other = [(f"{VERSUS}{name}", value) for name, value in filter_parameters(versus)] if versus else []
    return [(name, own[name]) for name in OF_TRENDS if own[name] != DEFAULTS[name]] + other


def _of_survey(own: Mapping[str, str]) -> list[tuple[str, str]]:
    """Which survey a trend of answers is of."""
    return [("survey", own["survey"])] if own["survey"] and own["metric"] in listed.SURVEYS else []


def _of_voice(endpoint: str, own: Mapping[str, str]) -> list[tuple[str, str]]:
    known = OF_VOICE if endpoint.startswith(VOICE) else OF_TOPICS if endpoint.startswith("pages.topics") else ()
    return [(name, own[name]) for name in known if own[name] != DEFAULTS[name]]


def tickets(where: Filter) -> str:
    """The list of exactly these tickets."""
    return _address(url_for("pages.tickets"), filter_parameters(where))


def files_of(where: Filter) -> str:
    """The same list as a file."""
    return _address(url_for("pages.tickets_file"), filter_parameters(where))


in_state = listed.in_state


def settled(where: Filter) -> Filter:
    """Those first solved in the window of `where` and 7 days ago or more: what a reopen rate is of."""
    return in_state(replace(where, dated="first_solved"), "settled")


def costed(where: Filter, assumed: int = 0) -> Filter:
    """Those solved in the window of `where` of which a cost is told: all of them where minutes are assumed."""
    inside = replace(where, dated="solved")
    return inside if assumed else in_state(inside, "worked")


def left_out(where: Filter, reason: str) -> Filter:
    """Those of the window that stay out of every figure for that reason."""
    return replace(where, excluded=reason)


def ticket(one: Ticket) -> str:
    return key(one.source, one.id)


def key(source: str, id: str) -> str:
    return url_for("pages.ticket", source=source, id=id)


def topic(id: int, where: Filter | None = None) -> str:
    """A topic's page under the filters of this one, its window included; not narrowed to another topic."""
    return page(
        "pages.topic", (where or asked().where).without("topic"), {"id": id},
        sort="", metric="ttr.full", group_by="",
    )  # fmt: skip


def answers(where: Filter, **own: str) -> str:
    """The list of exactly these answers to surveys: `survey`, `score`, `given`, `commented`."""
    told = [(name, value) for name, value in own.items() if value]
    return _address(url_for("pages.answers"), filter_parameters(where) + told)


def of_requester(id: str) -> Filter:
    """All tickets of a customer."""
    return Filter(where={"requester": (id,)})


def customer(id: str) -> str:
    """The page of a customer; a browser would climb over an id of dots, so that one is looked up."""
    if any(part in (".", "..") for part in id.split("/")):
        return _address(url_for("pages.customers"), [("q", id)])
    return url_for("pages.customer", id=id)


def behind(where: Filter, trend: Trend, point: Point) -> Filter | None:
    """The tickets that `n` of this point counts, as they stood when it is seen from.

    None where it counts answers that no ticket carries, or solves that no list knows.
    """
    if not trend.listed:
        return None
    where = replace(where, as_of=point.as_of or where.as_of)
    if trend.cohort == "moment":
        return replace(where, first=None, last=None, open_at=_end(point, trend))
    last = point.end - ONE_DAY
    return listed.counted_in(
        trend.metric,
        trend.cohort,
        where,
        point.start,
        last,
        survey=trend.survey,
        assumed=bool(point.assumed),
        timed=trend.clock if point.left_out else None,
    )


def to_list(where: Filter, trend: Trend, point: Point) -> str | None:
    """The address of the list of exactly what `n` of this point counts: tickets, or answers to a survey."""
    found = behind(where, trend, point)
    if found is not None:
        return tickets(found)
    inside = where.between(point.start, point.end - ONE_DAY)
    return None if trend.survey is None else answers(inside, survey=trend.survey.id)


@dataclass(frozen=True, slots=True)
class PointLink:
    """The address of what is behind each point of a trend."""

    where: Filter
    trend: Trend

    def __call__(self, point: Point) -> str:
        return to_list(self.where, self.trend, point) or NUMBERS


def attached(body: Iterator[str] | bytes, name: str, type: str) -> Response:
    """A file to be saved; lines are sent as they are made."""
    lasting = body if isinstance(body, bytes) else stream_with_context(body)
    response = Response(lasting, mimetype=type)
    response.headers["Content-Disposition"] = f'attachment; filename="ticketlens-{name}"'
    return response


def hidden(*left_out: str) -> Markup:
    """The state of this page as hidden fields, for a form that changes some of it."""
    now = asked()
    own = {name: value for name, value in now.own.items() if name not in FORGOTTEN}
    told = filter_parameters(now.where) + _told(own)
    if (request.endpoint or "").startswith(TRENDS):
        told += _of_trends(own, now.versus) + _of_survey(own)
    told += _of_voice(request.endpoint or "", own)
    fields = [(name, value) for name, value in told if name not in left_out]
    return Markup("").join(Markup('<input type="hidden" name="{}" value="{}">').format(*field) for field in fields)


def _end(point: Point, trend: Trend) -> datetime:
    return min(datetime.combine(point.end, time(), ZoneInfo(trend.zone)) - timedelta(seconds=1), trend.as_of)


def _address(path: str, parameters: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path
