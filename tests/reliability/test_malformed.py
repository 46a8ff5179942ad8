"""Deliveries that no helpdesk should send, by thousands, signed and not: none of them breaks the page or the reader."""

import ctypes
import gc
import gzip
import json
import logging
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from helpdesks.office import opened
from helpdesks.pushed import Pushed
from helpdesks.specification import FOLDER
from reliability.bodies import BYTES, MIB, mutated
from reliability.figures import LONG, note
from reliability.signing import SCHEMES, Headers, forged

CALLS = 200_000 if LONG else 10_000
PER_KIND = -(-CALLS // len(SCHEMES))
AT_ONCE = 4
MOST_SECONDS, MOST_MIB = 0.1, 50
BOMB = zlib.compress(b"0" * (64 * MIB), 9, 31)
PROOFS = {"x-hubspot-signature", "x-hubspot-signature-version"}

SAMPLES = {
    "github": [("github-webhooks/issues/*.json", "issues"), ("github-webhooks/issue_comment/*.json", "issue_comment")],
    "helpscout": [("helpscout/conversation.conversation.json", "convo.status")],
    "zammad": [("zammad/ticket.02.show.response200.json", "")],
}
EVENTS = {"github": "x-github-event", "helpscout": "x-helpscout-event"}


@dataclass(frozen=True)
class Call:
    body: bytes
    headers: Headers
    expected: int


@dataclass
class Measured:
    """Of all kinds: processor seconds and seconds of each call, and the memory that all of it left behind."""

    calls: int = 0
    spent: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    grown_mib: float = 0


@dataclass
class Sender:
    """Makes calls in the name of one helpdesk."""

    kind: str
    pushed: Pushed
    random: Random
    samples: list[tuple[bytes, Headers]]

    def calls(self, count: int) -> Iterator[Call]:
        for body in BYTES.values():
            yield self._signed(body, self.samples[0][1])
        last = self._forged()
        for _ in range(count - len(BYTES)):
            turn = self.random.random()
            if turn < 0.05:
                yield last  # it comes again, as it was
            elif turn < 0.3:
                yield (last := self._forged())
            elif turn < 0.4:
                yield (last := self._carried())
            else:
                yield (last := self._signed(*self._body()))

    def _body(self) -> tuple[bytes, Headers]:
        body, headers = self.random.choice(self.samples)
        return mutated(body, self.random), self._odd(headers)

    def _odd(self, headers: Headers) -> Headers:
        """Event and name of the delivery are as they should be, or not."""
        told = dict(headers)
        for name in told:
            if self.random.random() < 0.3:
                values = (f"n{self.random.randrange(10**9)}", "", "é" * 30, "n" * 3_000, "unknown.event", "a,b")
                told[name] = self.random.choice(values)
        return told

    def _signed(self, body: bytes, headers: Headers) -> Call:
        own = SCHEMES[self.kind].headers(self.pushed.secret, body, self.pushed.desk.now)
        return Call(body, {**headers, **own, "Content-Type": "application/json"}, 202)

    def _forged(self) -> Call:
        body, headers = self.random.choice(self.samples) if self.random.random() < 0.5 else self._body()
        wrong = forged(SCHEMES[self.kind], self.pushed.secret, body, self.pushed.desk.now, self.random)
        return Call(body, {**headers, **wrong, "Content-Type": "application/json"}, 401)

    def _carried(self) -> Call:
        """In a form, packed or typed otherwise than JSON is."""
        call = self._signed(*self._body())
        packed, kind = (
            {"Content-Encoding": "gzip"},
            self.random.choice(("text/html", "multipart/form-data; boundary=x")),
        )
        form = "application/x-www-form-urlencoded"
        return self.random.choice((
            Call(gzip.compress(call.body), {**call.headers, **packed}, 202),
            Call(call.body, {**call.headers, "Content-Type": "application/vnd.api+json; charset=utf-16"}, 202),
            Call(call.body, {**call.headers, "Content-Type": kind}, 415),
            Call(b"payload=" + call.body[:500], {**call.headers, "Content-Type": form}, 415),
            Call(call.body, {**call.headers, "Content-Encoding": self.random.choice(("br", "gzip, gzip", "é"))}, 415),
            Call(call.body or b"x", {**call.headers, **packed}, 400),
            Call(gzip.compress(call.body)[:-9], {**call.headers, **packed}, 400),
            Call(BOMB, {**call.headers, **packed}, 413),
            self._oversized(call.headers),
        ))  # fmt: skip

    def _oversized(self, headers: Headers) -> Call:
        """One of 25 MiB, which GitHub may not exceed, would be measured as memory that the test itself took."""
        if self.pushed.gate.largest("desk") > MIB:
            return Call(BOMB, {**headers, "Content-Encoding": "gzip"}, 413)
        return Call(b" " * (MIB + 1), headers, 413)


def samples(kind: str, pushed: Pushed) -> list[tuple[bytes, Headers]]:
    """(body, headers that prove nothing) of what the loopback sends, and of the vendor's own samples where they are."""
    scheme = SCHEMES[kind]
    unsigned = {scheme.header, scheme.stamp, "content-type", *PROOFS}
    found = []
    for number in [pushed.desk.create(f"Problem {n}", f"Text {n}") for n in range(4)]:
        body, headers = pushed.signed(number)
        found.append((body, {name.lower(): told for name, told in headers.items() if name.lower() not in unsigned}))
    for pattern, event in SAMPLES.get(kind, ()) if FOLDER else ():
        for path in sorted(Path(FOLDER).glob(pattern)):
            told = json.loads(path.read_bytes())
            headers = {**found[0][1], **({EVENTS[kind]: event} if event else {})}
            found.append((json.dumps({"ticket": told, "article": {}} if kind == "zammad" else told).encode(), headers))
    return found


def memory_mib() -> float:
    """Of its own: not the pages of files that it maps, nor what was given back and is only not used yet by others."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon:")).split()[1]) / 1024


@pytest.fixture(scope="module")
def measured() -> Iterator[Measured]:
    made = Measured()
    yield made
    if made.calls >= CALLS:
        spent, waited = max(made.spent) * 1000, max(made.waited) * 1000
        note("malformed deliveries", f"{CALLS:,}: no 5xx, no exception, each < 100 ms, memory < {MOST_MIB} MB",
             f"{made.calls:,}: none; {spent:.0f} ms of the processor at most ({waited:.0f} ms by the clock), "
             f"{made.grown_mib:.0f} MB")  # fmt: skip


def timed(pushed: Pushed, measured: Measured, call: Call) -> None:
    begun, worked = time.perf_counter(), time.thread_time()
    answer = pushed.send(call.body, call.headers)
    spent = time.thread_time() - worked
    measured.waited.append(time.perf_counter() - begun)
    measured.spent.append(spent)
    assert answer.status_code == call.expected, (call.body[:300], call.headers, answer.get_data()[:300])
    assert spent < MOST_SECONDS, (len(call.body), call.body[:300], call.headers)


@contextmanager
def heap_at_rest() -> Iterator[None]:
    """No call pays for a collection that looks through all that the tests loaded."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged inside that is an error or tells of an exception."""
    with caplog.at_level(logging.WARNING):
        yield
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(SCHEMES))
def test_nothing_that_comes_breaks_the_page_or_the_reader(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, measured: Measured
) -> None:
    with opened(kind, tmp_path) as office, quiet(caplog):
        pushed = Pushed(office)
        sender = Sender(kind, pushed, Random(f"malformed {kind}"), samples(kind, pushed))
        for call in sender.calls(60):  # warm
            assert pushed.send(call.body, call.headers).status_code == call.expected
        before = memory_mib()
        calls = sender.calls(PER_KIND - 60)
        with ThreadPoolExecutor(AT_ONCE) as threads, heap_at_rest():
            while some := list(islice(calls, 32)):
                list(threads.map(partial(timed, pushed, measured), some))
        assert pushed.read() == ""
        measured.grown_mib = max(measured.grown_mib, memory_mib() - before)
        assert pushed.counts().get("waiting", 0) == 0
        reasons = [one.outcome.reason or "" for one in pushed.lens.inbox.last("desk", became="set_aside", limit=CALLS)]
        assert reasons
        assert [reason for reason in reasons if "has a fault" in reason] == []
    measured.calls += PER_KIND
    assert measured.grown_mib < MOST_MIB
