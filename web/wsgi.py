"""The types of WSGI (PEP 3333)."""

from collections.abc import Callable, Iterable
from typing import Any

Environment = dict[str, Any]
StartResponse = Callable[..., Any]
WSGI = Callable[[Environment, StartResponse], Iterable[bytes]]
