"""What a helpdesk shows around a ticket's text: channel, brand, priority, tags."""

from datetime import UTC, datetime
from random import Random

from ticketlens.demo.catalog import Bank, Problem, Shop
from ticketlens.demo.plan import ZONE
from ticketlens.demo.slots import pick
from ticketlens.model.ticket import Channel, Priority

PRIORITIES: tuple[Priority | None, ...] = (
    *[Priority.NORMAL] * 66,
    *[Priority.HIGH] * 12,
    *[Priority.LOW] * 10,
    *[Priority.URGENT] * 3,
    *[None] * 9,
)
EXTRA_TAGS: Bank = ("vip", "callback", "complaint", "2nd-contact", "newbie", "praise", "todo", "check-later")


class Surface:
    """Draws the outward features of tickets."""

    def __init__(self, rng: Random, shop: Shop) -> None:
        self._rng = rng
        self._channels = tuple(Channel(name) for name, weight in shop.channels.items() for _ in range(weight))
        self._brands: Bank = tuple(name for name, weight in shop.brands.items() for _ in range(weight))

    def brand(self) -> str:
        return pick(self._rng, self._brands)

    def priority(self) -> Priority | None:
        return PRIORITIES[int(self._rng.random() * len(PRIORITIES))]

    def channel(self, at: int, language: str) -> Channel:
        """Chat and phone only while somebody is there; calls are written down in English or Swedish by the agents."""
        channel = self._channels[int(self._rng.random() * len(self._channels))]
        if channel is Channel.CHAT and not _staffed(at, saturday=True):
            return Channel.WEB
        if channel is Channel.PHONE and (language != "en" or not _staffed(at, saturday=False)):
            return Channel.EMAIL
        return channel

    def tags(self, problem: Problem | None) -> tuple[str, ...]:
        """Tags as people set them: often none, seldom two, not always the same word for the same thing."""
        tags = []
        if problem is not None and self._rng.random() < 0.68:
            # The first name of a tag is the official one, and used most.
            tags.append(problem.tags[0] if self._rng.random() < 0.6 else pick(self._rng, problem.tags))
        if self._rng.random() < 0.12:
            tags.append(pick(self._rng, EXTRA_TAGS))
        return tuple(dict.fromkeys(tags))


def _staffed(at: int, *, saturday: bool) -> bool:
    local = datetime.fromtimestamp(at, UTC).astimezone(ZONE)
    day = local.weekday()
    if day == 5:
        return saturday and 10 <= local.hour < 16
    return day < 5 and 8 <= local.hour < 18
