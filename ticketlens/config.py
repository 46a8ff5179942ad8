"""One table of settings; a file and the environment fill it, and each value remembers where it came from."""

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ticketlens.errors import ConfigError
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.schedule import Schedule, schedule_from

PREFIX = "TICKETLENS_"
FILE = "ticketlens.toml"


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("needs a text")
    return value.strip()


def _port(value: Any) -> int:
    if isinstance(value, bool | float):
        raise TypeError("needs a whole number")
    number = int(value)
    if not 0 <= number <= 65_535:
        raise ValueError("needs a number from 0 to 65535")
    return number


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(_text(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone such as Europe/Stockholm") from None


def _regions(value: Any) -> tuple[str, ...]:
    found = value.split(",") if isinstance(value, str) else value
    return tuple(_text(region).upper() for region in found)


def _schedules(value: Any) -> tuple[Schedule, ...]:
    if isinstance(value, str):
        value = tomllib.loads(value).get("schedules", [])
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise ValueError("needs a table for each schedule: [[schedules]]")
    return tuple(schedule_from(one) for one in value)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. `read` turns what a file or the environment says into the value, or raises ValueError."""

    key: str
    default: Any
    read: Callable[[Any], Any]
    help: str
    secret: bool = False


TABLE = (
    Setting("store", "sqlite:///ticketlens.db", _text,
            "where everything is kept: sqlite:///FILE, or http(s)://HOST:9200/PREFIX", secret=True),
    Setting("zone", "UTC", _zone, "the zone in which days and weeks begin, such as Europe/Stockholm"),
    Setting("model", "english", _text, "what makes vectors: english, multilingual, or a model's folder or name"),
    Setting("host", "127.0.0.1", _text, "the address that the web page listens on"),
    Setting("port", 8000, _port, "the port that the web page listens on"),
    Setting("base_url", "", str, "the address that people see, where it is not http://host:port"),
    Setting("schedules", (), _schedules, "opening hours by group or brand; without any, business time is not known"),
    Setting("redaction.regions", ("US", "GB", "SE", "IT", "RU", "DE"), _regions,
            "countries whose national telephone numbers are recognised"),
)  # fmt: skip
KEYS = {setting.key: setting for setting in TABLE}


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of the table, checked; `origins` says where each came from: "default", a file, or a variable."""

    store: str
    zone: str
    model: str
    host: str
    port: int
    base_url: str
    schedules: tuple[Schedule, ...]
    regions: tuple[str, ...]
    origins: Mapping[str, str]

    @property
    def zone_is_set(self) -> bool:
        return self.origins["zone"] != "default"

    @property
    def address(self) -> str:
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def clocks(self) -> Clocks:
        return Clocks(self.schedules)


def variable(key: str) -> str:
    return PREFIX + key.upper().replace(".", "__")


def load_settings(
    file: Path | None = None, environment: Mapping[str, str] = os.environ, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Settings from `file` (default: ticketlens.toml here, where there is one), the environment, then `overrides`."""
    values: dict[str, Any] = {key: setting.default for key, setting in KEYS.items()}
    origins = dict.fromkeys(KEYS, "default")
    for origin, key, value in (*_from_file(file), *_from_environment(environment), *_given(overrides or {})):
        values[key] = _read(KEYS[key], value, origin)
        origins[key] = origin
    regions = values.pop("redaction.regions")
    return Settings(**values, regions=regions, origins=origins)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like settings and are none; doctor warns of them."""
    known = {name for key in KEYS for name in (variable(key), variable(key) + "_FILE")}
    return sorted(
        name for name in environment if name.startswith(PREFIX) and name not in known and "_TEST_" not in name
    )


def _from_file(file: Path | None) -> list[tuple[str, str, Any]]:
    path = file or Path(FILE)
    if not path.exists():
        if file is None:
            return []
        raise ConfigError(f"{file}: there is no such file; make it, or name another by --config")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: {error}") from None
    return [(str(path), key, value) for key, value in _flat(told, str(path))]


def _flat(told: Mapping[str, Any], origin: str, prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in told.items():
        key = prefix + name
        if key in KEYS:
            found.append((key, value))
        elif isinstance(value, dict) and any(known.startswith(key + ".") for known in KEYS):
            found += _flat(value, origin, key + ".")
        else:
            close = difflib.get_close_matches(key, KEYS, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(KEYS)}"
            raise ConfigError(f"{origin}: unknown setting {key!r}; {hint}")
    return found


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    for key in KEYS:
        name = variable(key)
        if name in environment:
            found.append((name, key, environment[name]))
        elif name + "_FILE" in environment:
            found.append((name + "_FILE", key, _from_secret_file(environment[name + "_FILE"], name)))
    return found


def _from_secret_file(path: str, name: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{name}_FILE: {path} cannot be read") from None


def _given(overrides: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    return [("command line", key, value) for key, value in overrides.items() if value is not None]


def _read(setting: Setting, value: Any, origin: str) -> Any:
    try:
        return setting.read(value)
    except (ValueError, TypeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{setting.key} ({origin}): {error}") from None
