"""A helpdesk on loopback that pushes to the real web application, over the store that it is also pulled into."""

from dataclasses import replace

from flask.testing import FlaskClient
from helpdesks.office import Office
from werkzeug.test import TestResponse

from ticketlens.lens import Lens
from web.app import create_app

OUTSIDE = "https://lens.example.com"


class Pushed:
    """A helpdesk that pushes to our page, on the helpdesk's own time."""

    def __init__(self, office: Office) -> None:
        self.office, self.desk = office, office.desk
        settings = replace(office.lens.settings, base_url=OUTSIDE)
        self.lens: Lens = replace(office.lens, settings=settings, now=lambda: office.desk.now)
        self.app = create_app(self.lens, secret=b"a secret of the tests", base_url=OUTSIDE)
        self.gate = self.app.extensions["gate"]

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def secret(self) -> str:
        return self.lens.helpdesks.registry.settings("desk")["webhook_secret"]

    def signed(self, number: int) -> tuple[bytes, dict[str, str]]:
        body, headers = self.office.helpdesk.delivery(number, self.secret, f"{OUTSIDE}/hooks/desk")
        return body, {"Content-Type": "application/json", **headers}

    def send(self, body: bytes, headers: dict[str, str], path: str = "/hooks/desk") -> TestResponse:
        return self.client.post(path, data=body, headers=headers, base_url=OUTSIDE)

    def push(self, number: int) -> TestResponse:
        return self.send(*self.signed(number))

    def read(self) -> str:
        return self.lens.inbox.read("desk")

    def counts(self) -> dict[str, int]:
        """The sum always fits."""
        self.gate.tally.write()
        told = self.lens.inbox.counts()["desk"]
        assert told.adds_up
        return {name: n for name, n in told.to_json().items() if n}
