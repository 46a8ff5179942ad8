"""The page of opening hours: its example is read, and every flaw stands there with its rule."""

import tomllib
from pathlib import Path

from ticketlens.config import load_settings
from ticketlens.metrics.flaws import TABLE

PAGE = (Path(__file__).parents[2] / "docs" / "opening-hours.md").read_text(encoding="utf-8")


def test_the_example_is_what_the_program_reads(tmp_path: Path) -> None:
    example = PAGE.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "ticketlens.toml").write_text(example, encoding="utf-8")
    told = load_settings(tmp_path / "ticketlens.toml", {}).schedules
    assert [one.name for one in told] == [one["name"] for one in tomllib.loads(example)["schedules"]]
    office, night, *_ = told
    assert (len(office.closed), len(office.special)) == (27, 3)
    assert night.region == ("US", "CA")


def test_every_flaw_is_told_with_its_rule() -> None:
    for flaw in TABLE:
        assert f"| `{flaw.name}` | {flaw.words} | {flaw.rule} |" in PAGE
