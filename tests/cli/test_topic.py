"""`topic` and `run`: each edit is told with the number that undoes it, and kept under who made it."""

import getpass
import re
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def empty_store() -> str:
    return "sqlite:///empty.db"


@pytest.fixture
def here(space: Any, run: Run) -> Run:
    """`here("topic", "list")` on the workspace's own store."""
    return lambda *arguments, **how: run("--store", space.lens.settings.store, *arguments, **how)


def test_a_name_is_given_and_taken_back(space: Any, here: Run) -> None:
    login = space.topic_of("login-0")
    edit = here("topic", "set", str(login), "--name", "Cannot sign in", "--why", "they say so", "--json").json
    assert (edit["kind"], edit["by"], edit["topics"]) == ("rename", getpass.getuser(), [login])
    assert f"{login}  Cannot sign in" in here("topic", "list").out
    told = here("topic", "edits").out
    assert f"{getpass.getuser()} renamed Cannot sign in ({login}) “Cannot sign in”" in told
    assert "(they say so)" in told
    assert "undone" in here("topic", "undo", str(edit["id"])).out
    undone = rf"; undone \d{{4}}-\d\d-\d\d \d\d:\d\d by {getpass.getuser()}$"
    assert re.search(undone, here("topic", "edits", str(login)).out, re.MULTILINE)
    assert "Cannot sign in" not in here("topic", "list").out


def test_topics_are_merged_split_and_filled(space: Any, here: Run) -> None:
    login, refund, parcel = (space.topic_of(f"{name}-0") for name in ("login", "refund", "parcel"))
    assert "undo it with: ticketlens topic undo 1" in here("topic", "merge", str(refund), "--into", str(login)).out
    assert space.topic_of("refund-3") == login
    split = here("topic", "split", str(login), "import/login-1", "import/login-2", "--name", "Two", "--json").json
    assert space.members(split["topics"][1]) == {"login-1", "login-2"}
    here("topic", "move", "import/alpha-0", "--to", str(parcel))
    here("topic", "move", "import/parcel-0", "--to", "none")
    assert (space.topic_of("alpha-0"), space.topic_of("parcel-0")) == (parcel, None)
    looked = here("topic", "always", str(parcel), "q=epsilon", "--dry-run").out
    assert looked == ("1 ticket fits this rule: 1 from elsewhere, 0 in the topic already\nnothing has changed\n")
    assert space.topic_of("epsilon-4") != parcel
    assert "1 ticket fits" in here("topic", "always", str(parcel), "q=epsilon").out
    assert space.topic_of("epsilon-4") == parcel
    here("topic", "apart", str(login), str(parcel))
    assert [edit["kind"] for edit in here("topic", "edits", "--json").json["edits"]] == [
        "apart", "always", "move", "move", "split", "merge",
    ]  # fmt: skip
    names = {n: f"{space.name_of(n)} ({n})" for n in (login, refund, parcel, split["topics"][1])}
    told = [line.split(getpass.getuser())[1].strip() for line in here("topic", "edits").out.splitlines()]
    assert [line.replace("\u00a0", " ") for line in told] == [
        f"keeps {names[login]} and {names[parcel]} apart",
        f"puts tickets with the words “epsilon” into {names[parcel]}",
        "took 1 ticket out of all topics",
        f"moved 1 ticket to {names[parcel]}",
        f"split 2 tickets off {names[login]} as {names[split['topics'][1]]}",
        f"merged {names[refund]} into {names[login]}",
    ]


def test_a_topic_is_split_by_a_suggestion(space: Any, here: Run) -> None:
    space.push("login", range(20, 28), "phone lost")
    space.cluster(full=True, publish=True)
    login = str(space.topic_of("login-0"))
    told = here("topic", "split", login, "--suggest").out
    assert "nothing has changed" in told
    key, n, *name = next(line for line in told.splitlines() if "phone lost" in line).split()
    assert (n, name[:2]) == ("8", ["tickets", "Login"])
    assert re.search(r"^ +login phone lost 2\d$", told, re.MULTILINE)
    assert here("topic", "split", login, "--suggest", "--json").json["parts"][1]["key"] == key
    assert "(split, 8 tickets, topic" in here("topic", "split", login, "--part", key, "--name", "Lost phone").out
    assert space.name_of(space.topic_of("login-20")) == "Lost phone"
    assert "does not fall apart" in here("topic", "split", str(space.topic_of("refund-0")), "--suggest").out


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        ("topic set 999 --pin", 1, "there is no topic 999"),
        ("topic set 1", 2, "nothing to change"),
        ("topic split 1", 2, "--suggest"),
        ("topic split 1 import/login-1 --suggest", 2, "--suggest"),
        ("topic split 1 --part 3f2a91c0", 1, "ask for a suggestion first"),
        ("topic move login-1 --to 1", 2, "not like SOURCE/ID"),
        ("topic move import/login-1 --to x", 2, "neither the number of a topic nor none"),
        ("topic always 1 refund", 2, "not like q=words"),
        ("topic undo 7", 1, "there is no edit 7"),
        ("run publish", 1, "no run waits"),
        ("run discard", 1, "no run waits"),
        ("run back", 1, "no former run"),
    ],
)
def test_what_cannot_be_done_is_one_line(space: Any, here: Run, asked: str, code: int, says: str) -> None:
    told = here(*asked.split(), code=code)
    assert says in told.err
    assert len(told.err.splitlines()) == 1


def test_a_run_that_waits_is_told_and_published_and_taken_back(space: Any, here: Run) -> None:
    store = space.lens.store
    parcel, login = space.topic_of("parcel-0"), space.topic_of("login-0")
    held = store.assignments()
    store.assign({name: type(one)(login, "weak", 0.5) for name, one in held.items() if one.topic == parcel})
    space.cluster(full=True)
    told = here("run", "list").out.splitlines()
    assert " waiting, full: " in told[0]
    assert "10 tickets move" in told[0]
    assert "took effect" in here("run", "publish", "--why", "seen").out
    assert here("run", "list", "--json").json["runs"][0]["why"] == "seen"
    assert space.topic_of("parcel-0") != login
    here("run", "back")
    assert space.topic_of("parcel-0") == login


def test_the_list_of_runs_tells_what_became_of_the_names(space: Any, here: Run) -> None:
    assert "names:" not in here("run", "list").out
    (run,) = space.lens.store.records("run")
    told = {"asked": 3, "named": 2, "kept": {"timed out": 1}}
    space.lens.store.put_record("run", run.id, {**run.fields, "names": told}, expected=run.version)
    line = "names: 2 of 3 by the namer; 1 kept: timed out"
    assert here("run", "list").out.splitlines()[1].strip() == line
    assert here("run", "list", "--json").json["runs"][0]["names"] == {**told, "words": line}


def test_themes_are_called_and_topics_put_into_them(space: Any, here: Run) -> None:
    for problem in ("card", "invoice"):
        space.push(problem, range(10), "billing trouble")
    space.cluster(full=True, publish=True)
    login, card = (str(space.topic_of(f"{name}-0")) for name in ("login", "card"))
    assert here("topic", "theme", "1", "Money", "--json").json["kind"] == "call"
    here("topic", "set", login, "--theme", "1")
    here("topic", "set", card, "--theme", "0")
    told = here("topic", "list").out
    assert f"{login}  login  (theme 1: Money)" in told
    assert f"{card}  card\n" in told
    rows = {row["id"]: row for row in here("topic", "list", "--json").json["topics"]}
    assert (rows[int(login)]["theme_name"], rows[int(card)]["theme"]) == ("Money", None)
    assert "no theme 9" in here("topic", "theme", "9", "X", code=1).err
