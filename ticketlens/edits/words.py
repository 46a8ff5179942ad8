"""What a person did to topics, as a sentence whose subject is that person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ticketlens.intake.visible import one_line
from ticketlens.model.edit import FIELDS, Edit

THIS = "this topic"
NO_NAMES: Mapping[int, str] = {}
KINDS: Mapping[str, str] = {
    "problem": "a problem", "question": "a question", "request": "a request for a feature", "praise": "praise",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A topic inside a sentence: its name, as a link to its page."""

    id: int
    name: str


Part = str | Mention
Words = tuple[Part, ...]
Named = Callable[[int], Part]


def told(edit: Edit, names: Mapping[int, str], own: int | None = None, themes: Mapping[int, str] = NO_NAMES) -> Words:
    """Such as "merged A and B into C"; on the page of `own`, that one is called this topic."""

    def named(topic: int) -> Part:
        return THIS if topic == own else Mention(topic, names.get(topic, f"topic {topic}"))

    words = WORDS[edit.kind](edit, named) if edit.kind in WORDS else _set(edit, named, themes)
    return told_apart(words, None if own is None else Mention(own, names.get(own, "")))


def told_apart(words: Words, own: Mention | None = None) -> Words:
    """Topics of one sentence that are called the same have their numbers; `own` is in it without its name."""
    mentions = {part.id: part.name.casefold() for part in (*words, own) if isinstance(part, Mention)}
    names = list(mentions.values())
    return tuple(
        replace(part, name=f"{part.name} (topic {part.id})")
        if isinstance(part, Mention) and names.count(part.name.casefold()) > 1
        else part
        for part in words
    )


def line(words: Words) -> str:
    """The same without links: a topic is its name with its number."""
    return "".join(part if isinstance(part, str) else f"{one_line(part.name)} ({part.id})" for part in words)


def listed(parts: Sequence[Part]) -> Words:
    """ "a, b and c"."""
    joints = ["", *([", "] * (len(parts) - 2)), " and "][: len(parts)]
    return tuple(piece for joint, part in zip(joints, parts, strict=True) for piece in (joint, part) if piece)


def _set(edit: Edit, named: Named, themes: Mapping[int, str]) -> Words:
    """The topics are named once."""
    changed = [name for name in FIELDS if name in edit.told]
    again: Words = ("it" if len(edit.topics) == 1 else "them",)
    words: list[Part] = []
    for name in changed:
        topics = again if words else listed([named(topic) for topic in edit.topics])
        value = edit.told[name]
        field = _theme(value, topics, themes) if name == "theme" else _field(name, value, topics)
        words += [*([", "] if words else []), *field]
    return tuple(words)


def _theme(value: Any, topics: Words, themes: Mapping[int, str]) -> Words:
    if value:
        return ("put ", *topics, f" into the theme “{themes.get(value, f'number {value}')}”")
    return ("took ", *topics, " out of its theme") if value == 0 else ("put ", *topics, " back into the theme found")


def _call(edit: Edit, named: Named) -> Words:
    topics = listed([named(topic) for topic in edit.topics])
    name: Any = edit.told["name"]
    begin: Words = ("called the theme of ", *topics)
    return (*begin, f" “{name}”") if name else (*begin, " as it was found")


def _field(name: str, value: Any, topics: Words) -> Words:
    if name == "name":
        return ("renamed ", *topics, f" “{value}”") if value else ("gave ", *topics, " back the name that was found")
    if name == "kind":
        return ("called ", *topics, f" {KINDS.get(value, value)}")
    if name == "pinned":
        return ("pinned " if value else "unpinned ", *topics)
    if name == "hidden":
        return ("hid ", *topics) if value else ("showed ", *topics, " again")
    if name == "owner":
        return (f"made {value} the owner of ", *topics) if value else ("took away the owner of ", *topics)
    return ("wrote a note on " if value else "took the note off ", *topics)


def _merge(edit: Edit, named: Named) -> Words:
    into: Any = edit.told["into"]
    return ("merged ", *listed([named(topic) for topic in edit.topics if topic != into]), " into ", named(into))


def _split(edit: Edit, named: Named) -> Words:
    made: Any = edit.told["made"]
    return (f"split {_tickets(edit)} off ", named(edit.topics[0]), " as ", named(made))


def _move(edit: Edit, named: Named) -> Words:
    to: Any = edit.told["to"]
    origin: Words = (" from ", named(edit.topics[0])) if edit.topics[0:1] not in ((), (to,)) else ()
    if to is None:
        return (f"took {_tickets(edit)} out of all topics", *((",", *origin) if origin else ()))
    return (f"moved {_tickets(edit)}", *origin, " to ", named(to))


def _apart(edit: Edit, named: Named) -> Words:
    return ("keeps ", *listed([named(topic) for topic in edit.topics]), " apart")


def _always(edit: Edit, named: Named) -> Words:
    given: Any = edit.told["rule"]
    return (f"puts tickets {rule(given)} into ", named(edit.topics[0]))


WORDS: Mapping[str, Callable[[Edit, Named], Words]] = {
    "merge": _merge, "split": _split, "move": _move, "apart": _apart, "always": _always, "call": _call,
}  # fmt: skip


def rule(given: Mapping[str, Sequence[str]]) -> str:
    """What tickets a rule is about: "with the words “refund money”", "whose tag is refund or money"."""
    parts: list[Part] = []
    for name, values in given.items():
        if name == "q":
            parts.append(f"with the words “{values[-1]}”")
        else:
            field = name.removeprefix("custom.").replace("_", " ")
            parts.append(f"whose {field} is {' or '.join(values)}")
    return line(listed(parts))


def _tickets(edit: Edit) -> str:
    n = len(edit.tickets)
    return f"{n:,}\u00a0ticket{'s' * (n != 1)}"
