"""Which column of a foreign record becomes which part of a ticket: worked out once for each set of columns."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ticketlens.intake.mapping import FieldMapping
from ticketlens.intake.names import FIELDS, KNOWN, SATISFACTION_PARTS, fold
from ticketlens.intake.notes import Notes
from ticketlens.intake.shown import shown

_EXPORT_ADDS = frozenset({"topic", "topic_name", "match"})
_METRICS = re.compile(r"metrics|counted\.[a-z_0-9]+|[a-z_.]+\.(calendar|business)_minutes")
_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`direct`: field and column. `deep`: field and a path into a column. `solved`: paths to solve times."""

    direct: tuple[tuple[str, str], ...]
    deep: tuple[tuple[str, _Path], ...]
    solved: tuple[_Path, ...]
    custom: tuple[tuple[str, str], ...]
    satisfaction: tuple[tuple[str, str], ...]

    def fields(self) -> frozenset[str]:
        """The fields that some column gives."""
        return frozenset({field for field, _ in self.direct} | {field for field, _ in self.deep})

    def pick(self, row: Mapping[str, object]) -> dict[str, object]:
        found = {field: row[column] for field, column in self.direct}
        for field, path in self.deep:
            found[field] = reach(row, path)
        return found


def reach(row: Mapping[str, object], path: _Path) -> object:
    """The value at the end of a path; None where the path breaks off."""
    here: object = row
    for part in path:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def plan_for(columns: Iterable[str], mapping: FieldMapping, notes: Notes) -> Plan:
    names = [column for column in columns if column]
    folded = {fold(column): column for column in reversed(names)}
    mapped = _mapped(names, folded, mapping, notes)
    used = {path[0] for path in mapped.values() if len(path) == 1}
    understood = _understood(folded, mapped, used, notes)
    direct = [(field, path[0]) for field, path in mapped.items() if len(path) == 1 and field != "solved_at"]
    deep = [(field, path) for field, path in mapped.items() if len(path) > 1 and field != "solved_at"]
    used.update(understood.values())
    solved = _solved(folded, mapped, used, notes)
    parts = {f"satisfaction.{part}": part for part in SATISFACTION_PARTS}
    satisfaction = [(parts[name], name) for name in names if name in parts and name not in used]
    used.update(name for _, name in satisfaction)
    custom = _custom(names, used | {path[0] for path in solved[:1]}, notes)
    return Plan((*direct, *understood.items()), tuple(deep), solved, custom, tuple(satisfaction))


def _mapped(names: list[str], folded: Mapping[str, str], mapping: FieldMapping, notes: Notes) -> dict[str, _Path]:
    known = set(names)
    found: dict[str, _Path] = {}
    for field, theirs in mapping.fields.items():
        parts = tuple(theirs.split("."))
        if theirs in known:
            found[field] = (theirs,)
        elif fold(theirs) in folded:
            found[field] = (folded[fold(theirs)],)
        elif len(parts) > 1 and parts[0] in known:
            found[field] = parts
        else:
            notes.say(f'the mapping reads {field} from "{shown(theirs)}", which some records do not have')
    return found


def _understood(folded: Mapping[str, str], mapped: Mapping[str, _Path], used: set[str], notes: Notes) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in FIELDS:
        if field in mapped or field == "solved_at":
            continue
        column = next((folded[name] for name in KNOWN[field] if name in folded and folded[name] not in used), None)
        if column is None:
            continue
        found[field] = column
        _say_understood(field, column, notes)
    return found


def _say_understood(field: str, column: str, notes: Notes) -> None:
    if column != field:
        notes.say(f'"{shown(column)}" is read as {field}')


def _solved(folded: Mapping[str, str], mapped: Mapping[str, _Path], used: set[str], notes: Notes) -> tuple[_Path, ...]:
    """The mapped column first, then what is known to hold a solve, then a closing."""
    chain = [mapped["solved_at"]] if "solved_at" in mapped else []
    for name in KNOWN["solved_at"]:
        column = folded.get(name)
        if column is not None and column not in used and (column,) not in chain:
            chain.append((column,))
            _say_understood("solved_at" if len(chain) == 1 else "solved_at where the others are empty", column, notes)
    return tuple(chain)


def _custom(names: list[str], used: set[str], notes: Notes) -> tuple[tuple[str, str], ...]:
    """Custom name and column. What our own export adds is left out."""
    own = used | _added_by_export(names)
    left = tuple((name.removeprefix("custom.") or name, name) for name in names if name not in own)
    for name, column in left:
        if name == column:
            notes.keep_custom(shown(name))
    return left


def _added_by_export(names: list[str]) -> set[str]:
    """The columns that only our own export has, told by all three that name a topic."""
    if not _EXPORT_ADDS.issubset(names):
        return set()
    return {name for name in names if name in _EXPORT_ADDS or _METRICS.fullmatch(name)}
