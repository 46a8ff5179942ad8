"""What the invented shop's customers may ask, in which words: the TOML files of this folder as frozen values."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

LANGUAGES = ("en", "sv", "it", "ru")

Bank = tuple[str, ...]


class Kind(StrEnum):
    """How a problem's volume moves over time."""

    STEADY = "steady"
    SEASONAL = "seasonal"
    OUTAGE = "outage"
    FIXED = "fixed"
    BACK = "back"
    NEW = "new"
    GROWING = "growing"


@dataclass(frozen=True, slots=True)
class Wording:
    """Banks of sentences of one problem in one language. Any problem, detail and ask fit together.

    `short` is a whole message, `note` is what an agent writes down after a call (English only).
    """

    subject: Bank
    short: Bank
    problem: Bank
    detail: Bank
    ask: Bank
    note: Bank = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One recurring problem. `weight` is its relative rate while active, `work_hours` the median work to solve it.

    `mood` is added to the CSAT score; `factor` multiplies the rate in `months`; `share` is the outage's part of all
    tickets; `slower_weeks` is since when solving takes longer and longer.
    """

    id: str
    name: str
    group: str
    weight: float
    work_hours: float
    tags: Bank
    wordings: Mapping[str, Wording]
    kind: Kind = Kind.STEADY
    reopen: float = 0.045
    mood: float = 0.0
    business: bool = False
    weeks_ago: int = 0
    fixed_weeks_ago: int = 0
    months: tuple[int, ...] = ()
    factor: float = 1.0
    share: float = 0.0
    slower_weeks: int = 0


@dataclass(frozen=True, slots=True)
class Agent:
    """`pace` 1 is average, more is slower; `days` count from Monday 0; `hours` are local, opening and closing."""

    name: str
    group: str
    pace: float
    days: frozenset[int]
    hours: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shop:
    slots: Mapping[str, Bank]
    brands: Mapping[str, int]
    channels: Mapping[str, int]
    organizations: Mapping[str, str]
    agents: tuple[Agent, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What people say in one language whatever the problem is, by bank; `noise` holds the one-off tickets."""

    banks: Mapping[str, Bank]
    noise: Mapping[str, Bank]


@dataclass(frozen=True, slots=True)
class Catalog:
    problems: tuple[Problem, ...]
    phrases: Mapping[str, Phrases]
    shop: Shop
    by_id: Mapping[str, Problem] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {problem.id: problem for problem in self.problems})


@cache
def catalog() -> Catalog:
    """Everything the generator writes from; read once."""
    folder = files("ticketlens.demo")
    return Catalog(
        problems=tuple(_problem(key, table) for key, table in sorted(_problem_tables(folder / "problems").items())),
        phrases={language: _phrases(_table(folder / "phrases" / f"{language}.toml")) for language in LANGUAGES},
        shop=_shop(_table(folder / "shop.toml")),
    )


def _table(path: Traversable) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _problem_tables(folder: Traversable) -> dict[str, dict[str, Any]]:
    """Tables of one problem may stand in several files: its settings in one, its Swedish in another."""
    merged: dict[str, dict[str, Any]] = {}
    for path in _toml_files(folder):
        for key, table in _table(path).items():
            merged.setdefault(key, {}).update(table)
    return merged


def _toml_files(folder: Traversable) -> Iterator[Traversable]:
    return iter(sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda path: path.name))


def _problem(key: str, table: dict[str, Any]) -> Problem:
    settings = {name: _frozen(value) for name, value in table.items() if name not in LANGUAGES}
    settings["kind"] = Kind(table.get("kind", Kind.STEADY))
    wordings = {language: Wording(**_banks(table[language])) for language in LANGUAGES if language in table}
    return Problem(id=key, wordings=wordings, **settings)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _banks(table: dict[str, Any]) -> dict[str, Bank]:
    return {name: tuple(lines) for name, lines in table.items()}


def _phrases(table: dict[str, Any]) -> Phrases:
    return Phrases(banks=_banks({k: v for k, v in table.items() if k != "noise"}), noise=_banks(table["noise"]))


def _shop(table: dict[str, Any]) -> Shop:
    return Shop(
        slots=_banks(table["slots"]),
        brands=table["brands"],
        channels=table["channels"],
        organizations={row["name"]: row["title"] for row in table["organizations"]},
        agents=tuple(_agent(row) for row in table["agents"]),
    )


def _agent(row: dict[str, Any]) -> Agent:
    opens, closes = row["hours"]
    return Agent(row["name"], row["group"], row["pace"], frozenset(row["days"]), (opens, closes))
