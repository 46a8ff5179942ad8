"""What the pages show of a source: how it stands, on the page and to programs."""

import html
import re
from dataclasses import replace
from typing import Any

import jsonschema
from flask.testing import FlaskClient
from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk
from sources_page import BAD, pulled, running, words

from ticketlens.lens import Lens
from ticketlens.model.report import Report, SetAside
from ticketlens.sources.imported import note
from ticketlens.sources.state import keep, state_of
from web.api.schemas import SCHEMAS

FRESHDESK = {"set.url": "https://acme.freshdesk.com", "set.api_key": "a key"}


def test_a_source_that_was_read_is_fresh_with_its_counts_and_its_tickets(
    admin: FlaskClient, desk: Zendesk, lens: Lens, clock: Any
) -> None:
    pulled(lens)
    clock.pass_(minutes=4)
    page = admin.get("/sources").text
    assert "desk is fresh: 5 min behind" in words(page)
    assert 'href="/tickets?source=desk">2</a>' in page
    assert "2 received 2 stored" in words(page)
    assert "Everything read Mon 16 Nov 09:00" in words(page)
    assert "Next pull Mon 16 Nov 09:05" in words(page)
    assert "data-live" not in page


def test_a_first_reading_shows_how_far_it_is_and_looks_again_by_itself(
    admin: FlaskClient, desk: Zendesk, lens: Lens, clock: Any
) -> None:
    running(lens, clock, done=1_000, total=4_000, received=1_000, stored=1_000)
    clock.pass_(minutes=5)
    for address in ("/sources", "/sources/desk"):
        page = admin.get(address).text
        assert '<progress max="4000" value="1000"' in page
        assert "1,000 of 4,000 tickets, 25 % · about 15 min left" in words(page)
        assert "Reading all of desk: 1,000 of 4,000 tickets" in words(page)
        assert f'<noscript><meta http-equiv="refresh" content="5; url={address}"></noscript>' in page
        assert f'id="live" class="stack" data-live="{address}"' in page


def test_a_reading_of_unknown_length_invents_none(admin: FlaskClient, desk: Zendesk, lens: Lens, clock: Any) -> None:
    running(lens, clock, done=1_000)
    page = admin.get("/sources").text
    assert "<progress" not in page
    assert "1,000 tickets so far; Zendesk does not say how many there are" in words(page)


def test_an_error_stands_there_with_its_remedy_and_when_it_is_tried_again(
    admin: FlaskClient, desk: Zendesk, lens: Lens
) -> None:
    desk.faults.append(Fault(status=401, times=100))
    lens.helpdesks.pull("desk", step=lambda done, total: None)
    page = words(admin.get("/sources").text)
    assert "desk cannot be read" in page
    assert "enter a new token or key. Tried again at Mon 16 Nov 09:01." in page


def test_a_state_that_a_killed_pull_left_is_shown_as_broken_off(
    admin: FlaskClient, desk: Zendesk, lens: Lens, clock: Any
) -> None:
    running(lens, clock, done=700)
    clock.pass_(hours=2)
    page = words(admin.get("/sources").text)
    assert "Reading desk broke off; it goes on by itself" in page
    assert "broke off after 700 tickets" in page


def test_what_stops_a_full_pull_stays_said(admin: FlaskClient, desk: Zendesk, lens: Lens) -> None:
    pulled(lens)
    keep(lens.store, "desk", replace(state_of(lens.store, "desk"), full_error="half of it cannot be read"))
    assert "The last full pull: half of it cannot be read." in words(admin.get("/sources/desk").text)


def test_texts_of_helpdesks_stay_texts_and_show_no_customers_address(
    admin: FlaskClient, desk: Zendesk, lens: Lens
) -> None:
    pulled(lens)
    told = replace(
        state_of(lens.store, "desk"), error=BAD, notes=(BAD,), aside=(f"7: {BAD} bo@example.com",), set_aside=1
    )
    keep(lens.store, "desk", told)
    for address in ("/sources", "/sources/desk"):
        page = admin.get(address).text
        assert BAD not in page
        assert html.escape(BAD, quote=False).replace('"', "&#34;") in page
        assert "bo@example.com" not in page
        assert 'style="' not in page
        assert not re.search(r"<script(?![^>]* src=)", page)


def test_tickets_of_files_are_told_beside_it(admin: FlaskClient, lens: Lens) -> None:
    lens.push([{"id": "1", "subject": "x", "created_at": "2026-11-01T08:00:00Z", "source": "mail/box"}])
    page = admin.get("/sources").text
    assert "Tickets that came another way" in page
    assert 'href="/tickets?source=mail%2Fbox">mail/box</a>' in page


def test_the_api_answers_what_the_page_shows(admin: FlaskClient, desk: Zendesk, lens: Lens, clock: Any) -> None:
    pulled(lens)
    clock.pass_(minutes=4)
    told = admin.get("/api/v1/sources")
    schema = {"$ref": "#/components/schemas/SourceList", "components": {"schemas": SCHEMAS}}
    jsonschema.Draft202012Validator(schema).validate(told.json)
    (one,) = told.json["items"]
    assert (one["name"], one["phase"], one["tickets"], one["lag_seconds"]) == ("desk", "fresh", 2, 300)
    assert one["counts"] == {"received": 2, "stored": 2, "unchanged": 0, "set_aside": 0, "refused": 0}
    assert "email" not in told.text


def test_what_became_of_imported_files_stands_on_the_page(admin: FlaskClient, lens: Lens) -> None:
    aside = (SetAside("line", 3, None, 'created_at: "<b>anna@example.com</b>" is no time'),)
    report = Report(received=5, stored=2, unchanged=1, set_aside=1, refused=1, set_aside_items=aside)
    note(lens.store, lens.now(), "<i>.csv", "tickets", report, "the file broke off", lens.preparer.redactor.redact)
    page = admin.get("/sources").text
    assert "<i>.csv" not in page
    assert "<b>" not in page
    assert "anna@" not in page
    told = html.unescape(words(page))
    assert "5 rows" in told
    assert "2 stored, 1 unchanged, 1 set aside, 1 refused: line 3: created_at" in told
    assert "It broke off: the file broke off" in told
