"""class Lens: the verbs, over its collaborators. The command line, the page and the API all speak to this one."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from ticketlens.answers.comparing import Comparing
from ticketlens.answers.covered import covered
from ticketlens.answers.desk import Desk, Rates
from ticketlens.answers.estimates import Estimates
from ticketlens.answers.flags import with_beginnings
from ticketlens.answers.overview import overview
from ticketlens.answers.rows import export_rows, row_json
from ticketlens.answers.topic_page import TopicPage, topic_page
from ticketlens.answers.topics import topic_table
from ticketlens.answers.trend import Asked, trend
from ticketlens.answers.widened import widened
from ticketlens.articles.desk import Articles
from ticketlens.config import Settings
from ticketlens.edits.centre import Centre
from ticketlens.edits.desk import Editing
from ticketlens.edits.parting import Parting
from ticketlens.engine import Engine, Progress
from ticketlens.errors import ConfigError
from ticketlens.grouping import ClusterReport, Grouper
from ticketlens.grouping import Step as Steps
from ticketlens.holder import holder_name
from ticketlens.hooks.inbox import Inbox
from ticketlens.hooks.pushes import pushed
from ticketlens.hours.measuring import Measuring
from ticketlens.hours.opening import Hours
from ticketlens.intake.batch import batch_of
from ticketlens.intake.context import ReadContext
from ticketlens.intake.crew import Crew, Recipe
from ticketlens.intake.prepare import Preparer
from ticketlens.lease import SECONDS, Lease
from ticketlens.metrics.clock import Clocks
from ticketlens.metrics.periods import By
from ticketlens.model.answer import Survey
from ticketlens.model.batch import TicketBatch
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.overview import Overview, TopicTable
from ticketlens.model.report import Counts, Report
from ticketlens.model.ticket import Ticket
from ticketlens.model.topic import Coverage, Topic
from ticketlens.model.trend import Trend
from ticketlens.naming.endpoint import Endpoint
from ticketlens.naming.naming import Naming
from ticketlens.outcome import outcome
from ticketlens.outside.waiting import Waiting
from ticketlens.runs.alignment import Alignment
from ticketlens.runs.publishing import Runs
from ticketlens.sources.helpdesks import Helpdesks
from ticketlens.sources.registry import Kinds
from ticketlens.store.base import Put, Row, RowPage, Store
from ticketlens.voice.desk import Voice

PERIODS: tuple[By, ...] = ("day", "week", "month", "quarter")


@dataclass(frozen=True, slots=True)
class TicketPage:
    row: Row
    topic: Topic | None
    similar: tuple[tuple[Row, float], ...]


@dataclass(frozen=True)
class Lens:
    store: Store
    settings: Settings
    engine: Engine
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    kinds: Kinds = field(default_factory=dict)
    waiting: Waiting = field(default_factory=Waiting)

    @cached_property
    def helpdesks(self) -> Helpdesks:
        """The accounts that tickets are pulled from, and the verbs on them."""
        return Helpdesks(self.store, self.settings, self.kinds, self.add, self._redact, self.now, self.waiting)

    @cached_property
    def hours(self) -> Hours:
        """Opening hours and holidays."""
        told = self.settings
        return Hours(self.store, told.schedules, self.zone, (told.exclusions, told.targets))

    @property
    def measuring(self) -> Measuring:
        """The measuring of tickets anew where opening hours changed."""
        return Measuring(self.store, self.hours, self.now)

    @cached_property
    def inbox(self) -> Inbox:
        """What helpdesks pushed, and what became of it."""
        return Inbox(self.store, self.helpdesks.registry, self.keep, self.settings.retention_inbox_days, self.now)

    @cached_property
    def comparing(self) -> Comparing:
        """Periods and filters against each other, and why they differ."""
        return Comparing(self._desk)

    @cached_property
    def voice(self) -> Voice:
        """Answers to surveys and customers, and the verbs on them."""
        ticket = self.settings.cost_per_hour * self.settings.minutes_per_ticket / 60
        return Voice(self.store, self.zone, lambda: self.preparer.redactor, self.now, ticket or None)

    @cached_property
    def articles(self) -> Articles:
        """The help centre, and what it leaves open."""
        model, found_by = self.settings.model, lambda: (self.runs.last() or {}).get("model")
        return Articles(self.store, self.engine, model, self.zone, lambda: self.preparer.redactor, self.now, found_by)

    # -- reading tickets in

    def keep(self, tickets: Sequence[Ticket]) -> list[Put]:
        """Stores a few tickets at once; what became of each."""
        self._begin()
        return self.store.put_tickets([self.preparer.prepare(ticket) for ticket in tickets])

    def add(self, batches: Iterable[TicketBatch], *, reading: int = 0) -> Iterator[Report]:
        """Stores batch by batch, and tells what became of each. What is stored is on disk before it is told."""
        self._begin()
        with Crew(self._recipe, self.preparer) as crew:
            for batch, prepared in crew.prepare(batches, reading):
                yield outcome(batch, self.store.put_tickets(prepared))

    def push(self, rows: Sequence[object], *, source: str | None = None) -> Report:
        """Reads and stores rows of the NDJSON form; one that cannot be read is set aside with its index, from 0."""
        context = ReadContext(now=self.now(), source_override=source, zone=self._zoneinfo)
        report = Report()
        for told in self.add([batch_of(rows, context)]):
            report = report.add(told)
        return replace(report, notes=context.notes.sentences())

    def pushes(self) -> Counts:
        """What became of all rows that were ever pushed."""
        return pushed(self.store)

    def reading(self, source: str, mapping: str) -> int:
        """The number of this way of reading a source: it grows each time that the mapping is another than before."""
        while True:
            held = self.store.get_record("reading", source)
            fields = held.fields if held else {"mapping": "", "number": 0}
            if fields["mapping"] == mapping:
                return int(str(fields["number"]))
            number = int(str(fields["number"])) + 1
            changed = {"mapping": mapping, "number": number}
            if self.store.put_record("reading", source, changed, expected=held.version if held else 0):
                return number

    def rederive(self, progress: Progress) -> int:
        """Measures again what a change of zone, opening hours, holidays or rules touches; how many tickets it were."""
        measured = 0
        for told in self.measuring.run(self.preparer.prepare):
            progress(told.seen, told.total)
            measured = told.measured
        return measured

    @property
    def stale(self) -> bool:
        """Whether zone, opening hours, holidays or rules changed since days and durations were computed."""
        return self.measuring.stale()

    def alone(self, work: str, holder: str | None = None, seconds: float = SECONDS) -> Lease:
        """The lease of a work that one process does at a time."""
        return Lease(self.store, work, holder or holder_name(), seconds, self.now)

    # -- vectors and topics

    def grouping(self, holder: str | None = None, seconds: float = SECONDS) -> Lease:
        """To be held by who clusters, where others may do so at the same time."""
        return self.alone("group", holder, seconds)

    def cluster(self, *, full: bool = False, publish: bool = False, again: bool = False, step: Steps) -> ClusterReport:
        """`again`: the namer is asked once more for the topics that it gave no answer for."""
        report = self._grouper.cluster(full=full, publish=publish, again=again, step=step)
        if self.articles.is_due():
            self.articles.embed(step("articles"))
        return report

    @property
    def edits(self) -> Editing:
        """What people do to topics."""
        aligned = Alignment(self.store, self.engine).of
        centre = Centre(self.store, self.engine.key(self.settings.model), aligned, self.engine)
        return Editing(self.store, centre, self.now, self.alone)

    @property
    def parting(self) -> Parting:
        return Parting(self.store, self.engine, self.edits)

    @property
    def runs(self) -> Runs:
        """What a run found, and how it takes its place."""
        return Runs(self.store, self.edits, self.now, self.settings.publish_runs)

    def has_to_cluster(self) -> bool:
        """Whether there are texts without a vector, or a pass that somebody left unfinished."""
        return self._grouper.is_due(self.engine.key(self.settings.model))

    # -- answers

    @property
    def zone(self) -> str:
        return self.settings.zone

    @property
    def zone_is_set(self) -> bool:
        return self.settings.zone_is_set

    def as_of(self) -> datetime:
        return self._desk(None).as_of

    def empty(self) -> bool:
        return self.store.span() is None

    def overview(
        self,
        where: Filter,
        *,
        clock: str = "calendar",
        cohort: str = "arrived",
        weeks: int = 26,
        as_of: datetime | None = None,
    ) -> Overview | None:
        """None where there is no ticket at all."""
        _refuse_other_dates(where)
        return (
            None
            if self.empty()
            else overview(self._desk(as_of or where.as_of), where, clock=clock, cohort=cohort, weeks=weeks)
        )

    def trend(
        self,
        *,
        metric: str = "ttr.full",
        clock: str = "calendar",
        cohort: str = "arrived",
        by: str = "week",
        first: date | None = None,
        last: date | None = None,
        as_of: datetime | None = None,
        where: Filter = EVERYTHING,
        group_by: str | None = None,
        survey: Survey | str | None = None,
    ) -> Trend:
        _refuse_other_dates(where)
        desk = self._desk(as_of or where.as_of)
        grain = next((period for period in PERIODS if period == by), None)
        if grain is None:
            raise ConfigError(f"by: {by!r} is none of {', '.join(PERIODS)}")
        first, last = first or where.first, last or where.last
        periods = desk.periods(grain, first, last)
        asked = Asked(metric, clock, cohort, by, periods, where.between(None, None), group_by, survey)
        told = with_beginnings(desk, trend(desk, asked), asked.where, group_by)
        of = covered(told, desk.rates.minutes_per_ticket)
        return replace(told, notes=(*told.notes, *of, *widened(periods, first, last, desk.day(self.now()))))

    @property
    def estimates(self) -> Estimates:
        """How long it takes now, and what share was done within some hours."""
        return Estimates(self._desk)

    def topics(self, where: Filter, *, as_of: datetime | None = None, hidden: bool = False) -> TopicTable:
        """With `hidden` every topic that ever was, what people hid and retired ones included."""
        _refuse_other_dates(where)
        return topic_table(self._desk(as_of or where.as_of), where, hidden=hidden, examples=True)

    def topic(self, id: int, where: Filter, *, as_of: datetime | None = None) -> TopicPage | None:
        """None where no topic ever had that id."""
        return topic_page(self._desk(as_of or where.as_of), id, where)

    def topic_names(self) -> dict[int, Topic]:
        return {topic.id: topic for topic in self.store.topics(retired=True)}

    def tickets(self, where: Filter, *, cursor: str | None = None, limit: int = 50) -> RowPage:
        return self.store.list_tickets(where, cursor=cursor, limit=limit, as_of=self._settled_at(where))

    def count(self, where: Filter) -> int:
        return self.store.count_tickets(where, as_of=self._settled_at(where))

    def ticket(self, source: str, id: str, *, similar: int = 5) -> TicketPage | None:
        row = self.store.get_ticket(source, id)
        if row is None:
            return None
        near = self.store.nearest(self.engine.key(self.settings.model), source, id, similar)
        topic = self.topic_names().get(row.topic) if row.topic is not None else None
        return TicketPage(row, topic, tuple(near))

    def search(self, text: str, *, limit: int = 10) -> list[tuple[Row, float]]:
        """The tickets nearest in meaning to any text, with their cosines. Loads the model: not for the web process."""
        embedder = self.engine.load(self.settings.model)
        (vector,) = self.engine.encode_tickets(embedder, [(text, "")], lambda done, total: None)
        return self.store.near(self.engine.key(self.settings.model), vector, limit)

    def coverage(self, where: Filter) -> Coverage:
        return self.store.coverage(where)

    def excluded(self, where: Filter) -> dict[str, int]:
        return self.store.excluded(where)

    def facet(self, field: str, where: Filter, *, limit: int = 50) -> list[tuple[str, int]]:
        return self.store.facet(field, where, limit=limit)

    def row_json(self, row: Row, topics: Mapping[int, Topic] | None = None) -> dict[str, object]:
        """A ticket in the NDJSON form with topic, topic_name, match and each metric in minutes on both clocks.

        `topics`, from `topic_names`, saves a look at the store for each row of a list.
        """
        return row_json(row, self.topic_names() if topics is None else topics)

    def export_rows(self, where: Filter) -> Iterator[dict[str, object]]:
        """`row_json` of each ticket with what figures count of it in columns of their own, newest first."""
        desk, settled_at = self._desk(where.as_of), self._settled_at(where)
        at = self.now() if self.empty() else desk.as_of
        return export_rows(self.store, where, self.topic_names(), as_of=at, rates=desk.rates, settled_at=settled_at)

    def ready(self) -> list[str]:
        """What is wrong, each with its remedy; nothing where all is well."""
        return self.measuring.pending()

    def foreign_share(self) -> float:
        """The share of tickets of a known language that is not English."""
        languages = dict(self.facet("language", EVERYTHING, limit=200))
        known = sum(n for code, n in languages.items() if code)
        english = sum(n for code, n in languages.items() if code.casefold().partition("-")[0] == "en")
        return 1 - english / known if known else 0.0

    # -- collaborators

    @property
    def preparer(self) -> Preparer:
        """The same one until other holidays are kept."""
        held: tuple[Clocks, Preparer] | None = self.__dict__.get("prepared by")
        if held is None or held[0] is not self.hours.clocks:
            held = self.hours.clocks, self._recipe.preparer()
            self.__dict__["prepared by"] = held
        return held[1]

    @property
    def _recipe(self) -> Recipe:
        told = self.settings
        regions, schedules = told.redaction_regions, self.hours.schedules
        return Recipe(self._key, regions, schedules, self.zone, told.exclusions, told.targets)

    @property
    def _grouper(self) -> Grouper:
        return Grouper(self.store, self.engine, self.settings.model, self.runs, self._naming, self.now)

    @property
    def _naming(self) -> Naming:
        endpoint = partial(Endpoint.of, self.settings, self.waiting) if self.settings.namer_url else None
        return Naming(self.store, self.edits, self._redact, endpoint, self.settings.namer_language)

    def _desk(self, as_of: datetime | None) -> Desk:
        told = self.settings
        rates = Rates(told.cost_per_hour, told.minutes_per_ticket, told.currency)
        return Desk(self.store, self.zone, self.hours.clocks, as_of, self.now, rates, self.ready)

    def _settled_at(self, where: Filter) -> datetime | None:
        """What has happened by now is only asked where a state depends on it."""
        if not {"settled", "breached", "unobserved"} & {*where.states} or self.empty():
            return None
        return self._desk(where.as_of).as_of

    def _redact(self, text: str) -> str:
        return self.preparer.redactor.redact(text)

    @cached_property
    def _key(self) -> bytes:
        """Made once a store: the same value has the same pseudonym for ever, and another one elsewhere."""
        made = {"key": secrets.token_hex(32)}
        self.store.put_record("secret", "redaction", made, expected=0)
        held = self.store.get_record("secret", "redaction")
        return bytes.fromhex(str(held.fields["key"] if held else made["key"]))

    def _begin(self) -> None:
        """Before the first ticket of this process is stored."""
        if "begun" not in self.__dict__:
            self.measuring.begin()
            self.__dict__["begun"] = True

    @property
    def _zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def _refuse_other_dates(where: Filter) -> None:
    """Topics and trends choose the date themselves: by their window and their cohort."""
    if where.dated != "arrived":
        raise ConfigError(f"dated: {where.dated!r} is for lists of tickets; ask a trend for a cohort instead")
