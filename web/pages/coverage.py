"""How surely tickets are grouped: by week, so that a slide is seen, and by language, so that none is left behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile

from flask import Response, render_template

from ticketlens.model.filter import Filter
from ticketlens.model.topic import MATCHES, Coverage
from web import wording
from web.pages import asked
from web.pages.asked import Asked
from web.pages.files import csv_file
from web.pages.furniture import PARTS_OF_COVERAGE
from web.pages.kept import kept
from web.pages.spreadsheet import csv_lines

COLUMNS = ("core", "edited", "weak", "ungrouped", "total")
MOST_LANGUAGES = 12
Days = tuple[date, date]
LEAST = 20
"""Fewer tickets of a language than this say nothing about it in the headline."""


@dataclass(frozen=True, slots=True)
class Line:
    """A week or a language; `where` lists its tickets."""

    name: str
    where: Filter
    coverage: Coverage


def coverage() -> str:
    now = asked.asked()
    weeks = kept(("coverage by week", repr(now.where)), lambda: _by_week(now))
    if not weeks:
        return render_template("nothing.html", title="No week is over yet")
    where = now.where.between(weeks[-1].where.first, weeks[0].where.last)
    languages = kept(("coverage by language", repr(where)), lambda: _by_language(where))
    whole = asked.lens().coverage(where)
    return render_template(
        "coverage.html", where=where, whole=whole, headline=headline(whole, languages, _days(where)), weeks=weeks,
        languages=languages[:MOST_LANGUAGES], left_out=len(languages[MOST_LANGUAGES:]), parts=PARTS_OF_COVERAGE,
    )  # fmt: skip


def coverage_file() -> Response:
    """Weeks and languages as the page shows them, but all languages."""
    now = asked.asked()
    weeks = _by_week(now)
    span = now.where.between(weeks[-1].where.first, weeks[0].where.last) if weeks else now.where
    named = [("week", line) for line in weeks] + [("language", line) for line in (_by_language(span) if weeks else ())]
    rows = [
        (kind, line.where.first if kind == "week" else line.name, *(getattr(line.coverage, one) for one in COLUMNS))
        for kind, line in named
    ]
    return csv_file("coverage", csv_lines(("of", "name", *COLUMNS), rows))


def headline(whole: Coverage, languages: list[Line], days: str) -> str:
    """Such as: 87 % of tickets of 2–29 March are in topics; of those in language “ru”, 62 %. That one is the worst
    off."""
    begin = f"{wording.percent(grouped(whole), 0)} of tickets of {days} are in topics"
    known = [line for line in languages if line.coverage.total >= LEAST and line.where.where["language"] != ("",)]
    worst = min(known, key=lambda line: grouped(line.coverage), default=None)
    if worst is None or len(known) < 2 or grouped(whole) - grouped(worst.coverage) < 0.01:
        return begin
    return f"{begin}; of those in language “{worst.name}”, {wording.percent(grouped(worst.coverage), 0)}"


def grouped(coverage: Coverage) -> float:
    return 1 - coverage.share("ungrouped") if coverage.total else 0.0


def _days(where: Filter) -> str:
    assert where.first is not None
    assert where.last is not None
    return wording.day_range(where.first, where.last)


def _by_week(now: Asked) -> list[Line]:
    """Complete weeks from that of the first ticket on, the latest first."""
    counts: dict[Days, dict[str, int]] = {}
    for match in MATCHES:
        where = asked.in_state(now.where, match)
        for point in asked.lens().trend(metric="arrived", by="week", where=where, as_of=now.as_of).points:
            if point.complete or point.flags:
                counts.setdefault((point.start, point.end - asked.ONE_DAY), {})[match] = point.n
    return [
        Line(wording.day_range(*days), now.where.between(*days), Coverage(**found))
        for days, found in reversed(_begun(counts))
    ]


def _begun(counts: Mapping[Days, dict[str, int]]) -> list[tuple[Days, dict[str, int]]]:
    """In order of time, without the weeks in which no ticket had come yet."""
    return list(dropwhile(lambda week: not any(week[1].values()), sorted(counts.items())))


def _by_language(where: Filter) -> list[Line]:
    """The one with most tickets first."""
    counts: dict[str, dict[str, int]] = {}
    for match in MATCHES:
        for code, n in asked.lens().facet("language", asked.in_state(where, match), limit=200):
            counts.setdefault(code, {})[match] = n
    lines = [
        Line(code or wording.missing("language"), where.having("language", code), Coverage(**n))
        for code, n in counts.items()
    ]
    return sorted(lines, key=lambda line: (-line.coverage.total, line.name))
