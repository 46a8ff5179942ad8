"""The help centre of the invented shop: two of its frequent problems have no article."""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files

from ticketlens.model.article import Article, ArticleState

URL = "https://help.nordhamn.example/articles/{id}"
AGE = timedelta(days=90)


def articles(until: datetime) -> Iterator[Article]:
    """All of them, changed last a while before `until` (aware)."""
    told = tomllib.loads((files(__package__) / "articles.toml").read_text(encoding="utf-8"))
    for id_, one in told.items():
        yield Article(
            source="demo", id=id_, title=one["title"], body=one["body"], url=URL.format(id=id_), language="en",
            state=ArticleState(one.get("state", "published")), updated_at=until - AGE,
        )  # fmt: skip
