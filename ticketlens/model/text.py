"""What is left of a ticket's text once it is cleaned and redacted."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class CleanText:
    """Safe to search, embed, show and export.

    `messages` has one text for each of the ticket's messages, in their order. `language` is ISO 639-1 or None.
    `fingerprint` names the part that is embedded: 32 hexadecimal digits, equal for equal texts.
    """

    subject: str
    body: str
    messages: tuple[str, ...]
    language: str | None
    fingerprint: str


class TextInUse(NamedTuple):
    """A text that tickets have: (source, id) of the earliest, clean subject and body, language, number of tickets."""

    key: tuple[str, str]
    subject: str
    body: str
    language: str | None
    tickets: int

    @property
    def words(self) -> str:
        return f"{self.subject}\n{self.body}".strip()
