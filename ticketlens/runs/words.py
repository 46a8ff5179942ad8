"""The difference that a run makes, as a person reads it."""

from ticketlens.model.run import Difference


def in_words(difference: Difference) -> str:
    """Such as "2 new topics, 1 split, 312 tickets move, 40 join a topic, 12 leave theirs"; "nothing changes"."""
    told = [
        *_turns(difference),
        _tickets(difference.moved, "moves", "move"),
        _tickets(difference.joined, "joins a topic", "join a topic"),
        _tickets(difference.left, "leaves its topic", "leave theirs"),
    ]
    return ", ".join(part for part in told if part) or "nothing changes"


def _turns(difference: Difference) -> list[str]:
    new, merged = difference.count("new"), difference.count("merged")
    return [
        f"{new:,} new topic{'s' * (new != 1)}" if new else "",
        f"{difference.count('split'):,} split" if difference.count("split") else "",
        f"{merged:,} merged" if merged else "",
        f"{difference.count('retired'):,} retired" if difference.count("retired") else "",
    ]


def _tickets(n: int, one: str, many: str) -> str:
    if not n:
        return ""
    return f"{n:,} ticket {one}" if n == 1 else f"{n:,} tickets {many}"
