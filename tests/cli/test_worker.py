"""ticketlens worker, in a process of its own, is told to stop."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest
from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.store.open import open_store
from ticketlens.worker import Worker

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("once", [False, True])
def test_a_worker_that_a_helpdesk_makes_wait_stops_at_once(tmp_path: Path, helpdesk: Zendesk, once: bool) -> None:
    settings = {"store": f"sqlite:///{tmp_path / 'tickets.db'}", "allow_private_hosts": ["127.0.0.0/8"]}
    lens = Lens(open_store(settings["store"]), load_settings(None, {}, settings), None, kinds=TABLE)  # type: ignore[arg-type]
    lens.helpdesks.add("desk", "zendesk", helpdesk.settings())
    asked = threading.Event()
    helpdesk.faults.append(Fault(429, headers={"Retry-After": "50"}, where=lambda request: asked.set() or True))
    own = {name: value for name, value in os.environ.items() if not name.startswith("TICKETLENS_")}
    own |= {"PYTHONPATH": str(ROOT), "TICKETLENS_ALLOW_PRIVATE_HOSTS": "127.0.0.0/8"}
    command = [sys.executable, "-m", "ticketlens", "--store", settings["store"], "worker"]
    process = subprocess.Popen([*command, *["--once"] * once], cwd=tmp_path, env=own, stderr=subprocess.PIPE)
    try:
        assert asked.wait(60)
        begun = monotonic()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        assert monotonic() - begun < Worker.STOP_SECONDS - 1
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, err) == (0, b"")
    (left,) = lens.helpdesks.standings()
    lens.store.close()
    assert left.phase == "broken off"
    assert len(helpdesk.asked) == 1
