from datetime import UTC, datetime, timedelta

import pytest

from ticketlens.metrics.shares import Score, ces, ces_easy, csat, difference, nps, reopen_rate, satisfied, share

END = datetime(2026, 11, 16, tzinfo=UTC)
EFFORT = dict(zip(range(1, 8), (8, 21, 14, 11, 16, 18, 12), strict=True))


def _rounded(score: Score | None, digits: int = 3) -> tuple[float, float, float]:
    assert score is not None
    return round(score.value, digits), round(score.low, digits), round(score.high, digits)


@pytest.mark.parametrize(
    ("satisfied_answers", "n", "expected"),
    [(34, 40, (0.85, 0.709, 0.929)), (20, 20, (1.0, 0.839, 1.0)), (160, 200, (0.8, 0.739, 0.85))],
)
def test_csat_worked_by_hand(satisfied_answers: int, n: int, expected: tuple[float, float, float]) -> None:
    assert _rounded(csat({5: satisfied_answers, 3: n - satisfied_answers}, 5)) == expected


def test_the_middle_answer_is_not_satisfied() -> None:
    assert [satisfied(score, 5) for score in (3, 4, 5)] == [False, True, True]
    assert [satisfied(score, 7) for score in (5, 6)] == [False, True]
    assert [satisfied(score, 2) for score in (1, 2)] == [False, True]


def test_a_scale_without_a_rule_gives_no_score() -> None:
    assert satisfied(80, 100) is None
    assert csat({80: 50}, 100) is None


def test_under_twenty_answers_there_is_no_score() -> None:
    assert share(19, 19) is None
    assert csat({5: 19}, 5) is None
    assert nps({10: 19}) is None
    assert ces({7: 19}) is None


def test_nps_worked_by_hand() -> None:
    assert _rounded(nps({10: 60, 9: 30, 8: 60, 6: 30, 0: 20}), 1) == (20, 8.7, 31.3)


def test_effort_worked_by_hand() -> None:
    mean = ces(EFFORT)
    assert mean is not None
    assert mean.value == pytest.approx(4.08)
    assert mean.high - mean.value == pytest.approx(0.38, abs=0.005)
    assert _rounded(ces_easy(EFFORT))[0] == 0.46
    assert _rounded(ces_easy(EFFORT, 6))[0] == 0.3


def test_a_reopen_rate_waits_until_seven_days_have_passed() -> None:
    assert reopen_rate(40, 4, END, END + timedelta(days=7, seconds=-1)) is None
    rate = reopen_rate(40, 4, END, END + timedelta(days=7))
    assert rate is not None
    assert (rate.value, rate.n) == (0.1, 40)
    assert reopen_rate(0, 0, END, END + timedelta(days=8)) is None


def test_the_interval_of_a_difference_is_newcombe_s() -> None:
    """56 of 70 against 48 of 80: 0.20, 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    old, new = share(48, 80), share(56, 70)
    assert old is not None
    assert new is not None
    assert _rounded(difference(old, new), 4) == (0.2, 0.0524, 0.3339)
    assert difference(old, new).n == 70
