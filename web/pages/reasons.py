"""Why a mean moved, as the Trends page shows it: a sentence, and bars that sum to the change."""

import re
from dataclasses import dataclass

from ticketlens.answers.why import SPLITS
from ticketlens.answers.why_words import one_sided
from ticketlens.answers.words import length
from ticketlens.metrics.contract import BY_ID
from ticketlens.model.comparison import Explanation, Reason
from ticketlens.store.base import Row
from web import wording
from web.charts.split import Bar
from web.pages import asked, controls
from web.pages import compare_words as words

OWN_INTERVAL = re.compile(r", 95\s%[^()]*(?=\))")
HOURS = "hours of minutes"
LOOKED_AT = 200
MOST = 8
"""So many parts stand in sight; the smaller ones follow under a word, and the file has all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One part: its bar, what happened to it in a word, where its name leads, and its tickets before and after."""

    bar: Bar
    how: str
    to: str | None
    n: tuple[int, int]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Reasons:
    """`unit` is what all parts are written in, so that a reader can add them up."""

    told: Explanation
    title: str
    sentence: str
    shown: tuple[Shown, ...]
    smaller: tuple[Shown, ...]
    unit: str
    sums: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def total(self) -> str:
        return written(self.told, self.told.change.value) if self.told.change else ""

    @property
    def bars(self) -> tuple[Bar, ...]:
        return tuple(one.bar for one in (*self.shown, *self.smaller))


def reasons(told: Explanation) -> Reasons:
    parts = [shown(told, reason) for reason in told.reasons]
    return Reasons(
        told, title(told), sentence(told), tuple(parts[:MOST]), tuple(parts[MOST:]), unit(told),
        tuple(sums(told)), tuple(words.spoken(told, text) for text in told.notes),
    )  # fmt: skip


def sentence(told: Explanation) -> str:
    """The core's sentence, with both means in one unit; the interval of the change is that of the table beside it."""
    if told.old is None or told.new is None:
        return words.spoken(told, told.sentence)
    old, new = map(wording.yardstick(told.old, told.new).figure, (told.old, told.new))
    told_once = OWN_INTERVAL.sub("", told.sentence)
    return words.spoken(
        told, told_once.replace(f"from {length(told.old)} to {length(told.new)}", f"from {old} to {new}")
    )


def title(told: Explanation) -> str:
    same = told.against == "same"
    if told.change is None:
        return "Why they differ is not known" if same else "Why it moved is not known"
    amount = written(told, told.change.value)
    if same:
        return f"Why they differ: {amount}" if told.change.clear else f"No clear difference: {amount}"
    return f"Why it moved: {amount}" if told.change.clear else f"No clear change: {amount}"


def unit(told: Explanation) -> str:
    """Hours, unless every part and every sum is short."""
    effects = [*(reason.total for reason in told.reasons), told.change, told.speed, told.mix]
    most = max((abs(effect.value) for effect in effects if effect), default=0.0)
    return HOURS if most >= wording.MINUTES_UP_TO else "minutes"


def written(told: Explanation, minutes: float) -> str:
    return wording.change(minutes, unit(told))


def sums(told: Explanation) -> list[str]:
    if told.change is None or told.speed is None or told.mix is None:
        return []
    return [f"speed {written(told, told.speed.value)}", f"mix {written(told, told.mix.value)}"]


def shown(told: Explanation, reason: Reason) -> Shown:
    bar = Bar(
        name=name(reason), speed=reason.speed.value, mix=reason.mix.value, low=reason.total.low,
        high=reason.total.high, clear=reason.total.clear, told=written(told, reason.total.value),
    )  # fmt: skip
    before, after = (None if where is None else asked.tickets(where) for where in (reason.before, reason.after))
    return Shown(bar, how(reason, told.against), _to(told, reason), reason.n, before, after)


def name(reason: Reason) -> str:
    return "all others" if reason.pooled else reason.name


def how(reason: Reason, against: str) -> str:
    """What happened to a part, the larger of speed and mix."""
    if reason.pooled:
        return wording.count(len(reason.keys), "small one")
    if reason.kind != "kept":
        return one_sided(reason.kind, against)
    if abs(reason.speed.value) >= abs(reason.mix.value):
        return "slower" if reason.speed.value > 0 else "faster"
    return "more of it" if reason.share[1] > reason.share[0] else "less of it"


def _to(told: Explanation, reason: Reason) -> str | None:
    """A topic's page; of other fields this page narrowed to it."""
    if reason.pooled:
        return None
    key = reason.keys[0]
    now = asked.asked().where
    if told.split_by == "topic" and key:
        return asked.topic(int(key), now)
    return asked.here(now.having(told.split_by, key))


@dataclass(frozen=True, slots=True)
class Five:
    """Tickets that show a part: the slowest of its newest ones, and of each what the figure is of, in words.

    Nothing is said of the calendar time to the full resolution, which each list of tickets tells.
    """

    name: str
    rows: tuple[Row, ...]
    measured: tuple[str, ...]
    n: int
    to: str


def five(told: Explanation) -> Five | None:
    """Of the part that adds most to the change, what is pooled left aside."""
    parts = [one for one in told.reasons if not one.pooled and one.n[1]]
    if told.change is None or not parts:
        return None
    way = 1 if told.change.value > 0 else -1
    part = max(parts, key=lambda one: (one.total.clear, way * one.total.value))
    if part.after is None:
        return None
    found = asked.lens().tickets(part.after, limit=LOOKED_AT).items
    slowest = sorted(found, key=lambda row: -(_age(row, told)))[:5]
    measured = tuple(_measured(row, told) for row in slowest)
    return Five(name(part), tuple(slowest), measured, part.n[1], asked.tickets(part.after))


def _age(row: Row, told: Explanation) -> float:
    """How long it took, or takes, in seconds."""
    took = row.durations.get((told.metric, told.clock))
    return float(took) if took is not None else (told.as_of - row.ticket.created_at).total_seconds()


def _measured(row: Row, told: Explanation) -> str:
    if (told.metric, told.clock) == ("ttr.full", "calendar"):
        return ""
    took = row.durations.get((told.metric, told.clock))
    clock = " of business time" if told.clock == "business" else ""
    length = "not over or not known" if took is None else f"{wording.seconds(took)}{clock}"
    return f"{wording.within(BY_ID[told.metric].name)}: {length}"


def fields() -> list[tuple[str, str]]:
    """What a change can be split by: (field, words)."""
    names = [*SPLITS, *controls.custom_fields()]
    wanted = asked.asked()["split_by"]
    return [(one, wording.plain(one)) for one in (names if wanted in names else [*names, wanted])]


def rows(told: Explanation) -> list[tuple[object, ...]]:
    """Every part as a line of a file, in minutes."""
    return [
        (
            name(one), ";".join(one.keys), one.kind, *one.n, *one.share, *one.mean,
            *(end for effect in (one.speed, one.mix, one.total) for end in (effect.value, effect.low, effect.high)),
        )
        for one in told.reasons
    ]  # fmt: skip


COLUMNS = (
    "part", "keys", "kind", "n_before", "n_after", "share_before", "share_after", "mean_before_minutes",
    "mean_after_minutes", "speed_minutes", "speed_low", "speed_high", "mix_minutes", "mix_low", "mix_high",
    "total_minutes", "total_low", "total_high",
)  # fmt: skip
