"""What the threads of a Help Scout conversation tell: messages, changes of status, the first reply, the rating.

A thread is a message, a note, or a line item that says what was done; each tells the status that it left behind.
"""

from collections.abc import Iterable
from datetime import datetime

from ticketlens.connector import Row
from ticketlens.intake.payload import Payload
from ticketlens.intake.times import TimeRule

STATUSES = {"active": "open", "open": "open", "pending": "waiting_customer", "closed": "closed"}
"""Spam is a mark, and `nochange` is none."""

RATINGS = {"great": 3, "okay": 2, "not_good": 1}
REPLIES = ("message", "chat", "beaconchat")
PRIVATE = ("note", "forwardparent", "forwardchild")
LINE_ITEM = "lineitem"
TIMES = ("createdAt", "closedAt", "userUpdatedAt", "customerWaitingSince.time")


def is_cut(conversation: Payload) -> bool:
    """Whether not all of its threads came with it; of chats they are always cut short."""
    there = sum(thread.opt_text("type") != LINE_ITEM for thread in embedded(conversation))
    count = conversation.at("threads").value
    return conversation.opt_text("type") == "chat" or (isinstance(count, int) and there < count)


def embedded(conversation: Payload) -> list[Payload]:
    return published(conversation.items("_embedded.threads"))


def published(threads: Iterable[Payload]) -> list[Payload]:
    """Without drafts, and what is hidden or under review."""
    return [thread for thread in threads if thread.opt_text("state") in (None, "published")]


def changed_at(conversation: Payload, threads: Iterable[Payload], rule: TimeRule) -> datetime:
    """The latest time told. Help Scout sorts by a time of change that it does not tell; it is never earlier."""
    told = [conversation.time("createdAt", rule), *(_at(thread, rule) for thread in threads)]
    return max([*told, *filter(None, (conversation.opt_time(name, rule) for name in TIMES))])


def story(conversation: Payload, threads: Iterable[Payload], rule: TimeRule) -> Row:
    """The parts of a row that the threads tell; Help Scout lists the newest first."""
    ordered = sorted(threads, key=lambda thread: (_at(thread, rule), thread.id()))
    messages = [_message(thread, rule) for thread in ordered if thread.opt_text("type") != LINE_ITEM]
    asked = next((one for one in messages if one["author"] == "customer"), messages[0] if messages else {})
    status, history = _history(conversation, ordered, rule)
    return {
        "body": asked.get("body") or conversation.opt_text("preview"),
        "status": status,
        "solved_at": conversation.opt_text("closedAt") if status == "closed" else None,
        "first_reply_at": _first_reply(conversation, ordered, rule),
        "messages": messages,
        "history": history,
        "satisfaction": _rating(ordered),
    }


def _message(thread: Payload, rule: TimeRule) -> Row:
    public = thread.opt_text("type") not in PRIVATE
    return {"at": _at(thread, rule).isoformat(), "author": _author(thread), "public": public,
            "body": thread.opt_text("body")}  # fmt: skip


def _author(thread: Payload) -> str:
    """What a customer wrote is the customer's, even if an agent entered it."""
    if thread.opt_text("action.type") == "automatic-workflow":
        return "bot"
    by_customer = thread.opt_text("createdBy.type") == "customer" and thread.opt_text("type") not in PRIVATE
    return "customer" if thread.opt_text("type") == "customer" or by_customer else "agent"


def _first_reply(conversation: Payload, ordered: list[Payload], rule: TimeRule) -> str | None:
    """What an agent begins a conversation with is no reply: his second words are."""
    written = [thread for thread in ordered if thread.opt_text("type") != LINE_ITEM]
    opened_by_agent = conversation.opt_text("createdBy.type") == "user"
    replies = (one for one in written[opened_by_agent:] if _author(one) == "agent" and one.opt_text("type") in REPLIES)
    return next((_at(one, rule).isoformat() for one in replies), None)


def _history(conversation: Payload, ordered: list[Payload], rule: TimeRule) -> tuple[str, list[Row]]:
    """The status now, and its changes; where the threads end with another, what the conversation says is added."""
    status, history = "open", []
    for thread in ordered:
        after = STATUSES.get(thread.opt_text("status") or "", status)
        if after != status:
            history.append(_change(_at(thread, rule), status, after, _actor(thread)))
            status = after
    now = STATUSES.get(conversation.opt_text("status") or "", status)
    if now != status and "closed" in (now, status):
        closed = conversation.opt_time("closedAt", rule) if now == "closed" else None
        if closed is not None or status == "closed":
            history.append(_change(closed or changed_at(conversation, ordered, rule), status, now, None))
    return now, history


def _change(at: datetime, before: str, after: str, actor: str | None) -> Row:
    return {"at": at.isoformat(), "field": "status", "from": before, "to": after, "actor": actor}


def _actor(thread: Payload) -> str:
    if "workflow" in (thread.opt_text("action.type") or ""):
        return "system"
    return {"customer": "customer", "user": "agent"}.get(thread.opt_text("createdBy.type") or "", "system")


def _rating(ordered: list[Payload]) -> Row | None:
    """Of the last message that was rated; when that was is not told."""
    for thread in reversed(ordered):
        if (score := RATINGS.get(thread.opt_text("rating.rating") or "")) is not None:
            return {"score": score, "scale": 3, "comment": thread.opt_text("rating.comments")}
    return None


def _at(thread: Payload, rule: TimeRule) -> datetime:
    return thread.opt_time("createdAt", rule) or thread.time("createdBy.createdAt", rule)
