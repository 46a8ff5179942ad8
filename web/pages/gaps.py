"""Which problems does no article of the help centre answer, and what do they cost?"""

from collections.abc import Iterator

from flask import Response, render_template

from ticketlens.articles.gaps import Answered, Gaps
from ticketlens.articles.nearest import Near
from ticketlens.intake.article import is_link
from ticketlens.model.article import Article
from ticketlens.model.topic import Topic
from web.pages import asked
from web.pages.spreadsheet import csv_lines

COLUMNS = (
    "found", "topic_id", "topic", "tickets", "waited_hours", "article_source", "article_id", "article", "url",
    "language", "cosine",
)  # fmt: skip


def articles() -> str:
    told = _told()
    if not told.articles:
        return render_template("no_articles.html")
    where = asked.asked().where.between(*told.window)
    return render_template("articles.html", told=told, where=where, unread=_unread(told))


def articles_file() -> Response:
    """A line a topic, and one for each article that is about none."""
    return asked.attached(csv_lines(COLUMNS, _lines(_told())), "articles.csv", "text/csv")


def article_of(topic: Topic) -> tuple[Near | None] | None:
    """For the page of a topic: its nearest article; None where there is no article at all."""
    desk = asked.lens().articles
    return (desk.near(topic),) if desk.pages().count else None


def link_to(article: Article) -> str | None:
    """Where the article can be read, if it is an address that a page may lead to."""
    return article.url if article.url and is_link(article.url) else None


def _unread(told: Gaps) -> int:
    """How many gaps are in a language of which the English model makes nothing."""
    if asked.lens().settings.model != "english":
        return 0
    languages = (row.figures.topic.language for row in told.gaps)
    return sum(language is not None and language.partition("-")[0] != "en" for language in languages)


def _told() -> Gaps:
    now = asked.asked()
    return asked.lens().articles.gaps(asked.lens().topics(now.where, as_of=now.as_of))


def _lines(told: Gaps) -> Iterator[tuple[object, ...]]:
    for found, rows in (("gap", told.gaps), ("known", told.known)):
        for row in rows:
            yield (found, *_line(row))
    for article in told.unmet:
        yield ("unmet", None, None, None, None, *_of(article), None)


def _line(row: Answered) -> tuple[object, ...]:
    figures = row.figures
    near = (*_of(row.near.article), row.near.cosine) if row.near else (None,) * 6
    return figures.topic.id, figures.topic.name, figures.size, figures.waited_hours, *near


def _of(one: Article) -> tuple[object, ...]:
    return one.source, one.id, one.title, one.url, one.language
