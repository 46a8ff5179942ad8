"""The engine that comes along: what `ticketlens.engine.Engine` asks for, made of this package's functions."""

from collections.abc import Mapping, Sequence

from clustering import assign, embed, engine, match, parts, themes
from clustering import languages as of_languages
from clustering.arrays import Floats, Ints, unit_rows
from clustering.embed import Progress
from clustering.label import Encode
from ticketlens.embedding import Embedder
from ticketlens.model.grouping import Assignment, Grouping, TopicDraft


class StandardEngine:
    def key(self, model: str) -> str:
        return embed.key(model)

    def load(self, model: str) -> Embedder:
        return embed.load(model)

    def encode_tickets(self, embedder: Embedder, pairs: Sequence[tuple[str, str]], progress: Progress) -> Floats:
        return embed.encode_tickets(embedder, pairs, progress)

    def full_run(
        self,
        vectors: Floats,
        texts: Sequence[str],
        languages: Sequence[str | None],
        encode: Encode,
        progress: Progress,
        offsets: Mapping[str, Floats] | None = None,
        before: Ints | None = None,
        tickets: Ints | None = None,
    ) -> Grouping:
        return engine.full_run(vectors, texts, languages, encode, progress, offsets, before, tickets)

    def offsets(self, vectors: Floats, languages: Sequence[str | None]) -> dict[str, Floats]:
        """What a full run over these vectors takes out of each language; to be kept with the run."""
        return of_languages.offsets(unit_rows(vectors), languages)

    def align(self, vectors: Floats, languages: Sequence[str | None], offsets: Mapping[str, Floats]) -> Floats:
        """New vectors as `assign_new` must get them, by the offsets of the last full run."""
        return of_languages.align(unit_rows(vectors), languages, offsets)

    def assign_new(self, vectors: Floats, centroids: Floats, thresholds: Floats) -> Assignment:
        return assign.assign_new(vectors, centroids, thresholds)

    def parts(self, vectors: Floats, texts: Sequence[str], languages: Sequence[str | None]) -> Grouping:
        return parts.parts(vectors, texts, languages)

    def described(
        self, vectors: Floats, texts: Sequence[str], languages: Sequence[str | None], labels: Ints
    ) -> tuple[TopicDraft, ...]:
        return parts.described(vectors, texts, languages, labels)

    def themes(self, middles: Floats) -> Ints:
        return themes.themes(middles)

    def match(self, old: Ints, new: Ints, topics: int) -> list[int | None]:
        return match.match(old, new, topics)
