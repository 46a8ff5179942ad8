"""`/now` and `/within`: their lists hold what they count, and wrong questions are told why."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from ticketlens.lens import Lens


def row(number: int) -> dict[str, object]:
    """One a day for 150 days, solved after 1 to 30 days; every tenth is still open."""
    day = date(2026, 11, 15) - timedelta(days=number)
    solved = day + timedelta(days=1 + number * 7 % 30)
    over = solved < date(2026, 11, 15) and number % 10 != 0
    return {
        "id": f"{number}", "source": "desk", "subject": "Cannot log in", "created_at": f"{day}T08:00:00Z",
        "updated_at": "2026-11-15T20:00:00Z", "status": "solved" if over else "open", "group": f"tier{number % 2}",
        "solved_at": f"{solved}T08:00:00Z" if over else None,
    }  # fmt: skip


@pytest.fixture
def filled(lens: Lens) -> Lens:
    assert lens.push([row(number) for number in range(150)]).stored == 150
    return lens


@pytest.mark.parametrize(
    "asked", ["", "?days=7", "?group=tier1", "?metric=ttr.first", "?metric=reply.first&group=tier0"]
)
def test_the_address_of_a_window_lists_its_events(filled: Lens, client: FlaskClient, asked: str) -> None:
    told = client.get(f"/api/v1/now{asked}").json
    for name in ("now", "before", "year"):
        assert len(client.get(told[name]["tickets"]).json["items"]) == min(50, told[name]["events"])
    if asked == "":
        assert told["now"]["events"] >= 20
        assert told["now"]["p50"] is not None
        assert told["now"]["low"] <= told["now"]["p50"]
        assert told["sentence"].startswith("In the last 28 days half of the tickets were resolved within ")


def test_a_null_has_its_reason(filled: Lens, client: FlaskClient) -> None:
    for window in (client.get("/api/v1/now?days=7").json[name] for name in ("now", "before", "year")):
        nulls = {name for name in ("p50", "p75", "p90", "mean") if window[name] is None}
        assert set(window["missing"]) == nulls


def test_a_young_week_is_unripe_and_a_short_one_has_no_share(filled: Lens, client: FlaskClient) -> None:
    told = client.get("/api/v1/within?hours=24,240&by=month&group_by=group").json
    assert told["hours"] == [24, 240]
    last, whole = told["periods"][-1], told["periods"][-3]
    assert [one["unripe"] for one in last["within"]] == [True, True]
    assert [one["unripe"] for one in whole["within"]] == [False, False]
    assert whole["within"][0]["share"] <= whole["within"][1]["share"]
    assert {group["key"] for group in told["groups"]} == {"tier0", "tier1"}
    assert all(one["share"] is None for group in told["groups"] for p in group["periods"] if p["too_few"]
               for one in p["within"])  # fmt: skip


@pytest.mark.parametrize(
    ("address", "said"),
    [("now?days=9", "days"), ("now?metric=csat", "metric"), ("now?clock=lunar", "clock"),
     ("within?hours=soon", "hours"), ("within?by=year", "by"), ("tickets?ended=ttr.full", "ended"),
     ("tickets?ended=csat/calendar/a/b", "ended"),
     ("tickets?ended=ttr.full/lunar/2026-01-01T00:00:00Z/2026-01-02T00:00:00Z", "ended")],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(filled: Lens, client: FlaskClient, address: str, said: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 400
    assert said in answer.json["detail"]
