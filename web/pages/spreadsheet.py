"""Tables as CSV (RFC 4180) that a spreadsheet opens without running anything in them."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ticketlens.export import cell

BYTE_ORDER_MARK = "\ufeff"


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Line after line, CRLF at each end; the first carries the mark by which spreadsheets know UTF-8."""
    yield BYTE_ORDER_MARK + _line(header)
    for row in rows:
        yield _line(row)


def csv_records(records: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Flat records as CSV, the first one's names as the header."""
    every = iter(records)
    first = next(every, None)
    if first is None:
        return
    names = list(first)
    yield from csv_lines(names, [[first[name] for name in names]])
    for record in every:
        yield _line([record.get(name) for name in names])


def _line(row: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([cell(value) for value in row])
    return line.getvalue()
