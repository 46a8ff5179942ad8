"""A name that a run found is there next month, until the topic says something else."""

import numpy as np
import pytest

from ticketlens.model.grouping import TopicDraft
from ticketlens.model.topic import Topic
from ticketlens.runs.finding import still_says

WAS = Topic(id=7, name="Refund not received", label="Refund not received", language="en",
            words=("refund", "received", "money back", "waiting"))  # fmt: skip


def draft(*words: str) -> TopicDraft:
    return TopicDraft("Still waiting for a refund", words, 9, np.zeros(3, dtype=np.float32), 0.5, (0,), (1,))


@pytest.mark.parametrize(
    ("words", "language", "stays"),
    [
        (("waiting", "refund", "received", "days"), "en", True),
        (("refund", "money back", "credit", "account"), "en", True),
        (("refund", "voucher", "credit", "account"), "en", False),
        (("waiting", "money back", "days"), "en", False),
        (("waiting", "refund", "received", "days"), "sv", False),
    ],
)
def test_a_found_name_stays_while_its_words_and_its_language_do(
    words: tuple[str, ...], language: str, stays: bool
) -> None:
    assert still_says(WAS, draft(*words), language) is stays


def test_a_topic_that_never_had_a_name_takes_the_one_that_is_found() -> None:
    assert not still_says(Topic(id=7, name=""), draft("refund"), None)
