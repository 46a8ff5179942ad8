"""Comparisons, and why a figure moved, as JSON."""

from datetime import datetime
from typing import cast

from ticketlens.answers.comparison_json import Json, comparison_json, explanation_json
from ticketlens.answers.sides import Pairing, versus
from ticketlens.lens import Lens
from ticketlens.metrics.periods import By
from ticketlens.query import parse_moment
from web.api.table import Asked


def compare(lens: Lens, asked: Asked) -> Json:
    return comparison_json(lens.comparing.compare(_wanted(asked), as_of=_as_of(asked)))


def why(lens: Lens, asked: Asked) -> Json:
    split_by = asked.own.get("split_by", "topic")
    return explanation_json(lens.comparing.why(_wanted(asked), split_by=split_by, as_of=_as_of(asked)))


def _wanted(asked: Asked) -> Pairing:
    return Pairing(
        **asked.chosen("metric", "clock", "cohort", "period", "against"),
        by=cast(By, asked.own.get("by", "week")),
        where=asked.where,
        versus=versus(asked.where, asked.versus),
        horizon=float(asked.own["horizon"]) * 60 if "horizon" in asked.own else None,
    )


def _as_of(asked: Asked) -> datetime | None:
    return parse_moment("as_of", asked.own["as_of"]) if "as_of" in asked.own else None
