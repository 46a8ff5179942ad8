"""Connectors of other packages: a sound one is a kind of source; any other is left out with a sentence."""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from connectors import TABLE
from ticketlens.cli.plugins import find_kinds
from ticketlens.connector import Field

Run = Callable[..., Any]


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, "ticketlens.connectors")


def test_a_plug_in_adds_its_kind() -> None:
    found = find_kinds({}, [entry("anything", "connectors.zendesk:Zendesk")])
    assert found == find_kinds({"zendesk": TABLE["zendesk"]}, [])


def acme(**other: Any) -> type:
    """A sound connector of somebody else, but for what a test spoils."""
    parts = {"name": "acme", "title": "Acme", "fields": (Field("url"),)}
    methods = {name: lambda self, asked: None for name in ("pull", "starting_at", "read")}
    return type("Acme", (), {**parts, **methods, **other})


def package(monkeypatch: pytest.MonkeyPatch, **classes: type) -> None:
    """A package acme_desk with these in it."""
    made = ModuleType("acme_desk")
    vars(made).update(classes)
    monkeypatch.setitem(sys.modules, "acme_desk", made)


class Loud(type):
    """The class of a class whose name cannot even be looked at."""

    @property
    def name(cls) -> str:
        raise RuntimeError("not today")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"name": ["acme"]}, "its name is ['acme'], and has to be of small letters"),
        ({"name": None}, "its name is None"),
        ({"name": "Acme Desk"}, "its name is 'Acme Desk'"),
        ({"title": None}, "its title is to be the helpdesk's own name"),
        ({"title": " "}, "its title is to be the helpdesk's own name"),
        ({"fields": None}, "its fields are None, and have to be a tuple of Field"),
        ({"fields": ("url",)}, "its fields are ('url',), and have to be a tuple of Field"),
        ({"fields": (Field("url"), Field("url"))}, "two fields of it have one name"),
        ({"fields": (Field(None),)}, "a field of it has a name that is none"),
        ({"pull": 3}, "pull is no method"),
        ({"name": "zendesk"}, "there is a kind of source 'zendesk' already"),
    ],
)
def test_a_plug_in_with_a_spoilt_part_is_left_out_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, parts: dict[str, Any], words: str
) -> None:
    package(monkeypatch, Spoilt=acme(**parts), Sound=acme(name="sound"))
    found = find_kinds(TABLE, [entry("a", "acme_desk:Spoilt"), entry("b", "acme_desk:Sound")])
    assert set(found.kinds) == {*TABLE, "sound"}
    (problem,) = found.problems
    assert problem.startswith("the connector acme_desk:Spoilt is left out: ")
    assert words in problem


def test_a_plug_in_that_raises_when_it_is_looked_at_or_ends_the_program_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ends_the_program.py").write_text("raise SystemExit('no licence')")
    monkeypatch.syspath_prepend(tmp_path)
    package(monkeypatch, Loud=Loud("Acme", (), {}))
    found = find_kinds(TABLE, [entry("a", "acme_desk:Loud"), entry("b", "ends_the_program:Acme")])
    assert found.kinds == TABLE
    not_today, no_licence = found.problems
    assert "RuntimeError: not today" in not_today
    assert "SystemExit: no licence" in no_licence


def test_what_is_left_out_is_told_by_the_commands_that_look_for_kinds(
    run_near: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "acme-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[ticketlens.connectors]\nacme = acme_desk:Acme\n")
    (tmp_path / "acme_desk.py").write_text("class Acme:\n    name, title, fields = [], 'Acme', None\n"
                                           "    pull = starting_at = read = print\n")  # fmt: skip
    monkeypatch.syspath_prepend(tmp_path)
    kinds = run_near("source", "kinds", "--json")
    assert set(TABLE) == {one["kind"] for one in kinds.json["kinds"]}
    assert kinds.err.count("the connector acme_desk:Acme is left out: its name is []") == 1
    assert any("acme_desk:Acme" in one for one in run_near("doctor", "--json", code=1).json["problems"])


def test_a_plug_in_that_cannot_be_loaded_or_takes_a_name_is_a_warning() -> None:
    given = [
        entry("a", "no_such_module:Acme"), entry("b", "connectors.zendesk:Nothing"),
        entry("c", "pathlib:Path"), entry("d", "connectors.zendesk:Zendesk"),
    ]  # fmt: skip
    found = find_kinds(TABLE, given)
    assert found.kinds == TABLE
    assert len(found.problems) == 4
    for problem, words in zip(
        found.problems, ("ModuleNotFoundError", "AttributeError", "lacks", "already"), strict=True
    ):
        assert words in problem
