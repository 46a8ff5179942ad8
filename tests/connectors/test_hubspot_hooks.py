"""Webhooks of HubSpot: two signatures, the address that is signed, batches of events."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from helpdesks.hubspot import signed

from connectors.hubspot import HubSpot
from connectors.hubspot_hook import signed_address
from ticketlens.connector import BadProof, Hook, TicketRef
from ticketlens.errors import BadPayload
from ticketlens.fetch import Fetch

SECRET = "s3cret"
URL = "https://tl.example/hooks/hubspot"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


# -- signatures


def prover(secret: str = SECRET) -> HubSpot:
    return HubSpot({"token": "pat", "webhook_secret": secret}, Fetch())


VENDOR = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
VENDOR_BODY = b"{'example_field':'example_value'}"
VENDOR_URL = "https://www.example.com/webhook_uri"


def hook_of(headers: Mapping[str, str], body: bytes, url: str = URL, at: datetime = NOW) -> Hook:
    return Hook({name.lower(): value for name, value in headers.items()}, body, "POST", url, at)


def test_the_vendors_own_examples_prove() -> None:
    at = datetime.fromtimestamp(1693657560, UTC)
    v3 = {"X-HubSpot-Signature-v3": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
          "X-HubSpot-Request-Timestamp": "1693657560000"}  # fmt: skip
    v1 = {"X-HubSpot-Signature": "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750",
          "X-HubSpot-Signature-Version": "v1"}  # fmt: skip
    for headers in (v3, v1):
        assert prover(VENDOR).prove(hook_of(headers, VENDOR_BODY, VENDOR_URL, at)) is None
        with pytest.raises(BadProof):
            prover(VENDOR).prove(hook_of(headers, VENDOR_BODY + b" ", VENDOR_URL, at))


def test_the_self_made_example_proves() -> None:
    headers = {"X-HubSpot-Signature-v3": "HQS3EKq2zlyibUvcSiemz/iNMRfwD8aRsoxOYJ/Cbfo=",
               "X-HubSpot-Request-Timestamp": "1767323045000"}  # fmt: skip
    body = '{"id":1,"note":"café"}'.encode()
    assert prover().prove(hook_of(headers, body, f"{URL}?x=1")) is None
    with pytest.raises(BadProof):
        prover().prove(hook_of(headers, body, f"{URL}?x=2"))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_more_than_five_minutes_off_is_refused_and_not_saved_by_the_older_one(seconds: int) -> None:
    headers = signed(SECRET, "POST", URL, b"[]", NOW)
    assert prover().prove(hook_of(headers, b"[]", at=NOW + timedelta(seconds=seconds // 301 * 299))) is None
    with pytest.raises(BadProof):
        prover().prove(hook_of(headers, b"[]", at=NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize("stamp", ["", "soon", "1e12", "9" * 30])
def test_a_signature_without_a_time_is_refused(stamp: str) -> None:
    headers = {**signed(SECRET, "POST", URL, b"[]", NOW), "x-hubspot-request-timestamp": stamp}
    with pytest.raises(BadProof):
        prover().prove(hook_of(headers, b"[]"))


def test_an_address_is_signed_with_the_escapes_undone_that_hubspot_undoes() -> None:
    called = f"{URL}?a=%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B&b=%20%26%253A"
    meant = f"{URL}?a=:/?@!$'()*,;&b=%20%26%253A"
    assert signed_address(called) == meant
    for url in (meant, called):
        assert prover().prove(hook_of(signed(SECRET, "POST", url, b"[]", NOW), b"[]", called)) is None


def test_an_older_signature_counts_only_as_what_it_says_it_is() -> None:
    digest = hashlib.sha256(SECRET.encode() + b"[]").hexdigest()
    assert prover().prove(hook_of({"x-hubspot-signature": digest}, b"[]")) is None
    with pytest.raises(BadProof):
        prover().prove(hook_of({"x-hubspot-signature": digest, "x-hubspot-signature-version": "v2"}, b"[]"))
    with pytest.raises(BadProof):
        prover().prove(hook_of({"x-hubspot-signature": digest, "x-hubspot-signature-v3": "="}, b"[]"))


# -- events


def event(kind: str, number: int | None = 7, at: int = 1, **more: object) -> dict[str, object]:
    told = {"eventId": 1, "subscriptionId": 12, "occurredAt": at, "subscriptionType": kind, "attemptNumber": 0}
    return {**told, **({} if number is None else {"objectId": number}), **more}


def refs(*events: object) -> list[TicketRef]:
    return list(prover().receive(hook_of({}, json.dumps(events).encode())))


def test_a_hundred_events_name_each_ticket_once() -> None:
    events = [event("ticket.propertyChange", n % 4, at=n, propertyName="subject") for n in range(100)]
    assert refs(*events) == [TicketRef(str(number)) for number in range(4)]


def test_what_happened_last_says_whether_a_ticket_is_gone() -> None:
    gone, back = event("ticket.deletion", at=5), event("ticket.restore", at=6)
    assert refs(gone) == [TicketRef("7", gone=True)]
    assert refs(back, gone) == refs(gone, back) == [TicketRef("7")]
    assert refs(gone, event("ticket.propertyChange", at=4)) == [TicketRef("7", gone=True)]


def test_a_merge_names_what_is_left_and_what_is_gone() -> None:
    told = event("ticket.merge", 7, primaryObjectId=7, mergedObjectIds=[8, 9])
    assert set(refs(told)) == {TicketRef("8", gone=True), TicketRef("9", gone=True), TicketRef("7")}
    anew = event("ticket.merge", 7, primaryObjectId=7, mergedObjectIds=[8], newObjectId=10)
    assert set(refs(anew)) == {TicketRef("7", gone=True), TicketRef("8", gone=True), TicketRef("10")}


def test_events_of_other_records_are_passed_over() -> None:
    others = [
        event("contact.propertyChange"),
        event("object.creation", objectTypeId="0-1"),
        event("object.creation"),
        event("ticket.associationChange", None, fromObjectId=7, toObjectId=501),
    ]
    assert refs(*others) == []
    assert refs(*others, event("object.propertyChange", 8, objectTypeId="0-5")) == [TicketRef("8")]


@pytest.mark.parametrize("body", [b"", b"[1]", b"[[]]", b'[{"subscriptionType":"ticket.creation"}]', b"\xff"])
def test_what_is_no_list_of_events_is_refused_and_still_has_a_name(body: bytes) -> None:
    hook = hook_of({}, body)
    assert prover().delivery(hook) != ""
    with pytest.raises(BadPayload):
        list(prover().receive(hook))


def test_a_delivery_has_one_name_however_often_and_in_whatever_order_it_comes() -> None:
    def name_of(*events: object) -> str:
        return prover().delivery(hook_of({}, json.dumps(events).encode()))

    one, two = event("ticket.creation", 7), event("ticket.propertyChange", 8, propertyName="subject", propertyValue="a")
    again = {**one, "attemptNumber": 3, "eventId": 99}
    assert name_of(one, two) == name_of(two, again)
    for other in ({"propertyValue": "b"}, {"occurredAt": 2}, {"objectId": 9}, {"subscriptionId": 13}):
        assert name_of(one, two) != name_of(one, {**two, **other})


@pytest.mark.parametrize("body", [b"[" + b"{}," * 300_000 + b"{}]", b"[" + b"1," * 100_000 + b"1]"])
def test_more_events_than_hubspot_ever_sends_are_named_by_their_bytes_and_not_one_by_one(body: bytes) -> None:
    assert prover().delivery(hook_of({}, body)) == hashlib.sha256(body).hexdigest()
    with pytest.raises(BadPayload, match="more than"):
        list(prover().receive(hook_of({}, body)))
