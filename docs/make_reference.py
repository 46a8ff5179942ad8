"""The reference pages, made from the tables that the program itself reads: settings, commands, metrics.

python docs/make_reference.py        writes docs/settings.md, docs/commands.md and docs/metrics.md
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ticketlens.cli.main import cli
from ticketlens.config import TABLE, variable
from ticketlens.metrics.contract import METRICS, Metric
from ticketlens.metrics.definition import COHORTS, OWN_WAY, RULES, UNITS

DOCS = Path(__file__).resolve().parent
MADE = "<!-- Made by docs/make_reference.py (make docs). Change the table in {}, not this page. -->"


SETTINGS = """
Settings come from three places. A later one wins: the file `ticketlens.toml` in the current folder (or the one that
`--config` names), environment variables, options of a command. `ticketlens doctor` shows each value and where it came
from.
"""
SECRETS = """
Each variable also has a form that ends in `_FILE`: it names a file that holds the value. Use it for secrets.
An unknown setting in the file is an error. `ticketlens doctor` warns of unknown variables.
"""
HOURS = """
Opening hours are a list in the file:

```toml
zone = "Europe/Stockholm"

[[schedules]]
name = "tier1"
groups = ["tier1"]      # only for these groups; one without groups and brands is for all others
zone = "Europe/Stockholm"
country = "SE"          # closed on its public holidays

[schedules.hours]
mon = ["08:00-18:00"]
tue = ["08:00-12:00", "13:00-18:00"]
```

After a change of `zone` or `schedules` a worker computes again the times that it touches; without a worker
`ticketlens cluster` does it. All keys, with examples: [opening hours](opening-hours.md).
"""
COMMANDS = """
`--json` prints one JSON object on standard output and nothing else there. A command ends with 0 (done, with what was
set aside counted and shown), 1 (something failed, the rest is done) or 2 (wrong use or settings).
"""
CONTRACT = """
What each figure means: the same words that pages show at a metric's name, and `GET /api/v1/metrics` answers.
"""
COHORT = """
A cohort is the set of tickets, or answers, that a figure is about. The first one named at a metric is the default.
"""


def settings_page() -> str:
    rows = [(f"`{row.key}`", f"`{variable(row.key)}`", _default(row.default), _sentence(row.help)) for row in TABLE]
    table = _table(("setting", "variable", "default", "what it is"), rows)
    return _page("Settings", "ticketlens/config.py", SETTINGS, table, SECRETS, HOURS)


def commands_page() -> str:
    every = _command(cli, click.Context(cli, info_name="ticketlens"))
    return _page("Commands", "ticketlens/cli", COMMANDS, *every)


def metrics_page() -> str:
    listed = [(f"[`{metric.id}`](#{metric.id.replace('.', '')})", metric.name, metric.unit) for metric in METRICS]
    return _page(
        "Metrics", "ticketlens/metrics/contract.py", CONTRACT, _table(("id", "name", "unit"), listed),
        "## Cohorts", COHORT, _table(("cohort", "what is in it"), _coded(COHORTS)),
        "## Units", _table(("unit", "what it is"), _coded(UNITS)),
        "## What holds for every figure", _told(RULES),
        "## Where TicketLens goes its own way", _told(OWN_WAY),
        *(_metric(metric) for metric in METRICS),
    )  # fmt: skip


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "metrics.md": metrics_page,
}


def _metric(metric: Metric) -> str:
    facts = {
        "Unit": metric.unit,
        "Clocks": ", ".join(metric.clocks),
        "Cohorts": ", ".join(metric.cohorts),
        "Formula": f"`{metric.formula}`",
        "Source": metric.source,
        "Left out": metric.exclusions,
        "In place of a figure": metric.instead,
        "Known differences": metric.differs,
    }
    later = "" if metric.answered else "\n\nDefined, and not computed yet."
    told = "\n".join(f"- {name}: {text if text.endswith('.') else text + '.'}" for name, text in facts.items())
    return f"## `{metric.id}`\n\n**{metric.name}.** {metric.definition}{later}\n\n{told}"


def _coded(meanings: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(f"`{name}`", told) for name, told in meanings.items()]


def _told(rules: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"- **{name}.** {text}" for name, text in rules)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## `{context.command_path}`\n\n{(command.help or '').strip()}\n\n```\n{context.command_path} {usage}\n```"
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    records = [record for option in options if (record := option.get_help_record(context))]
    if records:
        yield _table(("option", "what it does"), [(f"`{names}`", _sentence(told)) for names, told in records])
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))


def _page(title: str, origin: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", MADE.format(origin), *(part.strip() for part in parts))) + "\n"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _default(value: object) -> str:
    if isinstance(value, tuple):
        return f"`{', '.join(map(str, value))}`" if value else "none"
    return "none" if value == "" else f"`{value}`"


def _sentence(text: str) -> str:
    told = " ".join(text.split())
    return told[:1].upper() + told[1:]


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
