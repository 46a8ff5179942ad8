"""Processes are killed by SIGKILL at moments drawn by a seed, some of them aimed, and started again at once."""

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from reliability.house import House, until

AIMS = {"web starts": 15, "web has a delivery": 40, "web child has a delivery": 10, "worker starts": 10,
        "worker reads": 25}  # fmt: skip
UP_SECONDS = 60.0


@dataclass
class Killer:
    """`aims` counts what was done, how often."""

    house: House
    random: Random
    aims: Counter[str] = field(default_factory=Counter)

    def kill(self, times: int) -> None:
        chosen = self.random.choices(list(AIMS), list(AIMS.values()), k=times)
        for number, aim in enumerate(chosen):
            for program in self.house.programs:
                program.must_live()
            {"web starts": self._web_starts, "web has a delivery": self._web_has_one,
             "web child has a delivery": self._child_has_one, "worker starts": self._worker_starts,
             "worker reads": self._worker_reads}[aim]()  # fmt: skip
            self.aims[aim] += 1
            if number % 5 == 0:
                self.house.lens.helpdesks.rounds.ask("desk", full=self.random.random() < 0.3)

    def _web_starts(self) -> None:
        time.sleep(max(0.0, self.house.web.begun + self.random.uniform(0, 2.5) - time.monotonic()))
        self._again_web()

    def _web_has_one(self) -> None:
        self._wait_for_one()
        self._again_web()

    def _child_has_one(self) -> None:
        """The one that answers; the process above it starts another."""
        self._wait_for_one()
        for child in self.house.web.children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def _worker_starts(self) -> None:
        time.sleep(max(0.0, self.house.worker.begun + self.random.uniform(0, 2.5) - time.monotonic()))
        self._again_worker()

    def _worker_reads(self) -> None:
        asked = self.house.helpdesk.asked
        before = len(asked)
        until(lambda: len(asked) > before, UP_SECONDS, "the worker to read", every=0.002)
        time.sleep(self.random.uniform(0, 0.3))
        self._again_worker()

    def _wait_for_one(self) -> None:
        until(self.house.answers, UP_SECONDS, "the web process")
        on_the_way = self.house.sender.on_the_way
        on_the_way.clear()
        assert on_the_way.wait(UP_SECONDS), "nothing was sent"
        time.sleep(self.random.uniform(0, 0.02))

    def _again_web(self) -> None:
        self.house.web.kill()
        self.house.web.start()

    def _again_worker(self) -> None:
        self.house.worker.kill()
        self.house.let_leases_end()
        self.house.worker.start()
