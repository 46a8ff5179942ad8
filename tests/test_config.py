"""Every setting of the table from file, variable, secret file and command line; what is wrong is named."""

from pathlib import Path

import pytest

from ticketlens.config import KEYS, TABLE, Settings, load_settings, unknown_variables, variable
from ticketlens.errors import ConfigError

SCHEDULES = '[[schedules]]\nname = "day"\nzone = "UTC"\nhours = "24/7"\n'
SAID = {
    "publish_runs": "none",
    "exclusions": "spam,bot_only", "cost_per_hour": "42.5", "currency": "EUR", "minutes_per_ticket": "9",
    "targets": "[[targets]]\nmetric = 'reply.first'\nminutes = 60\nsince = 2026-01-31\n",
    "store": "sqlite:///x.db", "zone": "Europe/Rome", "model": "multilingual", "host": "0.0.0.0", "port": "9000",
    "base_url": "https://x.example", "redaction.regions": "se,it", "schedules": SCHEDULES,
    "elastic.ca_file": "ca.pem", "elastic.api_key": "aWQ6a2V5", "elastic.timeout": "2.5",
    "allow_private_hosts": "10.0.0.0/8", "secret_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "pull.minutes": "15", "pull.full_days": "0", "retention.inbox_days": "90",
    "namer.url": "http://127.0.0.1:11434/v1", "namer.model": "small", "namer.api_key": "k3y", "namer.language": "sv",
}  # fmt: skip
WRONG = {
    "store": "", "zone": "Mars/Olympus", "model": " ", "host": "", "port": "70000", "redaction.regions": "se,",
    "schedules": "[[schedules]]\nhours = 1", "elastic.api_key": "two words", "elastic.timeout": "601",
    "allow_private_hosts": "10.0.0.0/99", "secret_key": "no key",
    "publish_runs": "some", "exclusions": "spam, ham", "targets": "[[targets]]\nmetric = 'csat'", "cost_per_hour": "-1",
    "minutes_per_ticket": "many", "pull.minutes": "-1", "pull.full_days": "1.5", "retention.inbox_days": "6",
    "namer.url": "https://me:key@x.example/v1", "namer.api_key": "two words", "namer.language": "swedish",
}  # fmt: skip


def value_of(settings: Settings, key: str) -> object:
    return getattr(settings, KEYS[key].attribute)


def in_toml(key: str) -> str:
    if key in ("schedules", "targets"):
        return SAID[key]
    table, _, name = key.rpartition(".")
    head = f"[{table}]\n" if table else ""
    return f"{head}{name} = {SAID[key] if key == 'port' else repr(SAID[key])}\n"


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "600.1", "soon", "", True, [1]])
def test_a_time_out_is_above_0_and_10_minutes_at_most(tmp_path: Path, value: object) -> None:
    (tmp_path / "none.toml").touch()
    with pytest.raises(ConfigError, match=r"elastic\.timeout"):
        load_settings(tmp_path / "none.toml", {}, {"elastic.timeout": value})


def test_no_secret_is_in_the_settings_as_a_text(tmp_path: Path) -> None:
    (tmp_path / "none.toml").touch()
    told = {"store": "https://me:hush@x:9200/p", "elastic.api_key": "hush", "namer.api_key": "hush"}
    assert "hush" not in repr(load_settings(tmp_path / "none.toml", {}, told))
    for key in ("store", "elastic.api_key", "namer.api_key"):
        with pytest.raises(ConfigError) as caught:
            load_settings(tmp_path / "none.toml", {}, {key: ["hush"]})
        assert "hush" not in str(caught.value)


def test_the_examples_here_name_every_setting() -> None:
    assert set(SAID) == set(KEYS)


@pytest.mark.parametrize("key", SAID)
def test_a_setting_is_the_same_from_a_file_a_variable_a_secret_file_and_the_command_line(
    tmp_path: Path, key: str
) -> None:
    file, secret, none = tmp_path / "a.toml", tmp_path / "secret", tmp_path / "none.toml"
    file.write_text(in_toml(key))
    secret.write_text(SAID[key] + "\n")
    none.touch()
    found = {
        str(file): load_settings(file, {}),
        variable(key): load_settings(none, {variable(key): SAID[key]}),
        variable(key) + "_FILE": load_settings(none, {variable(key) + "_FILE": str(secret)}),
        "command line": load_settings(none, {}, {key: SAID[key]}),
    }
    assert {name: settings.origins[key] for name, settings in found.items()} == {name: name for name in found}
    values = [value_of(settings, key) for settings in found.values()]
    assert all(value == values[0] for value in values)
    assert values[0] != value_of(load_settings(none, {}), key)


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_value_is_an_error_that_names_the_setting_and_where_it_is(tmp_path: Path, key: str) -> None:
    (tmp_path / "none.toml").touch()
    with pytest.raises(ConfigError, match=key.replace(".", r"\.")) as caught:
        load_settings(tmp_path / "none.toml", {variable(key): WRONG[key]})
    assert len(str(caught.value).splitlines()) == 1


def two(first: str, second: str) -> str:
    """Two schedules, with the groups and brands that each is for."""
    names = (("a", first), ("b", second))
    return "\n".join(f'[[schedules]]\nname = "{name}"\nhours = "24/7"\n{scope}\n' for name, scope in names)


@pytest.mark.parametrize(
    ("first", "second"),
    [("", 'groups = ["x"]'), ('groups = ["x"]', 'groups = ["y"]'), ('groups = ["x"]', 'brands = ["x"]'),
     ('groups = ["x"]', 'groups = ["x"]\nbrands = ["k"]')],
)  # fmt: skip
def test_schedules_of_which_one_is_the_more_special_go_together(tmp_path: Path, first: str, second: str) -> None:
    (tmp_path / "a.toml").write_text(two(first, second))
    assert len(load_settings(tmp_path / "a.toml", {}).schedules) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zoen = 'UTC'", "did you mean 'zone'"), ("[redaction]\nregion = ['SE']", "redaction.regions"),
        ("zone = 5", "zone"),
        ("zone =", "a.toml"), ("[schedules]\nname = 'day'", r"\[\[schedules\]\]"), ("port = true", "port"),
        ("port = 80.5", "port"), ("schedules = ['day']", "schedules"), ("whatever = 1", "known are"),
        (two("", ""), "'a' and 'b' are both for everybody"),
        (two('groups = ["x", "y"]', 'groups = ["y"]'), "both for group 'y'"),
        (two('groups = ["x"]\nbrands = ["k"]', 'groups = ["x"]\nbrands = ["k"]'), "both for group 'x' with brand 'k'"),
        ('[[schedules]]\nname = "a"\nhours = {mon = []}', "no day has a window"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_an_error_that_says_what_to_mend(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_settings(tmp_path / "a.toml", {})


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("port = 1\nzone = 'Europe/Rome'")
    settings = load_settings(tmp_path / "a.toml", {"TICKETLENS_PORT": "2"}, {"port": 3, "host": None})
    assert (settings.port, settings.zone, settings.zone_is_set, settings.host) == (3, "Europe/Rome", True, "127.0.0.1")
    assert load_settings(tmp_path / "a.toml", {"TICKETLENS_PORT": "2"}).port == 2


def test_a_file_that_is_named_must_be_there_and_the_usual_one_need_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path / "none.toml", {})
    monkeypatch.chdir(tmp_path)
    assert set(load_settings(None, {}).origins.values()) == {"default"}
    (tmp_path / "ticketlens.toml").write_text("port = 1")
    assert load_settings(None, {}).origins["port"] == "ticketlens.toml"


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "none.toml").touch()
    with pytest.raises(ConfigError, match="TICKETLENS_STORE_FILE"):
        load_settings(tmp_path / "none.toml", {"TICKETLENS_STORE_FILE": str(tmp_path / "gone")})


def test_variables_that_are_no_settings_are_found() -> None:
    told = {
        "TICKETLENS_ZOEN": "x",
        "TICKETLENS_ZONE": "UTC",
        "TICKETLENS_PORT_FILE": "x",
        "TICKETLENS_TEST_ES": "x",
        "HOME": "",
    }
    assert unknown_variables(told) == ["TICKETLENS_ZOEN"]


def test_every_setting_says_what_it_is_for() -> None:
    assert all(len(setting.help) > 10 for setting in TABLE)
