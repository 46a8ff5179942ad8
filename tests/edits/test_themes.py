"""What a theme is called: the words that its topics share, and never as one of them."""

from ticketlens.edits.shape import Shape
from ticketlens.edits.themes import themes
from ticketlens.model.topic import Topic


def topic(id_: int, name: str, *words: str, theme: int | None = 1, retired: bool = False) -> Topic:
    return Topic(id_, name, words, theme=theme, retired=retired)


ALONE = [topic(90 + n, f"Other {n}", f"other{n}", "order", theme=None) for n in range(6)]


def name_of(*own: Topic, others: list[Topic] = ALONE) -> str:
    return themes([*own, *others], Shape())[1].name


def test_a_theme_is_called_after_what_most_of_its_topics_share() -> None:
    cards = [topic(1, "Card declined", "declined", "card"), topic(2, "Lost my card", "card", "lost", "stolen")]
    assert name_of(*cards, topic(3, "Contactless", "contactless", "card")) == "Card"


def test_two_shared_words_make_a_fuller_name_and_forms_of_one_word_do_not() -> None:
    transfers = [topic(1, "Transfer is late", "transfer", "bank", "late"), topic(2, "Failed", "bank", "transfer")]
    assert name_of(*transfers) in ("Transfer · bank", "Bank · transfer")
    lights = [topic(1, "Dim", "light", "lights", "dim"), topic(2, "Brighten", "lights", "light", "brighten")]
    assert name_of(*lights).casefold() in ("light · dim", "lights · brighten", "light", "lights")


def test_a_theme_is_never_called_as_a_topic_or_another_theme() -> None:
    same = [topic(1, "Card", "card", "a"), topic(2, "Lost", "card", "lost")]
    assert name_of(*same).casefold() != "card"
    more = [topic(3, "X", "card", "a", theme=2), topic(4, "Y", "card", "lost", theme=2)]
    found = themes([*same, *more, *ALONE], Shape())
    assert found[1].name.casefold() != found[2].name.casefold()


def test_topics_that_share_no_word_still_have_a_name_together() -> None:
    assert name_of(topic(1, "One", "uno"), topic(2, "Two", "due")) in ("Uno", "Due", "Uno · due", "Due · uno")
    assert name_of(topic(1, "One"), topic(2, "Two"))


def test_a_theme_needs_two_topics_that_people_see() -> None:
    assert themes([topic(1, "A", "a"), topic(2, "B", "b", retired=True)], Shape()) == {}


def test_a_given_name_goes_before_and_the_found_one_is_kept() -> None:
    shape = Shape(themes={1: "Money"})
    theme = themes([topic(1, "A", "pay"), topic(2, "B", "pay")], shape)[1]
    assert (theme.name, theme.label) == ("Money", "Pay")
