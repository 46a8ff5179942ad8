from typing import Any

import pytest

from clustering.apart import sense
from clustering.label import Label, TopicTexts, label
from clustering.phrases import count_phrases
from clustering.stopwords import stop_words


def named(embedder: Any, topics: list[list[str]], languages: list[list[str | None]] | None = None) -> list[Label]:
    spoken = languages or [["en"] * len(texts) for texts in topics]
    return label(
        [
            TopicTexts(texts, tongue, embedder.encode([" ".join(texts)])[0])
            for texts, tongue in zip(topics, spoken, strict=True)
        ],
        embedder.encode,
    )


def test_a_name_is_a_phrase_as_people_wrote_it(words: Any) -> None:
    texts = [f"{opening} refund not received {rest}" for opening in ("My", "Still", "The") for rest in ("yet", "why")]
    assert named(words, [texts, ["Cannot open the app"] * 4])[0].name == "Refund not received"


def test_a_whole_subject_made_of_the_topics_own_words_is_a_name(words: Any) -> None:
    rest = (
        "I sent it back, no refund yet.",
        "The return arrived, where is the refund?",
        "No refund, though I did return it.",
    )
    texts = [f"No refund after return\n{line}" for line in rest] + [f"Order Bob 4711\n{line}" for line in rest]
    assert named(words, [texts, ["Cannot open the app"] * 4])[0].name == "No refund after return"


def test_a_word_that_only_one_ticket_has_is_in_no_name(words: Any) -> None:
    rest = [f"Refund after return, please, number {n}." for n in "abcdef"]
    texts = ["Refund for Bobson\n" + rest[0], *(f"Question\n{line}" for line in rest[1:])]
    assert "Bobson" not in named(words, [texts, ["Cannot open the app"] * 4])[0].name


def test_no_two_names_are_equal_whatever_the_case(words: Any) -> None:
    names = [found.name.casefold() for found in named(words, [["refund"] * 3, ["Refund"] * 3, ["REFUND"] * 3])]
    assert len(set(names)) == 3


def test_pseudonyms_addresses_and_numbers_are_never_in_a_name(words: Any) -> None:
    texts = [
        f"[email 3f2a9c] [phone 9ab123] about 4711 and a@b.example https://x.example/y 3f2a9c7d parcel lost {n}"
        for n in range(6)
    ]
    found = named(words, [texts])[0]
    said = f"{found.name} {' '.join(found.words)}".lower()
    assert "parcel" in said
    for secret in ("3f2a9c", "email", "phone", "4711", "example", "["):
        assert secret not in said


@pytest.mark.parametrize(
    ("language", "texts", "unwanted"),
    [
        ("ru", ["Не могу войти в личный кабинет", "Здравствуйте, не открывается личный кабинет"] * 3, {"не", "в"}),
        ("sv", ["Jag kan inte logga in på mitt konto", "Hej, mitt konto är låst"] * 3, {"jag", "på", "mitt", "är"}),
        ("it", ["Non riesco ad accedere al mio conto", "Il mio conto è bloccato"] * 3, {"il", "mio", "non", "è"}),
        ("de", ["Ich kann mein Passwort nicht ändern", "Mein Passwort ist falsch"] * 3, {"ich", "mein", "ist"}),
        ("fr", ["Je n'ai pas reçu ma commande", "Ma commande est en retard"] * 3, {"je", "ma", "est", "en"}),
        (
            "nl",
            ["Ik kan niet inloggen op mijn account", "Mijn account is geblokkeerd"] * 3,
            {"ik", "niet", "mijn", "is"},
        ),
        ("da", ["Jeg kan ikke logge ind på min konto", "Min konto er låst"] * 3, {"jeg", "ikke", "på", "min", "er"}),
        ("no", ["Jeg får ikke logget inn på kontoen", "Min konto er låst"] * 3, {"jeg", "ikke", "på", "min", "er"}),
        (
            "pt-br",
            ["Não consigo entrar na minha conta", "Minha conta está bloqueada"] * 3,
            {"não", "na", "minha", "está"},
        ),
        ("es", ["No puedo entrar en mi cuenta", "Mi cuenta está bloqueada"] * 3, {"no", "mi", "en", "está"}),
    ],
)
def test_function_words_of_a_language_are_not_words_of_a_topic(
    words: Any, language: str, texts: list[str], unwanted: set[str]
) -> None:
    found = named(words, [texts], [[language] * len(texts)])[0]
    assert found.words
    assert not unwanted & set(found.words)


def test_the_name_is_in_the_language_of_most_tickets(words: Any) -> None:
    texts = ["Konto låst"] * 5 + ["Account locked"] * 3
    assert named(words, [texts], [["sv"] * 5 + ["en"] * 3])[0].name == "Konto låst"


def test_a_topic_of_symbols_alone_still_gets_a_name(words: Any) -> None:
    first, second = named(words, [["???"] * 4, ["!!! 12345"] * 4])
    assert first.name
    assert first.name != second.name


def test_a_verb_keeps_its_particle() -> None:
    found = count_phrases(["I cannot log in to the portal"], stop_words("en"))
    assert "log in" in found.count
    assert "log" not in found.count
    assert found.surface("log in") == "Log in"


def test_capitals_throughout_are_lowered() -> None:
    found = count_phrases(["PARCEL LOST", "PARCEL LOST", "parcel lost"], stop_words("en"))
    assert found.surface("parcel lost") == "Parcel lost"


def test_a_particle_that_stands_behind_what_is_turned_off_is_not_left_behind() -> None:
    found = count_phrases(["turn the lights off now", "log a ticket in the portal"], stop_words("en"))
    assert "turn the lights off" in found.count
    assert "turn the lights" not in found.count
    assert "log a ticket" in found.count
    assert "log a ticket in" not in found.count


def test_of_two_phrases_as_near_the_one_with_more_of_the_topics_words_is_the_name(words: Any) -> None:
    texts = [f"{who} needs a wrong exchange rate refund" for who in ("Ann", "Bo", "Cy", "Di")]
    assert named(words, [texts, ["exchange my phone"] * 4])[0].name == "Wrong exchange rate refund"


def test_a_word_of_one_letter_with_a_number_is_in_no_name(words: Any) -> None:
    found = named(words, [["S1 rephrase"] * 5, ["Cannot open the app"] * 4])[0]
    assert (found.name, found.words) == ("Rephrase", ("rephrase",))


@pytest.mark.parametrize("other", ["top-up", "Top Up", "my top-ups", "TOP UP"])
def test_names_that_people_take_for_the_same_are_the_same(other: str) -> None:
    assert sense("Top up") == sense(other)


@pytest.mark.parametrize("other", ["top down", "top", "Log in"])
def test_names_that_say_something_else_are_not_the_same(other: str) -> None:
    assert sense("Log out") != sense(other) != sense("Top up")


def test_no_two_names_are_the_same_but_for_a_hyphen_or_an_article(words: Any) -> None:
    names = [found.name for found in named(words, [["top up"] * 3, ["top-up"] * 3, ["my top up"] * 3])]
    assert len({sense(name) for name in names}) == 3


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\ufeff", "\u3164", "\x1b", "\u00ad"])
@pytest.mark.parametrize("text", ["re{}fund {}late", "4711/{}12 Category{} 20"])
def test_signs_that_nobody_sees_are_in_no_name(words: Any, sign: str, text: str) -> None:
    told = text.replace("{}", sign)
    for found in named(words, [[told] * 4, [told] * 4, [f"{told}\nit is"] * 4]):
        assert found.name
        assert sign not in found.name + "".join(found.words)
