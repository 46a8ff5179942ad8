"""How many tickets the largest groups of a question have: groups are cut to these before anything else is counted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ticketlens.model.filter import LISTS, NONE

if TYPE_CHECKING:
    from ticketlens.store.base import Cell, Positions, Question

Row = tuple[int, str | None, int]


class Sizes(NamedTuple):
    """The largest groups, most tickets first and then by name; `n[group][period]`; how many groups there are beside."""

    groups: tuple[str | None, ...]
    n: tuple[tuple[int, ...], ...]
    left_out: int


Sized = tuple[Sizes, Sequence["Cell"]]


class SizeStore(Protocol):
    def sizes(self, question: "Question", limit: int) -> Sizes:
        """How many tickets the `limit` largest groups have in each period; without `group_by` the one group is None."""

    def sized_histogram(
        self, question: "Question", metric: str, clock: str, positions: "Positions", limit: int
    ) -> tuple[Sized, Sized]:
        """`sizes` and the `histogram` of these groups, then the same of all tickets as the one group None, in one look.

        The histogram may tell of groups that are none of these.
        """


def largest(rows: Iterable[Row], question: "Question", limit: int) -> Sizes:
    """Of all rows (period, group, n) of a question."""
    by_group: dict[str | None, list[int]] = defaultdict(lambda: [0] * len(question.periods))
    if question.group_by is None:
        by_group[None] = [0] * len(question.periods)
    for period, group, n in rows:
        by_group[group][period] += n
    told = first(tuple(by_group), [sum(n) for n in by_group.values()], limit)
    return Sizes(told, tuple(tuple(by_group[group]) for group in told), len(by_group) - len(told))


def first(groups: Sequence[str | None], n: Sequence[int], limit: int) -> tuple[str | None, ...]:
    """The `limit` largest of groups that have so many tickets, in order."""
    ordered = sorted(zip(groups, n, strict=True), key=lambda one: (-one[1], one[0] or ""))
    return tuple(group for group, _ in ordered[:limit])


def grouped_and_whole(question: "Question") -> tuple["Question", ...]:
    """What `sized_histogram` asks: once where nothing is grouped."""
    return (question,) if question.group_by is None else (question, replace(question, group_by=None))


def among(question: "Question", sizes: Sizes) -> "Question":
    """The same question of the largest groups' tickets alone, wherever others are left out.

    Of several values a ticket is told with each: a filter that names some of them already stays as it is.
    """
    name = question.group_by
    if name is None or not sizes.left_out or (name in LISTS and name in question.where.where):
        return question
    return replace(question, where=question.where.having(name, (group or NONE for group in sizes.groups)))
