"""Mail boxes: a thread is a ticket, its first writer the customer, everybody else an agent.

Threads follow References, then In-Reply-To (RFC 5322, 3.6.4). Messages are indexed first and read thread by thread, so
only one thread is in memory at a time.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from connectors.letter import Envelope, read_envelope, read_text
from connectors.opening import Unreadable, open_bytes
from connectors.rows import Row
from connectors.text import LONGEST_LINE, TextFile
from ticketlens.errors import BadPayload
from ticketlens.intake.shown import shown

_HEADER_LINE = re.compile(rb"[!-9;-~]+:")
_LONGEST_HEADER = 1 << 20
_LONGEST_LETTER = 256 << 20
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.M)
_COPIED = 1 << 20


def mbox_rows(file: TextFile) -> Iterator[Row]:
    """One row a thread, in order of the threads' first messages in the file."""
    with _seekable(file) as (stream, flaw):
        envelopes = list(_index(stream))
        if not envelopes:
            raise Unreadable(file.path, "holds no messages: a mail box begins with a line From …")
        total = file.path.stat().st_size
        threads = thread(envelopes)
        for done, (root, letters) in enumerate(threads.items(), start=1):
            yield Row(letters[0].line, _ticket(stream, root, letters), total * done // len(threads))
        if flaw:
            yield Row(envelopes[-1].line, BadPayload("", f"{flaw}: this message may be cut"), total)


@contextmanager
def _seekable(file: TextFile) -> Iterator[tuple[BinaryIO, str | None]]:
    """The mail box as a file that can be read in any order, and what was wrong with the packed one."""
    opened = open_bytes(file.path)
    try:
        if not opened.packed:
            with file.path.open("rb") as plain:
                yield plain, None
            return
        with tempfile.TemporaryFile() as unpacked:
            while piece := opened.stream.read(_COPIED):
                unpacked.write(piece)
            yield cast("BinaryIO", unpacked), opened.broken
    finally:
        opened.close()


def _index(stream: BinaryIO) -> Iterator[Envelope]:
    starts = list(_starts(stream))
    end = stream.seek(0, 2)
    ends = [*(offset for _, offset in starts), end][1:]
    for (line, offset), stop in zip(starts, ends, strict=True):
        stream.seek(offset)
        head = re.split(rb"\r?\n\r?\n", stream.read(min(stop - offset, _LONGEST_HEADER)), maxsplit=1)[0]
        yield read_envelope(head, line, offset, stop - offset)


def _starts(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Line number and offset of each message: a line "From …" after an empty one, with a header line next."""
    stream.seek(0)
    number = offset = 0
    after_blank, candidate = True, None
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if candidate is not None and _HEADER_LINE.match(line):
            yield candidate
        candidate = (number, offset) if after_blank and line.startswith(b"From ") else None
        after_blank = not line.strip(b"\r\n")
        offset += len(line)


def thread(envelopes: list[Envelope]) -> dict[str, list[Envelope]]:
    """Root's Message-ID -> its messages in order of time; those without a time come last.

    The root is the first reference of the earliest message, though that message itself may not be in the file.
    """
    above: dict[str, str] = {}
    for letter in envelopes:
        for parent in letter.references:
            above[_top(above, letter.id)] = _top(above, parent)
    groups: dict[str, dict[str, Envelope]] = {}
    for letter in envelopes:
        groups.setdefault(_top(above, letter.id), {}).setdefault(letter.id, letter)
    threads = {}
    for members in groups.values():
        letters = sorted(members.values(), key=lambda letter: (letter.at is None, letter.at or 0, letter.offset))
        threads[next(iter(letters[0].references), letters[0].id)] = letters
    return threads


def _top(above: dict[str, str], name: str) -> str:
    """The representative of a name's set, with the way to it made shorter."""
    while (higher := above.get(name, name)) != name:
        above[name] = above.get(higher, higher)
        name = higher
    return name


def _ticket(stream: BinaryIO, root: str, letters: list[Envelope]) -> dict[str, object] | BadPayload:
    first = letters[0]
    if first.at is None:
        return BadPayload("created_at", f"no message of the thread {shown(root)} has a date that can be read")
    messages = _messages(stream, letters)
    replies = [message["at"] for message in messages if message["author"] == "agent"]
    return {
        "id": root,
        "subject": first.subject,
        "body": messages[0]["body"],
        "channel": "email",
        "requester": first.sender,
        "created_at": first.at,
        "first_reply_at": replies[0] if replies else None,
        "messages": messages,
    }


def _messages(stream: BinaryIO, letters: list[Envelope]) -> list[dict[str, object]]:
    """A message whose date cannot be read takes that of the one before it."""
    at = letters[0].at
    messages: list[dict[str, object]] = []
    for letter in letters:
        at = letter.at or at
        author = "customer" if letter.sender == letters[0].sender else "agent"
        stream.seek(letter.offset)
        raw = stream.read(min(letter.length, _LONGEST_LETTER))
        body = read_text(_QUOTED_FROM.sub(rb"\1", raw))
        messages.append({"at": at, "author": author, "public": True, "body": body})
    return messages
