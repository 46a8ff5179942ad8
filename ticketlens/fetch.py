"""The only way out to a helpdesk: time-outs, retries, request budget, size cap and address guard in one place."""

import zlib
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException
from itertools import islice
from json import dumps
from math import inf
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from ticketlens.errors import BadPayload, ConfigError, Denied, TicketLensError, Unavailable
from ticketlens.intake.shown import shown
from ticketlens.outside.address import checked, joined, origin_of
from ticketlens.outside.after import is_throttled, jittered, wait_of
from ticketlens.outside.answer import Answer
from ticketlens.outside.budget import Budget
from ticketlens.outside.guard import Guard
from ticketlens.outside.pace import Pace, TooLarge
from ticketlens.outside.session import Session
from ticketlens.outside.waiting import Waiting

__all__ = ["Fetch", "OutOfTime", "Refused", "Site", "TooLarge"]

LARGEST = 25 * 1024 * 1024
LARGEST_PART = 5 * 1024 * 1024
"""Bytes of what is asked for each ticket, several at the same time; attachments are not in there."""

CHUNK = 256 * 1024
CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
TRIES = 6
PATIENCE = 300.0
"""Seconds that one request may take in all with a helpdesk that is busy or slow; more is left to a later pull."""

ANSWER_SECONDS = 120.0
"""Within which an answer, once asked for, must have come whole."""

MOST_REDIRECTS = 5
AT_ONCE = 4
ABSENT = frozenset({403, 404, 410})
"""What a part of a ticket answers that is gone, or not ours to see: the ticket is read without it."""

UNREADABLE = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError, zlib.error)
"""What the libraries below raise for an answer that is none, on its way or in their parsers."""

GONE = frozenset({404, 410})
SAID = 20_000
SKEW_SECONDS = 120.0
Auth = tuple[str, str] | AuthBase | None


class Refused(TicketLensError):
    """The other side does not take this request, with the status that says why."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class OutOfTime(Unavailable):
    """All the time that may be spent is over."""


@dataclass
class Fetch:
    """What one source may do outside. `secrets` never stand in what it says; `notes` are for people to read.

    `seconds` is all that may be spent, from now on; None: as long as it takes. `answered` counts good answers.
    """

    guard: Guard = field(default_factory=Guard)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    waiting: Waiting = field(default_factory=Waiting)
    largest: int = LARGEST
    largest_part: int = LARGEST_PART
    patience: float = PATIENCE
    per_minute: float | None = None
    notes: dict[str, None] = field(default_factory=dict)
    seconds: float | None = None
    answered: int = 0
    answer_seconds: float = ANSWER_SECONDS

    def __post_init__(self) -> None:
        self._begun = self.waiting.monotonic()

    @property
    def left(self) -> float:
        """Seconds that may still be spent."""
        return inf if self.seconds is None else self.seconds - (self.waiting.monotonic() - self._begun)

    def check_time(self, host: str) -> None:
        if self.left > 0:
            return
        if self.answered:
            raise OutOfTime(
                f"{host} lets us in and answers; its first tickets take longer than {self.seconds:.0f} s to come"
            )
        raise OutOfTime(f"{host} gives no good answer within {self.seconds:.0f} s")

    def site(
        self, base: str, *, headers: Mapping[str, str] | None = None, auth: Auth = None, per_minute: float | None = None
    ) -> "Site":
        """One place to ask, such as https://acme.zendesk.com/api/v2; raises ConfigError for no such address.

        `per_minute` is what the helpdesk allows; the operator's own limit, where there is one, wins if it is less.
        """
        _must_be_sendable(auth, headers or {})
        if isinstance(auth, tuple):
            self.secrets = (*self.secrets, b64encode(":".join(auth).encode("latin-1")).decode("ascii"))
        limits = [limit for limit in (per_minute, self.per_minute) if limit is not None]
        budget = Budget(min(limits, default=None), self.waiting)
        return Site(self, checked(base, self.guard), dict(headers or {}), auth, budget)

    @property
    def timeouts(self) -> tuple[float, float]:
        """Seconds to connect, and between two pieces of an answer."""
        return min(CONNECT_SECONDS, max(self.left, 0.1)), min(READ_SECONDS, max(self.left, 0.1))

    @property
    def pace(self) -> Pace:
        """Of each answer; what is packed, or sent in small pieces, may need more bytes than it holds."""
        return Pace(lambda: min(self.answer_seconds, self.left), 2 * self.largest + 2**20, self.waiting.monotonic)

    def hidden(self, text: str) -> str:
        """The text without secrets."""
        forms = {form for secret in self.secrets if secret for form in _forms(secret)}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, "…")
        return text


@dataclass
class Site:
    """Made by `Fetch.site`. Paths are taken under the base; a whole address must be of the same host."""

    fetch: Fetch
    base: str
    headers: dict[str, str] = field(repr=False)
    auth: Auth = field(repr=False)
    budget: Budget
    _skewed: bool = field(default=False, init=False, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc.rpartition("@")[2]

    def allow(self, per_minute: float) -> None:
        """What the helpdesk says that it allows, in place of what was known; the operator's own limit stays."""
        self.budget.per_minute = min(per_minute, self.fetch.per_minute or per_minute)

    def get(self, path: str, params: Mapping[str, Any] | None = None, **asked: Any) -> Answer:
        """Raises Denied for 401 and 403, Unavailable for what may pass by, Refused for any other refusal."""
        return self._whole("GET", path, params=params, **asked)

    def post(self, path: str, json: Any = None, **asked: Any) -> Answer:
        return self._whole("POST", path, json=json, **asked)

    def find(
        self, path: str, params: Mapping[str, Any] | None = None, *, gone: Collection[int] = GONE
    ) -> Answer | None:
        """One thing by its id; None where there is none any more, which these statuses say."""
        answer = self._patiently("GET", path, params=params)
        return None if self._says(answer, gone) else self._good(answer)

    def part(self, path: str, params: Mapping[str, Any] | None = None, json: Any = None) -> Answer | None:
        """A part of one ticket; None where it is gone, not ours to see, or too large, which is noted.

        With `json` parts of several tickets are asked for by POST: too large, they are TooLarge, and fewer may do.
        """
        if json is not None:
            answer = self._patiently("POST", path, params=params, json=json)
        else:
            limit = min(self.fetch.largest_part, self.fetch.largest)
            try:
                answer = self._patiently("GET", path, params=params, largest=limit)
            except TooLarge:
                note = f"{self.host}: what is larger than {limit / 2**20:.0f} MiB was left out of its ticket"
                self.fetch.notes.setdefault(note)
                return None
        return None if self._says(answer, ABSENT) else self._good(answer)

    def parts(self, paths: Iterable[str]) -> Iterator[Answer | None]:
        """`part` of each path, in order, some of them at the same time; one alone on the connection that is open."""
        asked = iter(paths)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while group := list(islice(asked, AT_ONCE)):
                yield from (pool.map if len(group) > 1 else map)(self.part, group)

    def _says(self, answer: Answer, statuses: Collection[int]) -> bool:
        return answer.status in statuses and not is_throttled(answer)

    def _whole(self, method: str, path: str, **asked: Any) -> Answer:
        return self._good(self._patiently(method, path, **asked))

    def _good(self, answer: Answer) -> Answer:
        """The answer, if it is one; else an error that says what to do."""
        where = f"{self.host}{urlsplit(answer.url).path}"
        if answer.status == 401:
            raise Denied(f"{self.host} does not accept the sign-in of this source (401): enter a new token or key")
        if answer.status == 403:
            raise Denied(f"{where} may not be read with this sign-in (403): give its account the rights in the docs")
        if answer.status >= 300:
            said = shown(self.fetch.hidden(answer.body[:SAID].decode("utf-8", "replace")), 200)
            raise Refused(
                f"{where} answers {answer.status}: {said}" if said else f"{where} answers {answer.status}",
                answer.status,
            )
        self.fetch.answered += 1
        return answer

    # -- one request, until it has an answer that stands

    def _patiently(self, method: str, path: str, **asked: Any) -> Answer:
        url = self._address(path)
        waited, failed = 0.0, Unavailable(f"{self.host} does not answer")
        for number in range(TRIES):
            self.budget.take()
            self.fetch.check_time(self.host)
            begun = self.fetch.waiting.monotonic()
            try:
                answer = self._once(method, url, **asked)
                wait = wait_of(answer, number, self.fetch.waiting)
                if wait is None:
                    return answer
                failed = Unavailable(_busy(self.host, answer), max(wait, 1.0))
            except Unavailable as error:
                wait, failed = jittered(number), error
            waited += wait + self.fetch.waiting.monotonic() - begun
            if number == TRIES - 1 or waited > self.fetch.patience or isinstance(failed, TooLarge | OutOfTime):
                break
            if wait > self.fetch.left:
                break
            self.fetch.waiting.sleep(wait)
        raise failed

    def _once(self, method: str, url: str, **asked: Any) -> Answer:
        for _ in range(MOST_REDIRECTS):
            answer = self._read(method, url, **asked)
            if answer.status not in (301, 302, 303, 307, 308):
                return self._as_data(answer)
            url = self._moved(url, answer.headers.get("location", ""))
            asked.pop("params", None)
        raise Unavailable(f"{self.host} sends us round in a circle: check the address of this source")

    def _read(self, method: str, url: str, largest: int | None = None, **asked: Any) -> Answer:
        told = {"Accept": "application/json", **self.headers, **asked.pop("headers", {})}
        try:
            with self._session.request(
                method, url, headers=told, auth=self.auth, timeout=self.fetch.timeouts,
                allow_redirects=False, stream=True, **asked,
            ) as response:  # fmt: skip
                body = self._body(response, largest or self.fetch.largest)
        except TicketLensError:
            self.fetch.check_time(self.host)
            raise
        except requests.exceptions.SSLError:
            raise Unavailable(
                f"{self.host}: its certificate is not trusted here; check the address of this source"
            ) from None
        except UNREADABLE as error:
            raise Unavailable(f"{self.host}: {_trouble(error)}") from None
        answer = Answer(response.status_code, response.headers, body, url)
        self._look_at_clock(answer)
        return answer

    def _body(self, response: requests.Response, largest: int) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(CHUNK):
            size += len(part)
            self.fetch.check_time(self.host)
            if size > largest:
                raise TooLarge(f"{self.host}: an answer larger than {largest / 2**20:.0f} MiB was not read")
            parts.append(part)
        return b"".join(parts)

    def _as_data(self, answer: Answer) -> Answer:
        """What was to be JSON is JSON; else it may be better at the next try."""
        if answer.status >= 300 or answer.status == 204:
            return answer
        if answer.is_page:
            raise Unavailable(
                f"{self.host} answers with a web page in place of data: check the address of this source, "
                "or whether a proxy or a maintenance page stands before it"
            )
        try:
            _ = answer.payload
        except BadPayload as error:
            raise Unavailable(f"{self.host} answers with something that is no JSON ({error.reason[:80]})") from None
        return answer

    def _address(self, path: str) -> str:
        url = path if "://" in path else f"{self.base}/{path.lstrip('/')}"
        origin = origin_of(url)
        if origin is None:
            raise Unavailable(
                f"{self.host} names {shown(self.fetch.hidden(url), 100)!r} as a page, which is no address"
            )
        if origin != origin_of(self.base):
            raise Unavailable(f"{self.host} names a page of another host, which is not followed")
        return url

    def _moved(self, url: str, location: str) -> str:
        target = joined(url, location)
        origin = target and origin_of(target)
        if not target or not origin:
            raise Unavailable(
                f"{self.host} sends us to {shown(self.fetch.hidden(location), 100)!r}, which is no address"
            )
        if origin != origin_of(self.base):
            where = urlsplit(target).hostname or "elsewhere"
            raise ConfigError(
                f"{self.host} sends us to {shown(where, 100)}: enter that address in this source, if it is right"
            )
        return target

    def _look_at_clock(self, answer: Answer) -> None:
        """Told once, by the first answer that shows it."""
        theirs = answer.date
        if theirs is None or self._skewed:
            return
        skew = (self.fetch.waiting.now() - theirs).total_seconds()
        if abs(skew) > SKEW_SECONDS:
            self._skewed = True
            side = "ahead of" if skew > 0 else "behind"
            note = f"the clock of this machine is {abs(skew) / 60:.0f} min {side} that of {self.host}: set it by NTP"
            self.fetch.notes.setdefault(note)

    @cached_property
    def _session(self) -> Session:
        return Session(self.fetch.guard, self.fetch.pace)


def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it may come back: as it is, in an address, in JSON."""
    return secret, quote(secret, safe=""), dumps(secret)[1:-1]


def _must_be_sendable(auth: Auth, headers: Mapping[str, str]) -> None:
    """Raises ConfigError for what no header can hold, such as the dots with which a page shortens a token."""
    told = [*headers.values(), *(auth if isinstance(auth, tuple) else ())]
    if not all(text.isprintable() and all(ord(letter) < 256 for letter in text) for text in told):
        raise ConfigError("a token, key or user name holds a character that none has: copy it again, whole")


def _busy(host: str, answer: Answer) -> str:
    if answer.status in (403, 429):
        return f"{host} asks us to wait ({answer.status}): its limit of requests is used up"
    return f"{host} answers {answer.status}: it has trouble of its own"


def _trouble(error: BaseException) -> str:
    text = str(error)
    if isinstance(error, requests.Timeout) or "Read timed out" in text:
        return "no answer in time"
    if "Name" in text and "resol" in text.lower():
        return "there is no such name; check the address of this source"
    if isinstance(error, requests.exceptions.InvalidURL):
        return "that is no address; check the address of this source"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer broke off"
    if isinstance(error, requests.exceptions.ContentDecodingError) or not isinstance(error, OSError):
        return "it sends what cannot be read"
    return "no connection"
