"""A foreign row becomes an article, or is set aside with the field, the reason and the remedy."""

from urllib.parse import urlsplit

from ticketlens.errors import BadPayload
from ticketlens.intake.context import ReadContext
from ticketlens.intake.payload import read_id
from ticketlens.intake.record import LONGEST_BODY, LONGEST_SUBJECT, Record
from ticketlens.intake.shown import shown
from ticketlens.intake.terms import fold_term
from ticketlens.intake.vocabulary import ARTICLES
from ticketlens.intake.voice import Reader, source_of
from ticketlens.model.article import Article, ArticleState

LONGEST_URL = 2_000
STATES = {
    "published": ArticleState.PUBLISHED, "live": ArticleState.PUBLISHED, "public": ArticleState.PUBLISHED,
    "draft": ArticleState.DRAFT, "unpublished": ArticleState.DRAFT, "hidden": ArticleState.DRAFT,
    "in_review": ArticleState.DRAFT, "internal": ArticleState.DRAFT, "private": ArticleState.DRAFT,
    "notpublished": ArticleState.DRAFT, "not_published": ArticleState.DRAFT,
    "archived": ArticleState.ARCHIVED, "retired": ArticleState.ARCHIVED, "deleted": ArticleState.ARCHIVED,
}  # fmt: skip


def article_reader(context: ReadContext) -> Reader[Article]:
    return Reader(ARTICLES, context, lambda record, row, columns: read_article(record))


def read_article(record: Record) -> Article:
    """What is read is raw: it is cleaned and redacted when it is kept. Raises BadPayload."""
    title = record.long_text("title", LONGEST_SUBJECT).strip()
    if not title:
        raise BadPayload("title", "missing: an article is shown by its title; name the column by --map title=Column")
    return Article(
        source=source_of(record), id=read_id(record.found.get("id"), "id"), title=title,
        body=record.long_text("body", LONGEST_BODY), url=_url(record), language=_language(record), state=_state(record),
        updated_at=record.time("updated_at") or record.read_now(),
    )  # fmt: skip


def is_link(url: str) -> bool:
    """Whether a page may lead there: http or https, a host, and nobody's name or password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    clean = url.isprintable() and " " not in url and "\\" not in url and len(url) <= LONGEST_URL
    return clean and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _url(record: Record) -> str | None:
    text = record.long_text("url", LONGEST_URL + 1).strip()
    if not text:
        return None
    if is_link(text):
        return text
    record.context.notes.count("url is no address of a page (http:// or https://): left out")
    return None


def _language(record: Record) -> str | None:
    """The first part of a locale: "en-us" is "en"."""
    told = (record.name("language") or "").strip().replace("_", "-").partition("-")[0].lower()
    return told if 2 <= len(told) <= 3 and told.isascii() and told.isalpha() else None


def _state(record: Record) -> ArticleState:
    word = record.name("state")
    if word is None:
        return ArticleState.PUBLISHED
    state = STATES.get(fold_term(word))
    if state is None:
        told = f'"{shown(word)}" is none of published, draft, archived: translate it by [values.state]'
        raise BadPayload("state", told)
    return state
