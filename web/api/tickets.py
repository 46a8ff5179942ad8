"""Tickets, as JSON: lists, one by its key, and those that a program pushes."""

from collections.abc import Callable

from flask import current_app, request
from werkzeug.exceptions import HTTPException, NotFound

from ticketlens.lens import Lens
from ticketlens.model.person import Visitor
from ticketlens.model.report import Counts, Report
from web.api.body import read_rows
from web.api.replies import Replies
from web.api.table import Asked
from web.current import gate, visitor
from web.whole import whole_body

Json = dict[str, object]


def tickets(lens: Lens, asked: Asked) -> Json:
    page = lens.tickets(asked.where, cursor=asked.own.get("cursor"), limit=int(asked.own.get("limit", 50)))
    topics = lens.topic_names()
    return {"items": [lens.row_json(row, topics) for row in page.items], "next": page.next}


def ticket(lens: Lens, asked: Asked, source: str, id: str) -> Json:
    page = lens.ticket(source, id)
    if page is None:
        raise NotFound("There is no such ticket.")
    return lens.row_json(page.row, lens.topic_names())


def push(lens: Lens, asked: Asked) -> Json:
    return pushed(lens, lambda rows: lens.push(rows, source=None))


def pushed(lens: Lens, store: Callable[[list[object]], Report]) -> Json:
    """Stored before it is answered; the same Idempotency-Key gets the same answer again."""
    try:
        body = whole_body(request, int(current_app.config["MAX_CONTENT_LENGTH"]))
        rows = read_rows(request.headers, body)
    except HTTPException:
        gate().count_pushed(Counts(received=1, refused=1))
        raise
    key, sender = request.headers.get("Idempotency-Key"), visitor()

    def carried_out() -> Json:
        told = store(rows)
        gate().count_pushed(told)
        return told.to_json()

    if key is None:
        return carried_out()
    return Replies(lens.store).once(_sender(sender, request.path), key, body, carried_out)


def _sender(sender: Visitor | None, path: str) -> str:
    """A key of one call means nothing to another."""
    name = str(sender and sender.name)
    return name if path.endswith("/tickets") else f"{name}\n{path}"
