"""The Sources page: what it shows, who may change it, and that a secret is told once or never."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
from flask.testing import FlaskClient
from helpdesks.server import Fault
from helpdesks.zendesk import Server as Zendesk

from connectors import TABLE
from ticketlens.config import load_settings
from ticketlens.connector import Field, Page
from ticketlens.errors import BadPayload
from ticketlens.lens import Lens
from ticketlens.model.person import Role
from ticketlens.outside.waiting import Waiting
from ticketlens.people import People
from ticketlens.sources.registry import fields_of
from ticketlens.sources.state import PullState, keep, lease_of, state_of
from ticketlens.store.open import open_store
from web.api.schemas import SCHEMAS

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


@pytest.fixture
def lens(tmp_path: Path, clock: Any) -> Iterator[Lens]:
    """A Lens that may reach this machine, and that nobody waits in."""
    told = {"store": f"sqlite:///{tmp_path}/lens.db", "allow_private_hosts": ["127.0.0.0/8"]}
    settings = load_settings(environment={}, overrides=told)
    store = open_store(told["store"])
    kinds = {**TABLE, "faulty": Faulty}
    yield Lens(store, settings, Engine(), clock, kinds, Waiting(sleep=lambda seconds: None))  # type: ignore[arg-type]
    store.close()


@pytest.fixture
def helpdesk() -> Iterator[Zendesk]:
    server = Zendesk()
    for number in range(2):
        server.desk.create(f"Problem {number}", "Text")
    server.desk.tick(3_600)
    with server.serving():
        yield server


@pytest.fixture
def admin(client: FlaskClient, people: People) -> FlaskClient:
    people.add_person("Ann", Role.ADMIN)
    client.get(f"/sign-in/{people.make_link(Role.ADMIN, 'Ann')}")
    return client


@pytest.fixture
def post(admin: FlaskClient, token_of_form: Callable[..., str]) -> Callable[..., Any]:
    """`post(address, **fields)` with the token of a form."""
    return lambda address, **fields: admin.post(
        address, data={"csrf_token": token_of_form(admin, "/add-source/zendesk"), **fields}
    )


@pytest.fixture
def desk(lens: Lens, helpdesk: Zendesk) -> Zendesk:
    """That Zendesk, entered as the source `desk`."""
    lens.helpdesks.add("desk", "zendesk", helpdesk.settings())
    return helpdesk


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


# -- who may


@pytest.mark.parametrize("role", [Role.VIEWER, Role.LEAD])
def test_who_is_no_admin_sees_how_sources_stand_and_changes_nothing(
    client: FlaskClient, people: People, desk: Zendesk, lens: Lens, role: Role, token_of_form: Callable[..., str]
) -> None:
    people.add_person("Kim", role)
    client.get(f"/sign-in/{people.make_link(role, 'Kim')}")
    for address in ("/sources", "/sources/desk"):
        page = client.get(address)
        assert page.status_code == 200
        assert "not read yet" in page.text
        assert "Pull now" not in page.text
        assert "lead@example.com" not in page.text
    token = token_of_form(client, "/sources")
    for address in ("/sources/desk/pull", "/sources/desk/test", "/sources/desk/change", "/sources/desk/remove",
                    "/add-source/zendesk"):  # fmt: skip
        assert client.post(address, data={"csrf_token": token}).status_code == 403
    for address in ("/add-source", "/add-source/zendesk", "/sources/desk/remove"):
        assert client.get(address).status_code == 403
    assert lens.helpdesks.rounds.registry.get("desk").kind == "zendesk"


def test_nothing_is_done_without_the_token_of_a_form(admin: FlaskClient, desk: Zendesk, lens: Lens) -> None:
    for address in ("pull", "test", "change", "remove"):
        assert admin.post(f"/sources/desk/{address}", data={"csrf_token": "made up"}).status_code == 400
    assert desk.asked == []
    assert [one.asked for one in lens.helpdesks.standings()] == [None]


# -- adding


def test_without_sources_the_page_says_what_a_source_is_and_where_to_begin(admin: FlaskClient) -> None:
    page = admin.get("/sources").text
    assert "No helpdesk is connected yet" in page
    assert 'href="/add-source"' in page
    assert "writes nothing there" in page


def test_the_first_start_leads_to_it(admin: FlaskClient) -> None:
    assert 'href="/add-source"' in admin.get("/").text
    kinds = admin.get("/add-source").text
    assert all(f'href="/add-source/{name}"' in kinds for name in TABLE)


@pytest.mark.parametrize("kind", TABLE)
def test_a_form_has_a_field_for_each_setting_and_hides_what_is_secret(admin: FlaskClient, kind: str) -> None:
    page = admin.get(f"/add-source/{kind}").text
    for one in fields_of(TABLE[kind]):
        (field,) = re.findall(rf'<input name="set\.{one.name}"[^>]*>', page)
        assert ('type="password"' in field) == one.secret
        assert (" required" in field) == one.required


def test_an_unknown_kind_is_no_page(admin: FlaskClient) -> None:
    assert admin.get("/add-source/nothing").status_code == 404


def test_the_secret_of_webhooks_is_shown_once(admin: FlaskClient, post: Any, lens: Lens) -> None:
    page = post("/add-source/freshdesk", name="desk", **FRESHDESK)
    assert page.status_code == 200
    (secret,) = SECRET.findall(page.text)
    assert secret == lens.helpdesks.registry.settings("desk")["webhook_secret"]
    assert "http://127.0.0.1:8000/hooks/desk" in page.text
    assert f"http://127.0.0.1:8000/hooks/desk/{secret}" in page.text
    assert "docs/connectors/freshdesk.md" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert lens.helpdesks.standings()[0].asked is not None
    shown = [admin.get(at).text for at in ("/sources", "/sources/desk", "/sources/desk/remove", "/api/v1/sources")]
    assert page.text.count(secret) == 2
    assert all(secret not in text and "a key" not in text for text in shown)
    assert "a key" not in page.text


def test_tickets_that_bear_the_name_already_are_told(post: Any, desk: Zendesk, lens: Lens) -> None:
    pulled(lens)
    lens.helpdesks.remove("desk")
    page = post("/add-source/zendesk", name="desk", **form_of(desk))
    assert "There are 2 tickets of this name already" in words(page.text)


def test_a_secret_that_a_person_chose_is_not_shown_at_all(post: Any, helpdesk: Zendesk) -> None:
    page = post("/add-source/zendesk", name="desk", **form_of(helpdesk, webhook_secret="chosen-by-a-person")).text
    assert "desk is added" in page
    assert "chosen-by-a-person" not in page


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"set.url": ""}, "url: missing"),
        ({"set.url": BAD}, "is no address such as"),
        ({"name": "Not A Name"}, "is no name for a source"),
        ({"name": BAD}, "is no name for a source"),
        ({"set.zone": "Mars/Olympus"}, "is no time zone"),
    ],
)
def test_what_is_wrong_is_said_above_the_form_which_keeps_all_but_secrets(
    post: Any, helpdesk: Zendesk, lens: Lens, other: dict[str, str], told: str
) -> None:
    page = post("/add-source/zendesk", **{"name": "desk", **form_of(helpdesk), **other})
    assert page.status_code == 400
    assert told in html.unescape(page.text)
    assert 'value="lead@example.com"' in page.text
    assert helpdesk.secret not in page.text
    assert BAD not in page.text
    assert lens.helpdesks.registry.all() == []


def test_a_name_is_offered_that_is_not_taken(admin: FlaskClient, lens: Lens, helpdesk: Zendesk) -> None:
    assert 'name="name" value="zendesk"' in admin.get("/add-source/zendesk").text
    lens.helpdesks.add("zendesk", "zendesk", helpdesk.settings())
    assert 'name="name" value="zendesk-2"' in admin.get("/add-source/zendesk").text


# -- how it stands


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


# -- buttons


def test_a_test_says_what_it_could_read_and_stores_nothing(post: Any, desk: Zendesk, lens: Lens) -> None:
    page = words(post("/sources/desk/test").text)
    assert "It answers: 2 tickets on its first page, the last one is “Problem 1”." in page
    assert lens.empty()


def test_a_test_that_fails_is_one_sentence_without_secrets(post: Any, desk: Zendesk) -> None:
    desk.faults.append(Fault(status=403, times=100))
    page = post("/sources/desk/test").text
    assert "give its account the rights in the docs" in page
    assert desk.secret not in page


@pytest.mark.parametrize("trouble", [KeyError("hush-hush"), BadPayload("results", "missing"), OSError("hush-hush")])
def test_whatever_a_connector_raises_is_a_sentence_on_the_page(
    post: Any, lens: Lens, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    lens.helpdesks.add("odd", "faulty", {"token": "hush-hush"})
    monkeypatch.setattr(Faulty, "trouble", trouble)
    told = f"the connector has a fault ({type(trouble).__name__} at test_sources_page.py:"
    sentence = str(trouble) if isinstance(trouble, BadPayload) else told
    for where, address, status in (
        ("pull", "/sources/odd/test", 200), ("made", "/sources/odd/test", 200),
        ("made", "/sources/odd/change", 400), ("made", "/add-source/faulty", 400),
    ):  # fmt: skip
        monkeypatch.setattr(Faulty, "where", where)
        page = post(address, name="odd-2", **{"set.token": "hush-hush"})
        assert page.status_code == status, address
        assert sentence.casefold() in words(page.text).casefold(), address
        assert "hush-hush" not in page.text


def test_buttons_leave_word_for_a_worker(post: Any, desk: Zendesk, lens: Lens, admin: FlaskClient) -> None:
    assert post("/sources/desk/pull").headers["Location"] == "/sources/desk"
    asked = lens.helpdesks.standings()[0].asked
    assert asked is not None
    assert not asked.full
    post("/sources/desk/pull", full="yes")
    assert lens.helpdesks.rounds.due() == [("desk", True)]
    assert "A full pull was asked for at Mon 16 Nov 09:00; a worker takes it up." in words(
        admin.get("/sources/desk").text
    )
    assert post("/sources/none/pull").status_code == 404


def test_settings_are_changed_and_an_empty_secret_stays(post: Any, desk: Zendesk, lens: Lens) -> None:
    before = lens.helpdesks.registry.settings("desk")
    page = post("/sources/desk/change", **{**form_of(desk, token=""), "set.email": "other@example.com"})
    assert "Saved" in page.text
    assert lens.helpdesks.registry.settings("desk") == {**before, "email": "other@example.com"}
    post("/sources/desk/change", **form_of(desk, token="new-token"))
    assert lens.helpdesks.registry.settings("desk")["token"] == "new-token"


def test_a_kept_secret_goes_to_no_other_address(post: Any, desk: Zendesk, lens: Lens) -> None:
    page = post("/sources/desk/change", **form_of(desk, token="", url="https://elsewhere.example.com"))
    assert page.status_code == 400
    assert "to change the address, enter token again" in page.text
    assert lens.helpdesks.registry.get("desk").values["url"] == desk.url


def test_a_secret_before_the_last_can_be_taken_away(post: Any, desk: Zendesk, lens: Lens) -> None:
    lens.helpdesks.change("desk", {"webhook_secret": "the new one", "webhook_secret_previous": "the old one"})
    post("/sources/desk/change", **form_of(desk, token=""), **{"forget.webhook_secret_previous": "yes"})
    assert "webhook_secret_previous" not in lens.helpdesks.registry.settings("desk")
    assert "webhook_secret" in lens.helpdesks.registry.settings("desk")


def test_removing_asks_first_and_leaves_the_tickets(admin: FlaskClient, post: Any, desk: Zendesk, lens: Lens) -> None:
    pulled(lens)
    assert "2 tickets stay" in words(admin.get("/sources/desk/remove").text)
    assert [one.name for one in lens.helpdesks.registry.all()] == ["desk"]
    assert post("/sources/desk/remove").headers["Location"] == "/sources"
    assert lens.helpdesks.registry.all() == []
    assert "Tickets that came another way" in admin.get("/sources").text
    assert admin.get("/sources/desk").status_code == 404


# -- programs


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
