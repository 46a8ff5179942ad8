"""What customers say: each survey by itself, with its trend, its response rate and its topics."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from ticketlens.answers.surveys import Figures, Sent, figures, in_words, scores_of, sent_of
from ticketlens.metrics.periods import Period, complete
from ticketlens.model.answer import Survey, SurveyKind
from ticketlens.store.answers import AnswerCount, AnswerFilter, AnswerQuestion
from ticketlens.store.base import Store

Key = TypeVar("Key")


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

    def to_json(self) -> dict[str, object]:
        first, last = self.periods[0].start.isoformat(), self.periods[-1].end.isoformat()
        return {
            "from": first, "until": last, "as_of": self.as_of.isoformat(),
            "surveys": [one.to_json() for one in self.surveys],
        }  # fmt: skip


def voice_report(
    store: Store, periods: tuple[Period, ...], where: AnswerFilter, as_of: datetime, kind: SurveyKind | None = None,
    *, topics: bool = True,
) -> VoiceReport:  # fmt: skip
    where = replace(where, kind=kind, since=None, until=as_of)
    given = _by_survey(store.count_answers(AnswerQuestion(periods, replace(where, dated="answered"))))
    sent = _by_survey(store.count_answers(AnswerQuestion(periods, replace(where, dated="sent"))))
    named = _topics(store, periods, where) if topics else {}
    told = [
        _survey(survey, periods, as_of, given.get(survey, []), sent.get(survey, []), named.get(survey, ()))
        for survey in {**given, **sent}
    ]
    return VoiceReport(periods, as_of, tuple(sorted(told, key=lambda one: (-one.figures.n, one.survey))))


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


def _topics(store: Store, periods: tuple[Period, ...], where: AnswerFilter) -> Mapping[Survey, tuple[TopicVoice, ...]]:
    whole = (replace(periods[0], end=periods[-1].end, end_at=periods[-1].end_at),)
    given, sent = (
        _grouped(
            ((one.survey, one.group), one)
            for one in store.count_answers(AnswerQuestion(whole, replace(where, dated=dated), "topic"))
        )
        for dated in ("answered", "sent")
    )
    names = {topic.id: topic.name for topic in store.topics(retired=True)}
    found: dict[Survey, list[TopicVoice]] = defaultdict(list)
    for (survey, group), counts in given.items():
        topic = None if group is None else int(group)
        about = figures(survey, scores_of(counts))
        told = sent_of(sent.get((survey, group), []))
        found[survey].append(TopicVoice(topic, None if topic is None else names.get(topic), about, told))
    return {
        survey: tuple(sorted(rows, key=lambda row: (row.topic is None, -row.figures.n, row.topic or 0)))
        for survey, rows in found.items()
    }


def _by_survey(counts: Iterable[AnswerCount]) -> dict[Survey, list[AnswerCount]]:
    return _grouped((one.survey, one) for one in counts)


def _grouped(pairs: Iterable[tuple[Key, AnswerCount]]) -> dict[Key, list[AnswerCount]]:
    found: dict[Key, list[AnswerCount]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return dict(found)
