"""The articles of one source, read with a pull of it. Trouble with them is a note: its tickets were read."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ticketlens.articles.keeping import Shelf, prepared
from ticketlens.connector import ArticlePage, HelpCentre
from ticketlens.errors import Denied, Stopped, StoreError, TicketLensError
from ticketlens.fetch import Refused
from ticketlens.lease import LeaseLost
from ticketlens.store.base import RecordStore

NO_HELP_CENTRE = (404, 410)


@dataclass
class _Reading:
    """`ids` are those of all articles that the helpdesk has; `reason` why the first one was set aside."""

    ids: set[str] = field(default_factory=set)
    stored: int = 0
    set_aside: int = 0
    reason: str = ""

    @property
    def words(self) -> str:
        aside = f", {self.set_aside:,} set aside, the first one since {self.reason}" if self.set_aside else ""
        return f"{len(self.ids):,} articles of the help centre were read, {self.stored:,} of them new or changed{aside}"


def taken(
    store: RecordStore, source: str, connector: object, redact: Callable[[str], str], check: Callable[[], None]
) -> tuple[str, ...]:
    """Store what the help centre has, take away what it has no more; notes for people to read.

    Nothing is taken away where not all of it was read. `check` raises where this reading has to end.
    """
    if not isinstance(connector, HelpCentre):
        return ()
    shelf, told = Shelf(store), _Reading()
    try:
        for page in connector.articles():
            check()
            _store(shelf, source, page, redact, told)
    except (StoreError, LeaseLost, Stopped):
        raise
    except TicketLensError as trouble:
        return (_words(trouble),)
    gone = 0 if told.set_aside else shelf.keep_only(source, told.ids)
    return (f"{told.words}, {gone:,} gone" if gone else told.words,) if told.stored or told.set_aside or gone else ()


def _store(shelf: Shelf, source: str, page: ArticlePage, redact: Callable[[str], str], told: _Reading) -> None:
    ours = [prepared(replace(one, source=source, pulled=True), redact) for one in page.articles]
    told.stored += sum(put.stored for put in shelf.put(ours))
    told.ids.update(one.id for one in page.articles)
    told.set_aside += len(page.set_aside)
    if page.set_aside and not told.reason:
        told.reason = page.set_aside[0].reason


def _words(trouble: TicketLensError) -> str:
    if isinstance(trouble, Refused) and trouble.status in NO_HELP_CENTRE:
        return "no articles were read: there is no help centre"
    if isinstance(trouble, Denied):
        return f"no articles were read: {trouble}"
    return f"not all articles were read, which the next full pull does again: {trouble}"
