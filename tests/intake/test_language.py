import pytest

from ticketlens.intake.language import LANGUAGES, detect

SENTENCES = {
    "en": (
        "My order has not arrived yet",
        "The app crashes when I start it",
        "Please reset my account, I cannot sign in",
    ),
    "ru": ("Приложение вылетает при запуске", "Мой заказ до сих пор не пришёл", "Не получается войти в личный кабинет"),
    "sv": ("Kan inte logga in på mitt konto", "Appen kraschar när jag startar den", "Jag vill ha pengarna tillbaka"),
    "it": (
        "Non riesco ad accedere al mio account",
        "Il mio ordine non è ancora arrivato",
        "Vorrei un rimborso per favore",
    ),
    "de": ("Ich kann mich nicht anmelden", "Die App stürzt beim Start ab", "Meine Bestellung ist noch nicht da"),
    "fr": (
        "Je n'arrive pas à me connecter",
        "L'application plante au démarrage",
        "Ma commande n'est pas encore arrivée",
    ),
    "es": (
        "No puedo iniciar sesión en mi cuenta",
        "La aplicación se cierra al abrirla",
        "Mi pedido todavía no ha llegado",
    ),
}


@pytest.mark.parametrize(
    ("language", "sentence"), [(code, text) for code, texts in SENTENCES.items() for text in texts]
)
def test_short_support_sentences_are_told_apart(language: str, sentence: str) -> None:
    assert detect(sentence) == language


@pytest.mark.parametrize(
    "text",
    ["", "   ", "ok", "12345 67890 12345", "https://example.com/a/very/long/path", "!!! ???", "\ud800", "😀" * 20],
)
def test_too_little_text_has_no_language(text: str) -> None:
    assert detect(text) is None


def test_few_characters_are_enough_where_each_is_a_word() -> None:
    assert detect("私の注文がまだ届いていません") == "ja"
    assert detect("我的订单还没有到货") == "zh"


def test_only_listed_codes_come_back() -> None:
    assert detect("Eg får ikkje logga inn på kontoen min i dag") in LANGUAGES


def test_a_long_text_is_judged_by_its_beginning() -> None:
    assert detect("The parcel has not arrived and nobody answers my mails. " * 10 + "Где мой заказ? " * 10_000) == "en"
