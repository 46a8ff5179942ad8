"""Filters in addresses: what is written is read back, and what is wrong is said."""

from datetime import UTC, date, datetime, timedelta, timezone
from types import ModuleType
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketlens.errors import ConfigError
from ticketlens.model.filter import DATED, ENDING, FIELDS, STATES, Ended, Filter
from ticketlens.query import filter_parameters, parse_filter, parse_moment

WORDS = st.text(max_size=12)
NAMES = st.sampled_from((*FIELDS, "custom.plan", "custom.Ё x"))
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2099, 1, 1))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1), timezones=ZONES)  # noqa: DTZ001
FILTERS = st.builds(
    Filter,
    first=DAYS,
    last=DAYS,
    dated=st.sampled_from(DATED),
    where=st.dictionaries(NAMES, st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple), max_size=3),
    q=st.none() | WORDS.map(str.strip).filter(bool),
    states=st.lists(st.sampled_from(STATES), max_size=2).map(tuple),
    open_at=st.none() | MOMENTS,
    excluded=st.sampled_from((None, "any", "spam", "merged")),
    ended=st.none()
    | st.builds(Ended, st.sampled_from(ENDING), st.sampled_from(("calendar", "business")), MOMENTS, MOMENTS),
)


@given(FILTERS)
def test_a_filter_goes_through_an_address_and_comes_back(where: Filter) -> None:
    address = urlencode(filter_parameters(where))
    assert parse_filter(parse_qs(address, keep_blank_values=True)) == where


@given(st.integers(0, 10_000))
def test_random_filters_of_the_contract_are_ones_that_an_address_can_say(worlds: ModuleType, seed: int) -> None:
    where = worlds.random_filter(seed)
    assert parse_filter(parse_qs(urlencode(filter_parameters(where)), keep_blank_values=True)) == where


def test_to_is_a_day_that_is_included() -> None:
    assert parse_filter({"from": ["2026-11-01"], "to": ["2026-11-30"]}) == Filter(date(2026, 11, 1), date(2026, 11, 30))


def test_a_time_in_place_of_a_day_is_its_day() -> None:
    assert parse_filter({"from": ["2026-11-01T10:00:00Z"]}).first == date(2026, 11, 1)


def test_an_empty_value_of_a_field_asks_for_those_without_one() -> None:
    assert parse_filter({"group": [""]}).where == {"group": ("",)}
    assert parse_filter({"q": ["  "], "from": [""]}) == Filter()


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"grupo": ["x"]}, "did you mean 'group'"), ({"from": ["2026-11-161"]}, "not a day"),
        ({"to": ["soon"]}, "not a day"),
        ({"is": ["lost"]}, "is: 'lost' is none of open"), ({"dated": ["x"]}, "none of arrived"),
        ({"open_at": ["2026-11-16T09:00:00"]}, "no zone"), ({"open_at": ["x"]}, "not a time"),
        ({"zzzz": ["1"]}, "known are"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_remedy(parameters: dict[str, list[str]], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_filter(parameters)


def test_names_that_belong_to_the_caller_are_let_by() -> None:
    assert parse_filter({"cursor": ["x"]}, ignore=("cursor",)) == Filter()


def test_a_plus_that_an_address_ate_is_understood() -> None:
    assert parse_moment("as_of", "2026-11-16T09:00:00 00:00") == datetime(2026, 11, 16, 9, tzinfo=UTC)
