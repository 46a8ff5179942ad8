"""One foreign record on its way to a ticket: what was found in it, read field by field, and what is kept as it was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ticketlens.errors import BadPayload
from ticketlens.intake.context import ReadContext
from ticketlens.intake.payload import clean, read_boolean, scalar_text
from ticketlens.intake.shown import shown
from ticketlens.intake.terms import TERMS, fold_term
from ticketlens.intake.times import optional_time

LONGEST_SUBJECT = 1_000
LONGEST_BODY = 200_000
LONGEST_NAME = 512
LONGEST_TAG = 200
MOST_TAGS = 100
MOST_CUSTOM = 200
LONGEST_CUSTOM = 2_000


@dataclass(slots=True)
class Record:
    """`found`: our field -> their value. `kept`: originals that go to the ticket's custom fields."""

    found: Mapping[str, object]
    context: ReadContext
    kept: dict[str, str] = field(default_factory=dict)

    def long_text(self, name: str, longest: int) -> str:
        value = self.found.get(name)
        if value is None:
            return ""
        return self.cut(clean(value) if type(value) is str else scalar_text(value, name), name, longest)

    def cut(self, text: str, name: str, longest: int) -> str:
        if len(text) <= longest:
            return text
        self.context.notes.count(f"{name} cut at {longest:,} characters")
        return text[:longest]

    def name(self, name: str) -> str | None:
        """A short text such as a person's or group's name; the mapping's words and default apply; None for nothing."""
        value = self.found.get(name)
        if isinstance(value, list | dict):
            self.keep(name, value, f"{name} is no text: kept in custom.{name}; map one of its parts, as in name.part")
            value = None
        text = "" if value is None else scalar_text(value, name).strip()
        mapping = self.context.mapping
        if text and (words := mapping.values.get(name)) is not None and (ours := words.get(text)) is not None:
            text = ours
        return self.cut(text or mapping.defaults.get(name, ""), name, LONGEST_NAME) or None

    def term(self, name: str) -> str | None:
        """A word from our fixed list; "" where the mapping says that a word means nothing.

        None for nothing, and for an unknown word, which is kept and counted.
        """
        value = self.found.get(name)
        if isinstance(value, list | dict):
            self.keep(name, value, f"{name} is no text: kept in custom.{name}")
            return None
        word = "" if value is None else scalar_text(value, name).strip()
        if not word:
            return self.context.mapping.defaults.get(name)
        if (ours := self.translate(name, word)) is None:
            self.keep(name, word, f'{name} "{shown(word)}" is not known: kept in custom.{name}')
        return ours

    def translate(self, name: str, word: str) -> str | None:
        words = self.context.mapping.values.get(name)
        if words is not None and (ours := words.get(word)) is not None:
            return ours
        return TERMS[name].get(word) or TERMS[name].get(fold_term(word))

    def time(self, name: str) -> datetime | None:
        value = self.found.get(name)
        return None if value is None else optional_time(value, name, self.context.rule)

    def read_now(self) -> datetime:
        """In place of an `updated_at` that nobody tells; said once."""
        self.context.notes.say("no updated_at is told: what was read last counts")
        return self.context.now

    def flag(self, name: str) -> bool:
        return read_boolean(self.found.get(name), name)

    def tags(self) -> tuple[str, ...]:
        value = self.found.get("tags")
        if not value:
            value = self.context.mapping.defaults.get("tags", "")
        texts = value.split(";") if isinstance(value, str) else value if isinstance(value, list) else None
        if texts is None:
            raise BadPayload("tags", "a list expected, or text split at ;")
        words = self.context.mapping.values.get("tags")
        tags: dict[str, None] = {}
        for index, tag in enumerate(texts):
            text = scalar_text(tag, f"tags[{index}]").strip() if tag is not None else ""
            tags.setdefault(self.cut((words.get(text) if words else None) or text, "tags", LONGEST_TAG))
        tags.pop("", None)
        return self._first_tags(tuple(tags))

    def _first_tags(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        if len(tags) > MOST_TAGS:
            self.context.notes.count(f"more than {MOST_TAGS} tags: the first are kept")
        return tags[:MOST_TAGS]

    def keep(self, name: str, original: object, because: str) -> None:
        self.kept[name] = self.custom_text(original, name) or ""
        self.context.notes.count(because)

    def custom_text(self, value: object, name: str) -> str | None:
        """Text of a custom value: an object or a list as compact JSON; None for nothing."""
        if value is None or value == "":
            return None
        if isinstance(value, list | dict):
            return self.cut(clean(_compact(value, name)), "custom values", LONGEST_CUSTOM)
        return self.cut(scalar_text(value, name), "custom values", LONGEST_CUSTOM) or None


def _compact(value: object, path: str) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        raise BadPayload(path, "nested too deeply") from None
    except (TypeError, ValueError):
        raise BadPayload(path, "not JSON") from None
