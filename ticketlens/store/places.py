"""What a store tells of where texts and single tickets are, for those who move them."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ticketlens.store.base import Assignment


class Place(NamedTuple):
    """The fingerprint of a ticket's text, and the topic that the ticket is in."""

    text: str
    topic: int | None


class PlaceStore(Protocol):
    def where_are(self, tickets: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Place]:
        """Of those (source, id) that are there."""

    def members(self, topic: int) -> list[tuple[tuple[str, str], str]]:
        """(source, id) and fingerprint of each ticket in the topic that enters figures, ordered by the former."""

    def placed(self) -> dict[str, "Assignment"]:
        """The assignments of single tickets, by `ticket_name`."""

    def redirected(self, topics: Collection[int]) -> dict[str, "Assignment"]:
        """The assignments of texts in one of these topics, and of those that an edit took to another."""

    def show(self) -> None:
        """What was written to topics and places is seen by every reader from now on."""

    def repeated_texts(self) -> Mapping[str, int]:
        """How many tickets each text has that more than one has."""

    def fresh(self, model: str) -> tuple[list[str], NDArray[np.float32]]:
        """Texts in use that have a vector and that no run has looked at, ordered, and their unit rows (n, d)."""

    def vectors_of(self, model: str, fingerprints: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
        """Those of these texts that have a vector, in the order given, and their unit rows (n, d)."""
