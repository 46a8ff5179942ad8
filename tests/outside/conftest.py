"""A server that sends any bytes, and a way out to it on which nobody waits."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from wire import Say, Wire

from ticketlens.fetch import Fetch
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    """`wire(*answers)` is one more server."""
    with ExitStack() as servers:

        def make(*answers: bytes | Say) -> Wire:
            return servers.enter_context(Wire(*answers).serving())

        yield make


@pytest.fixture
def fetch() -> Callable[..., Fetch]:
    def make(**how: Any) -> Fetch:
        return Fetch(Guard.of(["127.0.0.0/8"]), **{"waiting": Waiting(sleep=lambda seconds: None), **how})

    return make
