"""The first sentence of the Trends page: what changed, and how much of it has one reason."""

from dataclasses import dataclass

from ticketlens.model.comparison import Comparison, Explanation
from web import wording
from web.pages import compared


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
    subject = told.name if told.kind != "duration" else f"Mean {told.name[:1].lower()}{told.name[1:]}"
    old, new = (compared.figure(told, side) for side in (told.before, told.after))
    if told.against == "same":
        other, mine = compared.names(told)
        return Headline(f"{subject}: {new} for {mine}, {old} for {other}{_doubt(told)}")
    if told.change.verdict == "no clear change":
        return Headline(f"No clear change: {subject[:1].lower()}{subject[1:]} was {old} before and is {new} now")
    if told.change.verdict == "the same":
        return Headline(f"{subject} stayed at {new}")
    moved = f"{subject} {told.change.verdict} from {old} to {new}"
    return _with_reason(moved, told, why)


def _doubt(told: Comparison) -> str:
    return ", no clear difference" if told.change.verdict == "no clear change" else ""


def _with_reason(moved: str, told: Comparison, why: Explanation | None) -> Headline:
    """And how much of it is its largest clear part."""
    change = told.change.value or 0.0
    clear = [one for one in (why.reasons if why else ()) if one.total.clear and not one.pooled]
    part = next((one for one in clear if (one.total.value > 0) == (change > 0)), None)
    if why is None or part is None:
        return Headline(moved)
    word = "rise" if change > 0 else "fall"
    share = wording.fraction(part.total.value / change)
    share = share[:1].upper() + share[1:]
    return Headline(f"{moved}. {share} of the {word} is ", part.name, "#why", "")
