"""class Helpdesks: the verbs on sources. A person enters, tests, changes and removes them; pulls read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from ticketlens.config import Settings
from ticketlens.fetch import Fetch
from ticketlens.hooks.counts import forget_source
from ticketlens.model.filter import EVERYTHING
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting
from ticketlens.sources.pulling import Add, Pulled, Puller, Step, check
from ticketlens.sources.registry import Kinds, Registry, Source
from ticketlens.sources.rounds import Rounds
from ticketlens.sources.schedule import Schedule
from ticketlens.sources.seal import Seal, key_file
from ticketlens.sources.standing import Standing
from ticketlens.sources.state import PullState, begin_anew, forget, states
from ticketlens.store.base import Store

MOST_SOURCES = 1_000


@dataclass(frozen=True)
class Helpdesks:
    """`put` stores batches and tells what became of each; `redact` takes what is personal out of a line."""

    store: Store
    settings: Settings
    kinds: Kinds
    put: Add
    redact: Callable[[str], str]
    now: Callable[[], datetime]
    waiting: Waiting = field(default_factory=Waiting)

    @cached_property
    def registry(self) -> Registry:
        """The helpdesk accounts that tickets are pulled from."""
        told = self.settings
        guard = Guard.of(told.allow_private_hosts)
        seal = Seal(told.secret_key, key_file(told.store))
        return Registry(self.store, self.kinds, seal, told.zone, lambda: Fetch(guard, waiting=self.waiting))

    def add(self, name: str, kind: str, given: Mapping[str, str]) -> Source:
        """A new source; raises ConfigError, which names the field that is wrong. Of one before it, nothing is left."""
        added = self.registry.add(name, kind, given)
        self._forget(name)
        return added

    def change(self, name: str, given: Mapping[str, str]) -> Source:
        """Another address or way of reading begins anew; a new secret goes on where the old one stood."""
        before = self.registry.get(name)
        after = self.registry.change(name, given)
        if after.values != before.values:
            begin_anew(self.store, name)
        return after

    def rotate(self, name: str, *, again: bool = False) -> str:
        """A new secret of webhooks, which is told this once; the one before still counts."""
        return self.registry.rotate(name, again=again)

    def forget_secret(self, name: str) -> None:
        """From now on the last secret of webhooks counts alone."""
        self.registry.forget_secret(name)

    def test(self, name: str, seconds: float) -> tuple[int, str | None]:
        """(tickets on the first page, clean subject of its last); raises what is wrong, and OutOfTime."""
        told = replace(self.registry, fetch=lambda: replace(self.registry.fetch(), seconds=seconds))
        count, subject = check(told, name)
        return count, subject and self.redact(subject)

    def pull(self, name: str, *, since: datetime | None = None, full: bool = False, step: Step) -> Pulled:
        """Reads what changed in one source, or all of it. Raises ConfigError where there is none of that name."""
        puller = Puller(self.store, self.registry, self.put, self.redact, self.now)
        return puller.pull(name, since=since, full=full, step=step)

    def standings(self, tickets: Mapping[str, int] | None = None) -> list[Standing]:
        """How each source stands: fresh, being pulled, in need of a person. `tickets`: the result of `sizes`."""
        return self.rounds.standings(self.sizes() if tickets is None else tickets, self.settings.address)

    def sizes(self) -> dict[str, int]:
        """How many tickets there are of each source, those of files and pushes too, the most first."""
        return dict(self.store.facet("source", EVERYTHING, limit=MOST_SOURCES))

    @cached_property
    def rounds(self) -> Rounds:
        """Which sources are pulled next, and what a person asked for."""
        schedule = Schedule(self.settings.pull_minutes, self.settings.pull_full_days)
        return Rounds(self.store, self.registry, schedule, self.now)

    def states(self) -> dict[str, PullState]:
        """How the pulling of each source stands."""
        return states(self.store)

    def remove(self, name: str) -> None:
        """Its tickets stay; what its webhook brought goes."""
        self.registry.remove(name)
        self._forget(name)

    def _forget(self, name: str) -> None:
        forget(self.store, name)
        forget_source(self.store, name, self.now())
