"""A sentence model compiled for this processor by OpenVINO: the same vectors, several times as fast."""

import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from clustering import bert
from clustering.arrays import Floats

BATCH_CHARACTERS = 4_000
OF_NO_TEXT = 8  # what the marks around each text cost, in characters
INPUTS = ("input_ids", "attention_mask")
ALIKE = 0.999
LOG = logging.getLogger(__name__)

PROBES = ("Refund?", "I returned the shoes two weeks ago and the money has still not reached my account. " * 12)
Encode = Callable[[Sequence[str]], Floats]


def compiled(model: Any) -> Encode | None:
    """What encodes as the SentenceTransformer `model` does: unit rows of a transformer's mean-pooled words.

    None where the model is built in another way, OpenVINO is missing, or its vectors are not those of the model (a
    cosine under 0.999 on two probes): then the model itself encodes. Where the processor multiplies bfloat16, OpenVINO
    does, so cosines to full precision are about 0.9999.
    """
    if not _mean_pooled(model):
        return None
    try:
        encode = _compile(model)
        probed = encode(PROBES)
    except Exception as error:
        LOG.info("OpenVINO is not used: %s", error)
        return None
    plain = model.encode(list(PROBES), normalize_embeddings=True, show_progress_bar=False)
    return encode if float((probed * plain).sum(axis=1).min()) >= ALIKE else None


def quick(model: Any) -> bool:
    """Whether compiling the model takes under a second."""
    return _mean_pooled(model) and bert.is_bert(model[0].auto_model)


def _mean_pooled(model: Any) -> bool:
    kinds = [type(module).__name__ for module in model]
    return kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) and (
        getattr(model[1], "pooling_mode", None) in ("mean", ("mean",), ["mean"])
        or bool(getattr(model[1], "pooling_mode_mean_tokens", False))
    )


def _silenced() -> None:
    """OpenVINO's telemetry, not yet imported, stays out: it would keep an id in the home folder and send events."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]


def _compile(model: Any) -> Encode:
    _silenced()
    import openvino

    words = model[0].auto_model.eval()
    network = bert.network(words) if bert.is_bert(words) else _traced(model)
    run = openvino.Core().compile_model(network, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
    tokenizer, longest = model.tokenizer, model.max_seq_length

    def encode(texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), model.get_embedding_dimension()), np.float32)
        for own in _batches(texts):
            words = tokenizer(
                [texts[at] for at in own], padding=True, truncation=True, max_length=longest, return_tensors="np"
            )
            rows[own] = run({name: words[name].astype(np.int64) for name in INPUTS})[0]
        return rows

    return encode


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Positions of texts of about one length: many short ones or a few long ones, which fit the processor's cache."""
    batch: list[int] = []
    for at in sorted(range(len(texts)), key=lambda at: len(texts[at])):
        if batch and (len(batch) + 1) * (len(texts[at]) + OF_NO_TEXT) > BATCH_CHARACTERS:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _traced(model: Any) -> Any:
    """The network of any transformer, by running it once; takes seconds."""
    import openvino
    import torch

    class MeanPooled(torch.nn.Module):
        def __init__(self, words: Any) -> None:
            super().__init__()
            self.words = words

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.words(input_ids=input_ids, attention_mask=attention_mask)[0]
            kept = attention_mask.unsqueeze(-1).float()
            mean = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1)

    with _quiet():
        example = model.tokenizer(
            list(PROBES), padding=True, truncation=True, max_length=model.max_seq_length, return_tensors="pt"
        )
        inputs = {name: example[name] for name in INPUTS}
        return openvino.convert_model(MeanPooled(model[0].auto_model), example_input=inputs)


@contextmanager
def _quiet() -> Iterator[None]:
    """Tracing warns of shapes that the probes decide; the comparison with the model itself is the check."""
    logger = logging.getLogger("transformers")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)
