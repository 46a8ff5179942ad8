"""One pull of one source: pages are stored first, and only then the cursor; what is wrong is said in one sentence."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ticketlens.articles.pulled import taken
from ticketlens.connector import Connector, Page
from ticketlens.errors import ConfigError, Stopped, StoreError, TicketLensError, Unavailable
from ticketlens.intake.shown import shown
from ticketlens.lease import Lease, LeaseLost
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import Filter
from ticketlens.model.report import Report
from ticketlens.model.ticket import Ticket
from ticketlens.sources import fault as faults
from ticketlens.sources import state as states
from ticketlens.sources.deletion import as_deleted, told_by
from ticketlens.sources.missed import Missed
from ticketlens.sources.registry import Registry, Source
from ticketlens.sources.state import PullState
from ticketlens.store.base import OUTDONE, Store

Step = Callable[[int, int], None]
Add = Callable[[Iterable[TicketBatch]], Iterator[Report]]
GONE_AT_LEAST, GONE_SHARE = 20, 0.5
LISTED = 500
LONGEST_ERROR = 600
SETTLING = timedelta(minutes=1)
"""What changed within the last minute may not be listed yet by a helpdesk: it is not said to be read."""

ELSEWHERE = "another process is pulling this source; it goes on there"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did. `error` is a sentence that says what to do, or None; `report` holds what came before it."""

    source: str
    report: Report
    seconds: float
    error: str | None = None
    deleted: int = 0

    def to_json(self) -> dict[str, object]:
        told = {"source": self.source, **self.report.to_json(), "deleted": self.deleted}
        return {**told, "seconds": round(self.seconds, 3), "error": self.error}


@dataclass(frozen=True)
class Puller:
    """`add` stores batches and tells what became of each, in order; `redact` takes what is personal out of a text."""

    store: Store
    registry: Registry
    add: Add
    redact: Callable[[str], str]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def pull(self, name: str, *, since: datetime | None = None, full: bool = False, step: Step) -> Pulled:
        """Raises ConfigError for a source that there is not, StoreError, LeaseLost; else tells in `error`.

        Stopped, raised by `step` or while it waits, leaves the state as that of a pull that broke off.
        """
        source = self.registry.get(name)
        begun = self.now()
        lease = Lease(self.store, states.lease_of(name), now=self.now)
        with lease.held() as ours:
            if not ours:
                return Pulled(name, Report(), 0.0, ELSEWHERE)
            if not since:
                states.answer(self.store, name, full=full)
            run = _Run(self, source, states.state_of(self.store, name).begun(begun, full=full), lease, step)
            error = run.until_end(since)
        return Pulled(name, run.report, (self.now() - begun).total_seconds(), error, run.deleted)


@dataclass
class _Run:
    puller: Puller
    source: Source
    state: PullState
    lease: Lease
    step: Step
    report: Report = field(default_factory=Report)
    deleted: int = 0
    hidden: Callable[[str], str] = str

    @property
    def store(self) -> Store:
        return self.puller.store

    @property
    def name(self) -> str:
        return self.source.name

    def _must_be_the_same(self) -> None:
        """Of an account that was changed meanwhile nothing more is stored, least of all a cursor."""
        if self.puller.registry.get(self.name) != self.source:
            raise Stopped(f"{self.name} was changed while it was pulled: the next pull begins with what is set now")

    def until_end(self, since: datetime | None) -> str | None:
        error: str | None = None
        self._keep(self.state)
        begun = self.puller.now()
        try:
            self._all(since, begun)
        except (StoreError, LeaseLost, Stopped):
            raise
        except TicketLensError as trouble:
            error = shown(self.hidden(str(trouble)), LONGEST_ERROR)
        except Exception as fault:
            error = faults.told(fault)
        if self._is_there():
            self._keep(self.state.ended(self.puller.now(), error, read_to=None if since else begun - SETTLING))
        else:
            states.forget(self.store, self.name)
        return error

    def _is_there(self) -> bool:
        return any(source.name == self.name for source in self.puller.registry.all())

    def _all(self, since: datetime | None, begun: datetime) -> None:
        connector, fetch = self.puller.registry.connect(self.name)
        self.hidden = fetch.hidden
        full = self.state.full
        cursor = connector.starting_at(since) if since else None if full else self.state.cursor
        new = self.state.cursor is None
        known = self._deleted() if full and not since else {}
        seen: set[str] = set()
        try:
            read: deque[Page] = deque()
            for told in self.puller.add(self._batches(connector.pull(cursor), known, read)):
                page = read.popleft()
                self._stored(page, told, keep_cursor=not since and (new or not full))
                if full:
                    seen.update(ticket.id for ticket in page.tickets)
                    seen.update(str(item.id) for item in page.set_aside)
        finally:
            self._note(tuple(fetch.notes))
        if not since:
            self.store.set_read_to(self.name, begun - SETTLING)
        if full and not since:
            self.deleted = self._find_gone(connector, seen)
        if not since and (full or new):
            self._take_articles(connector)

    def _take_articles(self, connector: Connector) -> None:
        told = taken(self.store, self.name, connector, self.puller.redact, self.lease.check)
        self._note(tuple(shown(self.hidden(note), LONGEST_ERROR) for note in told))

    def _batches(self, pages: Iterator[Page], known: dict[str, Ticket], read: deque[Page]) -> Iterator[TicketBatch]:
        """The pages as batches of this source; `read` holds those of which it was not told yet what became."""
        for page in pages:
            self.lease.check()
            self._must_be_the_same()
            read.append(page)
            yield TicketBatch(
                tuple(told_by(self.name, ticket, known.get(ticket.id)) for ticket in page.tickets), page.set_aside
            )

    def _stored(self, page: Page, told: Report, *, keep_cursor: bool) -> None:
        self._must_be_the_same()
        self.report = self.report.add(_read(told))
        moved = keep_cursor and page.cursor is not None
        cursor = page.cursor if moved else self.state.cursor
        self._keep(self.state.after(self.report, cursor, page.total))
        self.step(self.report.received, page.total or 0)

    # -- what is there no more

    def _listed(self, **where: object) -> Iterator[Ticket]:
        chosen = Filter(where={"source": (self.name,)}, **where)  # type: ignore[arg-type]
        cursor: str | None = None
        while True:
            page = self.store.list_tickets(chosen, cursor=cursor, limit=LISTED)
            yield from (row.ticket for row in page.items)
            if (cursor := page.next) is None:
                return

    def _deleted(self) -> dict[str, Ticket]:
        return {ticket.id: ticket for ticket in self._listed(excluded="deleted")}

    def _find_gone(self, connector: Connector, seen: set[str]) -> int:
        """Mark as deleted what a whole reading did not meet and what the helpdesk, asked by id, has no more.

        What a file or a push told under the name of this source was never there, and stays.
        """
        held = [ticket.id for ticket in self._listed(excluded="any") if ticket.pulled and not ticket.deleted]
        missed = [id_ for id_ in held if id_ not in seen]
        gone = self._ask(connector, missed)
        if len(gone) >= GONE_AT_LEAST and len(gone) > GONE_SHARE * len(held):
            raise Unavailable(
                f"{len(gone):,} of {len(held):,} tickets can no longer be read: none was marked as deleted; "
                "if they are not, give the account of this source the right to see them"
            )
        return self._mark_deleted(connector, gone)

    def _ask(self, connector: Connector, ids: list[str]) -> list[str]:
        """Those that the helpdesk has no more; what it does have is stored."""
        missed = Missed(connector, self.hidden)
        try:
            for number, id_ in enumerate(ids, 1):
                self.lease.check()
                if (found := missed.look(id_)) is not None:
                    self._add(told_by(self.name, found, None))
                self.step(self.report.received + number, self.report.received + len(ids))
        finally:
            self._note(missed.notes())
        return missed.gone

    def _mark_deleted(self, connector: Connector, ids: list[str]) -> int:
        """How many; each is asked for once more, since what was gone may be back, and stored by a webhook meanwhile."""
        missed = Missed(connector, self.hidden)
        for id_ in ids:
            self.lease.check()
            if (found := missed.look(id_)) is not None:
                self._add(told_by(self.name, found, None))
            elif missed.gone[-1:] == [id_] and (raw := self.store.get_raw(self.name, id_)) is not None:
                for _ in self.puller.add([TicketBatch((as_deleted(raw),))]):
                    pass
        self._note(missed.notes())
        return len(missed.gone)

    def _add(self, ticket: Ticket) -> None:
        for told in self.puller.add([TicketBatch((ticket,))]):
            self.report = self.report.add(told)

    # -- what is told

    def _note(self, notes: tuple[str, ...]) -> None:
        self.report = self.report.add(Report(notes=notes))
        self.state = self.state.after(self.report, self.state.cursor, None)

    def _keep(self, state: PullState) -> None:
        self.state = state
        states.keep(self.store, self.name, state)


def _read(told: Report) -> Report:
    """A record of which a richer one is stored was read well: a helpdesk tells less in a list than one by one."""
    aside = tuple(item for item in told.set_aside_items if item.reason != OUTDONE.reason)
    richer = len(told.set_aside_items) - len(aside)
    return replace(told, unchanged=told.unchanged + richer, set_aside=told.set_aside - richer, set_aside_items=aside)


def check(registry: Registry, name: str) -> tuple[int, str | None]:
    """(tickets on the first page, subject of its last) of a source that can be read.

    Raises what is wrong, a fault of the connector too: always a TicketLensError, as a sentence without secrets.
    """
    connector, fetch = registry.connect(name)
    try:
        return _first_page(connector)
    except TicketLensError as trouble:
        clean = shown(fetch.hidden(str(trouble)), LONGEST_ERROR)
        if clean == str(trouble):
            raise
        raise TicketLensError(clean) from None
    except Exception as fault:
        raise TicketLensError(faults.told(fault)) from None


def _first_page(connector: Connector) -> tuple[int, str | None]:
    for page in connector.pull(None):
        if page.set_aside and not page.tickets:
            raise ConfigError(f"{len(page.set_aside)} tickets came, none can be read: {page.set_aside[0].reason}")
        if page.tickets:
            return len(page.tickets), str(page.tickets[-1].subject)
    return 0, None
