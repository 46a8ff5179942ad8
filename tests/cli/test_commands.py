"""Every other command: what --json says, how it ends, and that an export comes back as the same tickets."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from ticketlens.cli.cluster import cluster
from ticketlens.cli.serve import first_link
from ticketlens.cli.session import Session
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.model.filter import Filter
from ticketlens.model.wire import ticket_to_row
from ticketlens.store.open import open_store

Run = Callable[..., Any]
SETTINGS = """
zone = "Europe/Stockholm"
[[schedules]]
name = "day"
zone = "Europe/Stockholm"
hours = {mon-fri = "09:00-17:00"}
"""


@pytest.fixture
def shop(run: Run, tmp_path: Path, worlds: ModuleType) -> Path:
    """A folder with settings and 80 random tickets in its store."""
    (tmp_path / "ticketlens.toml").write_text(SETTINGS)
    rows = (json.dumps(ticket_to_row(ticket), ensure_ascii=False) for ticket in worlds.random_tickets(9, 80))
    (tmp_path / "all.ndjson").write_text("\n".join(rows))
    assert run("import", "all.ndjson", "--json").json["stored"] == 80
    return tmp_path


@pytest.fixture
def lens(shop: Path, engine: Any) -> Iterator[Lens]:
    store = open_store(f"sqlite:///{shop}/ticketlens.db")
    yield Lens(store, load_settings(shop / "ticketlens.toml", {}), engine)
    store.close()


@pytest.mark.parametrize(
    "asked",
    [{}, {"metric": "backlog", "by": "month"}, {"metric": "ttr.first", "clock": "business", "cohort": "solved"},
     {"group_by": "group", "by": "month"}],
)  # fmt: skip
def test_a_trend_in_json_is_that_of_lens(run: Run, lens: Lens, asked: dict[str, str]) -> None:
    options = [part for name, value in asked.items() for part in (f"--{name.replace('_', '-')}", value)]
    assert run("trend", "--json", *options).json == json.loads(json.dumps(lens.trend(**asked).to_json()))  # type: ignore[arg-type]
    assert "Europe/Stockholm" in run("trend", *options).out


def test_a_trend_takes_filters_and_a_moment_of_the_past(run: Run, lens: Lens) -> None:
    as_of = datetime.fromisoformat("2026-02-10T09:00:00+00:00")
    told = run(
        "trend", "--json", "--as-of", as_of.isoformat(), "--group", "tier1", "--custom", "plan=pro", "--is", "open"
    ).json
    where = Filter(where={"group": ("tier1",), "custom.plan": ("pro",)}, states=("open",))
    assert told == json.loads(json.dumps(lens.trend(where=where, as_of=as_of).to_json()))


@pytest.mark.parametrize(
    "arguments",
    [("trend", "--metric", "ttr"), ("trend", "--as-of", "soon"), ("trend", "--by", "year"), ("trend", "--from", "x"),
     ("export", "colours"), ("export", "tickets", "--format", "xlsx"), ("export", "tickets", "--topic", "login"),
     ("export", "tickets", "--output", "no/such/folder/a.csv"), ("--store", "mysql://x", "trend"), ("nonsense",),
     ("--config", "none.toml", "trend"), ("person", "remove", "nobody"), ("token", "revoke", "none"), ("import",)],
)  # fmt: skip
def test_wrong_use_ends_with_two_and_says_why(run: Run, shop: Path, arguments: tuple[str, ...]) -> None:
    told = run(*arguments, code=2)
    assert told.out == ""
    assert told.err.strip()


def test_a_store_that_is_none_ends_with_one(run: Run, shop: Path) -> None:
    (shop / "other.db").write_text("id,subject\n" * 500)
    told = run("--store", "sqlite:///other.db", "trend", code=1)
    assert len(told.err.splitlines()) == 1


def test_without_tickets_commands_say_how_to_get_some(run: Run) -> None:
    for arguments in (("trend",), ("cluster",), ("export", "topics")):
        assert "ticketlens import" in run(*arguments, code=2).err
    assert run("export", "tickets").out == ""


@pytest.mark.parametrize("format_", ["ndjson", "csv"])
def test_an_export_comes_back_into_another_store_as_the_same_tickets(run: Run, shop: Path, format_: str) -> None:
    run("export", "tickets", "--excluded", "any", "--format", format_, "--output", f"out.{format_}")
    again = ("--store", "sqlite:///again.db")
    told = run(*again, "import", f"out.{format_}", "--json").json
    assert (told["received"], told["stored"], told["set_aside"]) == (80, 80, 0)
    assert not [note for note in told["notes"] if "custom" in note]
    everything = ("export", "tickets", "--excluded", "any", "--format", "ndjson")
    told_before = run(*everything).out
    if format_ == "csv":
        told_before = told_before.replace('"a;b"', '"a", "b"')  # a table's tags are split at ;
    assert run(*again, *everything).out == told_before


def test_an_export_has_the_tickets_of_its_filter_in_each_format(run: Run, lens: Lens, shop: Path) -> None:
    n = lens.count(Filter(where={"group": ("tier1", "tier2")}))
    chosen = ("export", "tickets", "--group", "tier1", "--group", "tier2")
    assert len(list(csv.DictReader(io.StringIO(run(*chosen).out, newline="")))) == n > 0
    rows = [json.loads(line) for line in run(*chosen, "--format", "ndjson").out.splitlines()]
    assert len(rows) == n
    assert {"topic", "topic_name", "match", "ttr.full.calendar_minutes", "ttr.full.business_minutes"} <= set(rows[0])
    assert "written" in run(*chosen, "--format", "parquet", "--output", "out.parquet").err
    assert (shop / "out.parquet").read_bytes()[:4] == b"PAR1"


def test_topics_and_trends_are_exported_with_the_pages_numbers(run: Run, lens: Lens) -> None:
    lens.cluster(step=lambda name: lambda done, total: None)
    table = lens.topics(Filter())
    rows = [json.loads(line) for line in run("export", "topics", "--format", "ndjson").out.splitlines()]
    assert [(row["id"], row["size"]) for row in rows] == [(row.topic.id, row.size) for row in table.rows]
    points = [json.loads(line) for line in run("export", "trend", "--format", "ndjson").out.splitlines()]
    assert [point["n"] for point in points] == [point.n for point in lens.trend().points]


def test_a_trend_is_exported_as_it_is_asked_for(run: Run, lens: Lens) -> None:
    asked = ("--metric", "reply.first", "--clock", "business", "--cohort", "solved", "--by", "month")
    told = lens.trend(metric="reply.first", clock="business", cohort="solved", by="month")
    rows = [json.loads(line) for line in run("export", "trend", *asked, "--format", "ndjson").out.splitlines()]
    assert [(row["label"], row["n"], row["p50"]) for row in rows] == [(p.label, p.n, p.p50) for p in told.points]
    assert {(row["metric"], row["clock"], row["cohort"], row["by"]) for row in rows} == {
        ("reply.first", "business", "solved", "month")
    }
    grouped = ("--metric", "arrived", "--by", "month", "--group-by", "group", "--as-of", "2026-11-01T00:00:00Z")
    rows = list(csv.DictReader(io.StringIO(run("export", "trend", *grouped).out, newline="")))
    assert len({row["group"] for row in rows}) > 1
    assert json.loads(run("trend", *grouped, "--json").out)["groups"][0]["key"] == rows[0]["group"]


def test_what_only_a_trend_has_is_refused_for_the_others(run: Run) -> None:
    assert "--clock: tickets have none" in run("export", "tickets", "--clock", "business", code=2).err


def test_clustering_tells_its_counts_and_seconds(lens: Lens, shop: Path) -> None:
    session = Session(shop / "ticketlens.toml")
    session.__dict__["lens"] = lens
    told = CliRunner().invoke(cluster, ["--json"], obj=session)
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert set(found) >= {"tickets", "embedded", "topics", "core", "weak", "edited", "ungrouped", "seconds", "quality"}
    assert found["tickets"] == found["core"] + found["weak"] + found["edited"] + found["ungrouped"]
    assert {"embed", "cluster"} <= set(found["seconds"])
    assert "are in none" in CliRunner().invoke(cluster, ["--full"], obj=session).stdout


def test_doctor_tells_settings_with_their_origin_and_hides_secrets(run: Run, shop: Path) -> None:
    told = run("doctor", "--json", env={"TICKETLENS_PORT": "9000", "TICKETLENS_ZOEN": "x"}, code=1).json
    assert set(told) == {"versions", "settings", "problems", "notes"}
    origins = {row["key"]: row["origin"] for row in told["settings"]}
    assert (origins["port"], origins["zone"], origins["model"]) == ("TICKETLENS_PORT", "ticketlens.toml", "default")
    assert any("TICKETLENS_ZOEN" in problem for problem in told["problems"])
    assert not any("recompute" in problem for problem in told["problems"])
    secret = run("doctor", env={"TICKETLENS_STORE": "https://me:pass@host:9200/x"}, code=1)
    assert "pass" not in secret.out + secret.err


def test_doctor_finds_nothing_wrong_where_nothing_is(run: Run) -> None:
    assert run("doctor").out.endswith("nothing is wrong\n")


def test_doctor_says_that_a_change_of_zone_is_to_be_recomputed(run: Run, shop: Path) -> None:
    told = run("doctor", "--json", env={"TICKETLENS_ZONE": "Asia/Tokyo"}, code=1)
    assert any("recompute" in problem for problem in told.json["problems"])


def test_people_are_added_listed_and_removed(run: Run, shop: Path) -> None:
    told = run("person", "add", "Kim", "--role", "lead", "--json").json
    assert (told["role"], "/sign-in/" in told["link"]) == ("lead", True)
    assert (
        run("person", "add", "ann", "--password-stdin", "--json", stdin="correct horse battery\n").json["link"] is None
    )
    listed = run("person", "list", "--json").json["people"]
    assert sorted(one["role"] for one in listed) == ["lead", "viewer"]
    for one in listed:
        run("person", "remove", one["name"])
    assert run("person", "list").out == "nobody yet\n"


def test_the_secret_of_a_token_is_told_once(run: Run, shop: Path) -> None:
    told = run("token", "add", "ci", "--role", "viewer", "--json").json
    assert told["token"].startswith("tl_")
    listed = run("token", "list", "--json")
    assert listed.json["tokens"] == [{"name": "ci", "role": "viewer"}]
    assert told["token"] not in listed.out
    run("token", "revoke", "ci")
    assert run("token", "list").out == "no token yet\n"


def test_a_search_by_meaning_finds_other_words_of_one_problem(run: Run, tmp_path: Path) -> None:
    """With the real model, since it is the one that knows what words mean."""
    subjects = ("I want my money back", "The app crashes at start", "Where is my parcel?")
    rows = [{"id": str(n), "subject": text, "created_at": "2026-01-02T03:04:05Z"} for n, text in enumerate(subjects)]
    (tmp_path / "three.ndjson").write_text("\n".join(json.dumps(row) for row in rows))
    run("import", "three.ndjson", "--json")
    assert run("search", "refund please", "--json").json == {"items": []}
    run("cluster", "--json")
    found = run("search", "refund please", "--limit", "2", "--json").json["items"]
    assert found[0]["id"] == "0"
    assert len(found) == 2
    assert found[0]["similarity_to_text"] > found[1]["similarity_to_text"]
    assert "money back" in run("search", "refund please").out
    run("search", " ", code=2)


def test_serve_prints_a_link_until_there_is_an_administrator(run: Run, tmp_path: Path) -> None:
    def link(host: str = "127.0.0.1") -> str | None:
        return first_link(Session(None, f"sqlite:///{tmp_path}/lens.db", {"host": host}), "http://localhost")

    run("--store", f"sqlite:///{tmp_path}/lens.db", "token", "add", "nightly", "--role", "lead")
    assert link()
    assert link("0.0.0.0") is None, "a link without a name works on this machine alone"
    run("--store", f"sqlite:///{tmp_path}/lens.db", "person", "add", "kim", "--role", "admin")
    assert link() is None
