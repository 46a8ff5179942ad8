from collections import Counter
from datetime import datetime

import pytest

from ticketlens.answers.surveys import figures
from ticketlens.demo import DemoTicket
from ticketlens.demo.voices import EFFORT, RELATION, SOLVED, Voices
from ticketlens.model.answer import Answer
from ticketlens.model.customer import Customer

Demo = list[DemoTicket]


@pytest.fixture(scope="session")
def voices(demo: Demo, until: datetime) -> tuple[list[Answer], list[Customer]]:
    made = Voices(until)
    for row in demo:
        made.see(row)
    return list(made.answers()), list(made.customers())


def test_the_same_tickets_have_the_same_answers(
    demo: Demo, until: datetime, voices: tuple[list[Answer], list[Customer]]
) -> None:
    again = Voices(until)
    for row in demo:
        again.see(row)
    assert list(again.answers()) == voices[0]
    assert len({one.id for one in voices[0]}) == len(voices[0])


def test_nothing_is_answered_before_it_was_sent_or_after_the_end(
    until: datetime, voices: tuple[list[Answer], list[Customer]]
) -> None:
    for one in voices[0]:
        assert one.sent_at is not None
        assert one.sent_at <= (one.at or until) <= until
        assert (one.score is None) == (one.at is None)
        assert one.score is None or one.survey.lowest <= one.score <= one.survey.scale


def test_each_survey_is_sent_to_more_than_answer_it(voices: tuple[list[Answer], list[Customer]]) -> None:
    sent = Counter(one.survey for one in voices[0])
    given = Counter(one.survey for one in voices[0] if one.score is not None)
    for survey in (RELATION, SOLVED, EFFORT):
        assert given[survey] > 200, survey
        assert 0.2 < given[survey] / sent[survey] < 0.45


def test_slow_tickets_have_worse_scores(demo: Demo, voices: tuple[list[Answer], list[Customer]]) -> None:
    took = {row.ticket.id: row.ticket.solved_at - row.ticket.created_at for row in demo if row.ticket.solved_at}
    rated = sorted(
        (took[one.ticket[1]], one.score) for one in voices[0] if one.survey == SOLVED and one.ticket and one.score
    )
    third = len(rated) // 3
    fast, slow = (
        figures(SOLVED, Counter(score for _, score in part)).score for part in (rated[:third], rated[-third:])
    )
    assert fast is not None
    assert slow is not None
    assert fast.low > slow.high


def test_detractors_are_worth_less_and_more_of_them_are_lost(voices: tuple[list[Answer], list[Customer]]) -> None:
    answers, customers = voices
    last = {one.customer: one.score for one in answers if one.survey == RELATION and one.score is not None}
    bad = [one for one in customers if last.get(one.id, 10) <= 6]
    good = [one for one in customers if last.get(one.id, 0) > 6]
    assert sum(one.worth_per_year or 0 for one in bad) / len(bad) < sum(one.worth_per_year or 0 for one in good) / len(
        good
    )
    lost = [sum(one.churned_at is not None for one in part) / len(part) for part in (bad, good)]
    assert lost[0] > lost[1] > 0
