"""Which problems make customers unhappy? One survey by topic, beside how long they waited there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ticketlens.answers.surveys import Figures, Sent
from ticketlens.answers.voice import SurveyVoice, TopicVoice
from ticketlens.model.answer import TICKET_RATING, Survey
from ticketlens.model.filter import Filter
from web.pages import asked
from web.pages.surveys import Behind

BY_DEFAULT = "score"


@dataclass(frozen=True, slots=True)
class TopicRow:
    """`to` is None where no list has exactly these answers."""

    topic: int | None
    name: str
    figures: Figures
    sent: Sent
    waited: float | None
    to: str | None
    to_sent: str | None
    tickets: str | None

    @property
    def unhappy(self) -> float | None:
        return None if self.figures.score is None else self.figures.score.value


@dataclass(frozen=True, slots=True)
class TopicRows:
    survey: Survey
    rows: list[TopicRow]
    others: tuple[Survey, ...]
    sort: str
    left_out: int
    left_out_n: int

    @property
    def title(self) -> str:
        if all(row.figures.too_few for row in self.rows if row.topic is not None):
            return "By topic, too few answers in each for a score"
        return {"score": "The unhappiest topics", "-score": "The happiest topics"}.get(self.sort, "By topic")


COLUMNS: dict[str, Callable[[TopicRow], Any]] = {
    "score": lambda row: row.unhappy,
    "n": lambda row: -row.figures.n,
    "response": lambda row: row.sent.rate,
    "waited": lambda row: None if row.waited is None else -row.waited,
    "topic": lambda row: row.name.casefold(),
}


def topic_rows(shown: Sequence[SurveyVoice], where: Filter, *, most: int | None = None) -> TopicRows | None:
    """Of the survey with most answers that are about tickets in topics; None where there is none.

    Of more topics than `most` the first are told, and what was answered about no topic.
    """
    fitting = [one for one in shown if any(row.topic is not None for row in one.topics)]
    if not fitting:
        return None
    one = fitting[0]
    waited = _waited(where)
    to = Behind(one.survey, where)
    rows = [_row(one, row, to, waited) for row in one.topics]
    sort = asked.asked()["sort"] or BY_DEFAULT
    others = tuple(other.survey for other in fitting[1:])
    told = ordered(rows, sort)
    left_out = [row for row in told if row.topic is not None][most:] if most else []
    kept = [row for row in told if row not in left_out]
    return TopicRows(one.survey, kept, others, sort, len(left_out), sum(row.figures.n for row in left_out))


def ordered(rows: list[TopicRow], sort: str) -> list[TopicRow]:
    """The unhappiest, the most or the slowest first; "-" in front turns it. Unknown ones and no topic stand last."""
    key = COLUMNS.get(sort.removeprefix("-"), COLUMNS[BY_DEFAULT])
    known = [row for row in rows if row.topic is not None and key(row) is not None]
    unknown = sorted(
        (row for row in rows if row.topic is not None and key(row) is None), key=lambda row: -row.figures.n
    )
    return sorted(known, key=key, reverse=sort.startswith("-")) + unknown + [row for row in rows if row.topic is None]


def _row(one: SurveyVoice, row: TopicVoice, behind: Behind, waited: dict[int, float]) -> TopicRow:
    own = behind.where.having("topic", "" if row.topic is None else str(row.topic))
    to = behind(own)
    if row.topic is not None:
        tickets = asked.tickets(own)
        hours, sent, name = waited.get(row.topic), behind.sent(own), row.name or f"topic {row.topic}"
        return TopicRow(row.topic, name, row.figures, row.sent, hours, to, sent, tickets)
    return TopicRow(None, "no topic", row.figures, row.sent, None, to if _exact(one, row, own) else None, None, None)


def _exact(one: SurveyVoice, row: TopicVoice, own: Filter) -> bool:
    """Whether the list of what is about tickets in no topic has all of the row: others are about no ticket at all."""
    if one.survey.name == TICKET_RATING:
        return True
    voice = asked.lens().voice
    inside = replace(voice.asked(replace(own, as_of=None)), survey=one.survey, dated="answered")
    return voice.count(inside) == row.figures.n


def _waited(where: Filter) -> dict[int, float]:
    """Hours that customers waited by topic, of the tickets that arrived in the window."""
    lens = asked.lens()
    if lens.empty():
        return {}
    return {row.topic.id: row.waited_hours for row in lens.topics(replace(where, dated="arrived")).rows}
