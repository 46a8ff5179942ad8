"""Is it alive, and is it able to serve? For load balancers and people who keep it running; needs no sign-in."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from ticketlens.errors import StoreError, Unavailable
from web.current import lens

health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    return {"alive": True}


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    try:
        wrong = lens().ready()
    except (StoreError, Unavailable):
        # Its text may name the file; `ticketlens doctor` tells it to whoever runs the server.
        wrong = ["the store does not answer"]
    return {"ready": not wrong, "wrong": wrong}, 503 if wrong else 200
