"""Rows of a helpdesk's export as figures of tickets."""

from collections.abc import Iterator, Mapping

from ticketlens.errors import BadPayload
from ticketlens.intake.times import TimeRule, optional_time
from ticketlens.parity.columns import Column, Layout, read_figure
from ticketlens.parity.compare import Theirs

DEEPEST = 3


def flat(row: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """The cells of a row, those of nested objects as `outer.inner`."""
    for name, value in row.items():
        if isinstance(value, Mapping) and prefix.count(".") < DEEPEST:
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def theirs_of(row: Mapping[str, object], found: Layout, source: str | None, rule: TimeRule) -> Theirs:
    """The figures of one row. BadPayload where it names no ticket, or holds what is no figure."""
    cells = dict(flat(row))
    id_ = _text(cells, found.id)
    if not id_:
        raise BadPayload(found.id, "no id of a ticket")
    name = source or _text(cells, found.source)
    if not name:
        raise BadPayload(found.source or "source", "no source; name it by --source")
    updated = optional_time(cells.get(found.updated_at), found.updated_at, rule) if found.updated_at else None
    return Theirs(
        name, id_, {column: _figure(cells, column) for column in found.columns}, updated, _ends(cells, found, rule)
    )


def _ends(cells: Mapping[str, object], found: Layout, rule: TimeRule) -> dict[str, int]:
    ends: dict[str, int] = {}
    for name in found.ends:
        try:
            at = optional_time(cells.get(name), name, rule)
        except BadPayload:
            continue
        if at is not None:
            ends[name] = int(at.timestamp())
    return ends


def _text(cells: Mapping[str, object], name: str | None) -> str:
    value = None if name is None else cells.get(name)
    return "" if value is None else str(value).strip()


def _figure(cells: Mapping[str, object], column: Column) -> int | None:
    value = cells.get(column.name)
    try:
        return read_figure(value, column.unit)
    except (ValueError, OverflowError):
        if column.unit is None:
            return None
        raise BadPayload(column.name, f"{str(value)[:40]!r} is no figure in {column.unit}") from None
