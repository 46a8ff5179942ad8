"""Who may come in, for how long, and how often they may try."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from clock import Clock

from ticketlens.errors import ConfigError
from ticketlens.model.person import Role
from ticketlens.people import People, TooManyAttempts
from ticketlens.store.base import Record, Store
from ticketlens.store.open import open_store

PASSWORD = "correct horse battery"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/people.db")
    yield store
    store.close()


@pytest.fixture
def people(store: Store, clock: Clock) -> People:
    return People(store, clock)


def test_nobody_is_there_until_the_first_person_or_token(people: People) -> None:
    assert not people.anyone()
    people.add_token("nightly", Role.VIEWER)
    assert people.anyone()
    people.revoke("nightly")
    assert people.anyone(), "taking the last one away opens nothing again"


def test_a_name_is_taken_whatever_its_case_and_its_form(people: People) -> None:
    people.add_person("Zoé@Example.org")
    with pytest.raises(ConfigError, match="already"):
        people.add_person(" zoe\u0301@EXAMPLE.org")


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\0b", "x" * 201])
def test_a_name_that_cannot_be_shown_is_refused(people: People, name: str) -> None:
    with pytest.raises(ConfigError):
        people.add_person(name)


@pytest.mark.parametrize("password", ["short", "x" * 11, "aaaaaaaaaaaaaaaa", "kim@example.org", "x" * 257])
def test_a_password_that_is_easy_to_guess_is_refused(people: People, password: str) -> None:
    with pytest.raises(ConfigError, match="password"):
        people.add_person("kim@example.org", Role.VIEWER, password)
    assert not people.anyone()


def test_only_the_right_password_lets_a_person_in(people: People) -> None:
    people.add_person("Kim", Role.LEAD, PASSWORD)
    found = people.check_password("kim ", PASSWORD)
    assert found is not None
    assert (found.name, found.role) == ("Kim", Role.LEAD)
    assert people.check_password("kim", PASSWORD + "!") is None
    assert people.check_password("nobody", PASSWORD) is None


def test_an_unknown_name_takes_as_long_as_a_known_one(people: People) -> None:
    people.add_person("kim", Role.VIEWER, PASSWORD)

    def seconds(name: str) -> float:
        spent = []
        for number in range(4):
            start = time.perf_counter()
            people.check_password(name, f"wrong wrong wrong {number}", f"192.0.2.{number}")
            spent.append(time.perf_counter() - start)
        return min(spent)

    assert 1 / 3 < seconds("nobody") / seconds("kim") < 3


def test_a_person_without_a_password_cannot_sign_in_by_one(people: People) -> None:
    people.add_person("kim")
    assert people.check_password("kim", "") is None
    assert people.check_password("kim", "a password that nobody has") is None


def test_a_person_never_shows_the_hash(people: People) -> None:
    assert "argon2" not in repr(people.add_person("kim", Role.VIEWER, PASSWORD))


def test_the_sixth_attempt_in_a_quarter_of_an_hour_is_refused_even_with_the_right_password(
    people: People, clock: Clock
) -> None:
    people.add_person("kim", Role.VIEWER, PASSWORD)
    for _ in range(5):
        assert people.check_password("kim", "wrong wrong wrong", "192.0.2.1") is None
    with pytest.raises(TooManyAttempts) as refused:
        people.check_password("KIM", PASSWORD, "192.0.2.9")
    assert 0 < refused.value.retry_after <= 900
    clock.pass_(minutes=15, seconds=1)
    assert people.check_password("kim", PASSWORD, "192.0.2.1")


def test_an_unknown_account_is_refused_after_as_many_attempts_as_a_known_one(people: People) -> None:
    for _ in range(5):
        people.check_password("nobody", "wrong wrong wrong", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        people.check_password("nobody", "wrong wrong wrong", "192.0.2.1")


def test_an_address_has_twenty_attempts_over_all_accounts(people: People) -> None:
    for number in range(20):
        people.check_password(f"person {number}", "wrong wrong wrong", "2001:db8::1")
    with pytest.raises(TooManyAttempts):
        people.check_password("somebody else", "wrong wrong wrong", "2001:db8::2")
    assert people.check_password("somebody else", "wrong wrong wrong", "2001:db8:1::2") is None


def test_attempts_that_succeed_use_nothing_up(people: People) -> None:
    people.add_person("kim", Role.VIEWER, PASSWORD)
    for _ in range(25):
        assert people.check_password("kim", PASSWORD, "192.0.2.1")


def test_many_attempts_at_once_are_no_more_than_one_by_one(people: People) -> None:
    def attempt(_: int) -> bool:
        try:
            people.check_password("kim", "wrong wrong wrong", "192.0.2.1")
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 5


def test_a_session_ends_eight_hours_after_it_was_last_seen(people: People, clock: Clock) -> None:
    people.add_person("kim")
    secret = people.begin_session("kim", Role.VIEWER)
    clock.pass_(hours=7)
    assert people.find_session(secret)
    clock.pass_(hours=7)
    assert people.find_session(secret)
    clock.pass_(hours=8)
    assert people.find_session(secret) is None


def test_a_session_ends_after_a_day_however_busy_it_is(people: People, clock: Clock) -> None:
    people.add_person("kim")
    secret = people.begin_session("kim", Role.VIEWER)
    for _ in range(5):
        clock.pass_(hours=4)
        assert people.find_session(secret)
    clock.pass_(hours=4)
    assert people.find_session(secret) is None


class EndedMeanwhile:
    """The store, but a session is ended by somebody else right after it was read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def get_record(self, noun: str, key: str) -> Record | None:
        found = self._store.get_record(noun, key)
        if noun == "session":
            self._store.delete_record(noun, key)
        return found


def test_a_session_that_was_ended_does_not_come_back_by_being_seen(store: Store, clock: Clock) -> None:
    people = People(EndedMeanwhile(store), clock)
    people.add_person("kim")
    secret = people.begin_session("kim", Role.VIEWER)
    clock.pass_(hours=1)
    assert people.sessions.find(secret)
    assert store.records("session") == []


def test_a_removed_person_loses_sessions_and_links(people: People) -> None:
    people.add_person("boss", Role.ADMIN)
    people.add_person("kim")
    secret, link = people.begin_session("kim", Role.VIEWER), people.make_link(person="kim")
    assert people.remove("KIM")
    assert not people.remove("kim")
    people.add_person("kim", Role.ADMIN)
    assert people.find_session(secret) is None
    assert people.use_link(link) is None


def test_a_new_password_ends_the_sessions_made_with_the_old_one(people: People) -> None:
    people.add_person("kim", Role.VIEWER, PASSWORD)
    secret = people.begin_session("kim", Role.VIEWER)
    people.set_password("kim", "another horse battery")
    assert people.find_session(secret) is None
    assert people.check_password("kim", PASSWORD) is None
    assert people.check_password("kim", "another horse battery")


def test_sessions_can_be_listed_and_ended_one_by_one(people: People) -> None:
    people.add_person("kim")
    first, second = (people.begin_session("kim", Role.VIEWER) for _ in range(2))
    found = people.find_session(first)
    assert found is not None
    assert len(people.sessions.of("kim")) == 2
    assert people.sessions.end_by_id(found[0].id)
    assert people.find_session(first) is None
    assert people.find_session(second)


def test_a_link_works_once_and_for_a_day(people: People, clock: Clock) -> None:
    first, second = people.make_link(), people.make_link()
    assert people.usable_link(first)
    used = people.use_link(first)
    assert used is not None
    assert (used.person, used.role) == (None, Role.ADMIN)
    assert people.usable_link(first) is None
    assert people.use_link(first) is None
    assert people.use_link("made up") is None
    clock.pass_(hours=24)
    assert people.use_link(second) is None


def test_of_two_that_use_a_link_at_once_one_gets_in(people: People) -> None:
    for _ in range(20):
        secret, start = people.make_link(), Barrier(2)

        def use(secret: str = secret, start: Barrier = start) -> bool:
            start.wait()
            return people.use_link(secret) is not None

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(lambda _, use=use: use(), range(2))) == [False, True]


def test_what_has_no_name_is_worth_nothing_once_there_is_an_administrator(people: People) -> None:
    link, session = people.make_link(), people.begin_session(None, Role.ADMIN)
    assert people.find_session(session)
    people.add_person("kim", Role.ADMIN)
    assert people.use_link(link) is None
    assert people.find_session(session) is None
    people.remove("kim")
    assert people.use_link(link) is None, "taking the last one away opens nothing again"


def test_a_token_or_a_viewer_takes_nothing_from_whoever_set_the_server_up(people: People) -> None:
    link, session = people.make_link(), people.begin_session(None, Role.ADMIN)
    people.add_token("nightly", Role.LEAD)
    people.add_person("kim")
    assert people.find_session(session)
    assert people.use_link(link)


def test_a_link_that_lets_nobody_in_says_why(people: People, clock: Clock) -> None:
    used, late, nameless = people.make_link(), people.make_link(), people.make_link()
    assert people.why_not(used) is None
    people.use_link(used)
    assert "used before" in str(people.why_not(used))
    assert "never was one" in str(people.why_not("made up"))
    people.add_person("kim", Role.ADMIN)
    assert "first administrator" in str(people.why_not(nameless))
    clock.pass_(hours=24)
    assert "run out" in str(people.why_not(late))


def test_a_link_for_a_person_has_the_role_of_the_person(people: People) -> None:
    people.add_person("kim", Role.LEAD)
    used = people.use_link(people.make_link(Role.ADMIN, person="Kim"))
    assert used is not None
    assert (used.person, used.role) == ("kim", Role.LEAD)
    with pytest.raises(ConfigError):
        people.make_link(person="nobody")


def test_a_token_is_shown_once_and_found_by_its_secret_alone(people: People, clock: Clock) -> None:
    secret = people.add_token("nightly", Role.LEAD)
    assert secret.startswith("tl_")
    found = people.find_token(secret)
    assert found is not None
    assert (found.name, found.role) == ("nightly", Role.LEAD)
    assert people.tokens.all()[0].last_used == clock.now.date()
    assert people.find_token(found.id) is None
    assert people.find_token(secret[:-1]) is None
    assert people.find_token("") is None
    assert secret not in repr(people.tokens.all())


def test_a_revoked_token_is_no_token(people: People) -> None:
    secret = people.add_token("nightly")
    with pytest.raises(ConfigError, match="already"):
        people.add_token("nightly")
    assert people.revoke("nightly")
    assert not people.revoke("nightly")
    assert people.find_token(secret) is None


def test_no_secret_is_kept_in_the_store(people: People, store: Store) -> None:
    people.add_person("kim", Role.VIEWER, PASSWORD)
    given = [people.add_token("t"), people.make_link(person="kim"), people.begin_session("kim", Role.VIEWER), PASSWORD]
    kept = "".join(repr(store.records(noun)) for noun in ("person", "token", "link", "session"))
    assert not [secret for secret in given if secret in kept]


@pytest.mark.parametrize(
    ("role", "needed", "may"), [("viewer", "lead", False), ("lead", "viewer", True), ("admin", "admin", True)]
)
def test_a_role_covers_those_before_it(role: str, needed: str, may: bool) -> None:
    assert Role(role).covers(Role(needed)) is may
