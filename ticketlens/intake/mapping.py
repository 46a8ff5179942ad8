"""How the columns and words of a foreign export become ours: a TOML file, `--map field=Column,…`, or nothing at all."""

import csv
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import cast
from zoneinfo import ZoneInfo

from ticketlens.errors import ConfigError
from ticketlens.intake.terms import TERMS, fold_term
from ticketlens.intake.times import DayOrder
from ticketlens.intake.vocabulary import TICKETS, Vocabulary

# Raised when the same row and mapping come to be read differently, so that stored rows are read anew.
READING = 1
DAY_ORDERS = ("day-first", "month-first")
DEFAULTS, VALUES = TICKETS.defaults, TICKETS.values
_SECTIONS = ("fields", "values", "defaults")
_NONE: Mapping[str, str] = MappingProxyType({})


def _none() -> Mapping[str, str]:
    return _NONE


@dataclass(frozen=True, slots=True)
class ValueMapping:
    """Their words for one field -> ours. Case, spaces and hyphens do not count where no word fits exactly."""

    exact: Mapping[str, str] = field(default_factory=_none)
    folded: Mapping[str, str] = field(default_factory=_none)

    @classmethod
    def of(cls, words: Mapping[str, str]) -> "ValueMapping":
        return cls(dict(words), {fold_term(theirs): ours for theirs, ours in words.items()})

    def get(self, word: str) -> str | None:
        """Our word; "" where the mapping says that theirs means nothing; None where it says nothing."""
        found = self.exact.get(word)
        return found if found is not None or not self.folded else self.folded.get(fold_term(word))


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """`fields`: ours -> their column, or a dotted path into it. `values`: our field -> their words.

    `defaults`: our field -> the value where a record has none; also `zone` and `dates`.
    """

    fields: Mapping[str, str] = field(default_factory=_none)
    values: Mapping[str, ValueMapping] = field(default_factory=lambda: MappingProxyType({}))
    defaults: Mapping[str, str] = field(default_factory=_none)

    @property
    def zone(self) -> tzinfo | None:
        name = self.defaults.get("zone")
        return read_zone(name) if name else None

    @property
    def day_order(self) -> DayOrder | None:
        return cast("DayOrder | None", self.defaults.get("dates"))

    @property
    def fingerprint(self) -> str:
        """The same for equal mappings in whatever order they are written; another where a row may be read otherwise."""
        said = {
            "reading": READING,
            "fields": dict(self.fields),
            "values": {name: dict(words.exact) for name, words in self.values.items()},
            "defaults": dict(self.defaults),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def with_fields(self, fields: Mapping[str, str]) -> "FieldMapping":
        """What `--map` says on top of what the file says."""
        return FieldMapping({**self.fields, **fields}, self.values, self.defaults)


def read_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigError(f'zone "{name[:80]}" is not known: write one like "Europe/Stockholm"') from None


def mapping_from_file(path: Path, of: Vocabulary = TICKETS) -> FieldMapping:
    try:
        with path.open("rb") as stream:
            return mapping_from(tomllib.load(stream), of)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def mapping_from(written: Mapping[str, object], of: Vocabulary = TICKETS) -> FieldMapping:
    """A mapping from its tables; ConfigError names the key that is wrong and the nearest right one."""
    _known(written, _SECTIONS, "section")
    fields = _texts(_table(written, "fields"), "fields")
    _known(fields, of.fields, "field")
    values = _table(written, "values")
    _known(values, of.values, "field of values")
    defaults = _texts(_table(written, "defaults"), "defaults")
    _known(defaults, of.defaults, "default")
    return FieldMapping(fields, {name: _words(name, values) for name in values}, _checked_defaults(defaults))


def fields_from_option(option: str, of: Vocabulary = TICKETS) -> dict[str, str]:
    """`id=Ticket ID,subject=Title`; in double quotes a column may hold commas: `"subject=Title, short"`."""
    fields = pairs_from_option(option)
    _known(fields, of.fields, "field")
    return fields


def pairs_from_option(option: str) -> dict[str, str]:
    """The same for names of any kind."""
    fields: dict[str, str] = {}
    for part in next(csv.reader([option], skipinitialspace=True), []):
        ours, equals, theirs = part.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise ConfigError(f'--map: "{part[:80]}" is not of the form field=Column')
        fields[ours.strip()] = theirs.strip()
    return fields


def _table(written: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = written.get(name, {})
    if not isinstance(table, Mapping):
        raise ConfigError(f"{name} must be a table: [{name}]")
    return table


def _texts(table: Mapping[str, object], name: str) -> dict[str, str]:
    for key, value in table.items():
        if not isinstance(value, str):
            raise ConfigError(f"{name}.{key} must be text in quotes")
    return cast("dict[str, str]", dict(table))


def _known(keys: Iterable[str], known: tuple[str, ...], what: str) -> None:
    for key in keys:
        if key not in known:
            near = get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise ConfigError(f'no {what} is called "{key[:80]}": {hint}')


def _words(name: str, values: Mapping[str, object]) -> ValueMapping:
    words = _texts(_table(values, name), f"values.{name}")
    return ValueMapping.of({theirs: _ours(name, ours, f"values.{name}") for theirs, ours in words.items()})


def _ours(name: str, word: str, where: str) -> str:
    """The word in our spelling; status, priority and channel have a fixed list."""
    terms = TERMS.get(name)
    if terms is None or (not word and name != "status"):
        return word
    if (ours := terms.get(fold_term(word))) is None:
        choices = tuple(dict.fromkeys(terms.values()))
        near = get_close_matches(word, choices, n=1, cutoff=0.5)
        hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(choices)}"
        raise ConfigError(f'{where}: no {name} is called "{word[:80]}": {hint}')
    return ours


def _checked_defaults(defaults: dict[str, str]) -> dict[str, str]:
    if "zone" in defaults:
        read_zone(defaults["zone"])
    if defaults.get("dates", DAY_ORDERS[0]) not in DAY_ORDERS:
        raise ConfigError(f"defaults.dates is one of {', '.join(DAY_ORDERS)}")
    return {name: _ours(name, word, "defaults") for name, word in defaults.items()}
