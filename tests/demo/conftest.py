from datetime import UTC, datetime

import pytest

from ticketlens.demo import DemoTicket, generate

UNTIL = datetime(2026, 11, 18, 14, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def until() -> datetime:
    return UNTIL


@pytest.fixture(scope="session")
def demo(until: datetime) -> list[DemoTicket]:
    return list(generate(6000, seed=7, until=until))
