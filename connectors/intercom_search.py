"""Intercom's search for what changed since a moment, in whatever order it answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.frame import rows_of, told_by
from ticketlens.errors import BadPayload
from ticketlens.fetch import Site
from ticketlens.intake.payload import Payload
from ticketlens.outside.walk import Batch, walk

PER_PAGE = 150
MOST_PAGES = 1_000
UNKNOWN = datetime.min.replace(tzinfo=UTC)
Listed = tuple[list[Payload], datetime, int | None]
"""Rows not given yet, the moment to go on from, and how many rows there are in all."""


class OutOfOrderError(Exception):
    """A search whose rows are not in order of change."""


@dataclass(frozen=True)
class Search:
    """What changed of one kind; `name` is its path and the member of its lists."""

    site: Site
    name: str

    def changed(self, since: datetime) -> Iterator[Listed]:
        """What changed at that moment or later.

        It is walked through by time. `sort` stands in no specification, so the walk is counted after; a search that
        does not heed it is read to its end by its own cursor.
        """
        tally, after, more = _Tally(since), "", True

        def ask(moment: datetime, page: int) -> Batch:
            nonlocal after, more
            found = self._page(moment, after if page > 1 else "")
            tally.take(moment, found)
            after, more = found.after, bool(found.after)
            return Batch(found.rows, more, found.total)

        try:
            for rows, reached, total in walk(ask, since, changed_at, most_pages=MOST_PAGES, same=id_of):
                yield rows, tally.moment if more else reached, total
        except OutOfOrderError:
            yield from self._swept(tally.moment)

    def _swept(self, since: datetime) -> Iterator[Listed]:
        """What changes while it is read may be missed, so it counts as read up to when it was begun, and no further."""
        found = self._page(since, "")
        moments = [since, *map(changed_at, found.rows)]
        begun = found.at or max(moments)
        while found.after:
            yield found.rows, since, found.total
            found = self._page(since, found.after)
            moments.extend(map(changed_at, found.rows))
        yield found.rows, min(begun, max(moments)), found.total

    def _page(self, since: datetime, after: str) -> "_Found":
        """`>` is told to mean "or equal" too, and was seen not to."""
        changed = {"field": "updated_at", "operator": ">", "value": max(int(since.timestamp()) - 1, 0)}
        paging: dict[str, Any] = {"per_page": PER_PAGE, **({"starting_after": after} if after else {})}
        asked = {
            "query": {"operator": "AND", "value": [changed]},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": paging,
        }
        answer = self.site.post(f"{self.name}/search", json=asked)
        body = answer.payload
        with told_by("Intercom", self.site.host):
            rows = rows_of(body, self.name)
            total = body.integer("total_count") if body.at("total_count").value is not None else None
            following = body.opt_text("pages.next.starting_after") or ""
        return _Found(rows, following, total, answer.date)


def changed_at(row: Payload) -> datetime:
    """The beginning of all time for a row that does not say it: it comes along, and moves nothing on."""
    try:
        return datetime.fromtimestamp(row.integer("updated_at"), UTC)
    except (BadPayload, ValueError, OverflowError, OSError):
        return UNKNOWN


def id_of(row: Payload) -> str:
    """Empty for a row without one, which nobody can ask for."""
    try:
        return row.id()
    except BadPayload:
        return ""


@dataclass(frozen=True, slots=True)
class _Found:
    """One page: `after` leads to the next, and is empty on the last; `at` is when Intercom told it."""

    rows: list[Payload]
    after: str
    total: int | None
    at: datetime | None


@dataclass
class _Tally:
    """Up to `moment` nothing was left out: what a walk leaves behind, going on from later, is what it had shown."""

    moment: datetime
    total: int | None = None
    shown: dict[str, datetime] = field(default_factory=dict)

    def take(self, moment: datetime, found: _Found) -> None:
        """The next page, which was asked for from that moment on; raises OutOfOrderError."""
        moments = [at for row in found.rows if (at := changed_at(row)) != UNKNOWN]
        if moments != sorted(moments) or (moment > self.moment and self._left_out(moment, found.total)):
            raise OutOfOrderError
        if moment > self.moment:
            self.moment, self.shown = moment, {}
        self.total = found.total
        self.shown.update((id_of(row), changed_at(row)) for row in found.rows)

    def _left_out(self, moment: datetime, total: int | None) -> bool:
        behind = sum(shown < moment for shown in self.shown.values())
        return total is not None and self.total is not None and total < self.total - behind
