"""A filter in an address, and back: the same parameters on pages, in the API, in exports and on the command line."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from ticketlens.errors import ConfigError
from ticketlens.model.filter import CUSTOM, DATED, ENDING, FIELDS, STATES, Ended, Filter

CLOCKS = ("calendar", "business")
FIRST_YEAR, LAST_YEAR = 1970, 2200
PARAMETERS = ("from", "to", "dated", "q", "is", "open_at", "excluded", "as_of", "ended", *FIELDS)


def parse_filter(parameters: Mapping[str, Sequence[str]], *, ignore: Iterable[str] = ()) -> Filter:
    """The filter of these parameters; names in `ignore` belong to the caller. An unknown name is a ConfigError."""
    skipped = set(ignore)
    where: dict[str, tuple[str, ...]] = {}
    for name, values in parameters.items():
        if name in FIELDS or name.startswith(CUSTOM):
            where[name] = tuple(dict.fromkeys(values))
        elif name not in PARAMETERS and name not in skipped:
            raise ConfigError(f"unknown filter {name!r}{_nearest(name)}")
    return Filter(
        first=_day(parameters, "from"),
        last=_day(parameters, "to"),
        dated=_choice(parameters, "dated", DATED, "arrived"),
        where=where,
        q=_one(parameters, "q"),
        states=tuple(_checked("is", state, STATES) for state in parameters.get("is", ())),
        open_at=_moment(parameters, "open_at"),
        excluded=_one(parameters, "excluded"),
        as_of=_moment(parameters, "as_of"),
        ended=_ended(parameters),
    )


def filter_parameters(where: Filter) -> list[tuple[str, str]]:
    """The parameters that `parse_filter` reads back as `where`."""
    told: list[tuple[str, str]] = []
    if where.first:
        told.append(("from", where.first.isoformat()))
    if where.last:
        told.append(("to", where.last.isoformat()))
    if where.dated != "arrived":
        told.append(("dated", where.dated))
    told += [(name, value) for name, values in where.where.items() for value in values]
    told += [("is", state) for state in where.states]
    if where.q:
        told.append(("q", where.q))
    if where.open_at:
        told.append(("open_at", where.open_at.isoformat()))
    if where.excluded:
        told.append(("excluded", where.excluded))
    if where.as_of:
        told.append(("as_of", where.as_of.isoformat()))
    if where.ended:
        told.append(("ended", _ended_text(where.ended)))
    return told


def parse_moment(name: str, text: str) -> datetime:
    """An aware time of ISO 8601; a blank in place of "+" (as an unescaped address gives) is understood."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)
    except ValueError:
        raise ConfigError(f"{name}: {text[:40]!r} is not a time such as 2026-11-16T09:00:00Z") from None
    if moment.tzinfo is None:
        raise ConfigError(f"{name}: {text[:40]!r} has no zone; add Z or an offset")
    check_year(name, moment)
    return moment


def _one(parameters: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = [value for value in parameters.get(name, ()) if value.strip()]
    return values[-1].strip() if values else None


def _day(parameters: Mapping[str, Sequence[str]], name: str) -> date | None:
    text = _one(parameters, name)
    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise ConfigError(f"{name}: {text[:40]!r} is not a day such as 2026-11-16") from None
    check_year(name, day)
    return day


def check_year(name: str, day: date) -> None:
    """Dates at the ends of the calendar have no neighbours to compare with."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ConfigError(f"{name}: {day.year} is not a year from {FIRST_YEAR} to {LAST_YEAR}")


def _moment(parameters: Mapping[str, Sequence[str]], name: str) -> datetime | None:
    text = _one(parameters, name)
    return parse_moment(name, text) if text else None


def _ended(parameters: Mapping[str, Sequence[str]]) -> Ended | None:
    text = _one(parameters, "ended")
    if text is None:
        return None
    parts = text.split("/")
    if len(parts) != 4:
        like = "ttr.full/calendar/2026-11-09T00:00:00Z/2026-11-16T00:00:00Z"
        raise ConfigError(f"ended: {text[:80]!r} is not like {like}")
    start, end = (parse_moment("ended", part) for part in parts[2:])
    return Ended(_checked("ended", parts[0], ENDING), _checked("ended", parts[1], CLOCKS), start, end)


def _ended_text(ended: Ended) -> str:
    return "/".join((ended.metric, ended.clock, ended.start.isoformat(), ended.end.isoformat()))


def _choice(parameters: Mapping[str, Sequence[str]], name: str, choices: Sequence[str], default: str) -> str:
    text = _one(parameters, name)
    return default if text is None else _checked(name, text, choices)


def _checked(name: str, text: str, choices: Sequence[str]) -> str:
    if text not in choices:
        raise ConfigError(f"{name}: {text[:40]!r} is none of {', '.join(choices)}")
    return text


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name, PARAMETERS, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(PARAMETERS)} and custom.NAME"
