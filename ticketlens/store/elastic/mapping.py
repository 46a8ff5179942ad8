"""What an index is made of, and whether one that is there is so."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from ticketlens.errors import StoreError

NOUNS = ("tickets", "raw", "topics", "assignments", "records", "inbox", "answers", "customers")
VECTORS = "vectors"
MADE_BY = "ticketlens"

Body = dict[str, Any]


def template(noun: str) -> Body:
    """What `templates/` says of the indices of a noun; each model's vectors have an index of their own."""
    file = files("ticketlens.store.elastic") / "templates" / f"{noun.partition('.')[0]}.json"
    told: Body = json.loads(file.read_text(encoding="utf-8"))
    told["mappings"]["_meta"] = {"made_by": MADE_BY, "noun": noun, "version": told["version"]}
    return told


def check_mapping(index: str, mappings: Body, told: Body) -> None:
    """Raises StoreError where the index is not one that we made, or not one that we can read."""
    meta = mappings.get("_meta", {})
    if meta.get("made_by") != MADE_BY:
        raise StoreError(clash(index))
    version = version_in(index, meta)
    if version > told["version"]:
        raise StoreError(f"the index {index} was made by a newer TicketLens; update TicketLens")
    if version < told["version"]:
        raise StoreError(f"the index {index} was made by an older TicketLens; run: ticketlens store migrate")
    there, ours = mappings.get("properties", {}), told["mappings"]["properties"]
    others = [name for name, field in ours.items() if not _as_told(there.get(name), field)]
    if others or mappings.get("dynamic") != "strict":
        raise _changed(index, ", ".join(others[:3]) or "dynamic")


def version_in(index: str, meta: Body) -> int:
    """The version of the template that an index of ours was made by; StoreError where it does not tell any more."""
    version = meta.get("version")
    if not isinstance(version, int):
        raise _changed(index, "_meta")
    return version


def _changed(index: str, what: str) -> StoreError:
    return StoreError(
        f"the mapping of the index {index} was changed by hand ({what}); "
        "bring the index back from a snapshot, or copy the store to another prefix: ticketlens store copy"
    )


FILLED_IN = ("dims", "m", "ef_construction")
"""Parameters of vectors that the server adds by itself."""


def _as_told(there: object, told: object) -> bool:
    """Whether a part of a mapping is as the template tells, with no parameter besides."""
    if not (isinstance(there, Mapping) and isinstance(told, Mapping)):
        return there == told
    more = set(there) - set(told) - set(FILLED_IN)
    return not more and all(_as_told(there.get(name), one) for name, one in told.items())


def clash(name: str) -> str:
    """What to say of a name that another program took."""
    return f"the index {name} is another program's; choose another prefix in the store's address"
