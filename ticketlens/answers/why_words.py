"""Why a mean moved, in plain words: how much is speed, how much is mix, and whose."""

from collections.abc import Callable, Sequence

from ticketlens.answers.compare_words import difference_words, interval_words
from ticketlens.answers.flags import horizon_words
from ticketlens.answers.words import fraction, length
from ticketlens.model.comparison import Effect, Explanation, Reason

NAMED = 3
"""So many reasons are named of each kind."""

MINUTES = "minutes"


def why_sentence(told: Explanation) -> str:
    subject = f"{told.name}, mean of the first {horizon_words(told.horizon, told.clock)}"
    if told.refused:
        return f"{subject}: not compared: {'; '.join(told.refused)}."
    assert told.old is not None
    assert told.new is not None
    assert told.change is not None
    if told.against == "same":
        return _apart(told, subject)
    moved = f"from {length(told.old)} to {length(told.new)} ({_with_interval(told.change)})"
    if told.change.low <= 0 <= told.change.high:
        return " ".join((f"No clear change: {subject}, went {moved}.", *_offsetting(told)))
    start = f"{subject}, {'rose' if told.change.value > 0 else 'fell'} {moved}."
    return " ".join((start, *_shares(told)))


def _apart(told: Explanation, subject: str) -> str:
    """Of two filters at one time: nothing moved, the two differ."""
    assert told.old is not None
    assert told.new is not None
    assert told.change is not None
    both = f"{length(told.new)} here and {length(told.old)} in the other ({_with_interval(told.change)})"
    if not told.change.clear:
        return " ".join((f"No clear difference: {subject}, {both}.", *_offsetting(told)))
    return " ".join((f"{subject}: {both}.", *_shares(told)))


def _shares(told: Explanation) -> list[str]:
    """A sentence for speed and one for mix, the larger first."""
    assert told.change is not None
    assert told.speed is not None
    assert told.mix is not None
    both = [("speed", told.speed, _speeds), ("mix", told.mix, _mixes)]
    ordered = sorted(both, key=lambda one: -abs(one[1].value))
    return [_share(name, effect, told.change, named(told)) for name, effect, named in ordered]


def _share(name: str, effect: Effect, change: Effect, named: Sequence[str]) -> str:
    amount = difference_words(effect.value, MINUTES)
    tail = f": {'; '.join(named)}" if named else ""
    part = effect.value / change.value
    if part > 1.05:
        return f"More than the whole ({amount}) is {name}{tail}."
    if not effect.clear:
        parts = f", though parts of it do{tail}" if named else ""
        return f"{name.capitalize()} on the whole makes no clear difference ({amount}){parts}."
    if part < 0:
        return f"{name.capitalize()} works against it ({amount}){tail}."
    words = fraction(part)
    return f"{words[0].upper()}{words[1:]} ({amount}) is {name}{tail}."


def _speeds(told: Explanation) -> list[str]:
    return _clear(told.reasons, lambda one: one.speed, lambda one: "slower" if one.speed.value > 0 else "faster")


def _mixes(told: Explanation) -> list[str]:
    return _clear(told.reasons, lambda one: one.mix, lambda one: _amount(one, told.against))


def one_sided(kind: str, against: str) -> str:
    """Of a part that one side alone has: two filters at one time have no before."""
    if against == "same":
        return "only here" if kind == "new" else "only in the other"
    return "new" if kind == "new" else "gone"


def _amount(reason: Reason, against: str) -> str:
    if reason.kind != "kept":
        return one_sided(reason.kind, against)
    return "more of the tickets" if reason.share[1] > reason.share[0] else "less of the tickets"


def _clear(reasons: Sequence[Reason], of: Callable[[Reason], Effect], how: Callable[[Reason], str]) -> list[str]:
    clear = sorted((one for one in reasons if of(one).clear), key=lambda one: -abs(of(one).value))
    return [f"{one.name}, {how(one)} ({difference_words(of(one).value, MINUTES)})" for one in clear[:NAMED]]


def _offsetting(told: Explanation) -> list[str]:
    """What moved within a mean that did not."""
    moved = [*_speeds(told), *_mixes(told)]
    return [f"Within it: {'; '.join(moved)}."] if moved else []


def _with_interval(effect: Effect) -> str:
    return f"{difference_words(effect.value, MINUTES)}, {interval_words(effect.low, effect.high, MINUTES)}"
