"""Which answers to surveys are they? The list behind every number of the Voice page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Response, render_template

from ticketlens.model.answer import Answer, Survey
from ticketlens.store.answers import AnswerFilter
from ticketlens.store.base import Row
from web.pages import asked, surveys
from web.pages.spreadsheet import csv_lines

PAGE = 25
EXPORT_PAGE = 500
COLUMNS = (
    "source", "id", "survey", "kind", "scale", "direction", "question", "score", "counts_as", "comment", "sent_at",
    "at", "ticket_source", "ticket", "customer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, how its score counts, and the ticket that it is about, where that is here."""

    answer: Answer
    counts: surveys.ScoreClass | None
    row: Row | None


def answers() -> str:
    now = asked.asked()
    survey = surveys.named(now["survey"])
    where = answer_filter(survey)
    voice = asked.lens().voice
    found = voice.page_of(where, cursor=now["cursor"] or None, limit=PAGE)
    return render_template(
        "answers.html",
        count=voice.count(where),
        rows=[told(one) for one in found.items],
        survey=survey,
        known=surveys.asked_by_survey(),
        classes=classes_asked(survey),
        names=asked.lens().topic_names(),
        older=asked.here(cursor=found.next) if found.next else None,
        has_cursor=bool(now["cursor"]),
        as_of=asked.lens().now(),
    )


def answers_file() -> Response:
    where = answer_filter(surveys.named(asked.asked()["survey"]))
    asked.lens().voice.count(where)  # a filter that cannot be is refused before the first line is sent
    return asked.attached(csv_lines(COLUMNS, map(_cells, _each(where))), "answers.csv", "text/csv")


def answer_filter(survey: Survey | None, *, commented: bool = False) -> AnswerFilter:
    """What the address asks for, of those that were answered; of those that were sent where it says so."""
    now = asked.asked()
    kind, scores = surveys.scores_of(now["score"], survey)
    where = asked.lens().voice.asked(replace(now.where, as_of=None))
    return replace(
        where,
        dated="sent" if now["given"] == "sent" else "answered",
        survey=survey,
        kind=kind,
        scores=scores,
        commented=commented or now["commented"] == "yes",
        until=min((at for at in (where.until, now.where.as_of) if at), default=None),
    )


def classes_asked(survey: Survey | None) -> tuple[surveys.ScoreClass, ...]:
    """The classes of scores that a list can be narrowed to: of its survey, else those of NPS where there is any."""
    chosen = survey or next((one for one in surveys.known() if one.kind == "nps"), None)
    return surveys.classes(chosen) if chosen else ()


def told(answer: Answer) -> Told:
    row = asked.lens().store.get_ticket(*answer.ticket) if answer.ticket else None
    return Told(answer, surveys.class_of(answer), row)


def _each(where: AnswerFilter) -> Iterator[Answer]:
    cursor: str | None = None
    voice = asked.lens().voice
    while True:
        page = voice.page_of(where, cursor=cursor, limit=EXPORT_PAGE)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _cells(one: Answer) -> tuple[object, ...]:
    source, ticket = one.ticket or (None, None)
    survey = one.survey
    counts = surveys.class_of(one)
    return (
        one.source, one.id, survey.name, survey.kind.value, survey.scale, survey.direction.value, survey.question,
        one.score, counts.of_one if counts else None, one.comment, one.sent_at, one.at, source, ticket, one.customer,
    )  # fmt: skip
