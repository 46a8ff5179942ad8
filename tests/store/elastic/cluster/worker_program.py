"""`python worker_program.py STORE FOLDER LEASE_SECONDS`: a worker whose engine notes each step in FOLDER/steps.

While there is a file FOLDER/hold-STEP (embed, group), it stays in that step.
"""

import importlib.util
import json
import os
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from ticketlens.config import load_settings
from ticketlens.lens import Lens
from ticketlens.store.open import open_store
from ticketlens.worker import Worker

BAG_OF_WORDS = Path(__file__).parents[3] / "bag_of_words.py"
spec = importlib.util.spec_from_file_location("bag_of_words", BAG_OF_WORDS)
assert spec
assert spec.loader
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
STORE, FOLDER, LEASE_SECONDS = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])


def note(step: str, **more: object) -> None:
    line = json.dumps({"pid": os.getpid(), "step": step, "at": time.time(), **more}) + "\n"
    file = os.open(FOLDER / "steps", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)


def stay_in(step: str) -> None:
    while (FOLDER / f"hold-{step}").exists():
        time.sleep(0.05)


class Watched(module.BagOfWords):  # type: ignore[misc, name-defined]
    def encode_tickets(self, embedder: Any, pairs: Any, progress: Any) -> Any:
        texts = [sha256("\n".join(pair).encode()).hexdigest()[:16] for pair in pairs]
        note("embed", texts=texts)
        stay_in("embed")
        rows = super().encode_tickets(embedder, pairs, progress)
        note("embedded", texts=texts)
        return rows

    def full_run(self, *arguments: Any) -> Any:
        note("group")
        stay_in("group")
        return super().full_run(*arguments)


working = Worker(Lens(open_store(STORE), load_settings(environment={}), Watched()), lease_seconds=LEASE_SECONDS)
note("ready")
while True:
    working.turn()
    time.sleep(0.1)
