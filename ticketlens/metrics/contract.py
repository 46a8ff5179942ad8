"""The one table of metrics: the API, what a page says at a metric's name, docs and tests are made from it."""

from collections.abc import Mapping

from ticketlens.errors import ConfigError
from ticketlens.metrics.definition import Cohort, Metric

__all__ = ["BY_ID", "IDS", "METRICS", "Metric", "metric"]

LEFT_OUT = (
    "Spam, deleted, merged and test tickets; those without a customer's message; those that bots alone answered. "
    "The setting `exclusions` switches each of them."
)
_ANSWERS_LEFT_OUT = (
    "No answer, whatever became of its ticket. Of the ratings on tickets, and under a filter on tickets: "
    f"{LEFT_OUT[0].lower()}{LEFT_OUT[1:]}"
)
_NO_TIME = "Tickets solved at an unknown time."
_NO_HISTORY = "Tickets without a status history."
_SURVIVAL = (
    "S(t) = Π over tᵢ ≤ t of (1 − dᵢ/nᵢ), with dᵢ ends among nᵢ tickets still watched at age tᵢ; "
    "p50 = least t with S(t) ≤ 0.5; mean to a horizon τ = ∫₀^τ S(t) dt; solved tickets: the same with none censored"
)
_SURVIVAL_SOURCE = "Kaplan and Meier 1958; Brookmeyer and Crowley 1982 for the interval; Irwin 1949 for the mean"
_WILSON = "interval: (p + z²/2n ± z√(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z = 1.96"
_REACHED = (
    '"too few" under 20 ends; "not reached" where the curve does not fall that far; '
    "nothing on the business clock without opening hours."
)
_TOO_FEW = '"too few" under 20.'
_SCHEDULE = (
    "Business time of Zendesk takes the schedule at the event for the whole ticket; here each schedule counts while it "
    "held."
)


def _duration(
    id_: str,
    name: str,
    definition: str,
    left_out: str = "",
    *,
    heading: str,
    formula: str,
    differs: str,
    cohorts: tuple[Cohort, ...] = ("arrived", "solved"),
) -> Metric:
    return Metric(
        id=id_,
        name=name,
        heading=heading,
        unit="minutes",
        kind="duration",
        cohorts=cohorts,
        definition=definition,
        formula=f"{formula}; {_SURVIVAL}",
        source=_SURVIVAL_SOURCE,
        exclusions=f"{LEFT_OUT} {left_out}".strip(),
        instead=_REACHED,
        differs=differs,
        business=True,
    )


METRICS: tuple[Metric, ...] = (
    _duration(
        "ttr.full",
        "Time to full resolution",
        "From the creation (from the customer's first message, where an agent opened the ticket) to the last solve. "
        "Opened again is not resolved; open tickets count by their age so far. An automatic close of a ticket that "
        "waited for the customer counts from when that waiting began.",
        _NO_TIME,
        heading="Full resolution",
        formula="t = last solve − start",
        differs="Zendesk, Help Scout, Plain and Intercom leave open tickets out, so new weeks look fast. Help Scout "
        f"and osTicket show averages. dbt_zendesk still shows minutes for a ticket that is open again. {_SCHEDULE}",
    ),
    _duration(
        "ttr.first",
        "Time to first resolution",
        "From the creation (from the customer's first message, where an agent opened the ticket) to the first solve, "
        "whether or not the ticket was opened again.",
        _NO_TIME,
        heading="First resolution",
        formula="t = first solve − start, the first close where it was never solved",
        differs="Help Scout counts a ticket as resolved once only; Plain has one effective time. A first close by an "
        "automation ends where the waiting for the customer began.",
    ),
    _duration(
        "reply.first",
        "Time to first reply",
        "From the creation (from the customer's first message, where an agent opened the ticket) to the first public "
        "reply by a human agent. Tickets without one count by their age so far.",
        heading="First reply",
        formula="t = first public human reply − start",
        differs="Chatwoot counts what bots write. For a ticket that an agent opened, Zendesk moves the end to the "
        "second public comment and leaves the start; here the start moves. Freshdesk leaves out unassigned tickets.",
    ),
    _duration(
        "reply.next",
        "Time to next reply",
        "The latest follow-up wait of a ticket: from the customer's first unanswered public message after a public "
        "human reply to the next public human reply. One that still waits counts by its age so far.",
        "Tickets whose customer never wrote again after a reply, and waits that a solve ended.",
        heading="Next reply",
        formula="t = next public human reply − first unanswered public message of the customer after a reply",
        differs="In Chatwoot a ticket that was reopened after five days showed five days for a reply that took ten "
        "minutes.",
    ),
    _duration(
        "wait.requester",
        "Customer's wait",
        "All time in new, open and on hold until the last solve: the customer waits for the desk.",
        _NO_HISTORY,
        heading="Customer's wait",
        formula="t = Σ stretches of new, open and on hold",
        differs="The same sum as Zendesk's requester wait time. Groove leaves out snoozed time; Intercom's handling "
        "time leaves out bots, unassigned and snoozed time.",
        cohorts=("solved",),
    ),
    _duration(
        "wait.agent",
        "Desk's wait",
        "All time in waiting for customer until the last solve: the desk waits for the customer.",
        _NO_HISTORY,
        heading="Desk's wait",
        formula="t = Σ stretches of waiting for customer",
        differs="The same sum as Zendesk's agent wait time. GLPI counts time in solved as pending.",
        cohorts=("solved",),
    ),
    _duration(
        "wait.hold",
        "Time on hold",
        "All time on hold until the last solve.",
        _NO_HISTORY,
        heading="On hold",
        formula="t = Σ stretches of on hold",
        differs="The same sum as Zendesk's on-hold time. It is part of the customer's wait too.",
        cohorts=("solved",),
    ),
    _duration(
        "handling.first",
        "First cycle",
        "The first cycle from open to solved.",
        _NO_HISTORY,
        heading="First cycle",
        formula="t = first solve − start",
        differs="Most helpdesks take one of the three cycle figures and do not say which.",
        cohorts=("solved",),
    ),
    _duration(
        "handling.last",
        "Last cycle",
        "The last cycle from open to solved.",
        _NO_HISTORY,
        heading="Last cycle",
        formula="t = last solve − the reopening before it, or the start",
        differs="Most helpdesks take one of the three cycle figures and do not say which.",
        cohorts=("solved",),
    ),
    _duration(
        "handling.sum",
        "All cycles",
        "The sum of all cycles from open to solved: time in solved, before a reopening, does not count.",
        _NO_HISTORY,
        heading="All cycles",
        formula="t = Σ over cycles of (solve − opening)",
        differs="Most helpdesks take one of the three cycle figures and do not say which.",
        cohorts=("solved",),
    ),
    Metric(
        id="reopen_rate",
        name="Reopen rate",
        heading="Reopened",
        unit="share",
        kind="share",
        cohorts=("solved",),
        definition="Share of the tickets first solved in the period whose solve was undone within 7 days; "
        "shown once 7 days have passed since the period's end.",
        formula=f"reopened within 7 days / first solved; {_WILSON}",
        source="Interval: Wilson 1927",
        exclusions=f"{LEFT_OUT} Tickets reopened at an unknown time.",
        instead='"too few" under 20; "not known yet" until the 7 days are over; nothing where no ticket of the source '
        "ever came back, since its helpdesk may not tell.",
        differs="Usual practice takes every solve of the period; here each ticket counts once, at its first solve. "
        "dbt_zendesk counts solves less one, so a ticket that is open again counts as 0. Chatwoot keeps one resolution "
        "a conversation.",
    ),
    Metric(
        id="one_touch_rate",
        name="One-touch rate",
        heading="One-touch",
        unit="share",
        kind="share",
        cohorts=("solved",),
        definition="Share of the solved tickets with a public human reply that took exactly one, and were never opened "
        "again.",
        formula=f"solved with one reply and no reopening / solved with at least one reply; {_WILSON}",
        source="Interval: Wilson 1927",
        exclusions=f"{LEFT_OUT} Tickets without a reply, and those whose replies are not told.",
        instead=_TOO_FEW,
        differs="Zendesk's pages say exactly one reply in one version and fewer than two in another; dbt_zendesk puts "
        "tickets without a reply among the others. Intercom asks for one teammate and one close.",
    ),
    Metric(
        id="breach_rate",
        name="SLA breach rate",
        heading="Breached",
        unit="share",
        kind="share",
        cohorts=("arrived", "solved"),
        definition="Share of the tickets under a target that passed it, by the target in force then: of the priority "
        "and group that the ticket had then. Of tickets that arrived it is told once none of them may still pass one.",
        formula=f"breached / tickets under a target; {_WILSON}; while some may still pass one: from the lower end with "
        "none of those to the upper end with all of them",
        source="Interval: Wilson 1927; bounds: Manski 1989",
        exclusions=f"{LEFT_OUT} Tickets under no target.",
        instead=f"{_TOO_FEW} Between which bounds it ends, while tickets of the period may still pass a target: those "
        "breached so far are too few, and those decided so far are the quick ones, so both flatter. A survival curve "
        "tells no more: in the newest week few tickets are as old as the longest target.",
        differs="Where the priority of today decides, a changed priority rewrites the past. Libredesk averages only "
        "targets already met.",
    ),
    Metric(
        id="csat",
        name="Customer satisfaction",
        heading="CSAT",
        unit="share",
        kind="share",
        cohorts=("answered",),
        definition="Share of satisfied answers among the answers given in the period: good of good/bad, 4 or 5 of 5, "
        "6 or 7 of 7, 9 or 10 of 10. Of one survey, which the answer names; scales are never mixed.",
        formula=f"satisfied answers / answers; {_WILSON}",
        source="Interval: Wilson 1927",
        exclusions=f"{_ANSWERS_LEFT_OUT} Answers on a scale without a rule.",
        instead=_TOO_FEW,
        differs="An answer counts in the period that it was given in, not that of its ticket. A survey that was only "
        "offered is no answer. Some vendors count 5 of 7 as satisfied.",
    ),
    Metric(
        id="nps",
        name="Net promoter score",
        heading="NPS",
        unit="points",
        kind="score",
        cohorts=("answered",),
        definition="100 times the share of 9 and 10 less the share of 0 to 6, of answers from 0 to 10. Of one survey.",
        formula="100 (p − d) ± 1.96 · 100 √((p + d − (p − d)²) / n), p and d the shares of promoters and detractors",
        source="Reichheld 2003",
        exclusions=_ANSWERS_LEFT_OUT,
        instead=_TOO_FEW,
        differs="No other way is known; 7 and 8 count among the answers.",
    ),
    Metric(
        id="ces",
        name="Customer effort score",
        heading="CES",
        unit="points",
        kind="score",
        cohorts=("answered",),
        definition="Mean of the answers on the scale as it was asked, 1 to 7 or 1 to 5. Of one survey.",
        formula="Σ answers / n ± 1.96 s/√n",
        source="Dixon, Freeman and Toman 2010",
        exclusions=_ANSWERS_LEFT_OUT,
        instead=_TOO_FEW,
        differs="Some vendors show the share of 5 to 7, or of 6 and 7. An older form from 1 to 5 runs the other way.",
    ),
    Metric(
        id="arrived",
        name="Arrived tickets",
        heading="Tickets",
        unit="tickets",
        kind="amount",
        cohorts=("arrived",),
        definition="Tickets created in the period.",
        formula="count of tickets with period start ≤ created < period end",
        source="A count",
        exclusions=LEFT_OUT,
        instead="Nothing for a period that has not begun.",
        differs="Freshdesk leaves out unassigned tickets and merged ones.",
    ),
    Metric(
        id="solved",
        name="Solved tickets",
        heading="Solved",
        unit="tickets",
        kind="amount",
        cohorts=("solved",),
        definition="Tickets whose last solve lies in the period and that are still solved.",
        formula="count of tickets with period start ≤ last solve < period end",
        source="A count",
        exclusions=f"{LEFT_OUT} {_NO_TIME}",
        instead="Nothing for a period that has not begun.",
        differs="glpi-dashboard takes closed tickets by the day they were opened. FreeScout counts closes of any age, "
        "but times only what was opened and closed in the range.",
    ),
    Metric(
        id="backlog",
        name="Backlog",
        heading="Open",
        unit="tickets",
        kind="amount",
        cohorts=("moment",),
        definition="Tickets open at the end of the period, replayed from the status history.",
        formula="count of tickets with opened ≤ T < solved, or never solved",
        source="A count",
        exclusions=f"{LEFT_OUT} Tickets that are no longer observed then.",
        instead="Nothing for a period that has not begun.",
        differs="Zendesk takes a snapshot near 23:00, Plain one an hour.",
    ),
    Metric(
        id="backlog.age",
        name="Age of the backlog",
        heading="Age",
        unit="minutes",
        kind="amount",
        cohorts=("moment",),
        definition="Median age since creation of the tickets open at the end of the period, in calendar time.",
        formula="median of T − creation over the tickets open at T",
        source="A median",
        exclusions=f"{LEFT_OUT} Tickets that are no longer observed then.",
        instead=_TOO_FEW,
        differs="Jira averages ages at the beginning of a period. Odoo gives open tickets today's date as their end, "
        "and so mixes ages with durations.",
    ),
    Metric(
        id="waited_hours",
        name="Customer hours waited",
        heading="Waited",
        unit="hours",
        kind="amount",
        cohorts=("arrived",),
        definition="Sum of the time in new, open and on hold; without a status history, all time until the solve. "
        "Open tickets count with what they waited so far; a period of which more than 2 % are open is still growing, "
        "and flagged.",
        formula="Σ over tickets of Σ stretches of new, open and on hold",
        source="A sum",
        exclusions=LEFT_OUT,
        instead="Nothing for a period that has not begun.",
        differs="No helpdesk of those looked at shows such a sum.",
    ),
    Metric(
        id="cost",
        name="Cost",
        heading="Cost",
        unit="money",
        kind="amount",
        cohorts=("solved",),
        definition="Agents' minutes on the tickets solved in the period, times cost_per_hour. Tickets of which no "
        "source tells minutes count with minutes_per_ticket, an assumption, where that is set; else they are left out.",
        formula="Σ (agent minutes, else minutes_per_ticket) / 60 × cost_per_hour",
        source="A sum",
        exclusions=f"{LEFT_OUT} Tickets whose agent minutes are not known, where minutes_per_ticket is not set.",
        instead="Nothing where no source tells agent minutes, or no rate is set.",
        differs="One average cost a contact hides which problems cost most; here it is a sum over tickets.",
    ),
)

BY_ID: Mapping[str, Metric] = {metric.id: metric for metric in METRICS}
IDS: tuple[str, ...] = tuple(BY_ID)


def metric(id_: str) -> Metric:
    """The row of an id. Raises ConfigError that names the known ones."""
    if id_ not in BY_ID:
        raise ConfigError(f"metric {id_[:40]}: no such metric; known are {', '.join(IDS)}")
    return BY_ID[id_]
