"""What several suites stand on: one way to prepare tickets, random ones by seed, and a small engine of topics."""

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ticketlens.config import load_settings
from ticketlens.intake.prepare import Preparer
from ticketlens.intake.redact import Redactor
from ticketlens.lens import Lens
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.periods import day_of
from ticketlens.metrics.schedule import schedule_from
from ticketlens.metrics.targets import Targets, target_from
from ticketlens.store.open import open_store

HERE = Path(__file__).parent
ZONE = "Europe/Stockholm"
SCHEDULES = (
    {"name": "office", "zone": ZONE, "hours": {"mon-fri": "09:00-17:00"}},
    {"name": "night", "zone": "UTC", "groups": ["tier2"], "hours": {"mon-sun": "22:00-06:00"}},
)
TARGETS = (
    {"metric": "reply.first", "minutes": 2_000, "clock": "business"},
    {"metric": "reply.first", "minutes": 300, "priority": "urgent"},
    {"metric": "ttr.full", "minutes": 9_000, "group": "tier1", "since": "2026-02-01"},
    {"metric": "reply.next", "minutes": 1_000, "brand": "shop"},
)
NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)


def names_of(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(Path(path).stem, HERE / path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


elastic = names_of("elastic_server.py")
SERVERS = elastic.SERVERS or [pytest.param("", marks=pytest.mark.skip("TICKETLENS_TEST_ES names no server"))]


@pytest.fixture(params=SERVERS)
def place(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A prefix of the test's own on a real Elasticsearch."""
    with elastic.Place(request.param) as made:
        yield made


@pytest.fixture(params=["sqlite:///empty.db", *SERVERS])
def empty_store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a store that nobody made yet: a file in the working folder, or a prefix on each server."""
    if request.param.startswith("sqlite"):
        yield request.param
        return
    with elastic.Place(request.param) as made:
        yield made.address


@pytest.fixture
def front(place: Any) -> Iterator[Callable[..., Any]]:
    """`front(tls=…, authorization=…)`: a proxy before that server, to be opened, closed and stalled at will."""
    with ExitStack() as made:
        yield lambda **options: made.enter_context(elastic.Front(place.url, **options))


@pytest.fixture(scope="session")
def clocks() -> Clocks:
    return Clocks(tuple(schedule_from(one) for one in SCHEDULES), 2025, 2027)


@pytest.fixture(scope="session")
def preparer(clocks: Clocks) -> Preparer:
    targets = Targets([target_from(one) for one in TARGETS], ZONE)
    return Preparer(Redactor(b"a key for tests"), clocks, day_of(ZONE), targets=targets)


@pytest.fixture(scope="session")
def worlds() -> ModuleType:
    """`random_tickets(seed, count)`, `random_filter(seed)`, `later_versions(seed, ticket)`."""
    return names_of("contract/random_tickets.py")


@pytest.fixture(scope="session")
def oracle() -> ModuleType:
    return names_of("contract/oracle.py")


@pytest.fixture(scope="session")
def engine() -> Any:
    """An engine of bags of words: the same interface, no model."""
    return names_of("bag_of_words.py").BagOfWords()


@pytest.fixture
def space(empty_store: str, engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A workspace over each store: three problems of ten tickets each, five tickets that are alone, one run."""
    monkeypatch.chdir(tmp_path)
    with names_of("workspace.py").workspace(empty_store, engine, tmp_path) as made:
        yield made


@pytest.fixture
def paying(space: Any) -> tuple[int, int]:
    """Two topics of one theme, beside three that stand alone."""
    for problem in ("card", "invoice"):
        space.push(problem, range(10), "billing trouble")
    space.cluster(full=True, publish=True)
    return int(space.topic_of("card-0")), int(space.topic_of("invoice-0"))


@pytest.fixture(scope="session")
def lenses_in(engine: Any) -> Iterator[Callable[..., Lens]]:
    """A Lens over a SQLite file in a folder; the same `name` opens the same file."""
    made: list[Lens] = []

    def make(folder: Path, name: str = "lens", now: datetime = NOW, **settings: Any) -> Lens:
        told = {"store": f"sqlite:///{folder}/{name}.db", "zone": ZONE, "schedules": SCHEDULES, **settings}
        (folder / "empty.toml").touch()
        lens = Lens(open_store(told["store"]), load_settings(folder / "empty.toml", {}, told), engine, now=lambda: now)
        made.append(lens)
        return lens

    yield make
    for lens in made:
        lens.store.close()


@pytest.fixture
def make_lens(tmp_path: Path, lenses_in: Callable[..., Lens]) -> Callable[..., Lens]:
    """A Lens of the test's own."""
    return partial(lenses_in, tmp_path)
