"""The last deliveries of a source: those that the address of its page asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import request

from ticketlens.model.delivery import Became, KeptDelivery
from ticketlens.sources.standing import Standing
from web.pages import asked

PAGE = 20
SHOWN: tuple[Became, ...] = ("set_aside", "waiting")
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """One delivery of the list, without what it holds. Its reason names nobody."""

    kept: KeptDelivery
    reason: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of deliveries. `last` is how long ago the newest came; `kept` counts those that are still there."""

    rows: tuple[Row, ...]
    became: Became | None
    older: int | None
    is_newest: bool
    last: timedelta | None
    kept: Mapping[Became, int]


def listed(one: Standing) -> Listed | None:
    """What the address of the source's page asks for; nothing where nobody called yet."""
    if not one.hooks.received:
        return None
    inbox, redact = asked.lens().inbox, asked.lens().preparer.redactor.redact
    became, before = _became(), number_of(request.args.get("before", ""))
    found = inbox.last(one.name, became=became, before=before, limit=PAGE + 1)
    rows = tuple(Row(kept, kept.outcome.reason and redact(kept.outcome.reason)) for kept in found[:PAGE])
    older = rows[-1].kept.number if len(found) > PAGE else None
    return Listed(rows, became, older, before is None, last_called(one), inbox.kept(one.name))


def last_called(one: Standing) -> timedelta | None:
    """How long ago the newest delivery came that is kept."""
    if one.hooks.received <= one.hooks.refused:
        return None
    newest = asked.lens().inbox.last(one.name, limit=1)
    return max(asked.lens().now() - newest[0].delivery.at, timedelta()) if newest else None


def number_of(text: str) -> int | None:
    """The number of a delivery, as it stands in an address; None for what can be none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        return None
    found = int(text)
    return found if found <= LARGEST_NUMBER else None


def _became() -> Became | None:
    told = request.args.get("became")
    return next((one for one in SHOWN if one == told), None)
