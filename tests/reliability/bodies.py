"""Bodies that no helpdesk should send: what is known to break readers, and samples of vendors with parts changed."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

MIB = 1024 * 1024
RAW = "@raw@"
TOKENS = ("NaN", "-Infinity", "1e999", "9" * 5000, str(2**63), str(2**64), "-0", "[" * 100_000, "[" * 900 + "]" * 900)
"""JSON, or what some take for it, that `json.dumps` never writes."""

VALUES: tuple[Any, ...] = (
    None, True, False, [], {}, [[]], "", " ", 0, -1, 1.5, 1e300, 12.0, 2**31, 10**30,
    "\ud800", "\udfff and more", "NUL\x00within", "\u202egnp.exe", "a\u200bb", "\ufeff", "é" * 300, "x" * 513,
    "i" * 10_000,
    "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-02-30T00:00:00Z",
    "2026-06-30T23:59:60Z", "2026-01-02T03:04:05", 1767323045, 1767323045000, "2036-01-01T00:00:00Z", 10**18,
    "s" * 50_000, "<b>" * 33_000, "> " * 5_000 + "quoted", "{\\rtf1\\ansi text}",
    "Content-Type: multipart/mixed; boundary=x\n\n--x",
    "{{ticket.id}}", "{{ ticket.title }}", "../../users/1", "1/../2", "1?include=x#y", "%2e%2e%2f1",
    "1%00", "1\r\nHost: x",
    "zen:ticket:", "zen:ticket:abc", "unknown.event", "deleted", "１２３", "²", "-5", "1_000", "1e5", " 12 ",
    ["1"], {"id": 1},
)  # fmt: skip

BYTES: dict[str, bytes] = {
    "empty": b"", "whitespace": b" \n\t ", "mark": b"\xef\xbb\xbf{}", "invalid UTF-8": b'{"id": "\xff\xfe\xc3"}',
    "NUL": b"\x00\x00", "nesting": b"[" * 100_000, "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "array": b"[1, 2, 3]", "text": b'"id"', "number": b"12", "null": b"null", "form": b"id=1&name=x",
    "XML": b"<?xml version='1.0'?><ticket/>", "HTML": b"<html>" + b"<p>" * 30_000, "long digits": b"1" * 5_000,
    "just fits": b'{"id": "' + b"x" * (MIB - 10) + b'"}',
    "list that just fits": b"[" + b"{}," * (MIB // 3 - 2) + b"{}]",
    "numbers that just fit": b"[" + b"1," * (MIB // 2 - 2) + b"1]",
    "one key, said often": b"{" + b'"a":1,' * 100_000 + b'"a":1}',
    "many keys": json.dumps({f"k{n}": n for n in range(50_000)}).encode(),
}  # fmt: skip


def mutated(sample: bytes, random: Random) -> bytes:
    """One to three changes of a sample: in what it says, then perhaps in its bytes."""
    told = json.loads(sample)
    for _ in range(random.choice((1, 1, 2, 3))):
        told = random.choice(SAID)(told, random)
    body = json.dumps(told, ensure_ascii=random.random() < 0.9).encode("utf-8", "surrogatepass")
    if f'"{RAW}"'.encode() in body:
        body = body.replace(f'"{RAW}"'.encode(), random.choice(TOKENS).encode())
    if random.random() < 0.25:
        body = random.choice(SPELT)(body, random)
    return body[:MIB]


def _places(told: Any) -> Iterator[tuple[Any, Any]]:
    """(object or list, key) of each value in it."""
    keys = list(told) if isinstance(told, dict) else list(range(len(told))) if isinstance(told, list) else []
    for key in keys:
        yield told, key
        yield from _places(told[key])


def _value(random: Random) -> Any:
    return RAW if random.random() < 0.15 else random.choice(VALUES)


def _put(told: Any, random: Random) -> Any:
    if places := list(_places(told)):
        within, key = random.choice(places)
        within[key] = _value(random)
    return told


def _drop(told: Any, random: Random) -> Any:
    if places := list(_places(told)):
        within, key = random.choice(places)
        del within[key]
    return told


def _add(told: Any, random: Random) -> Any:
    objects = [one for one in [told, *(within[key] for within, key in _places(told))] if isinstance(one, dict)]
    if objects:
        random.choice(objects)[random.choice(("id", "type", "extra", "ticket", ""))] = _value(random)
    return told


def _retype(told: Any, random: Random) -> Any:
    kinds: tuple[Callable[[Any], Any], ...] = (str, lambda one: [one], lambda one: {"id": one}, bool)
    if places := list(_places(told)):
        within, key = random.choice(places)
        within[key] = random.choice(kinds)(within[key])
    return told


def _empty(told: Any, random: Random) -> Any:
    """Null everywhere."""
    if isinstance(told, dict):
        return {key: _empty(value, random) for key, value in told.items()}
    return [_empty(one, random) for one in told] if isinstance(told, list) else None


def _wrap(told: Any, random: Random) -> Any:
    return random.choice(([told], {"data": told}, [told, told], [told] * 300, [[told]]))


SAID = (_put, _put, _put, _put, _drop, _drop, _add, _retype, _retype, _empty, _wrap)


def _flip(body: bytes, random: Random) -> bytes:
    made = bytearray(body or b" ")
    for _ in range(random.randint(1, 8)):
        made[random.randrange(len(made))] = random.randrange(256)
    return bytes(made)


def _cut(body: bytes, random: Random) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _twice(body: bytes, random: Random) -> bytes:
    return random.choice((body + body, body + b"\n" + body, body + b"trailing"))


def _respelt(body: bytes, random: Random) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-16", "utf-32", "utf-8-sig", "utf-16-le")))


def _key_twice(body: bytes, random: Random) -> bytes:
    return body.replace(b"{", b'{"id": 1, "id": 2, "type": null, ', 1)


SPELT = (_flip, _flip, _cut, _cut, _twice, _respelt, _key_twice)
