"""Reading what changed, in order of change, from a helpdesk that moves rows while they are read.

A list sorted by change is never read by offset alone: what changes meanwhile moves to its end, and the rows behind it
move up, past the reader. Each next page is asked for by the time of the last row of the one before, itself included;
only where a whole page shares one moment does a page number go on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ticketlens.errors import BadPayload, Unavailable
from ticketlens.intake.payload import Payload


@dataclass(frozen=True, slots=True)
class Batch:
    """One page as the helpdesk gave it. `more`: it says that others follow; `total`: of how many rows, if it says."""

    rows: Sequence[Payload]
    more: bool
    total: int | None = None


Ask = Callable[[datetime, int], Batch]
"""(changed at or after, number of the page from 1) -> the page, oldest change first."""


def walk(
    ask: Ask,
    since: datetime,
    changed: Callable[[Payload], datetime],
    *,
    most_pages: int,
    same: Callable[[Payload], str] = lambda row: row.id(),
    steady: bool = False,
) -> Iterator[tuple[list[Payload], datetime, int | None]]:
    """(rows not given yet, the moment to go on from, total) of each page until the helpdesk says that it was the last.

    `steady`: what leaves a page lets no other row move up into it; else a moment of several pages is read until a pass
    over it gives nothing new. A row that does not say when it changed is given once, for its reader to set aside.
    Raises Unavailable where more rows than `most_pages` pages hold share one moment, since there is no way on.
    """
    page = 1
    given: set[tuple[str, datetime]] = set()
    spanned = news = False  # whether this moment needed several pages, and whether this pass over them gave anything
    while True:
        batch = ask(since, page)
        keys = [_key(row, same, changed, since) for row in batch.rows]
        fresh = [row for row, key in zip(batch.rows, keys, strict=True) if key not in given]
        last = max((moment for _, moment in keys), default=since)
        given, news = given | set(keys), news or bool(fresh)
        over = last > since or not batch.more
        if (
            over and spanned and news and not steady
        ):  # a row that changed may have let another move up, past us: once more
            yield fresh, since, batch.total
            page, news = 1, False
            continue
        yield fresh, last, batch.total
        if not batch.more:
            return
        if last > since:
            since, page, spanned, news = last, 1, False, False
            given = {key for key in keys if key[1] >= last}
            continue
        page, spanned = page + 1, True
        if page > most_pages:
            raise Unavailable(
                f"more tickets than can be listed changed at {since.isoformat()}; begin after it: pull --since"
            )


def _key(
    row: Payload, same: Callable[[Payload], str], changed: Callable[[Payload], datetime], since: datetime
) -> tuple[str, datetime]:
    try:
        return same(row), changed(row)
    except BadPayload:
        return repr(row.value), since
