"""What changed this week? A sentence, and the charts that prove it."""

from dataclasses import dataclass

from flask import render_template

from ticketlens.answers.words import quoted
from ticketlens.model.overview import Overview, Part, Why
from ticketlens.model.topic import Topic
from web import wording
from web.pages import asked, figures

MOST_PARTS = 5
MOST_MOVERS = 6
POOLED = "all others"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The headline, cut where its topic's name stands, so that the name can be a link."""

    before: str
    topic: Topic | None
    after: str


@dataclass(frozen=True, slots=True)
class WhyBars:
    """The largest parts of a change as bars around one zero; `others` is the sum of what is not shown."""

    why: Why
    shown: tuple[Part, ...]
    unit: str
    zero: float
    span: float
    others: float
    others_count: int


def overview() -> str:
    now = asked.asked()
    told = asked.lens().overview(now.where, clock=now["clock"], cohort=now["cohort"], weeks=now.weeks, as_of=now.as_of)
    if told is None:
        return render_template("nothing.html", title="Nothing to tell yet")
    where = now.where.between(None, None)
    return render_template(
        "overview.html",
        told=told,
        sentence=sentence(told),
        ttr=figures.trend_figure("ttr", told.trend, where),
        bars=why_bars(told.why) if told.why else None,
        window=now.where.between(*told.window),
        most_movers=MOST_MOVERS,
        topics_title=topics_title(told),
    )


def sentence(told: Overview) -> Sentence:
    topic = told.headline_topic
    if topic is None or quoted(topic.name) not in told.sentence:
        return Sentence(wording.bound(told.sentence), None, "")
    before, _, after = told.sentence.partition(quoted(topic.name))
    return Sentence(wording.bound(f"{before}“"), topic, wording.bound(f"”{after}"))


def topics_title(told: Overview) -> str:
    """ "Seven topics make 55 % of all tickets and 64 % of the waiting"."""
    if not told.topics:
        return "No topics yet"
    if not told.coverage.total:
        return "No topic had a ticket"
    count = len(told.topics)
    names = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    many = names[count] if count < len(names) else str(count)
    noun, verb = ("topic", "makes") if count == 1 else ("topics", "make")
    shares = wording.percent(told.top_share_tickets, 0), wording.percent(told.top_share_waited, 0)
    return f"{many} {noun} {verb} {shares[0]} of all tickets and {shares[1]} of the waiting"


def why_bars(why: Why) -> WhyBars:
    """The parts in one unit, so that a reader can add them up."""
    shown = tuple(part for part in why.parts if part.name != POOLED)[:MOST_PARTS]
    left_out = [part for part in why.parts if part not in shown]
    others = sum(part.total for part in left_out)
    totals = [*(part.total for part in shown), others]
    low, high = min(0.0, *totals), max(0.0, *totals)
    span = (high - low) or 1.0
    unit = "hours of minutes" if max(abs(low), abs(high)) >= wording.MINUTES_UP_TO else "minutes"
    return WhyBars(why, shown, unit, -low / span, span, others, sum(part.groups for part in left_out))
