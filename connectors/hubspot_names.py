"""What stages, owners, teams and the account of a HubSpot portal are called; each list is read once.

Sources: developers.hubspot.com, CRM API: Pipelines, Owners; Account information API.
"""

from dataclasses import dataclass
from functools import cached_property

from connectors.frame import readable, rows_of
from connectors.hubspot_crm import Crm
from ticketlens.intake.payload import Payload
from ticketlens.intake.terms import STATUSES, fold_term

HOME = "app.hubspot.com"
TICKET = "0-5"
Stage = tuple[str, str, bool]
"""(name of the pipeline, its own name, closed)."""


@dataclass(frozen=True)
class Names:
    crm: Crm

    # -- stages

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        answer = self.crm.site.get("crm/v3/pipelines/tickets")
        with self.crm.told():
            rows = rows_of(answer.payload, "results")
        return {id_: stage for found in self.crm.those("pipelines", rows, _stages_of) for id_, stage in found}

    def stage(self, id: str | None) -> tuple[str | None, str | None]:
        """(pipeline, stage) by name; None for a stage that was removed since."""
        return self._stages.get(id or "", (None, None))[:2]

    def status(self, id: str | None) -> str | None:
        """What a stage means in our words: whether it is closed is told by HubSpot, the rest only by its name."""
        if (found := self._stages.get(id or "")) is None:
            return None
        _, label, closed = found
        ours = str(STATUSES.get(fold_term(label).replace("contact", "customer"), "open"))
        return "closed" if closed else "open" if ours in ("solved", "closed") else ours

    # -- people

    @cached_property
    def _owners(self) -> list[Payload]:
        """People who own tickets, also those who left; none where they may not be read."""
        told = ({"archived": archived} for archived in ("true", "false"))
        pages = (page for asked in told for page in self.crm.pages("crm/v3/owners", asked))
        what = f"{self.crm.site.host}: names of owners"
        return readable(self.crm.notes, what, lambda: [one for page in pages for one in rows_of(page, "results")]) or []

    @cached_property
    def _people(self) -> dict[str, str]:
        return dict(self.crm.those("owners", self._owners, lambda one: (one.id(), _name_of(one))))

    @cached_property
    def _teams(self) -> dict[str, str]:
        return {id_: name for found in self.crm.those("teams", self._owners, _teams_of) for id_, name in found}

    def person(self, id: str | None) -> str | None:
        """The name where it is known, else the id."""
        return self._people.get(id, id) if id else None

    def team(self, id: str | None) -> str | None:
        return self._teams.get(id, id) if id else None

    # -- the account

    @cached_property
    def _account(self) -> str | None:
        answer = self.crm.site.part("account-info/v3/details")
        told = [] if answer is None else [answer.payload]
        return next(self.crm.those("details of the account", told, _address_of), None)

    def page_of(self, id: str) -> str | None:
        """The address at which an agent sees a ticket."""
        return None if self._account is None else f"{self._account}/{id}"


def _stages_of(pipeline: Payload) -> list[tuple[str, Stage]]:
    name = pipeline.text("label")
    return [(one.id(), (name, one.text("label"), _is_closed(one))) for one in pipeline.items("stages")]


def _is_closed(stage: Payload) -> bool:
    state = stage.opt_text("metadata.ticketState")
    return state == "CLOSED" if state else stage.boolean("metadata.isClosed")


def _name_of(owner: Payload) -> str:
    names = (owner.opt_text("firstName"), owner.opt_text("lastName"))
    return " ".join(filter(None, names)) or owner.opt_text("email") or owner.id()


def _teams_of(owner: Payload) -> list[tuple[str, str]]:
    return [(team.id(), team.text("name")) for team in owner.items("teams")]


def _address_of(account: Payload) -> str:
    return f"https://{account.opt_text('uiDomain') or HOME}/contacts/{account.id('portalId')}/record/{TICKET}"
