"""What customers say: each survey by itself, with its trend, its response rate and its topics."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from ticketlens.answers.surveys import Figures, Sent, figures, in_words, scores_of, sent_of
from ticketlens.answers.widened import narrowed
from ticketlens.metrics.periods import Period, complete
from ticketlens.metrics.shares import TOP_BOXES
from ticketlens.model.answer import Survey, SurveyKind, rating_of
from ticketlens.store.answers import AnswerCount, AnswerFilter, AnswerQuestion
from ticketlens.store.base import Question, Store

RATINGS = tuple(rating_of(scale) for scale in TOP_BOXES)
Key = TypeVar("Key")
BySurvey = Mapping[Survey, list[AnswerCount]]


@dataclass(frozen=True, slots=True)
class SurveyPoint:
    period: Period
    complete: bool
    figures: Figures
    sent: Sent

    def to_json(self) -> dict[str, object]:
        return {
            "label": self.period.label, "start": self.period.start.isoformat(), "end": self.period.end.isoformat(),
            "complete": self.complete, **self.figures.to_json(), "response": self.sent.to_json(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TopicVoice:
    """`topic` None: answers without a ticket that counts, or to one in no topic."""

    topic: int | None
    name: str | None
    figures: Figures
    sent: Sent

    def to_json(self) -> dict[str, object]:
        told = {**self.figures.to_json(), "response": self.sent.to_json()}
        return {"topic": self.topic, "topic_name": self.name, **told}


@dataclass(frozen=True, slots=True)
class SurveyVoice:
    """One survey over all periods together, in each of them, and by topic, the topic with most answers first."""

    survey: Survey
    figures: Figures
    sent: Sent
    points: tuple[SurveyPoint, ...]
    topics: tuple[TopicVoice, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "survey": self.survey.to_json(), "counts_as": in_words(self.survey), **self.figures.to_json(),
            "response": self.sent.to_json(), "periods": [one.to_json() for one in self.points],
            "topics": [one.to_json() for one in self.topics],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class VoiceReport:
    """Surveys with most answers first. Answered surveys are not all tickets, and not all customers."""

    periods: tuple[Period, ...]
    as_of: datetime
    surveys: tuple[SurveyVoice, ...]

    def of(self, kind: SurveyKind) -> tuple[SurveyVoice, ...]:
        return tuple(one for one in self.surveys if one.survey.kind is kind)

    @property
    def notes(self) -> tuple[str, ...]:
        """Which periods are cut to the days asked for."""
        return narrowed(self.periods)

    def to_json(self) -> dict[str, object]:
        first, last = self.periods[0].start.isoformat(), self.periods[-1].end.isoformat()
        return {
            "from": first, "until": last, "as_of": self.as_of.isoformat(), "notes": list(self.notes),
            "surveys": [one.to_json() for one in self.surveys],
        }  # fmt: skip


def voice_report(
    store: Store, periods: tuple[Period, ...], where: AnswerFilter, as_of: datetime, kind: SurveyKind | None = None,
    *, topics: bool = True,
) -> VoiceReport:  # fmt: skip
    where, group_by = replace(where, kind=kind, since=None, until=as_of), "topic" if topics else None
    given = _by_survey(counted(store, periods, where, as_of, group_by))
    sent = _by_survey(store.count_answers(AnswerQuestion(periods, replace(where, dated="sent"), group_by)))
    named = _topics(store, given, sent) if topics else {}
    told = [
        _survey(survey, periods, as_of, given.get(survey, []), sent.get(survey, []), named.get(survey, ()))
        for survey in {**given, **sent}
    ]
    return VoiceReport(periods, as_of, tuple(sorted(told, key=lambda one: (-one.figures.n, one.survey))))


def counted(
    store: Store, periods: tuple[Period, ...], where: AnswerFilter, as_of: datetime, group_by: str | None = None
) -> list[AnswerCount]:
    """Answers by when they were given, the ratings of tickets among them as surveys of their own, one a scale."""
    told = store.count_answers(AnswerQuestion(periods, replace(where, dated="answered"), group_by))
    if where.kind not in (None, SurveyKind.CSAT) or where.commented or where.survey not in (None, *RATINGS):
        return told
    tickets = where.where.having("requester", where.customers) if where.customers else where.where
    ratings = store.count_ratings(Question(periods, as_of, "rated", tickets, group_by))
    return told + [one for one in ratings if where.survey in (None, one.survey)]


def _survey(
    survey: Survey, periods: Sequence[Period], as_of: datetime, given: Sequence[AnswerCount],
    sent: Sequence[AnswerCount], topics: tuple[TopicVoice, ...],
) -> SurveyVoice:  # fmt: skip
    by_period = _grouped((one.period, one) for one in given)
    sent_by = _grouped((one.period, one) for one in sent)
    points = tuple(
        SurveyPoint(
            period, complete(period, as_of), figures(survey, scores_of(by_period.get(number, []))),
            sent_of(sent_by.get(number, [])),
        )
        for number, period in enumerate(periods)
    )  # fmt: skip
    return SurveyVoice(survey, figures(survey, scores_of(given)), sent_of(sent), points, topics)


def _topics(store: Store, given: BySurvey, sent: BySurvey) -> Mapping[Survey, tuple[TopicVoice, ...]]:
    names = {topic.id: topic.name for topic in store.topics(retired=True)}
    found: dict[Survey, tuple[TopicVoice, ...]] = {}
    for survey, counts in given.items():
        asked = _grouped((one.group, one) for one in sent.get(survey, ()))
        rows = [
            _topic(survey, group, told, asked.get(group, []), names)
            for group, told in _grouped((one.group, one) for one in counts).items()
        ]
        found[survey] = tuple(sorted(rows, key=lambda row: (row.topic is None, -row.figures.n, row.topic or 0)))
    return found


def _topic(
    survey: Survey, group: str | None, counts: Sequence[AnswerCount], sent: Sequence[AnswerCount],
    names: Mapping[int, str],
) -> TopicVoice:  # fmt: skip
    topic = None if group is None else int(group)
    name = None if topic is None else names.get(topic)
    return TopicVoice(topic, name, figures(survey, scores_of(counts)), sent_of(sent))


def _by_survey(counts: Iterable[AnswerCount]) -> BySurvey:
    return _grouped((one.survey, one) for one in counts)


def _grouped(pairs: Iterable[tuple[Key, AnswerCount]]) -> dict[Key, list[AnswerCount]]:
    found: dict[Key, list[AnswerCount]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return dict(found)
