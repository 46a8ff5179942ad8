"""A store, the web process and the worker on it as real processes, and the helpdesk that pushes to them."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from cryptography.fernet import Fernet
from helpdesks.office import must_equal
from helpdesks.zammad import Server
from reliability.sender import Sender

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.store.elastic.address import Options
from ticketlens.store.open import open_store

ROOT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.0/8"
MILLISECOND = timedelta(milliseconds=1)
LEASES = ("hooks desk", "pull desk", "group")


def until(condition: Callable[[], Any], seconds: float, what: str, every: float = 0.05) -> Any:
    """What the condition gives once it is true."""
    last = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < last, f"waited {seconds:.0f} s for {what}"
        time.sleep(every)
    return found


@dataclass
class Program:
    """One of our processes, and those that it starts: a group that dies at once, as a machine's does."""

    name: str
    arguments: list[str]
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ticketlens", *self.arguments],
                cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.begun = time.monotonic()

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def must_live(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, f"{self.name} ended by itself: {self.log.read_text()[-2000:]}"

    def kill(self) -> None:
        self.must_live()
        self.end()

    def end(self) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def children(self) -> list[int]:
        assert self.process is not None
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(one) for one in told.read_text().split()] if told.exists() else []


@dataclass
class House:
    """`address` is that of the store. The source `desk` is a Zammad: it allows as many requests as we like, so that a
    worker is killed while it reads and writes, and not while it waits for its turn to ask."""

    address: str
    folder: Path
    helpdesk: Server
    lens: Lens
    secret: str
    sender: Sender
    web: Program
    worker: Program
    work_off: threading.Event = field(default_factory=threading.Event)
    pushed: int = 0

    @property
    def programs(self) -> tuple[Program, Program]:
        return self.web, self.worker

    # -- what happens at the helpdesk

    def changes(self, random: Random, a_second: float, tickets: int) -> None:
        """Something happens to a ticket, and is pushed, over and over until `work_off` is set."""
        while not self.work_off.wait(1 / a_second):
            self.change(random, tickets)

    def change(self, random: Random, tickets: int) -> None:
        desk = self.helpdesk.desk
        now = datetime.now(UTC)
        desk.now = max(now.replace(microsecond=now.microsecond // 1000 * 1000), desk.now + MILLISECOND)
        if len(desk.items) < tickets:
            number = desk.create(f"Problem {len(desk.items)}", f"It says error {random.randrange(10**6)}.")
        else:
            number = random.choice(list(desk.items))
            item = desk.items[number]
            if item.is_solved:
                desk.reopen(number)
            elif len(item.said) < 8 and random.random() < 0.5:
                desk.reply(number, f"Please try {random.randrange(10**6)}.")
            else:
                desk.solve(number)
        self.push(number)

    def push(self, number: int) -> None:
        self.pushed += 1
        body, headers = self.helpdesk.delivery(number, self.secret, "")
        self.sender.push(name := f"job-{self.pushed}", body, {**headers, "X-Zammad-Delivery": name})

    # -- how the house is

    def get(self, path: str, seconds: float = 10.0) -> tuple[int, bytes]:
        """(status, body); 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.sender.port}{path}", timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def is_up(self) -> bool:
        return self.get("/healthz", 2.0)[0] == 200

    def answers(self) -> bool:
        """A program that ended by itself is told at once, with the end of its log."""
        for program in self.programs:
            program.must_live()
        return self.is_up()

    def start(self) -> None:
        for program in self.programs:
            program.start()
        until(self.answers, 60, "the web process")

    def let_leases_end(self) -> None:
        """The minute passes after which another may take up the work of a worker that died."""
        later = datetime.now(UTC) + timedelta(hours=1)
        for name in LEASES:
            self.lens.store.claim(name, "time passes", 0.0, later)
            self.lens.store.release(name, "time passes")

    def waiting(self) -> int:
        return sum(self.lens.store.waiting_counts().values())

    def settle(self, seconds: float = 120.0) -> None:
        """All that was pushed is acknowledged and read."""
        self.work_off.set()
        until(lambda: self.sender.left == 0, seconds, "the last acknowledgement")
        until(lambda: self.waiting() == 0, seconds, "the worker to read all", every=0.2)

    # -- what must be true in the end

    def must_have_lost_nothing(self) -> dict[str, int]:
        """Each acknowledged delivery is kept once and was read; the tickets are the helpdesk's; the counts fit."""
        kept = self.lens.store.deliveries("desk", limit=1_000_000 if self.is_file else 10_000)
        names = [one.delivery.name for one in kept]
        lost = set(self.sender.acknowledged) - set(names)
        doubled = len(names) - len(set(names))
        waiting = sum(one.outcome.became == "waiting" for one in kept)
        aside = [one.outcome.reason for one in kept if one.outcome.became == "set_aside"]
        wrong = {"lost": sorted(lost), "doubled": doubled, "waiting": waiting, "set aside": aside}
        assert not any(wrong.values()), wrong
        stored = list(self.lens.store.each_raw())
        assert len({one.id for one in stored}) == len(stored) == len(self.helpdesk.desk.items)
        must_equal(self.helpdesk, {one.id: one for one in stored})
        counts = self.lens.inbox.counts()["desk"]
        assert counts.adds_up
        assert (counts.waiting, counts.set_aside) == (0, 0)
        assert len(names) <= counts.received <= sum(self.sender.answers.values()) + self.sender.cut
        return {"acknowledged": len(self.sender.acknowledged), "lost": len(lost), "doubled": doubled,
                "tickets": len(stored)}  # fmt: skip

    @property
    def is_file(self) -> bool:
        return self.address.startswith("sqlite:")


@contextmanager
def opened(address: str, folder: Path, port: int, **settings: Any) -> Iterator[House]:
    """A house whose helpdesk serves and whose source is entered; its processes are not started yet."""
    key = Fernet.generate_key().decode()
    told = {"store": address, "allow_private_hosts": [LOOPBACK], "secret_key": key, **settings}
    read = load_settings(environment={}, overrides=told)
    lens = Lens(open_store(address, Options(timeout=20.0)), read, None, kinds=TABLE)  # type: ignore[arg-type]
    with Server().serving() as helpdesk, Sender(port) as sender:
        assert isinstance(helpdesk, Server)
        helpdesk.page = 50
        lens.helpdesks.registry.add("desk", "zammad", helpdesk.settings())
        secret = lens.helpdesks.registry.settings("desk")["webhook_secret"]
        web, worker = _programs(address, folder, port, key)
        house = House(address, folder, helpdesk, lens, secret, sender, web, worker)
        try:
            yield house
        finally:
            house.work_off.set()
            for program in house.programs:
                program.end()
            lens.store.close()


def _programs(address: str, folder: Path, port: int, key: str) -> tuple[Program, Program]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLENS_")}
    own = {"PYTHONPATH": str(ROOT), "TICKETLENS_ALLOW_PRIVATE_HOSTS": LOOPBACK, "TICKETLENS_SECRET_KEY": key}
    store = ["--store", address]
    web = Program("web", [*store, "serve", "--web-only", "--port", str(port)], folder, {**kept, **own})
    return web, Program("worker", [*store, "worker"], folder, {**kept, **own})
