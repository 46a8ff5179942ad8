"""Happiness ratings from Help Scout's report, which only some plans have; it lists by time, not by conversation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ticketlens.connector import Row
from ticketlens.errors import BadPayload
from ticketlens.fetch import Refused, Site
from ticketlens.intake.payload import Payload
from ticketlens.intake.times import TimeRule

REPORT = "reports/happiness/ratings"
SCORES = {1: 3, 2: 2, 3: 1}
"""The report's numbers: great, okay, not good."""

FARTHEST = timedelta(days=400)
STEP = timedelta(days=7)
MOST_PAGES = 1_000


@dataclass
class Ratings:
    """The ratings by conversation, read back from now as far as they are asked for; none where there are no reports.

    A report that cannot be read costs the ratings, and no conversation.
    """

    site: Site
    now: Callable[[], datetime]
    rule: TimeRule
    _known: dict[str, Row] = field(default_factory=dict, init=False)
    _from: datetime | None = field(default=None, init=False)
    _refused: bool = field(default=False, init=False)

    def of(self, id: str, begun: datetime) -> Row | None:
        """The latest rating of a conversation that began then; none that was given longer ago than `FARTHEST`."""
        farthest = self.now() - FARTHEST
        start, end = max(begun, farthest), self._from or self.now() + STEP
        if start < end and not self._refused:
            self._from = max(start - STEP, farthest)
            try:
                self._read(self._from, end)
            except (Refused, BadPayload):
                self._refused = True
        return self._known.get(id)

    def _read(self, start: datetime, end: datetime) -> None:
        asked = {"start": _stamp(start), "end": _stamp(end), "rating": "all"}
        for page in range(1, MOST_PAGES):
            answer = self.site.part(REPORT, {**asked, "page": page})
            if answer is None:
                self._refused = True
                return
            for one in answer.payload.items("results"):
                self._keep(one)
            if page >= answer.payload.integer("pages"):
                return

    def _keep(self, one: Payload) -> None:
        """Its times are in UTC, though not all of them say so."""
        id_, at = one.id(), one.time("ratingCreatedAt", self.rule, UTC).isoformat()
        score = SCORES.get(one.integer("ratingId"))
        if score and at > str(self._known.get(id_, {}).get("at", "")):
            self._known[id_] = {"score": score, "scale": 3, "comment": one.opt_text("ratingComments"), "at": at}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
