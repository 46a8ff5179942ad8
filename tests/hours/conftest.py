"""A Lens on a store of the test's own, a file or a real Elasticsearch, opened anew by each process that is played."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.store.open import open_store

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
OFFICE = {"name": "office", "zone": "Europe/Stockholm", "country": "SE", "hours": {"mon-fri": "09:00-17:00"}}
NIGHT = {"name": "night", "groups": ["tier2"], "hours": {"mon-sun": "22:00-06:00"}}
SHOP = {"name": "shop", "brands": ["shop"], "groups": ["tier1"], "hours": {"sat-sun": "10:00-16:00"}}

Opens = Callable[..., Lens]


@pytest.fixture
def opens(empty_store: str, tmp_path: Path, engine: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opens]:
    """`opens(*schedules, zone=…)`: another process on the same store; none given: office, night and shop."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.toml").touch()
    made: list[Lens] = []

    def make(*schedules: dict[str, Any], **settings: Any) -> Lens:
        told = {"store": empty_store, "schedules": schedules or (OFFICE, NIGHT, SHOP), **settings}
        made.append(
            Lens(open_store(empty_store), load_settings(tmp_path / "empty.toml", {}, told), engine, now=lambda: NOW)
        )
        return made[-1]

    yield make
    for lens in made:
        lens.store.close()
