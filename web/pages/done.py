"""After a form: back to the page that it stood on, which says what was done and offers to undo it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.edits.words import Words, told
from ticketlens.errors import ConfigError, TicketLensError
from ticketlens.model.edit import Edit
from web.addresses import own_path
from web.pages import asked

SAID: Mapping[str, str] = {
    "dropped": "The run was dropped; nothing has changed.",
    "same": "Nothing was changed: everything is as it was.",
}
RUN = "run-"
LONGEST_WHY = 1_000
MOST_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Done:
    """`edit` is None where it was none that can be undone."""

    words: Words
    edit: Edit | None = None


def just_done() -> list[Done]:
    """What `done` in the address names: numbers of edits with points between, a run that still counts, or one of
    SAID."""
    found = (_done(name) for name in request.args.get("done", "").split(".")[:MOST_AT_ONCE])
    return [one for one in found if one is not None]


def _done(name: str) -> Done | None:
    if name in SAID:
        return Done((SAID[name],))
    if name.startswith(RUN):
        return _run_counts(name.removeprefix(RUN))
    edit = asked.lens().edits.log.get(int(name)) if name.isascii() and name.isdigit() and len(name) < 10 else None
    return Done(told(edit, names(), themes=theme_names()), edit) if edit else None


def _run_counts(number: str) -> Done | None:
    last = asked.lens().runs.last() or {}
    if str(last.get("id")) != number:
        return None
    if last.get("kind") == "back":
        return Done((f"The former topics count again, as run {number}, with all edits on top.",))
    return Done((f"Run {number} counts now: topics are as it found them, with all edits on top.",))


def names() -> dict[int, str]:
    return {id_: topic.name for id_, topic in asked.lens().topic_names().items()}


def theme_names() -> dict[int, str]:
    return {id_: theme.name for id_, theme in asked.lens().edits.themes().items()}


def why() -> str | None:
    """The reason that a form gives, where it does."""
    text = " ".join(request.form.get("why", "").split())
    if len(text) > LONGEST_WHY:
        raise ConfigError(f"why: at most {LONGEST_WHY:,} characters")
    return text or None


def number(name: str) -> int:
    """The number of a topic that a form gives."""
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ConfigError("choose a topic first")
    return int(text)


def back() -> str:
    return own_path(request.form.get("back"))


def went(done: str | int, to: str | None = None) -> ResponseReturnValue:
    """To the page that the form stood on, or to another one of ours."""
    parts = urlsplit(to or back())
    kept = [one for one in parse_qsl(parts.query, keep_blank_values=True) if one[0] != "done"]
    return redirect(f"{parts.path}?{urlencode([*kept, ('done', done)])}", 303)


def tried(act: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """What the act answers; where it may not be, a page that says why and leads back."""
    try:
        return act()
    except (Refused, NotThere, ConfigError) as error:
        return not_done(error)


def not_done(error: TicketLensError) -> ResponseReturnValue:
    status = 404 if isinstance(error, NotThere) else 409 if isinstance(error, Refused) else 400
    return render_template("not_done.html", reason=reason(error), back=back()), status


def reason(error: TicketLensError) -> str:
    """The text of an error as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
