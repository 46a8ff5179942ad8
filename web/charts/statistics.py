"""Which figure of a trend is shown, and how it is named over a panel, in a title and in a list of choices."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketlens.metrics.definition import Metric
from ticketlens.model.filter import ENDING
from ticketlens.model.trend import Point, Trend
from web import wording

BOTH = ""
"""Half and nine in ten, each in a panel of its own; of what is no duration, its value."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """`field` of a point; `choice` is its name in a list; `share` says how many tickets it speaks of.

    With `hours` it is the share that was done within them, and `share` is that time in words.
    """

    id: str
    field: str
    choice: str
    share: str = ""
    hours: int = 0


WITHIN: Mapping[int, str] = {
    4: f"4{wording.NBSP}h", 24: f"24{wording.NBSP}h", 72: f"72{wording.NBSP}h", 168: f"7{wording.NBSP}days",
}  # fmt: skip
"""Hours, and how a reader says them."""

STATISTICS: Mapping[str, Statistic] = {
    one.id: one
    for one in (
        Statistic(BOTH, "p50", "p50 and p90"),
        Statistic("p50", "p50", "p50 (half)", "half"),
        Statistic("p75", "p75", "p75", "three in four"),
        Statistic("p90", "p90", "p90", "nine in ten"),
        Statistic("mean", "mean", "mean"),
        *(Statistic(f"within{h}", "value", f"within {words}", words, h) for h, words in WITHIN.items()),
        Statistic("n", "n", "tickets (n)"),
    )
}
DONE = {"ttr": ("is", "are", "solved"), "reply": ("has", "have", "a reply")}
"""What has happened to those that a percentile speaks of; of other durations, that they took so long."""


def choices(metric: Metric, cohort: str) -> tuple[str, ...]:
    """The statistics that a metric has, the default first; shares within hours are of what arrived."""
    if metric.kind in ("share", "score"):
        return (BOTH, "n")
    if metric.kind != "duration":
        return (BOTH,)
    aged = metric.id in ENDING and cohort == "arrived"
    return tuple(id_ for id_, one in STATISTICS.items() if aged or not one.hours)


def statistic(metric: Metric, cohort: str, wanted: str) -> Statistic:
    """The one asked for; the default where the metric has no such figure."""
    return STATISTICS[wanted if wanted in choices(metric, cohort) else BOTH]


def valued(trend: Trend, one: Statistic) -> bool:
    """Whether each point has one value in place of percentiles."""
    return trend.scalar and one.id != "n"


def shown(trend: Trend, one: Statistic) -> str:
    """The field of a point that a statistic of this trend stands for."""
    return "value" if valued(trend, one) else one.field


def panel_name(trend: Trend, one: Statistic) -> str:
    """Over a panel: "half solved within", "mean, first 14 days"."""
    if one.id == "n":
        return f"{_counted(trend)}, by {trend.by}"
    if one.id == "mean":
        return f"mean{_horizon(trend)}"
    done = DONE.get(trend.metric.partition(".")[0])
    if one.hours:
        return f"share {done[2] if done else 'over'} within {one.share}".replace("a reply", "replied to")
    share = one.share or "half"
    return f"{share} {done[2] if done else 'took'} {'within' if done else 'up to'}".replace("a reply", "replied to")


def told(trend: Trend, one: Statistic, point: Point) -> str:
    """One figure as the end of a title: "half is solved within 19 h"."""
    value = getattr(point, shown(trend, one))
    if one.id == "n":
        return f"{wording.number(point.n)} {_counted(trend)}"
    if one.id == "mean":
        return f"the mean is {wording.duration(value)}{_horizon(trend)}"
    if one.hours and value is not None:
        _, are, over = DONE.get(trend.metric.partition(".")[0], ("is", "are", "over"))
        return f"{wording.percent(value, 0)} {are} {over} within {one.share}"
    share = one.share or "half"
    if value is None:
        return f"{share} not reached yet"
    done = DONE.get(trend.metric.partition(".")[0])
    if done is None:
        return f"{share} took {wording.at_most('up to', value)}"
    return f"{share} {done[0] if share == 'half' else done[1]} {done[2]} {wording.at_most('within', value)}"


def pending(trend: Trend) -> str:
    """What a ticket is that a duration is not over for."""
    return "no reply yet" if trend.metric.startswith("reply.") else "not solved"


def _counted(trend: Trend) -> str:
    return {"arrived": "tickets arrived", "solved": "tickets solved", "answered": "answers"}.get(
        trend.cohort, "tickets"
    )


def _horizon(trend: Trend) -> str:
    if trend.horizon is None:
        return ""
    return f", first {wording.horizon(trend.horizon, trend.clock)}"
