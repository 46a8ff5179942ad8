"""Brings the store to what the edits say. Done twice it is the same as done once, so a broken-off edit is taken up."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketlens.edits.reach import keys_of
from ticketlens.edits.shape import Key, Shape
from ticketlens.store.base import Assignment, Store
from ticketlens.store.names import ticket_name

BY_HAND = 1.0
"""The similarity of a ticket that a person placed: it is not measured."""


@dataclass(frozen=True, slots=True)
class Settling:
    store: Store

    def settle(self, shape: Shape) -> None:
        """Topics, then texts, then single tickets."""
        self.topics(shape)
        self.texts(shape)
        self.tickets(shape)
        self.store.show()

    def topics(self, shape: Shape) -> None:
        for topic in self.store.topics(retired=True):
            shown = shape.shown(topic)
            if shown != topic:
                self.store.put_topic(shown)

    def texts(self, shape: Shape) -> None:
        """Texts of merged topics follow them, and those of topics that are no longer merged come back."""
        held = self.store.redirected(list(shape.into))
        moved = {name: led(told, shape) for name, told in held.items()}
        self.store.assign({name: told for name, told in moved.items() if told != held[name]})

    def tickets(self, shape: Shape) -> None:
        wanted = {ticket_name(key): told for key, told in self.wanted(shape).items()}
        held = self.store.placed()
        self.store.assign({name: told for name, told in wanted.items() if held.get(name) != told})
        self.store.unassign([name for name in held if name not in wanted])

    def wanted(self, shape: Shape) -> dict[Key, Assignment]:
        """Where single tickets belong: those that a person moved, and those that a rule names."""
        found: dict[Key, int | None] = {}
        for rule in shape.rules:
            found |= dict.fromkeys(keys_of(self.store, rule.where), shape.at_last(rule.topic))
        found |= {key: shape.where_is(key) for key in shape.placed}
        return {key: Assignment(topic, "edited", BY_HAND) for key, topic in found.items()}


def led(told: Assignment, shape: Shape) -> Assignment:
    """The assignment of a text after all merges, with the topic that was found for it kept."""
    found = told.topic if told.found is None else told.found
    topic = shape.at_last(found)
    return Assignment(topic, told.match, told.similarity, None if topic == found else found)


def led_all(assignments: Mapping[str, Assignment], shape: Shape) -> dict[str, Assignment]:
    return {name: led(told, shape) for name, told in assignments.items()}
