"""Ids in addresses, whatever is in them."""

import pytest
from flask import Flask, url_for

from web.addresses import own_path, understand_encoded_slashes


@pytest.fixture
def echo() -> Flask:
    app = Flask(__name__)
    understand_encoded_slashes(app)
    app.add_url_rule("/t/<source>/<path:id>", "ticket", lambda **parts: [*parts.values()])
    return app


@pytest.mark.parametrize(
    ("source", "id_"),
    [
        ("zendesk", "4711"), ("a/b", "c/d"), ("a", "/lead"), ("a", "<root@example.org>"), ("a%2Fb", "100%"),
        ("å b", "ü/?#&=+"), ("a", "x//y"), ("a", "trail/"), ("a", "%25"), ("a", "semi;colon"), ("a", "new\nline"),
        ("ключ", "🦊"),
    ],
)  # fmt: skip
def test_what_url_for_writes_is_read_back(echo: Flask, source: str, id_: str) -> None:
    with echo.test_request_context():
        address = url_for("ticket", source=source, id=id_)
    assert echo.test_client().get(address).json == [source, id_]


@pytest.mark.parametrize(
    ("address", "expected"),
    [("/t/a%2fb/c%2Fd", ["a/b", "c/d"]), ("/t/a/c/d", ["a", "c/d"]), ("/t/a%252Fb/c", ["a%2Fb", "c"])],
)
def test_both_cases_of_escapes_are_read(echo: Flask, address: str, expected: list[str]) -> None:
    assert echo.test_client().get(address).json == expected


def test_without_the_raw_address_the_decoded_one_is_taken_as_it_is(echo: Flask) -> None:
    environ = {"RAW_URI": "", "REQUEST_URI": ""}
    assert echo.test_client().get("/t/a/50%2541", environ_overrides=environ).json == ["a", "50%41"]


@pytest.mark.parametrize("path", ["/", "/topics?x=1", "/tickets/a%2Fb/c"])
def test_a_path_of_our_own_is_kept(path: str) -> None:
    assert own_path(path) == path
