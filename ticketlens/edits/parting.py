"""A split by suggestion: how a topic falls apart is looked up and kept; who likes it splits off some of the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketlens.edits import checks
from ticketlens.edits.centre import free_name
from ticketlens.edits.desk import Editing
from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.edits.shape import Key
from ticketlens.engine import Engine
from ticketlens.errors import ConfigError
from ticketlens.intake.visible import name_key, one_line
from ticketlens.model.edit import Edit
from ticketlens.model.grouping import Grouping, TopicDraft
from ticketlens.model.part import Part, Suggestion, key_of, suggestion_of
from ticketlens.model.topic import Topic
from ticketlens.store.base import Store

NOUN = "parts"
"""The record of the last suggestion for a topic. It is no edit, and nothing rests on it."""

SAMPLE = 1_000
"""Texts that parts are found among; all others go to the nearest part."""

CHUNK = 5_000
SHOWN = 10
EVERYTHING_NEAR = -1.0


@dataclass(frozen=True)
class Parting:
    """`suggest` changes no topic; `split` makes ordinary split edits of exactly the tickets of a suggestion."""

    store: Store
    engine: Engine
    editing: Editing
    sample: int = SAMPLE

    def suggest(self, topic: int) -> Suggestion:
        """How the topic falls apart now; kept until somebody asks again. Raises NotThere without such a topic."""
        checks.alive(topic, self._topics())
        members = self.store.members(topic)
        texts: dict[str, list[Key]] = {}
        for key, text in members:
            texts.setdefault(text, []).append(key)
        suggestion = Suggestion(topic, self.editing.now(), len(members), self._parts(texts))
        self.store.put_record(NOUN, str(topic), suggestion.to_json())
        return suggestion

    def suggested(self, topic: int) -> Suggestion | None:
        """The last suggestion, without the parts that were split off since."""
        held = self.store.get_record(NOUN, str(topic))
        return suggestion_of(held.fields) if held else None

    def split(self, topic: int, parts: Mapping[str, str | None], *, by: str, why: str | None = None) -> list[Edit]:
        """Splits off parts of the last suggestion by their keys, each with a name of its own or the one it was given.

        One edit a part; all are checked before the first is made.
        """
        chosen = self._chosen(topic, parts)
        self._check(topic, chosen)
        edits = [self.editing.split(topic, part.tickets, name=part.name, by=by, why=why) for part in chosen]
        self._forget(topic, {part.key for part in chosen})
        return edits

    def _chosen(self, topic: int, parts: Mapping[str, str | None]) -> list[Part]:
        if not parts:
            raise ConfigError("parts: choose at least one")
        suggestion = self.suggested(topic)
        if suggestion is None:
            raise NotThere(f"nothing was suggested for topic {topic}: ask for a suggestion first")
        held = {part.key: part for part in suggestion.parts}
        for key in parts:
            if key not in held:
                raise Refused(f"part {key[:20]!r} is not in the last suggestion for topic {topic}: look at it again")
        return [replace(held[key], name=one_line(name or "") or held[key].name) for key, name in parts.items()]

    def _check(self, topic: int, chosen: Sequence[Part]) -> None:
        topics, called = self._topics(), self.editing.shape().themes.values()
        checks.alive(topic, topics)
        names = [name_key(str(checks.fields({"name": part.name})["name"])) for part in chosen]
        if len(set(names)) < len(names):
            raise Refused("two parts have one name; no two topics do")
        for part in chosen:
            checks.free_name(None, part.name, topics, called)
            checks.within(topic, checks.known(self.store, part.tickets))
        leaving = {key for part in chosen for key in part.tickets}
        if all(key in leaving for key, _ in self.store.members(topic)):
            raise Refused(f"topic {topic} would be left without a ticket: leave one part in it")

    def _forget(self, topic: int, keys: set[str]) -> None:
        held = self.suggested(topic)
        if held is not None:
            left = tuple(part for part in held.parts if part.key not in keys)
            self.store.put_record(NOUN, str(topic), replace(held, parts=left).to_json())

    def _parts(self, texts: Mapping[str, Sequence[Key]]) -> tuple[Part, ...]:
        """Of texts with their tickets."""
        names = sorted(texts)
        sampled, vectors = self.editing.centre.vectors(names[:: max(1, -(-len(names) // self.sample))])
        if not sampled:
            return ()
        told = self.store.subjects(sampled)
        words = [told[name].words if name in told else "" for name in sampled]
        found = self.engine.parts(vectors, words, [told[name].language if name in told else None for name in sampled])
        where = dict(zip(sampled, found.labels.tolist(), strict=True))
        where |= self._others([name for name in names if name not in where], found)
        taken = {name_key(one.name) for one in self._topics().values() if not one.retired}
        made = [_part(draft, label, where, texts, sampled) for label, draft in enumerate(found.topics)]
        return _named(sorted(made, key=lambda part: -len(part.tickets)), taken)

    def _others(self, names: Sequence[str], found: Grouping) -> dict[str, int]:
        """The nearest part of each text that has a vector."""
        if not found.topics:
            return {}
        middles = np.stack([draft.centroid for draft in found.topics])
        limits = np.full(len(middles), EVERYTHING_NEAR, np.float32)
        where: dict[str, int] = {}
        for start in range(0, len(names), CHUNK):
            some, vectors = self.editing.centre.vectors(names[start : start + CHUNK])
            if some:
                where |= zip(some, self.engine.assign_new(vectors, middles, limits).labels.tolist(), strict=True)
        return where

    def _topics(self) -> dict[int, Topic]:
        return {topic.id: topic for topic in self.store.topics(retired=True)}


def _part(
    draft: TopicDraft, label: int, where: Mapping[str, int], texts: Mapping[str, Sequence[Key]], sampled: Sequence[str]
) -> Part:
    tickets = tuple(sorted(key for name, at in where.items() if at == label for key in texts[name]))
    typical = tuple(texts[sampled[at]][0] for at in draft.typical[:SHOWN])
    return Part(draft.name, draft.words, typical, tickets, key_of(tickets))


def _named(parts: Sequence[Part], taken: set[str]) -> tuple[Part, ...]:
    """Each with a name that no topic has."""
    named = []
    for part in parts:
        name = free_name(part.name, taken)
        taken = taken | {name_key(name)}
        named.append(replace(part, name=name))
    return tuple(named)
