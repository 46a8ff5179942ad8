"""What a person enters of a helpdesk: checked at once, its secrets sealed, and never told again."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.fernet import Fernet

from ticketlens.connector import Field, Hook, HookProof, Page, Reply, TicketRef
from ticketlens.errors import ConfigError, Denied
from ticketlens.fetch import Fetch
from ticketlens.model import Ticket
from ticketlens.sources.registry import Registry, fields_of
from ticketlens.sources.seal import Seal, key_file
from ticketlens.store.sqlite import SqliteStore


class Acme:
    name: ClassVar[str] = "acme"
    title: ClassVar[str] = "Acme"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", help="https://…"), Field("token", secret=True), Field("team", required=False)
    )  # fmt: skip

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.settings, self.fetch = settings, fetch
        fetch.site(settings["url"])

    def pull(self, cursor: str | None) -> Iterator[Page]:
        yield Page((), cursor)

    def starting_at(self, moment: datetime) -> str:
        return moment.isoformat()

    def read(self, id: str) -> Ticket | None:
        return None


class Hooked(Acme):
    name: ClassVar[str] = "hooked"

    def prove(self, hook: Hook) -> Reply | None:
        return None

    def delivery(self, hook: Hook) -> str:
        return ""

    def receive(self, hook: Hook) -> Iterator[TicketRef]:
        yield TicketRef("1")


class Theirs(Hooked):
    name: ClassVar[str] = "theirs"
    hook_proof: ClassVar[HookProof] = "theirs"


GIVEN = {"url": "https://acme.example.com", "token": "t0p-s3cret"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "s.db")
    yield made
    made.close()


@pytest.fixture
def registry(store: SqliteStore, tmp_path: Path) -> Registry:
    return Registry(
        store, {"acme": Acme, "hooked": Hooked, "theirs": Theirs}, Seal(file=tmp_path / "s.db.key"), "Europe/Stockholm"
    )


def test_a_source_is_kept_with_its_secret_sealed(registry: Registry, store: SqliteStore, tmp_path: Path) -> None:
    source = registry.add("desk-eu", "acme", GIVEN)
    assert (source.name, source.kind, source.secret_names) == ("desk-eu", "acme", ("token",))
    assert source.values == {"url": GIVEN["url"]}
    held = json.dumps([dict(one.fields) for one in store.records("source")])
    assert GIVEN["token"] not in held + repr(source) + repr(registry)
    assert registry.settings("desk-eu") == GIVEN
    key = tmp_path / "s.db.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert GIVEN["token"] not in key.read_text()


def test_the_connector_gets_its_settings_the_zone_and_a_way_out_that_knows_its_secrets(registry: Registry) -> None:
    registry.add("desk", "acme", GIVEN)
    connector, fetch = registry.connect("desk")
    assert isinstance(connector, Acme)
    assert connector.settings == {"zone": "Europe/Stockholm", "source": "desk", **GIVEN}
    assert fetch.secrets == (GIVEN["token"],)
    assert fetch.hidden(f"the token {GIVEN['token']} is bad") == "the token … is bad"
    own = registry.add("own", "acme", {**GIVEN, "zone": "UTC"})
    assert registry.connect(own.name)[0].settings["zone"] == "UTC"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["", "Desk", "import", "a b", "../x", "-a", "a" * 64, "é"])
def test_a_name_that_would_not_do_in_an_address_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(ConfigError, match="no name for a source"):
        registry.add(name, "acme", GIVEN)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"token": "tok-en-1"}, "url: missing"),
        ({"url": "https://a.example.com", "token": "  "}, "token: missing"),
        ({**GIVEN, "tokn": "x"}, "tokn: acme has no such setting"),
        ({**GIVEN, "zone": "Mars/Base"}, "zone"),
        ({**GIVEN, "url": "acme"}, "no address"),
        ({**GIVEN, "token": "a\nb"}, "token: one line"),
        ({**GIVEN, "token": "x" * 4_001}, "token: one line"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(registry: Registry, given: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        registry.add("desk", "acme", given)
    assert given.get("token", "-").strip() not in str(caught.value) or not given.get("token", "").strip()
    assert registry.all() == []


def test_a_second_source_of_the_same_name_is_refused(registry: Registry) -> None:
    registry.add("desk", "acme", GIVEN)
    with pytest.raises(ConfigError, match="already"):
        registry.add("desk", "acme", GIVEN)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (KeyError("t0p-s3cret"), "the connector has a fault (KeyError at test_registry.py:"),
        (Denied("t0p-s3cret is no token"), "… is no token"),
    ],
)
def test_what_a_connector_raises_when_it_is_made_is_one_sentence(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, trouble: Exception, words: str
) -> None:
    registry.add("eu", "acme", GIVEN)

    def broken(self: object, settings: object, fetch: object) -> None:
        raise trouble

    monkeypatch.setattr(Acme, "__init__", broken)
    for use in (
        lambda: registry.add("us", "acme", GIVEN),
        lambda: registry.change("eu", {"team": "x"}),
        lambda: registry.connect("eu"),
    ):
        with pytest.raises(ConfigError) as told:
            use()
        assert words in str(told.value)
        assert "t0p-s3cret" not in str(told.value)
    assert [one.name for one in registry.all()] == ["eu"]


def test_an_unknown_kind_or_name_says_what_there_is(registry: Registry) -> None:
    with pytest.raises(ConfigError, match="acme, hooked, theirs"):
        registry.add("desk", "nope", GIVEN)
    registry.add("desk", "acme", GIVEN)
    for call in (registry.get, registry.remove, registry.connect, registry.settings):
        with pytest.raises(ConfigError, match="known: desk"):
            call("other")


def test_a_change_keeps_what_is_not_named_and_takes_away_what_is_empty(registry: Registry) -> None:
    registry.add("desk", "acme", {**GIVEN, "team": "one"})
    registry.change("desk", {"team": "", "token": "new"})
    assert registry.settings("desk") == {"url": GIVEN["url"], "token": "new"}
    with pytest.raises(ConfigError, match="token: missing"):
        registry.change("desk", {"token": ""})
    assert registry.settings("desk")["token"] == "new"


def test_a_removed_source_is_gone_with_its_secrets(registry: Registry, store: SqliteStore) -> None:
    registry.add("desk", "acme", GIVEN)
    registry.remove("desk")
    assert (registry.all(), store.records("source")) == ([], [])


def test_a_helpdesk_with_webhooks_gets_a_secret_of_our_making_unless_it_brings_its_own(registry: Registry) -> None:
    assert [one.name for one in fields_of(Hooked)][-2:] == ["webhook_secret", "webhook_secret_previous"]
    registry.add("a", "hooked", GIVEN)
    registry.add("b", "hooked", GIVEN)
    registry.add("c", "hooked", {**GIVEN, "webhook_secret": "theirs"})
    made = [registry.settings(name)["webhook_secret"] for name in "abc"]
    assert len(made[0]) >= 40
    assert made[0] != made[1]
    assert made[2] == "theirs"
    assert "webhook_secret" not in registry.settings(registry.add("d", "acme", GIVEN).name)


def secrets_of_hooks(registry: Registry, name: str) -> tuple[str | None, str | None]:
    told = registry.settings(name)
    return told.get("webhook_secret"), told.get("webhook_secret_previous")


def test_a_helpdesk_that_makes_the_secret_itself_gets_none_of_ours(registry: Registry) -> None:
    registry.add("desk", "theirs", GIVEN)
    assert secrets_of_hooks(registry, "desk") == (None, None)
    with pytest.raises(ConfigError, match="Acme makes the secret of webhooks itself: copy it there"):
        registry.rotate("desk")
    registry.change("desk", {"webhook_secret": "theirs"})
    registry.change("desk", {"webhook_secret": "theirs, newer"})
    assert secrets_of_hooks(registry, "desk") == ("theirs, newer", "theirs")
    assert "copy it from there" in next(one.help for one in fields_of(Theirs) if one.name == "webhook_secret")


def test_the_secret_before_a_new_one_is_kept_by_itself_unless_another_is_given(registry: Registry) -> None:
    registry.add("desk", "hooked", {**GIVEN, "webhook_secret": "one"})
    registry.change("desk", {"webhook_secret": "one", "token": "new"})
    assert secrets_of_hooks(registry, "desk") == ("one", None)
    registry.change("desk", {"webhook_secret": "two"})
    assert secrets_of_hooks(registry, "desk") == ("two", "one")
    registry.change("desk", {"webhook_secret": "three", "webhook_secret_previous": "zero"})
    assert secrets_of_hooks(registry, "desk") == ("three", "zero")
    registry.change("desk", {"webhook_secret": "four", "webhook_secret_previous": ""})
    assert secrets_of_hooks(registry, "desk") == ("four", None)
    registry.change("desk", {"webhook_secret": ""})
    assert secrets_of_hooks(registry, "desk") == (None, None)


def test_a_secret_is_rotated_while_the_former_one_counts_until_it_is_ended(registry: Registry) -> None:
    registry.add("desk", "hooked", GIVEN)
    first, _ = secrets_of_hooks(registry, "desk")
    second = registry.rotate("desk")
    assert second != first
    assert len(second) >= 40
    assert secrets_of_hooks(registry, "desk") == (second, first)
    with pytest.raises(ConfigError, match="two secrets of desk count already"):
        registry.rotate("desk")
    assert secrets_of_hooks(registry, "desk") == (second, first)
    third = registry.rotate("desk", again=True)
    assert secrets_of_hooks(registry, "desk") == (third, first)
    registry.forget_secret("desk")
    assert secrets_of_hooks(registry, "desk") == (third, None)
    with pytest.raises(ConfigError, match="no former secret"):
        registry.forget_secret("desk")


def test_of_two_who_rotate_at_once_one_is_refused_and_the_secret_in_use_still_counts(
    registry: Registry, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.add("desk", "hooked", {**GIVEN, "webhook_secret": "in use"})
    put, others = SqliteStore.put_record, []

    def put_after_another(self: SqliteStore, *told: Any, **how: Any) -> Any:
        if not others:
            others.append("")
            others[0] = registry.rotate("desk")
        return put(self, *told, **how)

    monkeypatch.setattr(SqliteStore, "put_record", put_after_another)
    with pytest.raises(ConfigError, match="two secrets"):
        registry.rotate("desk")
    assert secrets_of_hooks(registry, "desk") == (others[0], "in use")


def test_what_has_no_webhooks_has_no_secret_to_rotate(registry: Registry) -> None:
    registry.add("desk", "acme", GIVEN)
    with pytest.raises(ConfigError, match="no webhooks"):
        registry.rotate("desk")
    with pytest.raises(ConfigError, match="no former secret"):
        registry.forget_secret("desk")
    with pytest.raises(ConfigError, match="there is no source 'none'"):
        registry.rotate("none")


def test_secrets_are_not_opened_by_another_key(store: SqliteStore, tmp_path: Path) -> None:
    kinds = {"acme": Acme}
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    Registry(store, kinds, Seal((first,)), "UTC").add("desk", "acme", GIVEN)
    with pytest.raises(ConfigError, match="another key") as caught:
        Registry(store, kinds, Seal((second,)), "UTC").settings("desk")
    assert first not in str(caught.value) + repr(caught.value)
    rotated = Registry(store, kinds, Seal((second, first)), "UTC")
    assert rotated.settings("desk") == GIVEN
    rotated.change("desk", {})
    assert Registry(store, kinds, Seal((second,)), "UTC").settings("desk") == GIVEN


def test_a_lost_key_file_is_said_to_be_lost_and_not_made_anew(registry: Registry, tmp_path: Path) -> None:
    registry.add("desk", "acme", GIVEN)
    os.remove(tmp_path / "s.db.key")
    with pytest.raises(ConfigError, match=r"bring .*s\.db\.key back"):
        registry.settings("desk")
    assert not (tmp_path / "s.db.key").exists()


def test_the_key_lies_beside_the_file_of_the_store() -> None:
    assert key_file("sqlite:////var/lib/t/lens.db") == Path("/var/lib/t/lens.db.key")
    assert key_file("https://user:pw@h:9200/lens") == Path("ticketlens.key")
