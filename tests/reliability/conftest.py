"""All of it is slow; the long form is asked for by TICKETLENS_SOAK=1."""

import logging
from pathlib import Path

import pytest
from ports import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def silent_helpdesk(caplog: pytest.LogCaptureFixture) -> None:
    """Tens of thousands of its requests would hide what is wrong."""
    caplog.set_level(logging.ERROR, "werkzeug")


@pytest.fixture
def port() -> int:
    """One that is free, for a server that is started on it again and again."""
    return free_port()
