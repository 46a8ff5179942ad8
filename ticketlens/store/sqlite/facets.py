"""How many tickets have each value of a field, in SQLite: one walk over an index, counted as numbers."""

import numpy as np

from ticketlens.model.filter import CUSTOM, LISTS, Filter
from ticketlens.store.cells import distinct
from ticketlens.store.sqlite.connection import Database
from ticketlens.store.sqlite.filters import DAYS, condition
from ticketlens.store.sqlite.names import named, parsed
from ticketlens.store.sqlite.numbers import number_column
from ticketlens.store.sqlite.sizes import at_most

FLAWS = """
    SELECT s.text, f.value, sum(t.n) FROM (
        SELECT source_number, flaws_number, count(*) AS n FROM tickets
        WHERE excluded IS NULL AND flaws_number IS NOT NULL AND key > 0 GROUP BY 1, 2
    ) t JOIN texts s ON s.number = t.source_number JOIN flaws f ON f.number = t.flaws_number
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""


class SqliteFacets:
    _db: Database

    def facet(self, field: str, where: Filter, *, limit: int = 50) -> list[tuple[str, int]]:
        number = number_column(field)
        met = condition(where)
        packed = f"SELECT group_concat(coalesce({number}, 0)) FROM tickets t WHERE {met.sql}"
        with self._db.snapshot():
            rows = self._db.rows(f"{packed} GROUP BY t.{DAYS[where.dated]}", met.values)
            found, at = distinct(parsed(text for (text,) in rows))
            n = np.bincount(at, minlength=len(found))
            if field not in LISTS and not field.startswith(CUSTOM):
                kept = at_most(n, limit)
                found, n = found[kept], n[kept]
            told = named(self._db, field, found)
        counts: dict[str, int] = {}
        for name, count in zip(told.names, n[told.places].tolist(), strict=True):
            counts[name or ""] = counts.get(name or "", 0) + count
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def flaws(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for source, flaw, n in self._db.rows(FLAWS):
            found.setdefault(source, {})[flaw] = n
        return found
