"""What a reading understood, guessed or left out, counted and said in the summary: nothing happens in silence."""

from collections import Counter
from dataclasses import dataclass, field

MOST_KINDS = 200
_MORE = "further remarks of other kinds"


@dataclass(slots=True)
class Notes:
    """`said` holds sentences that are true of the whole reading; `counted` those that are true of some tickets;
    `custom` the names of columns that are kept as custom fields."""

    said: dict[str, None] = field(default_factory=dict)
    custom: dict[str, None] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)

    def say(self, sentence: str) -> None:
        if len(self.said) < MOST_KINDS:
            self.said.setdefault(sentence)

    def keep_custom(self, column: str) -> None:
        if len(self.custom) < MOST_KINDS:
            self.custom.setdefault(column)

    def count(self, sentence: str) -> None:
        known = sentence in self.counted or len(self.counted) < MOST_KINDS
        self.counted[sentence if known else _MORE] += 1

    def sentences(self) -> tuple[str, ...]:
        custom = (f"kept as custom fields: {', '.join(self.custom)}",) if self.custom else ()
        return (*self.said, *custom, *(f"{text} ({times:,} times)" for text, times in self.counted.most_common()))
