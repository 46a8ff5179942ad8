"""A search by JQL for what changed. Source: Jira Cloud platform REST API v3, Issue search.

A search knows minutes only, in the time zone of the account that asks. What the token of a page stands for is not
documented, and it expires: it leads on only inside one minute.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.frame import rows_of, told_by
from connectors.jira_issue import CHANNEL
from ticketlens.errors import Unavailable
from ticketlens.fetch import Site, TooLarge
from ticketlens.intake.payload import Payload
from ticketlens.outside.walk import Batch

PER_PAGE = (100, 20, 1)
"""Issues a page; fewer are asked for where a page is larger than is read."""


@dataclass
class Search:
    """Asks for a page of what changed at or after a moment; the token of the page before leads to the next."""

    site: Site
    projects: str
    zone: ZoneInfo
    fields: list[str]
    token: str | None = None
    sizes: Iterator[int] = field(default_factory=lambda: iter(PER_PAGE))
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = next(self.sizes)

    def __call__(self, since: datetime, page: int) -> Batch:
        jql = f'{self.projects} AND updated >= "{minute_in(self.zone, since)}" ORDER BY updated ASC, key ASC'
        asked = {"jql": jql, "fields": self.fields, "properties": [CHANNEL]}
        body = self._answer(asked if page == 1 else {**asked, "nextPageToken": self.token})
        with told_by("Jira Service Management", self.site.host):
            rows, token, last = rows_of(body, "issues"), body.opt_text("nextPageToken"), body.at("isLast").value
        if (page > 1 and token is not None and token == self.token) or (token is None and last is False):
            raise Unavailable(f"{self.site.host} says that more issues follow, but names no way to them")
        self.token = token
        return Batch(rows, more=token is not None and last is not True)

    def _answer(self, asked: Mapping[str, Any]) -> Payload:
        while True:
            try:
                return self.site.post("search/jql", json={**asked, "maxResults": self.size}).payload
            except TooLarge:
                if (smaller := next(self.sizes, None)) is None:
                    raise
                self.size = smaller


def quoted(word: str) -> str:
    """A word as JQL takes it: it can name a project, and say nothing else."""
    return '"{}"'.format(word.replace("\\", "\\\\").replace('"', '\\"'))


def minute_in(zone: ZoneInfo, moment: datetime) -> str:
    """The minute on that zone's clocks. Where they will show it again an hour later, an hour before is taken: nobody
    says which of the two Jira means."""
    local = moment.astimezone(zone)
    again = local.replace(fold=1)
    if local.fold == 0 and (back := _offset(local) - _offset(again)):
        local = (moment - back).astimezone(zone)
    return local.strftime("%Y-%m-%d %H:%M")


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)
