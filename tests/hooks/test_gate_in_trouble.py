"""What is wrong here is never told as if something were wrong with the call: who calls is to come again."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from helpdesks.office import Office, opened
from werkzeug.test import TestResponse

from ticketlens.errors import StoreError
from ticketlens.hooks.gate import LOOK_SECONDS
from web.app import create_app


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened("zammad", tmp_path) as made:
        yield made


@dataclass
class Troubled:
    """A store whose records are had after `before`."""

    store: Any
    before: Any

    def __getattr__(self, name: str) -> Any:
        if name == "get_record":
            self.before()
        return getattr(self.store, name)


class Caller:
    def __init__(self, office: Office) -> None:
        self.app = create_app(office.lens, secret=b"a secret of the tests")
        self.gate = self.app.extensions["gate"]
        secret = office.lens.helpdesks.registry.settings("desk")["webhook_secret"]
        self.body, self.headers = office.helpdesk.delivery(office.desk.create(), secret, "")

    def call(self) -> TestResponse:
        headers = {"Content-Type": "application/json", **self.headers}
        return self.app.test_client().post("/hooks/desk", data=self.body, headers=headers)

    def trouble(self, before: Any) -> None:
        self.gate.registry = replace(self.gate.registry, store=Troubled(self.gate.registry.store, before))
        self.gate.monotonic = lambda: monotonic() + 60  # what was known is not known for sure any more


def must_come_again(told: TestResponse) -> None:
    assert (told.status_code, told.headers["Retry-After"]) == (503, "30")


def test_while_the_key_of_the_secrets_is_missing_helpdesks_are_told_to_come_again(
    office: Office, tmp_path: Path
) -> None:
    caller, key = Caller(office), tmp_path / "office.db.key"
    key.rename(away := tmp_path / "away")
    must_come_again(caller.call())
    away.rename(key)
    assert caller.call().status_code == 202


def test_while_the_store_refuses_helpdesks_are_told_to_come_again(office: Office) -> None:
    def refuse() -> None:
        raise StoreError("disk I/O error")

    caller = Caller(office)
    caller.trouble(refuse)
    must_come_again(caller.call())


def test_while_the_store_does_not_answer_the_settings_that_are_known_count(office: Office) -> None:
    caller, answered = Caller(office), threading.Event()
    assert caller.call().status_code == 202
    caller.trouble(lambda: answered.wait(60))
    began = monotonic()
    assert [caller.call().get_json()["repeated"] for _ in range(3)] == [True, True, True]
    assert monotonic() - began < 2 * LOOK_SECONDS
    answered.set()
