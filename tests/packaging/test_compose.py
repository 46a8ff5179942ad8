"""compose.yaml and the Dockerfile, held to the settings, commands and ports that the program has."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ticketlens.cli.main import cli
from ticketlens.config import TABLE, load_settings, variable
from ticketlens.sources.seal import Seal
from ticketlens.store.elastic.address import Address

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("web", "worker")


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load(COMPOSE)


def test_every_variable_of_ours_is_a_setting(compose: Any) -> None:
    settings = {variable(row.key) + end for row in TABLE for end in ("", "_FILE")}
    named = set(re.findall(r"\bTICKETLENS_[A-Z_]+", COMPOSE))
    assert "TICKETLENS_STORE_FILE" in named
    assert named <= settings
    for service in OURS:
        assert set(compose["services"][service]["environment"]) <= settings


@pytest.mark.parametrize("service", OURS)
def test_each_command_is_one_that_the_program_knows(compose: Any, service: str) -> None:
    name, *arguments = compose["services"][service]["command"]
    with cli.commands[name].make_context(name, arguments, resilient_parsing=False) as context:
        assert context.command.name == name


def test_the_commands_in_its_comment_are_known() -> None:
    told = re.findall(r"docker compose run --rm web (.+)$", COMPOSE, re.MULTILINE)
    assert told
    for line in told:
        name, sub, *arguments = line.split()
        command = cli.commands[name].commands[sub]  # type: ignore[attr-defined]
        command.make_context(sub, arguments)


def test_two_web_processes_and_two_workers_wait_for_a_healthy_server(compose: Any) -> None:
    for service in OURS:
        told = compose["services"][service]
        assert told["deploy"]["replicas"] == 2
        assert told["depends_on"] == {"elasticsearch": {"condition": "service_healthy"}}
        assert told["healthcheck"]["test"][0] == "CMD"
    assert compose["services"]["elasticsearch"]["healthcheck"]["test"][0] == "CMD-SHELL"


def test_a_worker_is_healthy_where_its_store_can_be_used(compose: Any) -> None:
    _, program, name, *options = compose["services"]["worker"]["healthcheck"]["test"]
    assert (program, name, options) == ("ticketlens", "doctor", ["--store-only"])
    cli.commands[name].make_context(name, options)


def test_ports_are_the_same_wherever_they_stand(compose: Any) -> None:
    web = compose["services"]["web"]
    port = web["command"][web["command"].index("--port") + 1]
    assert [mapping.rpartition(":")[2] for mapping in web["ports"]] == [port]
    assert f":{port}/readyz" in web["healthcheck"]["test"][-1]
    assert re.search(rf"^EXPOSE {port}$", DOCKERFILE, re.MULTILINE)


def test_the_address_in_its_comment_is_that_of_the_server_beside_it(compose: Any) -> None:
    shown = re.search(r"printf '(http\S+)'", COMPOSE)
    assert shown
    address = Address.read(shown[1].replace("%s", "secret"))
    assert address.hosts == ("http://elasticsearch:9200",)
    assert "elasticsearch" in compose["services"]
    assert ":9200/" in compose["services"]["elasticsearch"]["healthcheck"]["test"][1]


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_the_key_made_by_its_comment_seals(compose: Any) -> None:
    line = re.search(r"(openssl rand -base64 .*?) > secrets/ticketlens_key", COMPOSE)
    assert line
    made = subprocess.run(["sh", "-c", line[1]], capture_output=True, text=True, check=True).stdout
    seal = Seal(load_settings(None, {}, {"secret_key": made}).secret_key)
    assert seal.open(seal.close("token")) == "token"
    for service in OURS:
        told = compose["services"][service]
        assert Path(told["environment"]["TICKETLENS_SECRET_KEY_FILE"]).name in told["secrets"]


def test_every_secret_and_volume_that_is_used_is_declared_and_no_secret_stands_in_the_file(compose: Any) -> None:
    used = {name for service in compose["services"].values() for name in service.get("secrets", ())}
    assert used == set(compose["secrets"])
    assert {told["file"] for told in compose["secrets"].values()} == {f"./secrets/{name}" for name in used}
    (volume,) = compose["services"]["elasticsearch"]["volumes"]
    assert volume.partition(":")[0] in compose["volumes"]
    assert not re.search(r"PASSWORD: ", COMPOSE)


def test_the_image_is_of_nobody_special_and_holds_no_tickets() -> None:
    assert re.search(r"^USER (?!root)\w+$", DOCKERFILE, re.MULTILINE)
    assert "constraints.txt" in DOCKERFILE
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    }
    assert all((ROOT / name).exists() for name in copied)
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert kept[0] == "*"
    assert copied == {line[1:] for line in kept if line.startswith("!")}
    assert "**/*.db*" in kept


def test_the_image_starts_with_a_command_that_the_program_knows() -> None:
    told = re.search(r"^CMD \[(.+)\]$", DOCKERFILE, re.MULTILINE)
    assert told
    name, *arguments = [word.strip(' "') for word in told[1].split(",")]
    cli.commands[name].make_context(name, arguments)
