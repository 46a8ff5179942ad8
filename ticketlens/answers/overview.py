"""The first page: the last four complete weeks against the four before, and what lies behind the change."""

from datetime import timedelta

from ticketlens.answers.cards import cards
from ticketlens.answers.desk import Desk
from ticketlens.answers.sentence import headline
from ticketlens.answers.sides import ripe
from ticketlens.answers.topics import topic_table
from ticketlens.answers.trend import Asked, horizon_of, trend
from ticketlens.answers.why import why
from ticketlens.metrics.contract import BY_ID
from ticketlens.metrics.periods import Period
from ticketlens.model.filter import Filter
from ticketlens.model.overview import Overview, Why

TOP = 7
MOST_WEEKS_BACK = 8
MOVERS = ("new", "back", "rising", "fixed", "fading")


def overview(desk: Desk, where: Filter, *, clock: str, cohort: str, weeks: int) -> Overview:
    inside = where.between(None, None)
    window = desk.window(where)
    before = desk.shifted(window, -(window.end - window.start).days)
    final = desk.day(desk.anchor)
    periods = desk.periods("week", min(window.end, final) - timedelta(weeks=weeks - 1), final)
    shown = trend(desk, Asked("ttr.full", clock, cohort, "week", periods, inside))
    table = topic_table(desk, where)
    top = table.rows[:TOP]
    split = _split(desk, where, window, clock, cohort)
    told = cards(desk, inside, before, window, periods, shown, table.survey)
    sentence, subject = headline(told[0], split, table)
    return Overview(
        as_of=desk.as_of,
        zone=desk.zone,
        first=window.start,
        last=window.end - timedelta(days=1),
        label=window.label,
        sentence=sentence,
        headline_topic=subject,
        cards=told,
        trend=shown,
        why=split,
        topics=top,
        topic_count=len(table.rows),
        top_share_tickets=sum(f.size for f in top) / table.total if table.total else 0.0,
        top_share_waited=sum(f.waited_hours for f in top) / table.waited_hours if table.waited_hours else 0.0,
        movers=tuple(
            sorted((f for f in table.rows if f.state in MOVERS), key=lambda f: (MOVERS.index(f.state), -f.size))
        ),
        coverage=table.coverage,
        window=table.window,
        excluded=desk.store.excluded(inside.between(*table.window)),
    )


def _split(desk: Desk, where: Filter, window: Period, clock: str, cohort: str) -> Why | None:
    """Why the mean wait moved, of days whose tickets are as old as it looks: of younger ones it would be a guess."""
    asked = Asked("ttr.full", clock, cohort, "week", (window,))
    told = window if where.first or where.last else _ripe(desk, window, asked)
    if not ripe(desk, told, BY_ID["ttr.full"], asked, horizon_of(clock)):
        return None
    before, topics = desk.shifted(told, -(told.end - told.start).days), desk.store.topics()
    inside, names = where.between(None, None), {str(topic.id): topic for topic in topics}
    return why(desk, inside, before, told, names, clock=clock, cohort=cohort)


def _ripe(desk: Desk, window: Period, asked: Asked) -> Period:
    """As many days, so many weeks earlier that the last ticket was followed for long enough."""
    for weeks in range(MOST_WEEKS_BACK):
        earlier = desk.shifted(window, -7 * weeks)
        if ripe(desk, earlier, BY_ID["ttr.full"], asked, horizon_of(asked.clock)):
            return earlier
    return window
