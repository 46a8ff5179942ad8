"""Comparisons as plain values, the same in the API and on the command line."""

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from ticketlens.model.comparison import Comparison, Effect, Explanation, Reason, Side
from ticketlens.model.filter import Filter
from ticketlens.query import filter_parameters

Json = dict[str, Any]


def comparison_json(told: Comparison) -> Json:
    plain = {name: getattr(told, name) for name in (
        "metric", "name", "kind", "cohort", "clock", "zone", "unit", "by", "against", "horizon", "calendar", "sentence",
    )}  # fmt: skip
    return {
        **plain, "as_of": told.as_of.isoformat(), "before": side_json(told.before), "after": side_json(told.after),
        "change": asdict(told.change), "curves": asdict(told.curves) if told.curves else None,
        "refused": list(told.refused), "notes": list(told.notes),
    }  # fmt: skip


def explanation_json(told: Explanation) -> Json:
    plain = {name: getattr(told, name) for name in (
        "metric", "name", "cohort", "clock", "zone", "split_by", "against", "horizon", "old", "new", "sentence",
    )}  # fmt: skip
    effects = {name: _effect(getattr(told, name)) for name in ("change", "speed", "mix")}
    return {
        **plain, "as_of": told.as_of.isoformat(), "before": side_json(told.before), "after": side_json(told.after),
        **effects, "reasons": [_reason(reason) for reason in told.reasons],
        "refused": list(told.refused), "notes": list(told.notes),
    }  # fmt: skip


def side_json(side: Side) -> Json:
    """`tickets` are the parameters of the list of exactly its `n` tickets, `answers` of its `n` answers."""
    names = (field.name for field in fields(side) if field.name not in ("where", "flags", "survey", "answers"))
    told = {name: _plain(getattr(side, name)) for name in names}
    flags = [asdict(flag) for flag in side.flags]
    return {
        **told, "flags": flags, "survey": None if side.survey is None else side.survey.to_json(),
        "tickets": None if side.where is None else _query(side.where),
        "answers": None if side.answers is None or side.survey is None else _query(side.answers, survey=side.survey.id),
    }  # fmt: skip


def _reason(reason: Reason) -> Json:
    return {
        "keys": list(reason.keys), "name": reason.name, "kind": reason.kind, "pooled": reason.pooled,
        "n": list(reason.n), "share": list(reason.share), "mean": list(reason.mean),
        **{name: _effect(getattr(reason, name)) for name in ("speed", "mix", "total")},
        "tickets": [None if where is None else _query(where) for where in (reason.before, reason.after)],
    }  # fmt: skip


def _effect(effect: Effect | None) -> Json | None:
    return None if effect is None else {**asdict(effect), "clear": effect.clear}


def _query(where: Filter, **more: str) -> str:
    return urlencode([*filter_parameters(where), *more.items()])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
