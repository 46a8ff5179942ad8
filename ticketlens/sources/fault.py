"""What a connector does wrong, as one sentence that a person can pass on."""

import traceback
from pathlib import Path


def told(fault: Exception) -> str:
    """The kind of an error and its place: its text might hold what is secret."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"the connector has a fault ({type(fault).__name__} at {place}): report it to who made it"
