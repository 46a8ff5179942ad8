"""Passwords: what is accepted, and Argon2id with the parameters that OWASP advises (19 MiB, 2 passes, 1 lane)."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ticketlens.errors import ConfigError

SHORTEST = 12
LONGEST = 256
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(name: str, password: str) -> str:
    """A hash to keep; a ConfigError says why a password is refused. Length counts, composition does not."""
    folded = _normal(password)
    if len(folded) < SHORTEST:
        raise ConfigError(f"the password is too short: take at least {SHORTEST} characters, four random words do well")
    if len(folded) > LONGEST:
        raise ConfigError(f"the password is longer than {LONGEST} characters")
    if len(set(folded)) < 5 or folded.casefold() == _normal(name).casefold():
        raise ConfigError("the password is too easy to guess: take four random words")
    return HASHER.hash(folded)


def password_fits(hashed: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is no such person (`hashed` None) as where there is one."""
    try:
        HASHER.verify(hashed or _NOBODYS, _normal(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def _normal(password: str) -> str:
    """The same password from every keyboard (NIST SP 800-63B, 3.1.1.2), and always encodable."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode("utf-8")


_NOBODYS = HASHER.hash("a password that nobody has")
