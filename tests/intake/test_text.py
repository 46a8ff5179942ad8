from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from ticketlens.intake.redact import Redactor
from ticketlens.intake.text import EMBED_CHARS, prepare_text, redact_fields
from ticketlens.model.ticket import Actor, Event, Message, Satisfaction, Ticket

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
TICKET = Ticket(
    source="shop",
    id="1",
    subject="Cannot log in",
    body="The page just reloads after I enter the code.",
    created_at=AT,
    updated_at=AT,
)


def test_text_is_cleaned_and_redacted_everywhere(redactor: Redactor) -> None:
    ticket = replace(
        TICKET,
        subject="Mail to bob@example.com\nbounces",
        body="<p>From bob@example.com</p>",
        messages=(
            Message(AT, Actor.CUSTOMER, True, "<b>bob@example.com</b> here\n-- \nBob"),
            Message(AT, Actor.AGENT, False, ""),
        ),
    )
    text = prepare_text(ticket, redactor)
    mark = redactor.pseudonym("email", "bob@example.com")
    assert (text.subject, text.body, text.messages) == (f"Mail to {mark} bounces", f"From {mark}", (f"{mark} here", ""))


def test_the_language_of_the_source_wins(redactor: Redactor) -> None:
    assert prepare_text(TICKET, redactor).language == "en"
    assert prepare_text(replace(TICKET, language="sv"), redactor).language == "sv"


def test_pseudonyms_do_not_decide_the_language(redactor: Redactor) -> None:
    ticket = replace(TICKET, subject="", body="a@example.com b@example.com c@example.com d@example.com ok")
    assert prepare_text(ticket, redactor).language is None


def test_the_fingerprint_follows_the_embedded_text_alone(redactor: Redactor) -> None:
    taken = prepare_text(TICKET, redactor).fingerprint
    assert len(taken) == 32
    assert (
        prepare_text(replace(TICKET, id="2", body=f"<p>{TICKET.body}</p>", tags=("x",)), redactor).fingerprint == taken
    )
    assert prepare_text(replace(TICKET, subject="Cannot log"), redactor).fingerprint != taken
    long = "word " * EMBED_CHARS
    first, second = (prepare_text(replace(TICKET, body=long + end), redactor).fingerprint for end in ("a", "b"))
    assert first == second


def test_subject_and_body_are_kept_apart_in_the_fingerprint(redactor: Redactor) -> None:
    one, other = (replace(TICKET, subject=subject, body=body) for subject, body in (("ab", "c"), ("a", "bc")))
    assert prepare_text(one, redactor).fingerprint != prepare_text(other, redactor).fingerprint


def test_short_fields_lose_what_is_personal(redactor: Redactor) -> None:
    ticket = replace(
        TICKET,
        requester="bob@example.com",
        organization="acme",
        assignee="+46 70 123 45 67",
        url="https://desk.example/t/1?user=bob@example.com",
        tags=("vip", "bob@example.com"),
        custom=MappingProxyType({"plan": "pro", "ip": "10.1.2.3"}),
        satisfaction=Satisfaction(4, 5, "write to bob@example.com"),
        history=(Event(AT, "assignee", None, "bob@example.com"), Event(AT, "status", "open", "solved")),
    )
    safe = redact_fields(ticket, redactor)
    mark = redactor.pseudonym("email", "bob@example.com")
    assert (safe.requester, safe.organization, safe.tags) == (mark, "acme", ("vip", mark))
    assert safe.history[0].after == mark
    assert safe.history[1] is ticket.history[1]
    assert "10.1.2.3" not in repr(safe)
    assert "bob@" not in repr(safe)
    assert "123 45" not in repr(safe)


def test_a_ticket_with_nothing_personal_is_not_copied(redactor: Redactor) -> None:
    ticket = replace(
        TICKET,
        requester="c-17",
        tags=("login",),
        custom={"plan": "pro"},
        url="https://desk.example/t/4711",
        history=(Event(AT, "status", "open", "solved"),),
    )
    assert redact_fields(ticket, redactor) is ticket
