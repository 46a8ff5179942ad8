"""From the numbers of a field to the names of its groups."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ticketlens.model.filter import CUSTOM, LISTS
from ticketlens.store.cells import Named
from ticketlens.store.sqlite.connection import Database

Ints = NDArray[np.int64]


def parsed(texts: Iterable[str]) -> Ints:
    """The numbers of `group_concat`, of all rows in order."""
    return np.fromstring(",".join(texts), dtype=np.int64, sep=",")


def named(db: Database, field: str | None, found: Ints) -> Named:
    """The groups of these numbers (ascending, each once; 0 is none): one has several names where its tags are many."""
    if field is None:
        return Named(np.arange(len(found)), [None] * len(found))
    if field in LISTS:
        sql = f"SELECT value, count(*), group_concat(number) FROM {LISTS[field]} GROUP BY 1"
        return _members(found, db.rows(sql))
    if field.startswith(CUSTOM):
        sql = "SELECT value, count(*), group_concat(number) FROM custom WHERE name = ? GROUP BY 1"
        return _members(found, db.rows(sql, (field.removeprefix(CUSTOM),)))
    if field == "topic":
        return Named(np.arange(len(found)), [str(one) if one else None for one in found.tolist()])
    sql = "SELECT number, text FROM texts WHERE number IN (SELECT value FROM json_each(?))"
    texts: dict[int, str] = dict(db.rows(sql, (json.dumps(found.tolist()),)))
    return Named(np.arange(len(found)), [texts.get(one) for one in found.tolist()])


def names_of(db: Database, field: str, found: Iterable[int | None]) -> dict[int | None, list[str | None]]:
    """The groups of each of these numbers."""
    ordered = sorted({one or 0 for one in found})
    names: dict[int | None, list[str | None]] = defaultdict(list)
    told = named(db, field, np.array(ordered, dtype=np.int64))
    for place, name in zip(told.places.tolist(), told.names, strict=True):
        names[ordered[place] or None].append(name)
    return names


def _members(found: Ints, rows: list[tuple[Any, ...]]) -> Named:
    """Of rows (value, how many sets hold it, their numbers); sets that hold none of the values are in no group."""
    values, counts, texts = zip(*rows, strict=True) if rows else ((), (), ())
    sets = parsed(texts)
    places = np.searchsorted(found, sets)
    there = np.isin(sets, found)
    of = np.repeat(np.arange(len(values)), np.array(counts, dtype=np.int64))[there]
    lone = np.setdiff1d(np.arange(len(found)), places[there])
    names = [*(values[index] for index in of.tolist()), *[None] * len(lone)]
    return Named(np.concatenate((places[there], lone)), names)
