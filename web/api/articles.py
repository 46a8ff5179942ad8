"""Articles of the help centre and the gaps between them, as JSON."""

from urllib.parse import urlencode

from ticketlens.lens import Lens
from ticketlens.model.article import Article
from ticketlens.query import filter_parameters
from web.api.table import Asked
from web.api.tickets import pushed

Json = dict[str, object]


def articles(lens: Lens, asked: Asked) -> Json:
    page = lens.articles.listed(cursor=asked.own.get("cursor"), limit=int(asked.own.get("limit", 50)))
    return {"items": [article_json(one) for one in page.items], "next": page.next}


def push(lens: Lens, asked: Asked) -> Json:
    return pushed(lens, lens.articles.push)


def gaps(lens: Lens, asked: Asked) -> Json:
    """Over the window of the filter; each topic with the address of its tickets."""
    if lens.empty():
        return _nothing(lens)
    table = lens.topics(asked.where)
    where = asked.where.between(*table.window)
    told = lens.articles.gaps(table).to_json()
    for name in ("gaps", "known"):
        for row in told[name]:  # type: ignore[attr-defined]
            own = filter_parameters(where.having("topic", str(row["id"])))
            row["tickets"] = f"/api/v1/tickets?{urlencode(own)}"
    return told


def _nothing(lens: Lens) -> Json:
    """Where there are no tickets, whatever articles there are."""
    pages = lens.articles.pages()
    none: Json = {name: [] for name in ("gaps", "known", "unmet")}
    return {
        "sentence": "There are no tickets yet", "window": None, "as_of": None,
        "articles": pages.count, "waiting": pages.waiting, "least": pages.rule.least,
        "waited_hours": 0.0, "gap_hours": 0.0, **none,
    }  # fmt: skip


def article_json(one: Article) -> Json:
    return {
        "id": one.id, "source": one.source, "title": one.title, "body": one.body or None, "url": one.url,
        "language": one.language, "state": one.state.value, "updated_at": one.updated_at.isoformat(),
    }  # fmt: skip
