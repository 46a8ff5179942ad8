import tomllib
from importlib.resources import as_file, files

from ticketlens.config import load_settings
from ticketlens.demo import DemoTicket
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.durations import measure


def test_the_demo_brings_opening_hours_for_the_office_and_tier_one() -> None:
    settings = tomllib.loads((files("ticketlens.demo") / "demo.toml").read_text("utf-8"))
    assert settings["zone"] == "Europe/Stockholm"
    office, tier1 = settings["schedules"]
    assert set(office["hours"]) == {"mon", "tue", "wed", "thu", "fri"}
    assert tier1["groups"] == ["tier1"]
    assert tier1["hours"]["sat"] == ["10:00-16:00"]


def test_the_demo_brings_targets_and_a_rate() -> None:
    with as_file(files("ticketlens.demo") / "demo.toml") as file:
        settings = load_settings(file, {})
    assert {target.metric for target in settings.targets} == {"reply.first", "ttr.full"}
    assert (settings.cost_per_hour, settings.currency, settings.minutes_per_ticket) == (42.0, "EUR", 0.0)


def test_demo_tickets_show_what_is_measured(demo: list[DemoTicket]) -> None:
    timings = [measure(row.ticket, Clocks()) for row in demo]
    noted = sum(row.ticket.agent_minutes is not None for row in demo) / len(demo)
    assert 0.7 < noted < 0.95
    assert sum(timing.next_reply_at is not None for timing in timings) > 300
    assert {timing.one_touch for timing in timings} == {True, False, None}
    shorter = [t for t in timings if t.ends and t.ends[-1] is not None and t.ends[-1] < (t.cycles[-1][1] or 0)]
    assert len(shorter) > 50
