"""One table of settings; a file and the environment fill it, and each value remembers where it came from."""

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet

from ticketlens.errors import ConfigError
from ticketlens.metrics.exclusions import KINDS
from ticketlens.metrics.schedule import Schedule, schedule_from
from ticketlens.metrics.targets import Target, target_from
from ticketlens.outside.guard import network_of

PREFIX = "TICKETLENS_"
FILE = "ticketlens.toml"
LONGEST_TIMEOUT = 600
MOST = 1_000_000


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("needs a text")
    return value.strip()


def _line(value: Any) -> str:
    if not isinstance(value, str) or not value.strip().isascii() or len(value.split()) > 1:
        raise ValueError("needs one word of plain letters, digits and signs")
    return value.strip()


def _port(value: Any) -> int:
    if isinstance(value, bool | float):
        raise TypeError("needs a whole number")
    number = int(value)
    if not 0 <= number <= 65_535:
        raise ValueError("needs a number from 0 to 65535")
    return number


def _whole(low: int, high: int, unit: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = -1 if isinstance(value, bool | float) else int(value)
        if not low <= number <= high:
            raise ValueError(f"needs a whole number of {unit} from {low} to {high}")
        return number

    return read


def _seconds(value: Any) -> float:
    number = float(value) if not isinstance(value, bool) else 0.0
    if not 0 < number <= LONGEST_TIMEOUT:
        raise ValueError(f"needs seconds above 0, and not more than {LONGEST_TIMEOUT}")
    return number


PUBLISHED = ("small", "all", "none")


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(_text(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone such as Europe/Stockholm") from None


def _regions(value: Any) -> tuple[str, ...]:
    found = value.split(",") if isinstance(value, str) else value
    return tuple(_text(region).upper() for region in found)


def _networks(value: Any) -> tuple[str, ...]:
    found = value.split(",") if isinstance(value, str) else value
    return tuple(str(network_of(_text(network))) for network in found)


def _keys(value: Any) -> tuple[str, ...]:
    """Fernet keys, the one that seals first."""
    found = tuple(str(value).replace(",", " ").split())
    for key in found:
        Fernet(key)
    return found


def _schedules(value: Any) -> tuple[Schedule, ...]:
    if isinstance(value, str):
        value = tomllib.loads(value).get("schedules", [])
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise ValueError("needs a table for each schedule: [[schedules]]")
    found = tuple(schedule_from(one) for one in value)
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two schedules are called {twice!r}; give each a name of its own")
    for one, other in combinations(found, 2):
        if (scope := one.shared(other)) is not None:
            raise ValueError(f"{one.name!r} and {other.name!r} are both for {scope}; leave one of them out of it")
    return found


def _exclusions(value: Any) -> tuple[str, ...]:
    found = [each.strip() for each in value.split(",")] if isinstance(value, str) else list(value)
    unknown = [str(each) for each in found if each and each not in KINDS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in found)


def _targets(value: Any) -> tuple[Target, ...]:
    if isinstance(value, str):
        value = tomllib.loads(value).get("targets", [])
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise ValueError("needs a table for each target: [[targets]]")
    return tuple(target_from(one) for one in value)


def _amount(value: Any) -> float:
    number = -1.0 if isinstance(value, bool) else float(value)
    if not 0 <= number <= MOST:
        raise ValueError(f"needs a number from 0 to {MOST:,}")
    return number


def _publish_runs(value: Any) -> str:
    if value not in PUBLISHED:
        raise ValueError(f"{value!r} is none of {', '.join(PUBLISHED)}")
    return str(value)


def _endpoint(value: Any) -> str:
    """Without a name and a password: the key has a setting of its own, which is never shown."""
    url = str(value).strip().rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query):
        raise ValueError("needs an address such as https://api.example.com/v1, without a key in it")
    return url


def _language(value: Any) -> str:
    code = str(value).strip().lower()
    if code and not (code.isascii() and code.isalpha() and len(code) in (2, 3)):
        raise ValueError("needs the code of a language (ISO 639), such as sv")
    return code


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. `read` turns what a file or the environment says into the value, or raises ValueError."""

    key: str
    default: Any
    read: Callable[[Any], Any]
    help: str
    secret: bool = False

    @property
    def attribute(self) -> str:
        """Its name in `Settings`."""
        return self.key.replace(".", "_")


TABLE = (
    Setting("store", "sqlite:///ticketlens.db", _text,
            "where everything is kept: sqlite:///FILE, or http(s)://HOST:9200/PREFIX", secret=True),
    Setting("zone", "UTC", _zone, "the zone in which days and weeks begin, such as Europe/Stockholm"),
    Setting("model", "english", _text, "what makes vectors: english, multilingual, or a model's folder or name"),
    Setting("publish_runs", "small", _publish_runs,
            "which new groupings take effect without a person: small (at most 2 % of grouped tickets move), all, none"),
    Setting("host", "127.0.0.1", _text, "the address that the web page listens on"),
    Setting("port", 8000, _port, "the port that the web page listens on"),
    Setting("base_url", "", str, "the address that people see, where it is not http://host:port"),
    Setting("schedules", (), _schedules, "opening hours by group or brand; without any, business time is not known"),
    Setting("exclusions", KINDS, _exclusions, "which kinds of tickets stay out of every figure, by name"),
    Setting("targets", (), _targets,
            "what is promised: [[targets]] with metric (reply.first, reply.next, ttr.first or ttr.full) and minutes, "
            "and if wanted clock, priority, group, brand, and since, the first day on which it holds"),
    Setting("cost_per_hour", 0.0, _amount, "what an hour of an agent costs; without it no cost is shown"),
    Setting("currency", "", str, "what money is in, such as EUR"),
    Setting("minutes_per_ticket", 0.0, _amount,
            "an assumption: the agent's minutes of a solved ticket of which no source tells any; 0 assumes nothing"),
    Setting("redaction.regions", ("US", "GB", "SE", "IT", "RU", "DE"), _regions,
            "countries whose national telephone numbers are recognised"),
    Setting("allow_private_hosts", (), _networks,
            "networks inside your own, such as 10.0.0.0/8, that connectors may reach, by http:// too"),
    Setting("secret_key", (), _keys,
            "the key that seals the secrets of sources, older ones behind it; else one is kept in a file by the store",
            secret=True),
    Setting("pull.minutes", 5, _whole(0, 1440, "minutes"),
            "minutes between two pulls of a source by the worker; 0 leaves pulling to ticketlens pull"),
    Setting("pull.full_days", 7, _whole(0, 366, "days"),
            "days between two full pulls, which also find what was deleted; 0 leaves them to ticketlens pull --full"),
    Setting("retention.inbox_days", 30, _whole(7, 3_650, "days"),
            "days for which a webhook's delivery is kept, to see what it brought and to know it when it comes again"),
    Setting("namer.url", "", _endpoint,
            "an OpenAI-compatible endpoint that words the names of topics, such as http://127.0.0.1:11434/v1; "
            "it is sent redacted subjects and first lines; empty asks nobody"),
    Setting("namer.model", "", str, "the model that the namer's endpoint is asked for, by the name that it knows"),
    Setting("namer.api_key", "", _line, "the key of the namer's endpoint, where it wants one", secret=True),
    Setting("namer.language", "", _language,
            "the language of the namer's names, such as sv; empty takes that of most of a topic's tickets"),
    Setting("elastic.ca_file", "", str,
            "a file of certificates (PEM) to trust, for a store at https:// whose certificate is not known here"),
    Setting("elastic.api_key", "", _line,
            "the API key for a store in Elasticsearch, in place of USER:PASSWORD@ in its address", secret=True),
    Setting("elastic.timeout", 30.0, _seconds,
            "seconds after which a request to a store in Elasticsearch is given up, 600 at most"),
)  # fmt: skip
KEYS = {setting.key: setting for setting in TABLE}


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of the table, checked; `origins` says where each came from: "default", a file, or a variable.

    `schedules` name the countries whose holidays they keep; `Lens.hours` has them with the dates.
    """

    store: str = field(repr=False)
    zone: str
    model: str
    publish_runs: str
    host: str
    port: int
    base_url: str
    schedules: tuple[Schedule, ...]
    exclusions: tuple[str, ...]
    targets: tuple[Target, ...]
    cost_per_hour: float
    currency: str
    minutes_per_ticket: float
    redaction_regions: tuple[str, ...]
    allow_private_hosts: tuple[str, ...]
    secret_key: tuple[str, ...] = field(repr=False)
    pull_minutes: int
    pull_full_days: int
    retention_inbox_days: int
    namer_url: str
    namer_model: str
    namer_api_key: str = field(repr=False)
    namer_language: str
    elastic_ca_file: str
    elastic_api_key: str = field(repr=False)
    elastic_timeout: float
    origins: Mapping[str, str]

    @property
    def zone_is_set(self) -> bool:
        return self.origins["zone"] != "default"

    @property
    def address(self) -> str:
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"


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
    return Settings(**{setting.attribute: values[key] for key, setting in KEYS.items()}, origins=origins)


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
