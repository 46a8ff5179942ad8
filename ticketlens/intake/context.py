"""What the reading of a record needs beside the record."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from ticketlens.intake.mapping import FieldMapping
from ticketlens.intake.notes import Notes
from ticketlens.intake.plan import Plan, plan_for
from ticketlens.intake.times import TimeRule

DEFAULT_SOURCE = "import"
_MOST_PLANS = 1_000


@dataclass(frozen=True, slots=True)
class ReadContext:
    """`source_override` wins over a row's own source, which wins over the mapping's, which wins over `source`.

    `zone` is for times that name none, unless the mapping sets one. `notes` gathers what was understood or guessed.
    """

    now: datetime
    source: str = DEFAULT_SOURCE
    source_override: str | None = None
    zone: tzinfo = UTC
    mapping: FieldMapping = field(default_factory=FieldMapping)
    notes: Notes = field(default_factory=Notes)
    rule: TimeRule = field(init=False)
    _plans: dict[tuple[str, ...], Plan] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rule = TimeRule.at(self.now, self.mapping.zone or self.zone, self.mapping.day_order)
        object.__setattr__(self, "rule", rule)

    def plan(self, columns: Iterable[str]) -> Plan:
        key = tuple(columns)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = plan_for(key, self.mapping, self.notes)
        return plan
