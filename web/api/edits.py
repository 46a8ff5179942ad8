"""What people and programs do to topics, and the runs that wait for them."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, request

from ticketlens.edits.refusal import NotThere
from ticketlens.errors import ConfigError
from ticketlens.lens import Lens
from ticketlens.model.run import difference_of
from ticketlens.runs.words import in_words
from web.api.body import read_object
from web.api.table import Asked
from web.current import who
from web.whole import whole_body

Json = dict[str, object]


def change(lens: Lens, asked: Asked, id: int) -> Json:
    told = _body()
    why = _why(told)
    return lens.edits.set(id, told, by=who(), why=why).to_json()


def merge(lens: Lens, asked: Asked, id: int) -> Json:
    """`into` may also be a list in `topics`, of further topics that go the same way."""
    told = _body("into", "topics")
    others = _numbers(told, "topics") if "topics" in told else []
    return lens.edits.merge([id, *others], _number(told, "into"), by=who(), why=_why(told)).to_json()


def split(lens: Lens, asked: Asked, id: int) -> Json:
    told = _body("tickets", "name")
    name = told.get("name")
    if name is not None and not isinstance(name, str):
        raise ConfigError("name: a text")
    return lens.edits.split(id, _keys(told), name=name, by=who(), why=_why(told)).to_json()


def ask_parts(lens: Lens, asked: Asked, id: int) -> Json:
    return lens.parting.suggest(id).to_json()


def parts(lens: Lens, asked: Asked, id: int) -> Json:
    found = lens.parting.suggested(id)
    if found is None:
        raise NotThere(f"nothing was suggested for topic {id}: ask for a suggestion first")
    return found.to_json()


def split_parts(lens: Lens, asked: Asked, id: int) -> Json:
    """`parts`: keys of the last suggestion; `names` by key, where a part is to be called otherwise."""
    told = _body("parts", "names")
    keys, names = told.get("parts"), told.get("names") or {}
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ConfigError('parts: a list of keys of the last suggestion, such as ["3f2a91c0"]')
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise ConfigError('names: an object such as {"3f2a91c0": "Card did not arrive"}')
    for key in names:
        if key not in keys:
            raise ConfigError(f"names: {str(key)[:20]!r} is none of the parts")
    made = lens.parting.split(id, {key: names.get(key) for key in keys}, by=who(), why=_why(told))
    return {"items": [edit.to_json() for edit in made], "next": None}


def move(lens: Lens, asked: Asked, id: int) -> Json:
    """Exactly the named tickets; all of them are in the topic of the address."""
    told = _body("tickets", "to")
    to = None if told.get("to") is None else _number(told, "to")
    return lens.edits.move(_keys(told), to, within=id, by=who(), why=_why(told)).to_json()


def apart(lens: Lens, asked: Asked, id: int) -> Json:
    told = _body("from")
    return lens.edits.apart(id, _number(told, "from"), by=who(), why=_why(told)).to_json()


def always(lens: Lens, asked: Asked, id: int) -> Json:
    """`reach`: how many tickets the rule took when it was made."""
    told = _body("rule")
    rule = _rule(told.get("rule"))
    reach = lens.edits.reach(id, rule)
    return {**lens.edits.always(id, rule, by=who(), why=_why(told)).to_json(), "reach": reach.to_json()}


def themes(lens: Lens, asked: Asked) -> Json:
    return {"items": [theme.to_json() for theme in lens.edits.themes().values()], "next": None}


def call_theme(lens: Lens, asked: Asked, id: int) -> Json:
    told = _body("name")
    name = told.get("name")
    if name is not None and not isinstance(name, str):
        raise ConfigError("name: a text, or nothing for what it is found by")
    return lens.edits.call(id, name, by=who(), why=_why(told)).to_json()


def undo(lens: Lens, asked: Asked, id: int) -> Json:
    return lens.edits.undo(id, by=who()).to_json()


def edits(lens: Lens, asked: Asked) -> Json:
    topic = asked.own.get("of")
    return {"items": [edit.to_json() for edit in lens.edits.history(int(topic) if topic else None)], "next": None}


def runs(lens: Lens, asked: Asked) -> Json:
    return {"items": [run_json(one) for one in lens.runs.history()], "next": None}


def waiting(lens: Lens, asked: Asked) -> Json:
    told = lens.runs.waiting()
    return {"waiting": run_json(told) if told else None}


def publish(lens: Lens, asked: Asked) -> Json:
    number = lens.runs.publish_waiting(by=who(), why=_why(_body()))
    return {"id": number}


def discard(lens: Lens, asked: Asked) -> Json:
    lens.runs.discard_waiting()
    return {"deleted": True}


def back(lens: Lens, asked: Asked) -> Json:
    return {"id": lens.runs.bring_back(by=who(), why=_why(_body()))}


def run_json(told: Mapping[str, Any]) -> Json:
    difference = told.get("difference")
    words = in_words(difference_of(difference)) if difference else None
    return {
        "id": told.get("id"), "at": told["at"], "kind": told.get("kind", "full"), "by": told.get("by"),
        "why": told.get("why"), "model": told["model"], "texts": told["texts"], "quality": told.get("quality", {}),
        "difference": difference, "words": words,
    }  # fmt: skip


def _body(*known: str) -> dict[str, Any]:
    """The object in the body, or nothing where there is none; with `known`, no name besides and `why`."""
    body = whole_body(request, int(current_app.config["MAX_CONTENT_LENGTH"]))
    told = read_object(request.headers, body) if body.strip() else {}
    for name in told if known else ():
        if name not in (*known, "why"):
            raise ConfigError(f"{name[:40]!r} is not known here; known are {', '.join((*known, 'why'))}")
    return told


def _why(told: dict[str, Any]) -> str | None:
    why = told.pop("why", None)
    if why is not None and not (isinstance(why, str) and len(why) <= 1_000):
        raise ConfigError("why: a text of at most 1,000 characters")
    return why


def _number(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(f"{name}: the number of a topic")
    return value


def _numbers(told: Mapping[str, Any], name: str) -> list[int]:
    values = told[name]
    if not isinstance(values, list):
        raise ConfigError(f"{name}: a list of numbers of topics")
    return [_number({name: value}, name) for value in values]


def _keys(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    tickets = told.get("tickets")
    if not isinstance(tickets, list):
        raise ConfigError('tickets: a list of {"source": …, "id": …}')
    keys = [(one.get("source"), one.get("id")) if isinstance(one, dict) else (None, None) for one in tickets]
    wrong = next((index for index, key in enumerate(keys) if not all(isinstance(part, str) for part in key)), None)
    if wrong is not None:
        raise ConfigError(f'tickets[{wrong}]: not like {{"source": "import", "id": "4711"}}')
    return [(str(source), str(id_)) for source, id_ in keys]


def _rule(told: object) -> dict[str, list[str]]:
    if not isinstance(told, dict):
        raise ConfigError('rule: an object such as {"q": "refund"} or {"tag": ["refund", "money"]}')
    lists = {str(name): values if isinstance(values, list) else [values] for name, values in told.items()}
    if not all(isinstance(value, str) for values in lists.values() for value in values):
        raise ConfigError("rule: texts, or lists of texts")
    return lists
