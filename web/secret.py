"""The key that signs forms, one for all processes that serve a store."""

import logging
import secrets
from collections.abc import Iterable

from flask import Flask, request

from ticketlens.errors import TicketLensError, Unavailable
from ticketlens.store.base import RecordStore
from web.wsgi import WSGI, Environment, StartResponse

log = logging.getLogger(__name__)

NOUN = "secret"
ID = "forms"


def form_secret(records: RecordStore) -> bytes:
    """Made once; of two that make it at once, both get the first one's."""
    records.put_record(NOUN, ID, {"key": secrets.token_hex(32)}, expected=0)
    kept = records.get_record(NOUN, ID)
    if kept is None:
        raise RuntimeError("a record that was just written is gone")
    return bytes.fromhex(str(kept.fields["key"]))


def fetch_secret_later(app: Flask, records: RecordStore, open_to_all: tuple[str, ...]) -> None:
    """For an application that began while the store was away: the first request that finds it there brings the key.

    Until then there is nothing but what is open to all and needs no store.
    """
    app.wsgi_app = _Fetching(app, app.wsgi_app, records)  # type: ignore[method-assign, assignment]

    @app.before_request
    def need_secret() -> None:
        if not app.secret_key and request.endpoint not in open_to_all:
            raise Unavailable("the store does not answer", retry_after=5)


class _Fetching:
    """Looks for the key before the request begins, since what it signs is read there."""

    def __init__(self, app: Flask, inner: WSGI, records: RecordStore) -> None:
        self._app = app
        self._inner = inner
        self._records = records

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._app.secret_key and environment.get("PATH_INFO") != "/healthz":
            self._fetch()
        return self._inner(environment, start_response)

    def _fetch(self) -> None:
        try:
            self._app.secret_key = form_secret(self._records)
        except TicketLensError as error:
            log.warning("%s", error)
        else:
            log.warning("the store answers now")
