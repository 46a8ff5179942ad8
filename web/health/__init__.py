"""Is it alive, and is it able to serve? For load balancers and people who keep it running; needs no sign-in."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ticketlens.errors import Denied, TicketLensError, Unavailable
from web.current import lens

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    return {"alive": True}


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    try:
        wrong = lens().ready()
    except TicketLensError as error:
        # Its text may name the file or the host; `ticketlens doctor` tells it to whoever runs the server.
        wrong = [_why(error)]
    return {"ready": not wrong, "wrong": wrong}, 503 if wrong else 200


def _why(error: TicketLensError) -> str:
    if isinstance(error, Unavailable):
        return "the store does not answer"
    return "the store refuses this server" if isinstance(error, Denied) else "the store cannot be used"
