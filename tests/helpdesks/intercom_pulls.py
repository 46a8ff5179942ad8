"""Pulling from the Intercom on loopback, and what it may be made to say."""

import json
from datetime import datetime
from typing import Any

from helpdesks.intercom import Server, unix
from helpdesks.server import Fault

from connectors.intercom import Intercom
from ticketlens.connector import Page
from ticketlens.fetch import Fetch
from ticketlens.model import Ticket
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

SECRET = "s3cret"


def connector(server: Server, **settings: str) -> Intercom:
    fetch = Fetch(Guard.of(["127.0.0.0/8"]), waiting=Waiting(lambda seconds: None))
    return Intercom({"webhook_secret": SECRET, **server.settings(), **settings}, fetch)


def pulled(server: Server, cursor: str | None = None, **settings: str) -> tuple[list[Ticket], str | None]:
    pages: list[Page] = list(connector(server, **settings).pull(cursor))
    assert [one for page in pages for one in page.set_aside] == []
    return [ticket for page in pages for ticket in page.tickets], pages[-1].cursor


def created(server: Server, *, ticket: bool = False, **fields: Any) -> int:
    """A new record of that kind; those of the other that come before it are lost."""
    while server.is_ticket(number := server.desk.create(**fields)) != ticket:
        server.lose(number)
    return number


def read(server: Server, number: int, **extra: Any) -> Ticket:
    server.extra[number] = extra
    ticket = connector(server).read(server.id_of(number))
    assert ticket is not None
    return ticket


def part(number: object, at: datetime, kind: str, body: str | None = None, who: str = "admin", **more: Any) -> Any:
    return {"type": "conversation_part", "id": number, "part_type": kind, "body": body, "created_at": unix(at),
            "author": {"type": who, "id": "901", "name": "N"}, **more}  # fmt: skip


def parts(*told: Any, total: int | None = None) -> dict[str, Any]:
    return {"type": "conversation_part.list", "conversation_parts": list(told), "total_count": total or len(told)}


def answering(server: Server, path: str, told: object, times: int = 1) -> None:
    """An answer of our own to whoever asks for that."""
    kind = {"Content-Type": "application/json"}
    server.faults.append(Fault(200, json.dumps(told).encode(), kind, times, lambda asked: asked.path == path))


def refusing(server: Server, *paths: str) -> None:
    server.faults.append(Fault(403, b"", times=99, where=lambda asked: asked.path in paths))
