"""Is it alive, and is it able to serve? For load balancers and people who keep it running; needs no sign-in."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from ticketlens.asking import Asking, TooLate
from ticketlens.errors import Denied, TicketLensError, Unavailable
from web.current import gate, lens
from web.health.metrics import TEXT, exposition

health = Blueprint("health", __name__)
health.record(lambda state: state.app.extensions.update(asking=Asking()))
LOOK_SECONDS = 3.0
AWAY = "the store does not answer"


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    return {"alive": True}


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    try:
        wrong = current_app.extensions["asking"].ask("ready", lens().ready, LOOK_SECONDS)
    except TooLate:
        wrong = [AWAY]
    except TicketLensError as error:
        # Its text may name the file or the host; `ticketlens doctor` tells it to whoever runs the server.
        wrong = [_why(error)]
    wrong = [*wrong, *_kept_out()]
    return {"ready": not wrong, "wrong": wrong}, 503 if wrong else 200


@health.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For who has a token, or is signed in."""
    gate().write_down()
    return Response(exposition(lens()), content_type=TEXT)


def _kept_out() -> list[str]:
    """Whether helpdesks are told to come again."""
    trouble = gate().mailroom.trouble
    return [f"webhooks cannot be kept: {trouble}"] if trouble else []


def _why(error: TicketLensError) -> str:
    if isinstance(error, Unavailable):
        return AWAY
    return "the store refuses this server" if isinstance(error, Denied) else "the store cannot be used"
