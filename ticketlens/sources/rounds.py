"""The rounds that workers make over the sources: which is pulled next, what a person asked for, how each stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ticketlens.hooks.counts import HookCounts, hook_counts
from ticketlens.hooks.reading import lease_of as reader_of
from ticketlens.hooks.trouble import troubles
from ticketlens.sources.registry import Registry
from ticketlens.sources.schedule import Schedule
from ticketlens.sources.standing import NO_READER, TAKEN_UP_WITHIN, Seen, Standing
from ticketlens.sources.state import PullState, ask, asked, lease_of, states
from ticketlens.store.base import Store


@dataclass(frozen=True)
class Rounds:
    store: Store
    registry: Registry
    schedule: Schedule
    now: Callable[[], datetime]

    def ask(self, name: str, *, full: bool = False) -> None:
        """Leaves word for a worker to pull it soon. Raises ConfigError where there is no such source."""
        self.registry.get(name)
        ask(self.store, name, self.now(), full=full)

    def due(self) -> list[tuple[str, bool]]:
        """(source, whether it is to be a full pull) of each that is to be pulled now, and that nobody is pulling."""
        now, held, waiting = self.now(), states(self.store), asked(self.store)
        found = []
        for source in self.registry.all():
            state, wanted = held.get(source.name, PullState()), waiting.get(source.name)
            at = self.schedule.due_at(state)
            if (wanted is not None or (at is not None and at <= now)) and not self._is_pulled(source.name):
                found.append((source.name, wanted.full if wanted else self.schedule.is_full_due(state, now)))
        return found

    def standings(self, tickets: Mapping[str, int], address: str) -> list[Standing]:
        """`tickets`: how many of each source are stored."""
        held, waiting = states(self.store), asked(self.store)
        hooks, wrong = hook_counts(self.store, [one.name for one in self.registry.all()]), troubles(self.store)
        return [
            Seen(
                source, self.registry.kinds.get(source.kind), state := held.get(source.name, PullState()),
                waiting.get(source.name), tickets.get(source.name, 0),
                state.running and self._is_pulled(source.name), self.now(),
                counts := hooks.get(source.name, HookCounts()), self._hook_error(source.name, counts, wrong),
            ).standing(self.schedule, address)
            for source in self.registry.all()
        ]  # fmt: skip

    def _hook_error(self, name: str, counts: HookCounts, wrong: Mapping[str, str]) -> str | None:
        """Why deliveries wait; nothing while none does, or while they are being read."""
        if not counts.waiting or name in wrong:
            return wrong.get(name)
        since = self.now() - TAKEN_UP_WITHIN
        late = any(one.delivery.at < since for one in self.store.waiting(name, 1))
        return NO_READER if late and not self.store.is_claimed(reader_of(name), self.now()) else None

    def _is_pulled(self, name: str) -> bool:
        return self.store.is_claimed(lease_of(name), self.now())
