"""What the tests of the Sources pages stand on: a connector with a fault, the words of a page, pulls that ran."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from helpdesks.zendesk import Server as Zendesk

from ticketlens.connector import Field, Page
from ticketlens.lens import Lens
from ticketlens.sources.state import PullState, keep, lease_of

SECRET = re.compile(r'<code class="copy">([\w-]{40,})</code>')
FRESHDESK = {"set.url": "https://acme.freshdesk.com", "set.api_key": "a key"}
BAD = '<script>alert("x")</script>'


class Faulty:
    """A connector with a fault at a place that a test chooses, as a package of somebody else may bring it."""

    name: ClassVar[str] = "faulty"
    title: ClassVar[str] = "Faulty"
    fields: ClassVar[tuple[Field, ...]] = (Field("token", secret=True),)
    where: ClassVar[str] = ""
    trouble: ClassVar[Exception] = KeyError("hush-hush")

    def __init__(self, settings: Mapping[str, str], fetch: object) -> None:
        self._fail_at("made")

    def _fail_at(self, place: str) -> None:
        if self.where == place:
            raise self.trouble

    def pull(self, cursor: str | None) -> Iterator[Page]:
        self._fail_at("pull")
        yield Page((), None)

    def starting_at(self, moment: object) -> str:
        return ""

    def read(self, id: str) -> None:
        return None


class Engine:
    def key(self, model: str) -> str:
        return model


def form_of(helpdesk: Zendesk, **other: str) -> dict[str, str]:
    return {f"set.{name}": value for name, value in {**helpdesk.settings(), **other}.items()}


def words(page: str) -> str:
    """The text of a page as it is read."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ").split())


def pulled(lens: Lens) -> None:
    assert lens.helpdesks.pull("desk", step=lambda done, total: None).error is None


def running(lens: Lens, clock: Any, **more: Any) -> None:
    begun = clock().isoformat()
    keep(lens.store, "desk", PullState(begun_at=begun, running=True, **more))
    lens.store.claim(lease_of("desk"), "a worker", 3_600, clock())
