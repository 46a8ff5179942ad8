"""What TicketLens shows of a real Redmine is what was done there."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from live.debian_redmine import IMPORTED, CannotInstall, Instance, install, running

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.model import Actor, Status, Ticket
from ticketlens.sources.pulling import Pulled
from ticketlens.store.sqlite import SqliteStore

pytestmark = pytest.mark.live
NEW, FEEDBACK, RESOLVED, CLOSED, REJECTED = 1, 4, 3, 5, 6


@pytest.fixture(scope="module")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    try:
        install()
    except CannotInstall as reason:
        pytest.skip(str(reason))
    with running(tmp_path_factory.mktemp("redmine")) as instance:
        yield instance


class Office:
    """TicketLens with one source, and when each step there was done."""

    def __init__(self, redmine: Instance, folder: Path, **settings: str) -> None:
        self.redmine = redmine
        given = {"store": f"sqlite:///{folder / 'office.db'}", "allow_private_hosts": ["127.0.0.0/8"]}
        store = SqliteStore(folder / "office.db")
        self.lens = Lens(store, load_settings(environment={}, overrides=given), None, kinds=TABLE)  # type: ignore[arg-type]
        asked = {"url": redmine.url, "api_key": redmine.keys["lens"], "project": "shop", **settings}
        self.lens.helpdesks.registry.add("desk", "redmine", asked)

    def pull(self, **how: Any) -> Pulled:
        return self.lens.helpdesks.pull("desk", step=lambda done, total: None, **how)

    def tickets(self) -> dict[str, Ticket]:
        return {one.id: one for one in self.lens.store.each_raw()}


@pytest.fixture
def enter(redmine: Instance, tmp_path: Path) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def office(**settings: str) -> Office:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Office(redmine, folder, **settings))
        return made[-1]

    yield office
    for one in made:
        one.lens.store.close()


class Step:
    """One thing that is done in a second of its own; equal to the moment that Redmine writes down for it."""

    def __enter__(self) -> "Step":
        time.sleep(1 - time.time() % 1)  # Redmine tells whole seconds
        self.begun = datetime.now(UTC).replace(microsecond=0)
        return self

    def __exit__(self, *_: object) -> None:
        self.ended = datetime.now(UTC)

    def __eq__(self, moment: object) -> bool:
        return isinstance(moment, datetime) and self.begun <= moment <= self.ended

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"between {self.begun} and {self.ended}"


def shown(ticket: Ticket) -> dict[str, Any]:
    names = ("subject", "status", "created_at", "first_reply_at", "first_solved_at", "solved_at", "reopens", "excluded")
    return {name: getattr(ticket, name) for name in names}


def test_a_real_redmine_is_shown_as_it_is(redmine: Instance, enter: Callable[..., Office]) -> None:
    office = enter()
    with Step() as created:
        login = redmine.create("ana", "Cannot log in", description="It says *wrong password*, ü 😀")
        opened = redmine.create("ana", "Refund missing")
        born = redmine.create("ana", "Known for long", status_id=CLOSED)
        redmine.create("admin", "Not for our eyes", project_id="cellar")
    with Step() as noted:
        redmine.change("kim", login, notes="He forgot it again", private_notes=True)
    with Step() as replied:
        redmine.change("kim", login, notes="Please try again")
        redmine.change("ana", opened, notes="Anybody there?")
    with Step() as solved:
        redmine.change("kim", login, status_id=CLOSED, notes="Done")
        redmine.change("kim", opened, status_id=CLOSED)
    with Step() as reopened:
        redmine.change("admin", login, status_id=FEEDBACK, notes="It is back")
        redmine.change("admin", opened, status_id=FEEDBACK)
    with Step() as again:
        redmine.change("admin", login, status_id=REJECTED)

    told = office.pull()
    assert (told.error, told.report.set_aside) == (None, 0)
    tickets = office.tickets()
    usual = {"created_at": created, "excluded": None}
    assert {id_: shown(ticket) for id_, ticket in tickets.items()} == {
        login: {**usual, "subject": "Cannot log in", "status": Status.CLOSED, "first_reply_at": replied,
                "first_solved_at": solved, "solved_at": again, "reopens": 1},
        opened: {**usual, "subject": "Refund missing", "status": Status.WAITING_CUSTOMER, "first_reply_at": None,
                 "first_solved_at": solved, "solved_at": None, "reopens": 1},
        born: {**usual, "subject": "Known for long", "status": Status.CLOSED, "first_reply_at": None,
               "first_solved_at": created, "solved_at": created, "reopens": 0},
    }  # fmt: skip
    assert [(one.author, one.public, one.body) for one in tickets[login].messages] == [
        (Actor.CUSTOMER, True, "It says *wrong password*, ü 😀"),
        (Actor.AGENT, False, "He forgot it again"),
        (Actor.AGENT, True, "Please try again"),
        (Actor.AGENT, True, "Done"),
        (Actor.AGENT, True, "It is back"),
    ]
    assert [event.at for event in tickets[login].history] == [solved, reopened, again]
    assert tickets[login].messages[1].at == noted
    assert tickets[login].url == f"{redmine.url}/issues/{login}"

    assert office.pull().report.stored == 0
    redmine.change("kim", opened, notes="Yes, we are here", assigned_to_id=redmine.ask("kim", "GET", ME)["user"]["id"])
    late = redmine.create("ana", "A new one")
    assert office.pull().report.stored == 2
    assert {"Refund missing", "A new one"} <= {ticket.subject for ticket in office.tickets().values()}
    assert office.tickets()[opened].assignee == "Kim Test"
    assert office.tickets()[late].status is Status.NEW
    assert office.tickets()[late] == replace(read(office, late), pulled=True)


ME = "users/current.json"


def read(office: Office, id: str) -> Ticket:
    connector, _ = office.lens.helpdesks.registry.connect("desk")
    (ticket,) = [connector.read(id)]
    assert ticket is not None
    return type(ticket)(**{**{name: getattr(ticket, name) for name in ticket.__slots__}, "source": "desk"})


def test_what_was_deleted_or_moved_out_of_sight_is_found_by_a_full_pull(
    redmine: Instance, enter: Callable[..., Office]
) -> None:
    office = enter()
    removed, moved, kept = (redmine.create("ana", subject) for subject in ("Removed", "Moved away", "Kept"))
    assert office.pull().error is None
    redmine.ask("admin", "DELETE", f"issues/{removed}.json")
    redmine.change("admin", moved, project_id="cellar")
    told = office.pull(full=True)
    assert (told.error, told.deleted) == (None, 2)
    found = office.tickets()
    assert [found[one].excluded for one in (removed, moved, kept)] == ["deleted", "deleted", None]
    redmine.change("admin", moved, project_id="shop")
    assert office.pull(full=True).error is None
    assert office.tickets()[moved].excluded is None


def test_pages_of_issues_that_share_one_moment_all_come(enter: Callable[..., Office]) -> None:
    office = enter(project="archive")
    told = office.pull()
    assert (told.error, told.report.stored) == (None, IMPORTED)
    assert {one.subject for one in office.tickets().values()} == {f"Imported {number}" for number in range(IMPORTED)}


def test_a_status_that_is_entered_as_solved_counts_as_such(redmine: Instance, enter: Callable[..., Office]) -> None:
    issue = redmine.create("ana", "Fixed, they say")
    with Step() as resolved:
        redmine.change("kim", issue, status_id=RESOLVED)
    strict, generous = enter(), enter(solved="Resolved")
    assert (strict.pull().error, generous.pull().error) == (None, None)
    assert shown(strict.tickets()[issue])["status"] is Status.OPEN
    assert (generous.tickets()[issue].status, generous.tickets()[issue].solved_at) == (Status.CLOSED, resolved)


def test_a_wrong_key_or_project_is_said_though_anybody_may_read_there(enter: Callable[..., Office]) -> None:
    wrong, nowhere = enter(api_key="0" * 40), enter(project="nowhere")
    assert "401" in str(wrong.pull().error)
    assert wrong.tickets() == {}
    assert "nowhere" in str(nowhere.pull().error)
    assert "403" in str(enter(project="cellar").pull().error)
