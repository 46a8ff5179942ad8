"""Answers to surveys and customers, as JSON: lists, and those that a program pushes."""

from datetime import datetime

from werkzeug.exceptions import NotFound

from ticketlens.answers.journey import Step
from ticketlens.answers.voice import VoiceReport
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.model.answer import Answer, Survey, SurveyKind
from ticketlens.model.customer import Customer
from web.api.table import Asked
from web.api.tickets import pushed

Json = dict[str, object]


def answers(lens: Lens, asked: Asked) -> Json:
    told = asked.own
    survey = survey_of(lens, told["survey"]) if "survey" in told else None
    page = lens.voice.list_answers(
        asked.where, cursor=told.get("cursor"), limit=int(told.get("limit", 50)),
        commented=told.get("commented") == "true", kind=SurveyKind(told["kind"]) if "kind" in told else None,
        survey=survey,
    )  # fmt: skip
    return {"items": [answer_json(one) for one in page.items], "next": page.next}


def survey_of(lens: Lens, id: str) -> Survey:
    """Raises ConfigError for one that nobody was ever sent."""
    found = next((one for one in lens.voice.surveys() if one.id == id), None)
    if found is None:
        raise ConfigError(f"survey: {id[:40]!r} is the id of none")
    return found


def customers(lens: Lens, asked: Asked) -> Json:
    page = lens.voice.list_customers(cursor=asked.own.get("cursor"), limit=int(asked.own.get("limit", 50)))
    return {"items": [customer_json(one) for one in page.items], "next": page.next}


def customer(lens: Lens, asked: Asked, id: str) -> Json:
    """What is known of a customer, and everything of them in order of time."""
    told = lens.voice.journey(id)
    if told is None:
        raise NotFound("There is no such customer.")
    known = None if told.customer is None else customer_json(told.customer)
    return {"id": told.id, "customer": known, "steps": [step_json(one) for one in told.steps], "more": told.more,
            "as_of": told.as_of.isoformat()}  # fmt: skip


def forget(lens: Lens, asked: Asked, id: str) -> Json:
    if not lens.voice.forget(id):
        raise NotFound("There is no such customer.")
    return {"deleted": True}


def voice(lens: Lens, asked: Asked) -> Json:
    """Every survey by itself over the days asked for."""
    where = asked.where
    told: VoiceReport = lens.voice.report(where, first=where.first, last=where.last)
    return told.to_json()


def push_answers(lens: Lens, asked: Asked) -> Json:
    return pushed(lens, lens.voice.push_answers)


def push_customers(lens: Lens, asked: Asked) -> Json:
    return pushed(lens, lens.voice.push_customers)


def answer_json(one: Answer) -> Json:
    source, ticket = one.ticket or (None, None)
    survey = one.survey
    return {
        "id": one.id, "source": one.source, "survey": survey.name, "kind": survey.kind.value, "scale": survey.scale,
        "direction": survey.direction.value, "question": survey.question or None, "score": one.score,
        "comment": one.comment, "sent_at": _time(one.sent_at), "at": _time(one.at), "ticket": ticket,
        "ticket_source": source, "customer": one.customer, "updated_at": _time(one.updated_at),
        "first_score": one.first_score, "first_at": _time(one.first_at),
    }  # fmt: skip


def customer_json(one: Customer) -> Json:
    return {
        "id": one.id, "organization": one.organization, "value_per_year": one.value_per_year, "currency": one.currency,
        "since": _time(one.since), "churned_at": _time(one.churned_at), "orders_per_year": one.orders_per_year,
        "average_order_value": one.average_order_value, "updated_at": _time(one.updated_at), "custom": dict(one.custom),
    }  # fmt: skip


def step_json(one: Step) -> Json:
    ticket = None if one.row is None else one.row.ticket
    return {
        "at": one.at.isoformat(), "what": one.what, "answer": None if one.answer is None else answer_json(one.answer),
        "ticket": None if ticket is None else {"source": ticket.source, "id": ticket.id, "subject": ticket.subject},
        "topic": None if one.topic is None else one.topic.id,
        "topic_name": None if one.topic is None else one.topic.name,
    }  # fmt: skip


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
