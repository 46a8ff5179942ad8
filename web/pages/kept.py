"""What is the same on every page until tickets or topics change, asked of the store once."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from flask import current_app

from web.pages import asked

Value = TypeVar("Value")
MOST = 500


def kept(key: Hashable, compute: Callable[[], Value]) -> Value:
    """The value under `key`, computed anew after any change of the store."""
    held: dict[str, Any] = current_app.extensions.setdefault("ticketlens.kept", {"generation": None, "values": {}})
    generation = asked.lens().store.generation()
    if held["generation"] != generation or len(held["values"]) > MOST:
        held |= {"generation": generation, "values": {}}
    values: dict[Hashable, Any] = held["values"]
    if key not in values:
        values[key] = compute()
    return cast(Value, values[key])
