"""Two helpdesks on loopback, a store, and a clock that is moved by hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from clock import Clock
from helpdesks.zendesk import Server as Zendesk

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.outside.waiting import Waiting
from ticketlens.store.open import open_store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def helpdesk() -> Iterator[Callable[[], Zendesk]]:
    """`helpdesk()` is one more Zendesk, with two tickets on one page."""
    with ExitStack() as open_servers:

        def make() -> Zendesk:
            server = Zendesk()
            for number in range(2):
                server.desk.create(f"Problem {number}", f"Text {number} of port {id(server)}")
            server.desk.tick(3_600)
            return open_servers.enter_context(server.serving())  # type: ignore[return-value]

        yield make


@pytest.fixture
def open_lens(
    tmp_path: Path, clock: Clock, engine: Any, empty_store: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Lens]]:
    """`open_lens(**settings)`: each a process of its own on the same store; nobody waits in it."""
    monkeypatch.chdir(tmp_path)
    opened: list[Lens] = []

    def make(kinds: Any = TABLE, **settings: Any) -> Lens:
        told = {"store": empty_store, "allow_private_hosts": ["127.0.0.0/8"], **settings}
        waiting = Waiting(sleep=lambda seconds: None)
        lens = Lens(open_store(told["store"]), load_settings(None, {}, told), engine, clock, kinds, waiting)
        opened.append(lens)
        return lens

    yield make
    for lens in opened:
        lens.store.close()
