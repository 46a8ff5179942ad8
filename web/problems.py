"""Errors as people and programs see them: a page, or RFC 9457 `application/problem+json`; never a traceback."""

import logging
import math
import secrets
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Flask, current_app, json, render_template, request
from gunicorn.http.errors import ParseException
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.errors import BadPayload, ConfigError, Denied, TicketLensError, Unavailable
from ticketlens.people import TooManyAttempts
from web.trouble import note_trouble

log = logging.getLogger(__name__)

AWAY = "The store of the tickets does not answer, or takes no writes, just now."
CLOSED = "The store of the tickets refuses this server. The server's log tells more."
CLOSED_RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    detail: str
    headers: dict[str, str] = field(default_factory=dict)
    id: str | None = None

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase

    def to_json(self) -> dict[str, object]:
        told = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return {**told, "id": self.id} if self.id else told


def explain_errors(app: Flask) -> None:
    note_trouble(app)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(TicketLensError, _ours)
    app.register_error_handler(ParseException, _unreadable)
    app.register_error_handler(Exception, _unexpected)


def answer(problem: Problem) -> Response:
    response = (
        _for_programs(problem) if request.path.startswith(("/api/v", "/hooks/", "/metrics")) else _for_people(problem)
    )
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return Response.force_type(error.get_response(request.environ))
    kept = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return answer(Problem(error.code, error.description or "", kept))


def _ours(error: TicketLensError) -> Response:
    if isinstance(error, ConfigError | BadPayload):
        return answer(Problem(400, str(error)))
    if isinstance(error, NotThere):
        return answer(Problem(404, str(error)))
    if isinstance(error, Refused):
        return answer(Problem(409, str(error)))
    if isinstance(error, TooManyAttempts):
        return answer(Problem(429, str(error), _retry_after(error.retry_after)))
    if isinstance(error, Unavailable):
        return _without_store(error, AWAY, error.retry_after)
    if isinstance(error, Denied):
        return _without_store(error, CLOSED, CLOSED_RETRY_SECONDS)
    return _unexpected(error)


def _unreadable(error: ParseException) -> Response:
    """The server reads a body when it is asked for, and only then finds that its chunks are none."""
    return answer(Problem(400, "The request is not as HTTP wants it."))


def _without_store(error: TicketLensError, told: str, seconds: float) -> Response:
    current_app.extensions["trouble"].met(error)
    return answer(Problem(503, told, _retry_after(seconds)))


def _unexpected(error: Exception) -> Response:
    id_ = secrets.token_hex(4)
    # The rule and not the path, which may hold a sign-in link.
    log.error("problem %s at %s %s", id_, request.method, request.url_rule, exc_info=error)
    detail = f"Something went wrong here, not with you. The server's log tells more under {id_}."
    return answer(Problem(500, detail, id=id_))


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def _for_programs(problem: Problem) -> Response:
    return Response(json.dumps(problem.to_json()), content_type="application/problem+json")


def _for_people(problem: Problem) -> Response:
    try:
        return Response(render_template("problem.html", problem=problem), content_type="text/html; charset=utf-8")
    except (TemplateError, RuntimeError):
        # An address that cannot be routed at all (a malformed host) leaves the page without its links.
        return Response(
            f"{problem.status} {problem.title}\n{problem.detail}\n", content_type="text/plain; charset=utf-8"
        )
