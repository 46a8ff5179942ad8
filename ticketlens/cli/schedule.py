"""ticketlens schedule: opening hours, the holidays that the store keeps for them, and what a refresh would change."""

from collections.abc import Iterable, Mapping

import click

from ticketlens.cli.session import Session, echo_json, json_option
from ticketlens.hours.holidays import Change, Kept, Named, name_of, package_version
from ticketlens.metrics.schedule import DAY, DAYS, Schedule, Window
from ticketlens.store.open import store_exists

NONE_SET = "no opening hours are set: business time is not known; see docs/opening-hours.md"


@click.group()
def schedule() -> None:
    """Opening hours, and the holidays that are kept for them."""


@schedule.command("list")
@click.option("--year", type=int, help="the holidays of one year (default: this one; with --json all)")
@json_option
@click.pass_obj
def list_(session: Session, year: int | None, as_json: bool) -> None:
    """Show opening hours, the dates of holidays that are kept, and what a refresh would change."""
    told = session.settings.schedules
    is_there = store_exists(session.settings.store)
    kept = session.lens.hours.kept() if is_there and told else []
    changes = session.lens.hours.changes() if is_there and told else []
    if as_json:
        echo_json(
            {
                "package": package_version(),
                "schedules": [_schedule(one) for one in told],
                "holidays": [_kept(one, year) for one in kept],
                "changes": [_change(one) for one in changes],
            }
        )
        return
    click.echo("\n".join(_lines(told)) or NONE_SET)
    for one in kept:
        click.echo("\n".join(_dates(one, session.lens.now().year if year is None else year)))
    click.echo("\n".join(line for one in changes for line in sentences(one)), nl=bool(changes))
    if changes:
        click.echo("take these over: ticketlens schedule refresh")


@schedule.command()
@json_option
@click.pass_obj
def refresh(session: Session, as_json: bool) -> None:
    """Store the holidays that the installed package tells now, in place of those kept; times follow by themselves."""
    changes = session.lens.hours.refresh()
    if as_json:
        echo_json({"package": package_version(), "changes": [_change(one) for one in changes]})
        return
    lines = [line for one in changes for line in sentences(one)]
    click.echo(
        "\n".join(lines) or ("nothing changed" if changes else "no schedule has a country: no holidays are kept")
    )
    if lines:
        click.echo("a worker computes again the times that this touches; without one, run ticketlens cluster")


def sentences(change: Change) -> list[str]:
    """One line for each way that dates change; none where they do not."""
    ways = (("more", change.added), ("less", change.removed))
    return [f"holidays of {name_of(change.region)}: {len(days)} {way}: {_some(days)}" for way, days in ways if days]


def _some(days: Named) -> str:
    told = [f"{day} {name}" for day, name in list(days.items())[:3]]
    return ", ".join(told) + (f" and {len(days) - 3} more" if len(days) > 3 else "")


def _lines(schedules: Iterable[Schedule]) -> Iterable[str]:
    for one in schedules:
        whom = ", ".join([*sorted(one.groups), *sorted(one.brands)]) or "all others"
        yield f"{one.name}: {whom}; {one.zone}" + (f"; holidays of {name_of(one.region)}" if one.region else "")
        yield from (f"  {day}  {', '.join(map(_window, windows))}" for day, windows in _week(one).items())
        if one.closed:
            yield f"  closed on {len(one.closed)} dates of its own"
        yield from (f"  {day}  {', '.join(map(_window, windows)) or 'closed'}" for day, windows in one.special)


def _dates(kept: Kept, year: int) -> Iterable[str]:
    if not kept.told_by:
        yield f"holidays of {name_of(kept.region)}: kept from the first ticket on"
        return
    version = kept.told_by.get(year)
    yield f"holidays of {name_of(kept.region)} in {year}, " + (
        f"as holidays {version} told them:" if version else "none"
    )
    yield from (f"  {day}  {name}" for day, name in sorted(kept.dates.items()) if day.year == year)


def _schedule(one: Schedule) -> Mapping[str, object]:
    country, subdivision = one.region or (None, None)
    return {
        "name": one.name,
        "zone": one.zone,
        "groups": sorted(one.groups),
        "brands": sorted(one.brands),
        "hours": {day: list(map(_window, windows)) for day, windows in _week(one).items()},
        "closed": [day.isoformat() for day in sorted(one.closed)],
        "special": {day.isoformat(): list(map(_window, windows)) for day, windows in one.special},
        "country": country,
        "subdivision": subdivision,
    }


def _kept(one: Kept, year: int | None) -> Mapping[str, object]:
    country, subdivision = one.region
    dates = {day: name for day, name in sorted(one.dates.items()) if year in (None, day.year)}
    versions = {str(told): package for told, package in sorted(one.told_by.items()) if year in (None, told)}
    return {"country": country, "subdivision": subdivision, "dates": _named(dates), "told_by": versions}


def _change(one: Change) -> Mapping[str, object]:
    country, subdivision = one.region
    return {"country": country, "subdivision": subdivision, "added": _named(one.added), "removed": _named(one.removed)}


def _named(days: Named) -> dict[str, str]:
    return {day.isoformat(): name for day, name in days.items()}


def _week(one: Schedule) -> dict[str, tuple[Window, ...]]:
    return {day: windows for day, windows in zip(DAYS, one.hours, strict=True) if windows}


def _window(window: Window) -> str:
    start, end = window
    return f"{start // 60:02d}:{start % 60:02d}-{24 if end == DAY else end // 60:02d}:{end % 60:02d}"
