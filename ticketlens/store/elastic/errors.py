"""What the client raises, as errors that say what to do next. No address with a password is ever in one."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from elastic_transport import ConnectionError as NotConnected
from elastic_transport import ConnectionTimeout, SerializationError, TlsError, TransportError
from elasticsearch import ApiError, UnsupportedProductError

from ticketlens.errors import Denied, StoreError, TicketLensError, Unavailable

RETRY_AFTER = 5.0
RETRY_BLOCKED_AFTER = 30.0
LATER = (429, 502, 503, 504)
CLOSED = "index_closed_exception"
READ_ONLY = CLOSED, "cluster_block_exception"
GONE = "index_not_found_exception"
LONGEST = 300
RIGHTS = "give the user all rights on the prefix's indices, and monitor and manage_index_templates on the cluster"
BLOCK = re.compile(r"index \[([^\]]*)\] blocked by: \[[A-Z_]+/(\d+)/([^\]]*)\]")
FLOOD, NO_WRITES = "12", "8"
FIELD = re.compile(r"\b(?:sub)?field(?: name|s)?(?: of)?\s*[=:]?\s*[\[\"']([^\]\"']{1,80})[\]\"']")
PLACE = re.compile(r"host='([^']+)', port=(\d+)")


@contextmanager
def translated(what: str = "the store") -> Iterator[None]:
    try:
        yield
    except TlsError as error:
        raise Denied(f"{what}: {_of_certificate(error.message)}") from error
    except ConnectionTimeout as error:
        raise Unavailable(
            f"{what} took the request and did not answer in time; look at the server, or raise elastic.timeout",
            RETRY_AFTER,
        ) from error
    except NotConnected as error:
        raise Unavailable(f"{what} does not answer: {_of_connection(error.message)}", RETRY_AFTER) from error
    except UnsupportedProductError as error:
        raise StoreError(f"{what}: what answers at this address is no Elasticsearch; mend the address") from error
    except ApiError as error:
        raise of_answer(what, error.meta.status, error.body) from error
    except (TransportError, SerializationError) as error:
        raise Unavailable(f"{what}: {_short(str(error))}", RETRY_AFTER) from error


def of_answer(what: str, status: int, body: object) -> TicketLensError:
    """The error of one answer, or of one item of a bulk."""
    kind, reason = reason_of(body)
    if kind == CLOSED:
        return Unavailable(f"{what}: {reason}", RETRY_BLOCKED_AFTER)
    if kind in READ_ONLY:
        return Unavailable(f"{what} takes no writes: {reason}", RETRY_BLOCKED_AFTER)
    if status in LATER:
        return Unavailable(f"{what}: {kind or status}: {reason}", RETRY_AFTER)
    if status == 401:
        return Denied(f"{what}: the server does not know us; mend user and password in the address, or elastic.api_key")
    if status == 403:
        return Denied(f"{what}: the server refuses: {reason}; {RIGHTS}")
    if not isinstance(body, Mapping) and status < 500:
        return StoreError(
            f"{what}: what answers at this address is no Elasticsearch (status {status}); mend the address"
        )
    return StoreError(f"{what}: {kind or status}: {reason}")


def reason_of(body: object) -> tuple[str, str]:
    """(type, reason) of an error's body, with the innermost cause where there is one."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    if not isinstance(error, Mapping):
        told = str(error)
        return "", "no more is told" if told.lstrip().startswith("<") else _short(told)
    kind, reason = str(error.get("type", "")), str(error.get("reason", ""))
    if kind == CLOSED:
        index = error.get("index", "that it needs")
        return kind, f"the index {index} is closed; open it (POST /{index}/_open), and it goes on by itself"
    if kind in READ_ONLY:
        return kind, _of_block(reason)
    inner = _inner(error)
    return kind, _short(f"{reason}: {inner}" if inner and inner not in reason else reason)


def refusal_of(body: object) -> str:
    """Why a document is refused, by kind and field alone: the server's own words may quote the value."""
    error = body if isinstance(body, Mapping) else {}
    cause = error.get("caused_by")
    words = [str(one.get("reason", "")) for one in (error, cause) if isinstance(one, Mapping)]
    field = next((found[1] for found in map(FIELD.search, words) if found), None)
    kind = str(error.get("type", "")) or "an unknown reason"
    if any("immense" in told for told in words):
        kind = "a name or a value is longer than the server's index takes"
    return f"{kind}, field {field}" if field else kind


def _of_block(reason: str) -> str:
    found = BLOCK.search(reason)
    if found is None:
        return _short(reason)
    index, number, words = found.groups()
    if number == FLOOD:
        return (
            f"the index {index} is read-only, as the server's disk is nearly full; free space, and it goes on by itself"
        )
    if number == NO_WRITES:
        return (
            f"the index {index} is blocked ({_short(words)}): where a migration is moving it, wait; "
            "else lift the block (ticketlens doctor tells which), and it goes on by itself"
        )
    return f"the index {index} is blocked ({_short(words)}); lift the block, and it goes on by itself"


def _of_connection(message: str) -> str:
    """Where, and the system's own words why."""
    if "RemoteDisconnected" in message or "ConnectionReset" in message:
        return "it ended the connection; look at the server, or write https:// where it speaks TLS"
    place = PLACE.search(message)
    why = _short(re.sub(r"\[Errno -?\d+\] ", "", message.rpartition(": ")[2]))
    told = f"{place[1]}:{place[2]}: {why}" if place else _short(message)
    return f"{told}; start it, or mend the store's address"


def _of_certificate(message: str) -> str:
    words = message.lower()
    if "wrong_version_number" in words or "record layer" in words or "unknown protocol" in words:
        return "the server does not speak TLS at this address; write http:// in place of https://"
    if "doesn't match" in words or "hostname mismatch" in words or "ip address mismatch" in words:
        return "the server's certificate is for another name; write the name in it as the host of the store's address"
    if "expired" in words:
        return "the server's certificate has expired; renew it there"
    return "the server's certificate is not trusted; name the certificates to trust by elastic.ca_file"


def _inner(error: Mapping[str, Any]) -> str:
    cause = error.get("caused_by") or next(iter(error.get("root_cause", ())), None)
    return str(cause.get("reason", "")) if isinstance(cause, Mapping) else ""


def _short(text: str) -> str:
    """One line, and none of the value that a mapping refuses."""
    told = text.partition(" in document with id")[0] if "Preview of field" in text else text
    return " ".join(told.split())[:LONGEST]
