"""Rows as CSV, NDJSON or Parquet. Cells that a spreadsheet would run as a formula are disarmed."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, islice
from typing import Any, BinaryIO

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
CHUNK = 5_000
YES_OR_NO = tuple(f"counted.{name}" for name in ("reopened_within_7_days", "one_touch", "breached"))
"""Columns that are true or false, also where the first rows tell neither."""
Rows = Iterable[Mapping[str, object]]


def cell(value: object) -> str:
    """A CSV cell: lists joined by ";", nested values as JSON, and an apostrophe before what looks like a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        text = ";".join(value)
    elif isinstance(value, str):
        text = value
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        text = json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.lstrip("\x00\x01\x02\x03 ").startswith(FORMULA) or text.startswith(FORMULA) else text


def csv_lines(rows: Rows) -> Iterator[str]:
    """RFC 4180 with every cell quoted; nested objects become columns `name.key`."""
    head: list[str] | None = None
    for row in rows:
        flat = dict(_flat(row))
        if head is None:
            head = list(flat)
            yield _line(head)
        yield _line([cell(flat.get(name)) for name in head])


def _flat(row: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        if isinstance(value, Mapping) and name not in ("custom", "satisfaction"):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def write_csv(rows: Rows, file: BinaryIO) -> None:
    for line in csv_lines(rows):
        file.write(line.encode("utf-8", "replace"))


def write_ndjson(rows: Rows, file: BinaryIO) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n")


def write_parquet(rows: Rows, file: BinaryIO) -> None:
    """Columns are text, numbers or booleans; lists and objects are JSON text, so that every file has one schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    chunks = _columns(rows)
    first = next(chunks, {})
    schema = pa.schema([(name, _arrow_type(name, values)) for name, values in first.items()])
    with pq.ParquetWriter(file, schema) as writer:
        for chunk in chain((first,), chunks) if first else ():
            writer.write_table(
                pa.table({field.name: _fitting(chunk[field.name], field.type) for field in schema}, schema=schema)
            )


def _columns(rows: Rows) -> Iterator[dict[str, list[object]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        flat = [dict(_flat(row)) for row in chunk]
        yield {name: [_plain(row.get(name)) for row in flat] for name in flat[0]}


def _plain(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | Mapping) else value


def _arrow_type(name: str, values: list[object]) -> Any:
    """By what the first rows hold; some columns may be empty there."""
    import pyarrow as pa

    known = [value for value in values if value is not None]
    if name.endswith(("_minutes", "_hours", ".cost")):
        return pa.float64()
    if name in YES_OR_NO:
        return pa.bool_()
    if name == "topic":
        return pa.int64()
    if known and all(isinstance(value, bool) for value in known):
        return pa.bool_()
    if known and all(isinstance(value, int | float) for value in known):
        return pa.float64() if any(isinstance(value, float) for value in known) else pa.int64()
    return pa.string()


def _fitting(values: list[object], kind: Any) -> list[object]:
    return [None if value is None else str(value) for value in values] if str(kind) == "string" else values


WRITERS: Mapping[str, Callable[[Rows, BinaryIO], None]] = {
    "csv": write_csv,
    "ndjson": write_ndjson,
    "parquet": write_parquet,
}
