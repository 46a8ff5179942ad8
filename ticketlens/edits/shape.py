"""What all edits together make of the topics: replayed in their order, the undone ones left out. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from ticketlens.model.edit import FIELDS, Edit
from ticketlens.model.filter import Filter
from ticketlens.model.topic import Topic
from ticketlens.query import parse_filter

Key = tuple[str, str]
Pair = tuple[int, int]
NO_RULE: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """Tickets that pass `where` are always in `topic`, but for those that a person moved by hand."""

    edit: int
    topic: int
    where: Filter


@dataclass(slots=True)
class Shape:
    """`fields`: what was set, by topic. `into`: merged topics, and undone parts of splits, with the topic that has
    their tickets now. `placed`: tickets that a person put somewhere. `parts`: topics that a split made, with the one
    that they were split from. `apart`: pairs that never become one, the smaller id first. `themes`: their given names.
    `filled`: topics into which people put tickets; none of them ends, whatever a run finds.
    """

    fields: dict[int, dict[str, object]] = field(default_factory=dict)
    into: dict[int, int] = field(default_factory=dict)
    placed: dict[Key, int | None] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    apart: set[Pair] = field(default_factory=set)
    unmade: set[int] = field(default_factory=set)
    themes: dict[int, str] = field(default_factory=dict)
    filled: set[int] = field(default_factory=set)

    def at_last(self, topic: int | None) -> int | None:
        """The topic that has its tickets, after all merges (never in a circle: what was merged is not edited)."""
        while topic is not None and topic in self.into:
            topic = self.into[topic]
        return topic

    def shown(self, topic: Topic) -> Topic:
        """A topic as people see it: what they set of it, over what a namer made of it, over what a run found."""
        told: Mapping[str, Any] = self.fields.get(topic.id, {})
        gone, lost = topic.id in self.into, topic.lost and topic.id not in self.parts
        return replace(
            topic,
            name=told.get("name") or topic.named or topic.label or topic.name,
            label=topic.label or topic.name,
            kind=told.get("kind", "problem"),
            pinned=told.get("pinned", False),
            hidden=told.get("hidden", False),
            owner=told.get("owner"),
            note=told.get("note"),
            theme=topic.theme_found if told.get("theme") is None else told["theme"] or None,
            merged_into=self.at_last(topic.id) if gone and topic.id not in self.unmade else None,
            lost=lost,
            retired=gone or (lost and topic.id not in self.filled),
        )

    def is_named(self, topic: int) -> bool:
        """Whether a person gave it its name."""
        return bool(self.fields.get(topic, {}).get("name"))

    def where_is(self, ticket: Key) -> int | None:
        return self.at_last(self.placed[ticket])

    def shaped(self) -> set[int]:
        """Topics that people made, pinned, filled or keep apart: a run never drops one of them."""
        pinned = {topic for topic, told in self.fields.items() if told.get("pinned")}
        held = {topic for topic in self.placed.values() if topic is not None}
        ruled = {rule.topic for rule in self.rules}
        return pinned | held | ruled | set(self.parts) | {one for pair in self.apart for one in pair}


def replay(edits: Iterable[Edit]) -> Shape:
    shape = Shape()
    for edit in edits:
        if edit.undone is None:
            _replay(shape, edit)
        elif edit.kind == "split":
            made = cast(int, edit.told["made"])
            shape.into[made] = edit.topics[0]
            shape.unmade.add(made)
    ends = (*shape.into.values(), *shape.placed.values(), *(rule.topic for rule in shape.rules))
    shape.filled = {topic for topic in map(shape.at_last, ends) if topic is not None}
    return shape


def _replay(shape: Shape, edit: Edit) -> None:
    told: Mapping[str, Any] = edit.told
    if edit.kind == "merge":
        for topic in edit.topics:
            if topic != told["into"]:
                shape.into[topic] = told["into"]
    elif edit.kind == "split":
        shape.parts[told["made"]] = edit.topics[0]
        shape.placed |= dict.fromkeys(edit.tickets, told["made"])
        if told.get("name"):
            shape.fields.setdefault(told["made"], {})["name"] = told["name"]
    elif edit.kind == "move":
        shape.placed |= dict.fromkeys(edit.tickets, told["to"])
    elif edit.kind in ("apart", "always", "call"):
        _replay_border(shape, edit)
    else:
        for topic in edit.topics:
            shape.fields.setdefault(topic, {}).update({name: told[name] for name in FIELDS if name in told})


def _replay_border(shape: Shape, edit: Edit) -> None:
    """What says where a topic or a theme ends, and how the latter is called; no ticket is named."""
    told: Mapping[str, Any] = edit.told
    if edit.kind == "apart":
        one, other = sorted(edit.topics[:2])
        shape.apart.add((one, other))
    elif edit.kind == "always":
        shape.rules.append(Rule(edit.id, edit.topics[0], rule_filter(told["rule"])))
    elif told["name"]:
        shape.themes[told["theme"]] = told["name"]
    else:
        shape.themes.pop(told["theme"], None)


def rule_filter(parameters: Mapping[str, Sequence[str]]) -> Filter:
    """Raises ConfigError where the parameters are none of a filter."""
    return parse_filter(parameters)
