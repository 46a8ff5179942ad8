"""Answers in Elasticsearch. There are no joins: what is asked of tickets is looked up for the answers found, in chunks.

A filter on tickets or a group by one of their fields so costs a walk over the answers of the periods; everything else
is one aggregation.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from ticketlens.errors import ConfigError
from ticketlens.metrics.periods import Period
from ticketlens.metrics.shares import TOP_BOXES
from ticketlens.model.answer import Answer, rating_of
from ticketlens.model.filter import CUSTOM, EVERYTHING, FIELDS, Filter
from ticketlens.store.ages import by_moment
from ticketlens.store.answer_codec import kept_answer, packed_survey, survey_of
from ticketlens.store.answers import AnswerCount, AnswerDate, AnswerFilter, AnswerPage, AnswerQuestion, KeptAnswer
from ticketlens.store.base import Put, Question
from ticketlens.store.codec import seconds
from ticketlens.store.cursors import decoded, encoded_place
from ticketlens.store.elastic.asking import Asking
from ticketlens.store.elastic.cluster import Body, Cluster
from ticketlens.store.elastic.documents import TICKETS
from ticketlens.store.elastic.filters import Clause, every, exists, group_field, never, some, within
from ticketlens.store.elastic.over import buckets, over
from ticketlens.store.elastic.switch import lately
from ticketlens.store.elastic.voicing import ANSWER_SHELF, ANSWERS, answer_id, put_kept

Dated = tuple[str, tuple[Clause, ...]]
DATES: Mapping[AnswerDate, tuple[Dated, ...]] = {
    "answered": (("at", (exists("score"),)),),
    "sent": (("sent_at", (exists("sent_at"),)), ("at", (never(exists("sent_at")), exists("score")))),
    "listed": (("moment", ()),),
}
"""(date, clauses) of each kind of those that are meant; no answer is of two."""

SORT = [{"moment": "desc"}, {"source": "desc"}, {"id": "desc"}]
CHUNK = 5_000
"""Tickets looked up at once."""

MOST_SURVEYS = 1_000
PERIODS = 100
"""Counted in one request."""

UNANSWERED = -1
NO_TICKET = never(exists("ticket"))
Place = tuple[int, str | None, str, int | None]
"""(period, group, packed survey, score)."""

RATED: Mapping[str, Body] = {
    "scale": {
        "terms": {"field": "rating_scale", "size": 20, "include": list(TOP_BOXES)},
        "aggs": {"score": {"terms": {"field": "rating_score", "size": 20, "include": list(range(max(TOP_BOXES) + 1))}}},
    }
}
"""Whole scores of scales with a rule."""

LOOKED_THROUGH = 500


class ElasticAnswers(Asking):
    _cluster: Cluster

    def put_answers(self, batch: Sequence[KeptAnswer]) -> list[Put]:
        return put_kept(self._cluster, ANSWER_SHELF, batch)

    def get_answer(self, source: str, id: str) -> Answer | None:
        found = ANSWER_SHELF.kept(self._cluster.get(ANSWERS, answer_id(source, id), source_includes=["kept"]))
        return None if found is None else found.answer

    def list_answers(self, where: AnswerFilter, *, cursor: str | None = None, limit: int = 50) -> AnswerPage:
        after: list[Any] | None = None if cursor is None else list(decoded(cursor)[0])
        size = limit + 1 if where.where == EVERYTHING else max(limit + 1, LOOKED_THROUGH)
        found: list[Body] = []
        while len(found) <= limit:
            page = self._answers_after(where, after, size)
            found += self._of_tickets(page, where.where)
            if len(page) < size:
                break
            after = page[-1]["sort"]
        items = tuple(kept_answer(hit["_source"]["kept"]).answer for hit in found[:limit])
        if len(found) <= limit:
            return AnswerPage(items, None)
        at, source, id_ = found[limit - 1]["sort"]
        return AnswerPage(items, encoded_place((at, source, id_)))

    def count_answers(self, question: AnswerQuestion) -> list[AnswerCount]:
        if not question.periods:
            return []
        _check_group(question.group_by)
        every_ticket = question.where.where == EVERYTHING
        counts: Counter[Place] = Counter()
        for date in DATES[question.where.dated]:
            if every_ticket and question.group_by is None:
                counts.update(self._aggregated(question, date))
                continue
            counts.update(self._walked(question, date))
            counts.update(self._aggregated(question, date, NO_TICKET) if every_ticket else {})
        told = (
            AnswerCount(period, group, survey_of(survey), score, n)
            for (period, group, survey, score), n in counts.items()
        )
        return sorted(
            told, key=lambda one: (one.period, one.group or "", one.survey, -1 if one.score is None else one.score)
        )

    def count_ratings(self, question: Question) -> list[AnswerCount]:
        asked = over(question, lately(self._cluster))
        counts: list[AnswerCount] = []
        for (period, group), bucket in buckets(self._cluster, asked, [exists("rating_scale")], RATED):
            for scale in bucket["scale"]["buckets"]:
                survey = rating_of(int(scale["key"]))
                told = ((int(one["key"]), int(one["doc_count"])) for one in scale["score"]["buckets"])
                counts += (AnswerCount(period, group, survey, score, n) for score, n in told)
        return sorted(counts, key=lambda one: (one.period, one.group or "", one.survey, one.score or 0))

    def _answers_after(self, where: AnswerFilter, after: Sequence[Any] | None, size: int) -> list[Body]:
        body: Body = {"search_after": list(after)} if after else {}
        found = self._cluster.search(
            ANSWERS, query=every(*_clauses(where, DATES[where.dated])), sort=SORT, size=size, source_includes=["kept"],
            docvalue_fields=["ticket"], track_total_hits=False, **body,
        )  # fmt: skip
        return list(found["hits"]["hits"])

    def _of_tickets(self, hits: Sequence[Body], where: Filter) -> list[Body]:
        """Those whose ticket is one of `where`."""
        if where == EVERYTHING:
            return list(hits)
        groups = self._groups((name for hit in hits if (name := _ticket(hit))), where, None)
        return [hit for hit in hits if _ticket(hit) in groups]

    def _aggregated(self, question: AnswerQuestion, date: Dated, *more: Clause) -> dict[Place, int]:
        found: dict[Place, int] = {}
        for start in range(0, len(question.periods), PERIODS):
            part = question.periods[start : start + PERIODS]
            told = self._cluster.search(
                ANSWERS, query=every(*_clauses(question.where, (date,)), _within(date, part), *more), size=0,
                aggs=_counted(date, part), track_total_hits=False,
            )  # fmt: skip
            for number, bucket in enumerate(told["aggregations"]["period"]["buckets"], start):
                for survey in bucket["survey"]["buckets"]:
                    for one in survey["score"]["buckets"]:
                        score = None if one["key"] == UNANSWERED else int(one["key"])
                        found[number, None, str(survey["key"]), score] = int(one["doc_count"])
        return found

    def _walked(self, question: AnswerQuestion, date: Dated) -> dict[Place, int]:
        """Of the answers that name a ticket, one by one, with the tickets of each chunk looked up."""
        field, _ = date
        query = every(*_clauses(question.where, (date,)), _within(date, question.periods), exists("ticket"))
        columns = [field, "survey", "score", "ticket"]
        hits = self._cluster.each(ANSWERS, query, docvalue_fields=columns, stored_fields="_none_")
        counts: Counter[Place] = Counter()
        unknown: list[str | None] = [None] if question.where.where == EVERYTHING else []
        while part := list(islice(hits, CHUNK)):
            names = (name for hit in part if (name := _ticket(hit)))
            groups = self._groups(names, question.where.where, question.group_by)
            moments = ((int(hit["fields"][field][0]), hit) for hit in part)
            for period, hit in by_moment(question.periods, moments):
                survey, score = hit["fields"]["survey"][0], hit["fields"].get("score", (None,))[0]
                whole = None if score is None else int(score)
                counts.update((period, group, survey, whole) for group in groups.get(_ticket(hit) or "", unknown))
        return counts

    def _groups(self, names: Iterable[str], where: Filter, group_by: str | None) -> dict[str, list[str | None]]:
        """The groups of each of these tickets that counts and is one of `where`."""
        found: dict[str, list[str | None]] = {}
        every_name = list(dict.fromkeys(names))
        query, slot = self._asked(where, None)
        for start in range(0, len(every_name), CHUNK):
            ids: Clause = {"ids": {"values": every_name[start : start + CHUNK]}}
            for hit in self._cluster.each(TICKETS, every(query, ids), **_asked_of(group_by, slot)):
                found[hit["_id"]] = _groups_of(hit, group_by, slot)
        return found


def _asked_of(group_by: str | None, slot: int) -> Body:
    if group_by is None:
        return {"source": False}
    if group_by.startswith(CUSTOM):
        return {"source": ["custom"]}
    return {"source": False, "docvalue_fields": [group_field(group_by, slot)]}


def _groups_of(hit: Body, group_by: str | None, slot: int) -> list[str | None]:
    if group_by is None:
        return [None]
    if group_by.startswith(CUSTOM):
        return [hit["_source"].get("custom", {}).get(group_by.removeprefix(CUSTOM))]
    return [value or None for value in hit["fields"][group_field(group_by, slot)]]


def _check_group(name: str | None) -> None:
    if name is not None and name not in FIELDS and not name.startswith(CUSTOM):
        raise ConfigError(f"group_by: {name!r} is none of {', '.join(FIELDS)}, custom.NAME")


def _ticket(hit: Body) -> str | None:
    found = hit.get("fields", {}).get("ticket")
    return None if not found else str(found[0])


def _within(date: Dated, periods: Sequence[Period]) -> Clause:
    return within(date[0], gte=seconds(periods[0].start_at), lt=seconds(periods[-1].end_at))


def _counted(date: Dated, periods: Sequence[Period]) -> Body:
    ranges = [{"from": seconds(one.start_at), "to": seconds(one.end_at)} for one in periods]
    score = {"score": {"terms": {"field": "score", "size": 20, "missing": UNANSWERED}}}
    survey = {"survey": {"terms": {"field": "survey", "size": MOST_SURVEYS}, "aggs": score}}
    return {"period": {"range": {"field": date[0], "ranges": ranges}, "aggs": survey}}


def _clauses(where: AnswerFilter, dates: Sequence[Dated]) -> list[Clause]:
    met = [some(*(every(exists(field), *meant, *_days(where, field)) for field, meant in dates))]
    terms: Mapping[str, object] = {
        "survey": None if where.survey is None else packed_survey(where.survey),
        "name": where.name,
        "kind": None if where.kind is None else where.kind.value,
        "commented": where.commented or None,
        "ticket": None if where.ticket is None else answer_id(*where.ticket),
    }
    met += [{"term": {name: value}} for name, value in terms.items() if value is not None]
    if where.scores:
        met.append({"terms": {"score": list(where.scores)}})
    if where.customers:
        met.append({"terms": {"customer": list(where.customers)}})
    if where.where != EVERYTHING:
        met.append(exists("ticket"))
    return met


def _days(where: AnswerFilter, field: str) -> list[Clause]:
    since = [] if where.since is None else [within(field, gte=seconds(where.since))]
    return since if where.until is None else [*since, within(field, lt=seconds(where.until))]
