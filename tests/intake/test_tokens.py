import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketlens.intake.tokens import TOKEN_CHARS, search_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Can't LOG-in, error_42!", ["can", "t", "log", "in", "error", "42"]),
        ("Crème Brûlée, Ångström", ["creme", "brulee", "angstrom"]),
        ("Ещё й", ["еще", "и"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("İstanbul ISTANBUL", ["istanbul", "istanbul"]),
        ("Łódź Ørsted", ["lodz", "orsted"]),
        ("ﬁne ２０２６", ["fine", "2026"]),
        ("e\u0301te\u0301", ["ete"]),
        ("注文が3件", ["注", "文", "が", "3", "件"]),
        ("한국어", ["한국어"]),
        ("", []),
    ],
)
def test_words_lose_case_and_accents(text: str, tokens: list[str]) -> None:
    assert search_tokens(text) == tokens


def test_a_long_word_is_cut() -> None:
    assert search_tokens("a" * 1000 + " é" + "b" * 1000) == ["a" * TOKEN_CHARS, ("e" + "b" * 1000)[:TOKEN_CHARS]]


@given(st.text())
def test_a_query_made_of_tokens_gives_the_same_tokens(text: str) -> None:
    tokens = search_tokens(text)
    assert search_tokens(" ".join(tokens)) == tokens


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_way_for_ascii_agrees_with_the_long_one(text: str) -> None:
    assert search_tokens(text) == search_tokens(text + " é")[:-1]
