"""Tests against other people's real software run where they are asked for, by `make live`, and nowhere else."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "live: installs and starts a real helpdesk; run by `make live` alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "live" not in config.option.markexpr:
        live = [item for item in items if item.get_closest_marker("live")]
        items[:] = [item for item in items if item not in live]
        config.hook.pytest_deselected(items=live)
