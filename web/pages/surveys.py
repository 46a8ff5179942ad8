"""Surveys in words and addresses: which scores make a class, how a score is written, which survey an address names."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketlens.answers.listed import in_state, rated
from ticketlens.answers.surveys import cut, in_words
from ticketlens.errors import ConfigError
from ticketlens.metrics.shares import Score
from ticketlens.model.answer import TICKET_RATING, Answer, Survey, SurveyKind
from ticketlens.model.filter import Filter
from web import wording
from web.pages import asked
from web.pages.kept import kept

EVERY_SCORE = tuple(map(str, range(11)))
NPS = {"detractors": tuple(range(7)), "passives": (7, 8), "promoters": (9, 10)}
NAMES: Mapping[SurveyKind, tuple[str, str]] = {
    SurveyKind.CSAT: ("dissatisfied", "satisfied"),
    SurveyKind.CES: ("not-easy", "easy"),
}
ONE = {"detractors": "detractor", "passives": "passive", "promoters": "promoter"}


@dataclass(frozen=True, slots=True)
class ScoreClass:
    """Scores of a survey that count alike; `tone` colours them, its name says the same."""

    id: str
    scores: tuple[int, ...]
    tone: str

    @property
    def name(self) -> str:
        return {"dissatisfied": "not satisfied"}.get(self.id, self.id.replace("-", " "))

    @property
    def of_one(self) -> str:
        return ONE.get(self.id, self.name)


def classes(survey: Survey) -> tuple[ScoreClass, ...]:
    """The unhappy first."""
    if survey.kind is SurveyKind.NPS:
        return tuple(
            ScoreClass(name, scores, tone)
            for (name, scores), tone in zip(NPS.items(), ("bad", "middling", "good"), strict=True)
        )
    least = cut(survey)
    every = range(min(survey.lowest, survey.scale - 1), survey.scale + 1)
    bad, good = NAMES[survey.kind]
    return (
        ScoreClass(bad, tuple(score for score in every if survey.good(score) < least), "bad"),
        ScoreClass(good, tuple(score for score in every if survey.good(score) >= least), "good"),
    )


def class_of(answer: Answer) -> ScoreClass | None:
    """None where nothing was answered, or a score that its scale does not have."""
    return next((one for one in classes(answer.survey) if answer.score in one.scores), None)


def known() -> tuple[Survey, ...]:
    return kept("surveys", asked.lens().voice.surveys)


def named(id: str) -> Survey | None:
    """The survey that an address asks for; None for none. ConfigError for one that nobody was ever sent."""
    if not id:
        return None
    found = next((survey for survey in known() if survey.id == id), None)
    if found is None:
        raise ConfigError(f"survey: {id[:40]!r} is none of those that are here")
    return found


def of_kind(kind: SurveyKind, wanted: str) -> Survey | None:
    """The survey of that id or name; None, which is the largest, for none and for one of another kind."""
    fitting = [survey for survey in known() if wanted in (survey.id, survey.name)]
    if wanted and not fitting:
        named(wanted)
    return next((survey for survey in fitting if survey.kind is kind), None)


def label(survey: Survey) -> str:
    """With all that tells it from another of the same name: "After solve, CSAT 1–5: How was it?"."""
    asked_for = f": {_cut(survey.question)}" if survey.question else ""
    return f"{_cut(survey.name)}, {metric_name(survey)} {survey.lowest}–{survey.scale}{asked_for}"


def _cut(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def scored(survey: Survey) -> str:
    """ "After solve, CSAT 1–5: 4 and 5 of 5 are satisfied"."""
    return f"{survey.name}, {metric_name(survey)} {survey.lowest}–{survey.scale}: {in_words(survey)}"


def asked_by_survey() -> tuple[Survey, ...]:
    """Those whose answers are listed as answers: the ratings of tickets are listed as tickets."""
    return tuple(survey for survey in known() if survey.name != TICKET_RATING)


@dataclass(frozen=True, slots=True)
class Behind:
    """The addresses of lists of exactly what a survey's numbers count; None where there is no such list.

    Ratings that tickets carry lead to these tickets: all of them, or a class, not a single score.
    """

    survey: Survey
    where: Filter

    def __call__(self, where: Filter | None = None, score: str = "") -> str | None:
        inside = where or self.where
        found = rated(inside, self.survey)
        if found is None:
            return asked.answers(inside, survey=self.survey.id, score=score)
        if score not in ("", *NAMES[SurveyKind.CSAT]):
            return None
        return asked.tickets(in_state(found, score) if score else found)

    def sent(self, where: Filter | None = None) -> str:
        return asked.answers(where or self.where, survey=self.survey.id, given="sent")


def scores_of(text: str, survey: Survey | None) -> tuple[SurveyKind | None, tuple[int, ...]]:
    """The kind and the scores of "detractors", "satisfied" (of the survey that is asked for) or "1,2"."""
    if not text:
        return None, ()
    if text in NPS and (survey is None or survey.kind is SurveyKind.NPS):
        return SurveyKind.NPS, NPS[text]
    if survey is not None:
        for one in classes(survey):
            if one.id == text:
                return survey.kind, one.scores
    told = text.split(",")
    if all(part in EVERY_SCORE for part in told):
        return None, tuple(int(part) for part in told)
    raise ConfigError(f"score: {text[:40]!r} is no class of scores here; name a survey with it, or scores such as 1,2")


def said(survey: Survey, value: float | None) -> str:
    """85 %, +20, 4.1 of 7."""
    if value is None:
        return wording.UNKNOWN
    if survey.kind is SurveyKind.CSAT:
        return wording.percent(value, 0)
    if survey.kind is SurveyKind.NPS:
        return points(value)
    return f"{value:.1f} of {survey.scale}".replace(" ", wording.NBSP)


def short(survey: Survey, value: float) -> str:
    """Without the scale, for intervals and axes."""
    return f"{value:.1f}" if survey.kind is SurveyKind.CES else said(survey, value)


def full_name(survey: Survey) -> str:
    """The survey, and the scale of what tickets carry, of which there may be several: "ticket rating, of 5"."""
    return f"{survey.name}, of {survey.scale}" if survey.name == TICKET_RATING else survey.name


def points(value: float) -> str:
    whole = round(value)
    return "0" if not whole else wording.signed(whole, wording.number(abs(whole)))


def interval(survey: Survey, score: Score) -> str:
    return f"{short(survey, score.low)} to {short(survey, score.high)}"


def metric_name(survey: Survey) -> str:
    return {"csat": "CSAT", "nps": "NPS", "ces": "CES"}[survey.kind]
