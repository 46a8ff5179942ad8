"""A theme: several topics that lie near each other, one level above them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """`name` is what a person called it, else `label`, which its topics have in common. `topics` are those that people
    see, two and more. Its number is never used again."""

    id: int
    name: str
    label: str
    topics: tuple[int, ...]

    def to_json(self) -> dict[str, object]:
        return {"id": self.id, "name": self.name, "label": self.label, "topics": list(self.topics)}


def theme_fields(number: int | None, themes: Mapping[int, Theme]) -> dict[str, object]:
    """What is told of a topic's theme beside its figures."""
    theme = themes.get(number or 0)
    return {"theme": theme.id if theme else None, "theme_name": theme.name if theme else None}
