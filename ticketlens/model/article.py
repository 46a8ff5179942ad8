"""An article: one page of the help centre, in its clean text."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ArticleState(StrEnum):
    """Customers find published articles only; the others are kept, and count for no topic."""

    PUBLISHED = "published"
    DRAFT = "draft"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page in one language: a translation is an article with an id of its own.

    `language` is ISO 639-1 or None; `url` begins with http:// or https://, or is None. `pulled`: its helpdesk told it,
    and not a file or a push; only such a one goes when its helpdesk has it no more.
    """

    source: str
    id: str
    title: str
    updated_at: datetime
    body: str = ""
    url: str | None = None
    language: str | None = None
    state: ArticleState = ArticleState.PUBLISHED
    pulled: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.id
