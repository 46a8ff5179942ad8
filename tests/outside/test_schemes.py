"""Proofs of further helpdesks, held against vectors, and against all that must not pass."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ticketlens.connector import BadProof, Hook
from ticketlens.outside import schemes

BODY = '{"id":1,"note":"café"}'.encode()
AT = datetime.fromtimestamp(1767323045, UTC)
OURS = {"webhook_secret": "s3cret"}
STAMP, MILLIS = "1767323045", "1767323045000"
Prove = Callable[[Hook, Mapping[str, str]], None]
VECTORS: dict[str, tuple[Prove, dict[str, str], dict[str, str]]] = {
    "Front rule": (schemes.front_rule, {"x-front-signature": "gjc+81x2sueUe3+G/mRCtPyI/2o="}, OURS),
    "Front application": (
        schemes.front_application,
        {"x-front-signature": "94p0xn+j2Q4GabHHgUfHU4fYrFlg2CIf5D5w53sPhq8=", "x-front-request-timestamp": MILLIS},
        OURS,
    ),
    "GLPI": (
        schemes.glpi,
        {
            "x-glpi-signature": "a4fdceb6060fdd1ab8d87cf2e40be514a3541a4a62068ed8a9fac142064c7d04",
            "x-glpi-timestamp": STAMP,
        },
        OURS,
    ),
    "Chatwoot": (
        schemes.chatwoot,
        {
            "x-chatwoot-signature": "sha256=d57d4340226f7874322c1051513cf274660ae58ff3fa1f72aeb2f6304da21b72",
            "x-chatwoot-timestamp": STAMP,
        },
        OURS,
    ),
    "GitLab": (
        schemes.standard,
        {
            "webhook-signature": "v1,qgllPkj/M7fAOY+y35pC46XEUKLS3kJAbeEzlnOQ2I4=",
            "webhook-id": "f5e5f430", "webhook-timestamp": STAMP,
        },
        OURS,
    ),
    "FreeScout": (
        schemes.freescout, {"x-freescout-signature": "0+zWmKxqHayCQfxSN8Wpxe1iR6s="}, {"webhook_secret": "base64:AAAA"},
    ),
}  # fmt: skip
TIMED = [name for name, (_, headers, _) in VECTORS.items() if any("timestamp" in header for header in headers)]


def hook(name: str) -> Hook:
    return Hook(headers=VECTORS[name][1], body=BODY, at=AT)


@pytest.mark.parametrize("name", VECTORS)
def test_the_vector_of_a_scheme_is_proven_also_by_the_secret_before(name: str) -> None:
    prove, _, settings = VECTORS[name]
    prove(hook(name), settings)
    prove(hook(name), {"webhook_secret": "a newer one", "webhook_secret_previous": settings["webhook_secret"]})


@pytest.mark.parametrize("name", VECTORS)
def test_nothing_else_is(name: str) -> None:
    prove, headers, settings = VECTORS[name]
    good = hook(name)
    signature = next(header for header in headers if "signature" in header)
    own = headers[signature]
    told = ("", own[:-1], own + "x", own.swapcase(), "ü", "\udc80")
    signed = [replace(good, headers={**headers, signature: one}) for one in told]
    for one in (replace(good, body=BODY + b" "), replace(good, headers={}), *signed):
        with pytest.raises(BadProof):
            prove(one, settings)
    for other in ({"webhook_secret": "another"}, {}):
        with pytest.raises(BadProof):
            prove(good, other)


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_signed_time_that_is_too_far_off_proves_nothing(name: str, sign: int) -> None:
    prove, _, settings = VECTORS[name]
    span = schemes.QUEUED if name == "GLPI" else timedelta(minutes=5)
    prove(replace(hook(name), at=AT + sign * span), settings)
    with pytest.raises(BadProof):
        prove(replace(hook(name), at=AT + sign * (span + timedelta(seconds=1))), settings)


def test_a_standard_webhook_may_carry_several_signatures_and_a_secret_in_base64() -> None:
    key = b"0123456789abcdef01234567"
    settings = {"webhook_secret": f"whsec_{base64.b64encode(key).decode()}"}
    made = hmac.new(key, b"f5e5f430." + STAMP.encode() + b"." + BODY, hashlib.sha256).digest()
    told = f"v1a,other v1,wrong v1,{base64.b64encode(made).decode()}"
    schemes.standard(replace(hook("GitLab"), headers={**VECTORS["GitLab"][1], "webhook-signature": told}), settings)
    schemes.standard(hook("GitLab"), {**OURS, "webhook_secret_previous": "whsec_no base64"})
