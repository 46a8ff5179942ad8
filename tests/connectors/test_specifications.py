"""The loopback helpdesks say what their vendors' specifications allow, so that passing against them means something."""

import importlib
import json
from typing import Any

import pytest
import requests
from helpdesks import specification
from helpdesks.server import Helpdesk

from connectors import TABLE

pytestmark = pytest.mark.skipif(not specification.FOLDER, reason="TICKETLENS_TEST_SPECS names no folder")


def server_of(kind: str) -> Helpdesk:
    made: Helpdesk = importlib.import_module(f"helpdesks.{kind}").Server()
    return made


KINDS = [kind for kind in sorted(TABLE) if server_of(kind).spec]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_loopback_says_is_what_the_vendor_specifies(kind: str) -> None:
    helpdesk = server_of(kind)
    desk = helpdesk.desk
    number = desk.create(priority="high", assignee=901, group=21, organization=31)
    desk.tick()
    desk.reply(number)
    desk.tick()
    desk.solve(number)
    desk.rate(number, good=True, comment="Thanks")
    desk.tick(3_600)
    with helpdesk.serving():
        for asked in helpdesk.specified(number):
            told = _asked(helpdesk, asked)
            flaws = specification.flaws(str(helpdesk.spec), asked["method"].lower(), asked["path"], told)
            expected = set(asked.get("known_slips", ()))
            assert [flaw for flaw in flaws if flaw.partition(":")[0] not in expected] == [], asked["path"]


def _asked(helpdesk: Helpdesk, asked: dict[str, Any]) -> Any:
    response = requests.request(
        asked["method"], helpdesk.url + asked["url"], json=asked.get("json"), auth=asked.get("auth"),
        headers=asked.get("headers"), timeout=10,
    )  # fmt: skip
    assert response.status_code == 200, response.text[:300]
    return json.loads(response.content)
