"""How often Python looks for cycles of objects that nothing holds any more."""

import gc

NEW_OBJECTS = 100_000
"""A page of 1,000 tickets is some 40,000 objects that all stay for a moment: at Python's own 700 they are looked
through dozens of times while they come in, which was a quarter of all work of a pull. Cycles are rare here."""


def look_seldom() -> None:
    """For a whole process, at its start."""
    gc.set_threshold(NEW_OBJECTS, 10, 10)
