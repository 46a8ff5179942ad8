"""What was measured, as JSON lines in the file that TICKETLENS_FIGURES names: docs/make_reliability.py shows them."""

import json
import os
from pathlib import Path

FILE = "TICKETLENS_FIGURES"
LONG = os.environ.get("TICKETLENS_SOAK", "") not in ("", "0")
"""Whether the long form was asked for."""


def note(figure: str, bound: str, measured: str) -> None:
    told = {"figure": figure, "bound": bound, "measured": measured, "form": "long" if LONG else "short"}
    print(f"\n{figure}: {measured} (bound: {bound})")
    if name := os.environ.get(FILE):
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
