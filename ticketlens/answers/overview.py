"""The first page: the last four complete weeks against the four before, and what lies behind the change."""

from datetime import timedelta

from ticketlens.answers.cards import cards
from ticketlens.answers.desk import Desk
from ticketlens.answers.sentence import headline
from ticketlens.answers.topics import topic_table
from ticketlens.answers.trend import Asked, trend
from ticketlens.answers.why import why
from ticketlens.model.filter import Filter
from ticketlens.model.overview import Overview

TOP = 7
MOVERS = ("new", "back", "rising", "fixed", "fading")


def overview(desk: Desk, where: Filter, *, clock: str, cohort: str, weeks: int) -> Overview:
    inside = where.between(None, None)
    window = desk.window(where)
    before = desk.shifted(window, -(window.end - window.start).days)
    periods = desk.periods("week", window.end - timedelta(weeks=weeks - 1), desk.day(desk.anchor))
    shown = trend(desk, Asked("ttr.full", clock, cohort, "week", periods, inside))
    table = topic_table(desk, where)
    top = table.rows[:TOP]
    split = why(desk, inside, before, window, {str(topic.id): topic for topic in desk.store.topics()})
    told = cards(desk, inside, before, window, periods, shown)
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
