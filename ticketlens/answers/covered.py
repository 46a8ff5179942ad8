"""How much of the work a cost is of: not of every solved ticket somebody tells agents' minutes."""

from collections.abc import Sequence

from ticketlens.model.trend import Point, Trend


def covered(told: Trend, minutes_per_ticket: float) -> tuple[str, ...]:
    """A sentence for the newest whole period with a cost, and for all periods together; none where all is told."""
    known = [point for point in told.points if point.value is not None] if told.metric == "cost" else []
    if not any(_silent(point) for point in known):
        return ()
    last = next((point for point in reversed(known) if point.complete), known[-1])
    assumed = f"{minutes_per_ticket:g} minutes are assumed for each other one"
    rest = assumed if minutes_per_ticket else "the others are not in the cost"
    together = f", and of {_share(told.points)} in all periods" if len(told.points) > 1 else ""
    return (f"agents' minutes are told of {_share((last,))} tickets solved in {last.label}{together}; {rest}",)


def _silent(point: Point) -> int:
    """How many tickets nobody tells minutes of."""
    return point.assumed + point.left_out


def _share(points: Sequence[Point]) -> str:
    """ "672 of 777"."""
    told = sum(point.n - point.assumed for point in points)
    return f"{told:,} of {told + sum(map(_silent, points)):,}"
