"""A helpdesk in memory, with a clock of its own: what the loopback servers show, each in its vendor's words.

It also says what is true of each ticket, in our words, found in another way than a connector finds it.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Said:
    """A message: `author` is "customer", "agent" or "bot"."""

    number: int
    at: datetime
    author: str
    body: str
    public: bool = True


@dataclass(frozen=True)
class Moved:
    """A change of status; statuses are new, open, pending, solved, closed."""

    number: int
    at: datetime
    before: str
    after: str
    actor: str = "agent"


@dataclass(frozen=True)
class Item:
    """A ticket as the desk has it. `number` is its id; people, groups and organizations have numbers as ids too."""

    number: int
    subject: str
    body: str
    created_at: datetime
    updated_at: datetime
    status: str = "new"
    requester: int = 501
    assignee: int | None = None
    group: int | None = None
    organization: int | None = None
    channel: str = "email"
    priority: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    said: tuple[Said, ...] = ()
    moved: tuple[Moved, ...] = ()
    rated: tuple[datetime, bool, str] | None = None
    merged_into: int | None = None
    deleted: bool = False
    spam: bool = False

    @property
    def is_solved(self) -> bool:
        return self.status in ("solved", "closed")

    @property
    def solves(self) -> list[datetime]:
        """The moments at which it became solved or closed from something that is neither."""
        done = ("solved", "closed")
        return [move.at for move in self.moved if move.after in done and move.before not in done]

    @property
    def reopens(self) -> int:
        done = ("solved", "closed")
        return sum(move.before in done and move.after not in done for move in self.moved)

    @property
    def lasting(self) -> "Item":
        """The same without a reopening that is undone within the second of the solve before it: that is one solve."""
        moves: list[Moved] = []
        for move in self.moved:
            moves.append(move)
            one = replace(self, moved=tuple(moves[-3:]))
            if len(moves) > 2 and len(one.solves) == 2 and int(one.solves[0].timestamp()) == int(move.at.timestamp()):
                moves[-3:] = [replace(moves[-3], after=move.after)]
        return replace(self, moved=tuple(moves))

    @property
    def first_reply_at(self) -> datetime | None:
        """What an agent says first in a ticket that he opens is no reply."""
        return next((one.at for one in self.said[1:] if one.author == "agent" and one.public), None)

    def truth(self) -> dict[str, object]:
        """What TicketLens is to know of it."""
        lasting = self.lasting
        return {
            "subject": self.subject,
            "created_at": self.created_at,
            "is_solved": self.is_solved,
            "first_reply_at": self.first_reply_at,
            "first_solved_at": lasting.solves[0] if lasting.solves else None,
            "solved_at": lasting.solves[-1] if lasting.solves and self.is_solved else None,
            "reopens": lasting.reopens,
            "excluded": "merged" if self.merged_into else "spam" if self.spam else "deleted" if self.deleted else None,
        }


PEOPLE = {501: "Ana Ruiz", 502: "Bo Lind", 503: "Chi Wu", 901: "Kim Agent", 902: "Lou Agent"}
CUSTOMERS, AGENTS = (501, 502, 503), (901, 902)
GROUPS = {21: "Tier 1", 22: "Tier 2"}
ORGANIZATIONS = {31: "Acme", 32: "Globex"}
BOT = 999


@dataclass
class Desk:
    """Whoever writes to it moves the clock by himself: `tick`. Two things at one moment are two calls without it."""

    now: datetime = START
    items: dict[int, Item] = field(default_factory=dict)
    _numbers: int = 1000

    def tick(self, seconds: float = 60) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def create(
        self,
        subject: str = "Cannot log in",
        body: str = "It says wrong password.",
        by: str = "customer",
        **fields: object,
    ) -> int:
        number = self._number()
        first = Said(self._number(), self.now, by, body)
        item = Item(number, subject, body, self.now, self.now, said=(first,))
        self.items[number] = replace(item, **fields)  # type: ignore[arg-type]
        return number

    def reply(
        self, number: int, body: str = "Please try again.", author: str = "agent", *, public: bool = True
    ) -> None:
        item = self.items[number]
        said = Said(self._number(), self.now, author, body, public)
        assignee = item.assignee or (AGENTS[0] if author == "agent" else None)
        self._put(replace(item, said=(*item.said, said), assignee=assignee))

    def move(self, number: int, status: str, actor: str = "agent") -> None:
        item = self.items[number]
        if item.status != status:
            moved = Moved(self._number(), self.now, item.status, status, actor)
            self._put(replace(item, status=status, moved=(*item.moved, moved)))

    def solve(self, number: int) -> None:
        self.move(number, "solved")

    def reopen(self, number: int) -> None:
        self.move(number, "open", "customer")

    def rate(self, number: int, good: bool, comment: str = "") -> None:
        self._put(replace(self.items[number], rated=(self.now, good, comment)))

    def merge(self, number: int, into: int) -> None:
        self.move(number, "closed")
        self._put(replace(self.items[number], merged_into=into))

    def delete(self, number: int) -> None:
        self._put(replace(self.items[number], deleted=True))

    def change(self, number: int, **fields: object) -> None:
        self._put(replace(self.items[number], **fields))  # type: ignore[arg-type]

    def by_change(self) -> list[Item]:
        return sorted(self.items.values(), key=lambda item: (item.updated_at, item.number))

    def _put(self, item: Item) -> None:
        self.items[item.number] = replace(item, updated_at=self.now)

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers
