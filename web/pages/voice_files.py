"""The tables and charts of the Voice page, as files."""

from datetime import timedelta

from flask import Response, abort

from ticketlens.answers.surveys import Figures, Sent, in_words
from ticketlens.answers.voice import SurveyVoice, VoiceReport
from ticketlens.model.answer import Survey
from web import wording
from web.charts import drawing
from web.charts import trend as charts
from web.pages import asked, surveys
from web.pages.spreadsheet import csv_lines
from web.pages.voice import cost_asked, report_asked, survey_chart, survey_trend, trend_note, trend_title, window
from web.pages.voice_topics import topic_rows

OF_SURVEY = ("survey_id", "survey", "kind", "scale", "direction", "question", "counts_as")
FIGURES = (
    "n", "score", "low", "high", "promoters", "passives", "detractors", "easy", "easy_low", "easy_high", "sent",
    "response_rate", "too_few",
)  # fmt: skip


def scores() -> Response:
    """A line a survey."""
    _, shown = _shown()
    rows = [(*_of_survey(one.survey), *_figures(one.figures, one.sent)) for one in shown]
    return asked.attached(csv_lines((*OF_SURVEY, *FIGURES), rows), "scores.csv", "text/csv")


def topics() -> Response:
    """A line a topic, of the survey that the page shows by topic."""
    report, shown = _shown()
    table = topic_rows(shown, window(report))
    if table is None:
        abort(404, description="No answer of this time is about a ticket in a topic.")
    rows = [
        (row.topic, row.name, *_of_survey(table.survey), *_figures(row.figures, row.sent), row.waited)
        for row in table.rows
    ]
    header = ("topic_id", "topic", *OF_SURVEY, *FIGURES, "waited_hours")
    return asked.attached(csv_lines(header, rows), "voice-topics.csv", "text/csv")


def cost() -> Response:
    """What detractors cost, a line a part of the formula."""
    told = cost_asked(_shown()[1])
    if told is None:
        abort(404, description="There is no NPS in this time.")
    parts = (
        ("value_of_other", told.others_valued, told.value_of_other),
        ("value_of_detractor", told.detractors_valued, told.value_of_detractor),
        ("cost_of_detractors", told.detractors, told.cost),
    )
    rows = [
        (name, told.currency, n, *((one.value, one.low, one.high) if one else (None, None, None)), told.reason)
        for name, n, one in parts
    ]
    return asked.attached(
        csv_lines(("part", "currency", "customers", "value", "low", "high", "why_not"), rows), "cost.csv", "text/csv"
    )


def trend(form: str) -> Response:
    """One survey by week or month."""
    survey = surveys.named(asked.asked()["survey"])
    report, shown = _shown()
    one = next((each for each in shown if survey is not None and each.survey == survey), None)
    if one is None:
        abort(404, description="There are no answers to this survey in this time.")
    if form == "csv":
        return asked.attached(csv_lines(("label", "first", "last", "complete", *FIGURES), _points(one)),
                              "voice-trend.csv", "text/csv")  # fmt: skip
    told = survey_trend(one, report)
    spec = survey_chart(one, told, window(report), charts.WIDE)
    words = [one.survey.question, in_words(one.survey), trend_note(told)]
    source = f"{asked.lens().zone} · TicketLens · as of {wording.stamp(report.as_of, asked.lens().zone)}"
    title = f"{one.survey.name}: {trend_title(one, told)}"
    svg = drawing.draw(charts.titled(spec, title, [word for word in (*words, source) if word]))
    if form == "png":
        return asked.attached(drawing.png(svg), "voice-trend.png", "image/png")
    return asked.attached(drawing.on_white(svg).encode(), "voice-trend.svg", "image/svg+xml")


def _shown() -> tuple[VoiceReport, list[SurveyVoice]]:
    survey = surveys.named(asked.asked()["survey"])
    report = report_asked()
    return report, [one for one in report.surveys if survey in (None, one.survey)]


def _points(one: SurveyVoice) -> list[tuple[object, ...]]:
    return [
        (point.period.label, point.period.start, point.period.end - timedelta(days=1), point.complete,
         *_figures(point.figures, point.sent))
        for point in one.points
    ]  # fmt: skip


def _of_survey(one: Survey) -> tuple[object, ...]:
    question = one.question or None
    return one.id, one.name, one.kind.value, one.scale, one.direction.value, question, in_words(one)


def _figures(told: Figures, sent: Sent) -> tuple[object, ...]:
    score = (told.score.value, told.score.low, told.score.high) if told.score else (None, None, None)
    easy = (told.easy.value, told.easy.low, told.easy.high) if told.easy else (None, None, None)
    split = told.split or (None, None, None)
    known = sent.sent if sent.rate is not None else None
    return (told.n, *score, *split, *easy, known, sent.rate, told.too_few)
