"""Which column of a helpdesk's export is which figure of ours, on which clock and in which unit.

Understood by name: Zendesk's exports and API fields, Freshdesk's, Intercom's statistics, HubSpot's properties, Zoho
Desk's metrics, ServiceNow's durations, Jira's service levels, and our own export. Others are named by `--map`.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ticketlens.errors import ConfigError
from ticketlens.intake.names import KNOWN, fold
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.definition import Clock

SECONDS: Mapping[str, float] = {
    "milliseconds": 0.001, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "count": 1,
}  # fmt: skip
REOPENS = "reopens"
COMPARED = (*(row.id for row in BY_ID.values() if row.kind == "duration"), REOPENS)
KEYS = ("id", "source", "updated_at")
ENDS = frozenset((*KNOWN["solved_at"], *KNOWN["first_solved_at"], *KNOWN["first_reply_at"]))
NOTHING = frozenset({"", "-", "null", "none", "n/a", "na", "nan"})

_WORDS: Mapping[str, tuple[str, ...]] = {
    "milliseconds": ("ms", "millis", "milliseconds"),
    "seconds": ("s", "sec", "secs", "seconds"),
    "minutes": ("min", "mins", "minutes"),
    "hours": ("hr", "hrs", "hours"),
    "days": ("days",),
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words}
_HOURS_OF = re.compile(r"(calendar|business|operating|working)_hours")
_LEAD = re.compile(r"^(ticket|metric_set|metrics|statistics|stats|hs|conversation)_")
_CLOCK_TEXT = re.compile(r"(-?)(?:(\d+)\s*d(?:ays?)?[\s,]*)?(\d+):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(?:hrs?|hours)?")

# The beginning of a folded name -> metric, its unit where the name tells none, its clock where the name tells none.
_NAMES: Mapping[str, tuple[str, str | None, Clock]] = {
    "full_resolution_time": ("ttr.full", None, "calendar"),
    "first_resolution_time": ("ttr.first", None, "calendar"),
    "resolution_time": ("ttr.full", None, "calendar"),
    "first_reply_time": ("reply.first", None, "calendar"),
    "first_response_time": ("reply.first", None, "calendar"),
    "reply_time_in": ("reply.first", None, "calendar"),
    "requester_wait_time": ("wait.requester", None, "calendar"),
    "agent_wait_time": ("wait.agent", None, "calendar"),
    "on_hold_time": ("wait.hold", None, "calendar"),
    "time_to_first_close": ("ttr.first", "seconds", "business"),
    "time_to_last_close": ("ttr.full", "seconds", "business"),
    "time_to_admin_reply": ("reply.first", "seconds", "business"),
    "time_to_close": ("ttr.full", "milliseconds", "calendar"),
    "time_to_first_agent_reply": ("reply.first", "milliseconds", "calendar"),
    "time_to_first_response_in": ("reply.first", "milliseconds", "business"),
    "time_to_resolution": ("ttr.full", None, "business"),
    "time_to_first_response": ("reply.first", None, "business"),
    "calendar_duration": ("ttr.full", "seconds", "calendar"),
    "business_duration": ("ttr.full", "seconds", "business"),
    "calendar_stc": ("ttr.full", "seconds", "calendar"),
    "business_stc": ("ttr.full", "seconds", "business"),
    **{fold(id_.replace(".", "_")): (id_, None, "calendar") for id_ in COMPARED if id_ != REOPENS},
    **dict.fromkeys(("reopens", "reopen_count", "count_reopens", "reopened_count"), (REOPENS, "count", "calendar")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of theirs that is `metric` (an id of the contract, or "reopens") on `clock`, in `unit`.

    Without a unit only texts such as 26:13:07 can be read.
    """

    name: str
    metric: str
    clock: Clock
    unit: str | None

    @property
    def key(self) -> tuple[str, Clock]:
        return self.metric, self.clock


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are read: which columns say whose row it is, which are figures, and which `ends` are
    moments that a figure may end at."""

    id: str
    source: str | None
    updated_at: str | None
    columns: tuple[Column, ...]
    ends: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def layout(names: Iterable[str], mapped: Mapping[str, str]) -> Layout:
    """Raises ConfigError where no column is the ticket's id, where none is a figure, or where the mapping errs."""
    there = [name for name in names if name]
    known = {key: _key(key, there, mapped) for key in KEYS}
    columns = [_mapped(ours, theirs, there) for ours, theirs in mapped.items() if ours not in KEYS]
    taken = {column.key for column in columns} | {(column.name, "") for column in columns}
    notes = []
    for name in there:
        column = understood(name)
        if column is None or column.key in taken or (name, "") in taken:
            continue
        taken.add(column.key)
        columns.append(column)
        if column.unit is None:
            notes.append(f'"{name}" names no unit: numbers in it are left out; --map {column.metric}={name}:minutes')
    if known["id"] is None:
        raise ConfigError(f"no column is a ticket's id: name it by --map id=COLUMN; there are {_some(there)}")
    if not columns:
        raise ConfigError(f"no column is a figure that is known: name one by --map; there are {_some(there)}")
    ends = tuple(name for name in there if fold(name) in ENDS)
    return Layout(known["id"], known["source"], known["updated_at"], tuple(columns), ends, tuple(notes))


def understood(name: str) -> Column | None:
    """The figure that a name tells of, None where it tells of none."""
    folded = _LEAD.sub("", fold(name.replace(".", "_")))
    start = max((each for each in _NAMES if f"{folded}_".startswith(f"{each}_")), key=len, default=None)
    if start is None:
        return None
    metric, unit, clock = _NAMES[start]
    rest = folded.removeprefix(start)
    if re.search(r"business|operating|working", rest):
        clock = "business"
    elif "calendar" in rest:
        clock = "calendar"
    told = [_UNITS[word] for word in _HOURS_OF.sub("", f"{start}{rest}").split("_") if word in _UNITS]
    return Column(name, metric, clock, unit if metric == REOPENS else told[-1] if told else unit)


def read_figure(value: object, unit: str | None) -> int | None:
    """Whole seconds (or a count) of a cell; None where there is none. ValueError for what is no figure."""
    if value is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    if text.casefold() in NOTHING:
        return None
    if found := _CLOCK_TEXT.fullmatch(text):
        sign, days, hours, minutes, seconds = found.groups()
        total = int(days or 0) * 86_400 + int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
        return -total if sign else total
    if unit is None:
        raise ValueError("no unit")
    number = float(re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", text))
    if not math.isfinite(number):
        raise ValueError("no number")
    return round(number * SECONDS[unit])


def _key(key: str, there: list[str], mapped: Mapping[str, str]) -> str | None:
    if key in mapped:
        return _there(mapped[key], there)
    folded = {fold(name): name for name in reversed(there)}
    return next((folded[name] for name in KNOWN[key] if name in folded), None)


def _mapped(ours: str, theirs: str, there: list[str]) -> Column:
    """`ttr.full=Column`, `ttr.full.business=Column:hours`."""
    metric = ours.removesuffix(".business").removesuffix(".calendar")
    if metric not in COMPARED:
        raise ConfigError(f"--map: {ours!r} is no figure that is compared; known are {', '.join((*KEYS, *COMPARED))}")
    name, _, unit = theirs.rpartition(":")
    if not name or unit not in SECONDS:
        name, unit = theirs, ""
    found = _there(name, there)
    guessed = understood(found)
    clock: Clock = "business" if ours.endswith(".business") else "calendar"
    if not ours.endswith((".business", ".calendar")) and guessed:
        clock = guessed.clock
    return Column(found, metric, clock, unit or ("count" if metric == REOPENS else guessed.unit if guessed else None))


def _there(name: str, there: list[str]) -> str:
    folded = {fold(each): each for each in reversed(there)}
    found = name if name in there else folded.get(fold(name))
    if found is None:
        raise ConfigError(f"--map: there is no column {name!r}; there are {_some(there)}")
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:20]) + (", …" if len(names) > 20 else "") if names else "none"
