"""What became of each topic from one run to the next, told by the tickets that both know.

The transitions are those of MONIC (Spiliopoulou et al., 2006): a topic survives, splits, is absorbed, disappears or
emerges; a quarter of the tickets makes a part of a split, one half an absorption.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping

from ticketlens.model.run import Difference, Turn

PART = 0.25
ABSORBED = 0.5

Places = Mapping[str, int | None]
"""Text -> the topic that it is in."""


def compare(before: Places, after: Places, sizes: Mapping[str, int], names: Mapping[int, str]) -> Difference:
    """From one layout to the next. `sizes`: the tickets of texts with more than one; `names`: of topics."""
    flows: Counter[tuple[int | None, int | None]] = Counter()
    for text in before.keys() | after.keys():
        flows[before.get(text), after.get(text)] += sizes.get(text, 1)
    had, has = _totals(flows, 0), _totals(flows, 1)
    turns = [*(_new(topic, flows, has, names) for topic in sorted(has.keys() - had.keys()))]
    turns += [_gone(topic, flows, had, names) for topic in sorted(had.keys() - has.keys())]
    return Difference(
        turns=tuple(sorted(turns, key=lambda turn: (-turn.tickets, turn.topic))),
        continued=len(had.keys() & has.keys()),
        stayed=sum(n for (old, new), n in flows.items() if old is not None and old == new),
        moved=sum(n for (old, new), n in flows.items() if old is not None and new is not None and old != new),
        joined=sum(n for (old, new), n in flows.items() if old is None and new is not None),
        left=sum(n for (old, new), n in flows.items() if old is not None and new is None),
    )


def _totals(flows: Mapping[tuple[int | None, int | None], int], side: int) -> dict[int, int]:
    totals: dict[int, int] = defaultdict(int)
    for ends, n in flows.items():
        topic = ends[side]
        if topic is not None:
            totals[topic] += n
    return dict(totals)


def _new(
    topic: int,
    flows: Mapping[tuple[int | None, int | None], int],
    has: Mapping[int, int],
    names: Mapping[int, str],
) -> Turn:
    """A part of each topic that gave it a quarter of its tickets; else new."""
    given = {old: n for (old, new), n in flows.items() if new == topic and old is not None}
    parents = [old for old, n in given.items() if n >= PART * has[topic]]
    return _turn("split" if parents else "new", topic, given, parents, has[topic], names)


def _gone(
    topic: int,
    flows: Mapping[tuple[int | None, int | None], int],
    had: Mapping[int, int],
    names: Mapping[int, str],
) -> Turn:
    """Into the topics that took half of its tickets, or a quarter each; else retired."""
    taken = {new: n for (old, new), n in flows.items() if old == topic and new is not None}
    heirs = [new for new, n in taken.items() if n >= PART * had[topic]]
    followed = sum(taken[new] for new in heirs) >= ABSORBED * had[topic]
    return _turn("merged" if followed else "retired", topic, taken, heirs if followed else [], had[topic], names)


def _turn(
    kind: str, topic: int, shared: Mapping[int, int], others: list[int], tickets: int, names: Mapping[int, str]
) -> Turn:
    ordered = tuple(sorted(others, key=lambda other: (-shared[other], other)))
    return Turn(kind, topic, names.get(topic, ""), ordered, tickets)
