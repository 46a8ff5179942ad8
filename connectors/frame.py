"""What an answer has to be before it is read: an object or a list, as the helpdesk tells it, and not any JSON."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ticketlens.errors import BadPayload, Unavailable
from ticketlens.intake.payload import Payload

Found = TypeVar("Found")


@contextmanager
def told_by(title: str, host: str) -> Iterator[None]:
    """Around the frame of a list, never around its records. Raises Unavailable where it is not that helpdesk's.

    An answer that only looks empty would move a cursor past tickets that nobody read.
    """
    try:
        yield
    except BadPayload:
        raise Unavailable(
            f"{host} answers something else than {title} does: check the address of this source"
        ) from None


def readable(notes: dict[str, None], what: str, read: Callable[[], Found]) -> Found | None:
    """What is read of a part, such as the messages of one ticket; None, and a note, where it cannot be read."""
    try:
        return read()
    except BadPayload as error:
        notes.setdefault(f"{what} that cannot be read are left out: {error.reason}")
        return None


def rows_of(body: Payload, name: str = "") -> list[Payload]:
    """The members of the list of that name, or of the answer itself; raises BadPayload where there is none."""
    told, at = (body, name) if name else (Payload({"rows": body.value}), "rows")
    if (held := told.at(at)).value is None:
        raise BadPayload(held.path, "missing")
    return list(told.items(at))
