"""A foreign row becomes an answer or a customer, or is set aside with the field, the reason and the remedy."""

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from ticketlens.errors import BadPayload
from ticketlens.intake.columns import Columns, columns_for
from ticketlens.intake.context import ReadContext
from ticketlens.intake.payload import read_id, scalar_text
from ticketlens.intake.record import LONGEST_CUSTOM, LONGEST_SUBJECT, MOST_CUSTOM, Record
from ticketlens.intake.shown import shown
from ticketlens.intake.terms import fold_term
from ticketlens.intake.two_points import WORDS, TwoPoints, from_zero, score_text
from ticketlens.intake.vocabulary import ANSWERS, CUSTOMERS, Vocabulary
from ticketlens.model.answer import SCALES, TICKET_RATING, Answer, Direction, Survey, SurveyKind
from ticketlens.model.article import Article
from ticketlens.model.customer import Customer

LONGEST_COMMENT = 20_000
LONGEST_KEY = 200
MOST_MONEY = 1e12
MOST_ORDERS = 1e6
KINDS = {
    "csat": SurveyKind.CSAT, "satisfaction": SurveyKind.CSAT, "customer_satisfaction": SurveyKind.CSAT,
    "nps": SurveyKind.NPS, "net_promoter_score": SurveyKind.NPS, "net_promoter": SurveyKind.NPS,
    "ces": SurveyKind.CES, "customer_effort_score": SurveyKind.CES, "customer_effort": SurveyKind.CES,
    "effort": SurveyKind.CES,
}  # fmt: skip
NOT_ANSWERED = frozenset({"offered", "unoffered", "sent", "not_answered", "unanswered"})
Noun = TypeVar("Noun", Answer, Customer, Article)


@dataclass(frozen=True)
class Reader(Generic[Noun]):
    """Reads the rows of one file or push; what was understood on the way is in the context's notes.

    `look` is told all rows before the first one is read, where what a row means is told by others.
    """

    of: Vocabulary
    context: ReadContext
    read_record: Callable[[Record, Mapping[str, object], Columns], Noun]
    look: Callable[[Record], None] | None = None
    _columns: dict[tuple[str, ...], Columns] = field(default_factory=dict, repr=False)

    def columns(self, names: Iterable[str]) -> Columns:
        key = tuple(names)
        if key not in self._columns:
            if len(self._columns) >= 1_000:
                self._columns.clear()
            self._columns[key] = columns_for(key, self.of, self.context.mapping, self.context.notes)
        return self._columns[key]

    def foresee(self, rows: Iterable[object]) -> None:
        """Look at all rows of the file or push, before any is read."""
        if self.look is None:
            return
        for row in rows:
            if isinstance(row, Mapping):
                with suppress(BadPayload):
                    self.look(Record(self.columns(row).pick(row), self.context))

    def read(self, row: object) -> Noun:
        """Raises BadPayload that names the first field that cannot be read."""
        if not isinstance(row, Mapping):
            raise BadPayload("", f"not an object with the fields of {self.of.noun}")
        columns = self.columns(row)
        return self.read_record(Record(columns.pick(row), self.context), row, columns)

    def id_of(self, row: object) -> str | None:
        """The id for the report, if there is anything like one."""
        found = self.columns(row).pick(row).get("id") if isinstance(row, Mapping) else None
        return shown(str(found), 200) if isinstance(found, str | int) and not isinstance(found, bool) else None


def answer_reader(context: ReadContext) -> Reader[Answer]:
    two = TwoPoints()
    return Reader(ANSWERS, context, lambda record, row, columns: read_answer(record, two), two.look)


def customer_reader(context: ReadContext) -> Reader[Customer]:
    return Reader(CUSTOMERS, context, read_customer)


def read_answer(record: Record, two: TwoPoints) -> Answer:
    source = source_of(record)
    id_ = read_id(record.found.get("id"), "id")
    survey = _survey(record)
    score = _score(record, survey, two)
    sent, updated = record.time("sent_at"), record.time("updated_at")
    at = _rated(record, score, sent, updated)
    known = [moment for moment in (updated, at, sent) if moment is not None]
    if not known:
        raise BadPayload("sent_at", "missing, and there is no score: name the column by --map sent_at=Column")
    comment = record.long_text("comment", LONGEST_COMMENT).strip()
    return Answer(
        source=source, id=id_, survey=survey, score=score, at=at, sent_at=sent, comment=comment or None,
        ticket=_ticket(record, source), customer=_optional_id(record, "customer"), updated_at=updated or max(known),
    )  # fmt: skip


def source_of(record: Record) -> str:
    """The source that the call, the row or the mapping names, in this order."""
    context = record.context
    if context.source_override:
        return context.source_override
    own = record.found.get("source")
    return context.mapping.defaults.get("source") or context.source if own is None else read_id(own, "source")


def _survey(record: Record) -> Survey:
    kind = _kind(record)
    scale = _scale(record, kind)
    name = record.name("survey") or kind.upper()
    if name.casefold().strip() == TICKET_RATING:
        raise BadPayload("survey", f'"{TICKET_RATING}" is what the ratings of tickets themselves are called: rename it')
    if record.found.get("survey") is None and "survey" not in record.context.mapping.defaults:
        record.context.notes.count(f'no survey is named: read as the survey "{kind.upper()}"')
    question = record.long_text("question", LONGEST_SUBJECT).strip() or record.context.mapping.defaults.get(
        "question", ""
    )
    return Survey(name[:LONGEST_KEY], kind, scale, _direction(record, kind, scale), question)


def _kind(record: Record) -> SurveyKind:
    word = record.name("kind")
    if word is None:
        raise BadPayload("kind", 'missing: say csat, nps or ces, as in kind = "nps" under [defaults] of the mapping')
    kind = KINDS.get(fold_term(word))
    if kind is None:
        raise BadPayload(
            "kind", f'"{shown(word)}" is no kind of survey (csat, nps, ces): translate it by [values.kind]'
        )
    return kind


def _scale(record: Record, kind: SurveyKind) -> int:
    told = record.name("scale")
    scales = SCALES[kind]
    if told is None and kind is SurveyKind.NPS:
        return 10
    known = " or ".join(map(str, scales))
    if told is None:
        raise BadPayload(
            "scale", f'missing: say of how many points it is ({known}), as in scale = "5" under [defaults]'
        )
    if kind is SurveyKind.CSAT and from_zero(record):
        return 2
    scale = _whole(told, "scale", f"a {kind} has a scale of {known} points")
    scale = 10 if kind is SurveyKind.NPS and scale == 11 else scale
    if scale not in scales:
        raise BadPayload("scale", f"{scale}: a {kind} has a scale of {known} points")
    return scale


def _direction(record: Record, kind: SurveyKind, scale: int) -> Direction:
    word = record.name("direction")
    if word is None:
        if kind is SurveyKind.CES and scale == 5:
            raise BadPayload("direction", "missing: a CES of 5 points is asked both ways; say high_is_good or "
                             "low_is_good, as in direction = \"low_is_good\" under [defaults]")  # fmt: skip
        return Direction.HIGH_IS_GOOD
    try:
        direction = Direction(fold_term(word))
    except ValueError:
        raise BadPayload("direction", f'"{shown(word)}" is neither high_is_good nor low_is_good') from None
    if kind is SurveyKind.NPS and direction is Direction.LOW_IS_GOOD:
        raise BadPayload("direction", "in an NPS 10 is the good end")
    return direction


def _score(record: Record, survey: Survey, two: TwoPoints) -> int | None:
    text, translated = score_text(record)
    word = fold_term(text)
    if not text or word in NOT_ANSWERED:
        return None
    if survey.scale == 2 and word in WORDS:
        return WORDS[word]
    low, high = survey.lowest, survey.scale
    score = _whole(text, "score", f"whole numbers from {low} to {high} are scores of this {survey.kind}")
    if survey.scale == 2 and not translated:
        return two.read(record, score)
    if not low <= score <= high:
        hint = "; if it is of another scale, say which" if survey.kind is not SurveyKind.NPS else ""
        raise BadPayload("score", f"{score} is outside its scale, {low} to {high}{hint}")
    return score


def _rated(record: Record, score: int | None, sent: datetime | None, updated: datetime | None) -> datetime | None:
    if score is None:
        return None
    at = record.time("at") or updated
    if at is None:
        raise BadPayload("at", "missing: an answer counts when it was given; name its column by --map at=Column")
    if sent is not None and at < sent:
        raise BadPayload("at", "before sent_at: nobody answers what was not sent yet")
    return at


def _ticket(record: Record, source: str) -> tuple[str, str] | None:
    id_ = _optional_id(record, "ticket")
    if id_ is None:
        return None
    return _optional_id(record, "ticket_source") or record.context.mapping.defaults.get("ticket_source") or source, id_


def _optional_id(record: Record, name: str) -> str | None:
    value = record.found.get(name)
    return None if value is None or value == "" else read_id(value, name)


def read_customer(record: Record, row: Mapping[str, object], columns: Columns) -> Customer:
    value, orders, order = (
        _amount(record, name, most)
        for name, most in (
            ("value_per_year", MOST_MONEY), ("orders_per_year", MOST_ORDERS), ("average_order_value", MOST_MONEY),
        )
    )  # fmt: skip
    since, churned = record.time("since"), record.time("churned_at")
    if since is not None and churned is not None and churned < since:
        raise BadPayload("churned_at", "before since: one of the two dates is wrong")
    return Customer(
        id=read_id(record.found.get("id"), "id"), organization=record.name("organization"), value_per_year=value,
        currency=_currency(record, needed=value is not None or order is not None), since=since, churned_at=churned,
        orders_per_year=orders, average_order_value=order, custom=_custom(record, row, columns),
        updated_at=record.time("updated_at") or record.read_now(),
    )  # fmt: skip


def _currency(record: Record, *, needed: bool) -> str | None:
    word = record.name("currency")
    if word is None:
        if needed:
            raise BadPayload("currency", 'missing beside an amount: say it, as in currency = "EUR" under [defaults]')
        return None
    code = word.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise BadPayload("currency", f'"{shown(word)}" is no code of three letters, such as EUR')
    return code


def _amount(record: Record, name: str, most: float) -> float | None:
    value = record.found.get(name)
    if value is None or value == "":
        return None
    try:
        amount = float(scalar_text(value, name).strip().replace(" ", "").replace("\xa0", ""))
    except ValueError:
        raise BadPayload(name, f'"{shown(str(value))}" is no amount such as 1299.50') from None
    if not math.isfinite(amount) or not 0 <= amount <= most:
        raise BadPayload(name, f"{shown(str(value))} is no amount from 0 to {most:,.0f}")
    return round(amount, 2)


def _custom(record: Record, row: Mapping[str, object], columns: Columns) -> dict[str, str]:
    nested = record.found.get("custom")
    told = dict(nested) if isinstance(nested, Mapping) else {}
    told |= {name.removeprefix("custom."): row[name] for name in columns.left}
    found = {str(name)[:LONGEST_KEY]: record.custom_text(value, "custom") for name, value in told.items()}
    kept = {name: text[:LONGEST_CUSTOM] for name, text in found.items() if text}
    return dict(list(kept.items())[:MOST_CUSTOM])


def _whole(text: str, name: str, reason: str) -> int:
    try:
        number = float(text)
    except ValueError:
        raise BadPayload(name, f'"{shown(text)}": {reason}') from None
    if not (number.is_integer() and abs(number) < 1_000):
        raise BadPayload(name, f"{shown(text)}: {reason}")
    return int(number)
