"""What changed in what customers say, as one sentence: the last whole period against the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ticketlens.answers.voice import SurveyPoint, SurveyVoice
from ticketlens.metrics.shares import Score, difference
from web import wording
from web.pages import surveys

MOST_CHANGES = 2


@dataclass(frozen=True, slots=True)
class Change:
    voice: SurveyVoice
    old: Score
    new: Score
    point: SurveyPoint

    @property
    def apart(self) -> Score:
        return difference(self.old, self.new)

    @property
    def clear(self) -> bool:
        return not self.apart.low <= 0 <= self.apart.high

    @property
    def sureness(self) -> float:
        """How many half-widths of its interval the change is."""
        return abs(self.apart.value) / max((self.apart.high - self.apart.low) / 2, 1e-9)


def headline(shown: Sequence[SurveyVoice], every: str) -> str:
    """ "NPS fell from +31 to +12 in October (Relationship, n = 84); no clear change in CSAT."."""
    changes = [change for one in shown if (change := _change(one)) is not None]
    clear = sorted((one for one in changes if one.clear), key=lambda one: -one.sureness)[:MOST_CHANGES]
    if clear:
        still = [surveys.metric_name(one.voice.survey) for one in changes if not one.clear]
        rest = f"; no clear change in {wording.words(dict.fromkeys(still))}" if still else ""
        return wording.bound("; ".join(_moved(one, every) for one in clear) + rest + ".")
    if changes:
        told = wording.words(_stands(one.voice, one.new) for one in changes[:MOST_CHANGES])
        return wording.bound(f"No clear change in {_period(changes[0].point, every)}: {told}.")
    whole = [(one, one.figures.score) for one in shown if one.figures.score is not None]
    if whole:
        return wording.bound(f"{wording.words(_stands(one, score) for one, score in whole[:MOST_CHANGES])}.")
    n = sum(one.figures.n for one in shown)
    return f"{wording.count(n, 'answer')} in this time: too few for a score" if n else "No answers in this time"


def _change(one: SurveyVoice) -> Change | None:
    """None unless the last two whole periods both have a score."""
    whole = [point for point in one.points if point.complete][-2:]
    if len(whole) < 2 or whole[0].figures.score is None or whole[1].figures.score is None:
        return None
    return Change(one, whole[0].figures.score, whole[1].figures.score, whole[1])


def _moved(change: Change, every: str) -> str:
    survey = change.voice.survey
    verb = "rose" if change.apart.value > 0 else "fell"
    ends = f"from {surveys.said(survey, change.old.value)} to {surveys.said(survey, change.new.value)}"
    return (
        f"{surveys.metric_name(survey)} {verb} {ends} in {_period(change.point, every)} "
        f"({survey.name}, n = {wording.number(change.new.n)})"
    )


def _stands(one: SurveyVoice, score: Score) -> str:
    return (
        f"{surveys.metric_name(one.survey)} {surveys.said(one.survey, score.value)} "
        f"({one.survey.name}, n = {wording.number(score.n)})"
    )


def _period(point: SurveyPoint, every: str) -> str:
    start = point.period.start
    return f"{start:%B}" if every == "month" else f"week {start.isocalendar().week}"
