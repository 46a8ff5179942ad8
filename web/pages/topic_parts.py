"""How one topic falls apart: asked for by a form, shown on its own page, and split by what a person ticks there."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ticketlens.edits import checks
from ticketlens.edits.refusal import NotThere, Refused
from ticketlens.errors import ConfigError
from ticketlens.model.filter import EVERYTHING
from ticketlens.model.part import Part, Suggestion
from ticketlens.model.topic import Topic
from ticketlens.store.base import Row
from web import wording
from web.current import who
from web.pages import asked
from web.pages.done import reason, tried, went, why
from web.pages.topic_choice import TYPICAL, distinct

NAME = "name."
"""Before the key of a part: the field with its name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A part with the subjects that show what it is, as it stands in the form."""

    part: Part
    typical: tuple[Row, ...]
    name: str
    ticked: bool
    share: float


def parts(id: int) -> ResponseReturnValue:
    return tried(lambda: shown(id))


def shown(id: int, wrong: str | None = None) -> str:
    """The last suggestion; where there is none, the offer of one."""
    lens = asked.lens()
    topic = checks.alive(id, lens.topic_names())
    suggestion = lens.parting.suggested(id)
    now = lens.count(EVERYTHING.having("topic", str(id)))
    return render_template(
        "topic_parts.html", topic=topic, suggestion=suggestion, now=now, title=_title(topic, suggestion),
        shown=_rows(suggestion) if suggestion else [], wrong=wrong, back=url_for("pages.topic_parts", id=id),
    )  # fmt: skip


def ask(id: int) -> ResponseReturnValue:
    def look() -> ResponseReturnValue:
        asked.lens().parting.suggest(id)
        return redirect(url_for("pages.topic_parts", id=id), 303)

    return tried(look)


def split(id: int) -> ResponseReturnValue:
    """Exactly the ticked parts of the suggestion that was shown."""
    try:
        edits = asked.lens().parting.split(id, _chosen(), by=who(), why=why())
    except (Refused, NotThere, ConfigError) as error:
        wrong = reason(error)
        status = 404 if isinstance(error, NotThere) else 409 if isinstance(error, Refused) else 400
        return tried(lambda: (shown(id, wrong), status))
    return went(".".join(str(edit.id) for edit in edits), url_for("pages.topic", id=id))


def _chosen() -> Mapping[str, str | None]:
    keys = request.form.getlist("part")
    if not keys:
        raise ConfigError("no part is ticked: tick those that become topics of their own")
    return {key: request.form.get(f"{NAME}{key}") for key in keys}


def _title(topic: Topic, suggestion: Suggestion | None) -> str:
    if suggestion is None:
        return f"Does {topic.name} fall apart?"
    if not suggestion.parts:
        return f"{topic.name} does not fall apart"
    return f"{topic.name} falls apart into {wording.count(len(suggestion.parts), 'part')}"


def _rows(suggestion: Suggestion) -> list[Shown]:
    """All but the largest part are ticked at first: that one goes on as the topic."""
    given, sent = request.form.getlist("part"), request.method == "POST"
    return [
        Shown(
            part, distinct(part.typical, TYPICAL), request.form.get(f"{NAME}{part.key}", part.name),
            part.key in given if sent else at > 0, len(part.tickets) / max(suggestion.tickets, 1),
        )
        for at, part in enumerate(suggestion.parts)
    ]  # fmt: skip
