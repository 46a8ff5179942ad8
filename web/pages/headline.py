"""The first sentence of the Trends page: what changed, and how much of it has one reason."""

from dataclasses import dataclass

from ticketlens.model.comparison import Comparison, Effect, Explanation, Reason
from web import wording
from web.pages import compare_words as words


@dataclass(frozen=True, slots=True)
class Headline:
    """The first sentence, cut where the name of what explains most of it stands, so that the name can be a link."""

    before: str
    name: str = ""
    to: str | None = None
    after: str = ""


def headline(told: Comparison, why: Explanation | None) -> Headline | None:
    """What changed, in one sentence; None where nothing can be compared."""
    if told.change.value is None:
        return None
    subject = _mean(told.name) if told.kind == "duration" else told.name
    old, new = (words.figure(told, side) for side in (told.before, told.after))
    if told.against == "same":
        other, mine = words.names(told)
        return Headline(f"{subject}: {new} for {mine}, {old} for {other}{_doubt(told)}")
    if told.change.verdict == "no clear change":
        return Headline(f"No clear change: {wording.within(subject)} was {old} before and is {new} now")
    if told.change.verdict == "the same":
        return Headline(f"{subject} stayed at {new}")
    moved = f"{subject} {told.change.verdict} from {old} to {new}"
    return _with_reason(moved, told, why)


def _doubt(told: Comparison) -> str:
    return ", no clear difference" if told.change.verdict == "no clear change" else ""


def _with_reason(moved: str, told: Comparison, why: Explanation | None) -> Headline:
    """And how much of it is its largest clear part."""
    change = told.change.value or 0.0
    word = "rise" if change > 0 else "fall"
    clear = [one for one in _told_apart(why) if one.total.clear]
    part = next((one for one in clear if (one.total.value > 0) == (change > 0)), None)
    if part is not None:
        return Headline(f"{moved}. {_share(part.total, change)} of the {word} is “", part.name, "#why", "”")
    if why is not None and why.speed is not None and why.speed.clear and (why.speed.value > 0) == (change > 0):
        share = _share(why.speed, change)
        return Headline(f"{moved}. {share} of the {word} is speed, not another mix of tickets")
    return Headline(moved)


def _told_apart(why: Explanation | None) -> list[Reason]:
    """The parts that stand alone; none where all tickets are in no topic, which explains nothing."""
    alone = [one for one in (why.reasons if why else ()) if not one.pooled]
    return alone if any(one.keys != ("",) for one in alone) else []


def _mean(name: str) -> str:
    """ "Mean time to full resolution", "Mean of all cycles"."""
    return f"Mean{'' if name.startswith('Time') else ' of'} {wording.within(name)}"


def _share(effect: Effect, change: float) -> str:
    """How much of a change, as the beginning of a sentence."""
    share = wording.fraction(effect.value / change)
    return share[:1].upper() + share[1:]
