"""The parts of a conversation or ticket of Intercom: what was written, and how its state went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ticketlens.connector import Row
from ticketlens.intake.payload import Payload

MOST = 500
"""Intercom tells the latest parts only, up to that many."""

CUSTOMERS = frozenset({"user", "lead", "contact", "visitor"})
NO_MESSAGE = ("conversation_rating", "conversation_attribute", "ticket_")


@dataclass(frozen=True, slots=True)
class Parts:
    """Oldest first. `told` is None where they were not told; `total` is how many there are."""

    told: tuple[Payload, ...] | None
    total: int

    @classmethod
    def of(cls, record: Payload, name: str) -> "Parts":
        held = record.at(name)
        if held.value is None:
            return cls(None, 0)
        told = tuple(sorted(held.items(name), key=lambda part: part.integer("created_at")))
        total = held.integer("total_count") if held.at("total_count").value is not None else len(told)
        return cls(told, total)

    @property
    def are_all(self) -> bool:
        return self.told is not None and len(self.told) >= self.total

    @property
    def are_all_to_be_had(self) -> bool:
        return self.are_all or (self.told is not None and len(self.told) >= MOST)

    def version(self, second: int) -> float:
        """When it changed last, in seconds; of two versions of one second the one of more parts is the later."""
        return second + min(self.total, 999_999) / 1_000_000

    def since(self, second: int) -> "Parts":
        """Without what came before; how many were left out by Intercom stays."""
        if self.told is None:
            return self
        kept = tuple(part for part in self.told if part.integer("created_at") >= second)
        return replace(self, told=kept, total=self.total - len(self.told) + len(kept))

    def messages(self, opening: Row | None) -> list[Row] | None:
        """What was written, the opening first; None where nothing was told."""
        if self.told is None:
            return None
        written = [message(part, part.integer("created_at")) for part in self.told if _is_message(part)]
        return [opening, *written] if opening is not None else written

    def state_history(self) -> list[Row] | None:
        """Each change of a conversation's state, which begins open."""
        return None if self.told is None else list(_moves(self.told))

    def ticket_history(self, words: Mapping[str, str]) -> list[Row] | None:
        """Each change of a ticket's state, in our words for it."""
        if self.told is None:
            return None
        moves = [part for part in self.told if part.opt_text("ticket_state") is not None]
        return [
            _event(part, *(words.get(word, word) if (word := part.opt_text(name)) else None
                           for name in ("previous_ticket_state", "ticket_state")))
            for part in moves
        ]  # fmt: skip


def agreeing(history: list[Row] | None, status: str) -> list[Row] | None:
    """The history, unless it ends otherwise than the record itself says: then what it leaves out cannot be told."""
    done = ("solved", "closed")
    last = history[-1]["to"] if history else "open"
    return history if (last in done) == (status in done) else None


def message(part: Payload, second: int) -> Row:
    return {
        "at": second,
        "author": _author(part.at("author")),
        "public": not (part.opt_text("part_type") or "").startswith("note"),
        "body": part.opt_text("body"),
    }


def _is_message(part: Payload) -> bool:
    says = part.opt_text("body") is not None or any(True for _ in part.items("attachments"))
    return says and not (part.opt_text("part_type") or "").startswith(NO_MESSAGE)


def _moves(parts: tuple[Payload, ...]) -> Iterator[Row]:
    state = "open"
    for part in parts:
        after = _state_after(part, state)
        if after != state:
            yield _event(part, state, after)
            state = after


def _state_after(part: Payload, state: str) -> str:
    """What a customer writes opens a conversation again, whatever its part is called."""
    kind = part.opt_text("part_type") or ""
    if kind == "close":
        return "closed"
    if kind == "snoozed":
        return "on_hold"
    opens = kind == "open" or "reopen" in kind or "unsnooze" in kind
    return "open" if opens or (_is_message(part) and _author(part.at("author")) == "customer") else state


def _event(part: Payload, before: str | None, after: str | None) -> Row:
    actor = _author(part.at("author"))
    return {"at": part.integer("created_at"), "field": "status", "actor": actor, "from": before, "to": after}


def _author(author: Payload) -> str:
    """Neither a customer nor an agent where it is not told."""
    kind = author.opt_text("type")
    if kind is None:
        return "system"
    if kind in CUSTOMERS:
        return "customer"
    return "bot" if kind == "bot" or author.boolean("from_ai_agent") else "agent"
