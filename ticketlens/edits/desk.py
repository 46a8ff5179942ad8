"""The verbs of people on topics. Each is checked first, written down, and then followed by the tickets."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from ticketlens.edits import checks
from ticketlens.edits.centre import Centre
from ticketlens.edits.log import EditLog
from ticketlens.edits.reach import Reach, reach
from ticketlens.edits.same_names import must_differ
from ticketlens.edits.settle import Settling
from ticketlens.edits.shape import Key, Shape, replay, rule_filter
from ticketlens.edits.themes import themes
from ticketlens.errors import Unavailable
from ticketlens.intake.visible import name_key, one_line
from ticketlens.lease import Lease
from ticketlens.model.edit import FIELDS, Edit, Undone
from ticketlens.model.theme import Theme
from ticketlens.model.topic import Topic
from ticketlens.store.base import Store

LEASE = "edit"
LEFT = "unfinished", "edit"
"""The record that is there while tickets follow an edit: who died meanwhile left it behind."""

NO_NUMBER = -1
PATIENCE_SECONDS = 8.0
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Editing:
    """`centre` gives the middle of some tickets, so that new ones find the topic that a split makes of them."""

    store: Store
    centre: Centre
    now: Callable[[], datetime]
    lease: Callable[[str], Lease]
    pause: Callable[[float], None] = field(default=time.sleep)

    def set(self, topic: int, told: Mapping[str, object], *, by: str, why: str | None = None) -> Edit:
        """Name, kind, pinned, hidden, owner, note: any of them. An empty name brings back the one that was found."""
        given = checks.fields(told)
        kind = FIELDS[next(iter(given))] if len(given) == 1 else "change"

        def checked(shape: Shape, topics: Mapping[int, Topic]) -> None:
            checks.alive(topic, topics)
            checks.free_name(topic, given.get("name"), topics, shape.themes.values())
            checks.theme(given, topic, topics, self.themes())

        return self._made(Edit(1, self.now(), by, kind, (topic,), told=given, why=why), checked)

    def set_all(self, topics: Sequence[int], told: Mapping[str, object], *, by: str, why: str | None = None) -> Edit:
        """The same for exactly these topics, in one edit; a name is given to one topic alone."""
        given = checks.fields_of_many(told)
        kind = FIELDS[next(iter(given))] if len(given) == 1 else "change"

        def checked(shape: Shape, there: Mapping[int, Topic]) -> None:
            themes = self.themes()
            for topic in topics:
                checks.alive(topic, there)
                checks.theme(given, topic, there, themes)

        return self._made(Edit(1, self.now(), by, kind, checks.listed(topics), told=given, why=why), checked)

    def call(self, theme: int, name: str | None, *, by: str, why: str | None = None) -> Edit:
        """Gives a theme a name, through every run that it goes on in; an empty one brings back what it is found by."""
        given = checks.fields({"name": name})["name"]
        with self.alone():
            themes = self.themes()
            checks.theme_there(theme or NO_NUMBER, themes)
            topics = self._topics()
            checks.free_theme_name(theme, given, themes, topics)
            told = {"theme": theme, "name": given}
            edit = Edit(1, self.now(), by, "call", themes[theme].topics, told=told, why=why)
            self._names_differ(edit, topics)
            return self._follow(edit)

    def themes(self) -> dict[int, Theme]:
        """Those that the topics are in now, by number."""
        return themes(self.store.topics(), self.shape())

    def merge(self, topics: Sequence[int], into: int, *, by: str, why: str | None = None) -> Edit:
        """What is in these topics, and whatever would come to them, is in `into` from now on."""
        gone = tuple(topic for topic in checks.listed(topics) if topic != into)

        def checked(shape: Shape, there: Mapping[int, Topic]) -> None:
            checks.mergeable(gone, into, there, shape)

        return self._made(Edit(1, self.now(), by, "merge", (*gone, into), told={"into": into}, why=why), checked)

    def split(
        self, topic: int, tickets: Sequence[Key], *, name: str | None = None, by: str, why: str | None = None
    ) -> Edit:
        """These tickets become a topic of their own, and so does what comes and is nearer to them than to the rest."""
        with self.alone():
            topics = self._topics()
            parent = checks.alive(topic, topics)
            chosen = checks.fields({"name": name})["name"]
            checks.free_name(None, chosen, topics, self.shape().themes.values())
            there = checks.known(self.store, tickets)
            checks.within(topic, there)
            made = self.store.new_topic_ids(1)[0]
            taken = {name_key(one.name) for one in topics.values() if not one.retired}
            taken |= {name_key(name) for name in self.shape().themes.values()}
            part = self.centre.part(made, parent, there, taken, self.now())
            told = {"made": made, **({"name": chosen} if chosen else {})}
            edit = Edit(1, self.now(), by, "split", (topic, made), tuple(there), told, why)
            self._names_differ(edit, {**topics, made: part})
            self.store.put_topic(replace(part, lost=True, retired=True))  # nobody sees it before the edit is written
            return self._follow(edit)

    def move(
        self, tickets: Sequence[Key], to: int | None, *, within: int | None = None, by: str, why: str | None = None
    ) -> Edit:
        """Exactly these tickets belong to that topic, or to none, through whatever a run finds.

        Where `within` is given, all of them have to be in that topic.
        """
        there = checks.known(self.store, tickets)
        if within is not None:
            checks.within(within, there)
        keys = tuple(there)

        def checked(shape: Shape, there: Mapping[int, Topic]) -> None:
            if to is not None:
                checks.going_on(to, there)

        topics = tuple(topic for topic in (within, to) if topic is not None)
        return self._made(Edit(1, self.now(), by, "move", topics, keys, {"to": to}, why), checked)

    def apart(self, one: int, other: int, *, by: str, why: str | None = None) -> Edit:
        """A run never makes one topic of these two."""

        def checked(shape: Shape, there: Mapping[int, Topic]) -> None:
            checks.separable(one, other, there, shape)

        return self._made(Edit(1, self.now(), by, "apart", (one, other), why=why), checked)

    def always(self, topic: int, rule: Mapping[str, Sequence[str]], *, by: str, why: str | None = None) -> Edit:
        """Tickets that pass the rule, now or later, are in the topic, but for those that a person moved."""
        given = checks.rule(rule)

        def checked(shape: Shape, there: Mapping[int, Topic]) -> None:
            checks.going_on(topic, there)

        return self._made(Edit(1, self.now(), by, "always", (topic,), told={"rule": given}, why=why), checked)

    def reach(self, topic: int, rule: Mapping[str, Sequence[str]]) -> Reach:
        """How many tickets the rule takes; changes nothing, and is refused where the edit would be."""
        given = checks.rule(rule)
        checks.going_on(topic, self._topics())
        return reach(self.store, self.shape(), rule_filter(given), topic)

    def undo(self, number: int, *, by: str) -> Edit:
        """As if the edit had never been made; topics that were merged by it are kept apart from then on."""
        with self.alone():
            edits, topics = self.log.all(), self._topics()
            edit = checks.undoable(number, edits)
            undone = replace(edit, undone=Undone(self.now(), by))
            after = [undone if one.id == number else one for one in edits]
            must_differ(replay(edits), replay(after), topics)
            self._begin(undone=number)
            self.log.put(undone)
            self._keep_apart(undone)
            self._settle(undone)
        return undone

    def history(self, topic: int | None = None) -> list[Edit]:
        """All edits, or those of one topic, the latest first."""
        return [edit for edit in reversed(self.log.all()) if topic is None or topic in edit.topics]

    def is_left(self) -> bool:
        """Whether an edit was broken off before the tickets had followed it."""
        return self.store.get_record(*LEFT) is not None

    def settle(self) -> None:
        """Takes up what an edit left half-way, and has rules reach the tickets that came since."""
        if self.is_left() or self.shape().rules:
            with self.alone():
                self._take_up()
                Settling(self.store).settle(self.shape())
                self.store.delete_record(*LEFT)

    def shape(self) -> Shape:
        return replay(self.log.all())

    @property
    def log(self) -> EditLog:
        return EditLog(self.store)

    def _made(self, edit: Edit, checked: Callable[[Shape, Mapping[int, Topic]], None]) -> Edit:
        with self.alone() as shape:
            topics = self._topics()
            checked(shape, topics)
            self._names_differ(edit, topics)
            return self._follow(edit)

    def _names_differ(self, edit: Edit, topics: Mapping[int, Topic]) -> None:
        edits = self.log.all()
        must_differ(replay(edits), replay([*edits, edit]), topics)

    def _follow(self, edit: Edit) -> Edit:
        last = max((one.id for one in self.log.all()), default=0)
        self._begin()
        kept = self.log.add(replace(edit, id=last + 1, why=one_line(edit.why or "") or None))
        self._settle(kept)
        return kept

    def _begin(self, undone: int | None = None) -> None:
        """From here on until tickets have followed, whoever comes next would take the edit up."""
        self.store.put_record(*LEFT, {"at": self.now().isoformat(), "undone": undone})

    def _take_up(self) -> None:
        """What an undoing that broke off had still to write down."""
        held = self.store.get_record(*LEFT)
        number = held.fields.get("undone") if held else None
        edit = self.log.get(number) if isinstance(number, int) else None
        if edit is not None:
            self._keep_apart(edit)

    def _settle(self, edit: Edit) -> None:
        """What only names a topic moves no ticket."""
        shape, settling = self.shape(), Settling(self.store)
        settling.topics(shape)
        if edit.kind in ("merge", "split"):
            settling.texts(shape)
        if edit.kind in ("merge", "split", "move", "always"):
            settling.tickets(shape)
        self.store.show()
        self.store.delete_record(*LEFT)

    def _keep_apart(self, edit: Edit) -> None:
        """What an undone merge had made one; once, since a person may undo that too."""
        if edit.kind != "merge" or edit.undone is None:
            return
        into, why = cast(int, edit.told["into"]), f"edit {edit.id}, which merged them, was undone"
        for topic in edit.topics:
            edits = self.log.all()
            if topic != into and not any(_keeps_apart(one, (topic, into), edit) for one in edits):
                last = max(one.id for one in edits)
                self.log.add(Edit(last + 1, self.now(), edit.undone.by, "apart", (topic, into), why=why))

    def _topics(self) -> dict[int, Topic]:
        return {topic.id: topic for topic in self.store.topics(retired=True)}

    def alone(self) -> "Turn":
        """To be held by who changes what edits are replayed on."""
        return Turn(self)


def _keeps_apart(edit: Edit, pair: tuple[int, int], merge: Edit) -> bool:
    """Whether the edit was made when that merge was undone, or since."""
    later = merge.undone is not None and edit.id > merge.id and edit.at >= merge.undone.at
    return later and edit.kind == "apart" and set(edit.topics[:2]) == set(pair)


class Turn:
    """One edit at a time, on all machines; gives the shape that the edits have made so far."""

    def __init__(self, editing: Editing) -> None:
        self._editing = editing
        self._held = editing.lease(LEASE).held()

    def __enter__(self) -> Shape:
        waited = 0.0
        while not self._held.__enter__():
            self._held.__exit__(None, None, None)
            if waited >= PATIENCE_SECONDS:
                raise Unavailable("a run is being published, or another edit made; try again in a moment", 5.0)
            self._editing.pause(PAUSE_SECONDS)
            waited += PAUSE_SECONDS
            self._held = self._editing.lease(LEASE).held()
        try:
            return self._editing.shape()
        except BaseException as error:  # nobody else gives it back: the block was not entered
            self._held.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(self, *raised: object) -> None:
        self._held.__exit__(None, None, None)
