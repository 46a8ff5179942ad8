"""A comparison in plain words: both sides, the change, and whether it is more than chance."""

from ticketlens.answers.flags import horizon_words
from ticketlens.answers.words import length
from ticketlens.model.comparison import Change, Comparison, Side


def comparison_sentence(told: Comparison) -> str:
    if told.refused:
        return f"{_both(told)} Not compared: {'; '.join(told.refused)}."
    if told.kind == "duration":
        return f"{_moved(told)} {_half(told)}".strip()
    return _moved(told)


def figure(value: float | None, unit: str) -> str:
    """A value in its unit: 31 h, 12.5 %, 312."""
    if value is None:
        return "not known"
    if unit == "minutes":
        return length(value)
    if unit == "share":
        return f"{value * 100:.1f} %"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:,.1f}"


def difference_words(value: float, unit: str) -> str:
    """+5.0 h, −2.9 points."""
    if unit == "minutes" and abs(value) < 1:
        return "under 1 min"
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    if unit == "share":
        return f"{sign}{abs(value) * 100:.1f} points"
    return f"{sign}{figure(abs(value), unit)}"


def interval_words(low: float, high: float, unit: str) -> str:
    ends = (_signed(low, unit), _signed(high, unit))
    return f"95 % {ends[0]} to {ends[1]}"


def subject(told: Comparison) -> str:
    if told.kind != "duration" or told.horizon is None:
        return told.name
    return f"{told.name}, mean of the first {horizon_words(told.horizon, told.clock)},"


def _moved(told: Comparison) -> str:
    change = told.change
    assert change.value is not None
    old, new = (_told(side, change.of, told.unit) for side in (told.before, told.after))
    where = f"{new} in {_place(told, told.after)} against {old} in {_place(told, told.before)}"
    if change.verdict in ("no clear change", "the same"):
        start = "No clear change" if change.verdict == "no clear change" else "The same"
        return f"{start}: {subject(told)} {where}{_doubt(change, told.unit)}."
    return f"{subject(told)} {change.verdict}: {where}{_doubt(change, told.unit)}."


def _told(side: Side, of: str, unit: str) -> str:
    if of == "per_day":
        return f"{figure(side.value, unit)} ({figure(side.per_day, unit)} a working day)"
    return figure(getattr(side, of), unit)


def _doubt(change: Change, unit: str) -> str:
    """How large the change is, and between what it may lie."""
    assert change.value is not None
    parts = []
    if change.of == "per_day":
        if change.relative is not None:
            parts.append(f"{_percent(change.relative)} a working day")
    else:
        parts.append(difference_words(change.value, unit))
        if change.relative is not None and change.verdict != "no clear change":
            parts.append(_percent(change.relative))
    if change.low is not None and change.high is not None:
        parts.append(interval_words(change.low, change.high, unit))
    return f" ({', '.join(parts)})" if parts else ""


def _half(told: Comparison) -> str:
    after, before = told.after.p50, told.before.p50
    if after is None or before is None:
        return ""
    return f"Half took up to {length(after)}, before {length(before)}."


def _both(told: Comparison) -> str:
    of = "mean" if told.kind == "duration" else "value"
    shown = [f"{_place(told, side)} {_held(told, side, of)}" for side in (told.after, told.before)]
    return f"{subject(told).rstrip(',')}: {', '.join(shown)}."


def _held(told: Comparison, side: Side, of: str) -> str:
    value = getattr(side, of)
    tickets = "1 ticket" if side.n == 1 else f"{side.n:,} tickets"
    return f"{'not known' if value is None else figure(value, told.unit)} ({tickets})"


def _place(told: Comparison, side: Side) -> str:
    if told.before.label != told.after.label:
        return side.label
    return f"{side.label} ({'this filter' if side is told.after else 'the other'})"


def _percent(relative: float) -> str:
    sign = "+" if relative > 0 else "−" if relative < 0 else "±"
    return f"{sign}{abs(relative) * 100:.0f} %"


def _signed(value: float, unit: str) -> str:
    return difference_words(value, unit).removesuffix(" points") if value else "0"
