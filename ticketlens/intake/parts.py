"""The nested parts of a record: history, messages, satisfaction, custom fields."""

from collections.abc import Callable, Mapping
from typing import cast

from ticketlens.errors import BadPayload
from ticketlens.intake.names import fold
from ticketlens.intake.payload import clean, parse_json, read_boolean, scalar_text
from ticketlens.intake.plan import Plan
from ticketlens.intake.record import LONGEST_BODY, LONGEST_NAME, MOST_CUSTOM, Record
from ticketlens.intake.shown import shown
from ticketlens.intake.terms import ACTORS, fold_term
from ticketlens.intake.times import optional_time, read_time
from ticketlens.model import Actor, Event, Message, Satisfaction, Status

_LONGEST_KEY = 200
_REPLY = "reply"


def read_history(record: Record) -> tuple[Event, ...]:
    """Events in the order given."""
    return tuple(_event(entry, path, record) for entry, path in _entries(record, "history"))


def read_messages(record: Record) -> tuple[Message, ...]:
    messages = [_message(entry, path, record) for entry, path in _entries(record, "messages")]
    messages.sort(key=lambda message: message.at)
    return tuple(messages)


def _entries(record: Record, name: str) -> list[tuple[Mapping[str, object], str]]:
    """The objects of a list, which in a table's cell is written as JSON."""
    value = record.found.get(name)
    if not value:
        return []
    if isinstance(value, str):
        value = _from_cell(value, name)
    if not isinstance(value, list):
        raise BadPayload(name, "a list expected")
    entries = [(entry, f"{name}[{index}]") for index, entry in enumerate(value)]
    for entry, path in entries:
        if not isinstance(entry, dict):
            raise BadPayload(path, "an object expected")
    return entries


def _from_cell(text: str, name: str) -> object:
    try:
        return parse_json(text) if text.strip() else []
    except BadPayload as error:
        raise BadPayload(name, str(error)) from None


def _event(entry: Mapping[str, object], path: str, record: Record) -> Event:
    get = entry.get
    at = read_time(get("at"), f"{path}.at", record.context.rule)
    field = _required(get("field"), f"{path}.field")
    before, after = _side(get("from"), path), _side(get("to"), path)
    if field not in _PLAIN_FIELDS:
        field = _our_field(field, record)
    if field == "status":
        before, after = _status(before, record), _status(after, record)
    elif field == "priority":
        before, after = _priority(before, record), _priority(after, record)
    actor = _actor(get("actor")) or (_actor(after) if field == _REPLY else None)
    return Event(at, field, before, after, actor)


_PLAIN_FIELDS = frozenset({"status", "priority", "group", "assignee", "reply"})


def _our_field(field: str, record: Record) -> str:
    """A mapped column's name is the same in the history."""
    for ours, theirs in record.context.mapping.fields.items():
        if field == theirs:
            return ours
    return fold(field) or field


def _status(word: str | None, record: Record) -> str | None:
    if word is None:
        return None
    ours = record.translate("status", word)
    if ours is None:
        record.context.notes.count(f'status "{shown(word)}" in a history is not known: read as open')
    return ours or Status.OPEN.value


def _priority(word: str | None, record: Record) -> str | None:
    """Our word, so that a target of the priority that a ticket had then is found; a foreign one stays as it is."""
    return None if word is None else record.translate("priority", word) or word


def _required(value: object, path: str) -> str:
    if value is None or value == "":
        raise BadPayload(path, "missing")
    return scalar_text(value, path)[:LONGEST_NAME]


def _side(value: object, path: str) -> str | None:
    if value is None:
        return None
    return (clean(value) if type(value) is str else scalar_text(value, path))[:LONGEST_NAME] or None


def _actor(value: object) -> Actor | None:
    if not isinstance(value, str):
        return None
    ours = ACTORS.get(value) or ACTORS.get(fold_term(value))
    return Actor(ours) if ours else None


def _message(entry: Mapping[str, object], path: str, record: Record) -> Message:
    at = read_time(entry.get("at"), f"{path}.at", record.context.rule)
    body = entry.get("body")
    text = "" if body is None else scalar_text(body, f"{path}.body")
    public = entry.get("public")
    return Message(
        at=at,
        author=_author(entry.get("author"), record),
        public=True if public is None else read_boolean(public, f"{path}.public"),
        body=record.cut(text, "messages", LONGEST_BODY),
    )


def _author(value: object, record: Record) -> Actor:
    """The kind of writer; the requester's own name is the customer, and any other name is an agent's."""
    actor = _actor(value)
    if actor is not None:
        return actor
    if value is not None and value == record.found.get("requester"):
        return Actor.CUSTOMER
    record.context.notes.count("a message's author is not agent, customer or bot: read as an agent")
    return Actor.AGENT


def read_satisfaction(record: Record, row: Mapping[str, object], plan: Plan) -> Satisfaction | None:
    """The survey answer, or None. What does not fit a scale is kept as it was, for it must not cost a ticket."""
    value = record.found.get("satisfaction")
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = _from_cell(value, "satisfaction")
    if value is None or value == "":
        value = {part: row[column] for part, column in plan.satisfaction if row[column] not in (None, "")}
    if value is None or value in ("", {}, []):
        return None
    try:
        return _answer(value, record)
    except BadPayload as error:
        record.keep("satisfaction", value, f"{error}: kept in custom.satisfaction")
        return None


def _answer(value: object, record: Record) -> Satisfaction:
    if not isinstance(value, Mapping):
        raise BadPayload("satisfaction", "a score without its scale")
    score, scale = (_number(value.get(part), f"satisfaction.{part}") for part in ("score", "scale"))
    if not (scale.is_integer() and 2 <= scale <= 1_000 and 0 <= score <= scale):
        raise BadPayload("satisfaction", "a score outside its scale")
    comment = value.get("comment")
    return Satisfaction(
        score=score,
        scale=int(scale),
        comment=None if comment is None else scalar_text(comment, "satisfaction.comment")[:LONGEST_BODY] or None,
        at=optional_time(value.get("at"), "satisfaction.at", record.context.rule),
    )


def _number(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadPayload(path, "not a number")
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise BadPayload(path, "not a number") from None


def read_custom(record: Record, row: Mapping[str, object], plan: Plan) -> dict[str, str]:
    """Unknown columns, then the record's own custom fields, then originals of words that were not known."""
    custom: dict[str, str] = {}
    text = record.custom_text
    for name, column in plan.custom:
        value = row[column]
        if value is None or value == "":
            continue
        if (kept := text(value, column)) is not None:
            custom[clean(name)[:_LONGEST_KEY]] = kept
    _own_custom(record, custom, text)
    custom.update(record.kept)
    return _first_custom(record, custom)


def _own_custom(record: Record, custom: dict[str, str], text: Callable[[object, str], str | None]) -> None:
    value = record.found.get("custom")
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = _from_cell(value, "custom")
    members = cast("Mapping[str, object]", value if isinstance(value, dict) else {"custom": value})
    for name, member in members.items():
        if (kept := text(member, f"custom.{name[:80]}")) is not None:
            custom[clean(name)[:_LONGEST_KEY]] = kept


def _first_custom(record: Record, custom: dict[str, str]) -> dict[str, str]:
    if len(custom) <= MOST_CUSTOM:
        return custom
    record.context.notes.count(f"more than {MOST_CUSTOM} custom fields: the first are kept")
    return dict(list(custom.items())[:MOST_CUSTOM])
