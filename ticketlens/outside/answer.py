"""What a helpdesk answered, whole, and as a typed payload."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property

import orjson
from requests.utils import parse_header_links

from ticketlens.errors import BadPayload
from ticketlens.intake.payload import Payload, parse_json


@dataclass(frozen=True)
class Answer:
    """`headers` find their names in any case; `url` is the one asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @cached_property
    def payload(self) -> Payload:
        """The JSON; raises BadPayload where it is none."""
        try:
            return Payload(orjson.loads(self.body))
        except orjson.JSONDecodeError:
            return Payload(parse_json(self._text()))  # halves of surrogate pairs are read, what is wrong is named

    def _text(self) -> str:
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadPayload("", "not JSON: no UTF-8") from None

    @property
    def is_page(self) -> bool:
        """Whether it is a web page where data was asked for: of a proxy, a sign-in, a maintenance."""
        kind = self.headers.get("content-type", "").lower()
        return "text/html" in kind or self.body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))

    @property
    def next_link(self) -> str | None:
        """The address of the next page, from the header `Link`."""
        links = parse_header_links(self.headers.get("link", ""))
        return next((link["url"] for link in links if link.get("rel") == "next"), None)

    @property
    def date(self) -> datetime | None:
        """When the other side says that it answered; None where it does not say it in a way that can be read."""
        return http_date(self.headers.get("date", ""))


def http_date(text: str) -> datetime | None:
    """A date as headers hold it (RFC 9110, 5.6.7); None for what is none, or names no zone."""
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError, LookupError, ArithmeticError):  # what its parser makes of numbers out of range
        return None
    return told if told.tzinfo else None
