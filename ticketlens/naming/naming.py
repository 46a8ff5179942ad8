"""Names for the topics of a run that took effect, by an endpoint; whatever goes wrong there, those found stay."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ticketlens.edits.desk import Editing
from ticketlens.engine import Progress
from ticketlens.model.topic import Topic
from ticketlens.naming.answer import BadAnswer, checked
from ticketlens.naming.choice import names_beside, wanted
from ticketlens.naming.endpoint import Endpoint, Trouble
from ticketlens.naming.request import Lines, first_line, messages
from ticketlens.store.base import Record, Store

IN_A_ROW = 3
"""After so many troubles with the endpoint, one after the other, the rest is not asked for."""

TOLD = "names"
"""The field of a run's record that says what became of its names: where it is there, nobody asks again."""


@dataclass(frozen=True, slots=True)
class Names:
    """Of `asked` topics, `named` got a name; `kept` counts the others, by why they keep the one that was found."""

    asked: int = 0
    named: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """Such as "names: 12 of 14 by the namer; 2 kept: timed out"."""
        if not self.kept:
            return f"names: {self.named:,} of {self.asked:,} by the namer"
        why = "; ".join(f"{n:,} kept: {reason}" for reason, n in self.kept.items())
        return f"names: {self.named:,} of {self.asked:,} by the namer; {why}"

    def to_json(self) -> dict[str, object]:
        return {"asked": self.asked, "named": self.named, "kept": dict(self.kept)}


def names_of(run: Mapping[str, Any]) -> Names | None:
    """What became of the names of a run; None where nobody was asked."""
    told = run.get(TOLD)
    return Names(told["asked"], told["named"], told["kept"]) if told else None


@dataclass(frozen=True)
class Naming:
    """`endpoint` makes one, or raises Trouble; without it nobody is asked. `language`: that of all names, where set."""

    store: Store
    editing: Editing
    redact: Callable[[str], str]
    endpoint: Callable[[], Endpoint] | None = None
    language: str = ""

    def is_due(self) -> bool:
        """Whether a run took effect for whose names nobody was asked, and there is somebody to ask."""
        return self._last() is not None

    def name(self, progress: Progress) -> Names | None:
        """Asks once for each run that took effect. Each name is kept as soon as it is there, so who dies on the way
        has lost none."""
        last = self._last()
        if self.endpoint is None or last is None:
            return None
        topics = wanted(self.store.topics(), self.editing.shape())
        reasons: list[str | None] = []
        for reason in self._reasons(self.endpoint, topics):
            reasons.append(reason)
            progress(len(reasons), len(topics))
        told = Names(len(topics), reasons.count(None), Counter(reason for reason in reasons if reason))
        self._tell(last, told)
        return told

    def _last(self) -> Record | None:
        runs = self.store.records("run") if self.endpoint else []
        return runs[-1] if runs and TOLD not in runs[-1].fields else None

    def _reasons(self, endpoint: Callable[[], Endpoint], topics: list[Topic]) -> Iterator[str | None]:
        """Of each topic, why it was not named; None for one that was."""
        made: Endpoint | None = None
        in_a_row, over = 0, ""
        for topic in topics:
            reason: str | None = over
            if not over:
                try:
                    made = made or endpoint()
                    self._give(topic, made)
                    in_a_row, reason = 0, None
                except BadAnswer as error:
                    in_a_row, reason = 0, str(error)
                except Trouble as error:
                    in_a_row, reason = in_a_row + 1, str(error)
                    over = reason if error.lasts or in_a_row == IN_A_ROW else ""
            yield reason

    def _give(self, topic: Topic, endpoint: Endpoint) -> None:
        """Raises Trouble, BadAnswer."""
        language = self.language or topic.language
        name = endpoint.ask(messages(topic.words, self._lines(topic), language, self.redact))
        with self.editing.alone() as shape:
            there = self.store.topics()
            now = next((one for one in there if one.id == topic.id), None)
            if now is None:
                raise BadAnswer("the topic is gone")
            checked(
                name, words=now.words, language=language, taken=names_beside(now.id, there), redact=self.redact
            )  # fmt: skip
            self.store.put_topic(shape.shown(replace(now, named=name, named_for=now.words)))

    def _lines(self, topic: Topic) -> Iterator[Lines]:
        for source, id_ in topic.typical:
            row = self.store.get_ticket(source, id_)
            if row is not None and row.excluded is None:
                yield row.ticket.subject, first_line(row.ticket.body)

    def _tell(self, run: Record, told: Names) -> None:
        self.store.put_record("run", run.id, {**run.fields, TOLD: told.to_json()}, expected=run.version)
