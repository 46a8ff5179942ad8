"""What do customers say, about what, and what does it cost where they are unhappy?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import render_template

from ticketlens.answers.surveys import in_words
from ticketlens.answers.voice import SurveyPoint, SurveyVoice, VoiceReport
from ticketlens.answers.worth import DetractorCost
from ticketlens.metrics.periods import By
from ticketlens.model.answer import Survey, SurveyKind
from ticketlens.model.filter import Filter
from ticketlens.model.trend import Point, Trend
from ticketlens.store.answers import AnswerPage
from web import wording
from web.charts.scores import scores as drawn_scores
from web.charts.spark import Piece
from web.charts.trend import Size
from web.pages import asked, figures, surveys
from web.pages import days as days_of
from web.pages.answers import Told, answer_filter, told
from web.pages.voice_topics import topic_rows
from web.pages.voice_words import headline

MOST_POINTS = 60
"""So many periods are drawn together: each is a column that leads to its answers, and a page has to stay light."""
MOST_DRAWN, MOST_SHOWN = 3, 8
LONGEST_BY_WEEK = timedelta(days=2 * 366)
COMMENTS = 10
MOST_TOPICS, ALL_TOPICS = 15, 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One survey on the page; `drawn` is None where only its figures are shown."""

    voice: SurveyVoice
    counts_as: str
    classes: tuple["ClassRow", ...]
    scores: tuple["ScoreColumn", ...]
    drawn: figures.Figure | None
    behind: surveys.Behind

    @property
    def survey(self) -> Survey:
        return self.voice.survey


@dataclass(frozen=True, slots=True)
class ClassRow:
    of: surveys.ScoreClass
    n: int
    share: float
    to: str | None


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """How often one score was given; `share` is of the most frequent one."""

    score: int
    n: int
    share: float
    tone: str
    to: str | None


@dataclass(frozen=True, slots=True)
class Comments:
    rows: list[Told]
    count: int
    page: AnswerPage
    choices: list[tuple[str, str]]


def voice() -> str:
    if not surveys.known() and not asked.lens().voice.list_customers(limit=1).items:
        return render_template("no_answers.html")
    survey = surveys.named(asked.asked()["survey"])
    report = report_asked()
    shown = [one for one in report.surveys if one.figures.n or one.sent.sent]
    shown = [one for one in shown if survey in (None, one.survey)]
    where = window(report)
    drawn = min(max(MOST_POINTS // len(report.periods), 1), 1 if asked.asked()["topics"] else MOST_DRAWN)
    return render_template(
        "voice.html",
        report=report,
        where=where,
        survey=survey,
        known=surveys.known(),
        headline=headline(shown, every()),
        drawn=[survey_shown(one, report, where, draw=n < drawn) for n, one in enumerate(shown[:MOST_SHOWN])],
        more=[(one.survey, one.figures.n) for one in shown[MOST_SHOWN:]],
        every=every(),
        topics=topic_rows(shown, where, most=ALL_TOPICS if asked.asked()["topics"] else MOST_TOPICS) if shown else None,
        comments=comments(survey, where),
        cost=cost_asked(shown),
        topic_names=asked.lens().topic_names(),
        pieces=pieces,
    )


def report_asked() -> VoiceReport:
    now = asked.asked()
    where = replace(now.where, as_of=None)
    return asked.lens().voice.report(where, by=every(), first=where.first, last=where.last, as_of=now.as_of)


def every() -> By:
    """By week, if the address says so and the time is not too long for it."""
    now = asked.asked()
    first, last = now.where.first, now.where.last or asked.lens().now().date()
    return "week" if now["every"] == "week" and (first is None or last - first < LONGEST_BY_WEEK) else "month"


def window(report: VoiceReport) -> Filter:
    """The page's filter over the days of its periods: what its numbers are of."""
    return asked.asked().where.between(report.periods[0].start, report.periods[-1].end - timedelta(days=1))


def survey_shown(one: SurveyVoice, report: VoiceReport, where: Filter, *, draw: bool) -> Shown:
    behind, rows = surveys.Behind(one.survey, where), []
    for each in surveys.classes(one.survey):
        n = sum(one.figures.counts.get(score, 0) for score in each.scores)
        rows.append(ClassRow(each, n, n / one.figures.n if one.figures.n else 0.0, behind(score=each.id)))
    drawn = survey_figure(one, report, where) if draw else None
    return Shown(one, in_words(one.survey), tuple(rows), tuple(_columns(one, behind)), drawn, behind)


def _columns(one: SurveyVoice, behind: surveys.Behind) -> Iterator[ScoreColumn]:
    most = max(one.figures.counts.values(), default=0)
    tones = {score: each.tone for each in surveys.classes(one.survey) for score in each.scores}
    for score, tone in sorted(tones.items()):
        n = one.figures.counts.get(score, 0)
        yield ScoreColumn(score, n, n / most if most else 0.0, tone, behind(score=str(score)))


def pieces(shown: Shown) -> list[Piece]:
    """The classes of scores as parts of one bar."""
    return [
        Piece(
            row.share, row.of.name, f"{wording.percent(row.share, 0)} {row.of.name}: {wording.count(row.n, 'answer')}",
            row.to or "#survey-" + shown.survey.id, row.of.tone,
        )
        for row in shown.classes if row.n
    ]  # fmt: skip


def survey_figure(one: SurveyVoice, report: VoiceReport, where: Filter) -> figures.Figure:
    trend = survey_trend(one, report)
    same = {"survey": one.survey.id, "score": "", "commented": ""}
    return figures.figure(
        f"trend-{one.survey.id}", trend_title(one, trend), trend_note(trend),
        lambda size: survey_chart(one, trend, where, size),
        figures.files("pages.voice_trend_file", replace(where, as_of=report.as_of), **same),
    )  # fmt: skip


def survey_chart(one: SurveyVoice, trend: Trend, where: Filter, size: Size) -> dict[str, object]:
    behind = surveys.Behind(one.survey, where)

    def to(point: Point) -> str:
        return behind(where.between(point.start, point.end - asked.ONE_DAY)) or f"#survey-{one.survey.id}"

    name = f"{surveys.metric_name(one.survey)}, {one.survey.name}"
    words = name if len(name) < 40 or not size.narrow else surveys.metric_name(one.survey)
    today = report_day(trend)
    return drawn_scores(trend, one.survey, lambda point: point_told(one.survey, point, today), to, words, size)


def survey_trend(one: SurveyVoice, report: VoiceReport) -> Trend:
    kind, unit = ("share", "share") if one.survey.kind is SurveyKind.CSAT else ("score", "points")
    return Trend(
        metric=one.survey.kind.value, kind=kind, cohort="answered", clock="calendar", zone=asked.lens().zone, unit=unit,
        by=every(), as_of=report.as_of, horizon=None, points=tuple(_point(point) for point in one.points),
    )  # fmt: skip


def _point(one: SurveyPoint) -> Point:
    score, period = one.figures.score, one.period
    ends = (score.value, score.low, score.high) if score else (None, None, None)
    value, low, high = ends
    return Point(
        period.label, period.start, period.end, one.complete, one.figures.n, value=value, low=low, high=high,
        too_few=score is None,
    )  # fmt: skip


def report_day(trend: Trend) -> date:
    return trend.as_of.astimezone(ZoneInfo(trend.zone)).date()


def last_known(trend: Trend) -> Point | None:
    """The last whole period with a score; where none is whole, the last one that is over."""
    over = [point for point in trend.points if point.value is not None and point.end <= report_day(trend)]
    return figures.last_known(trend) or (over[-1] if over else None)


def point_told(survey: Survey, point: Point, today: date) -> str:
    """ "October: 82 % (75 % to 88 %); 120 answers"."""
    told = "too few for a score"
    if point.value is not None and point.low is not None and point.high is not None:
        ends = f"{surveys.short(survey, point.low)} to {surveys.short(survey, point.high)}"
        told = f"{surveys.said(survey, point.value)} ({ends})"
    unfinished = "" if point.complete else ", running" if point.end > today else ", not whole"
    days = days_of.period_days(point.start, point.end)
    return f"{days}{unfinished}: {told}; {wording.count(point.n, 'answer')}"


def trend_title(one: SurveyVoice, trend: Trend) -> str:
    last = last_known(trend)
    name = surveys.metric_name(one.survey)
    if last is None:
        return f"{name}: too few answers in any {trend.by}"
    return f"{name} {surveys.said(one.survey, last.value)}, {days_of.period_days(last.start, last.end)}"


def trend_note(trend: Trend) -> str:
    last = last_known(trend)
    words = [f"By {trend.by} of the answer"]
    if last is not None:
        where = f"the last whole {trend.by}" if last.complete else days_of.period_days(last.start, last.end)
        words += [figures.interval_drawn(trend), f"n = {wording.number(last.n)} in {where}"]
    return " · ".join(words)


def comments(survey: Survey | None, where: Filter) -> Comments:
    now, desk = asked.asked(), asked.lens().voice
    chosen = survey or next((one for one in surveys.known() if one.kind is SurveyKind.NPS), None)
    among = answer_filter(survey, commented=True)
    inside = desk.asked(replace(where, as_of=None))
    among = replace(among, since=inside.since, until=inside.until, dated="answered")
    page = desk.page_of(among, cursor=now["cursor"] or None, limit=COMMENTS)
    classes = surveys.classes(chosen) if chosen else ()
    choices = [("", "all"), *((one.id, one.name) for one in classes)] if classes else []
    return Comments([told(one) for one in page.items], desk.count(among), page, choices)


def cost_asked(shown: list[SurveyVoice]) -> DetractorCost | None:
    """Of the NPS on the page, else of the largest of these days, since filters on tickets have no say in it.

    None where nobody was ever asked for an NPS.
    """
    if all(survey.kind is not SurveyKind.NPS for survey in surveys.known()):
        return None
    survey = next((one.survey.id for one in shown if one.survey.kind is SurveyKind.NPS and one.figures.n), None)
    where = asked.asked().where
    return asked.lens().voice.detractors(survey=survey, first=where.first, last=where.last)
