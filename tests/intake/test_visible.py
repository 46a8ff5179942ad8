"""What people call things is kept without signs that nobody sees, and equal where it looks equal."""

import pytest

from ticketlens.intake.visible import name_key, one_line, paragraphs


@pytest.mark.parametrize(
    "unseen",
    ["", " ", "\u200b", "\u00ad", "\ufeff", "\u061c\u200e\u200f", "\u202a\u202e", "\u2066\u2069", "\x00\x1f\x7f",
     "\u3164", "\u2800", "\u200d", "\u0301", "\u034f", "\ud800", "\ufe0f", "\u2028"],
)  # fmt: skip
def test_what_nobody_sees_is_nothing(unseen: str) -> None:
    assert one_line(unseen) == paragraphs(unseen) == name_key(unseen) == ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Vir\u200btual\u00ad name", "Virtual name"),
        ("two\nlines\x00 and\ta tab", "two lines and a tab"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("Cafe\u200b\u0301", "Caf\u00e9"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U0001f469\u200d\U0001f4bb offline", "\U0001f469\u200d\U0001f4bb offline"),
        ("\u200dedge\u200d of\u200d a word\u200c", "edge of a word"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_a_name_keeps_what_is_seen_and_the_joiners_that_scripts_and_emoji_need(given: str, kept: str) -> None:
    assert one_line(given) == kept


def test_a_note_keeps_its_lines() -> None:
    assert paragraphs(" one\r\n\r\n\ttwo\u202e\x00 three \n") == "one\n\n\ttwo  three"


@pytest.mark.parametrize(
    "other", ["CAFE\u0301 closed", "caf\u00e9  closed", "Caf\u00e9\u200b closed", "Ca\u200cf\u00e9 closed"]
)
def test_names_that_look_equal_are(other: str) -> None:
    assert name_key(other) == name_key("Caf\u00e9 closed")
    assert name_key(other) != name_key("Cafe closed")
