"""Surveys of two points whose scores are numbers: 0 and 1 are bad and good, and so are 1 and 2; a 1 alone says neither.

So all rows are looked at before one is read.
"""

from dataclasses import dataclass, field

from ticketlens.errors import BadPayload
from ticketlens.intake.payload import scalar_text
from ticketlens.intake.record import Record
from ticketlens.intake.terms import fold_term

WORDS = {"good": 2, "bad": 1}
FROM_ZERO = frozenset({"1", "0-1", "0–1", "0 to 1"})
"""Words for a scale of two points that begins at 0."""

TWO = FROM_ZERO | {"2"}
REMEDY = 'say scale = "0-1" if they are 0 and 1, else which is which, as in "1" = "bad" under [values.score]'
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TwoPoints:
    """The whole numbers that each survey of two points has as scores."""

    seen: dict[Key, set[int]] = field(default_factory=dict)

    def look(self, record: Record) -> None:
        """BadPayload for what cannot be read anyway."""
        if _scale(record) not in TWO:
            return
        text, translated = score_text(record)
        number = text.removesuffix(".0")
        if number in ("0", "1", "2") and not translated:
            self.seen.setdefault(_key(record), set()).add(int(number))

    def read(self, record: Record, score: int) -> int:
        """1 for bad, 2 for good. BadPayload with the remedy where nobody can tell."""
        if from_zero(record):
            if score not in (0, 1):
                raise BadPayload("score", f"{score} is outside its scale, 0 to 1")
            return score + 1
        there = {0, 1, 2} & (self.seen.get(_key(record), set()) | {score})
        if score not in there:
            raise BadPayload("score", f"{score} is outside its scale, 1 to 2; if it is of another scale, say which")
        if there >= {0, 2}:
            raise BadPayload("score", f"0 and 2 are both scores of this survey of two points: {REMEDY}")
        if there == {1}:
            raise BadPayload("score", f"1 alone is bad of 1 and 2, and good of 0 and 1: {REMEDY}")
        if 0 in there:
            record.context.notes.count("scores 0 and 1 of two points are read as bad and good")
            return score + 1
        return score


def from_zero(record: Record) -> bool:
    return _scale(record) in FROM_ZERO


def score_text(record: Record) -> tuple[str, bool]:
    """The score as it is told, and whether the mapping says so."""
    value = record.found.get("score")
    text = "" if value is None else scalar_text(value, "score").strip()
    words = record.context.mapping.values.get("score")
    ours = None if words is None else words.get(text)
    return (text, False) if ours is None else (ours, True)


def _scale(record: Record) -> str:
    return (record.name("scale") or "").strip().casefold().removesuffix(".0")


def _key(record: Record) -> Key:
    """What tells surveys of two points apart."""
    name, direction, question = (record.name(part) or "" for part in ("survey", "direction", "question"))
    return name, fold_term(direction), question
