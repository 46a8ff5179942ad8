"""What a run finds: topics from vectors, with the ids of those that they continue, held to what people did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ticketlens.edits.centre import reach
from ticketlens.edits.shape import Shape
from ticketlens.embedding import Embedder
from ticketlens.engine import Engine, Progress, Vectors
from ticketlens.model.grouping import Grouping, Match, TopicDraft
from ticketlens.model.run import Found, Layout
from ticketlens.model.topic import Topic
from ticketlens.runs.alignment import Alignment, Offsets, packed
from ticketlens.runs.shaping import Divided, divide, ids_of, middle
from ticketlens.runs.theming import Theming
from ticketlens.store.base import Key, Store

NONE = -1
SHOWN = 10
SHORT = 2
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """n texts: fingerprints, unit rows (n, d), first tickets, words, languages, numbers of tickets (n,), and the topics
    they were in (n,)."""

    names: Sequence[str]
    vectors: Vectors
    keys: Sequence[Key]
    words: Sequence[str]
    languages: Sequence[str | None]
    tickets: Labels
    old: Labels


@dataclass(frozen=True)
class Finder:
    """`other_space`: the topics that there are were found by another model, whose middles say nothing of this one's
    vectors."""

    store: Store
    engine: Engine
    shape: Shape
    at: datetime
    other_space: bool = False

    def texts(self, names: Sequence[str], vectors: Vectors) -> Texts:
        """The texts that are still there: a ticket may have changed since its vector was made."""
        told = self.store.subjects(names)
        still = [index for index, name in enumerate(names) if name in told]
        names, rows = [names[index] for index in still], [told[names[index]] for index in still]
        old = self.places()
        return Texts(
            names=names,
            vectors=vectors[still],
            keys=[one.key for one in rows],
            words=[one.words for one in rows],
            languages=[one.language for one in rows],
            tickets=np.array([one.tickets for one in rows], dtype=np.int64),
            old=np.array([_number(old.get(name)) for name in names], dtype=np.int64),
        )

    def places(self) -> dict[str, int | None]:
        """Text -> the topic that was found for it, or that a person gave to its tickets."""
        held = self.store.assignments()
        found = {name: one.topic if one.found is None else one.found for name, one in held.items()}
        there = self.store.where_are(list(self.shape.placed))
        return found | {place.text: self.shape.placed[key] for key, place in there.items()}

    def full(self, embedder: Embedder, raw: Texts, progress: Progress) -> Layout:
        """All topics anew."""
        offsets = self.engine.offsets(raw.vectors, raw.languages)
        found = self._run(embedder, raw, offsets, progress)
        texts = replace(raw, vectors=self.engine.align(raw.vectors, raw.languages, offsets))
        divided = self._divided(texts, found)
        labels = int(divided.labels.max(initial=NONE)) + 1
        kept = self._ids(texts, found, divided, labels)
        before = {topic.id: topic for topic in self.store.topics(retired=True)}
        topics = {
            number: self._topic(number, label, texts, found, divided, before.get(number))
            for label, number in enumerate(kept)
        }
        others = [self._left(topic, texts) for topic in before.values() if topic.id not in topics]
        new = np.array([*kept, NONE], dtype=np.int64)[divided.labels]
        told = sorted((*topics.values(), *others), key=lambda topic: topic.id)
        return Layout(
            at=self.at,
            model=embedder.name,
            topics=tuple(Theming(self.store, self.engine, self.at).told(told, before, texts.old, new)),
            texts=_found(texts, found, divided, kept),
            quality=dict(found.quality),
            offsets=packed(offsets),
        )

    def pool(self, embedder: Embedder, texts: Texts, progress: Progress) -> Layout:
        """Topics among the texts that are in none; all others stay as they are."""
        alone = np.flatnonzero(texts.old == NONE).tolist()
        inside = Texts(
            [texts.names[i] for i in alone], texts.vectors[alone], [texts.keys[i] for i in alone],
            [texts.words[i] for i in alone], [texts.languages[i] for i in alone], texts.tickets[alone],
            texts.old[alone],
        )  # fmt: skip
        offsets = Alignment(self.store, self.engine).offsets()
        found = self._run(embedder, inside, offsets, progress)
        ids = self.store.new_topic_ids(len(found.topics)) if found.topics else []
        whole = Divided(found.labels, {})
        made = [self._topic(number, label, inside, found, whole, None) for label, number in enumerate(ids)]
        held = {
            name: Found(one.topic if one.found is None else one.found, one.match, one.similarity)
            for name, one in self.store.assignments().items()
        }
        joined = {name: one for name, one in _found(inside, found, whole, ids).items() if one.topic is not None}
        there = self.store.topics(retired=True)
        topics = [*there, *Theming(self.store, self.engine, self.at).joined(made, there)]
        quality = dict(found.quality)
        return Layout(
            self.at, embedder.name, tuple(topics), held | joined, quality, "pool", offsets=packed(offsets)
        )  # fmt: skip

    def _run(self, embedder: Embedder, texts: Texts, offsets: Offsets, progress: Progress) -> Grouping:
        return self.engine.full_run(
            texts.vectors, texts.words, texts.languages, embedder.encode, progress, offsets, texts.old, texts.tickets
        )  # fmt: skip

    def _divided(self, texts: Texts, found: Grouping) -> Divided:
        pairs = [*self.shape.parts.items(), *sorted(self.shape.apart)]
        members = {topic: texts.old == topic for pair in pairs for topic in pair}
        middles = {topic: middle(texts.vectors[own]) for topic, own in members.items() if own.any()}
        return divide(found.labels, texts.old, texts.vectors, middles, pairs)

    def _ids(self, texts: Texts, found: Grouping, divided: Divided, labels: int) -> list[int]:
        """The id that each label continues, else a new one."""
        matched = self.engine.match(texts.old, divided.labels, labels)
        kept = ids_of(matched, divided.kept, labels)
        fresh = iter(self.store.new_topic_ids(kept.count(None))) if None in kept else iter(())
        return [next(fresh) if number is None else number for number in kept]

    def _topic(
        self, number: int, label: int, texts: Texts, found: Grouping, divided: Divided, before: Topic | None
    ) -> Topic:
        """A topic as the run found it; one that a division took out of another keeps its name."""
        was = self._carried(before) if before else Topic(number, "", born=self.at)
        if label in divided.kept or label >= len(found.topics):
            return _by_members(was, texts, np.flatnonzero(divided.labels == label))
        return _by_draft(was, found.topics[label], texts)

    def _left(self, topic: Topic, texts: Texts) -> Topic:
        """One that nothing found continues: it is lost, unless people gave it a shape."""
        was = self._carried(topic)
        if topic.id not in self.shape.shaped() and topic.id not in self.shape.into:
            return replace(was, lost=True)
        return _by_members(was, texts, np.flatnonzero(texts.old == topic.id))

    def _carried(self, topic: Topic) -> Topic:
        """Without a middle of another model: until it has texts again, no ticket finds it by meaning."""
        return replace(topic, centroid=b"", threshold=1.0) if self.other_space else topic


def still_says(was: Topic, draft: TopicDraft, language: str | None) -> bool:
    """Whether the name found before goes on to fit, so that next month's page has the name of this one's: most of what
    the topic was known by is still among its words, its name with it, and its tickets are of the same language."""
    words = {word.casefold() for phrase in draft.words for word in phrase.split()}
    told = [word for word in was.label.casefold().split() if len(word) > SHORT]
    kept = set(was.words) & set(draft.words)
    return bool(
        told and language == was.language and 2 * len(kept) >= len(set(was.words)) and any(one in words for one in told)
    )


def _by_draft(was: Topic, draft: TopicDraft, texts: Texts) -> Topic:
    shown = [texts.languages[i] for i in (*draft.typical, *draft.edge)]
    language = max(sorted(filter(None, shown)), key=shown.count, default=None)
    name = was.label if still_says(was, draft, language) else draft.name
    return replace(
        was,
        name=name,
        label=name,
        words=draft.words,
        language=language,
        centroid=np.asarray(draft.centroid, dtype="<f4").tobytes(),
        threshold=float(draft.threshold),
        typical=tuple(texts.keys[i] for i in draft.typical),
        edge=tuple(texts.keys[i] for i in draft.edge),
        born=was.born or None,
        lost=False,
    )


def _by_members(was: Topic, texts: Texts, own: Labels) -> Topic:
    """Its own name, with the middle of the texts that are its own now."""
    if not len(own):
        return was
    centroid = middle(texts.vectors[own])
    cosines = texts.vectors[own] @ centroid
    ranked = own[np.argsort(-cosines, kind="stable")]
    return replace(
        was,
        centroid=centroid.astype("<f4").tobytes(),
        threshold=reach(cosines, was.threshold),
        typical=tuple(texts.keys[i] for i in ranked[:SHOWN]),
        edge=tuple(texts.keys[i] for i in ranked[::-1][:SHOWN]),
        lost=False,
    )


def _found(texts: Texts, found: Grouping, divided: Divided, ids: Sequence[int]) -> Mapping[str, Found]:
    return {
        name: Found(ids[label] if label >= 0 else None, Match(int(match)).name.lower(), round(float(similarity), 6))
        for name, label, match, similarity in zip(
            texts.names, divided.labels, found.match, found.similarity, strict=True
        )
    }


def _number(topic: int | None) -> int:
    return NONE if topic is None else topic
