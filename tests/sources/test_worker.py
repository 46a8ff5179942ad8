"""A worker pulls what is due, each source for itself, and takes up what a killed one left."""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest
from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk

from connectors import TABLE
from ticketlens.connector import Field, Page
from ticketlens.fetch import Fetch
from ticketlens.lens import Lens
from ticketlens.model.filter import EVERYTHING
from ticketlens.sources.standing import Standing
from ticketlens.worker import Pulls, Troubles, Worker

Open = Callable[..., Lens]
More = Callable[[], Zendesk]


def enter(lens: Lens, name: str, server: Zendesk) -> None:
    lens.helpdesks.add(name, "zendesk", server.settings())


def fail(server: Zendesk, status: int = 401) -> None:
    server.faults.append(Fault(status=status, times=1_000, where=server.is_ticket_list))


def work(lens: Lens) -> bool:
    """A turn of a worker that was just started, to the end of its pulls."""
    pulls = Pulls(lens)
    begun = pulls.start_due()
    pulls.wait()
    return begun


def standing(lens: Lens, name: str) -> Standing:
    return next(one for one in lens.helpdesks.standings() if one.name == name)


def exports(server: Zendesk) -> int:
    return sum("/incremental/" in line for line in server.asked)


def test_what_is_due_is_pulled_and_then_grouped(open_lens: Open, helpdesk: More) -> None:
    lens = open_lens()
    enter(lens, "desk", helpdesk())
    Worker(lens).once()
    assert lens.count(EVERYTHING) == 2
    assert not lens.has_to_cluster()
    assert standing(lens, "desk").phase == "fresh"


def test_it_is_pulled_again_after_five_minutes_and_not_before(open_lens: Open, helpdesk: More, clock: Any) -> None:
    lens, server = open_lens(), helpdesk()
    enter(lens, "desk", server)
    assert work(lens)
    clock.pass_(minutes=4, seconds=59)
    assert not work(lens)
    clock.pass_(seconds=1)
    assert work(lens)


def test_minutes_of_0_leave_pulling_to_people(open_lens: Open, helpdesk: More) -> None:
    lens = open_lens(**{"pull.minutes": 0})
    enter(lens, "desk", helpdesk())
    assert not work(lens)
    lens.helpdesks.rounds.ask("desk")
    assert work(lens)
    assert lens.count(EVERYTHING) == 2
    assert not work(lens)


def test_a_broken_source_keeps_no_other_from_being_pulled(
    open_lens: Open, helpdesk: More, caplog: pytest.LogCaptureFixture
) -> None:
    lens, broken, good = open_lens(), helpdesk(), helpdesk()
    enter(lens, "a-broken", broken)
    enter(lens, "b-good", good)
    fail(broken)
    assert work(lens)
    assert (standing(lens, "a-broken").phase, standing(lens, "b-good").phase) == ("failed", "fresh")
    assert "source a-broken: " in caplog.text
    assert broken.secret not in caplog.text


def test_after_an_error_pauses_grow_and_outlive_the_worker(open_lens: Open, helpdesk: More, clock: Any) -> None:
    lens, broken = open_lens(), helpdesk()
    enter(lens, "desk", broken)
    fail(broken)
    assert work(lens)
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        clock.pass_(minutes=minutes, seconds=-1)
        assert not work(open_lens())
        clock.pass_(seconds=1)
        assert work(open_lens())
    broken.faults.clear()
    clock.pass_(minutes=60)
    assert work(open_lens())
    assert standing(lens, "desk").phase == "fresh"


def test_a_source_that_hangs_keeps_neither_others_nor_grouping_waiting(open_lens: Open, helpdesk: More) -> None:
    lens, slow, quick = open_lens(), helpdesk(), helpdesk()
    go_on = threading.Event()
    slow.faults.append(Fault(where=lambda asked: not go_on.wait(30)))
    enter(lens, "a-slow", slow)
    enter(lens, "b-quick", quick)
    worker = Worker(lens)
    worker.turn()
    worker.pulls._under_way["b-quick"].join()
    worker.turn()
    assert lens.count(EVERYTHING) == 2
    assert not lens.has_to_cluster()
    assert standing(lens, "a-slow").phase == "pulling"
    assert not work(open_lens())
    go_on.set()
    worker.pulls.wait()
    assert lens.count(EVERYTHING) == 4


def test_what_a_killed_pull_left_is_taken_up_where_it_stood(open_lens: Open, helpdesk: More, clock: Any) -> None:
    lens, server = open_lens(), helpdesk()
    server.page = 1
    enter(lens, "desk", server)

    def killed(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lens.helpdesks.pull("desk", step=killed)
    left = standing(lens, "desk")
    assert (left.phase, left.state.running, left.state.done) == ("broken off", True, 1)
    assert "broke off after 1 tickets" in str(left.remedy)
    before = exports(server)
    assert work(open_lens())
    assert standing(lens, "desk").phase == "fresh"
    assert exports(server) == before + 1


def test_a_running_state_is_left_alone_while_its_lease_is_held(open_lens: Open, helpdesk: More, clock: Any) -> None:
    lens = open_lens()
    enter(lens, "desk", helpdesk())
    lens.helpdesks.rounds.ask("desk")
    assert lens.store.claim("pull desk", "somebody else", 60, clock())
    assert not work(lens)
    clock.pass_(seconds=60)
    assert work(lens)


def test_a_full_pull_that_was_asked_for_is_done_once(open_lens: Open, helpdesk: More) -> None:
    lens, server = open_lens(), helpdesk()
    enter(lens, "desk", server)
    work(lens)
    server.lose(next(iter(server.desk.items)))
    lens.helpdesks.rounds.ask("desk", full=True)
    lens.helpdesks.rounds.ask("desk")
    assert standing(lens, "desk").asked is not None
    assert work(lens)
    assert lens.excluded(EVERYTHING) == {"deleted": 1}
    assert standing(lens, "desk").asked is None
    assert not work(lens)


def test_reading_a_part_is_not_the_pull_that_was_asked_for(open_lens: Open, helpdesk: More, clock: Any) -> None:
    lens = open_lens()
    enter(lens, "desk", helpdesk())
    lens.helpdesks.rounds.ask("desk")
    assert lens.helpdesks.pull("desk", since=clock(), step=lambda done, total: None).error is None
    assert lens.helpdesks.rounds.due() == [("desk", False)]


def test_two_workers_at_once_pull_a_source_once_and_complain_of_nothing(
    open_lens: Open, helpdesk: More, caplog: pytest.LogCaptureFixture
) -> None:
    lens, server = open_lens(), helpdesk()
    enter(lens, "desk", server)
    ready, go_on = threading.Event(), threading.Event()
    server.faults.append(Fault(where=lambda asked: ready.set() or not go_on.wait(30)))
    one, other = Pulls(lens), Pulls(open_lens())
    one.start_due()
    assert ready.wait(30)
    other._pull("desk", full=False)
    go_on.set()
    one.wait()
    assert exports(server) == 1
    assert "source desk" not in caplog.text


def test_a_full_pull_comes_by_itself_after_seven_days(open_lens: Open, helpdesk: More, clock: Any) -> None:
    lens, server = open_lens(), helpdesk()
    enter(lens, "desk", server)
    work(lens)
    clock.pass_(days=7)
    work(lens)
    assert standing(lens, "desk").state.full
    clock.pass_(hours=1)
    work(lens)
    assert not standing(lens, "desk").state.full


def test_a_worker_told_to_stop_ends_its_pulls_and_the_next_one_goes_on(open_lens: Open, helpdesk: More) -> None:
    lens, server = open_lens(), helpdesk()
    server.page = 1
    enter(lens, "desk", server)
    pulls = Pulls(lens)
    pulls.stopped.set()
    pulls.start_due()
    pulls.stop(30)
    assert standing(lens, "desk").phase == "broken off"
    after = open_lens()
    assert work(after)
    assert after.count(EVERYTHING) == 2


class Faulty:
    """A connector with a fault, as a package of somebody else may bring it."""

    name: ClassVar[str] = "faulty"
    title: ClassVar[str] = "Faulty"
    fields: ClassVar[tuple[Field, ...]] = (Field("token", secret=True),)

    def __init__(self, settings: Mapping[str, str], fetch: Fetch) -> None:
        self.token = settings["token"]

    def pull(self, cursor: str | None) -> Iterator[Page]:
        raise KeyError(self.token)
        yield

    def starting_at(self, moment: object) -> str:
        return ""

    def read(self, id: str) -> None:
        return None


def test_a_fault_of_a_connector_is_told_with_its_place_and_without_what_it_held(open_lens: Open, caplog: Any) -> None:
    lens = open_lens(kinds={**TABLE, "faulty": Faulty})
    lens.helpdesks.add("odd", "faulty", {"token": "hush-hush"})
    assert work(lens)
    one = standing(lens, "odd")
    assert one.phase == "failed"
    assert "the connector has a fault (KeyError at test_worker.py:" in str(one.remedy)
    assert "hush-hush" not in str(one) + caplog.text


def test_a_source_whose_connector_is_gone_says_so(open_lens: Open) -> None:
    open_lens(kinds={"faulty": Faulty}).helpdesks.add("odd", "faulty", {"token": "x"})
    lens = open_lens()
    assert work(lens)
    assert standing(lens, "odd").remedy == "its connector 'faulty' is not installed: see ticketlens doctor"


def test_what_is_removed_while_it_is_pulled_leaves_nothing_behind(open_lens: Open, helpdesk: More) -> None:
    lens, server = open_lens(), helpdesk()
    server.page = 1
    enter(lens, "desk", server)
    told = lens.helpdesks.pull("desk", step=lambda done, total: lens.helpdesks.remove("desk") if done == 1 else None)
    assert "there is no source 'desk'" in str(told.error)
    assert lens.helpdesks.states() == {}


def test_what_nobody_takes_up_says_that_no_worker_runs(open_lens: Open, helpdesk: More, clock: Any) -> None:
    lens = open_lens()
    enter(lens, "desk", helpdesk())
    lens.helpdesks.rounds.ask("desk")
    assert standing(lens, "desk").remedy is None
    clock.pass_(minutes=2)
    assert "ticketlens worker" in str(standing(lens, "desk").remedy)
    work(lens)
    assert standing(lens, "desk").remedy is None
    clock.pass_(minutes=16)
    late = standing(lens, "desk")
    assert (late.phase, late.lag is not None and late.lag.total_seconds()) == ("late", 17 * 60)


def test_a_trouble_that_stops_several_works_is_told_once_and_over_once() -> None:
    troubles = Troubles()
    assert troubles.begins("pull", "the store is away")
    assert not troubles.begins("group", "the store is away")
    assert not troubles.begins("pull", "the store is away")
    assert troubles.begins("group", "no model")
    assert not troubles.ends("pull")
    assert troubles.ends("group")
    assert not troubles.ends("group")
    assert troubles.begins("pull", "the store is away")
