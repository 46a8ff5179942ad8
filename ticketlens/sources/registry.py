"""The sources that a person entered: kind, name and settings; secrets are sealed, and are never told again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ticketlens.connector import Connector, Field, Receiver, hook_proof
from ticketlens.errors import ConfigError, TicketLensError
from ticketlens.fetch import Fetch
from ticketlens.sources import fault as faults
from ticketlens.sources import hook_secret
from ticketlens.sources.seal import Seal
from ticketlens.store.base import Record, RecordStore

NOUN = "source"
RESERVED = frozenset({"import"})
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
LONGEST = 4_000
SHORTEST_SECRET = 16
ZONE = Field("zone", required=False, help="of times that name none, such as Europe/Stockholm; else the workspace's")
Kinds = Mapping[str, type[Connector]]
Given = Callable[[Mapping[str, str], type[Connector]], Mapping[str, str]]
"""What is to be changed of a source, by the settings that it has and its kind."""


@dataclass(frozen=True, slots=True)
class Source:
    """`values` holds what is no secret; `secret_names` says which secrets are set."""

    name: str
    kind: str
    values: Mapping[str, str]
    secret_names: tuple[str, ...]


def fields_of(kind: type[Connector]) -> tuple[Field, ...]:
    """All that may be entered for a source of that kind."""
    hooks = hook_secret.hook_fields(kind) if issubclass(kind, Receiver) else ()
    own = {one.name for one in kind.fields}
    return (*kind.fields, *(one for one in (ZONE, *hooks) if one.name not in own))


@dataclass(frozen=True)
class Registry:
    store: RecordStore
    kinds: Kinds
    seal: Seal
    zone: str
    fetch: Callable[[], Fetch] = field(default=Fetch)

    def all(self) -> list[Source]:
        return [_source(record) for record in self.store.records(NOUN)]

    def get(self, name: str) -> Source:
        """Raises ConfigError where there is none of that name."""
        return _source(self._held(name))

    def kind_of(self, source: Source) -> type[Connector]:
        return self._kind(source.kind)

    def add(self, name: str, kind: str, given: Mapping[str, str]) -> Source:
        """A new source; raises ConfigError, which names the field that is wrong."""
        if not NAME.fullmatch(name) or name in RESERVED:
            raise ConfigError(f"{name!r} is no name for a source: small letters, digits, '.', '_', '-'; not 'import'")
        made = self._kind(kind)
        values = self._checked(made, given)
        if issubclass(made, Receiver) and hook_proof(made) != "theirs":
            values.setdefault(hook_secret.SECRET, hook_secret.new_secret())
        self._made(made, values)
        if self.store.put_record(NOUN, name, self._sealed(made, kind, values), expected=0) is None:
            raise ConfigError(f"there is a source {name!r} already; choose another name, or remove it first")
        return self.get(name)

    def change(self, name: str, given: Mapping[str, str]) -> Source:
        """The source with what is given in place of what it had; an empty text takes a setting away.

        The secret of webhooks before a new one still counts, unless another is given as the one before.
        """
        return self._change(name, lambda before, kind: hook_secret.changed(before, given))

    def rotate(self, name: str, *, again: bool = False) -> str:
        """A new secret of webhooks, told this once; the one before still counts. Raises ConfigError as `rotated`."""
        made = hook_secret.new_secret()
        self._change(name, lambda before, kind: hook_secret.rotated(name, kind, before, made, again=again))
        return made

    def forget_secret(self, name: str) -> None:
        """Ends the secret of webhooks before the last; raises ConfigError where there is none."""
        self._change(name, lambda before, kind: hook_secret.ended(name, before))

    def remove(self, name: str) -> None:
        if not self.store.delete_record(NOUN, name):
            raise ConfigError(self._none(name))

    def settings(self, name: str) -> dict[str, str]:
        """All that was entered, secrets too: for the connector alone."""
        return self._opened(self._held(name))

    def _change(self, name: str, given: Given) -> Source:
        """`given` is asked again where somebody else changed the source meanwhile."""
        while True:
            held = self._held(name)
            kind = _source(held).kind
            made, before = self._kind(kind), self._opened(held)
            merged = {**before, **given(before, made)}
            values = self._checked(made, {key: value for key, value in merged.items() if value})
            self._made(made, values)
            told = self._sealed(made, kind, values)
            if self.store.put_record(NOUN, name, told, expected=held.version) is not None:
                return self.get(name)

    def connect(self, name: str) -> tuple[Connector, Fetch]:
        """The connector of a source, and the way out that it uses."""
        kind = self.kind_of(self.get(name))
        return self._made(kind, {"source": name, **self.settings(name)})

    def _made(self, kind: type[Connector], settings: Mapping[str, str]) -> tuple[Connector, Fetch]:
        """Raises ConfigError without secrets, whatever the connector raises that is made with these settings."""
        fetch = self._way_out(settings, kind)
        try:
            return kind({"zone": self.zone, **settings}, fetch), fetch
        except ConfigError:
            raise
        except TicketLensError as trouble:
            raise ConfigError(fetch.hidden(str(trouble))) from None
        except Exception as fault:
            raise ConfigError(faults.told(fault)) from None

    def _way_out(self, settings: Mapping[str, str], kind: type[Connector]) -> Fetch:
        fetch = self.fetch()
        fetch.secrets = tuple(settings[one.name] for one in fields_of(kind) if one.secret and settings.get(one.name))
        return fetch

    def _opened(self, held: Record) -> dict[str, str]:
        sealed = {key: self.seal.open(value) for key, value in _texts(held.fields["sealed"]).items()}
        return {**_texts(held.fields["values"]), **sealed}

    def _kind(self, kind: str) -> type[Connector]:
        if kind not in self.kinds:
            raise ConfigError(f"kind: {kind!r} is none of {', '.join(sorted(self.kinds))}")
        return self.kinds[kind]

    def _held(self, name: str) -> Record:
        held = self.store.get_record(NOUN, name)
        if held is None:
            raise ConfigError(self._none(name))
        return held

    def _none(self, name: str) -> str:
        there = ", ".join(one.name for one in self.all()) or "there is none yet: ticketlens source add"
        return f"there is no source {name!r}; known: {there}"

    def _checked(self, kind: type[Connector], given: Mapping[str, str]) -> dict[str, str]:
        known = {one.name: one for one in fields_of(kind)}
        for name in given:
            if name not in known:
                raise ConfigError(f"{name}: {kind.name} has no such setting; it has {', '.join(known)}")
        values = {name: value.strip() for name, value in given.items() if value.strip()}
        for one in known.values():
            if one.required and one.name not in values:
                raise ConfigError(f"{one.name}: missing{f' ({one.help})' if one.help else ''}")
        for name, value in values.items():
            if len(value) > LONGEST or not value.isprintable():
                raise ConfigError(f"{name}: one line of {LONGEST} characters at most")
            if _is_sent(kind, name) and len(value) < SHORTEST_SECRET:
                raise ConfigError(f"{name}: {SHORTEST_SECRET} characters at least: whoever knows it is believed")
        _check_zone(values.get("zone"))
        return values

    def _sealed(self, made: type[Connector], kind: str, values: Mapping[str, str]) -> dict[str, object]:
        hidden = {one.name for one in fields_of(made) if one.secret}
        return {
            "kind": kind,
            "values": {name: value for name, value in values.items() if name not in hidden},
            "sealed": {name: self.seal.close(value) for name, value in values.items() if name in hidden},
        }


def _is_sent(kind: type[Connector], name: str) -> bool:
    """Whether it is a secret that comes along with each delivery, and proves it alone."""
    return name.startswith("webhook_secret") and getattr(kind, "hook_proof", "ours") == "sent"


def _check_zone(zone: str | None) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"zone: {zone!r} is no time zone such as Europe/Stockholm") from None


def _source(record: Record) -> Source:
    fields = record.fields
    return Source(record.id, str(fields["kind"]), _texts(fields["values"]), tuple(sorted(_texts(fields["sealed"]))))


def _texts(value: object) -> dict[str, str]:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, Mapping) else {}
