"""One customer: what they asked, how long they waited, what they answered, whether they left. In order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from flask import abort, render_template

from ticketlens.answers.journey import Journey, Step
from ticketlens.errors import ConfigError
from ticketlens.metrics.shares import TOO_FEW
from ticketlens.model.answer import Answer, SurveyKind
from ticketlens.model.filter import Filter
from ticketlens.model.ticket import Status
from ticketlens.store.base import Row
from web.pages import asked, surveys

PAGE = 40
MOST = 500
KINDS = {
    "asked": "arrivals", "replied": "first replies", "reopened": "reopenings", "solved": "solves",
    "answered": "answers", "rated": "ratings", "sent": "surveys sent", "came": "began", "lost": "lost",
}  # fmt: skip
AT_ONCE = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: `what` is one of KINDS."""

    at: datetime
    what: str
    row: Row | None = None
    answer: Answer | None = None
    counts: surveys.ScoreClass | None = None
    topic: str | None = None
    topic_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all their tickets; `median_seconds` is None under 20 solved ones."""

    tickets: int
    open: int
    solved: int
    median_seconds: float | None
    waited_hours: float
    last: dict[str, Answer]
    whole: bool


def customer(id: str) -> str:
    lens = asked.lens()
    told = lens.voice.journey(id, limit=MOST, as_of=None if lens.empty() else lens.as_of())
    if told is None:
        abort(404, description="Nobody of this id asked, answered or stands in a file of customers. "
                               "Look the id up in the list of customers.")  # fmt: skip
    now = asked.asked()
    if now["kind"] and now["kind"] not in KINDS:
        raise ConfigError(f"kind: {now['kind'][:40]!r} is none of {', '.join(KINDS)}")
    every = sorted(moments(told), key=lambda one: (one.at, AT_ONCE.index(one.what)), reverse=now["sort"] != "oldest")
    chosen = [one for one in every if now["kind"] in ("", one.what)]
    start = _start(now["cursor"], len(chosen))
    return render_template(
        "customer.html",
        told=told,
        customer=told.customer,
        figures_of=figures_of(told),
        where=asked.of_requester(told.id),
        open_now=open_now(told),
        counts={what: sum(one.what == what for one in every) for what in KINDS},
        kinds=KINDS,
        moments=chosen[start : start + PAGE],
        total=len(every),
        first=start,
        chosen=len(chosen),
        older=asked.here(cursor=start + PAGE) if start + PAGE < len(chosen) else None,
        newer=asked.here(cursor=max(start - PAGE, 0)) if start else None,
        most=MOST,
    )


def moments(told: Journey) -> Iterator[Moment]:
    """The steps of a journey, and between the arrival and the solve of a ticket its first reply and its reopenings."""
    for step in told.steps:
        answer = step.answer
        yield _moment(step, step.what, step.at, answer)
        if step.what == "asked" and step.row is not None:
            ticket = step.row.ticket
            if ticket.first_reply_at is not None:
                yield _moment(step, "replied", ticket.first_reply_at)
            for at in _reopenings(step.row):
                yield _moment(step, "reopened", at)


def _moment(step: Step, what: str, at: datetime, answer: Answer | None = None) -> Moment:
    counts = surveys.class_of(answer) if answer is not None and what == "answered" else None
    topic = step.topic
    return Moment(at, what, step.row, answer, counts, topic.name if topic else None, topic.id if topic else None)


def _reopenings(row: Row) -> Iterator[datetime]:
    solved = (Status.SOLVED.value, Status.CLOSED.value)
    for event in row.ticket.history:
        if event.field == "status" and event.before in solved and event.after and event.after not in solved:
            yield event.at


def figures_of(told: Journey) -> Figures:
    """Counted by the store where a list of their tickets counts them; durations of those that the journey has."""
    lens = asked.lens()
    where = asked.of_requester(told.id)
    rows = [step.row for step in told.steps if step.what == "asked" and step.row is not None]
    took = [s for row in rows if (s := row.durations.get(("ttr.full", "calendar"))) is not None]
    n = lens.count(where)
    return Figures(
        tickets=n,
        open=lens.count(open_now(told)) if n else 0,
        solved=len(took),
        median_seconds=median(took) if len(took) >= TOO_FEW else None,
        waited_hours=sum(row.waited(told.as_of) for row in rows) / 3600,
        last={kind.value: one for kind in SurveyKind if (one := _last(told.steps, kind)) is not None},
        whole=len(rows) == n,
    )


def open_now(told: Journey) -> Filter:
    """Their tickets that are open and still observed: those of the backlog."""
    return replace(asked.of_requester(told.id), open_at=told.as_of)


def _last(steps: Sequence[Step], kind: SurveyKind) -> Answer | None:
    given = [
        step.answer for step in steps
        if step.what == "answered" and step.answer is not None and step.answer.survey.kind is kind
    ]  # fmt: skip
    return given[-1] if given else None


def _start(cursor: str, n: int) -> int:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 7):
        raise ConfigError(f"cursor: {cursor[:40]!r} is no place in this list")
    return min(int(cursor or 0), max(n - 1, 0)) // PAGE * PAGE
