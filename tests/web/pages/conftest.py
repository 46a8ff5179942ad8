"""A desk with a year of tickets, grouped by hand: real store, real answers, no model."""

import html
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from flask import Flask

from ticketlens.config import load_settings
from ticketlens.hooks.gate import open_gate
from ticketlens.lens import Lens
from ticketlens.model.filter import Filter
from ticketlens.model.person import Role
from ticketlens.model.topic import Topic
from ticketlens.people import People
from ticketlens.store.base import Assignment
from ticketlens.store.open import open_store
from web.addresses import understand_encoded_slashes
from web.app import create_app
from web.headers import protect_answers
from web.pages import pages
from web.problems import explain_errors

NOW = datetime(2026, 11, 19, 8, 12, tzinfo=UTC)
BAD = "<script>alert(1)</script> {{7*7}}"
HOURS = '[[schedules]]\nname = "office"\nzone = "Europe/Stockholm"\nhours = {"mon-fri" = "09:00-17:00"}\n'

PROBLEMS = (
    ("Refund not received", "refund", 26.0),
    ("Parcel marked delivered, not there", "parcel", 18.0),
    ("Cannot log in after update", "login", 8.0),
    ("Card declined at checkout", "card", 6.0),
    ("Coupon code not accepted", "coupon", 11.0),
    ("App crashes when opening orders", "crash", 14.0),
    ("Change delivery address", "address", 3.0),
    ("Wrong size sent", "size", 20.0),
    ("Invoice missing VAT number", "vat", 30.0),
    (BAD, "bad", 9.0),
)


class NoEngine:
    """Vectors here are given, not made."""

    def key(self, model):
        return "hand"


def ticket_rows(count, seed=7):
    """Rows of the NDJSON form; the subject's first word names the problem, one in eight has none."""
    dice = random.Random(seed)
    for number in range(count):
        age_days = dice.triangular(0.1, 190, 40)
        created = NOW - timedelta(days=age_days)
        spread = [3, 2.6, 1.2 if age_days < 40 else 0.05, 1.6, 0.9, 0.6, 1.2, 0.8, 0.5, 0.2, 1.8]
        if age_days < 25:
            spread[0] = 6
        problem = dice.choices(range(len(PROBLEMS) + 1), spread)[0]
        yield row(number, created, problem, dice)


def row(number, created, problem, dice):
    name, word, hours = PROBLEMS[problem] if problem < len(PROBLEMS) else ("Something else", "other", 10.0)
    slower = 1.8 if word == "refund" and created > NOW - timedelta(days=25) else 1.0
    took = timedelta(hours=hours * slower * dice.lognormvariate(0, 1.1))
    replied = created + min(took, timedelta(hours=hours / 4 * dice.lognormvariate(0, 0.8)))
    told = list(history(created, replied, created + took))
    made = {
        "id": f"{4000 + number}",
        "source": "zendesk-eu" if number % 3 else "mail/box",
        "subject": f"{name} ({word} {number})",
        "body": f"Hello, about my {word}: order {number}. {BAD if word == 'bad' else 'Please help.'}",
        "status": told[-1]["to"] if told else "new",
        "created_at": created.isoformat(),
        "channel": dice.choice(["email", "email", "chat", "phone"]),
        "language": dice.choice(["en", "en", "en", "ru", "it", "sv"]),
        "group": dice.choice(["Payments", "Tier 1", "Tier 1"]),
        "brand": dice.choice(["shop", "outlet"]),
        "priority": dice.choice(["normal", "high", "low"]),
        "requester": f"c-{dice.randrange(500)}",
        "tags": [word],
        "observed_until": NOW.isoformat(),
        "url": f"https://help.example.com/{number}",
        "history": told,
    }
    if replied < NOW:
        made["first_reply_at"] = replied.isoformat()
        made["messages"] = [{"at": replied.isoformat(), "author": "agent", "public": True, "body": "We look into it."}]
    if made["status"] == "solved" and dice.random() < 0.3:
        made["satisfaction"] = {"score": dice.choice([1, 3, 4, 5, 5]), "scale": 5, "at": told[-1]["at"]}
    return made


def history(created, replied, solved):
    """Picked up, answered, the customer writes back, solved; some of it is still to come. Some come back."""
    steps = [
        (created + (replied - created) / 2, "new", "open", "agent"),
        (replied, "open", "waiting_customer", "agent"),
        (replied + (solved - replied) / 2, "waiting_customer", "open", "customer"),
        (solved, "open", "solved", "agent"),
    ]
    if solved.minute % 17 == 0:
        back = solved + timedelta(days=2)
        steps += [(back, "solved", "open", "customer"), (back + timedelta(hours=5), "open", "solved", "agent")]
    for at, before, after, actor in steps:
        if at < NOW:
            yield {"at": at.isoformat(), "field": "status", "from": before, "to": after, "actor": actor}


def group_by_hand(lens):
    """Each problem becomes a topic; a few of its tickets are weak."""
    store, dice = lens.store, random.Random(1)
    texts = store.texts_without_vector("hand", 100_000)
    words = {word: number for number, (_, word, _) in enumerate(PROBLEMS)}
    numbers = [words.get(subject.rpartition("(")[2].split(" ")[0].rstrip(")")) for _, subject, _ in texts]
    grid = np.eye(16, dtype=np.float32)[[15 if n is None else n for n in numbers]] + 0.1
    grid += np.random.default_rng(1).normal(0, 0.05, grid.shape).astype(np.float32)
    grid /= np.linalg.norm(grid, axis=1, keepdims=True)
    store.put_vectors("hand", [text[0] for text in texts], grid)
    ids = store.new_topic_ids(len(PROBLEMS))
    told = {
        text[0]: Assignment(ids[n], "weak" if dice.random() < 0.15 else "core", 0.5 + dice.random() / 2)
        for text, n in zip(texts, numbers, strict=True) if n is not None
    }  # fmt: skip
    store.publish([_topic(lens, ids[n], n) for n in range(len(PROBLEMS))], told, {"model": "hand"})


def _topic(lens, id, number):
    name, word, _ = PROBLEMS[number]
    rows = lens.store.list_tickets(Filter(q=word), limit=6).items
    keys = tuple((row.ticket.source, row.ticket.id) for row in rows)
    centre = np.eye(16, dtype=np.float32)[number] + 0.1
    centre /= np.linalg.norm(centre)
    words = (word, "order", "days", "help")
    return Topic(id, name, words, centroid=centre.tobytes(), typical=keys[:3], edge=keys[3:], language="en", born=NOW)


def make_lens(folder, count, **settings):
    store = open_store(f"sqlite:///{folder}/desk.db")
    told = load_settings(None, {}, {"zone": "Europe/Stockholm", "schedules": HOURS, **settings})
    lens = Lens(store, told, NoEngine(), now=lambda: NOW)
    if count:
        report = lens.push(list(ticket_rows(count)))
        assert report.stored == count, report
        group_by_hand(lens)
    return lens


def open_app(lens):
    """The pages with their headers and problems, and no door before them."""
    app = Flask("web")
    app.extensions["ticketlens"] = lens
    app.extensions["gate"] = open_gate(lens.helpdesks.registry, lens.store)
    understand_encoded_slashes(app)
    explain_errors(app)
    protect_answers(app, tls=False)
    app.register_blueprint(pages)
    return app


@pytest.fixture(scope="session")
def lens(tmp_path_factory):
    return make_lens(tmp_path_factory.mktemp("desk"), 1500)


@pytest.fixture(scope="session")
def empty_lens(tmp_path_factory):
    return make_lens(tmp_path_factory.mktemp("empty"), 0)


@pytest.fixture
def browser(lens):
    return open_app(lens).test_client()


@pytest.fixture
def empty_browser(empty_lens):
    return open_app(empty_lens).test_client()


@pytest.fixture
def small_desk(tmp_path):
    """A lens, a browser on its pages, and rows of a brand that is not in it yet."""
    lens = make_lens(tmp_path, 40)
    more = [{**made, "id": f"new-{made['id']}", "brand": "brand-new"} for made in ticket_rows(5, seed=8)]
    return lens, open_app(lens).test_client(), more


@pytest.fixture
def fresh_browser(tmp_path_factory):
    lens = make_lens(tmp_path_factory.mktemp("fresh"), 0)
    return lens, open_app(lens).test_client()


@pytest.fixture
def odd_browser(tmp_path):
    """The pages over 60 pushed tickets whose statuses go back in time, beside 40 others."""
    lens = make_lens(tmp_path, 40)
    moves = (("2026-02-03T09:00:00Z", "new", "open"), ("2026-02-02T10:00:00Z", "open", "solved"))
    history = [{"at": at, "field": "status", "from": before, "to": after} for at, before, after in moves]
    odd = {"subject": "odd", "created_at": "2026-02-02T09:00:00Z", "history": history}
    assert lens.push([{**odd, "id": f"odd {number}"} for number in range(60)]).stored == 60
    yield open_app(lens).test_client()
    lens.store.close()


PEOPLE = 160
ODD_IDS = ("c-1/..", "../..", "/lead", "a%2Fb", "ümläut 雪", "?x=1#y", "q" * 200, "<b>&\"'", "c 1")


def answered(count, seed=3):
    """CSAT after tickets, NPS about none with some sent in vain, and ten answers on effort."""
    dice = random.Random(seed)
    for number in range(count):
        at = NOW - timedelta(days=dice.uniform(1, 300))
        shared = {"customer": f"c-{number % PEOPLE}", "sent_at": (at - timedelta(hours=5)).isoformat()}
        comment = BAD if number == 7 else f"Comment {number}" if number % 3 == 0 else None
        ticket = {"ticket": str(4000 + number), "ticket_source": "zendesk-eu" if number % 3 else "mail/box"}
        solved = {"survey": "After solve", "kind": "csat", "scale": 5, "question": "Happy?", **shared, **ticket}
        told = {"at": at.isoformat(), "comment": comment}
        yield {**solved, "id": f"s{number}", "score": dice.choice([1, 2, 4, 5, 5]), **told, "source": "survey"}
        loyal = {"survey": BAD, "kind": "nps", **shared, "id": f"n{number}", "source": "survey"}
        yield {**loyal, "score": dice.choice([0, 6, 7, 9, 10]), **told} if number % 2 else {**loyal, "score": None}
        if number < 10:
            yield {"id": f"e{number}", "survey": "Effort", "kind": "ces", "scale": 7, "score": 6, "at": at.isoformat()}


def fill(lens, count):
    rows = list(answered(count))
    odd = [{"id": f"odd{n}", "survey": "Odd", "kind": "nps", "score": 3, "at": "2026-10-10T10:00:00Z", "customer": one}
           for n, one in enumerate(ODD_IDS)]  # fmt: skip
    report = lens.voice.push_answers([*rows, *odd])
    assert report.set_aside == 0, report
    told = [{"id": f"c-{n}", "value_per_year": 100 + n % 7, "currency": "EUR", "since": "2024-02-03T00:00:00Z",
             "updated_at": "2026-01-01T00:00:00Z", "organization": "acme",
             **({"churned_at": "2026-09-09T00:00:00Z"} if n % 9 == 1 else {})} for n in range(PEOPLE)]  # fmt: skip
    assert lens.voice.push_customers(told).set_aside == 0


@pytest.fixture(scope="session")
def voiced(tmp_path_factory):
    lens = make_lens(tmp_path_factory.mktemp("voiced"), 600)
    fill(lens, 300)
    yield lens
    lens.store.close()


@pytest.fixture
def voices(voiced):
    return open_app(voiced).test_client()


@pytest.fixture
def paid(voiced):
    """A browser where an hour of work costs 60 EUR, and a ticket is assumed to take ten minutes."""
    rates = {"cost_per_hour": 60.0, "minutes_per_ticket": 10.0, "currency": "EUR"}
    return open_app(replace(voiced, settings=replace(voiced.settings, **rates))).test_client()


@pytest.fixture
def silent(tmp_path):
    """A lens with 40 tickets, and a browser on its pages; nobody answered anything."""
    lens = make_lens(tmp_path, 40)
    yield lens, open_app(lens).test_client()
    lens.store.close()


@pytest.fixture
def answer_rows():
    return answered


@pytest.fixture(params=ODD_IDS)
def odd_id(request):
    return request.param


def words_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\xa0", " ").split())


@pytest.fixture
def empty_store():
    """What edits and runs do in each store is held in their own suites."""
    return "sqlite:///empty.db"


@pytest.fixture
def enter(space):
    app, people = create_app(space.lens, secret=b"a secret of the tests"), People(space.lens.store)

    def made(role):
        people.add_person(role.value.capitalize(), role)
        client = app.test_client()
        client.get(f"/sign-in/{people.make_link(role, role.value.capitalize())}")
        return client

    return made


@pytest.fixture
def lead(enter):
    return enter(Role.LEAD)


@pytest.fixture
def post(lead):
    """`post(address, **fields)` with the token of a form; lists are fields given several times."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', lead.get("/topics").text)
    assert token

    def send(address, **fields):
        return lead.post(address, data={"csrf_token": token[1], "back": "/topics", **fields})

    return send


@pytest.fixture
def done(lead, post):
    """The same for what is done at once: the number of the edit, and the words of the page that it leads to."""

    def send(address, **fields):
        answer = post(address, **fields)
        assert answer.status_code == 303, answer.text
        to = answer.headers["Location"]
        return int(parse_qs(urlsplit(to).query)["done"][0]), words_of(lead.get(to).text)

    return send


@pytest.fixture
def topics(space):
    return {name: space.topic_of(f"{name}-0") for name in ("login", "refund", "parcel")}
