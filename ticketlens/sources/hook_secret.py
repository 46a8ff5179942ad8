"""The secret that proves webhooks: how one takes the place of another while both still count."""

import secrets
from collections.abc import Mapping

from ticketlens.connector import Connector, Field, Receiver, hook_proof
from ticketlens.errors import ConfigError

SECRET, FORMER = "webhook_secret", "webhook_secret_previous"
Values = Mapping[str, str]


def hook_fields(kind: type[Connector]) -> tuple[Field, ...]:
    theirs = hook_proof(kind) == "theirs"
    made = f"{kind.title} makes it: copy it from there" if theirs else "made by us where you leave it out"
    return (
        Field(SECRET, secret=True, required=False, help=f"proves deliveries; {made}"),
        Field(FORMER, secret=True, required=False, help="the one before, kept by itself; it counts until you end it"),
    )


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def changed(before: Values, given: Values) -> Values:
    """What is given, and with a new secret the one before; another may be given in its place."""
    held, new = before.get(SECRET), given.get(SECRET, "").strip()
    return {FORMER: held, **given} if held and new and new != held else given


def rotated(name: str, kind: type[Connector], before: Values, new: str, *, again: bool) -> Values:
    """`again`: where two count already, the new one takes the place of the last, which was lost before it was used.

    Raises ConfigError where the helpdesk makes the secret, or where a person has to say which one is in use.
    """
    if not issubclass(kind, Receiver):
        raise ConfigError(f"{kind.title} has no webhooks here")
    if hook_proof(kind) == "theirs":
        raise ConfigError(f"{kind.title} makes the secret of webhooks itself: copy it there, and enter it as {SECRET}")
    if FORMER not in before:
        return changed(before, {SECRET: new})
    if again:
        return {SECRET: new}
    raise ConfigError(
        f"two secrets of {name} count already: end the former one where {kind.title} uses the last "
        f"(ticketlens source forget-secret {name}), or make the last one anew (--again)"
    )


def ended(name: str, before: Values) -> Values:
    if FORMER not in before:
        raise ConfigError(f"{name} has no former secret of webhooks: only the last one counts")
    return {FORMER: ""}
