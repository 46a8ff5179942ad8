"""The verbs embed, assign and cluster: from texts without a vector to published topics."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import numpy as np

from ticketlens.embedding import Embedder
from ticketlens.engine import Engine, Progress, Vectors
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.grouping import Assignment as Found
from ticketlens.model.grouping import Grouping, Match, TopicDraft
from ticketlens.model.topic import Coverage, Topic
from ticketlens.store.base import Assignment, Key, Store

BATCH = 2048
GROWN = 1.5
UNFINISHED = "unfinished", "group"
"""The record that is there from the start of a pass to its end: who died between left it behind."""

Step = Callable[[str], Progress]
"""A step's name gives the callback that its progress goes to."""


@dataclass(frozen=True, slots=True)
class ClusterReport:
    tickets: int
    embedded: int
    topics: int
    coverage: Coverage
    full: bool
    seconds: Mapping[str, float]
    quality: Mapping[str, float]

    def to_json(self) -> dict[str, object]:
        matches = {name: getattr(self.coverage, name) for name in ("core", "weak", "edited", "ungrouped")}
        return {
            "tickets": self.tickets, "embedded": self.embedded, "topics": self.topics, **matches, "full": self.full,
            "seconds": dict(self.seconds), "quality": dict(self.quality),
        }  # fmt: skip


@dataclass
class Stopwatch:
    seconds: dict[str, float] = field(default_factory=lambda: {"embed": 0.0, "cluster": 0.0, "label": 0.0})

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - start)

    def add(self, name: str, spent: float) -> None:
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 3)

    def last_step(self, name: str, last: str, progress: Progress) -> Progress:
        """The same progress, timed: the last step is called `last`, all before it `name`."""
        began = time.perf_counter()

        def told(done: int, total: int) -> None:
            nonlocal began
            now = time.perf_counter()
            self.add(last if done == total else name, now - began)
            began = now
            progress(done, total)

        return told


@dataclass(frozen=True)
class Grouper:
    """Groups the texts of one store by one model. `now` dates runs and new topics."""

    store: Store
    engine: Engine
    model: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def embed(self, embedder: Embedder, progress: Progress) -> int:
        """Vectors for the texts that lack one, batch by batch: what is done stays done. Returns how many."""
        total = self.store.count_without_vector(embedder.name)
        done = 0
        while batch := self.store.texts_without_vector(embedder.name, BATCH):
            rows = self.engine.encode_tickets(
                embedder,
                [(subject, body) for _, subject, body in batch],
                partial(_within, progress, done, len(batch), total),
            )
            self.store.put_vectors(embedder.name, [name for name, _, _ in batch], rows)
            done += len(batch)
            progress(done, total)
        return done

    def cluster(self, *, full: bool, step: Step) -> ClusterReport:
        """Embeds what lacks a vector, then joins new texts to topics.

        Topics are found anew if `full`, the first time, and when there are half as many texts again as the last time.
        """
        self.store.put_record(*UNFINISHED, {"at": self.now().isoformat()})
        report = self._cluster(full, step)
        self.store.delete_record(*UNFINISHED)
        return report

    def is_due(self, key: str) -> bool:
        """Whether there are texts that the model `key` has not seen, or a pass that was not brought to its end."""
        return bool(self.store.count_without_vector(key)) or self.store.get_record(*UNFINISHED) is not None

    def _cluster(self, full: bool, step: Step) -> ClusterReport:
        watch = Stopwatch()
        with watch.timed("load"):
            embedder = self.engine.load(self.model)
        with watch.timed("embed"):
            embedded = self.embed(embedder, step("embed"))
        names, vectors = self.store.vectors(embedder.name)
        anew = full or not self.store.topics() or len(names) >= GROWN * self._texts_of_last_run()
        if anew:
            quality = self._full(embedder, names, vectors, watch.last_step("cluster", "label", step("cluster")))
        else:
            with watch.timed("cluster"):
                quality = self._assign(names, vectors)
        coverage = self.store.coverage(EVERYTHING)
        topics = len(self.store.topics())
        return ClusterReport(coverage.total, embedded, topics, coverage, anew, watch.seconds, quality)

    def _assign(self, names: Sequence[str], vectors: Vectors) -> Mapping[str, float]:
        """Texts that no run has looked at join the nearest topic where near enough, all others stay as they are."""
        known = self.store.assignments()
        fresh = [index for index, name in enumerate(names) if name not in known]
        topics = [topic for topic in self.store.topics() if topic.centroid]
        if not fresh or not topics:
            return {}
        centroids = np.stack([np.frombuffer(topic.centroid, dtype="<f4") for topic in topics])
        limits = np.array([topic.threshold for topic in topics], dtype=np.float32)
        found = self.engine.assign_new(vectors[fresh], centroids, limits)
        self.store.assign(_assignments([names[i] for i in fresh], found, [topic.id for topic in topics]))
        return {}

    def _full(
        self, embedder: Embedder, names: Sequence[str], vectors: Vectors, progress: Progress
    ) -> Mapping[str, float]:
        texts = self.store.subjects(names)
        still = [index for index, name in enumerate(names) if name in texts]  # a ticket may have changed meanwhile
        names, vectors = [names[index] for index in still], vectors[still]
        order = [texts[name] for name in names]
        words = [f"{subject}\n{body}".strip() for _, subject, body, _ in order]
        found = self.engine.full_run(vectors, words, [language for *_, language in order], embedder.encode, progress)
        ids = self._ids(names, found)
        before = {topic.id: topic for topic in self.store.topics(retired=True)}
        keys = [key for key, *_ in order]
        languages = [language for *_, language in order]
        topics = [
            self._topic(number, draft, keys, languages, before.get(number))
            for number, draft in zip(ids, found.topics, strict=True)
        ]
        run = {
            "at": self.now().isoformat(),
            "model": embedder.name,
            "texts": len(names),
            "topics": len(topics),
            "quality": dict(found.quality),
        }
        self.store.publish(topics, _assignments(names, found, ids), run)
        return found.quality

    def _texts_of_last_run(self) -> float:
        runs = self.store.records("run")
        return float(str(runs[-1].fields.get("texts", 0))) if runs else 0.0

    def _ids(self, names: Sequence[str], found: Grouping) -> list[int]:
        """The id that each topic found continues, else a new one."""
        known = self.store.assignments()
        topics = [known[name].topic if name in known else None for name in names]
        old = np.array([-1 if topic is None else topic for topic in topics], dtype=np.int64)
        kept = self.engine.match(old, found.labels, len(found.topics))
        fresh = iter(self.store.new_topic_ids(kept.count(None)))
        return [next(fresh) if number is None else number for number in kept]

    def _topic(
        self, number: int, draft: TopicDraft, keys: Sequence[Key], languages: Sequence[str | None], before: Topic | None
    ) -> Topic:
        members = [languages[i] for i in (*draft.typical, *draft.edge)]
        return Topic(
            id=number,
            name=draft.name,
            words=draft.words,
            language=max(sorted(filter(None, members)), key=members.count, default=None),
            kind=before.kind if before else "problem",
            pinned=bool(before and before.pinned),
            hidden=bool(before and before.hidden),
            owner=before.owner if before else None,
            note=before.note if before else None,
            centroid=np.asarray(draft.centroid, dtype="<f4").tobytes(),
            threshold=float(draft.threshold),
            typical=tuple(keys[i] for i in draft.typical),
            edge=tuple(keys[i] for i in draft.edge),
            born=before.born if before and before.born else self.now(),
        )


def _within(progress: Progress, before: int, size: int, total: int, done: int, of: int) -> None:
    """Progress inside a batch of `size` as progress of the whole."""
    progress(before + done * size // max(of, 1), total)


def _assignments(names: Sequence[str], found: Found, ids: Sequence[int]) -> dict[str, Assignment]:
    return {
        name: Assignment(
            ids[label] if label >= 0 else None, Match(int(match)).name.lower(), round(float(similarity), 6)
        )
        for name, label, match, similarity in zip(names, found.labels, found.match, found.similarity, strict=True)
    }
