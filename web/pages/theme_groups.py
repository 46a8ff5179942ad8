"""The list of topics by theme: a heading with sums over the topics of each, in the order that the list is in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ticketlens.edits.themes import FEWEST
from ticketlens.model.theme import Theme
from ticketlens.model.topic import TopicFigures


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one theme, or, without one, rows that stand alone in the list."""

    theme: Theme | None
    rows: list[TopicFigures] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(row.size for row in self.rows)

    @property
    def share(self) -> float:
        return sum(row.share for row in self.rows)

    @property
    def before(self) -> int:
        return sum(row.before for row in self.rows)

    @property
    def change(self) -> float | None:
        """None where none of its topics has one, though there were tickets before."""
        told = any(row.change_month is not None for row in self.rows)
        return self.size / self.before - 1 if self.before and told else None

    @property
    def waited_hours(self) -> float:
        return sum(row.waited_hours for row in self.rows)

    @property
    def cost(self) -> float | None:
        known = [row.cost for row in self.rows if row.cost is not None]
        return sum(known) if known else None

    @property
    def weekly(self) -> tuple[int, ...]:
        return tuple(map(sum, zip(*(row.weekly for row in self.rows), strict=True)))

    @property
    def topics(self) -> list[str]:
        return [str(row.topic.id) for row in self.rows]


ADDED_UP: Mapping[str, Callable[[Group], float | None]] = {
    "size": lambda group: group.size,
    "waited": lambda group: group.waited_hours,
    "cost": lambda group: group.cost,
}
"""By column what a theme has in it; in any other one it stands where the first of its topics would."""


def grouped(rows: Sequence[TopicFigures], themes: Mapping[int, Theme], sort: str = "") -> list[Group]:
    """Rows in the order of the list, each theme once: by its sum where the column adds up, pinned topics before all.

    What is in no theme, or alone of its theme in the list, stands for itself.
    """
    of: dict[int, list[TopicFigures]] = {}
    for row in rows:
        if (number := row.topic.theme or 0) in themes:
            of.setdefault(number, []).append(row)
    units: list[Group] = []
    for row in rows:
        own = of.get(row.topic.theme or 0, [])
        if len(own) < FEWEST:
            units.append(Group(None, [row]))
        elif own[0] is row:
            units.append(Group(themes[row.topic.theme or 0], own))
    return _joined(_by_sum(units, sort))


def _by_sum(units: list[Group], sort: str) -> list[Group]:
    value = ADDED_UP.get(sort.removeprefix("-"))
    if value is None:
        return units
    sign = 1 if sort.startswith("-") else -1

    def place(group: Group) -> tuple[bool, bool, float]:
        told = value(group)
        return not group.rows[0].topic.pinned, told is None, sign * (told or 0.0)

    return sorted(units, key=place)


def _joined(units: Sequence[Group]) -> list[Group]:
    """Rows that stand for themselves one after the other as one group."""
    groups: list[Group] = []
    for unit in units:
        if unit.theme is None and groups and groups[-1].theme is None:
            groups[-1].rows.extend(unit.rows)
        else:
            groups.append(unit)
    return groups
