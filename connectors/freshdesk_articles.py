"""Freshdesk's solutions. Source: developers.freshdesk.com/api (Solution Category, Folder and Article; Settings).

Folders lie in categories and in each other, and a list of articles is that of one folder in one language.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from connectors.frame import rows_of, told_by
from connectors.freshdesk_lists import Lists
from ticketlens.connector import Row
from ticketlens.errors import Unavailable
from ticketlens.intake.payload import Payload

CATEGORIES = "solutions/categories"
AGENTS_ONLY = "3"
PUBLISHED = "2"
MOST_FOLDERS = 10_000


@dataclass(frozen=True, slots=True)
class Shelf:
    """One folder in one language; `locale` is None for the account's own, of which nobody told us the name."""

    root: str
    hidden: bool
    locale: str | None
    translated: bool

    def rows(self, article: Payload) -> Iterator[Row]:
        """The article, a translation under an id of its own as in "360:sv"."""
        id_ = article.id()
        seen = article.opt_text("status") == PUBLISHED and not self.hidden
        place = f"/{self.locale}" if self.translated else ""
        yield {
            "id": f"{id_}:{self.locale}" if self.translated else id_,
            "title": article.text("title"), "body": article.opt_text("description"),
            "url": f"{self.root}{place}/support/solutions/articles/{id_}", "language": self.locale,
            "state": "published" if seen else "draft", "updated_at": article.text("updated_at"),
        }  # fmt: skip


def shelves(lists: Lists, root: str, title: str) -> Iterator[tuple[Shelf, list[Payload]]]:
    """Each folder with its articles, in each language that the portal has.

    Raises Refused or Denied where there are no solutions or the agent may not see them, Unavailable where a part cannot
    be read: then nobody knows which articles are gone.
    """
    with told_by(title, lists.site.host):
        rows_of(lists.site.get(CATEGORIES, {"per_page": 1}).payload)
        own, others = _languages(lists)
        folders = [(one.id(), one.opt_text("visibility") == AGENTS_ONLY) for one in _folders(lists)]
    for id_, hidden in folders:
        yield Shelf(root, hidden, own, False), _must(lists, f"solutions/folders/{id_}/articles")
        for locale in others:
            found = lists.whole(f"solutions/folders/{id_}/articles/{quote(locale, safe='')}")
            yield Shelf(root, hidden, locale, True), found or []


def _languages(lists: Lists) -> tuple[str | None, list[str]]:
    """The account's own language, and others that its portal shows; nothing where only administrators may know."""
    answer = lists.site.part("settings/helpdesk")
    if answer is None:
        return None, []
    own = answer.payload.opt_text("primary_language")
    told = [one.value for one in answer.payload.items("portal_languages")]
    return own, [locale for locale in dict.fromkeys(told) if isinstance(locale, str) and locale not in ("", own)]


def _folders(lists: Lists) -> Iterator[Payload]:
    waiting = [f"{CATEGORIES}/{one.id()}/folders" for one in _must(lists, CATEGORIES)]
    seen: set[str] = set()
    while waiting:
        for folder in _must(lists, waiting.pop(0)):
            if (id_ := folder.id()) in seen:
                continue
            seen.add(id_)
            yield folder
            if (folder.opt_text("sub_folders_count") or "0") != "0":
                waiting.append(f"solutions/folders/{id_}/subfolders")
        if len(seen) > MOST_FOLDERS:
            raise Unavailable(f"{lists.site.host}: more than {MOST_FOLDERS:,} folders of solutions")


def _must(lists: Lists, path: str) -> list[Payload]:
    found = lists.whole(path)
    if found is None:
        raise Unavailable(f"{lists.site.host}: {path} cannot be read")
    return found
