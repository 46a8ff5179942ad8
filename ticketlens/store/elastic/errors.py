"""What the client raises, as errors that say what to do next. No address with a password is ever in one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elastic_transport import ConnectionError as NotConnected
from elastic_transport import SerializationError, TlsError, TransportError
from elasticsearch import ApiError

from ticketlens.errors import ConfigError, Denied, StoreError, TicketLensError, Unavailable

RETRY_AFTER = 5.0
LATER = (429, 502, 503, 504)
READ_ONLY = "index_closed_exception", "cluster_block_exception"


@contextmanager
def translated(what: str = "the store") -> Iterator[None]:
    try:
        yield
    except TlsError as error:
        raise ConfigError(
            f"{what}: the certificate of the server is not trusted ({_short(error.message)}); set elastic.ca_file"
        ) from error
    except NotConnected as error:
        raise Unavailable(f"{what} does not answer: {_short(error.message)}", RETRY_AFTER) from error
    except ApiError as error:
        raise of_answer(what, error.meta.status, error.body) from error
    except (TransportError, SerializationError) as error:
        raise Unavailable(f"{what}: {_short(str(error))}", RETRY_AFTER) from error


def of_answer(what: str, status: int, body: object) -> TicketLensError:
    """The error of one answer, or of one item of a bulk."""
    kind, reason = reason_of(body)
    if status in LATER:
        return Unavailable(f"{what}: {kind or status}: {reason}", RETRY_AFTER)
    if status == 401:
        return Denied(f"{what}: the server does not know us; mend user and password in the address, or elastic.api_key")
    if status == 403 and kind in READ_ONLY:
        return Unavailable(f"{what}: {reason}; free disk space, or lift the block, and it goes on", RETRY_AFTER * 6)
    if status == 403:
        return Denied(f"{what}: the server refuses: {reason}; give the user all rights on the prefix's indices")
    return StoreError(f"{what}: {kind or status}: {reason}")


def reason_of(body: object) -> tuple[str, str]:
    """(type, reason) of an error's body, the innermost cause where there is one."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(error, Mapping):
        return "", _short(str(error))
    kind, reason = str(error.get("type", "")), str(error.get("reason", ""))
    inner = _inner(error)
    return kind, _short(f"{reason}: {inner}" if inner and inner not in reason else reason)


def _inner(error: Mapping[str, Any]) -> str:
    cause = error.get("caused_by") or next(iter(error.get("root_cause", ())), None)
    return str(cause.get("reason", "")) if isinstance(cause, Mapping) else ""


def _short(text: str) -> str:
    """One line, and none of the value that a mapping refuses."""
    told = text.partition(" in document with id")[0] if "Preview of field" in text else text
    return " ".join(told.split())[:300]
