"""The figures of one survey from how often each score was given: CSAT, NPS or CES, never of two surveys together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ticketlens.metrics import shares
from ticketlens.metrics.shares import Score
from ticketlens.model.answer import Direction, Survey, SurveyKind
from ticketlens.store.answers import AnswerCount


@dataclass(frozen=True, slots=True)
class Figures:
    """`score` is the share of satisfied answers (CSAT), the points of the NPS, or the mean of a CES as it was asked.

    `easy` is the share of a CES's answers that say easy. `good` names the scores that count as satisfied, as a promoter
    or as easy. `score` and `easy` are None under 20 answers; `split` counts promoters, passives and detractors.
    """

    n: int
    counts: Mapping[int, int]
    score: Score | None
    good: tuple[int, ...]
    easy: Score | None = None
    split: tuple[int, int, int] | None = None

    @property
    def too_few(self) -> bool:
        return self.n < shares.TOO_FEW

    def to_json(self) -> dict[str, object]:
        promoters, passives, detractors = self.split or (None, None, None)
        return {
            "n": self.n, "too_few": self.too_few, "score": _json(self.score), "easy": _json(self.easy),
            "good": list(self.good), "promoters": promoters, "passives": passives, "detractors": detractors,
            "counts": {str(score): n for score, n in sorted(self.counts.items())},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """Of the surveys sent in the days asked for, how many were answered by now. None: nobody tells what was sent.

    An answer of which nobody tells the sending was sent all the same, and counts in the days of the answer. Where every
    survey that is known to be sent was answered, those that were not are simply not told.
    """

    sent: int
    answered: int

    @property
    def rate(self) -> float | None:
        return self.answered / self.sent if self.sent > self.answered else None

    def to_json(self) -> dict[str, object]:
        known = self.rate is not None
        return {"sent": self.sent if known else None, "answered": self.answered if known else None, "rate": self.rate}


def figures(survey: Survey, counts: Mapping[int, int]) -> Figures:
    """Sources: Wilson 1927 for shares; the mean +- 1.96 s / sqrt(n); for the NPS see `shares.nps`."""
    n = sum(counts.values())
    turned = {survey.good(score): count for score, count in counts.items()}
    lowest = cut(survey)
    good = tuple(sorted(survey.good(score) for score in range(lowest, survey.scale + 1)))
    if survey.kind is SurveyKind.NPS:
        return Figures(n, dict(counts), shares.nps(counts), good, split=shares.split(counts))
    if survey.kind is SurveyKind.CES:
        return Figures(n, dict(counts), shares.ces(counts), good, easy=shares.ces_easy(turned, lowest))
    return Figures(n, dict(counts), shares.csat(turned, survey.scale), good)


def cut(survey: Survey) -> int:
    """The lowest score, turned so that high is good, that counts as satisfied, as a promoter or as easy."""
    if survey.kind is SurveyKind.NPS:
        return 9
    return (shares.TOP_BOXES if survey.kind is SurveyKind.CSAT else shares.EASY)[survey.scale]


def in_words(survey: Survey) -> str:
    """Which answers count, for a person: "4 and 5 of 5 are satisfied"."""
    scores = sorted(survey.good(score) for score in range(cut(survey), survey.scale + 1))
    named = f"{scores[0]}" if len(scores) == 1 else f"{scores[0]} to {scores[-1]}"
    named = " and ".join(map(str, scores)) if len(scores) == 2 else named
    meant = {"csat": "satisfied", "nps": "promoters (0 to 6 detractors)", "ces": "easy"}[survey.kind]
    turned = ", low is good" if survey.direction is Direction.LOW_IS_GOOD else ""
    verb = "is" if len(scores) == 1 else "are"
    return f"{named} of {survey.scale} {verb} {meant}{turned}"


def scores_of(counts: Iterable[AnswerCount]) -> dict[int, int]:
    """How often each score was given; what was not answered is left out."""
    told: dict[int, int] = {}
    for one in counts:
        if one.score is not None:
            told[one.score] = told.get(one.score, 0) + one.n
    return told


def sent_of(counts: Iterable[AnswerCount]) -> Sent:
    """Of counts over the date of sending."""
    told = list(counts)
    return Sent(sum(one.n for one in told), sum(one.n for one in told if one.score is not None))


def _json(score: Score | None) -> dict[str, object] | None:
    return None if score is None else {"value": score.value, "low": score.low, "high": score.high, "n": score.n}
