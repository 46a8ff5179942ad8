"""Webhooks of HubSpot: their signatures, what a delivery is called, and the tickets that it names.

Sources: developers.hubspot.com, Validating requests and Webhooks API; hubspot-api-python, utils/signature.py.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import orjson

from connectors.hubspot_names import TICKET
from ticketlens.connector import BadProof, Hook, TicketRef
from ticketlens.errors import BadPayload
from ticketlens.intake.payload import Payload, parse_json
from ticketlens.outside.proof import base64_mac, epoch, must_be_recent, must_match

DECODED = re.compile("%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""The only escapes that HubSpot undoes in an address before it signs it."""

MOST_EVENTS = 1_000
"""HubSpot sends 100 at once at most."""

LONGEST_READ = 256 * 1024
"""Bytes of a delivery: what is larger is not taken apart before it is answered."""

NAMED_BY = ("subscriptionId", "objectId", "occurredAt", "propertyName", "propertyValue")


def prove(hook: Hook, settings: Mapping[str, str]) -> None:
    """Signature v3 where there is one, else v1, which CRM subscriptions still carry and which holds no time."""
    if hook.header("x-hubspot-signature-v3"):
        _prove_whole(hook, settings)
    elif hook.header("x-hubspot-signature-version").lower() in ("", "v1"):
        given = hook.header("x-hubspot-signature").lower()
        must_match(given, settings, lambda secret: hashlib.sha256(secret.encode() + hook.body).hexdigest())
    else:
        raise BadProof("a signature of a version that HubSpot does not use for webhooks")


def _prove_whole(hook: Hook, settings: Mapping[str, str]) -> None:
    """Base64 of HMAC-SHA256 over method, address, body and time, as the address came or with its escapes undone."""
    stamp = hook.header("x-hubspot-request-timestamp")
    must_be_recent(epoch(stamp, 1000), hook)
    given = hook.header("x-hubspot-signature-v3")
    for url in dict.fromkeys((signed_address(hook.url), hook.url)):
        message = f"{hook.method}{url}".encode() + hook.body + stamp.encode()
        with suppress(BadProof):
            return must_match(given, settings, lambda secret, m=message: base64_mac(secret, m, "sha256"))  # type: ignore[misc]
    raise BadProof(
        "the signature is missing, made with another secret, or for another address: check base_url in the settings"
    )


def signed_address(url: str) -> str:
    return DECODED.sub(lambda escape: chr(int(escape[0][1:], 16)), url)


def delivery(hook: Hook) -> str:
    """The same when the events come again: neither the number of the attempt nor `eventId` is part of it."""
    try:
        named = sorted(orjson.dumps([event.at(name).value for name in NAMED_BY]) for event in _few_events(hook))
    except (BadPayload, orjson.JSONEncodeError):
        named = [hook.body]
    return hashlib.sha256(b"\n".join(named)).hexdigest()


def _few_events(hook: Hook) -> list[Payload]:
    if len(hook.body) > LONGEST_READ:
        raise BadPayload("", f"more than {LONGEST_READ:,} bytes")
    return _events(hook)


def receive(hook: Hook) -> Iterator[TicketRef]:
    """Each ticket once, in the order of what happened: what happened last says whether it is there."""
    told: dict[str, bool] = {}
    for event in sorted(filter(_is_of_ticket, _events(hook)), key=lambda one: _Event(one).at):
        told |= _Event(event).tickets()
    for id_, gone in told.items():
        yield TicketRef(id_, gone=gone)


@dataclass(frozen=True, slots=True)
class _Event:
    told: Payload

    @property
    def at(self) -> int:
        found = self.told.at("occurredAt").value
        return found if isinstance(found, int) else 0

    @property
    def kind(self) -> str:
        return (self.told.opt_text("subscriptionType") or "").rpartition(".")[2].lower()

    def tickets(self) -> dict[str, bool]:
        """Ticket -> whether it is gone."""
        if self.kind == "merge":
            return self._merged()
        return {self.told.id("objectId"): self.kind in ("deletion", "privacydeletion")}

    def _merged(self) -> dict[str, bool]:
        """The one that is left may be a new one; those that went into it are there no more."""
        left = next(
            (id_ for name in ("newObjectId", "primaryObjectId", "objectId") if (id_ := self.told.opt_text(name))), None
        )
        if left is None:
            raise BadPayload("objectId", "missing")
        primary = self.told.opt_text("primaryObjectId")
        away = [one.value for one in self.told.items("mergedObjectIds")] + ([primary] if primary else [])
        return {**{str(id_): True for id_ in away}, left: False}


def _is_of_ticket(event: Payload) -> bool:
    """A change of an association names no ticket by itself, and moves the ticket's own time of change."""
    kind = event.opt_text("subscriptionType") or ""
    of_ticket = kind.startswith("ticket.") or (kind.startswith("object.") and event.opt_text("objectTypeId") == TICKET)
    return of_ticket and not kind.endswith(".associationChange")


def _events(hook: Hook) -> list[Payload]:
    told = parse_json(hook.body.decode("utf-8", "replace"))
    events = told if isinstance(told, list) else [told]
    if len(events) > MOST_EVENTS:
        raise BadPayload("", f"more than {MOST_EVENTS:,} events")
    return list(Payload({"events": events}).items("events"))
