"""Secrets that we hand out: 256 random bits, of which the store keeps only the SHA-256."""

import hashlib
import secrets


def new_secret(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """SHA-256 in hex. A plain hash is enough: nobody can try 2**256 secrets, unlike passwords."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
