"""The address and the settings of a cluster: what is read, and what is refused in one line without the password."""

import traceback
from pathlib import Path

import pytest
import trustme

from ticketlens.errors import ConfigError
from ticketlens.store.elastic.address import Address, Options
from ticketlens.store.open import open_store

SECRET = "hush"


@pytest.mark.parametrize(
    ("url", "hosts", "user"),
    [
        ("http://localhost/lens", ("http://localhost:9200",), None),
        ("HTTPS://es.example:9243/lens/", ("https://es.example:9243",), None),
        ("http://one,two:9201,[::1]:9202,[fe80::1]/lens",
         ("http://one:9200", "http://two:9201", "http://[::1]:9202", "http://[fe80::1]:9200"), None),
        ("https://me:a%40b%2Fc%3Ad%25%23%3F@es/lens", ("https://es:9200",), ("me", "a@b/c:d%#?")),
        ("https://m%C3%A9:p:w@es/lens", ("https://es:9200",), ("mé", "p:w")),
        ("https://me:p@w@es/lens", ("https://es:9200",), ("me", "p@w")),
    ],
)  # fmt: skip
def test_an_address_names_hosts_a_prefix_and_perhaps_a_user(
    url: str, hosts: tuple[str, ...], user: tuple[str, str] | None
) -> None:
    assert Address.read(url) == Address(hosts, "lens", user)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://me:hush@es", "prefix"), ("http://me:hush@es/Lens", "'/Lens' does not end in a prefix"),
        ("http://me:hush@es/a/b", "prefix"), ("http://me:hush@es/_lens", "prefix"), ("http://es/a b", "prefix"),
        ("http://es/" + "a" * 62, "prefix"), ("http://es/lens?x=1", "prefix"), ("http://es/å", "prefix"),
        ("http://me:hush@es:port/lens", "'es:…' is no host and port"), ("http://me:hush@es:0/lens", "no host"),
        ("http://es:65536/lens", "no host"),
        ("http://es:" + "9" * 5000 + "/lens", "no host"), ("http:///lens", "no host"),
        ("http://es,/lens", "no host"), ("http://e s/lens", "no host"), ("http://es:٣/lens", "no host"),
        ("http://me:hu/hush@es/lens", "percent-encoded"), ("http://me:hush#hush@es/lens", "percent-encoded"),
        ("http://me:hush?hush@es/lens", "percent-encoded"), ("http://me:[hush@es/lens", "percent-encoded"),
        ("http://me:hush℀@es/lens", "percent-encoded"), ("http://hush@es/lens", "user and a password"),
        ("http://:hush@es/lens", "user and a password"), ("http://me:@es/lens", "user and a password"),
        ("http://me:hush/lens", "'me:…' is no host and port"), ("http://me:hush/Hush/lens", "no host and port"),
        ("https://me:hush@one:9200,me:hush@two:9200/lens", "once, before the first host"),
        ("https//me:hush/lens", "no address of a store"), ("htp://me:hush/lens", "no address of a store"),
        ("https//me:hush@es/lens", "no address of a store"), ("ftp://me:hush@es/lens", "no address of a store"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_one_line_without_the_password(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        open_store(url)
    told = "".join(traceback.format_exception(caught.value))
    assert len(str(caught.value).splitlines()) == 1
    assert SECRET not in str(caught.value)
    assert SECRET not in told


def test_no_text_of_an_address_or_of_options_has_a_secret() -> None:
    assert SECRET not in repr(Address.read("http://me:hush@es/lens"))
    assert SECRET not in repr(Options(api_key=SECRET))


@pytest.mark.parametrize(
    ("options", "url", "said"),
    [
        ({"api_key": SECRET}, "https://me:hush@es/lens", "keep one of them"),
        ({"ca_file": "ca.pem"}, "http://es/lens", "write https:"),
        ({"ca_file": "missing.pem"}, "https://es/lens", r"missing\.pem' cannot be read \(No such file"),
        ({"ca_file": "."}, "https://es/lens", "cannot be read"),
        ({"ca_file": "a\0b"}, "https://es/lens", "cannot be read"),
        ({"ca_file": "not.pem"}, "https://es/lens", "holds no certificate"),
        ({"ca_file": "empty.pem"}, "https://es/lens", "holds no certificate"),
    ],
)
def test_settings_that_do_not_go_together_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], url: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "not.pem").write_text("no certificate at all")
    (tmp_path / "empty.pem").touch()
    with pytest.raises(ConfigError, match=said) as caught:
        open_store(url, Options(**options))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert len(str(caught.value).splitlines()) == 1


def test_settings_that_go_together_make_a_client_that_is_asked_nothing_yet(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(authority))
    for key in ("aWQ6a2V5", "id:key"):
        open_store("https://nowhere.invalid/lens", Options(str(authority), key)).close()
