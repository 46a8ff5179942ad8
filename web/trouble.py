"""Trouble with the store as the log tells it: once when it begins and once when it is over, however many ask."""

import logging

from flask import Flask, request
from werkzeug.wrappers import Response

from ticketlens.errors import TicketLensError

log = logging.getLogger(__name__)

READS = ("GET", "HEAD")
ASKING = ("pages", "api")
"""Blueprints whose answers are had from the store."""


class Trouble:
    """Reading and writing are told apart: a store may be read while it takes no writes."""

    def __init__(self) -> None:
        self._known: dict[bool, type[TicketLensError]] = {}

    def met(self, error: TicketLensError) -> None:
        """Why, which names hosts and indices, is for the log alone."""
        if self._known.get(_reads()) is not type(error):
            self._known[_reads()] = type(error)
            log.warning("%s %s: %s", request.method, request.url_rule, error)

    def look(self, response: Response) -> Response:
        if self._known and request.blueprint in ASKING and response.status_code < 400 and _reads() in self._known:
            del self._known[_reads()]
            log.warning("%s %s: the store works again", request.method, request.url_rule)
        return response


def note_trouble(app: Flask) -> None:
    app.extensions["trouble"] = trouble = Trouble()
    app.after_request(trouble.look)


def _reads() -> bool:
    return request.method in READS
