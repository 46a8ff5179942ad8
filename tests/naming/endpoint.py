"""A loopback endpoint of the OpenAI kind, on a real socket: it answers what a test says, and keeps what it was sent."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from helpdesks.server import Helpdesk, answer

KEY = "sk-of-the-namer"


def obliging(told: Any) -> str:
    """A name of the topic's first word."""
    return json.dumps({"name": f"The {told['words'][0]} does not work"})


@dataclass
class Asked:
    """One request: its headers, the whole body, and what was told of the topic."""

    key: str
    body: dict[str, Any]

    @property
    def told(self) -> Any:
        return json.loads(self.body["messages"][1]["content"])


@dataclass
class Desk:
    """`content` makes the answer of what is told of a topic; `held` lets no answer out until it is set."""

    content: Callable[[Any], Any] = obliging
    requests: list[Asked] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)


class Endpoint(Helpdesk):
    kind = "namer"

    def __init__(self) -> None:
        self.namer = Desk()
        self.namer.held.set()
        super().__init__()

    def routes(self, app: Flask) -> None:
        app.post("/v1/chat/completions")(self._complete)

    def settings(self) -> dict[str, str]:
        return {"namer.url": f"{self.url}/v1", "namer.model": "small", "namer.api_key": KEY}

    def _complete(self) -> Response:
        asked = Asked(request.headers.get("Authorization", ""), request.get_json())
        self.namer.requests.append(asked)
        self.namer.held.wait(20)
        content = self.namer.content(asked.told)
        return answer({"choices": [{"message": {"role": "assistant", "content": content}}]})
