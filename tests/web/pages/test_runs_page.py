"""A run that waits is shown in words before it counts; a lead publishes it, drops it, or brings the former one back."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from ticketlens.edits.words import Mention, told_apart
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.person import Role
from ticketlens.model.run import Difference, Turn
from ticketlens.people import People
from web.app import create_app

LIST = "/topics?from=2026-03-02&to=2026-03-08"
Posting = Callable[..., str]


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\xa0", " ").split())


def enter(space: Any, role: Role) -> FlaskClient:
    app, people = create_app(space.lens, secret=b"a secret of the tests"), People(space.lens.store)
    people.add_person(role.value.capitalize(), role)
    client = app.test_client()
    client.get(f"/sign-in/{people.make_link(role, role.value.capitalize())}")
    return client


@pytest.fixture
def lead(space: Any) -> FlaskClient:
    return enter(space, Role.LEAD)


@pytest.fixture
def post(lead: FlaskClient) -> Posting:
    """Sends a form of the list of topics; the words of the page that it leads to, or the status of a refusal."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', lead.get("/topics").text)
    assert token

    def send(address: str, **fields: str) -> str:
        answer = lead.post(address, data={"csrf_token": token[1], "back": LIST, **fields})
        if answer.status_code == 303:
            return words(lead.get(answer.headers["Location"]).text)
        return f"{answer.status_code} {words(answer.text)}"

    return send


@pytest.fixture
def waiting(space: Any) -> None:
    """A run waits that parts the parcels from the logins, where a slip had put them, and finds a topic of invoices."""
    store = space.lens.store
    parcel, login = space.topic_of("parcel-0"), space.topic_of("login-0")
    held = store.assignments()
    store.assign({name: type(one)(login, "weak", 0.5) for name, one in held.items() if one.topic == parcel})
    space.push("invoice", range(6), words='{{7*7}} "5 < 6"')
    space.cluster(full=True)
    assert space.lens.runs.waiting() is not None


def places(space: Any) -> dict[str, int | None]:
    return {row.ticket.id: row.topic for row in space.lens.tickets(EVERYTHING, limit=200).items}


@pytest.mark.usefixtures("waiting")
def test_a_waiting_run_says_what_it_would_change(lead: FlaskClient) -> None:
    page = lead.get(LIST).text
    told = words(page)
    assert "waits for a decision: " in told
    assert "1 new topic, 1 split, 10 tickets move, 6 tickets join a topic" in told
    assert "It would put 33.3 % of the grouped tickets elsewhere, in past weeks too." in told
    assert "split parcel from login" in told
    assert 'invoice {{7*7}} "5 < 6" 0' in told, "typical tickets of what is new"
    assert "invoice {{7*7}} &#34;5 &lt; 6&#34; 0" in page


@pytest.mark.usefixtures("waiting")
def test_a_viewer_sees_the_run_without_buttons(space: Any) -> None:
    page = enter(space, Role.VIEWER).get(LIST).text
    assert "waits for a decision" in page
    assert "Somebody with the role lead publishes it, or drops it." in words(page)
    assert "/runs/" not in page


@pytest.mark.usefixtures("waiting")
def test_a_published_run_counts_and_says_that_past_weeks_changed(lead: FlaskClient, post: Posting, space: Any) -> None:
    told = post("/runs/publish", why="looked at it")
    assert "Run 2 counts now" in told
    assert "Topics as of run 2, 2026, by Lead" in told.replace("16 March ", "")
    assert "1 new topic, 1 split, 10 tickets move, 6 tickets join a topic, “looked at it”." in told
    assert "Counts of past weeks changed with it: 10 tickets that were in a topic are elsewhere." in told
    assert "waits for a decision" not in told
    parcel, login = space.topic_of("parcel-0"), space.topic_of("login-0")
    assert parcel != login
    assert "split this topic with 10 tickets off login" in words(lead.get(f"/topics/{parcel}").text)
    assert "Run 2 split parcel with 10 tickets off this topic" in words(lead.get(f"/topics/{login}").text)


@pytest.mark.usefixtures("waiting")
def test_a_dropped_run_changes_nothing(post: Posting, space: Any) -> None:
    before = places(space)
    assert "The run was dropped; nothing has changed." in post("/runs/drop")
    assert places(space) == before
    for address in ("/runs/drop", "/runs/publish"):
        assert "409" in (told := post(address))
        assert "No run waits to be published. Nothing has changed. Back" in told


@pytest.mark.usefixtures("waiting")
def test_the_former_topics_come_back(post: Posting, space: Any) -> None:
    before = places(space)
    post("/runs/publish")
    assert places(space) != before
    told = post("/runs/back", why="too many")
    assert "The former topics count again, as run 3" in told
    assert "Former topics, brought back as of run 3" in told
    assert "“too many”" in told
    assert {name: topic for name, topic in places(space).items() if name in before} == before


@pytest.mark.usefixtures("waiting")
def test_a_link_to_what_was_done_says_nothing_that_is_no_longer_so(lead: FlaskClient, post: Posting) -> None:
    post("/runs/publish")
    assert "Run 2 counts now" in words(lead.get(f"{LIST}&done=run-2").text)
    for name in ("run-1", "run-", "run-x", "999", "-1", "²", "<script>"):
        page = lead.get("/topics", query_string={"from": "2026-03-02", "to": "2026-03-08", "done": name})
        assert page.status_code == 200
        assert 'role="status"' not in page.text


def test_without_a_former_run_no_button_offers_one(lead: FlaskClient, post: Posting) -> None:
    page = lead.get(LIST).text
    assert "Topics as of run 1" in words(page)
    assert "Bring" not in page
    assert "There is no former run to bring back" in post("/runs/back")


def test_a_topic_that_ended_is_told_once_of_a_run_and_has_no_rank(lead: FlaskClient, space: Any) -> None:
    parcel, login, refund = (space.topic_of(f"{name}-0") for name in ("parcel", "login", "refund"))
    found = space.lens.runs._current()
    turns = (Turn("split", login, "login", (parcel, refund), 8), Turn("merged", parcel, "parcel", (login,), 10))
    ended = tuple(replace(topic, lost=True) if topic.id == parcel else topic for topic in found.topics)
    texts = {name: replace(one, topic=login) if one.topic == parcel else one for name, one in found.texts.items()}
    run = replace(found, topics=ended, texts=texts, difference=Difference(turns, moved=10))
    space.lens.runs.publish(run, by="kim")
    page = words(lead.get(f"/topics/{parcel}").text)
    assert page.count("Run 2") == page.count("Run 2 put this topic with its 10 tickets into login") == 1
    assert "of all problems" not in page
    assert "any other problem" not in page
    assert "Run 2 split login with 8 tickets off parcel and this topic" in words(lead.get(f"/topics/{refund}").text)


@pytest.mark.usefixtures("waiting")
def test_topics_of_one_name_are_told_by_their_numbers(
    lead: FlaskClient, space: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, told = space.lens.store, space.lens.runs.waiting()
    login = space.topic_of("login-0")
    other = next(topic for topic in store.topics() if topic.id != login)
    store.put_topic(replace(other, label="login", name="login"))
    gone = {"kind": "merged", "topic": other.id, "name": "login", "others": [login], "tickets": 3}
    turns = [gone, *told["difference"]["turns"]]
    shown = {**told, "difference": {**told["difference"], "turns": turns}}
    monkeypatch.setattr(type(space.lens.runs), "waiting", lambda runs: shown)
    page = words(lead.get(LIST).text)
    assert f"merged login (topic {other.id}) into login (topic {login}) which goes on 3 tickets" in page
    assert "split parcel from login" in page


def test_only_a_name_that_stands_twice_in_a_sentence_has_a_number() -> None:
    told = told_apart((" put ", Mention(3, "Lost my card"), " into ", Mention(4, "Refund")), Mention(7, "refund"))
    assert told == (" put ", Mention(3, "Lost my card"), " into ", Mention(4, "Refund (topic 4)"))
