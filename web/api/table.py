"""What a row of the API's table says, and how its parameters are read; the rows are in `web.api.routes`."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from ticketlens.errors import ConfigError
from ticketlens.model.filter import CUSTOM, Filter
from ticketlens.model.person import Role
from ticketlens.query import PARAMETERS, parse_filter

Schema = Mapping[str, Any]
LARGEST_ID = 2**63 - 1
VERSUS = "versus."
"""Before the names of the other side's filter: `versus.group=tier2`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    schema: Schema
    means: str
    place: str = "query"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks for: the filter, and the call's own parameters as text, those not given left out.

    `versus` has the other side's filter, its names without their prefix.
    """

    where: Filter
    own: Mapping[str, str]
    versus: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def chosen(self, *names: str) -> dict[str, str]:
        return {name: self.own[name] for name in names if name in self.own}


@dataclass(frozen=True, slots=True)
class Route:
    """One call. `answers` names the schema of its answer, `body` that of its body, `takes` the kinds of content.

    The path is OpenAPI's.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Callable[..., object]
    answers: str
    parameters: tuple[Parameter, ...] = ()
    filters: bool = True
    versus: bool = False
    role: Role = Role.VIEWER
    status: int = 200
    takes: tuple[str, ...] = ()
    body: str = ""
    fails: Mapping[int, str] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The path as Flask writes it; text at its end may hold slashes."""
        rule = self.path
        for parameter in self.parameters:
            if parameter.place == "path":
                part = f"{{{parameter.name}}}"
                kind = "int:" if parameter.schema.get("type") == "integer" else "path:" if rule.endswith(part) else ""
                rule = rule.replace(part, f"<{kind}{parameter.name}>")
        return rule

    @property
    def own(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters if parameter.place == "query"}


def read(route: Route, given: MultiDict[str, str]) -> Asked:
    """The call's parameters; a ConfigError names one that is unknown, with the nearest, or has no such value."""
    known = (*route.own, *(PARAMETERS if route.filters else ()))
    others = {name for name in given if route.versus and name.startswith(VERSUS)}
    for name in given:
        if name not in known and name not in others and not (route.filters and name.startswith(CUSTOM)):
            raise ConfigError(f"unknown parameter {name[:40]!r}{_nearest(name, known)}")
    own = {name: value for name, value in given.items() if name in route.own and value != ""}
    for name, value in own.items():
        _check(route.own[name], value)
    where = parse_filter(dict(given.lists()), ignore=(*route.own, *others)) if route.filters else Filter()
    return Asked(where, own, {name.removeprefix(VERSUS): given.getlist(name) for name in others})


def check_id(parts: Mapping[str, object]) -> None:
    """A number beyond what any store counts to belongs to nothing."""
    if any(isinstance(part, int) and part > LARGEST_ID for part in parts.values()):
        raise NotFound("There is nothing of this id.")


def _check(parameter: Parameter, value: str) -> None:
    schema = parameter.schema
    if "enum" in schema and value not in schema["enum"]:
        raise ConfigError(f"{parameter.name}: {value[:40]!r} is none of {', '.join(schema['enum'])}")
    if "anyOf" in schema and value not in (names := schema["anyOf"][0]["enum"]) and not _is_custom(value):
        raise ConfigError(f"{parameter.name}: {value[:40]!r} is none of {', '.join(names)} and custom.NAME")
    if schema.get("type") == "integer":
        low, high = schema["minimum"], schema["maximum"]
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ConfigError(f"{parameter.name}: {value[:40]!r} is no whole number from {low} to {high}")


def _is_custom(name: str) -> bool:
    return name.startswith(CUSTOM) and name != CUSTOM


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name[:40], known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known are {', '.join(known)}" if known else "; this call takes none"
