"""A loopback server of one vendor, on a real socket, with faults to order."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask, Request, Response, request
from helpdesks.desk import Desk, Item
from werkzeug.serving import WSGIRequestHandler, make_server

from ticketlens.connector import Hook


@dataclass
class Fault:
    """What is answered in place of the truth, `times` times, to requests that `where` is true of.

    `cut`: the true answer, broken off after that many bytes. `edit`: the true answer, changed. `after`: so
    many requests are answered truly before.
    """

    status: int = 500
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    where: Callable[[Request], bool] = lambda asked: True
    cut: int | None = None
    edit: Callable[[Any], Any] | None = None
    after: int = 0


class Helpdesk:
    """One vendor's API over a `Desk`. A subclass adds routes in `routes`, and says how a source of it is entered.

    `page` rows a page; `spec` names the vendor's specification in the folder of specifications, where there is one.
    """

    kind: str
    spec: str | None = None
    page = 3

    def __init__(self) -> None:
        self.desk = Desk()
        self.lost: dict[int, Item] = {}
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.app = Flask(self.kind)
        self.app.before_request(self._fault)
        self.routes(self.app)
        self.app.after_request(self._spoil)
        self.url = ""

    def routes(self, app: Flask) -> None:
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        """What a person would enter; secrets are of `secrets`."""
        raise NotImplementedError

    secret = "s3cret-of-the-helpdesk"

    def id_of(self, number: int) -> str:
        """The id by which TicketLens knows a ticket."""
        return str(number)

    def visible(self) -> list[Item]:
        """The tickets that a pull is to know."""
        return [one for one in self.desk.by_change() if one.number not in self.lost]

    def truth(self, item: Item) -> dict[str, object]:
        """What is to be known of one; a vendor that does not tell all of it says less."""
        return item.truth()

    def lose(self, number: int) -> None:
        """Take a ticket away without a trace."""
        self.lost[number] = self.desk.items.pop(number)

    def find_again(self, number: int) -> None:
        self.desk.items[number] = self.lost.pop(number)

    def delivery(self, number: int, secret: str, url: str) -> tuple[bytes, dict[str, str]]:
        """(body, headers) of the webhook that is sent when a ticket changed."""
        raise NotImplementedError

    def specified(self, number: int) -> list[dict[str, Any]]:
        """Requests whose answers the vendor specifies: method, path (as it is spelled there), url, json, auth, headers.

        `known_slips`: places where the specification itself is known to be wrong.
        """
        return []

    def forged(self, hook: Hook) -> list[Hook]:
        """Deliveries that must not pass, made of one that does."""
        return [
            replace(hook, body=hook.body[:-1] + b" }"),
            replace(hook, body=json.dumps(json.loads(hook.body), indent=1).encode()),
            replace(hook, body=b""),
        ]

    def is_ticket_list(self, asked: Request) -> bool:
        """Whether a request asks for a page of tickets."""
        raise NotImplementedError

    def is_part(self, asked: Request) -> bool:
        """Whether a request asks for a part of one ticket, such as its comments."""
        return False

    def handler(self) -> type[WSGIRequestHandler]:
        """Who answers; its date is the machine's, unless a vendor's server sets the desk's."""
        return WSGIRequestHandler

    @contextmanager
    def serving(self) -> Iterator["Helpdesk"]:
        server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=self.handler())
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _fault(self) -> Response | None:
        self.asked.append(f"{request.method} {request.full_path}")
        for fault in self.faults:
            if fault.times and fault.cut is None and fault.edit is None and fault.where(request):
                if fault.after:
                    fault.after -= 1
                    return None
                fault.times -= 1
                return Response(fault.body, fault.status, headers=dict(fault.headers))
        return None

    def _spoil(self, response: Response) -> Response:
        for fault in self.faults:
            if fault.times and fault.edit is not None and fault.where(request) and response.is_json:
                fault.times -= 1
                return answer(fault.edit(response.get_json()), response.status_code, **dict(response.headers))
            if fault.times and fault.cut is not None and fault.where(request):
                fault.times -= 1
                return Response(response.get_data()[: fault.cut], response.status_code, content_type="application/json")
        return response


def answer(told: Any, status: int = 200, **headers: str) -> Response:
    return Response(json.dumps(told), status, headers=headers, content_type="application/json")
