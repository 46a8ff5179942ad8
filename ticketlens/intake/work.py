"""What a record tells of the work behind a ticket and of its targets; what does not fit must not cost a ticket."""

from math import isfinite

from ticketlens.errors import BadPayload
from ticketlens.intake.names import fold
from ticketlens.intake.payload import read_boolean
from ticketlens.intake.plan import Plan
from ticketlens.intake.record import Record

MOST_MINUTES = 5_256_000
"""Ten years."""

MISSED = "sla_breached"
"""A column that says the opposite of `sla_met`."""


def read_agent_minutes(record: Record) -> float | None:
    """Minutes that agents worked; None where nothing is told."""
    value = record.found.get("agent_minutes")
    if value is None or value == "":
        return None
    try:
        minutes = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        minutes = -1.0
    if isfinite(minutes) and 0 <= minutes <= MOST_MINUTES:
        return minutes
    record.keep("agent_minutes", value, "agent_minutes is no number of minutes: kept in custom.agent_minutes")
    return None


def read_sla_met(record: Record, plan: Plan) -> bool | None:
    """Whether the source says that its targets were met; None where it says nothing."""
    value = record.found.get("sla_met")
    if value is None or value == "":
        return None
    try:
        told = read_boolean(value, "sla_met")
    except BadPayload:
        record.keep("sla_met", value, "sla_met is neither true nor false: kept in custom.sla_met")
        return None
    column = dict(plan.direct).get("sla_met", "")
    return not told if fold(column) == MISSED else told
