"""Shares and sums over the tickets of which they are known."""

from collections import defaultdict
from typing import Any

from ticketlens.model.portion import Portion
from ticketlens.store.base import Question
from ticketlens.store.elastic.cluster import Body
from ticketlens.store.elastic.figures import ElasticFigures
from ticketlens.store.elastic.filters import SOLVES, TARGETED, Clause, every, exists, never, some, within
from ticketlens.store.elastic.over import Over, Place, buckets, over
from ticketlens.store.elastic.singly import maybe
from ticketlens.store.elastic.switch import lately
from ticketlens.store.portions import must_be_known

KNOWN: dict[str, Clause] = {
    "one_touch": exists("one_touch"),
    "breach": TARGETED,
    "due": TARGETED,
    "effort": exists("agent_seconds"),
}
FIELDS = {
    "one_touch": ("one_touch",), "breach": ("breach_at",), "due": ("breach_at", "solved_at"),
    "effort": ("agent_seconds",),
}  # fmt: skip


class ElasticPortions(ElasticFigures):
    def portions(self, question: Question, figure: str) -> list[Portion]:
        must_be_known(question, figure)
        asked = over(question, lately(self._cluster))
        sums: dict[Place, list[int]] = defaultdict(lambda: [0, 0])
        if not question.periods:
            return []
        more = [KNOWN[figure]]
        if question.cohort in SOLVES and not asked.live:
            more.append(within(SOLVES[question.cohort], lte=asked.at))
        for place, bucket in buckets(self._cluster, asked, more, {"sum": _leaf(asked, figure)}):
            _add(sums[place], int(bucket["doc_count"]), _sum(bucket["sum"]))
        if question.cohort == "solved" and not asked.live:
            for period, group, _, hit in self._paused(asked, [KNOWN[figure]], *FIELDS[figure]):
                _add(sums[period, group], 1, _value(asked, figure, *(maybe(hit, name) for name in FIELDS[figure])))
        ordered = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        return [Portion(*place, *counted) for place, counted in ordered]


def _leaf(asked: Over, figure: str) -> Body:
    if figure == "breach":
        return {"filter": within("breach_at", lte=asked.at)}
    if figure == "due":
        later = every(never(exists("breach_at")), within("solved_at", gt=asked.at))
        return {"filter": some(within("breach_at", gt=asked.at), later)}
    return {"sum": {"field": FIELDS[figure][0]}}


def _sum(leaf: Body) -> int:
    return int(leaf["doc_count"] if "doc_count" in leaf else leaf["value"])


def _value(asked: Over, figure: str, told: Any, solved: Any = None) -> int:
    if figure == "due":
        ends = solved if told is None else told
        return int(ends is not None and ends > asked.at)
    if figure == "breach":
        return int(told is not None and told <= asked.at)
    return int(told)


def _add(row: list[int], n: int, total: int) -> None:
    row[0] += n
    row[1] += total
