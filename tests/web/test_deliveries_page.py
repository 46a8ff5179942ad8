"""What came by webhook, on the page of its source: who may see what, nothing personal, no markup, sums that fit."""

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from front_door import open_front_door, opened_lens, signed_in

from ticketlens.hooks.gate import Gate
from ticketlens.hooks.trouble import tell
from ticketlens.lens import Lens
from ticketlens.model.delivery import Became, Delivery, KeptDelivery, Outcome
from ticketlens.model.person import Role
from ticketlens.people import People
from web.api.schemas import SCHEMAS

BAD = '<script>alert("x")</script>'
SECRET = "the secret of the tests, long enough"


@pytest.fixture
def lens(tmp_path: Path, clock: Any) -> Iterator[Lens]:
    with opened_lens(tmp_path, clock) as made:
        given = {"url": "https://acme.freshdesk.com", "api_key": "a key", "webhook_secret": SECRET}
        made.helpdesks.add("desk", "freshdesk", given)
        yield made


@pytest.fixture
def gate(app: Flask, lens: Lens) -> Gate:
    return open_front_door(app, lens.store)


@pytest.fixture
def sign_in_as(app: Flask, people: People) -> Callable[[Role], FlaskClient]:
    return partial(signed_in, app, people)


@pytest.fixture
def admin(sign_in_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    return sign_in_as(Role.ADMIN)


@pytest.fixture
def post(admin: FlaskClient, token_of_form: Callable[..., str]) -> Callable[[str], Any]:
    token = token_of_form(admin, "/sources/desk")
    return lambda address: admin.post(address, data={"csrf_token": token})


@pytest.fixture
def keep(lens: Lens, clock: Any) -> Callable[..., KeptDelivery]:
    """`keep("name", b"{}", "set_aside", "why")`: one that came now, and what became of it."""

    def made(name: str, body: bytes = b"{}", became: Became = "waiting", reason: str | None = None) -> KeptDelivery:
        delivery = Delivery("desk", name, body, {"content-type": "application/json"}, clock())
        lens.store.put_deliveries([delivery])
        lens.store.settle({delivery.key: Outcome(became, reason)})
        return lens.inbox.last("desk", limit=1)[0]

    return made


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ").split())


def counts_on(page: str) -> dict[str, int]:
    """The numbers of the panel by their names, read from the page."""
    panel = page.partition('<dl class="standing sums">')[2].partition("</dl>")[0]
    terms = re.findall(r'tabindex="0"[^>]*>(.*?)<span.*?<dd.*?>(?:<a.*?>)?([\d,]+)', panel)
    return {name: int(n.replace(",", "")) for name, n in terms}


def numbers_in(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/sources/desk/deliveries/(\d+)"', page)]


def test_before_the_first_call_the_page_says_how_to_set_it_up(admin: FlaskClient) -> None:
    page = admin.get("/sources/desk").text
    assert "Freshdesk has not called yet" in page
    assert page.partition('<ol class="steps">')[2].partition("</ol>")[0].count("<li>") == 3
    assert "Deliveries by webhook" not in page
    assert "Webhook: not called yet" in words(admin.get("/sources").text)


def test_every_call_is_counted_on_the_page_and_the_sum_fits(
    app: Flask, gate: Gate, lens: Lens, admin: FlaskClient
) -> None:
    def call(body: bytes, **headers: str) -> int:
        told = {"X-TicketLens-Secret": SECRET, **{name.replace("_", "-"): text for name, text in headers.items()}}
        return app.test_client().post("/hooks/desk", data=body, headers=told).status_code

    assert [call(b"{}"), call(b"{}"), call(b"[]"), call(b"{}", X_TicketLens_Secret="no")] == [202, 202, 202, 401]
    assert [call(b"<xml/>", Content_Type="text/xml")] == [415]
    gate.tally.write()
    lens.inbox.read("desk")
    call(b'{"ticket_id": "7"}')
    page = admin.get("/sources/desk").text
    told = counts_on(page)
    assert told == {"Received": 6, "Stored": 0, "Unchanged": 1, "Set aside": 2, "Refused": 2, "Waiting": 1}
    assert told["Received"] == sum(told.values()) - told["Received"]
    assert "Read all 2 set aside again" in page
    assert "6 received , 2 set aside , 2 refused , 1 waiting · last one just now" in words(admin.get("/sources").text)
    answer = admin.get("/api/v1/sources").json
    schema = {"$ref": "#/components/schemas/SourceList", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(answer)
    assert answer["items"][0]["hooks"] == {
        "received": 6, "stored": 0, "unchanged": 1, "set_aside": 2, "refused": 2, "waiting": 1,
    }  # fmt: skip
    assert answer["items"][0]["hook_error"] is None


def test_where_all_was_refused_the_secret_is_suspected(app: Flask, gate: Gate, admin: FlaskClient) -> None:
    app.test_client().post("/hooks/desk", data=b"{}", headers={"X-TicketLens-Secret": "another"})
    gate.tally.write()
    page = words(admin.get("/sources/desk").text)
    assert "All calls were refused. Most likely the secret in Freshdesk is another one than here" in page
    assert "None is kept" in page


def test_the_list_tells_what_became_of_each_and_can_be_narrowed(admin: FlaskClient, keep: Any) -> None:
    stored = keep("stored-one-with-a-long-name", became="stored")
    aside = keep("aside", became="set_aside", reason=f"ticket_id: {BAD} of ann@example.com")
    waits = keep("waits")
    page = admin.get("/sources/desk").text
    assert numbers_in(page) == [waits.number, aside.number, stored.number]
    assert "stored-one-wi…" in words(page)
    assert BAD not in page
    assert "ann@example.com" not in page
    assert "ticket_id: <script>" in words(page)
    assert "Each is kept for 30 days" in words(page)
    assert numbers_in(admin.get("/sources/desk?became=set_aside").text) == [aside.number]
    assert numbers_in(admin.get("/sources/desk?became=waiting").text) == [waits.number]
    for odd in ("stored", "nothing", "", BAD):
        answer = admin.get("/sources/desk", query_string={"became": odd})
        assert (answer.status_code, len(numbers_in(answer.text))) == (200, 3)


def test_pages_of_twenty_lead_from_the_newest_to_the_oldest_and_back(admin: FlaskClient, keep: Any, clock: Any) -> None:
    for number in range(45):
        clock.pass_(minutes=1)
        keep(f"n{number}", became="set_aside" if number % 2 else "stored")
    for asked, total in (("", 45), ("?became=set_aside", 22)):
        address: str | None = f"/sources/desk{asked}"
        found: list[int] = []
        pages = 0
        while address:
            page = admin.get(address).text
            found += numbers_in(page)
            pages += 1
            assert ("Back to the newest" in page) == (pages > 1)
            older = re.search(r'rel="next" href="([^"#]+)', page)
            address = html.unescape(older[1]) if older else None
        assert pages == -(-total // 20)
        assert len(found) == len(set(found)) == total
        assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("odd", ["-1", "x", "9" * 19, "9" * 400, "1.5", "٣", "%00", "0"])
def test_odd_numbers_are_no_page_and_no_fault(admin: FlaskClient, post: Any, keep: Any, odd: str) -> None:
    keep("one")
    assert admin.get(f"/sources/desk/deliveries/{odd}").status_code == 404
    assert post(f"/sources/desk/deliveries/{odd}/replay").status_code == 404
    assert admin.get("/sources/desk", query_string={"before": odd}).status_code == 200


def test_a_delivery_of_one_source_is_none_of_another(admin: FlaskClient, lens: Lens, keep: Any) -> None:
    kept = keep("one")
    lens.helpdesks.add("other", "freshdesk", {"url": "https://other.freshdesk.com", "api_key": "k"})
    assert admin.get(f"/sources/desk/deliveries/{kept.number}").status_code == 200
    assert admin.get(f"/sources/other/deliveries/{kept.number}").status_code == 404
    assert admin.get(f"/sources/none/deliveries/{kept.number}").status_code == 404


def test_what_it_holds_is_set_out_without_markup_and_without_anybody(admin: FlaskClient, keep: Any) -> None:
    held = {"ticket_id": "7", "text": f"{BAD} call\n070-123 45 67", "mail": "ann@example.com", "password": "hunter2000"}
    body = json.dumps(held).encode()
    kept = keep("name", body, "set_aside", "no such field")
    answer = admin.get(f"/sources/desk/deliveries/{kept.number}")
    page = answer.text
    assert BAD not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    for hidden in ("ann@example.com", "070-123 45 67", "hunter2000"):
        assert hidden not in page
    assert "&#34;ticket_id&#34;: &#34;7&#34;,\n" in page
    assert "the bytes as they came are not shown" in page
    assert f"{len(body)} bytes" in words(page)
    assert "No such field." in words(page)
    assert "content-type application/json" in words(page)
    assert "ticket 7 (not stored)" in words(page)
    assert SECRET not in page


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"\xff\xfe\x00\x1b[31m", b'{"a": "\\ud800"}', b"[" * 5_000, b"9" * 5_000, b"NaN", b"null",
     b'{"' + b"x" * 300_000 + b'": 1}', json.dumps(["ann@example.com"] * 20_000).encode()],
)  # fmt: skip
def test_whatever_the_bytes_are_there_is_a_page_that_is_not_too_long(
    admin: FlaskClient, keep: Any, body: bytes
) -> None:
    answer = admin.get(f"/sources/desk/deliveries/{keep('odd', body).number}")
    assert answer.status_code == 200
    assert len(answer.data) < 400_000
    assert "ann@" not in answer.text
    assert ("its beginning is shown" in answer.text) == (len(body) > 100_000)
    assert not set(answer.text) & set("\x00\x1b")


def test_a_ticket_that_is_stored_is_linked(admin: FlaskClient, lens: Lens, keep: Any) -> None:
    lens.push([{"id": "7", "subject": "x", "created_at": "2026-11-01T08:00:00Z", "source": "desk"}])
    kept = keep("name", b'{"ticket_id": "7"}', "stored")
    assert '<a href="/tickets/desk/7">ticket 7</a>' in admin.get(f"/sources/desk/deliveries/{kept.number}").text


def test_one_is_read_again_and_all_that_are_set_aside(admin: FlaskClient, post: Any, lens: Lens, keep: Any) -> None:
    kept = [keep(f"n{number}", became="set_aside", reason="no id") for number in range(3)]
    at = f"/sources/desk/deliveries/{kept[0].number}"
    assert post(f"{at}/replay").headers["Location"] == at
    page = admin.get(at).text
    assert "It waits: a worker reads it next" in page
    assert "/replay" not in page
    assert lens.inbox.kept("desk") == {"waiting": 1, "set_aside": 2}
    assert "Read all 2 set aside again" in admin.get("/sources/desk").text
    assert post("/sources/desk/replay").headers["Location"] == "/sources/desk#deliveries"
    assert lens.inbox.kept("desk") == {"waiting": 3}
    assert "set aside again" not in admin.get("/sources/desk").text
    assert post("/sources/none/replay").status_code == 404


def test_why_deliveries_wait_is_told_with_what_to_do(admin: FlaskClient, lens: Lens, keep: Any, clock: Any) -> None:
    keep("one")
    assert "waits:" not in words(admin.get("/sources/desk").text)
    clock.pass_(minutes=2)
    assert "1 delivery waits: no worker reads" in words(admin.get("/sources/desk").text)
    lens.store.claim("hooks desk", "a reader", timedelta(minutes=1).total_seconds(), clock())
    assert "waits:" not in words(admin.get("/sources/desk").text)
    tell(lens.store, "desk", "acme.freshdesk.com does not accept the sign-in (401): enter a new token or key")
    for address in ("/sources", "/sources/desk"):
        page = words(admin.get(address).text)
        assert "1 delivery waits: acme.freshdesk.com does not accept the sign-in (401): enter a new" in page
    assert "enter a new token" in admin.get("/api/v1/sources").json["items"][0]["hook_error"]


def test_a_viewer_sees_counts_and_the_list_and_nothing_that_a_delivery_holds(
    sign_in_as: Callable[[Role], FlaskClient], keep: Any
) -> None:
    kept = keep("a-name", b'{"text": "held"}', "set_aside", "no id")
    for role in (Role.VIEWER, Role.LEAD):
        client = sign_in_as(role)
        page = client.get("/sources/desk").text
        assert counts_on(page)["Set aside"] == 1
        assert "a-name" in page
        assert numbers_in(page) == []
        assert "<form" not in page.partition('id="deliveries"')[2].partition("</section>")[0]
        assert "held" not in page
        assert client.get(f"/sources/desk/deliveries/{kept.number}").status_code == 403


def test_replays_need_an_administrator_and_the_token_of_a_form(
    app: Flask, admin: FlaskClient, sign_in_as: Callable[[Role], FlaskClient], token_of_form: Any, keep: Any, lens: Lens
) -> None:
    kept = keep("name", became="set_aside", reason="no id")
    lead = sign_in_as(Role.LEAD)
    token = token_of_form(lead, "/sources/desk")
    for address in ("/sources/desk/replay", f"/sources/desk/deliveries/{kept.number}/replay"):
        assert admin.post(address).status_code == 400
        assert admin.get(address).status_code == 405
        assert lead.post(address, data={"csrf_token": token}).status_code == 403
        assert app.test_client().post(address).status_code in (400, 401)
    assert lens.inbox.kept("desk") == {"set_aside": 1}


def test_counts_outlive_what_is_forgotten_and_the_list_says_so(
    sign_in_as: Callable[[Role], FlaskClient], lens: Lens, keep: Any, clock: Any
) -> None:
    for number in range(3):
        keep(f"n{number}", became="set_aside")
    clock.pass_(days=40)
    assert lens.inbox.tidied()
    page = sign_in_as(Role.ADMIN).get("/sources/desk").text
    assert counts_on(page)["Set aside"] == 3
    assert "set aside again" not in page
    assert "each is forgotten after 30 days" in words(page)
    assert "Set aside 0" in words(page)
