"""The engine that comes along: what `ticketlens.engine.Engine` asks for, made of this package's functions."""

from collections.abc import Sequence

from clustering import assign, embed, engine, match
from clustering.arrays import Floats, Ints
from clustering.embed import Progress
from clustering.label import Encode
from ticketlens.embedding import Embedder
from ticketlens.model.grouping import Assignment, Grouping


class StandardEngine:
    def key(self, model: str) -> str:
        return embed.key(model)

    def load(self, model: str) -> Embedder:
        return embed.load(model)

    def encode_tickets(self, embedder: Embedder, pairs: Sequence[tuple[str, str]], progress: Progress) -> Floats:
        return embed.encode_tickets(embedder, pairs, progress)

    def full_run(
        self, vectors: Floats, texts: Sequence[str], languages: Sequence[str | None], encode: Encode, progress: Progress
    ) -> Grouping:
        return engine.full_run(vectors, texts, languages, encode, progress)

    def assign_new(self, vectors: Floats, centroids: Floats, thresholds: Floats) -> Assignment:
        return assign.assign_new(vectors, centroids, thresholds)

    def match(self, old: Ints, new: Ints, topics: int) -> list[int | None]:
        return match.match(old, new, topics)
