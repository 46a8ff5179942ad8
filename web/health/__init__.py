"""Is it alive, and is it able to serve? For load balancers and people who keep it running; needs no sign-in."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from ticketlens.errors import Denied, TicketLensError, Unavailable
from ticketlens.hooks.gate import Gate
from web.current import lens
from web.health.metrics import TEXT, exposition

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    return {"alive": True}


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    try:
        wrong = [*lens().ready(), *_kept_out()]
    except TicketLensError as error:
        # Its text may name the file or the host; `ticketlens doctor` tells it to whoever runs the server.
        wrong = [_why(error)]
    return {"ready": not wrong, "wrong": wrong}, 503 if wrong else 200


@health.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For who has a token, or is signed in."""
    return Response(exposition(lens()), content_type=TEXT)


def _kept_out() -> list[str]:
    """Whether helpdesks are told to come again."""
    gate: Gate = current_app.extensions["gate"]
    trouble = gate.mailroom.trouble
    return [f"webhooks cannot be kept: {trouble}"] if trouble else []


def _why(error: TicketLensError) -> str:
    if isinstance(error, Unavailable):
        return "the store does not answer"
    return "the store refuses this server" if isinstance(error, Denied) else "the store cannot be used"
