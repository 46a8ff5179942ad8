"""How a layout takes the place of the one that counts, by rule or by a person; and how the former one returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ticketlens.edits.desk import Editing
from ticketlens.edits.refusal import Refused
from ticketlens.edits.settle import Settling, led
from ticketlens.edits.shape import Shape
from ticketlens.intake.visible import one_line
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.run import Difference, Found, Layout
from ticketlens.model.topic import Topic
from ticketlens.naming.choice import apart
from ticketlens.runs.lineage import compare
from ticketlens.runs.shelf import FORMER, WAITING, Shelf
from ticketlens.store.base import Assignment, Store
from ticketlens.store.names import key_of, ticket_name

SMALL = 0.02
"""The largest share of grouped tickets that a run may move without being asked."""

BY_RULE = "rule"
UNFINISHED = "unfinished", "group"
"""The record that is there from the start of a pass to its end, and where texts may have no place after a run took
effect: who died between left it behind, and a worker takes it up."""


@dataclass(frozen=True)
class Runs:
    """`rule` says what is published without a person: "small" changes, "all" runs, or "none"."""

    store: Store
    editing: Editing
    now: Callable[[], datetime]
    rule: str = "small"

    # -- what is there

    def is_waiting(self) -> bool:
        return self.shelf.head(WAITING) is not None

    def waiting(self) -> Mapping[str, Any] | None:
        """What is told of the run that waits for a person, with its difference from what people see now."""
        head = self.shelf.head(WAITING)
        if head is None:
            return None
        edits = self.editing.log.all()
        now = [len(edits), sum(edit.undone is not None for edit in edits), self.store.count_tickets(EVERYTHING)]
        told = self.shelf.seen(WAITING, now)
        if told is None and (layout := self.shelf.get(WAITING)) is not None:
            told = self.compared(layout).difference.to_json()
            self.shelf.see(WAITING, now, told)
        return {**head, "difference": told or head["difference"]}

    def former(self) -> Mapping[str, Any] | None:
        """What is told of the layout that the current one took the place of."""
        return self.shelf.head(FORMER)

    def history(self) -> list[Mapping[str, Any]]:
        """What each published run told, the latest first."""
        return [record.fields for record in reversed(self.store.records("run"))]

    def last(self) -> Mapping[str, Any] | None:
        runs = self.history()
        return runs[0] if runs else None

    # -- from a layout to topics that count

    def compared(self, layout: Layout) -> Layout:
        """With its difference from what people see now, edits included on both sides."""
        shape = self.editing.shape()
        before = {name: one.topic for name, one in self.store.assignments().items() if key_of(name) is None}
        after = {name: shape.at_last(found.topic) for name, found in layout.texts.items()}
        names = {t.id: t.name for t in (*map(shape.shown, layout.topics), *self.store.topics(retired=True))}
        known = {name: topic for name, topic in before.items() if name in after}
        return replace(layout, difference=compare(known, after, self.store.repeated_texts(), names))

    def offer(self, layout: Layout, *, at_once: bool) -> bool:
        """Publishes the layout where a rule says so, or leaves it for a person. Whether it was published.

        `at_once`: whatever it changes, since there is nothing yet that it could upset.
        """
        told = self.compared(layout)
        if at_once or self._goes_by_itself(told.difference):
            self.publish(told, by=BY_RULE)
            return True
        self.shelf.put(WAITING, told)
        return False

    def publish_waiting(self, *, by: str, why: str | None = None) -> int:
        """The number of the run; raises Refused where none waits."""
        layout = self.shelf.get(WAITING)
        if layout is None:
            raise Refused("no run waits to be published")
        return self.publish(self.compared(layout), by=by, why=why)

    def discard_waiting(self) -> None:
        if not self.shelf.clear(WAITING):
            raise Refused("no run waits to be published")

    def bring_back(self, *, by: str, why: str | None = None) -> int:
        """The layout before the current one counts again, with today's edits on top; this one becomes the former."""
        layout = self.shelf.get(FORMER)
        if layout is None:
            raise Refused("there is no former run to bring back")
        last = self.last() or {}
        if last.get("model") != layout.model:
            raise Refused(f"the former run was made with another model, {layout.model}; new tickets would not find it")
        told = self.compared(layout)
        if self._is_same(told, self.editing.shape()):
            raise Refused("with today's edits the former run's topics are those of today: nothing would change")
        return self.publish(replace(told, kind="back", at=self.now()), by=by, why=why)

    def publish(self, layout: Layout, *, by: str, why: str | None = None) -> int:
        """Switches in one step; what people did is replayed on top of what the run found. The number of the run.

        A run that changes nothing leaves the former layout in its place: there is nothing of it to take back.
        """
        with self.editing.alone() as shape:
            former = None if self._is_same(layout, shape) else self._current()
            number = self._switch(layout, shape, by, why)
            if former is not None:
                self.shelf.put(FORMER, former)
            self.shelf.clear(WAITING)
            self.store.put_record(*UNFINISHED, {"at": self.now().isoformat()})
        return number

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.store)

    def _goes_by_itself(self, difference: Difference) -> bool:
        return self.rule == "all" or (self.rule == "small" and difference.share_moved <= SMALL)

    def _is_same(self, layout: Layout, shape: Shape) -> bool:
        """Whether all texts, topics and themes would stay; of texts that came later the difference tells nothing."""
        if not layout.difference.is_none:
            return False
        there = {topic.id: topic.theme for topic in map(shape.shown, self._topics(layout)) if not topic.retired}
        held = {name for name, one in self.store.assignments().items() if key_of(name) is None and one.topic}
        stays = layout.texts.keys() | self._since(layout).keys()
        return held <= stays and there == {topic.id: topic.theme for topic in self.store.topics()}

    def _switch(self, layout: Layout, shape: Shape, by: str, why: str | None) -> int:
        texts = {name: Assignment(one.topic, one.match, one.similarity) for name, one in layout.texts.items()}
        texts |= self._since(layout)
        placed = {ticket_name(key): told for key, told in Settling(self.store).wanted(shape).items()}
        topics = apart(self._topics(layout), shape)
        run = {
            "at": self.now().isoformat(), "model": layout.model, "texts": len(layout.texts),
            "topics": sum(not topic.retired for topic in topics), "quality": dict(layout.quality),
            "offsets": dict(layout.offsets), "kind": layout.kind, "by": by,
            "why": one_line(why or "") or None,
            "difference": layout.difference.to_json(),
        }  # fmt: skip
        return self.store.publish(topics, {name: led(told, shape) for name, told in texts.items()} | placed, run)

    def _since(self, layout: Layout) -> dict[str, Assignment]:
        """Texts that came after the layout was made stay where they are, where that topic is in it."""
        there = {topic.id for topic in layout.topics if not topic.lost}
        held = {name: one for name, one in self.store.assignments().items() if key_of(name) is None}
        found = {name: one.topic if one.found is None else one.found for name, one in held.items()}
        return {
            name: Assignment(found[name], one.match, one.similarity)
            for name, one in held.items()
            if name not in layout.texts and found[name] in there
        }

    def _topics(self, layout: Layout) -> list[Topic]:
        """Those of the layout, and those that people made since."""
        told = {topic.id for topic in layout.topics}
        parts = set(self.editing.shape().parts)
        others = [topic for topic in self.store.topics(retired=True) if topic.id not in told]
        return [*layout.topics, *(topic if topic.id in parts else replace(topic, lost=True) for topic in others)]

    def _current(self) -> Layout | None:
        """What counts now, as it was found: without what people did."""
        topics, last = self.store.topics(retired=True), self.last()
        if not topics or last is None:
            return None
        texts = {
            name: Found(one.topic if one.found is None else one.found, one.match, one.similarity)
            for name, one in self.store.assignments().items()
            if key_of(name) is None
        }
        at = datetime.fromisoformat(str(last["at"]))
        offsets = last.get("offsets", {})
        return Layout(at, str(last["model"]), tuple(topics), texts, last.get("quality", {}), offsets=offsets)
