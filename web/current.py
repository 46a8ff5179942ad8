"""What the request being answered works with."""

from typing import cast

from flask import current_app, g

from ticketlens.hooks.gate import Gate
from ticketlens.lens import Lens
from ticketlens.model.person import Role, Visitor
from ticketlens.people import People


def lens() -> Lens:
    return cast(Lens, current_app.extensions["ticketlens"])


def people() -> People:
    return cast(People, current_app.extensions["people"])


def gate() -> Gate:
    return cast(Gate, current_app.extensions["gate"])


def visitor() -> Visitor | None:
    return cast(Visitor | None, g.get("person"))


def who() -> str:
    """The name that what is done now is written down under."""
    by = visitor()
    return (by and by.name) or "somebody on this machine"


def may_edit() -> bool:
    """Whether whoever asks may change topics."""
    by = visitor()
    return by is not None and by.role.covers(Role.LEAD)
