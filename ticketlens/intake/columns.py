"""Which column of a file of answers or customers is which field: worked out once for each set of columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ticketlens.intake.mapping import FieldMapping
from ticketlens.intake.names import fold
from ticketlens.intake.notes import Notes
from ticketlens.intake.plan import reach
from ticketlens.intake.shown import shown
from ticketlens.intake.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Columns:
    """`paths`: field -> a path into the record. `implied`: what the name of a column told besides. `left`: the rest."""

    paths: Mapping[str, tuple[str, ...]]
    implied: Mapping[str, str]
    left: tuple[str, ...]

    def pick(self, row: Mapping[str, object]) -> dict[str, object]:
        return {
            **self.implied,
            **{name: found for name, path in self.paths.items() if not _no(found := reach(row, path))},
        }


def _no(value: object) -> bool:
    return value is None or value == ""


def columns_for(columns: Iterable[str], of: Vocabulary, mapping: FieldMapping, notes: Notes) -> Columns:
    names = [column for column in columns if column]
    paths = _mapped(names, mapping, notes)
    taken = {path[0] for path in paths.values()}
    implied: dict[str, str] = {}
    for name, column in of.understood([one for one in names if one not in taken]).items():
        if name in paths:
            continue
        paths[name] = (column,)
        taken.add(column)
        if column != name:
            notes.say(f'"{shown(column)}" is read as {name}')
        if (told := of.implied.get(fold(column))) is not None and name == "score":
            implied[told[0]] = told[1]
    for name, word in implied.items():
        if name not in paths and name not in mapping.defaults:
            notes.say(f"{name} is taken as {word}, which the name of the score's column says")
    return Columns(paths, implied, _left(names, taken, of, notes))


def _mapped(names: list[str], mapping: FieldMapping, notes: Notes) -> dict[str, tuple[str, ...]]:
    folded = {fold(name): name for name in reversed(names)}
    found: dict[str, tuple[str, ...]] = {}
    for name, theirs in mapping.fields.items():
        parts = tuple(theirs.split("."))
        column = theirs if theirs in names else folded.get(fold(theirs))
        if column is not None:
            found[name] = (column,)
        elif len(parts) > 1 and parts[0] in names:
            found[name] = parts
        else:
            notes.say(f'the mapping reads {name} from "{shown(theirs)}", which some records do not have')
    return found


def _left(names: list[str], taken: set[str], of: Vocabulary, notes: Notes) -> tuple[str, ...]:
    """What no field holds: kept as custom fields of customers, but for what tells who somebody is."""
    left = [name for name in names if name not in taken]
    private = [name for name in left if fold(name) in of.private]
    others = tuple(name for name in left if name not in private)
    if private:
        notes.say(f"not kept, since it tells who somebody is: {', '.join(shown(name) for name in private)}")
    if others and "custom" not in of.fields:
        notes.say(f"not read: {', '.join(shown(name) for name in others)}")
    elif others:
        for name in others:
            notes.keep_custom(shown(name))
    return others if "custom" in of.fields else ()
