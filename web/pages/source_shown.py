"""The settings of a source as fields of a form. What is secret is entered, and never shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from ticketlens.connector import Connector, Field
from ticketlens.sources.registry import ZONE, Source, fields_of
from web import wording

PREFIX = "set."
FORGET = "forget."
SHORT = {"url": "Address", "api_key": "API key", "token": "Token", "email": "E-mail", "zone": "Time zone",
         "app_id": "App ID", "app_secret": "App secret", "repo": "Repository"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test of a source told; `well` is None where it came to no end in time."""

    told: str
    well: bool | None


@dataclass(frozen=True, slots=True)
class FormField:
    """`is_set`: a secret is kept. `rare`: seldom needed, so the form has it below."""

    name: str
    label: str
    help: str
    value: str
    secret: bool
    required: bool
    is_set: bool
    rare: bool


def form_fields(
    kind: type[Connector], held: Source | None = None, entered: Mapping[str, str] | None = None
) -> tuple[FormField, ...]:
    """The fields of a new source, or those of one that is kept, with what was `entered` in the form before."""
    values = {**(held.values if held else {}), **(entered or {})}
    own = {one.name for one in kind.fields}
    return tuple(
        FormField(
            one.name, _label(one), one.help, "" if one.secret else values.get(one.name, ""), one.secret,
            one.required and not (held and one.secret), bool(held and one.name in held.secret_names),
            one.name not in own or one == ZONE,
        )
        for one in fields_of(kind)
    )  # fmt: skip


def needed(kind: type[Connector]) -> str:
    """What has to be entered for a source of that kind, in words."""
    labels = [_label(one) for one in kind.fields if one.required]
    return wording.words(label if label.isupper() or "API" in label else label.lower() for label in labels)


def entered(kind: type[Connector], form: Mapping[str, str]) -> dict[str, str]:
    """What the form says of each setting; an empty one is an empty text."""
    return {one.name: form.get(PREFIX + one.name, "").strip() for one in fields_of(kind)}


def without_secrets(text: str, kind: type[Connector], given: Mapping[str, str]) -> str:
    """An error's text without what was entered as a secret."""
    for one in fields_of(kind):
        if one.secret and len(given.get(one.name, "")) > 3:
            text = text.replace(given[one.name], "…")
    return text


def _label(one: Field) -> str:
    words = wording.plain(one.name)
    return SHORT.get(one.name, words[:1].upper() + words[1:])
