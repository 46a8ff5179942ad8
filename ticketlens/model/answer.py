"""An answer: one reply to a survey, or a survey that was sent and not answered. All times are aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType


class SurveyKind(StrEnum):
    CSAT = "csat"
    NPS = "nps"
    CES = "ces"


class Direction(StrEnum):
    """Which end of a scale is the good one: CES of 1 to 5 is asked both ways."""

    HIGH_IS_GOOD = "high_is_good"
    LOW_IS_GOOD = "low_is_good"


SCALES: Mapping[SurveyKind, tuple[int, ...]] = MappingProxyType(
    {SurveyKind.CSAT: (2, 3, 5, 7, 10), SurveyKind.NPS: (10,), SurveyKind.CES: (5, 7)}
)
"""The highest score of each scale. NPS begins at 0, the others at 1."""

TICKET_RATING = "ticket rating"
"""The name of the survey that the ratings make which helpdesks keep with their tickets; no other may have it."""


@dataclass(frozen=True, slots=True, order=True)
class Survey:
    """What answers must have in common to be added up: never two names, kinds, scales, directions or wordings."""

    name: str
    kind: SurveyKind
    scale: int
    direction: Direction = Direction.HIGH_IS_GOOD
    question: str = ""

    @property
    def lowest(self) -> int:
        return lowest_score(self.kind)

    @property
    def id(self) -> str:
        """12 hexadecimal digits, the same for the same survey wherever it is stored."""
        told = "\x1f".join((self.name, self.kind, str(self.scale), self.direction, self.question))
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def good(self, score: int) -> int:
        """The score turned so that high is good."""
        return score if self.direction is Direction.HIGH_IS_GOOD else self.lowest + self.scale - score

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id, "name": self.name, "kind": self.kind.value, "scale": self.scale, "lowest": self.lowest,
            "direction": self.direction.value, "question": self.question or None,
        }  # fmt: skip


def rating_of(scale: int) -> Survey:
    """The survey that the ratings of tickets on one scale make."""
    return Survey(TICKET_RATING, SurveyKind.CSAT, scale)


def lowest_score(kind: SurveyKind) -> int:
    return 0 if kind is SurveyKind.NPS else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One reply. `score` None: sent and not answered by then. `at` is when it was rated, and None without a score.

    `ticket` is (source, id) of the ticket that it is about. `first_score` and `first_at` are what was told first where
    a later version of the same answer has another score; `score` and `at` are the last ones.
    """

    source: str
    id: str
    survey: Survey
    updated_at: datetime
    score: int | None = None
    at: datetime | None = None
    sent_at: datetime | None = None
    comment: str | None = None
    ticket: tuple[str, str] | None = None
    customer: str | None = None
    first_score: int | None = None
    first_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """Where it stands in a list: when it was rated, else sent, else last changed."""
        return self.at or self.sent_at or self.updated_at
