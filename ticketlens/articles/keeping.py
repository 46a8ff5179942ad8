"""Articles as small records of a store: cleaned, redacted, and the later of two versions kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from json import dumps
from typing import Any

from ticketlens.errors import StoreError
from ticketlens.intake.clean import clean
from ticketlens.intake.language import READ_CHARS, detect
from ticketlens.intake.redact import PSEUDONYM
from ticketlens.intake.text import fingerprint
from ticketlens.model.article import Article, ArticleState
from ticketlens.store.base import STORED, UNCHANGED, Put, Record, RecordStore
from ticketlens.store.codec import microseconds, moment

NOUN = "article"
BETWEEN = "\x1f"
"""Stands between source and id, and in neither."""

CHANGED = "articles", "changed"
"""The record whose version grows whenever articles may have changed."""

TRIES = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as it is kept; `fingerprint` names what is embedded of it, as that of a ticket's text."""

    article: Article
    fingerprint: str
    digest: str

    @property
    def version(self) -> tuple[int, str]:
        """The greater wins; the digest of what it says decides where the time does not."""
        return microseconds(self.article.updated_at), self.digest


def prepared(article: Article, redact: Callable[[str], str]) -> Kept:
    """Title and body cleaned and redacted as the text of tickets; a language that nobody told is detected."""
    title = redact(clean(article.title).replace("\n", " "))
    body = redact(clean(article.body))
    language = article.language or detect(PSEUDONYM.sub(" ", f"{title}\n{body[:READ_CHARS]}"))
    safe = replace(article, title=title, body=body, language=language)
    return Kept(safe, fingerprint(title, body), _digest(safe))


@dataclass(frozen=True, slots=True)
class Shelf:
    """All articles of one store."""

    store: RecordStore

    def put(self, batch: Sequence[Kept]) -> list[Put]:
        """Store what is newer than what is there; what became of each, in order. Raises StoreError."""
        told = [self._put(kept) for kept in batch]
        self.touch()
        return told

    def all(self) -> list[Kept]:
        """In order of source and id."""
        return sorted((_kept(record) for record in self.store.records(NOUN)), key=lambda kept: kept.article.key)

    def get(self, source: str, id: str) -> Kept | None:
        held = self.store.get_record(NOUN, _name(source, id))
        return None if held is None else _kept(held)

    def delete(self, keys: Iterable[tuple[str, str]]) -> int:
        """How many of them were there."""
        gone = sum(self.store.delete_record(NOUN, _name(*key)) for key in keys)
        self.touch()
        return gone

    def keep_only(self, source: str, ids: Iterable[str]) -> int:
        """Take away what the helpdesk of that source told once and has no more; how many that were."""
        there = set(ids)
        told = (kept.article for kept in self.all())
        gone = [one.key for one in told if one.pulled and one.source == source and one.id not in there]
        return self.delete(gone) if gone else 0

    def changes(self) -> int:
        """Grows with every change; 0 where there never was an article."""
        held = self.store.get_record(*CHANGED)
        return held.version if held else 0

    def touch(self) -> None:
        self.store.put_record(*CHANGED, {})

    def _put(self, kept: Kept) -> Put:
        name = _name(*kept.article.key)
        for _ in range(TRIES):
            record = self.store.get_record(NOUN, name)
            held = _kept(record) if record else None
            if held is not None and kept.version <= held.version:
                return UNCHANGED
            version = record.version if record else 0
            if self.store.put_record(NOUN, name, _fields(kept), expected=version):
                return UNCHANGED if held is not None and held.digest == kept.digest else STORED
        raise StoreError(
            f"article {kept.article.id} of {kept.article.source} is written by others all the time: try again"
        )


def _name(source: str, id: str) -> str:
    return f"{source}{BETWEEN}{id}"


def _digest(article: Article) -> str:
    told = {name: value for name, value in _plain(article).items() if name != "updated_at"}
    return sha256(dumps(told, ensure_ascii=True, sort_keys=True).encode()).hexdigest()[:32]


def _plain(article: Article) -> dict[str, object]:
    return {
        "source": article.source, "id": article.id, "title": article.title, "body": article.body, "url": article.url,
        "language": article.language, "state": article.state.value, "pulled": article.pulled,
        "updated_at": microseconds(article.updated_at),
    }  # fmt: skip


def _fields(kept: Kept) -> dict[str, object]:
    return {**_plain(kept.article), "fingerprint": kept.fingerprint, "digest": kept.digest}


def _kept(record: Record) -> Kept:
    told: dict[str, Any] = dict(record.fields)
    print_, digest = told.pop("fingerprint"), told.pop("digest")
    times: dict[str, Any] = {"updated_at": moment(told.pop("updated_at")), "state": ArticleState(told.pop("state"))}
    return Kept(Article(**told, **times), print_, digest)
