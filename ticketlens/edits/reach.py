"""How many tickets a rule of a topic takes, before or after it is made."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ticketlens.edits.shape import Key, Shape
from ticketlens.model.filter import Filter
from ticketlens.store.base import Store

PAGE = 500


@dataclass(frozen=True, slots=True)
class Reach:
    """Of `total` tickets that pass the rule, `inside` are in the topic already, and `held` are elsewhere by hand, where
    they stay."""

    total: int
    inside: int
    held: int

    @property
    def taken(self) -> int:
        return self.total - self.inside - self.held

    @property
    def words(self) -> str:
        if not self.total:
            return "no ticket fits this rule yet"
        held = f", {self.held:,} elsewhere by hand, where they stay" if self.held else ""
        return (
            f"{self.total:,} ticket{'s' * (self.total != 1)} fit{'s' * (self.total == 1)} this rule: "
            f"{self.taken:,} from elsewhere, {self.inside:,} in the topic already{held}"
        )

    def to_json(self) -> dict[str, object]:
        return {"total": self.total, "taken": self.taken, "inside": self.inside, "held": self.held}


def reach(store: Store, shape: Shape, where: Filter, topic: int) -> Reach:
    by_hand = keys_of(store, replace(where, states=(*where.states, "edited")))
    held = sum(key in shape.placed and shape.where_is(key) != topic for key in by_hand)
    inside = store.count_tickets(where.having("topic", str(topic)))
    return Reach(store.count_tickets(where), inside, held)


def keys_of(store: Store, where: Filter) -> Iterator[Key]:
    cursor: str | None = None
    while True:
        page = store.list_tickets(where, cursor=cursor, limit=PAGE)
        yield from ((row.ticket.source, row.ticket.id) for row in page.items)
        cursor = page.next
        if cursor is None:
            return
