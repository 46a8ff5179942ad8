"""One message of a mail box: its envelope, and the text that a person wrote.

Everything here takes what real mail holds (headers in no encoding, dates that are none, unknown character sets) and
never raises.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from ticketlens.intake.payload import LONGEST_ID
from ticketlens.intake.times import EARLIEST

_ID = re.compile(r"<([^<>\s]+)>")
_MOST_REFERENCES = 1_000
_HEADER_ERRORS = (MessageError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Envelope:
    """`references` are the ids of the messages before it, the root first; `at` is seconds since 1970, or None."""

    line: int
    offset: int
    length: int
    id: str
    references: tuple[str, ...]
    sender: str
    subject: str
    at: int | None


def read_envelope(head: bytes, line: int, offset: int, length: int) -> Envelope:
    """From the bytes of the "From " line and the header."""
    envelope, _, header = head.partition(b"\n")
    message = message_from_bytes(header)
    return Envelope(
        line=line,
        offset=offset,
        length=length,
        id=_own_id(message, head),
        references=_references(message),
        sender=_sender(message),
        subject=_header(message, "Subject"),
        at=_time(message, envelope),
    )


def _header(message: Message, name: str) -> str:
    """A header's text on one line, decoded as far as it can be."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(value)))
    except _HEADER_ERRORS:
        text = str(value)
    return " ".join(text.split())


def _own_id(message: Message, head: bytes) -> str:
    found = _ID.search(_header(message, "Message-ID"))
    if found and len(found[1]) <= LONGEST_ID:
        return found[1]
    return f"without-id-{hashlib.sha256(head).hexdigest()[:24]}"


def _references(message: Message) -> tuple[str, ...]:
    ids = _ID.findall(_header(message, "References")) or _ID.findall(_header(message, "In-Reply-To"))[:1]
    return tuple(found for found in ids[:_MOST_REFERENCES] if len(found) <= LONGEST_ID)


def _sender(message: Message) -> str:
    """The address in lower case, else the name as it stands."""
    written = _header(message, "From")
    try:
        address = parseaddr(written)[1]
    except _HEADER_ERRORS:
        address = ""
    return (address or written).lower()[:LONGEST_ID] or "unknown"


def _time(message: Message, envelope: bytes) -> int | None:
    """The Date, else the time of the last hop, else that of the "From " line; a time before 1990 is none."""
    received = _header(message, "Received").rpartition(";")[2]
    posted = envelope.decode("latin-1").strip().split(" ", 2)[-1]
    for written in (_header(message, "Date"), received, posted):
        if (at := _seconds(written)) is not None:
            return at
    return None


def _seconds(written: str) -> int | None:
    try:
        moment = parsedate_to_datetime(written)
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (*_HEADER_ERRORS, OverflowError):
        return None
    return int(at.timestamp()) if EARLIEST <= at <= datetime.max.replace(tzinfo=UTC) else None


def read_text(raw: bytes) -> str:
    """The first plain text, else the first HTML as it is; attachments are left out."""
    message = message_from_bytes(raw.partition(b"\n")[2])
    try:
        parts = [part for part in message.walk() if not part.is_multipart() and _shown(part)]
    except RecursionError:
        return ""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and (text := _decoded(part)).strip():
                return text
    return ""


def _shown(part: Message) -> bool:
    try:
        return part.get_content_disposition() != "attachment"
    except _HEADER_ERRORS:
        return True


def _decoded(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset("utf-8")
    except _HEADER_ERRORS:
        return ""
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(charset).replace("\r\n", "\n")
    except (LookupError, ValueError):
        return payload.decode("utf-8", "replace").replace("\r\n", "\n")
