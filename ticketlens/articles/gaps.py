"""What the help centre leaves open: problems without an article, by the hours that customers waited for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ticketlens.articles.nearest import Near, Pages, Rule
from ticketlens.model.article import Article
from ticketlens.model.overview import TopicTable
from ticketlens.model.topic import Topic, TopicFigures

NAMED = 3
SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Answered:
    """One topic of the window with its nearest article, however far; None where there is none to compare with."""

    figures: TopicFigures
    near: Near | None


@dataclass(frozen=True, slots=True)
class Gaps:
    """Topics by customer-hours waited: those that no article is about, and those that have one.

    `unmet` are published articles that are about no topic. `articles` counts the published ones, `waiting` those of
    them that have no vector yet; `rule` says when an article is about a topic.
    """

    window: tuple[date, date]
    as_of: datetime
    gaps: tuple[Answered, ...]
    known: tuple[Answered, ...]
    unmet: tuple[Article, ...]
    articles: int
    waiting: int
    rule: Rule
    waited_hours: float

    @property
    def gap_hours(self) -> float:
        return sum(row.figures.waited_hours for row in self.gaps)

    @property
    def sentence(self) -> str:
        """What the page says first."""
        if not self.articles:
            return "No article of a help centre is here yet"
        if self.waiting == self.articles:
            came = _some(self.articles, "article").capitalize()
            return f"{came} came, and {_are(self.articles)} not compared with the problems yet"
        if not self.gaps:
            return "Every problem has an article" if self.known else "There is no problem to compare articles with yet"
        return f"{self._whose()} {_hours(self.gap_hours)} {_span(self.window)}{self._most()}"

    def _whose(self) -> str:
        if len(self.gaps) == 1:
            return "The one problem without an article cost customers"
        return f"The {_number(len(self.gaps))} problems without an article cost customers"

    def _most(self) -> str:
        names = [f"“{row.figures.topic.name}”" for row in self.gaps[:NAMED]]
        listed = " and ".join((", ".join(names[:-1]), names[-1]) if len(names) > 1 else names)
        return f": {listed}" if len(self.gaps) <= NAMED else f", above all for {listed}"

    def to_json(self) -> dict[str, object]:
        first, last = self.window
        return {
            "sentence": self.sentence, "window": {"from": first.isoformat(), "to": last.isoformat()},
            "as_of": self.as_of.isoformat(), "articles": self.articles, "waiting": self.waiting,
            "least": self.rule.least, "waited_hours": self.waited_hours, "gap_hours": self.gap_hours,
            "gaps": [_row(one) for one in self.gaps], "known": [_row(one) for one in self.known],
            "unmet": [_named(one) for one in self.unmet],
        }  # fmt: skip


def gaps(table: TopicTable, pages: Pages, topics: Sequence[Topic]) -> Gaps:
    """The topics that tickets of the window are in; `topics` are all that there are."""
    nearest = pages.nearest(topics)
    told = [Answered(row, nearest.get(row.topic.id)) for row in table.rows if row.size]
    return Gaps(
        window=table.window, as_of=table.as_of,
        gaps=tuple(one for one in told if one.near is None or not one.near.about),
        known=tuple(one for one in told if one.near is not None and one.near.about),
        unmet=pages.unmet(topics), articles=pages.count,
        waiting=pages.waiting, rule=pages.rule, waited_hours=table.waited_hours,
    )  # fmt: skip


def _row(one: Answered) -> dict[str, object]:
    near = None if one.near is None else {**_named(one.near.article), "cosine": one.near.cosine}
    row = one.figures
    return {
        "id": row.topic.id, "name": row.topic.name, "size": row.size, "waited_hours": row.waited_hours, "near": near,
    }  # fmt: skip


def _named(one: Article) -> dict[str, object]:
    return {"source": one.source, "id": one.id, "title": one.title, "url": one.url, "language": one.language}


def _span(window: tuple[date, date]) -> str:
    days = (window[1] - window[0]).days + 1
    whole = days % 7 == 0
    return f"in {_some(days // 7, 'week') if whole else _some(days, 'day')}"


def _hours(hours: float) -> str:
    return f"{hours:,.0f} hour{'' if round(hours) == 1 else 's'}"


def _some(n: int, noun: str) -> str:
    return f"{_number(n)} {noun}{'' if n == 1 else 's'}"


def _number(n: int) -> str:
    return SMALL[n] if n < len(SMALL) else f"{n:,}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
