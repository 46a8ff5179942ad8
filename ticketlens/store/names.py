"""The name of an assignment: the fingerprint of a text, or, where one ticket is placed by itself, of that ticket."""

SIGN = "@"
"""What the name of a ticket begins with, and no fingerprint does."""

AFTER_SIGN = "A"
"""The first text behind all that begin with the sign."""

BETWEEN = "\x1f"
"""Stands behind the source, which has no such sign in its name."""


def ticket_name(key: tuple[str, str]) -> str:
    """The name of one ticket, by its (source, id)."""
    source, id_ = key
    return f"{SIGN}{source}{BETWEEN}{id_}"


def key_of(name: str) -> tuple[str, str] | None:
    """(source, id) of the ticket that has the name; None where it is a text's."""
    if not name.startswith(SIGN):
        return None
    source, _, id_ = name[len(SIGN) :].partition(BETWEEN)
    return source, id_
