"""lens.articles: the help centre in verbs: take articles in, embed them, find the problems that none is about."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from ticketlens.articles.gaps import Gaps, gaps
from ticketlens.articles.keeping import Kept, Shelf, prepared
from ticketlens.articles.nearest import Near, Pages, rule_of
from ticketlens.engine import Engine, Progress
from ticketlens.intake.article import article_reader
from ticketlens.intake.context import ReadContext
from ticketlens.intake.redact import Redactor
from ticketlens.model.article import Article, ArticleState
from ticketlens.model.batch import VoiceBatch
from ticketlens.model.overview import TopicTable
from ticketlens.model.report import Report
from ticketlens.model.topic import Topic
from ticketlens.runs.alignment import Alignment
from ticketlens.store.base import Store
from ticketlens.store.cursors import decoded, encoded_place
from ticketlens.voice.taking import Taking

BATCH = 256
EMBEDDED = "articles", "embedded"
"""The record of the changes up to which every published article has a vector, and by which model."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    items: tuple[Article, ...]
    next: str | None


@dataclass(frozen=True)
class Articles:
    """`redactor` is asked for when it is needed; `model` is the setting, by which tickets are embedded too.

    `found_by`: the key of the model by which the topics were found. Until they are found again by another one, no
    article is compared with them.
    """

    store: Store
    engine: Engine
    model: str
    zone: str
    redactor: Callable[[], Redactor]
    now: Callable[[], datetime]
    found_by: Callable[[], object] = lambda: None
    _told: dict[tuple[int, int, bool], Pages] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.store)

    # -- taking in

    def add(self, batches: Iterable[VoiceBatch[Article]]) -> Iterator[Report]:
        """Stores batch by batch; what is stored is on disk before it is told."""
        return self._taking().add(batches)

    def push(self, rows: Sequence[object], *, source: str | None = None) -> Report:
        context = ReadContext(now=self.now(), source_override=source, zone=ZoneInfo(self.zone))
        return self._taking().push(rows, article_reader(context))

    def listed(self, *, cursor: str | None = None, limit: int = 50) -> ArticlePage:
        """In order of source and id."""
        after = decoded(cursor)[0][1:] if cursor else None
        rest = [kept.article for kept in self.shelf.all() if after is None or kept.article.key > after]
        more = encoded_place((0, *rest[limit - 1].key)) if len(rest) > limit else None
        return ArticlePage(tuple(rest[:limit]), more)

    def get(self, source: str, id: str) -> Article | None:
        held = self.shelf.get(source, id)
        return None if held is None else held.article

    # -- vectors

    def is_due(self) -> bool:
        """Whether articles changed since all had their vectors by the model that is set."""
        changes = self.shelf.changes()
        return bool(changes) and self._embedded() != (changes, self.engine.key(self.model))

    def embed(self, progress: Progress) -> int:
        """Vectors for the texts of published articles that lack one; how many. No model is loaded where none does."""
        if not self.is_due():
            return 0
        changes, key = self.shelf.changes(), self.engine.key(self.model)
        lacking = self._without_vector(key)
        embedder = self.engine.load(self.model) if lacking else None
        for start in range(0, len(lacking), BATCH):
            assert embedder is not None
            batch = lacking[start : start + BATCH]
            pairs = [(kept.article.title, kept.article.body) for kept in batch]
            rows = self.engine.encode_tickets(embedder, pairs, lambda done, total: None)
            self.store.put_vectors(key, [kept.fingerprint for kept in batch], rows)
            progress(min(start + BATCH, len(lacking)), len(lacking))
        self.store.put_record(*EMBEDDED, {"changes": changes, "model": key})
        return len(lacking)

    # -- what they answer

    def gaps(self, table: TopicTable) -> Gaps:
        return gaps(table, self.pages(), self.store.topics())

    def near(self, topic: Topic) -> Near | None:
        """The article nearest to a topic."""
        others = [one for one in self.store.topics() if one.id != topic.id]
        return self.pages().nearest([*others, topic]).get(topic.id)

    def pages(self) -> Pages:
        """Read again only where articles or their vectors changed."""
        held = self.store.get_record(*EMBEDDED)
        comparable = self.found_by() in (None, self.engine.key(self.model))
        at = self.shelf.changes(), held.version if held else 0, comparable
        if (told := self._told.get(at)) is None:
            told = self._pages(comparable)
            self._told.clear()
            self._told[at] = told
        return told

    def _pages(self, comparable: bool) -> Pages:
        key = self.engine.key(self.model)
        published = self._published()
        texts = sorted({kept.fingerprint for kept in published}) if comparable else []
        names, vectors = self.store.vectors_of(key, texts)
        place = {name: row for row, name in enumerate(names)}
        ready = [kept for kept in published if kept.fingerprint in place]
        rows = vectors[[place[kept.fingerprint] for kept in ready]] if ready else np.zeros((0, 0), np.float32)
        if ready and (offsets := Alignment(self.store, self.engine).offsets()):
            rows = self.engine.align(rows, [kept.article.language for kept in ready], offsets)
        return Pages(tuple(kept.article for kept in ready), rows, rule_of(key), len(published) - len(ready))

    def _published(self) -> list[Kept]:
        return [kept for kept in self.shelf.all() if kept.article.state is ArticleState.PUBLISHED]

    def _without_vector(self, key: str) -> list[Kept]:
        """One of each text."""
        texts = {kept.fingerprint: kept for kept in self._published()}
        there, _ = self.store.vectors_of(key, sorted(texts))
        return [texts[name] for name in sorted(texts.keys() - set(there))]

    def _embedded(self) -> tuple[int, str] | None:
        held = self.store.get_record(*EMBEDDED)
        return (int(str(held.fields["changes"])), str(held.fields["model"])) if held else None

    def _taking(self) -> Taking[Article]:
        redact = self.redactor().redact
        return Taking(lambda batch: self.shelf.put([prepared(one, redact) for one in batch]))
