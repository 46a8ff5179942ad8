"""The run that waits for a person, the one that counts, and what a person does with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask.typing import ResponseReturnValue

from ticketlens.edits.words import Mention, told_apart
from ticketlens.model.run import Turn, difference_of
from ticketlens.runs.publishing import BY_RULE
from ticketlens.runs.words import in_words
from ticketlens.store.base import Row
from web.current import who
from web.pages import asked, lineage
from web.pages.done import RUN, names, tried, went, why
from web.pages.topic_choice import TYPICAL, distinct

SHOWN = 8
"""Turns that stand open; the rest is folded away."""

MADE = ("new", "split")
"""Turns of topics that were not there before."""

MOST_EDITS = 20
NOTHING: Mapping[str, Any] = {"turns": [], "continued": 0, "stayed": 0, "moved": 0, "joined": 0, "left": 0}


@dataclass(frozen=True, slots=True)
class ToldTurn:
    """`page`: whether the topic has one already; `others` are those that it is split from, or goes into; `standing`
    are those of them that were there before and go on."""

    kind: str
    topic: Mention
    others: tuple[Mention, ...]
    page: bool
    standing: frozenset[int]
    tickets: int
    typical: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ToldRun:
    """`words` is empty where nothing is known of what it changed. `by` is None where a rule published it; `changes`:
    tickets that are in another topic by it, or in none."""

    id: int | None
    at: datetime
    by: str | None
    why: str | None
    is_back: bool
    words: str
    share: float
    changes: int
    turns: tuple[ToldTurn, ...]


def around() -> dict[str, object]:
    """What the list of topics shows of runs."""
    runs = asked.lens().runs
    waiting, last = runs.waiting(), runs.last()
    return {
        "waiting": _told(waiting) if waiting else None,
        "run": _told(last) if last and "at" in last else None,
        "may_go_back": last is not None and runs.former() is not None,
        "turns_shown": SHOWN,
        "made": lineage.all_edits(),
        "made_shown": MOST_EDITS,
    }


def publish() -> ResponseReturnValue:
    return tried(lambda: went(f"{RUN}{asked.lens().runs.publish_waiting(by=who(), why=why())}"))


def drop() -> ResponseReturnValue:
    def act() -> ResponseReturnValue:
        asked.lens().runs.discard_waiting()
        return went("dropped")

    return tried(act)


def bring_back() -> ResponseReturnValue:
    return tried(lambda: went(f"{RUN}{asked.lens().runs.bring_back(by=who(), why=why())}"))


def _told(run: Mapping[str, Any]) -> ToldRun:
    difference = difference_of(run.get("difference") or NOTHING)
    by = run.get("by")
    is_later = bool(difference.continued or difference.moved + difference.left)
    return ToldRun(
        id=run.get("id"),
        at=datetime.fromisoformat(str(run["at"])),
        by=None if by == BY_RULE else by,
        why=run.get("why"),
        is_back=run.get("kind") == "back",
        words=in_words(difference) if is_later else "",
        share=difference.share_moved,
        changes=difference.moved + difference.left,
        turns=_turns(difference.turns, run.get("topics")) if is_later else (),
    )


def _turns(turns: Sequence[Turn], found: Any) -> tuple[ToldTurn, ...]:
    """`found`: the topics as a run that waits has them, with their typical tickets; published ones have pages."""
    known = names()
    fresh = {topic["id"]: topic for topic in found} if isinstance(found, list) else {}
    called = {id_: topic["name"] for id_, topic in fresh.items()} | known
    made = {turn.topic for turn in turns if turn.kind in MADE}
    return tuple(
        ToldTurn(
            turn.kind, *_mentioned(turn, called), turn.topic in known, frozenset(turn.others) - made, turn.tickets,
            _typical(fresh.get(turn.topic)) if turn.kind in MADE else (),
        )
        for turn in turns
    )  # fmt: skip


def _mentioned(turn: Turn, called: Mapping[int, str]) -> tuple[Mention, tuple[Mention, ...]]:
    """The topic, and the others of its turn."""
    names = {turn.topic: turn.name} | {id_: called[id_] for id_ in (turn.topic, *turn.others) if called.get(id_)}
    mentions = (Mention(id_, names.get(id_) or f"topic {id_}") for id_ in (turn.topic, *turn.others))
    topic, *others = (part for part in told_apart(tuple(mentions)) if isinstance(part, Mention))
    return topic, tuple(others)


def _typical(topic: Mapping[str, Any] | None) -> tuple[Row, ...]:
    return distinct(tuple((source, id_) for source, id_ in topic["typical"]), TYPICAL) if topic else ()
