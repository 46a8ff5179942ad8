"""Are the numbers fresh and whole? Every source, and one of them with all that can be done about it."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ticketlens.errors import ConfigError, TicketLensError
from ticketlens.fetch import OutOfTime
from ticketlens.model.filter import Filter
from ticketlens.model.person import Role
from ticketlens.sources.imported import imported
from ticketlens.sources.registry import Source
from ticketlens.sources.standing import Standing
from ticketlens.sources.state import moment
from web import wording
from web.auth import needs
from web.current import gate, visitor
from web.pages import asked
from web.pages.delivery_list import last_called, listed
from web.pages.flaws import all_rows, rows_of
from web.pages.kept import kept
from web.pages.source_shown import Tested, form_fields

TEST_SECONDS = 20.0
NOT_FROM_OUTSIDE = ("127.", "localhost", "0.0.0.0", "::", "10.", "192.168.")  # noqa: S104 - compared, not listened to
NO_SOURCE = "There is no source of this name; it may have been removed."
MOVING = ("pulling", "not read yet", "broken off")


def sources() -> str:
    told = standings()
    others = {name: n for name, n in _sizes().items() if name not in {one.name for one in told}}
    gate().write_down()
    pushes = asked.lens().pushes()
    return render_template(
        "sources.html", told=told, headline=headline(told), others=others, pushes=pushes, flaws=all_rows(),
        files=imported(asked.lens().store),
        progress=asked.lens().measuring.progress(), **around(told)
    )  # fmt: skip


def source(name: str) -> str:
    return shown(name)


@needs(Role.ADMIN)
def test(name: str) -> str:
    """What the source could read, within the time that a person waits for a page."""
    must_be(name)
    try:
        count, subject = asked.lens().helpdesks.test(name, TEST_SECONDS)
    except OutOfTime as error:
        return shown(name, tested=Tested(str(error), well=None))
    except TicketLensError as error:
        return shown(name, tested=Tested(str(error), well=False))
    if not count:
        return shown(name, tested=Tested("It answers, and there is no ticket in it yet.", well=True))
    told = f"It answers: {wording.count(count, 'ticket')} on its first page, the last one is “{subject or '…'}”."
    return shown(name, tested=Tested(told, well=True))


@needs(Role.ADMIN)
def pull(name: str) -> ResponseReturnValue:
    """The page asks, a worker pulls."""
    must_be(name)
    asked.lens().helpdesks.rounds.ask(name, full=request.form.get("full") == "yes")
    return redirect(url_for("pages.source", name=name), 303)


def shown(
    name: str,
    *,
    tested: Tested | None = None,
    wrong: str | None = None,
    wrong_secret: str | None = None,
    changed: bool = False,
) -> str:
    """The page of one source, with what came of a button on it."""
    lens, one = asked.lens(), find(name)
    held = lens.helpdesks.registry.get(name)
    kind, redact = lens.kinds.get(held.kind), lens.preparer.redactor.redact
    return render_template(
        "source.html", one=one, headline=headline_of(one), tested=tested, wrong=wrong, changed=changed,
        wrong_secret=wrong_secret, listed=listed(one), flaws=rows_of(name),
        fields=form_fields(kind, held) if kind else (), aside=[redact(line) for line in one.state.aside],
        **around([one]),
    )  # fmt: skip


def standings() -> list[Standing]:
    return asked.lens().helpdesks.standings(_sizes())


def must_be(name: str) -> Source:
    """The source as it was entered; a page of nothing where there is none."""
    try:
        return asked.lens().helpdesks.registry.get(name)
    except ConfigError:
        abort(404, description=NO_SOURCE)


def find(name: str) -> Standing:
    found = {one.name: one for one in standings()}
    if name not in found:
        abort(404, description=NO_SOURCE)
    return found[name]


def around(told: list[Standing]) -> dict[str, object]:
    """What the templates need beside the sources; `moving`: something may be new in a few seconds."""
    lens, person = asked.lens(), visitor()
    return {
        "now": lens.now(), "at": moment, "ago": ago, "behind": lambda lag: wording.duration(lag.total_seconds() / 60),
        "tickets_of": lambda name: asked.tickets(Filter(where={"source": (name,)})),
        "schedule": lens.helpdesks.rounds.schedule,
        "may_change": person is not None and person.role.covers(Role.ADMIN),
        "moving": any(one.phase in MOVING or one.asked for one in told),
        "is_private": (urlsplit(lens.settings.address).hostname or "").startswith(NOT_FROM_OUTSIDE),
        "sentence": sentence, "since": since, "retention": lens.inbox.kept_days, "last_called": last_called,
    }  # fmt: skip


def headline(told: list[Standing]) -> str:
    """The sentence over the list: what needs a person first, then what is being read, then how fresh the rest is."""
    if not told:
        return "No helpdesk is connected yet"
    if len(told) == 1:
        return headline_of(told[0])
    failed = [one.name for one in told if one.phase == "failed"]
    if failed:
        well = len(told) - len(failed)
        rest = f"; {wording.count(well, 'other')} can" if well else ""
        return f"{wording.words(failed)} cannot be read{rest}"
    for phase in ("pulling", "late", "broken off", "not read yet"):
        for one in told:
            if one.phase == phase and (phase != "pulling" or not one.is_whole):
                return headline_of(one)
    oldest = max((one.lag for one in told if one.lag is not None), default=timedelta())
    return f"All {wording.count(len(told), 'source')} are fresh: none is more than {ago(oldest)} behind"


def headline_of(one: Standing) -> str:
    if one.phase == "failed":
        return f"{one.name} cannot be read"
    if one.phase == "pulling":
        what = "Reading all of" if one.state.full or not one.is_whole else "Reading what changed in"
        return f"{what} {one.name}: {progress(one)}"
    if one.phase == "broken off":
        return f"Reading {one.name} broke off; it goes on by itself"
    if one.phase == "not read yet":
        return f"{one.name} is not read yet"
    behind = f"{ago(one.lag)} behind" if one.lag is not None else "not read yet"
    return f"{one.name} is fresh: {behind}" if one.phase == "fresh" else f"{one.name} is {behind}"


def progress(one: Standing) -> str:
    done = wording.number(one.state.done)
    if not one.state.total:
        return f"{done} tickets so far"
    return f"{done} of {wording.count(one.state.total, 'ticket')}"


def sentence(text: str) -> str:
    """The text as a sentence of its own; the name of a host stays as it is."""
    first = text.partition(" ")[0]
    begin = text if "." in first or "/" in first else text[:1].upper() + text[1:]
    return begin if begin.endswith((".", "?")) else f"{begin}."


def ago(span: timedelta) -> str:
    return wording.duration(span.total_seconds() / 60)


def since(span: timedelta) -> str:
    """How long ago it was."""
    return "just now" if span < timedelta(minutes=1) else f"{ago(span)} ago"


def _sizes() -> dict[str, int]:
    return kept("tickets by source", asked.lens().helpdesks.sizes)
