"""Zendesk's help centre. Source: developer.zendesk.com, Help Center API, Articles and Translations."""

from collections.abc import Iterator

from connectors.frame import rows_of, told_by
from ticketlens.connector import Row
from ticketlens.errors import Unavailable
from ticketlens.fetch import Site
from ticketlens.intake.payload import Payload

FIRST = "help_center/articles.json?page[size]=100&include=translations"
MOST_PAGES = 1_000


def article_pages(site: Site, title: str) -> Iterator[list[Payload]]:
    """All that the account of the source may see; archived ones are not listed."""
    path: str | None = FIRST
    for _ in range(MOST_PAGES):
        if path is None:
            return
        body = site.get(path).payload
        with told_by(title, site.host):
            records, path = rows_of(body, "articles"), _following(body)
        yield records
    raise Unavailable(f"{site.host}: the list of articles has no end")


def article_rows(article: Payload) -> Iterator[Row]:
    """The article in its own language, then each translation under an id of its own, as in "360:sv"."""
    id_, own = article.id(), article.opt_text("locale")
    yield _row(article, id_, own)
    for translation in article.items("translations"):
        locale = translation.text("locale")
        if locale != own:
            yield _row(translation, f"{id_}:{locale}", locale)


def _following(body: Payload) -> str | None:
    return body.text("links.next") if body.boolean("meta.has_more") else None


def _row(page: Payload, id: str, locale: str | None) -> Row:
    unseen = page.boolean("draft") or page.boolean("hidden")
    return {
        "id": id, "title": page.text("title"), "body": page.opt_text("body"), "url": page.opt_text("html_url"),
        "language": locale, "state": "draft" if unseen else "published", "updated_at": page.text("updated_at"),
    }  # fmt: skip
