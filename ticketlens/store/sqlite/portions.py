"""Shares and sums over the tickets of which they are known: one walk over an index that holds those alone."""

from collections import defaultdict

from ticketlens.model.portion import Portion
from ticketlens.store.base import Question
from ticketlens.store.codec import seconds
from ticketlens.store.portions import must_be_known
from ticketlens.store.sqlite.filters import SOLVES
from ticketlens.store.sqlite.questions import SqliteQuestions, keys

KNOWN = {
    "one_touch": "t.one_touch IS NOT NULL",
    "breach": "t.targeted",
    "due": "t.targeted",
    "effort": "t.agent_seconds IS NOT NULL",
}
VALUES = {
    "one_touch": "t.one_touch",
    "breach": "coalesce(t.breach_at <= {at:d}, 0)",
    "due": "coalesce(t.breach_at > {at:d}, 0)",
    "effort": "t.agent_seconds",
}
THEN = {"due": "coalesce(t.breach_at > {at:d}, t.solved_at > {at:d}, 0)"}
"""Values as of a past moment, where they differ: one that met its target later did not know that yet."""


class SqlitePortions(SqliteQuestions):
    def portions(self, question: Question, figure: str) -> list[Portion]:
        must_be_known(question, figure)
        sums: dict[tuple[int, str | None], list[int]] = defaultdict(lambda: [0, 0])
        with self._db.snapshot():
            live = self._live(question)
            value = ({} if live else THEN).get(figure, VALUES[figure]).format(at=seconds(question.as_of))
            day, group, met = self._over(question, live=live)
            met.add(KNOWN[figure])
            if question.cohort in SOLVES and not live:
                met.add(f"{SOLVES[question.cohort]} <= ?", seconds(question.as_of))
            sql = f"SELECT {day}, {group}, count(*), sum({value}) FROM tickets t WHERE {met.sql} GROUP BY {keys(group)}"
            rows = list(self._by_period(question, self._db.rows(sql, met.values)))
            if question.cohort == "solved" and not live:
                rows += self._paused(question, f"1, {value}", KNOWN[figure])
        for period, key, n, total in rows:
            sums[period, key] = [sums[period, key][0] + n, sums[period, key][1] + total]
        ordered = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        return [Portion(*place, *counted) for place, counted in ordered]
