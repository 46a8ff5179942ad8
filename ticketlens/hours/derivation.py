"""By what stored days and durations were computed, and which tickets a change of it touches."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ticketlens.metrics.clock import best
from ticketlens.metrics.durations import RULES
from ticketlens.metrics.schedule import Schedule
from ticketlens.metrics.track import groups_of
from ticketlens.model.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Trace:
    """What is remembered of a schedule: for whom it was, and a digest of all else."""

    name: str
    digest: str
    groups: frozenset[str]
    brands: frozenset[str]

    @classmethod
    def of(cls, schedule: Schedule) -> "Trace":
        told = (schedule.name, schedule.zone, schedule.hours, sorted(schedule.closed), schedule.special)
        return cls(schedule.name, _digest(told), schedule.groups, schedule.brands)


@dataclass(frozen=True, slots=True)
class Derivation:
    """`rules` is the number of the way of measuring, `zone` the one that days are counted in.

    `judged` is a digest of what else tickets are judged by: what stays out of figures, and targets.
    """

    rules: int
    zone: str
    judged: str
    schedules: tuple[Trace, ...]

    @classmethod
    def of(cls, zone: str, schedules: Sequence[Schedule], judged: Sequence[object] = ()) -> "Derivation":
        return cls(RULES, zone, _digest(judged), tuple(Trace.of(one) for one in schedules))

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> "Derivation | None":
        """What `fields` gave; None for what an earlier version of the program wrote, which touches every ticket."""
        if "judged" not in fields:
            return None
        traces = (
            Trace(one["name"], one["digest"], frozenset(one["groups"]), frozenset(one["brands"]))
            for one in fields["schedules"]
        )
        return cls(fields["rules"], fields["zone"], fields["judged"], tuple(traces))

    def fields(self) -> dict[str, object]:
        traces = [
            {"name": one.name, "digest": one.digest, "groups": sorted(one.groups), "brands": sorted(one.brands)}
            for one in self.schedules
        ]
        return {"rules": self.rules, "zone": self.zone, "judged": self.judged, "schedules": traces}


class Touched:
    """Whether a ticket is measured otherwise by `now` than by any of `befores`: one that is unknown touches all."""

    def __init__(self, befores: Sequence[Derivation | None], now: Derivation) -> None:
        self._now = now
        self._befores = [one for one in befores if one is not None]
        alike = all((one.rules, one.zone, one.judged) == (now.rules, now.zone, now.judged) for one in self._befores)
        self.everything = len(self._befores) < len(befores) or not alike
        self._known: dict[tuple[str | None, str | None], bool] = {}

    def __call__(self, ticket: Ticket) -> bool:
        return self.everything or any(self._differs(group, ticket.brand) for group in groups_of(ticket))

    def _differs(self, group: str | None, brand: str | None) -> bool:
        key = group, brand
        if key not in self._known:
            now = _picked(self._now, group, brand)
            self._known[key] = any(_picked(before, group, brand) != now for before in self._befores)
        return self._known[key]


def _picked(told: Derivation, group: str | None, brand: str | None) -> str | None:
    """The digest of the schedule that counts, its name included; None without one."""
    found = best(told.schedules, group, brand)
    return None if found is None else found.digest


def _digest(told: Sequence[object]) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
