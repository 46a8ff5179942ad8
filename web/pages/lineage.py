"""What happened to a topic: what runs made of it and what people did to it, in order of time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ticketlens.edits.words import THIS, Mention, Words, listed, told, told_apart
from ticketlens.model.edit import Edit
from ticketlens.model.run import Turn, difference_of
from ticketlens.model.topic import Topic
from web import wording
from web.pages import asked
from web.pages.done import names, theme_names


@dataclass(frozen=True, slots=True)
class Event:
    """`by` is the subject of `words`: a person, or None where the words have their own. `edit`: what can be undone."""

    at: datetime
    by: str | None
    words: Words
    why: str | None = None
    edit: Edit | None = None


def events(topic: Topic) -> list[Event]:
    """The latest first."""
    known, themes = names(), theme_names()
    made = [_of_edit(edit, told(edit, known, topic.id, themes)) for edit in edits_of(topic.id)]
    made += _by_runs(topic.id, known)
    if topic.born and not any(event.at <= topic.born for event in made):
        made.append(Event(topic.born, None, (f"{THIS.capitalize()} was found",)))
    return sorted(made, key=lambda event: (event.at, event.edit.id if event.edit else 0), reverse=True)


def all_edits() -> list[Event]:
    """Of all topics, the latest first."""
    known, themes = names(), theme_names()
    return [_of_edit(edit, told(edit, known, themes=themes)) for edit in asked.lens().edits.history()]


def _of_edit(edit: Edit, words: Words) -> Event:
    return Event(edit.at, edit.by, words, edit.why, edit)


def edits_of(topic: int) -> list[Edit]:
    return asked.lens().edits.history(topic)


def merged_by(topic: Topic) -> Edit | None:
    """The edit that put the topic into another one."""
    merges = (edit for edit in edits_of(topic.id) if edit.kind == "merge" and edit.undone is None)
    return next((edit for edit in merges if edit.told["into"] != topic.id), None)


def placed_by(key: tuple[str, str], topic: int | None) -> Edit | None:
    """The edit that put this ticket where it is: of the ticket itself, or a rule of its topic."""
    edits = asked.lens().edits
    shape, standing = edits.shape(), [edit for edit in edits.history() if edit.undone is None]
    by_hand = (edit for edit in standing if edit.kind in ("move", "split") and key in edit.tickets)
    by_rule = (edit for edit in standing if edit.kind == "always" and shape.at_last(edit.topics[0]) == topic)
    return next(by_hand, None) or next(by_rule, None)


def named_by(topic: Topic) -> Edit | None:
    """The edit by which a person gave the topic its name; None where a run found it, or the namer worded it."""
    if not asked.lens().edits.shape().is_named(topic.id):
        return None
    edits = (edit for edit in edits_of(topic.id) if edit.undone is None and edit.told.get("name"))
    return next((edit for edit in edits if edit.told.get("made", topic.id) == topic.id), None)


def _by_runs(topic: int, known: Mapping[int, str]) -> Iterator[Event]:
    """What became of the topic itself in a run; only of one that went on, what was split off it or put into it."""
    for run in asked.lens().runs.history():
        told_difference = run.get("difference")
        turns = difference_of(told_difference).turns if told_difference else ()
        own = [turn for turn in turns if turn.topic == topic]
        for turn in own or [turn for turn in turns if topic in turn.others]:
            words = told_apart(_words(turn, topic, known), Mention(topic, known.get(topic, "")))
            yield Event(datetime.fromisoformat(str(run["at"])), None, (f"Run {run.get('id', '')}".strip(), *words))


def _words(turn: Turn, own: int, known: Mapping[int, str]) -> Words:
    tickets = wording.count(turn.tickets, "ticket")

    def named(topic: int) -> str | Mention:
        return THIS if topic == own else Mention(topic, known.get(topic, turn.name if topic == turn.topic else ""))

    others = listed([named(other) for other in turn.others])
    if turn.kind == "new":
        return (" found ", named(turn.topic), f" in {tickets}")
    if turn.kind == "split":
        return (" split ", named(turn.topic), f" with {tickets} off ", *others)
    if turn.kind == "merged":
        return (" put ", named(turn.topic), f" with its {tickets} into ", *others)
    return (" no longer found ", named(turn.topic), f", which had {tickets}")
