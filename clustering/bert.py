"""BERT written out as an OpenVINO network: what tracing the PyTorch model gives, in a tenth of the time."""

from typing import Any

MASKED = -1e9
KIND = "BertModel"


def is_bert(words: Any) -> bool:
    """Whether `words` is a model of the kind that `network` writes out."""
    return (
        type(words).__name__ == KIND
        and words.config.hidden_act == "gelu"
        and getattr(words.config, "position_embedding_type", "absolute") == "absolute"
    )


def network(words: Any) -> Any:
    """An `openvino.Model` from `input_ids` and `attention_mask`, both (texts, tokens) int64, to mean-pooled unit rows.

    BERT: Devlin et al., 2019, with the exact GELU. The weights are those of `words`, not copied.
    """
    import numpy as np
    from openvino import Model
    from openvino import opset13 as ops

    bert = _Bert(words)
    ids, mask = (ops.parameter([-1, -1], np.int64) for _ in range(2))
    for parameter, name in ((ids, "input_ids"), (mask, "attention_mask")):
        parameter.output(0).get_tensor().set_names({name})
    kept = ops.unsqueeze(ops.convert(mask, "f32"), ops.constant([2]))
    away = ops.unsqueeze(ops.multiply(ops.subtract(kept, np.float32(1)), np.float32(-MASKED)), ops.constant([1]))
    rows = bert.embed(ids)
    for number in range(words.config.num_hidden_layers):
        rows = bert.layer(rows, ops.transpose(away, ops.constant([0, 1, 3, 2])), f"encoder.layer.{number}.")
    total = ops.reduce_sum(ops.multiply(rows, kept), ops.constant([1]))
    return Model([ops.normalize_l2(total, ops.constant([1]), 1e-12, "max")], [ids, mask], "bert")


class _Bert:
    """The parts of one model, by the names of its weights."""

    def __init__(self, words: Any) -> None:
        from openvino import opset13

        self.ops, self.config = opset13, words.config
        self.weights = {name: weight.numpy() for name, weight in words.state_dict().items()}

    def embed(self, ids: Any) -> Any:
        """Word, place and kind (always the first), shape (texts, tokens, hidden)."""
        ops = self.ops
        first = ops.constant(0)
        word = ops.gather(self._weight("embeddings.word_embeddings.weight"), ids, first)
        tokens = ops.gather(ops.shape_of(ids), ops.constant(1), first)
        places = ops.range(first, tokens, ops.constant(1), "i64")
        place = ops.gather(self._weight("embeddings.position_embeddings.weight"), places, first)
        kind = ops.gather(self._weight("embeddings.token_type_embeddings.weight"), first, first)
        return self._norm(ops.add(ops.add(word, kind), place), "embeddings.LayerNorm")

    def layer(self, rows: Any, away: Any, at: str) -> Any:
        """Attention, then two dense layers, each added to what came in and normalised."""
        ops = self.ops
        query, key, value = (
            self._heads(self._dense(rows, f"{at}attention.self.{name}")) for name in ("query", "key", "value")
        )
        seen = ops.transpose(ops.scaled_dot_product_attention(query, key, value, away), ops.constant([0, 2, 1, 3]))
        flat = ops.reshape(seen, ops.constant([0, 0, self.config.hidden_size]), special_zero=True)
        attended = ops.add(rows, self._dense(flat, f"{at}attention.output.dense"))
        rows = self._norm(attended, f"{at}attention.output.LayerNorm")
        inner = ops.gelu(self._dense(rows, f"{at}intermediate.dense"), "erf")
        return self._norm(ops.add(rows, self._dense(inner, f"{at}output.dense")), f"{at}output.LayerNorm")

    def _weight(self, name: str) -> Any:
        return self.ops.constant(self.weights[name], shared_memory=True)

    def _dense(self, rows: Any, name: str) -> Any:
        product = self.ops.matmul(rows, self._weight(f"{name}.weight"), False, True)
        return self.ops.add(product, self._weight(f"{name}.bias"))

    def _norm(self, rows: Any, name: str) -> Any:
        ops = self.ops
        even = ops.mvn(rows, ops.constant([-1]), True, self.config.layer_norm_eps, "inside_sqrt")
        return ops.add(ops.multiply(even, self._weight(f"{name}.weight")), self._weight(f"{name}.bias"))

    def _heads(self, rows: Any) -> Any:
        """(texts, heads, tokens, share of hidden)."""
        ops, heads = self.ops, self.config.num_attention_heads
        apart = ops.constant([0, 0, heads, self.config.hidden_size // heads])
        return ops.transpose(ops.reshape(rows, apart, special_zero=True), ops.constant([0, 2, 1, 3]))
