"""The verbs embed, assign and cluster: from texts without a vector to published topics."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np

from ticketlens.edits.settle import led
from ticketlens.embedding import Embedder
from ticketlens.engine import Engine, Progress
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.grouping import Assignment as Placed
from ticketlens.model.grouping import Match
from ticketlens.model.run import Difference, Layout
from ticketlens.model.topic import Coverage
from ticketlens.naming.naming import Names, Naming
from ticketlens.runs.alignment import Alignment
from ticketlens.runs.finding import Finder
from ticketlens.runs.publishing import UNFINISHED, Runs
from ticketlens.store.base import Assignment, Store

BATCH = 2048
GROWN = 0.5
"""New texts, as a share of those of the last full run, from which on all topics are found anew."""

WEEKLY, GROWN_IN_A_WEEK = timedelta(days=7), 0.1
DAILY, LEAST_POOL = timedelta(days=1), 100
"""How long after the last run the texts in no topic are grouped among themselves, and how many must be new."""

SINCE = "since", "group"
"""The record of what came since the last runs."""

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
    difference: Difference | None = None
    published: bool = True
    names: Names | None = None

    def to_json(self) -> dict[str, object]:
        matches = {name: getattr(self.coverage, name) for name in ("core", "weak", "edited", "ungrouped")}
        return {
            "tickets": self.tickets, "embedded": self.embedded, "topics": self.topics, **matches, "full": self.full,
            "seconds": dict(self.seconds), "quality": dict(self.quality), "published": self.published,
            "difference": self.difference.to_json() if self.difference else None,
            "names": self.names.to_json() if self.names else None,
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
    runs: Runs
    naming: Naming
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

    def cluster(self, *, full: bool, step: Step, publish: bool = False, again: bool = False) -> ClusterReport:
        """Embeds what lacks a vector, then joins new texts to topics.

        Topics are found anew if `full`, the first time, when there are half as many texts again as the last time, and
        each week that brought a tenth; among the texts in no topic alone once a day. What a run changes is published by
        the rule of `runs`, or where `publish` says so. `again`: the namer is asked once more for what it left without
        an answer.
        """
        self.store.put_record(*UNFINISHED, {"at": self.now().isoformat()})
        report = self._cluster(full, step, publish, again)
        self.store.delete_record(*UNFINISHED)
        return report

    def is_due(self, key: str) -> bool:
        """Whether there are texts that the model `key` has not seen, topics that another one found, or something was
        not brought to its end."""
        return (
            bool(self.store.count_without_vector(key))
            or self.store.get_record(*UNFINISHED) is not None
            or self._since().get("model", key) != key
            or self.runs.editing.is_left()
        )

    def _cluster(self, full: bool, step: Step, publish: bool, again: bool) -> ClusterReport:
        watch = Stopwatch()
        with watch.timed("load"):
            embedder = self.engine.load(self.model)
        with watch.timed("embed"):
            embedded = self.embed(embedder, step("embed"))
        anew = full or self._has_other_space(embedder) or not self.store.topics()
        if not anew:
            with watch.timed("cluster"):
                self.assign(embedder)
        layout, published = None, True
        if anew or (kind := self._due()) == "full":
            layout, published = self._full(embedder, watch.last_step("cluster", "label", step("cluster")), publish)
        elif kind == "pool":
            layout, published = self._pool(embedder, watch.last_step("cluster", "label", step("cluster")), publish)
        if layout is not None:
            self.assign(embedder)
        self.runs.editing.settle()
        names = self._named(watch, step, again)
        coverage = self.store.coverage(EVERYTHING)
        topics = len(self.store.topics())
        return ClusterReport(
            coverage.total, embedded, topics, coverage, layout is not None and layout.kind == "full", watch.seconds,
            layout.quality if layout else {}, layout.difference if layout else None, published, names,
        )  # fmt: skip

    def _named(self, watch: Stopwatch, step: Step, again: bool) -> Names | None:
        if not self.naming.is_due(again=again):
            return None
        with watch.timed("name"):
            return self.naming.name(step("name"), again=again)

    # -- between runs

    def assign(self, embedder: Embedder) -> None:
        """Texts that no run has looked at join the nearest topic where near enough, all others stay as they are."""
        names, vectors = self.store.fresh(embedder.name)
        topics = [topic for topic in self.store.topics(retired=True) if topic.centroid and not topic.lost]
        if not names or not topics or self._has_other_space(embedder):
            return
        shape = self.runs.editing.shape()
        centroids = np.stack([np.frombuffer(topic.centroid, dtype="<f4") for topic in topics])
        limits = np.array([topic.threshold for topic in topics], dtype=np.float32)
        aligned = Alignment(self.store, self.engine).of(names, vectors)
        found = _assignments(names, self.engine.assign_new(aligned, centroids, limits), [t.id for t in topics])
        self.store.assign({name: led(told, shape) for name, told in found.items()})
        alone = sum(told.topic is None for told in found.values())
        since = self._since()
        self._keep_since(since["texts"] + len(names), since["alone"] + alone, embedder)

    def _since(self) -> Mapping[str, Any]:
        """Texts that came since the last full run, and those of them in no topic since that was last looked at."""
        held = self.store.get_record(*SINCE)
        return held.fields if held else {"texts": 0, "alone": 0}

    def _keep_since(self, texts: int, alone: int, embedder: Embedder) -> None:
        self.store.put_record(*SINCE, {"texts": texts, "alone": alone, "model": embedder.name})

    def _due(self) -> str | None:
        """Which run is due by itself: "full", "pool" or none."""
        since = self._since()
        full = next((run for run in self.runs.history() if run.get("kind", "full") == "full"), None)
        if full is None:
            return "full"
        texts = max(int(full.get("texts", 0)), 1)
        if not self.runs.is_waiting():
            if since["texts"] >= GROWN * texts:
                return "full"
            if self._age(full) >= WEEKLY and since["texts"] >= GROWN_IN_A_WEEK * texts:
                return "full"
        last = self.runs.last() or full
        return "pool" if self._age(last) >= DAILY and since["alone"] >= LEAST_POOL else None

    def _age(self, run: Mapping[str, Any]) -> timedelta:
        return self.now() - datetime.fromisoformat(str(run["at"]))

    def _has_other_space(self, embedder: Embedder) -> bool:
        """Whether the topics were found with another model: their middles say nothing of these vectors."""
        last = self.runs.last()
        return last is not None and last.get("model", embedder.name) != embedder.name

    # -- runs

    def _full(self, embedder: Embedder, progress: Progress, publish: bool) -> tuple[Layout, bool]:
        last, filling, moving = self.runs.last(), self._is_filling(), self._has_other_space(embedder)
        finder = Finder(self.store, self.engine, self.runs.editing.shape(), self.now(), moving)
        texts = finder.texts(*self.store.vectors(embedder.name))
        layout = self.runs.compared(finder.full(embedder, texts, progress))
        at_once = publish or last is None or filling or moving
        published = self.runs.offer(layout, at_once=at_once)
        self._keep_since(0, 0, embedder)
        return layout, published

    def _pool(self, embedder: Embedder, progress: Progress, publish: bool) -> tuple[Layout, bool]:
        finder = Finder(self.store, self.engine, self.runs.editing.shape(), self.now())
        layout = self.runs.compared(finder.pool(embedder, finder.texts(*self.store.vectors(embedder.name)), progress))
        published = self.runs.offer(layout, at_once=publish)
        self._keep_since(self._since()["texts"], 0, embedder)
        return layout, published

    def _is_filling(self) -> bool:
        """Whether the store grows so fast that nobody has settled in: nothing was edited, and half is new."""
        last = self.runs.last()
        edited = any(edit.undone is None for edit in self.runs.editing.log.all())
        return last is not None and not edited and self._since()["texts"] >= GROWN * max(int(last.get("texts", 0)), 1)


def _within(progress: Progress, before: int, size: int, total: int, done: int, of: int) -> None:
    """Progress inside a batch of `size` as progress of the whole."""
    progress(before + done * size // max(of, 1), total)


def _assignments(names: Sequence[str], found: Placed, ids: Sequence[int]) -> dict[str, Assignment]:
    return {
        name: Assignment(
            ids[label] if label >= 0 else None, Match(int(match)).name.lower(), round(float(similarity), 6)
        )
        for name, label, match, similarity in zip(names, found.labels, found.match, found.similarity, strict=True)
    }
