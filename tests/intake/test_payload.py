import json
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketlens.errors import BadPayload
from ticketlens.intake.payload import Payload, clean, parse_json, read_boolean, read_id, read_integer
from ticketlens.intake.times import TimeRule

RULE = TimeRule.at(datetime(2026, 11, 21, tzinfo=UTC))
TICKET = Payload({"id": 7, "subject": "Hi", "user": {"email": "a@example.com"}, "history": [{"at": "1970-01-01"}]})


def test_members_are_reached_by_name_and_by_dotted_path() -> None:
    assert (TICKET.text("subject"), TICKET.text("user.email"), TICKET.id()) == ("Hi", "a@example.com", "7")
    assert TICKET.opt_text("nothing.at.all") is None


def test_an_error_names_the_whole_path() -> None:
    (entry,) = TICKET.items("history")
    with pytest.raises(BadPayload, match=r"^history\[0\]\.at: before 1990$"):
        entry.time("at", RULE)
    with pytest.raises(BadPayload, match=r"^user\.name: missing$"):
        TICKET.at("user").text("name")
    with pytest.raises(BadPayload, match=r"^subject: an object expected, found str$"):
        TICKET.text("subject.more")
    with pytest.raises(BadPayload, match=r"^user: text expected, found an object"):
        TICKET.text("user")
    with pytest.raises(BadPayload, match=r"^subject: a list expected"):
        list(TICKET.items("subject"))


def test_a_zone_can_be_given_with_the_time() -> None:
    payload = Payload({"at": "2024-07-01 12:00"})
    assert payload.time("at", RULE, ZoneInfo("Europe/Rome")).hour == 10
    assert payload.opt_time("no", RULE) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": ' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"id": 1, "id": 2}',
        "{'a': 1}",
        '{"a": 1} x',
    ],
)
def test_what_is_not_strictly_json_is_refused(text: str) -> None:
    with pytest.raises(BadPayload):
        parse_json(text)


def test_a_key_stated_twice_with_one_value_is_no_conflict() -> None:
    assert parse_json('{"a": 1, "a": 1}') == {"a": 1}


@pytest.mark.parametrize(("value", "text"), [(7, "7"), (12.0, "12"), (-0.0, "0"), (" x ", "x"), (2**70, str(2**70))])
def test_an_id_is_text_whatever_number_it_was(value: object, text: str) -> None:
    assert read_id(value, "id") == text


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        [],
        {},
        1.5,
        1e300,
        float("nan"),
        float("inf"),
        "",
        "  ",
        "x" * 513,
        "a\x00b",
        "\ud800",
        pytest.param(10**5000, id="huge"),
    ],
)
def test_an_id_of_any_other_kind_is_refused(value: object) -> None:
    with pytest.raises(BadPayload, match=r"^id: "):
        read_id(value, "id")


@pytest.mark.parametrize(
    ("value", "truth"), [("Yes", True), ("1", True), (1, True), ("false", False), ("", False), (None, False)]
)
def test_truth_is_read_from_the_words_that_tables_use(value: object, truth: bool) -> None:
    assert read_boolean(value, "spam") is truth


@pytest.mark.parametrize("value", ["maybe", 2, [], {}])
def test_a_word_that_is_neither_true_nor_false_is_refused(value: object) -> None:
    with pytest.raises(BadPayload):
        read_boolean(value, "spam")


def test_whole_numbers_are_read_from_text_and_bounded() -> None:
    assert [read_integer(value, "n") for value in (3, "3", 3.0)] == [3, 3, 3]
    for value in (True, "x", 1.5, 2**63, float("inf"), None, "9" * 5000):
        with pytest.raises(BadPayload):
            read_integer(value, "n")


def test_text_loses_nul_and_half_characters_only() -> None:
    assert clean("a\x00b\ud83dc ✓ 🎉") == "ab\ufffdc ✓ 🎉"


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_cleaned_text_can_always_be_stored(text: str) -> None:
    assert "\x00" not in clean(text).encode().decode()


@given(st.text(max_size=50) | st.builds(json.dumps, st.dictionaries(st.text(), st.floats() | st.none())))
def test_any_text_is_json_or_refused(text: str) -> None:
    try:
        parse_json(text)
    except BadPayload:
        return
    json.loads(text)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3), lambda inner: st.dictionaries(st.sampled_from("ab"), inner)
    )
)
def test_a_dotted_path_leads_where_its_members_lead_one_by_one(value: object) -> None:
    def told(reach: Callable[[Payload], Payload]) -> object:
        try:
            return reach(Payload(value, "top"))
        except BadPayload as error:
            return str(error)

    assert told(lambda payload: payload.at("a.b.a")) == told(lambda payload: payload.at("a").at("b").at("a"))
