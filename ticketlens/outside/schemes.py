"""How further helpdesks prove their webhooks, ready for connectors that others write: each raises BadProof.

Sources: dev.frontapp.com (rule and application webhooks), GLPI src/Webhook.php, Chatwoot's API specification, the
Standard Webhooks specification 1.0.0 (GitLab's signing tokens), FreeScout's API & Webhooks module.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta

from ticketlens.connector import BadProof, Hook
from ticketlens.outside.proof import base64_mac, epoch, hex_mac, must_be_recent, must_match, secrets_of

QUEUED = timedelta(days=1)
"""GLPI signs the moment at which it queued a delivery, and may send it again much later."""

VERSION, KEY = "v1,", "whsec_"
Settings = Mapping[str, str]


def front_rule(hook: Hook, settings: Settings) -> None:
    """Base64 of HMAC-SHA1 over the body; no time is signed."""
    must_match(hook.header("x-front-signature"), settings, lambda secret: base64_mac(secret, hook.body, "sha1"))


def front_application(hook: Hook, settings: Settings) -> None:
    """Base64 of HMAC-SHA256 over milliseconds, a colon, and the body."""
    stamp = hook.header("x-front-request-timestamp")
    message = stamp.encode("utf-8", "surrogateescape") + b":" + hook.body
    must_match(hook.header("x-front-signature"), settings, lambda secret: base64_mac(secret, message, "sha256"))
    must_be_recent(epoch(stamp, 1000), hook)


def glpi(hook: Hook, settings: Settings) -> None:
    """Hex of HMAC-SHA256 over the body and seconds."""
    stamp = hook.header("x-glpi-timestamp")
    message = hook.body + stamp.encode("utf-8", "surrogateescape")
    must_match(hook.header("x-glpi-signature"), settings, lambda secret: hex_mac(secret, message, "sha256"))
    must_be_recent(epoch(stamp), hook, QUEUED)


def chatwoot(hook: Hook, settings: Settings) -> None:
    """Hex of HMAC-SHA256 over seconds, a dot, and the body."""
    stamp = hook.header("x-chatwoot-timestamp")
    message = stamp.encode("utf-8", "surrogateescape") + b"." + hook.body
    given = hook.header("x-chatwoot-signature")
    must_match(given, settings, lambda secret: f"sha256={hex_mac(secret, message, 'sha256')}")
    must_be_recent(epoch(stamp), hook)


def freescout(hook: Hook, settings: Settings) -> None:
    """Base64 of HMAC-SHA1 over the body, under a key made of the application's own, `base64:` included."""

    def expected(secret: str) -> str:
        key = hashlib.md5(f"{secret}webhook_key".encode()).hexdigest()  # noqa: S324 - FreeScout's own way to its key
        return base64_mac(key, hook.body, "sha1")

    must_match(hook.header("x-freescout-signature"), settings, expected)


def standard(hook: Hook, settings: Settings) -> None:
    """Standard Webhooks: any of several `v1,` signatures over id, seconds and body; secrets as they are or `whsec_`."""
    id_, stamp = hook.header("webhook-id"), hook.header("webhook-timestamp")
    message = f"{id_}.{stamp}.".encode("utf-8", "surrogateescape") + hook.body
    made = [_signature(key, message) for secret in secrets_of(settings) for key in _keys(secret)]
    given = [one.encode("utf-8", "surrogateescape") for one in hook.header("webhook-signature").split(" ") if one]
    matched = [hmac.compare_digest(one, expected) for one in given for expected in made]
    if not id_ or not any(matched):
        raise BadProof("its signature is missing, or made with another secret")
    must_be_recent(epoch(stamp), hook)


def _keys(secret: str) -> Iterator[bytes]:
    yield secret.encode()
    if secret.startswith(KEY):
        try:
            yield base64.b64decode(secret.removeprefix(KEY), validate=True)
        except binascii.Error:
            return


def _signature(key: bytes, message: bytes) -> bytes:
    return VERSION.encode() + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest())
