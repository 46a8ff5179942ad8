"""What a helpdesk's connector is, for the ones that come with TicketLens and for plug-ins alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Literal, Protocol, cast, runtime_checkable
from zoneinfo import ZoneInfo

from ticketlens.errors import BadPayload, TicketLensError
from ticketlens.fetch import Fetch
from ticketlens.intake.article import article_reader
from ticketlens.intake.context import ReadContext
from ticketlens.intake.normal import read_ticket
from ticketlens.intake.payload import Payload
from ticketlens.intake.shown import shown
from ticketlens.model import Ticket
from ticketlens.model.article import Article
from ticketlens.model.report import SetAside

Row = Mapping[str, object]
"""A ticket in the NDJSON form."""

Make = Callable[[Payload], Row | None]

HookProof = Literal["ours", "theirs", "sent"]
"""How the secret of webhooks is come by: the helpdesk signs with one that may be chosen, or with one that it makes
itself, or it signs nothing, so that the secret itself is sent, in a header or at the end of the address."""


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a connector: it draws the form, checks the settings and fills the docs."""

    name: str
    secret: bool = False
    required: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Tickets, oldest change first, and where to go on once they are stored; the cursor is opaque to everyone else.

    `total` is how many tickets there are to come in all, where the helpdesk says so.
    """

    tickets: tuple[Ticket, ...]
    cursor: str | None
    set_aside: tuple[SetAside, ...] = ()
    total: int | None = None


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Articles of the help centre, in any order, and what could not be read."""

    articles: tuple[Article, ...]
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Hook:
    """One delivery of a webhook: the raw bytes, and the headers that prove them, names in lower case.

    `url` is the whole address as the helpdesk called it, `at` when the delivery came.
    """

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    url: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a helpdesk wants to be answered at once, such as the echo of a challenge; nothing of it is kept."""

    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


class BadProof(TicketLensError):
    """A delivery that its sender did not prove to be its own: nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class TicketRef:
    """A ticket that a webhook names without telling it whole: it has to be read. `gone`: it was deleted there."""

    id: str
    gone: bool = False


class Connector(Protocol):
    """Reads tickets. It never sleeps, retries, logs a secret or touches the store.

    `title` is the helpdesk's own name; `settings` has a value for each field that is set, `zone`, and
    the name of the `source`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None: ...

    def pull(self, cursor: str | None) -> Iterator[Page]:
        """Pages of what changed since the cursor; None is the beginning. The last page may be without tickets."""
        ...

    def starting_at(self, moment: datetime) -> str:
        """The cursor that gives what changed at that moment or later."""
        ...

    def read(self, id: str) -> Ticket | None:
        """One ticket as it is now; None where the helpdesk has it no more."""
        ...


@runtime_checkable
class Receiver(Protocol):
    """A connector of a helpdesk that has webhooks.

    Its class may say in `hook_proof` (a HookProof) how their secret is come by; without it, that is "ours".
    Where its deliveries may have more than 1 MiB, the class says how many bytes as `largest_delivery`.
    """

    def prove(self, hook: Hook) -> Reply | None:
        """Raises BadProof. A reply is to be given at once, and is all that this delivery was for."""
        ...

    def delivery(self, hook: Hook) -> str:
        """What this delivery is called, the same when it comes again."""
        ...

    def receive(self, hook: Hook) -> Iterator[Ticket | TicketRef]:
        """What a proven delivery is about; raises BadPayload."""
        ...


@runtime_checkable
class HelpCentre(Protocol):
    """A connector of a helpdesk that has articles."""

    def articles(self) -> Iterator[ArticlePage]:
        """All that there are, each translation as an article of its own. Raises Denied or Refused where there is no
        help centre, and Unavailable where it cannot be sure that these are all."""
        ...


def hook_proof(kind: type[Connector]) -> HookProof:
    told = getattr(kind, "hook_proof", "ours")
    return cast(HookProof, told) if told in ("theirs", "sent") else "ours"


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes tickets of a helpdesk's records, for as long as one pull takes.

    `row` gives our form of a record, or None for what is no ticket; what is None in it is left out.
    """

    settings: Mapping[str, str]
    context: ReadContext = field(init=False)

    def __post_init__(self) -> None:
        zone = ZoneInfo(self.settings.get("zone") or "UTC")
        object.__setattr__(
            self, "context", ReadContext(datetime.now(UTC), source=self.settings.get("source", ""), zone=zone)
        )

    def one(self, record: Payload, row: Make) -> Ticket | None:
        """Raises BadPayload, which names the path."""
        made = row(record)
        return None if made is None else read_ticket({k: v for k, v in made.items() if v is not None}, self.context)

    def page(self, records: Iterable[Payload], row: Make, cursor: str | None, total: int | None = None) -> Page:
        """What can be read; each record that cannot is set aside with its place on the page and the reason."""
        tickets: list[Ticket] = []
        aside: list[SetAside] = []
        for number, record in enumerate(records):
            try:
                if (ticket := self.one(record, row)) is not None:
                    tickets.append(ticket)
            except BadPayload as error:
                aside.append(SetAside("index", number, _id_of(record), shown(str(error), 300)))
        return Page(tuple(tickets), cursor, tuple(aside), total)

    def articles(self, records: Iterable[Payload], rows: Callable[[Payload], Iterable[Row]]) -> ArticlePage:
        """The same of articles: `rows` gives the forms that an import takes, one for each language."""
        reader, found, aside = article_reader(self.context), list[Article](), list[SetAside]()
        for number, record in enumerate(records):
            try:
                found += [reader.read(row) for row in rows(record)]
            except BadPayload as error:
                aside.append(SetAside("index", number, _id_of(record), shown(str(error), 300)))
        return ArticlePage(tuple(found), tuple(aside))


def sound(records: Iterable[Payload], *looks: Callable[[Payload], object]) -> list[Payload]:
    """Those records in which each look finds what it needs, for who asks for parts of them; the others are a page's to
    set aside."""
    return [record for record in records if _bears(record, looks)]


def _bears(record: Payload, looks: Iterable[Callable[[Payload], object]]) -> bool:
    try:
        for look in looks:
            look(record)
    except BadPayload:
        return False
    return True


def _id_of(record: Payload) -> str | None:
    found = record.value.get("id") if isinstance(record.value, Mapping) else None
    return shown(str(found), 200) if isinstance(found, str | int) else None
