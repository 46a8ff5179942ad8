"""What a harness measured, beside what it had to reach: one JSON line each in the file TICKETLENS_FIGURES names."""

import json
import os
from pathlib import Path

SOAK = bool(os.environ.get("TICKETLENS_SOAK"))
"""The long form was asked for."""


def tell(figure: str, bound: str, measured: str) -> None:
    named = os.environ.get("TICKETLENS_FIGURES")
    if named:
        with Path(named).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"figure": figure, "bound": bound, "measured": measured}) + "\n")
