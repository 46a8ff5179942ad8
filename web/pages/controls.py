"""What the Trends page can be asked for: only what the metric in front of one has."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketlens.answers.listed import SURVEYS
from ticketlens.metrics.contract import METRICS, Metric
from ticketlens.model.answer import Survey
from ticketlens.model.filter import CUSTOM, EVERYTHING, FIELDS
from web import wording
from web.charts.statistics import BOTH, STATISTICS, choices
from web.pages import asked, surveys
from web.pages.kept import kept

KINDS = (("duration", "Durations"), ("share", "Shares"), ("score", "Scores"), ("amount", "Amounts"))
COHORTS: Mapping[str, str] = {"arrived": "by arrival", "solved": "by solve"}
OVER: Mapping[str, str] = {"": "nothing", "year": "a year before", "previous": "the time before"}
LOOKED_AT = 200
"""So many of the newest tickets tell the names of custom fields."""


@dataclass(frozen=True, slots=True)
class Control:
    """A choice: its parameter, name, value, and what it can be, as (value, words)."""

    parameter: str
    name: str
    value: str
    options: tuple[tuple[str, str], ...]

    @property
    def a_choice(self) -> bool:
        return len(self.options) > 1


def metrics() -> list[tuple[str, list[Metric]]]:
    """Metrics that are computed, by kind."""
    rows = list(METRICS)
    told = [(name, [row for row in rows if row.kind == kind]) for kind, name in KINDS]
    return [(name, of_kind) for name, of_kind in told if of_kind]


def controls(metric: Metric, clock: str, cohort: str, show: str, survey: Survey | None = None) -> list[Control]:
    """Those with a choice; what the metric has only one way of stands under the title."""
    now = asked.asked()
    overs = () if show.startswith("within") else tuple(OVER.items())
    every = (
        Control("survey", "Survey", survey.id if survey else "", _surveys(metric)),
        Control("show", "Figure", show, _figures(metric, cohort)),
        Control("clock", "Clock", clock, tuple((one, one) for one in metric.clocks)),
        Control("cohort", "Cohort", cohort, tuple((one, COHORTS.get(one, one)) for one in metric.cohorts)),
        Control("by", "By", now["by"], tuple((one, one) for one in asked.CHOICES["by"])),
        Control("group_by", "In groups of", now["group_by"], (("", "all together"), *_groups())),
        Control("over", "Dashed under it", now["over"], overs),
    )
    return [one for one in every if one.a_choice]


def _figures(metric: Metric, cohort: str) -> tuple[tuple[str, str], ...]:
    names = {BOTH: STATISTICS[BOTH].choice if metric.kind == "duration" else "value"}
    return tuple((name, names.get(name, STATISTICS[name].choice)) for name in choices(metric, cohort))


def _surveys(metric: Metric) -> tuple[tuple[str, str], ...]:
    """Those of the metric's kind that anybody was ever sent."""
    fitting = surveys.known() if metric.id in SURVEYS else ()
    return tuple((one.id, surveys.label(one)) for one in fitting if one.kind.value == metric.id)


def cohort_of(metric: Metric) -> str:
    """The cohort asked for, where the metric has it."""
    wanted = asked.asked()["cohort"]
    return wanted if wanted in metric.cohorts else metric.cohorts[0]


def _groups() -> tuple[tuple[str, str], ...]:
    names = [*FIELDS, *custom_fields()]
    wanted = asked.asked()["group_by"]
    if wanted and wanted not in names:
        names.append(wanted)
    return tuple((name, wording.plain(name)) for name in names)


def custom_fields() -> list[str]:
    """custom.NAME of the newest tickets."""
    return kept("custom fields", _custom_fields)


def _custom_fields() -> list[str]:
    rows = asked.lens().tickets(EVERYTHING, limit=LOOKED_AT).items
    return [CUSTOM + name for name in sorted({name for row in rows for name in row.ticket.custom})]
