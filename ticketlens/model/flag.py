"""Why a figure of some days is not to be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FlagKind = Literal["running", "empty", "connected", "gap", "maturing"]
STANDING: Mapping[str, str] = {
    "running": "running", "empty": "no ticket yet", "connected": "maybe not whole", "gap": "not read whole",
    "maturing": "still maturing",
}  # fmt: skip
"""The same in a word or two, where there is no room for the reason."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Why some days are not to be compared, in words: they are not over, not whole, or not old enough."""

    kind: FlagKind
    reason: str

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "reason": self.reason}
