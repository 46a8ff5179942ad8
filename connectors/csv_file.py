"""Tables of text: comma, semicolon, tab or bar between the columns, names in the first row."""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from connectors.opening import Unreadable
from connectors.rows import Row
from connectors.text import Line, TextFile
from ticketlens.errors import BadPayload
from ticketlens.intake.shown import shown

LONGEST_CELL = 12 * 1024 * 1024
SEPARATORS = ",;\t|"
_MOST_RETRIES = 100
_SNIFFED = 50


@dataclass(slots=True)
class _Feed:
    """Physical lines for the csv module, with those of the record at hand kept, so that they can be read once more."""

    lines: Iterator[Line]
    again: deque[Line] = field(default_factory=deque)
    taken: list[Line] = field(default_factory=list)

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else next(self.lines)
        self.taken.append(line)
        return line.text.replace("\x00", "")

    def put_back_all_but_first(self) -> None:
        self.again.extendleft(reversed(self.taken[1:]))


def csv_rows(file: TextFile) -> tuple[list[str], Iterator[Row]]:
    """The header and the rows; Unreadable where a name stands twice in the header."""
    csv.field_size_limit(LONGEST_CELL)
    separator, skip = _separator(file.sample)
    feed = _Feed(islice(file.lines(""), skip, None))
    header = _header(file, feed, separator)
    return header, _rows(file, feed, header, separator)


def _separator(sample: str) -> tuple[str, int]:
    """The separator that gives the most columns in the most rows alike, and how many lines come before the header."""
    first = sample.split("\n", 1)[0].strip().lower()
    if first.startswith("sep=") and len(first) == 5:
        return first[4], 1
    return max(SEPARATORS, key=lambda mark: _fit(sample, mark)), 0


def _fit(sample: str, mark: str) -> tuple[float, int]:
    lines = sample.replace("\x00", "").splitlines(keepends=True)
    try:
        widths = [len(cells) for cells in islice(csv.reader(lines, delimiter=mark), _SNIFFED) if cells]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return Counter(widths)[widths[0]] / len(widths) * (1 - 1 / widths[0]), widths[0]


def _header(file: TextFile, feed: _Feed, separator: str) -> list[str]:
    try:
        cells = next((cells for cells in csv.reader(feed, delimiter=separator) if any(map(str.strip, cells))), [])
    except csv.Error as error:
        raise Unreadable(file.path, f"the header cannot be read: {error}") from None
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    twice = next((name for name, times in Counter(filter(None, names)).items() if times > 1), None)
    if twice is not None:
        raise Unreadable(file.path, f'two columns are called "{shown(twice)}": rename one')
    return names


def _rows(file: TextFile, feed: _Feed, header: list[str], separator: str) -> Iterator[Row]:
    """After a row that does not fit, reading goes on with its second line: an open quote must not swallow the rest."""
    retries = 0
    reader = _strict(feed, separator)
    while True:
        feed.taken.clear()
        cells, problem = _record(reader, header, feed, separator)
        if problem is None:
            if cells is None:
                return
            if any(cells):
                yield Row(feed.taken[0].number, dict(zip(header, cells, strict=False)), file.position)
            continue
        if len(feed.taken) > 1:
            problem = f"{problem}; a quote may be open, to line {feed.taken[-1].number}"
            retries += 1
        yield Row(feed.taken[0].number, BadPayload("", problem), file.position)
        if retries <= _MOST_RETRIES:
            feed.put_back_all_but_first()
        reader = _strict(feed, separator)


def _strict(lines: Iterator[str], separator: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, strict=True)


def _record(
    reader: Iterator[list[str]], header: list[str], feed: _Feed, separator: str
) -> tuple[list[str] | None, str | None]:
    """The next record's cells, None at the end, and what is wrong with it.

    Strict reading finds a quote that was never closed before it swallows a row; a stray one in a line is let be.
    """
    try:
        cells = next(reader)
    except StopIteration:
        return None, None
    except csv.Error as error:
        if len(feed.taken) != 1 or "limit" in str(error) or "end of data" in str(error):
            return [], _csv_problem(error)
        cells = next(csv.reader([feed.taken[0].text.replace("\x00", "")], delimiter=separator), [])
    return cells, _problem(cells, header, feed.taken)


def _csv_problem(error: csv.Error) -> str:
    if "limit" in str(error):
        return f"a cell of more than {LONGEST_CELL:,} characters, or a quote that is never closed"
    return "a quote is opened and never closed" if "end of data" in str(error) else f"not CSV: {error}"


def _problem(cells: list[str], header: list[str], taken: list[Line]) -> str | None:
    flaw = next((line.flaw for line in taken if line.flaw), None)
    if flaw is not None:
        return flaw
    if not cells or len(cells) == len(header) or (len(cells) > len(header) and not any(cells[len(header) :])):
        return None
    return f"{len(cells)} columns where the header has {len(header)}"
