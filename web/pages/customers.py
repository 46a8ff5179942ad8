"""Who are they? Customers with what they asked, what they answered last, and what they are worth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, render_template

from ticketlens.model.answer import Answer
from ticketlens.model.customer import Customer
from ticketlens.model.filter import Filter
from web.pages import asked, surveys
from web.pages.spreadsheet import csv_lines

PAGE = 25
EXPORT_PAGE = 200
COLUMNS = (
    "id", "organization", "tickets", "last_score", "last_survey", "last_scale", "last_at", "value_per_year", "currency",
    "since", "churned_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """`customer` is None where no file of customers names this requester."""

    id: str
    customer: Customer | None
    tickets: int
    last: Answer | None
    counts: surveys.ScoreClass | None


def customers() -> str:
    now = asked.asked()
    desk = asked.lens().voice
    looked_for = now.where.q
    if looked_for:
        return render_template(
            "customers.html", rows=_found(looked_for), looked_for=looked_for, older=None, listed=True
        )
    page = desk.list_customers(cursor=now["cursor"] or None, limit=PAGE)
    if page.items or now["cursor"]:
        older = asked.here(cursor=page.next) if page.next else None
        return render_template("customers.html", rows=rows_of(page.items), looked_for="", older=older, listed=True)
    return render_template("customers.html", rows=_requesters(), looked_for="", older=None, listed=False)


def customers_file() -> Response:
    """Everybody whom a file of customers names."""
    return asked.attached(csv_lines(COLUMNS, _cells()), "customers.csv", "text/csv")


def rows_of(items: Sequence[Customer]) -> list[CustomerRow]:
    ids = tuple(one.id for one in items)
    n = dict(asked.lens().facet("requester", Filter(where={"requester": ids}), limit=len(ids))) if ids else {}
    return [_row(one.id, one, n.get(one.id, 0)) for one in items]


def _found(written: str) -> list[CustomerRow]:
    """The one of that id, as written or as it is stored where it was an address."""
    desk = asked.lens().voice
    for each in dict.fromkeys((written, desk.stored(written))):
        n = asked.lens().count(Filter(where={"requester": (each,)}))
        row = _row(each, desk.customer(each), n)
        if row.customer or row.tickets or row.last:
            return [row]
    return []


def _requesters() -> list[CustomerRow]:
    """Without a file of customers: those with most tickets."""
    most = asked.lens().facet("requester", Filter(), limit=PAGE)
    return [_row(one, None, n) for one, n in most if one]


def _row(id: str, customer: Customer | None, n: int) -> CustomerRow:
    desk = asked.lens().voice
    where = Filter(where={"requester": (id,)})
    last = desk.page_of(desk.asked(where), limit=5).items
    answer = next((one for one in last if one.score is not None), None)
    return CustomerRow(id, customer, n, answer, surveys.class_of(answer) if answer else None)


def _cells() -> Iterator[tuple[object, ...]]:
    cursor: str | None = None
    while True:
        page = asked.lens().voice.list_customers(cursor=cursor, limit=EXPORT_PAGE)
        for row in rows_of(page.items):
            one, last = row.customer, row.last
            if one is not None:
                told = (last.score, last.survey.name, last.survey.scale, last.at) if last else (None,) * 4
                yield (row.id, one.organization, row.tickets, *told, one.worth_per_year, one.currency, one.since,
                       one.churned_at)  # fmt: skip
        cursor = page.next
        if cursor is None:
            return
