"""Why nothing is compared, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from ticketlens.metrics.contract import BY_ID
from ticketlens.model.comparison import Comparison
from ticketlens.model.flag import Flag
from web import wording
from web.pages import asked
from web.pages.compare_words import names, spoken

Step = tuple[str, str, str]
"""A reason why nothing is compared, what to do, and where that is done."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Why nothing is compared, and what to do: words, and where they lead."""

    reasons: tuple[str, ...]
    todo: str
    to: str


def remedies(told: Comparison) -> Iterable[Remedy]:
    """Each next step once, with the reasons that it mends."""
    flags = {flag.reason: flag for side in (told.after, told.before) for flag in side.flags}
    steps: dict[tuple[str, str], list[str]] = {}
    found = [_step(told, reason, flags[reason]) for reason in told.refused] if flags else _missing(told)
    for reason, todo, to in found if told.refused else ():
        steps.setdefault((todo, to), []).append(reason)
    return [Remedy(tuple(reasons), *step) for step, reasons in steps.items()]


def _missing(told: Comparison) -> Iterable[Step]:
    """Both sides are whole, but at least one has no figure."""
    now = asked.asked()
    longer = {"day": "week", "week": "month"}.get(told.by, "quarter")
    for side, name in zip((told.before, told.after), names(told), strict=True):
        if getattr(side, told.change.of) is not None:
            continue
        if side.n == 0 and now.versus is not None and side is told.before:
            to = asked.here(versus=None, against="")
            yield f"{name}: no tickets in this time", "Compare with the time before", to
        else:
            reason = f"{name}: {wording.count(side.n, 'ticket')}, too few for a figure"
            to = asked.here(now.where.between(None, None), by=longer, period="", against="")
            yield reason, f"Compare by {longer}", to


def _step(told: Comparison, reason: str, flag: Flag) -> Step:
    now = asked.asked()
    reason, plain = spoken(told, reason), now.where.between(None, None)
    if flag.kind == "gap":
        return reason, "See how far each source was read", url_for("pages.sources")
    if flag.kind in ("connected", "empty"):
        return reason, "Compare newer days", asked.here(plain, period="", against="")
    if now["period"] or now.where.first or now.where.last:
        return reason, "Compare days that are old enough", asked.here(plain, period="")
    if told.kind == "duration" and len(BY_ID[told.metric].cohorts) > 1:
        return reason, "Look at tickets by solve, which are over", asked.here(plain, cohort="solved")
    older = f"{told.before.first}..{told.before.last}"
    return reason, "Compare older days", asked.here(plain, period=older, against="")
