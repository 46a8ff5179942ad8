import tomllib
from importlib.resources import files


def test_the_demo_brings_opening_hours_for_the_office_and_tier_one() -> None:
    settings = tomllib.loads((files("ticketlens.demo") / "demo.toml").read_text("utf-8"))
    assert settings["zone"] == "Europe/Stockholm"
    office, tier1 = settings["schedules"]
    assert set(office["hours"]) == {"mon", "tue", "wed", "thu", "fri"}
    assert tier1["groups"] == ["tier1"]
    assert tier1["hours"]["sat"] == ["10:00-16:00"]
