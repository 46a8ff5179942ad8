"""A customer's own full name is redacted in their texts, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ticketlens.intake.own_name import own_name
from ticketlens.intake.redact import PSEUDONYM, Redactor
from ticketlens.intake.text import prepare_text
from ticketlens.model import Status, Ticket

AT = datetime(2026, 3, 2, tzinfo=UTC)
REDACTOR = Redactor(b"key")


def redacted(text: str, person: str | None) -> str:
    return REDACTOR.redact(text, own_name(person))


@pytest.mark.parametrize("person", ["Maria Lind", "maria.lind@example.com", "maria_lind", "Lind, Maria", "MARIA LIND"])
@pytest.mark.parametrize(
    "told", ["Maria Lind", "maria lind", "Lind, Maria", "LIND MARIA", "Maria K. Lind", "maria-lind"]
)
def test_the_full_name_is_replaced_in_every_order(person: str, told: str) -> None:
    text = redacted(f"Invoice for {told} is wrong", person)
    assert PSEUDONYM.sub("*", text) == "Invoice for * is wrong"
    assert text == redacted("Invoice for Maria Lind is wrong", "Maria Lind")


@pytest.mark.parametrize("person", ["Maria", "support@example.com", "m.l@example.com", "4711", "", None, "Ann Ann"])
def test_who_has_no_full_name_changes_nothing(person: str | None) -> None:
    assert redacted("Maria Lind, support, m l, Ann Ann", person) == "Maria Lind, support, m l, Ann Ann"


def test_one_of_the_two_names_alone_and_longer_words_stay() -> None:
    kept = "Maria wrote of Linden. Lind is a street; maria lindgren too"
    assert redacted(kept, "Maria Lind") == kept


def test_names_of_other_scripts() -> None:
    assert PSEUDONYM.sub("*", redacted("Пишет Мария Линд снова", "Мария Линд")) == "Пишет * снова"


def test_subject_and_body_lose_the_name_and_twice_changes_no_more() -> None:
    told = Ticket(
        source="import", id="1", created_at=AT, updated_at=AT, status=Status.OPEN,
        requester="Maria Lind", subject="Log in as Maria Lind", body="Maria Lind cannot log in",
    )  # fmt: skip
    text = prepare_text(told, REDACTOR)
    assert "Maria" not in text.subject + text.body
    again = prepare_text(replace(told, subject=text.subject, body=text.body), REDACTOR)
    assert (again.subject, again.body) == (text.subject, text.body)
