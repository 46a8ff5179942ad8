"""Freshdesk's short lists, such as the messages of one ticket: whole, page after page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.frame import readable, rows_of
from ticketlens.fetch import Site
from ticketlens.intake.payload import Payload
from ticketlens.outside.answer import Answer

PER_PAGE, MOST_PAGES = 100, 300


def has_more(answer: Answer, rows: list[Payload]) -> bool:
    """A proxy may have taken the header away; then a full page has another after it."""
    return answer.next_link is not None or len(rows) >= PER_PAGE


@dataclass(frozen=True, slots=True)
class Lists:
    """`notes` hears of lists that are longer than Freshdesk gives away."""

    site: Site
    notes: dict[str, None]

    def whole(self, path: str) -> list[Payload] | None:
        """None for a list that is gone, not ours to see, or no list."""
        first = self.site.part(_page(path, 1))
        return None if first is None else self._from(path, first)

    def wholes(self, paths: Iterable[str]) -> list[list[Payload] | None]:
        """`whole` of each path, the first pages some at the same time."""
        asked = list(paths)
        firsts = self.site.parts(_page(path, 1) for path in asked)
        found = zip(asked, firsts, strict=True)
        return [None if first is None else self._from(path, first) for path, first in found]

    def _from(self, path: str, first: Answer) -> list[Payload] | None:
        kind = path.partition("?")[0].rpartition("/")[2]
        return readable(self.notes, f"{self.site.host}: {kind}", lambda: list(self._each(path, first)))

    def _each(self, path: str, answer: Answer) -> Iterator[Payload]:
        for number in range(2, MOST_PAGES + 1):
            rows = rows_of(answer.payload)
            yield from rows
            following = self.site.part(_page(path, number)) if has_more(answer, rows) else None
            if following is None:
                return
            answer = following
        yield from rows_of(answer.payload)
        self.notes.setdefault(
            f"{path.partition('?')[0]}: more than {PER_PAGE * MOST_PAGES:,} rows, the rest is not read"
        )


def _page(path: str, number: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}per_page={PER_PAGE}&page={number}"
