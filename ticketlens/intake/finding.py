"""One piece of personal or secret text, where it stands, and its normal form."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`text[start:end]` is of `kind`; `value` is its normal form, equal for two ways to write one thing."""

    kind: str
    start: int
    end: int
    value: str


Finder = Callable[[str], Iterator[Finding]]
