import gc
from collections.abc import Iterator

import pytest

from ticketlens.cli.main import main
from ticketlens.collector import NEW_OBJECTS


@pytest.fixture
def threshold() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_a_command_lets_the_objects_of_a_page_come_in_before_it_looks_for_cycles(threshold: None) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert gc.get_threshold()[0] == NEW_OBJECTS > 40_000
    assert gc.isenabled()
