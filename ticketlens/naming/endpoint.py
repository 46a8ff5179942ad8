"""An OpenAI-compatible endpoint that is asked for names: chat/completions, by the only HTTP client there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ticketlens.config import Settings
from ticketlens.errors import BadPayload, ConfigError, Denied, TicketLensError, Unavailable
from ticketlens.fetch import Fetch, OutOfTime, Refused, Site, TooLarge
from ticketlens.intake.shown import shown
from ticketlens.naming.answer import BadAnswer, name_in
from ticketlens.naming.request import Message
from ticketlens.outside.guard import Guard
from ticketlens.outside.waiting import Waiting

PATH = "chat/completions"
ANSWER_SECONDS = 60.0
ALL_SECONDS = 900.0
"""That one run may spend on names."""

LARGEST = 256 * 1024


class Trouble(TicketLensError):
    """Why the endpoint gave no name. `lasts`: the next topic would meet the same."""

    def __init__(self, why: str, *, lasts: bool = False) -> None:
        super().__init__(why)
        self.lasts = lasts


@dataclass(frozen=True)
class Endpoint:
    site: Site = field(repr=False)
    model: str

    @classmethod
    def of(cls, settings: Settings, waiting: Waiting, seconds: float = ANSWER_SECONDS) -> "Endpoint":
        """`seconds` is what one answer may take. Raises Trouble for settings that name no endpoint."""
        if not settings.namer_model:
            raise Trouble("namer.model is not set", lasts=True)
        key = settings.namer_api_key
        fetch = Fetch(
            Guard.of(settings.allow_private_hosts), (key,), waiting, largest=LARGEST, patience=seconds / 3,
            seconds=ALL_SECONDS, answer_seconds=seconds,
        )  # fmt: skip
        try:
            site = fetch.site(
                settings.namer_url.removesuffix(f"/{PATH}"), headers={"Authorization": f"Bearer {key}"} if key else {}
            )
        except ConfigError as error:
            raise Trouble(shown(fetch.hidden(str(error)), 200), lasts=True) from None
        return cls(site, settings.namer_model)

    def ask(self, messages: Sequence[Message]) -> str:
        """The name that is proposed, unchecked. Raises Trouble; BadAnswer where there is none in the answer."""
        clock = self.site.fetch.waiting.monotonic
        begun = clock()
        try:
            answer = self.site.post(PATH, {"model": self.model, "messages": list(messages), "stream": False})
            told: Any = answer.payload.value
            return name_in(told["choices"][0]["message"]["content"])
        except TicketLensError as error:
            raise self._trouble(error, clock() - begun) from None
        except (KeyError, IndexError, TypeError):
            raise BadAnswer("no name in the answer") from None

    def _trouble(self, error: TicketLensError, spent: float) -> TicketLensError:
        """In a few words; never what the endpoint said, which may hold what it was told."""
        if isinstance(error, BadAnswer):
            return error
        if isinstance(error, Denied):
            return Trouble("the key is refused: see namer.api_key", lasts=True)
        if isinstance(error, ConfigError):
            return Trouble(shown(self.site.fetch.hidden(str(error)), 200), lasts=True)
        if isinstance(error, Refused):
            return Trouble(f"answered {error.status}")
        if isinstance(error, BadPayload):
            return BadAnswer("no name in the answer")
        if isinstance(error, TooLarge):
            return BadAnswer("an answer too large")
        if isinstance(error, OutOfTime):
            return Trouble("timed out", lasts=True)
        if isinstance(error, Unavailable):
            return Trouble("timed out" if spent >= self.site.fetch.answer_seconds else "no good answer")
        return Trouble("no good answer")
