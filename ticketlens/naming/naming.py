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
from ticketlens.naming.persons import persons
from ticketlens.naming.request import Lines, first_line, messages
from ticketlens.store.base import Record, Store

IN_A_ROW = 3
"""After so many troubles with the endpoint, one after the other, the rest is not asked for."""

TOLD, LEFT = "names", "left"
"""The fields of a run's record that say what became of its names, and for which topics the endpoint gave no answer."""


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


@dataclass(frozen=True, slots=True)
class Answered:
    """Why a topic was not named, None where it was; `trouble`: the endpoint gave no answer that could be judged."""

    topic: int
    reason: str | None
    trouble: bool = False


@dataclass(frozen=True)
class Naming:
    """`endpoint` makes one, or raises Trouble; without it nobody is asked. `language`: that of all names, where set."""

    store: Store
    editing: Editing
    redact: Callable[[str], str]
    endpoint: Callable[[], Endpoint] | None = None
    language: str = ""

    def is_due(self, *, again: bool = False) -> bool:
        """Whether a run took effect for whose names nobody was asked, and there is somebody to ask; with `again` also
        where the endpoint gave no answer for some of its topics."""
        return self._last(again) is not None

    def name(self, progress: Progress, *, again: bool = False) -> Names | None:
        """Asks once for each run that took effect; with `again` once more for what the endpoint gave no answer for.
        Each name is kept as soon as it is there, so who dies on the way has lost none."""
        last = self._last(again)
        if self.endpoint is None or last is None:
            return None
        answers: list[Answered] = []
        topics = self._topics(last)
        for answer in self._answers(self.endpoint, topics):
            answers.append(answer)
            progress(len(answers), len(topics))
        reasons = [answer.reason for answer in answers]
        told = Names(len(topics), reasons.count(None), Counter(reason for reason in reasons if reason))
        self._tell(last, told, {str(one.topic): one.reason for one in answers if one.trouble})
        return told

    def _last(self, again: bool) -> Record | None:
        runs = self.store.records("run") if self.endpoint else []
        is_due = bool(runs) and (TOLD not in runs[-1].fields or (again and bool(runs[-1].fields.get(LEFT))))
        return runs[-1] if is_due else None

    def _topics(self, run: Record) -> list[Topic]:
        """Those that want a name; of a run that was asked for already, those that got no answer."""
        topics = wanted(self.store.topics(), self.editing.shape())
        left: Any = run.fields.get(LEFT)
        return [topic for topic in topics if str(topic.id) in left] if left else topics

    def _answers(self, endpoint: Callable[[], Endpoint], topics: list[Topic]) -> Iterator[Answered]:
        made: Endpoint | None = None
        in_a_row, over = 0, ""
        for topic in topics:
            answer = Answered(topic.id, over, trouble=True)
            if not over:
                try:
                    made = made or endpoint()
                    self._give(topic, made)
                    in_a_row, answer = 0, Answered(topic.id, None)
                except BadAnswer as error:
                    in_a_row, answer = 0, Answered(topic.id, str(error))
                except Trouble as error:
                    in_a_row, answer = in_a_row + 1, Answered(topic.id, str(error), trouble=True)
                    over = str(error) if error.lasts or in_a_row == IN_A_ROW else ""
            yield answer

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
                name, words=now.words, language=language, taken=names_beside(now.id, there), redact=self.redact,
                persons=persons(self.store, now),
            )  # fmt: skip
            self.store.put_topic(shape.shown(replace(now, named=name, named_for=now.words)))

    def _lines(self, topic: Topic) -> Iterator[Lines]:
        for source, id_ in topic.typical:
            row = self.store.get_ticket(source, id_)
            if row is not None and row.excluded is None:
                yield row.ticket.subject, first_line(row.ticket.body)

    def _tell(self, run: Record, told: Names, left: Mapping[str, str | None]) -> None:
        fields = {**run.fields, TOLD: _together(run.fields, told).to_json(), LEFT: dict(left)}
        self.store.put_record("run", run.id, fields, expected=run.version)


def _together(run: Mapping[str, Any], told: Names) -> Names:
    """What came of all topics of a run, those that were asked for once more counted by their last answer."""
    first = names_of(run)
    if first is None:
        return told
    answered = Counter(first.kept) - Counter(run[LEFT].values())
    return Names(first.asked, first.named + told.named, answered + Counter(told.kept))
