"""docs/elasticsearch.md names what the store has: templates, settings, commands, versions."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from ticketlens.config import TABLE, variable
from ticketlens.store.elastic.address import Address, Options
from ticketlens.store.elastic.cluster import NOUNS, VECTORS, template

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/elasticsearch.md").read_text(encoding="utf-8")
TEMPLATES = ROOT / "ticketlens/store/elastic/templates"


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_every_template_and_every_index_is_named_and_no_other() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| `(\w+\.json)` \|", section("What is in which index"), re.MULTILINE)
    assert {name for _, name in rows} == {file.name for file in TEMPLATES.glob("*.json")}
    assert {noun.partition(".")[0] for noun, _ in rows} == {*NOUNS, VECTORS}
    assert all(name == f"{noun.partition('.')[0]}.json" for noun, name in rows)


def test_what_it_says_of_the_settings_of_all_indices_is_so() -> None:
    for noun in (*NOUNS, f"{VECTORS}.x"):
        told = template(noun)
        index = told["settings"]["index"]
        assert told["mappings"]["dynamic"] == "strict"
        assert index["number_of_shards"] == 1
        assert "auto_expand_replicas" in index
        assert f"`translog.durability: {index['translog.durability']}`" in PAGE


def test_it_names_settings_and_variables_that_there_are() -> None:
    variables = {variable(row.key) + end for row in TABLE for end in ("", "_FILE")}
    assert set(re.findall(r"TICKETLENS_[A-Z_]+", PAGE)) <= variables
    known = {f"elastic.{one.name}" for one in fields(Options)}
    named = set(re.findall(r"`(elastic\.\w+)`", PAGE))
    assert named
    assert named <= known


def test_the_addresses_that_it_shows_can_be_read() -> None:
    shown = re.findall(r"^(https?://\S+)$", section("Address and settings"), re.MULTILINE)
    assert {Address.read(url).prefix for url in shown} == {"ticketlens"}
    assert max(len(Address.read(url).hosts) for url in shown) == 3


def bodies(title: str) -> list[Any]:
    """The JSON of each fenced request."""
    fenced = re.findall(r"^ *```\n(.*?)^ *```$", section(title), re.MULTILINE | re.DOTALL)
    return [json.loads(told.partition("\n")[2]) for told in fenced if "{" in told]


def test_the_bodies_of_its_requests_are_json() -> None:
    assert len(bodies("Snapshots")) == 5


def test_an_old_state_gets_the_alias_of_every_noun() -> None:
    (told,) = (body["actions"] for body in bodies("Snapshots") if "actions" in body)
    added = [action["add"] for action in told]
    assert {one["alias"].removeprefix("old-").partition(".")[0] for one in added} == {*NOUNS, VECTORS}
    for one in added:
        noun = one["alias"].removeprefix("old-").partition(".")[0]
        assert one["index"] == f"{one['alias']}-v{template(noun)['version']}"


def test_the_server_of_compose_is_one_that_it_names() -> None:
    image = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["elasticsearch"]["image"]
    version = image.rpartition(":")[2]
    assert f"{version.partition('.')[0]}.x" in PAGE
    assert version in PAGE
    assert "8.19" in PAGE
