"""Intercom's articles. Source: Intercom's OpenAPI 2.15, listArticles."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from connectors.frame import rows_of, told_by
from ticketlens.connector import Row
from ticketlens.errors import BadPayload, Unavailable
from ticketlens.fetch import Site
from ticketlens.intake.payload import Payload

PER_PAGE = 50
MOST_PAGES = 1_000
NO_LOCALE = ("type",)
"""Members of the translations that are no language."""


def article_pages(site: Site, title: str) -> Iterator[list[Payload]]:
    """Page by page, latest change first. Raises Unavailable where some moved out of sight while they were read."""
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        body = site.get("articles", {"page": number, "per_page": PER_PAGE}).payload
        with told_by(title, site.host):
            records, pages, total = (
                rows_of(body, "data"),
                body.integer("pages.total_pages"),
                body.integer("total_count"),
            )
        yield records
        seen.update(str(id_) for record in records if (id_ := record.at("id").value) is not None)
        if number >= pages or not records:
            break
    if len(seen) < total:
        raise Unavailable(f"{site.host}: {len(seen):,} of {total:,} articles came")


def article_rows(article: Payload) -> Iterator[Row]:
    """The article in its default language, then each other one under an id of its own, as in "39:sv".

    A draft that has no title yet is none.
    """
    id_, own = article.id(), article.opt_text("default_locale")
    if article.opt_text("title") or article.opt_text("state") != "draft":
        yield _row(article, id_, own)
    for locale, content in _contents(article):
        if locale != own and content.opt_text("title"):
            yield _row(content, f"{id_}:{locale}", locale)


def _contents(article: Payload) -> Iterator[tuple[str, Payload]]:
    told = article.at("translated_content").value
    if isinstance(told, Mapping):
        for locale in told:
            if locale not in NO_LOCALE and told[locale] is not None:
                yield str(locale), Payload(told[locale], f"translated_content.{locale}")


def _row(page: Payload, id: str, locale: str | None) -> Row:
    return {
        "id": id, "title": page.text("title"), "body": page.opt_text("body") or page.opt_text("description"),
        "url": page.opt_text("url"), "language": locale, "state": page.opt_text("state") or "published",
        "updated_at": _moment(page),
    }  # fmt: skip


def _moment(page: Payload) -> str:
    try:
        return datetime.fromtimestamp(page.integer("updated_at"), UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        raise BadPayload(f"{page.path}.updated_at".lstrip("."), "no time") from None
