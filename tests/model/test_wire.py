import json
from datetime import datetime, timedelta, timezone

from ticketlens.model.ticket import Actor, Event, Message, Priority, Satisfaction, Status, Ticket
from ticketlens.model.wire import ticket_to_row

EARLY = datetime(2026, 1, 2, 4, 4, 5, tzinfo=timezone(timedelta(hours=1)))


def test_a_ticket_becomes_the_row_that_import_reads() -> None:
    ticket = Ticket(
        source="zendesk-eu", id="4711", subject="Cannot log in", created_at=EARLY, updated_at=EARLY,
        status=Status.SOLVED, priority=Priority.HIGH, tags=("login",), solved_at=EARLY, custom={"plan": "pro"},
        satisfaction=Satisfaction(4, 5, None, EARLY),
        history=(Event(EARLY, "status", "open", "solved", Actor.AGENT),),
        messages=(Message(EARLY, Actor.CUSTOMER, public=True, body="Help"),),
    )  # fmt: skip
    row = json.loads(json.dumps(ticket_to_row(ticket)))
    at = "2026-01-02T03:04:05Z"
    assert row["history"] == [{"at": at, "field": "status", "from": "open", "to": "solved", "actor": "agent"}]
    assert row["messages"] == [{"at": at, "author": "customer", "public": True, "body": "Help"}]
    assert row["satisfaction"] == {"score": 4, "scale": 5, "comment": None, "at": at}
    assert (row["status"], row["priority"], row["tags"]) == ("solved", "high", ["login"])
    assert (row["created_at"], row["solved_at"], row["first_reply_at"]) == (at, at, None)
    assert row["custom"] == {"plan": "pro"}
