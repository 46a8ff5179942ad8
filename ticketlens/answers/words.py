"""Lengths of time and shares as a person says them."""

from datetime import date

FRACTIONS = (
    (0.95, "nearly all"), (0.80, "most"), (0.71, "three quarters"), (0.62, "two thirds"), (0.55, "more than half"),
    (0.46, "half"), (0.36, "two fifths"), (0.29, "a third"), (0.22, "a quarter"), (0.17, "a fifth"),
    (0.12, "an eighth"), (0.08, "a tenth"),
)  # fmt: skip


def length(minutes: float) -> str:
    """45 min, 3.5 h, 19 h, 3.2 days, 25 days: two digits that matter."""
    if minutes < 1:
        return "under 1 min"
    if minutes < 90:
        return f"{minutes:.0f} min"
    hours = minutes / 60
    if hours < 48:
        return f"{hours:.1f} h" if hours < 10 else f"{hours:.0f} h"
    days = hours / 24
    return f"{days:.1f} days" if days < 10 else f"{days:,.0f} days"


def fraction(share: float) -> str:
    """The nearest plain fraction below; a small share as a percentage."""
    for least, words in FRACTIONS:
        if share >= least:
            return words
    return f"{share * 100:.0f} %"


def named_day(day: date) -> str:
    """3 March 2026."""
    return f"{day.day} {day:%B %Y}"


def named_days(first: date, last: date) -> str:
    """3 – 9 March, 28 September – 25 October: both days included, without the year."""
    start = f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%B}"
    return f"{start} – {last.day} {last:%B}"


def quoted(name: str) -> str:
    """The name of a topic inside a sentence, so that it is told from the words around it."""
    return f"“{name}”"
