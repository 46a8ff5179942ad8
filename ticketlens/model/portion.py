"""Shares and sums that are known of some tickets only."""

from collections.abc import Mapping
from typing import NamedTuple


class Portion(NamedTuple):
    """Of the tickets of one period and group of which a figure of `PORTIONS` is known, `n`: its sum."""

    period: int
    group: str | None
    n: int
    sum: int


PORTIONS: Mapping[str, str] = {
    "one_touch": "tickets with a reply: those with exactly one, and no reopening, as it is known now",
    "breach": "tickets under a target: those that passed it by `as_of`",
    "due": "tickets under a target: those that had not passed it by `as_of`, and may pass it later",
    "effort": "tickets of which the agents' work is told: its seconds",
}
