"""A lead shapes topics by forms: each shows what it will do, does exactly that, says so, and is undone."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from ticketlens.model.person import Role

LIST = "/topics?from=2026-03-02&to=2026-03-08"
HOSTILE = ("<script>alert(1)</script>", "{{7*7}}", "{% raw %}", "a\u202eb", '" onfocus="x', "Ошибка & счёт")
ADDRESSES = (
    "/topics/change", "/topics/1/change", "/topics/1/apart", "/topics/1/always", "/edits/1/undo", "/tickets/change",
    "/runs/publish", "/runs/drop", "/runs/back", "/topics/1/parts", "/topics/1/parts/split",
)  # fmt: skip


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\xa0", " ").split())


Entering = Callable[[Role], FlaskClient]
Posting = Callable[..., Any]
Doing = Callable[..., tuple[int, str]]


class Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {name for name, _ in attrs}


def attributes_of(page: str) -> set[str]:
    parser = Attributes()
    parser.feed(page)
    return parser.names


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_viewer_changes_nothing(enter: Entering, space: Any, address: str) -> None:
    viewer = enter(Role.VIEWER)
    token = re.search(r'name="csrf_token" value="([^"]+)"', viewer.get("/topics").text)
    assert token
    assert viewer.post(address, data={"csrf_token": token[1], "act": "hide", "topic": "1"}).status_code == 403
    assert space.lens.edits.history() == []


def test_a_viewer_sees_no_forms(enter: Entering, topics: dict[str, int]) -> None:
    viewer = enter(Role.VIEWER)
    for address in ("/topics", f"/topics/{topics['login']}", "/tickets", "/tickets/import/login-0"):
        page = viewer.get(address).text
        assert 'type="checkbox"' not in page
        assert page.count('method="post"') == 1, "to sign out"


def test_a_form_of_another_site_does_nothing(lead: FlaskClient, space: Any) -> None:
    fields = {"act": "hide", "topic": "1", "sure": "yes"}
    assert lead.post("/topics/change", data=fields).status_code == 400
    assert lead.post("/topics/change", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert space.lens.edits.history() == []


def test_chosen_topics_become_one_after_a_look_at_what_will_happen(
    lead: FlaskClient,
    post: Posting,
    done: Doing,
    space: Any,
    topics: dict[str, int],
) -> None:
    chosen = {"act": "merge", "topic": [topics["refund"], topics["parcel"]]}
    looked = post("/topics/change", **chosen)
    assert "Merge 2 topics with 20 tickets into one?" in words(looked.text)
    assert "refund again and again" in words(looked.text)
    assert space.lens.edits.history() == []
    number, page = done("/topics/change", **chosen, into=topics["parcel"], sure="yes", why="the same problem")
    assert "Lead merged refund into parcel. Undo" in page
    assert len(space.members(topics["parcel"])) == 20
    alias = words(lead.get(f"/topics/{topics['refund']}").text)
    assert "Merged into parcel by Lead on" in alias
    assert "“the same problem”" in alias
    _, page = done(f"/edits/{number}/undo")
    assert "Undone: Lead merged refund into parcel. They are kept apart from now on." in page
    assert len(space.members(topics["refund"])) == 10


def test_numbers_of_a_look_equal_their_lists(lead: FlaskClient, post: Posting, topics: dict[str, int]) -> None:
    for fields in (
        {"act": "merge", "topic": list(topics.values())}, {"act": "hide", "topic": list(topics.values())},
    ):  # fmt: skip
        page = post("/topics/change", **fields).text
        links = re.findall(r'<a href="(/tickets\?[^"]*)">([\d,]+)</a>', page)
        assert len(links) == 3
        for link, n in links:
            assert f"<h1>{n}\xa0tickets" in lead.get(html.unescape(link)).text


def test_hidden_topics_leave_the_list_until_the_switch_shows_them(
    lead: FlaskClient, done: Doing, topics: dict[str, int]
) -> None:
    row = f'value="{topics["login"]}" aria-label="Tick login"'
    number, _ = done("/topics/change", act="hide", topic=topics["login"], sure="yes")
    page = lead.get(LIST).text
    assert row not in page
    assert "Show 1 hidden topic" in words(page)
    assert row in lead.get(f"{LIST}&hidden=shown").text
    files = LIST.replace("?", ".csv?")
    assert "login" in lead.get(f"{files}&hidden=shown").text
    assert "login" not in lead.get(files).text
    done(f"/edits/{number}/undo")
    assert row in lead.get(LIST).text


def test_all_hidden_topics_can_be_shown_again(lead: FlaskClient, done: Doing, topics: dict[str, int]) -> None:
    done("/topics/change", act="hide", topic=list(topics.values()), sure="yes")
    assert "Show 3 hidden topics" in words(lead.get(LIST).text)


def test_pinned_topics_stand_first_whatever_the_order(lead: FlaskClient, done: Doing, topics: dict[str, int]) -> None:
    done("/topics/change", act="pin", topic=topics["refund"], sure="yes")
    for sort in ("topic", "-topic", "size", "waited"):
        assert re.findall(r'aria-label="Tick (\w+)"', lead.get(f"{LIST}&sort={sort}").text)[0] == "refund"
        assert lead.get(f"{LIST}&sort={sort}".replace("?", ".csv?")).text.splitlines()[1].split(",")[1] == "refund"


def test_only_fields_that_were_changed_in_the_form_are_set(
    lead: FlaskClient,
    done: Doing,
    post: Posting,
    space: Any,
    topics: dict[str, int],
) -> None:
    login = topics["login"]
    space.lens.edits.set(login, {"owner": "robin"}, by="kim")
    form = {"name": "Cannot sign in", "was.name": "login", "kind": "question", "was.kind": "problem", "pinned": "yes"}
    _, page = done(f"/topics/{login}/change", **form, owner="", **{"was.owner": ""}, why="as customers say")
    assert "Lead renamed Cannot sign in “Cannot sign in”, called it a question, pinned it" in page
    told = space.lens.topic_names()[login]
    assert (told.name, told.kind, told.pinned, told.owner) == ("Cannot sign in", "question", True, "robin")
    assert post(f"/topics/{login}/change", name="a", **{"was.name": "a"}).headers["Location"] == "/topics?done=same"


def test_the_page_of_a_topic_says_who_gave_its_name(
    lead: FlaskClient, done: Doing, space: Any, topics: dict[str, int]
) -> None:
    login = topics["login"]

    def says() -> str:
        return words(lead.get(f"/topics/{login}").text)

    assert "Name found in its tickets" in says()
    space.lens.store.put_topic(replace(space.lens.topic_names()[login], name="Signing in", named="Signing in"))
    assert "Named by the namer; found in its tickets: “login”" in says()
    number, _ = done(f"/topics/{login}/change", name="Cannot sign in", **{"was.name": "Signing in"})
    assert re.search(r"Named by Lead, [^;]+; found in its tickets: “login”", says())
    space.lens.edits.undo(number, by="kim")
    assert "Named by the namer" in says()


def test_a_name_that_is_taken_is_said_beside_the_form_and_kept_in_it(
    post: Posting, space: Any, topics: dict[str, int]
) -> None:
    answer = post(f"/topics/{topics['login']}/change", name="Refund", **{"was.name": "login"})
    assert answer.status_code == 409
    assert f"Topic {topics['refund']} is called so already; choose another name, or merge the two." in words(
        answer.text
    )
    assert 'name="name" value="Refund"' in answer.text
    assert space.name_of(topics["login"]) == "login"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_text_on_every_page(
    lead: FlaskClient, done: Doing, space: Any, topics: dict[str, int], name: str
) -> None:
    login = topics["login"]
    number, _ = done(f"/topics/{login}/change", name=name, note=name, owner=name, why=name)
    kept = space.name_of(login)
    merged, _ = done("/topics/change", act="merge", topic=[login, topics["refund"]], into=login, sure="yes", why=name)
    addresses = (LIST, f"/topics/{login}", f"/topics/{topics['refund']}", "/tickets/import/login-0", "/tickets",
                 f"{LIST}&done={number}", f"{LIST}&done={merged}")  # fmt: skip
    for address in addresses:
        page = lead.get(address).text
        assert kept in words(page), address
        assert "<script>alert" not in page
        assert "onfocus" not in attributes_of(page)
        assert "\u202e" not in re.sub(r"<bdi>[^<]*</bdi>", "", page).replace(name, ""), address


def test_what_is_kept_apart_is_not_merged_and_says_why(done: Doing, post: Posting, topics: dict[str, int]) -> None:
    _, page = done(f"/topics/{topics['login']}/apart", other=topics["refund"])
    assert "Lead keeps login and refund apart. Undo" in page
    answer = post("/topics/change", act="merge", topic=[topics["login"], topics["refund"]])
    assert answer.status_code == 409
    assert "are kept apart: undo that edit first. Nothing has changed." in words(answer.text)


def test_a_rule_says_how_many_it_takes_before_it_is_saved(
    lead: FlaskClient,
    done: Doing,
    post: Posting,
    space: Any,
    topics: dict[str, int],
) -> None:
    address = f"/topics/{topics['login']}/always"
    looked = words(post(address, q="refund").text)
    assert "This rule takes 10 tickets into login" in looked
    assert "Tickets with the words “refund”: 10 there are, 0 of them in the topic already" in looked
    assert space.lens.edits.history() == []
    number, page = done(address, q="refund", sure="yes")
    assert "Lead puts tickets with the words “refund” into login. Undo" in page
    assert len(space.members(topics["login"])) == 20
    assert "A rule for tickets with the words “refund” puts it here, by Lead" in words(
        lead.get("/tickets/import/refund-3").text
    )
    done(f"/edits/{number}/undo")
    assert len(space.members(topics["login"])) == 10


def test_what_was_moved_by_hand_is_not_counted_as_taken_by_a_rule(
    done: Doing, post: Posting, space: Any, topics: dict[str, int]
) -> None:
    login, parcel = topics["login"], topics["parcel"]
    space.lens.edits.move([("import", "refund-1"), ("import", "refund-2")], parcel, by="kim")
    space.lens.edits.move([("import", "refund-3")], login, by="kim")
    looked = words(post(f"/topics/{login}/always", q="refund").text)
    assert "This rule takes 7 tickets into login" in looked
    assert "10 there are, 1 of them in the topic already, 2 elsewhere by hand, where they stay." in looked
    done(f"/topics/{login}/always", q="refund", sure="yes")
    assert len(space.members(login)) == 18


def test_the_list_of_topics_tells_what_people_did_and_undoes_it(
    lead: FlaskClient, done: Doing, topics: dict[str, int]
) -> None:
    number, _ = done("/topics/change", act="pin", topic=topics["refund"], sure="yes")
    done("/topics/change", act="hide", topic=topics["parcel"], sure="yes")
    page = lead.get(LIST)
    assert "2 edits by people stand on top, the latest of 16 March 2026" in words(page.text)
    assert f'action="/edits/{number}/undo"' in page.text
    done(f"/edits/{number}/undo")
    assert "1 edit by people stands on top" in words(lead.get(LIST).text)


def test_a_rule_by_a_field_has_one_and_a_value(post: Posting, topics: dict[str, int]) -> None:
    address = f"/topics/{topics['login']}/always"
    assert "No ticket fits this rule yet" in words(post(address, field="tag", value="vip").text)
    for fields in ({}, {"value": "vip"}, {"field": "topic", "value": "1"}, {"field": "nothing", "value": "1"}):
        assert post(address, **fields).status_code == 400


def test_the_page_of_a_topic_that_no_run_finds_stays(lead: FlaskClient, space: Any, topics: dict[str, int]) -> None:
    topic = space.lens.topic_names()[topics["parcel"]]
    space.lens.store.put_topic(replace(topic, lost=True, retired=True))
    page = words(lead.get(f"/topics/{topic.id}").text)
    assert "No run finds it any more. Its number and its page stay" in page
    assert "Save" not in page


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/topics/change", {}), ("/topics/change", {"act": "hide"}), ("/topics/change", {"act": "merge", "topic": "1"}),
        ("/topics/change", {"act": "hide", "topic": "x"}), ("/tickets/change", {"act": "split", "ticket": "import/a"}),
        ("/tickets/change", {"act": "move", "ticket": "import/alpha-0"}), ("/tickets/change", {"act": "out"}),
        ("/tickets/change", {"act": "out", "ticket": "nonsense"}), ("/topics/1/apart", {}),
    ],
)  # fmt: skip
def test_a_form_that_says_too_little_is_sent_back(
    post: Posting, space: Any, address: str, fields: dict[str, str]
) -> None:
    answer = post(address, **fields)
    assert answer.status_code == 400
    assert "Nothing has changed. Back" in words(answer.text)
    assert space.lens.edits.history() == []


def test_a_form_leads_back_to_own_pages_alone(post: Posting, topics: dict[str, int]) -> None:
    for back in ("https://elsewhere.example.com/", "//elsewhere.example.com", "javascript:alert(1)"):
        answer = post("/topics/change", act="pin", topic=topics["login"], sure="yes", back=back)
        assert answer.headers["Location"].startswith("/?done=")


def test_what_was_undone_is_struck_through_with_its_name(
    lead: FlaskClient, done: Doing, post: Posting, topics: dict[str, int]
) -> None:
    number, _ = done(f"/topics/{topics['login']}/change", name="Sign-in")
    done(f"/edits/{number}/undo")
    page = lead.get(f"/topics/{topics['login']}").text
    assert "<s>" in page
    assert "Undone by Lead" in words(page)
    assert post(f"/edits/{number}/undo").status_code == 409
    assert post("/edits/999/undo").status_code == 404
