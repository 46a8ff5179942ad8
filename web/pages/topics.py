"""Do most customers write about the same few problems, and what is one of them?"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import abort, render_template

from ticketlens.answers.topic_page import TopicPage
from ticketlens.answers.words import quoted
from ticketlens.model.filter import Filter
from ticketlens.model.overview import TopicTable
from ticketlens.model.topic import STATES, TopicFigures
from ticketlens.model.trend import Trend
from web import wording
from web.charts import trend as charts
from web.pages import asked, days, figures, lineage, runs
from web.pages.asked import Asked
from web.pages.theme_groups import grouped

Key = Callable[[TopicFigures], Any]
COLUMNS: dict[str, Key] = {
    "topic": lambda row: row.topic.name.casefold(),
    "state": lambda row: -STATES.index(row.state),
    "size": lambda row: row.size,
    "month": lambda row: row.change_month,
    "year": lambda row: row.change_year,
    "p50": lambda row: row.p50,
    "p90": lambda row: row.p90,
    "reopened": lambda row: row.reopen_rate,
    "csat": lambda row: row.csat,
    "waited": lambda row: row.waited_hours,
    "cost": lambda row: row.cost,
}
UPWARDS = ("topic",)
NOTABLE = 0.2
"""A change of all tickets together that the headline tells."""

OF_ALL = "Its share of all tickets in the last four complete weeks"
BY = "than in the twelve before, by three tenths or more and beyond chance."
MEANT = {
    "new": "Its first ticket came in the last four complete weeks.",
    "back": "It was quiet for eight weeks, and has come back since.",
    "rising": f"{OF_ALL} is greater {BY}",
    "fading": f"{OF_ALL} is smaller {BY}",
    "steady": (
        f"{OF_ALL} differs from that in the twelve before by less than three tenths, or by no more than chance. Where "
        "all tickets grow, it grows with them: so its change in number is told in grey."
    ),
}
"""What each state of a topic means."""

BY_DEFAULT = "waited"


def topics() -> str:
    now = asked.asked()
    table = table_of(now)
    where = now.where.between(*table.window)
    hidden = sum(topic.hidden for topic in asked.lens().store.topics())
    if not table.rows or not table.total:
        return render_template("no_topics.html", table=table, where=where, hidden=hidden, **runs.around())
    rows = ordered(table.rows, now["sort"] or BY_DEFAULT)
    groups = grouped(rows, asked.lens().edits.themes(), now["sort"] or BY_DEFAULT)
    themes = sum(group.theme is not None for group in groups)
    return render_template(
        "topics.html",
        table=table,
        rows=rows,
        groups=groups if themes and now["themes"] != "off" else None,
        themes=themes,
        themes_alone=sum(len(group.rows) for group in groups if group.theme is None),
        sort=now["sort"] or BY_DEFAULT,
        where=where,
        headline=headline(table),
        meant={state: MEANT[state] for state in STATES if state in MEANT and state in {row.state for row in rows}},
        pareto=figures.pareto_figure(table.rows, table.half, where, pareto_title(table), pareto_note(table)),
        hidden=hidden,
        **runs.around(),
    )


def table_of(now: Asked) -> TopicTable:
    """The topics there are; those that people hid only where the address asks for them."""
    table = asked.lens().topics(now.where, as_of=now.as_of, hidden=now["hidden"] == "shown")
    return replace(table, rows=tuple(row for row in table.rows if not row.topic.retired))


def ordered(rows: tuple[TopicFigures, ...], sort: str) -> list[TopicFigures]:
    """By one column, greatest first; "-" in front turns it. What is not known stands last either way, and before all
    of them what people pinned."""
    name = sort.removeprefix("-")
    key = COLUMNS.get(name, COLUMNS[BY_DEFAULT])
    known = [row for row in rows if key(row) is not None]
    turned = (name in UPWARDS) == sort.startswith("-")
    by_column = sorted(known, key=key, reverse=turned) + [row for row in rows if key(row) is None]
    return sorted(by_column, key=lambda row: not row.topic.pinned)


def headline(table: TopicTable) -> str:
    """The sentence over the table."""
    rising = [row for row in table.rows if row.state in ("rising", "new", "back")]
    first = table.rows[0]
    share = first.waited_hours / table.waited_hours if table.waited_hours else 0.0
    begin = f"Customers waited most for {quoted(first.topic.name)}: {wording.percent(share, 0)} of all waiting"
    if not rising:
        return f"{begin}. {together(table)}"
    names = wording.words(quoted(row.topic.name) for row in rising[:3])
    more = f" and {len(rising) - 3} more" if len(rising) > 3 else ""
    return f"{begin}. Watch {names}{more}."


def together(table: TopicTable) -> str:
    """That no topic stands out, and how all of them moved: where the whole desk grows, every row is up."""
    none = "o topic is new, rising or back"
    change = None if table.began or table.before < wording.SMALLEST_SAMPLE else table.total / table.before - 1
    if change is None or abs(change) < NOTABLE:
        return f"N{none}."
    moved = wording.percent(abs(change), 0)
    return f"All tickets together are {'up' if change > 0 else 'down'} by {moved}; against that, n{none}."


def pareto_title(table: TopicTable) -> str:
    if table.half:
        return f"{wording.count(table.half, 'topic')} {'makes' if table.half == 1 else 'make'} half of all tickets"
    together = sum(row.share for row in table.rows)
    return f"All {wording.count(len(table.rows), 'topic')} together make {wording.percent(together, 0)} of all tickets"


def pareto_note(table: TopicTable) -> str:
    tickets = wording.count(table.total, "ticket")
    return f"{tickets} that arrived {days.day_range(*table.window)}; largest topic first, the line adds them up"


def topic(id: int) -> str:
    return shown(id)


def shown(id: int, *, wrong: str | None = None, entered: Mapping[str, str] | None = None) -> str:
    """The page of one topic, with what is wrong in a form on it; of a merged one, where it went."""
    now = asked.asked()
    told = asked.lens().topic(id, now.where, as_of=now.as_of)
    if told is None:
        abort(404, description="There is no topic with this number; it may have been merged into another one.")
    figure = told.figures
    themes = asked.lens().edits.themes()
    around = {
        "wrong": wrong, "entered": entered, "events": lineage.events(figure.topic), "themes": themes,
        "theme": themes.get(figure.topic.theme or 0), "names_of": asked.lens().topic_names(),
    }  # fmt: skip
    if figure.topic.merged_into is not None:
        into = asked.lens().topic_names()[figure.topic.merged_into]
        merge = lineage.merged_by(figure.topic)
        return render_template("topic_merged.html", topic=figure.topic, into=into, merge=merge, **around)
    window = now.where.between(*told.window).having("topic", str(id))
    trend_where = window.between(None, None)
    few = all(point.too_few for point in told.ttr.points if point.n)
    drawn = figures.trend_figure("topic", told.volume, trend_where) if few else _with_durations(told, trend_where)
    return render_template(
        "topic.html", told=told, figure=figure, where=window, trend_where=trend_where, drawn=drawn, few=few,
        named_by=lineage.named_by(figure.topic), **around,
    )  # fmt: skip


def _with_durations(told: TopicPage, where: Filter) -> figures.Figure:
    link = asked.PointLink(where, told.volume)
    drawn = figures.figure(
        "topic", _dated_title(told.ttr), figures.trend_note(told.ttr),
        lambda size: charts.volume_and_durations(told.volume, told.ttr, link, size),
        figures.trend_files(told.ttr, where),
    )  # fmt: skip
    return replace(drawn, trend=told.ttr, where=where)


def _dated_title(ttr: Trend) -> str:
    """With the week or month that it is of: the figures beside it are of the whole window."""
    title, last = figures.trend_title(ttr), figures.last_known(ttr)
    if last is None:
        return title
    return f"{title}, of those that arrived {days.period_days(last.start, last.end)}"
