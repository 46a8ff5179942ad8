"""What changed, in one sentence with numbers."""

from ticketlens.answers.flags import horizon_words
from ticketlens.answers.words import fraction, length, named_days, quoted
from ticketlens.model.overview import TOO_FEW_YET, Card, Part, TopicTable, Why
from ticketlens.model.topic import Topic

Z95 = 1.96
SAID = {"arrived": "of", "solved": "solved"}
NOTABLE = 0.2
"""A topic is named as the reason when it makes a fifth of the change or more."""


def headline(median: Card, why: Why | None, table: TopicTable) -> tuple[str, Topic | None]:
    """The sentence, and the topic that it names. A change inside the 95 % interval is called no clear change."""
    if median.value is None:
        return _without_median(median, table)
    was = _was(median, table)
    if why is None or abs(why.change) <= Z95 * why.standard_error:
        return _no_change(median, was, table, tested=why is not None)
    return _moved(median, was, why, table)


def _without_median(median: Card, table: TopicTable) -> tuple[str, Topic | None]:
    first = table.rows[0] if table.rows else None
    few = "too few of them are solved to say how long it takes"
    why = few if median.missing == TOO_FEW_YET else "half of them are not solved yet"
    start = f"{table.total:,} tickets arrived; {why}."
    if first is None or not first.size:
        return start, None
    return f"{start} Most waiting is in {quoted(first.topic.name)}: {first.size:,} tickets.", first.topic


def _no_change(median: Card, was: str, table: TopicTable, *, tested: bool) -> tuple[str, Topic | None]:
    assert median.value is not None
    half = f"alf of the tickets are solved within {length(median.value)}{was}"
    unknown = "; whether that is a change cannot be told yet" if was else ""
    start = f"No clear change: h{half}." if tested else f"H{half}{unknown}."
    first = table.rows[0] if table.rows else None
    if first is None or not table.waited_hours:
        return start, None
    share = fraction(first.waited_hours / table.waited_hours)
    return f"{start} {share[0].upper()}{share[1:]} of the waiting is {quoted(first.topic.name)}.", first.topic


def _moved(median: Card, was: str, why: Why, table: TopicTable) -> tuple[str, Topic | None]:
    rose = why.change > 0
    start = (
        f"Customers waited {'longer' if rose else 'less'}: the mean wait over the first "
        f"{horizon_words(why.horizon, why.clock)} "
        f"{'rose' if rose else 'fell'} from {length(why.before)} to {length(why.after)}{_of(why, table)}, and half of "
        f"the tickets are solved within {length(median.value or 0)}{was}."
    )
    if all(part.topic is None for part in why.parts):
        return f"{start} Each topic is too small to say which one it is.", None
    part = next((p for p in why.parts if p.topic is not None and p.total * why.change > 0), None)
    if part is None or abs(part.total) < NOTABLE * abs(why.change):
        return f"{start} No single topic explains it.", None
    return f"{start} {_blame(part, why)}", part.topic


def _of(why: Why, table: TopicTable) -> str:
    """The days that the mean is of, where they are not those of everything else."""
    return (
        ""
        if (why.first, why.last) == table.window
        else f" for tickets {SAID[why.cohort]} {named_days(why.first, why.last)}"
    )


def _blame(part: Part, why: Why) -> str:
    share = part.total / why.change
    how = _how(part)
    rise = "rise" if why.change > 0 else "fall"
    if share > 1:
        return f"{quoted(part.name)} alone makes more than the whole {rise}: {how}."
    told = fraction(share)
    return f"{told[0].upper()}{told[1:]} of the {rise} is {quoted(part.name)}: {how}."


def _how(part: Part) -> str:
    """Which of the two did it, or both where each makes a quarter or more."""
    both = abs(part.speed) + abs(part.mix)
    slower = "slower" if part.speed > 0 else "faster"
    more = "more of it" if part.share_change > 0 else "less of it"
    if abs(part.mix) < both / 4:
        return slower
    return more if abs(part.speed) < both / 4 else f"{more}, and {slower}"


def _was(median: Card, table: TopicTable) -> str:
    if median.value is None or median.change is None:
        return ""
    first, last = table.window
    days = (last - first).days + 1
    before = "four weeks" if days == 28 else "day" if days == 1 else f"{days} days"
    return f" ({length(median.value - median.change)} in the {before} before)"
