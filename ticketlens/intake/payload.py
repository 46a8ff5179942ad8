"""A small typed reader over JSON that somebody else wrote. Its errors name the path: `history[2].at: before 1990`."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import cast

from ticketlens.errors import BadPayload
from ticketlens.intake.shown import shown
from ticketlens.intake.times import TimeRule, optional_time, read_time

LONGEST_ID = 512
_EXACT_FLOATS = 2**53
_YES = frozenset({"true", "yes", "y", "t", "1", "on", "x"})
_NO = frozenset({"false", "no", "n", "f", "0", "off", ""})


def parse_json(text: str) -> object:
    """The value of one JSON text, strictly: NaN, numbers without end, keys stated twice with two values are refused."""
    try:
        return _decode(text)
    except BadPayload:
        raise
    except RecursionError:
        raise BadPayload("", "nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadPayload("", f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except ValueError:
        raise BadPayload("", "not JSON: a number of too many digits") from None


def _refuse_constant(name: str) -> object:
    raise BadPayload("", f"not JSON: {name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise BadPayload("", "not JSON: a number too great")
    return number


def _without_conflict(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        for key, value in pairs:
            if members[key] != value:
                raise BadPayload(shown(key), "stated twice, with two values")
    return members


DECODER = json.JSONDecoder(object_pairs_hook=_without_conflict, parse_float=_finite, parse_constant=_refuse_constant)
_decode: Callable[[str], object] = DECODER.decode


def clean(text: str) -> str:
    """Without NUL, and with U+FFFD where half of a surrogate pair stands alone: what any store can keep."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def scalar_text(value: object, path: str) -> str:
    """Text as it is; numbers and truth values in JSON's spelling; BadPayload for a list or an object."""
    if type(value) is str:
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _digits(value, path)
    if isinstance(value, float):
        return _float_text(value, path)
    raise BadPayload(path, f"text expected, found {_kind(value)}")


def _kind(value: object) -> str:
    names = {dict: "an object (map one of its parts, as in name.part)", list: "a list", type(None): "null"}
    return names.get(type(value), type(value).__name__)


def _digits(value: int, path: str) -> str:
    try:
        return str(value)
    except ValueError:
        raise BadPayload(path, "a number of too many digits") from None


def _float_text(value: float, path: str) -> str:
    if not math.isfinite(value):
        raise BadPayload(path, "not a number")
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT_FLOATS else repr(value)


def read_id(value: object, path: str) -> str:
    """An id as text: 12 and 12.0 are "12". BadPayload for nothing, other types, and more than 512 characters."""
    if type(value) is str:
        text = _whole_text(value, path).strip()
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPayload(path, "missing" if value is None else f"an id is text or a number, found {_kind(value)}")
    elif isinstance(value, float) and not (value.is_integer() and abs(value) < _EXACT_FLOATS):
        raise BadPayload(path, "an id is text or a whole number")
    else:
        text = _digits(int(value), path)
    if not text:
        raise BadPayload(path, "missing")
    if len(text) > LONGEST_ID:
        raise BadPayload(path, f"longer than {LONGEST_ID} characters")
    return text


def _whole_text(value: str, path: str) -> str:
    """Two ids must not become one by cleaning, so an id that needs it is refused."""
    if clean(value) != value:
        raise BadPayload(path, "holds a character that no store can keep")
    return value


def read_integer(value: object, path: str) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    written = isinstance(value, str) and len(value) <= 30 and value.strip().isdecimal()
    if not (whole or written or (isinstance(value, float) and value.is_integer())):
        raise BadPayload(path, "not a whole number")
    number = int(cast("int | float | str", value))
    if abs(number) >= 2**63:
        raise BadPayload(path, "a number too great")
    return number


def read_boolean(value: object, path: str) -> bool:
    """true and false, also as yes, no, 1, 0 and the like; null is false."""
    if value is None or isinstance(value, bool):
        return bool(value)
    word = str(value).strip().lower() if isinstance(value, str) or value in (0, 1) else None
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadPayload(path, "neither true nor false")


@dataclass(frozen=True, slots=True)
class Payload:
    """One value of foreign JSON and where it stands. Missing and null are the same."""

    value: object
    path: str = ""

    def at(self, name: str) -> "Payload":
        """The member of that name, or of a dotted path (`requester.email`); null where there is none."""
        here = self.value
        for part in name.split("."):
            if type(here) is dict:
                here = here.get(part)
            elif here is not None:
                return self._member_by_member(name)
        return Payload(here, f"{self.path}.{name}" if self.path else name)

    def _member_by_member(self, name: str) -> "Payload":
        here = self
        for part in name.split("."):
            here = here._member(part)
        return here

    def _member(self, name: str) -> "Payload":
        path = f"{self.path}.{name}" if self.path else name
        if self.value is None:
            return Payload(None, path)
        if not isinstance(self.value, Mapping):
            raise BadPayload(self.path, f"an object expected, found {_kind(self.value)}")
        return Payload(self.value.get(name), path)

    def text(self, name: str) -> str:
        if type(self.value) is dict and type(near := self.value.get(name)) is str:
            return clean(near)
        found = self.at(name)
        if found.value is None:
            raise BadPayload(found.path, "missing")
        return scalar_text(found.value, found.path)

    def opt_text(self, name: str) -> str | None:
        """None for missing, null and empty."""
        if type(self.value) is dict:  # nearly all are members that are text or null: no path is needed for those
            near = self.value.get(name, self)
            if type(near) is str:
                return clean(near) or None
            if type(near) is int:
                return _digits(near, name)
            if near is None or (near is self and "." not in name):
                return None
        found = self.at(name)
        return None if found.value is None else scalar_text(found.value, found.path) or None

    def id(self, name: str = "id") -> str:
        found = self.at(name)
        return read_id(found.value, found.path)

    def time(self, name: str, rule: TimeRule, zone: tzinfo | None = None) -> datetime:
        """The moment in UTC; `zone` replaces the rule's zone for times that name none."""
        found = self.at(name)
        if found.value is None:
            raise BadPayload(found.path, "missing")
        return read_time(found.value, found.path, replace(rule, zone=zone) if zone else rule)

    def opt_time(self, name: str, rule: TimeRule) -> datetime | None:
        found = self.at(name)
        return optional_time(found.value, found.path, rule)

    def integer(self, name: str) -> int:
        found = self.at(name)
        return read_integer(found.value, found.path)

    def boolean(self, name: str) -> bool:
        found = self.at(name)
        return read_boolean(found.value, found.path)

    def items(self, name: str) -> Iterator["Payload"]:
        """The members of a list, each with its own path; none for null."""
        found = self.at(name)
        if found.value is None:
            return
        if not isinstance(found.value, list | tuple):
            raise BadPayload(found.path, f"a list expected, found {_kind(found.value)}")
        for index, value in enumerate(found.value):
            yield Payload(value, f"{found.path}[{index}]")
