"""Words that other systems use for our statuses, priorities and channels, where they mean one thing everywhere.

Left out on purpose: bare numbers as priorities (1 is the lowest in one product, the highest in another), and "major",
which is the second of two scales in use and the middle of a third.
"""

import re
from typing import Final

from ticketlens.model import Actor, Channel, Priority, Status


def _table(*rows: tuple[str, str]) -> dict[str, str]:
    return {word.strip(): ours for ours, words in rows for word in f"{ours},{words}".split(",")}


STATUSES: Final = _table(
    (Status.NEW, "unopened"),
    (Status.OPEN, "reopened, re_opened, active, in_progress, assigned"),
    (
        Status.WAITING_CUSTOMER,
        "waiting, pending, waiting_on_customer, waiting_for_customer, awaiting_customer, pending_customer, "
        "awaiting_user_info, awaiting_customer_reply, waiting_on_client",
    ),
    (Status.ON_HOLD, "hold, waiting_on_third_party, awaiting_vendor, awaiting_third_party, waiting_for_third_party"),
    (Status.SOLVED, "resolved, done, completed"),
    (Status.CLOSED, ""),
)
PRIORITIES: Final = _table(
    (Priority.LOW, "lowest, minor, trivial, planning, p4, p5"),
    (Priority.NORMAL, "medium, moderate, standard, p3"),
    (Priority.HIGH, "important, p2"),
    (Priority.URGENT, "highest, critical, blocker, emergency, p0, p1"),
)
CHANNELS: Final = _table(
    (Channel.EMAIL, "e_mail, mail, email_message"),
    (Channel.CHAT, "live_chat, messaging, messenger, web_chat, whatsapp, sms"),
    (Channel.PHONE, "call, voice, telephone, phone_call"),
    (Channel.WEB, "web_form, portal, form, website, self_service, help_center, web_widget, widget"),
    (Channel.SOCIAL, "twitter, facebook, x, instagram, social_media"),
    (Channel.API, "rest_api"),
    (Channel.OTHER, ""),
)
ACTORS: Final = _table(
    (Actor.AGENT, "helper, staff, support, admin, operator, teammate, technician"),
    (Actor.CUSTOMER, "requester, user, end_user, client, contact, reporter, lead"),
    (Actor.BOT, "automation, automated"),
    (Actor.SYSTEM, "trigger, workflow"),
)
TERMS: Final[dict[str, dict[str, str]]] = {"status": STATUSES, "priority": PRIORITIES, "channel": CHANNELS}

_RANK = re.compile(r"^(?:p?\d\s*[-:.]\s*)(?=[A-Za-z])", re.I)


def fold_term(word: str) -> str:
    """ "On hold", "on-hold" and "on_hold" are one; "3 - Moderate" is "moderate", since the word decides."""
    return re.sub(r"[\s_-]+", "_", _RANK.sub("", word.strip())).lower()
