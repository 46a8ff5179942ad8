"""The reference pages, made from the tables that the program itself reads: settings, commands, metrics, reasons.

python docs/make_reference.py        writes docs/settings.md, docs/commands.md, docs/metrics.md, docs/parity.md
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ticketlens.cli.main import cli
from ticketlens.config import TABLE, variable
from ticketlens.metrics.contract import METRICS, Metric
from ticketlens.metrics.definition import COHORTS, OWN_WAY, RULES, UNITS
from ticketlens.parity.reasons import Reason, told

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
What each figure means: the same words that pages show at a metric's name, and `GET /api/v1/metrics` answers. To hold
them against your helpdesk's own figures, ticket by ticket, see [parity](parity.md).
"""
PARITY = """
Sooner or later somebody opens the helpdesk's own report next to a page here, and two numbers differ. This command takes
the helpdesk's own figures of each ticket and says, ticket by ticket, where a difference comes from.

```
ticketlens parity zendesk-export.csv --source zendesk-eu --output differences.csv
```

The file is the helpdesk's export of tickets with its figures: CSV, NDJSON or a JSON list, `.gz` too. The tickets must
be here already, by a pull or an import. Nothing is stored or changed.

## Which columns are compared

By name, with the unit and the clock that the name tells:

"""
PARITY_MORE = """
Any other column by `--map`, with its unit (`milliseconds`, `seconds`, `minutes`, `hours`, `days`) and, where it is the
business clock, with `.business`:

```
ticketlens parity export.csv --map "id=Case,ttr.full.business=Net time:hours"
```

Two figures are equal when they are at most a minute apart (`--tolerance-minutes`). A figure that neither side has is
not compared. Name the moment of the export by `--as-of`, so that what happened since can be told from what is wrong.

## How a reason is found

Each way of counting otherwise is tried on the ticket's own history, in the order below, until one gives the helpdesk's
figure within the tolerance; then two ways at once. So a reason is never guessed: it reproduces the figure. A few cannot
be computed and are known by themselves: a ticket that is not here, one that is left out, one solved at a time that is
not known, one for which no opening hours fit, and one that the helpdesk changed after it was last read here. What
reproduces nothing is *not explained*, and stays so.

Rounding and shifted times are judged over all figures of a column, since among many tickets some fit by chance:

- **Rounding**: every figure of theirs is a multiple of the same step (days, hours and their tenths and hundredths,
  minutes), 0 too. Then what lies within half a step of ours, or within one step always to the same side, is rounded.
- **A shift or a zone**: so many tickets are off by the same quarters of an hour, or by the offset of one zone, that
  this comes by chance less than once in a hundred files, given how many others are off by about as much. Of a zone and
  a constant shift the one that more tickets have is told. Three tickets are the least of a constant shift; a zone on
  one ticket is told only where the figures are exact to the second.
"""
UNDERSTOOD = (
    ("Zendesk", "`Full resolution time - Calendar hours (min)`, `full_resolution_time_in_minutes.business`, the same "
     "for first resolution, first reply, requester wait, agent wait and on-hold time; `reopens`"),
    ("Freshdesk", "`Resolution time (in hrs)`, `First response time (in hrs)`, as hours:minutes:seconds"),
    ("Intercom", "`time_to_first_close`, `time_to_last_close`, `time_to_admin_reply` (seconds, hours out of office "
     "taken off), `count_reopens`"),
    ("HubSpot", "`time_to_close`, `time_to_first_agent_reply` (milliseconds)"),
    ("Zoho Desk", "`resolutionTime`, `firstResponseTime`, as `01:50 hrs`"),
    ("ServiceNow", "`calendar_duration`, `business_duration`, `calendar_stc`, `business_stc` (seconds); "
     "`reopen_count`"),
    ("Jira", "`Time to resolution`, `Time to first response`, as hours:minutes; the unit of a number by `--map`"),
    ("TicketLens", "the columns of `ticketlens export tickets`, such as `ttr.full.calendar_minutes`"),
)  # fmt: skip
DIFFER = """
## What it prints

How many figures were compared, how many are equal, how many differ by each reason, and how many are not explained; how
many tickets count here and are not in the file. `--json` prints the same and the first 1,000 differences as one object;
`--output` writes all of them as CSV: both figures and their difference in minutes (`reopens` as a count), the reasons,
and the sentence. A cell that is empty or says n/a where there is a figure here is counted by itself (`blank`): it is
neither equal nor different, and comes last in the list, as `no_figure`. Rows that cannot be read are set aside and
counted.
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


def parity_page() -> str:
    rows = [(f"`{reason}`", told(reason, "" if reason is Reason.UNEXPLAINED else "…")) for reason in Reason]
    return _page(
        "Parity", "ticketlens/parity/reasons.py", PARITY, _table(("helpdesk", "columns"), UNDERSTOOD), PARITY_MORE,
        _table(("reason", "what it says"), rows), DIFFER,
    )  # fmt: skip


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "metrics.md": metrics_page,
    "parity.md": parity_page,
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
    told = "\n".join(f"- {name}: {text if text.endswith('.') else text + '.'}" for name, text in facts.items())
    return f"## `{metric.id}`\n\n**{metric.name}.** {metric.definition}\n\n{told}"


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
