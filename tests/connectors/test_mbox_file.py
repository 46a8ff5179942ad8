import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.file import FileSource
from connectors.letter import read_envelope, read_text
from connectors.opening import Unreadable
from ticketlens.intake.context import ReadContext
from ticketlens.model import Actor, Channel, Status, Ticket
from ticketlens.model.report import SetAside

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def letter(name: str, sender: str, date: str, body: str, **headers: str) -> str:
    more = "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in headers.items())
    return f"From - Thu Jan  1 00:00:00 2026\nMessage-ID: <{name}>\nFrom: {sender}\nDate: {date}\n{more}\n{body}\n\n"


def day(number: int) -> str:
    return datetime(2026, 2, number, 9, tzinfo=UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


THREAD = (
    letter("a@x", "Ann <Ann@example.com>", day(2), "It broke.", Subject="=?utf-8?q?Caf=C3=A9_login?=")
    + letter("c@x", "ann@example.com", day(4), "Still broken.", References="<a@x> <b@x>", Subject="Re: login")
    + letter("b@x", "Kim <kim@shop.example>", day(3), "Try this.", In_Reply_To="<a@x>", Subject="Re: login")
    + letter("z@x", "bob@example.com", day(5), "Other.", Subject="Other")
)


def read(folder: Path, content: str | bytes, name: str = "m.mbox") -> tuple[list[Ticket], list[SetAside]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    pages = list(FileSource(path, ReadContext(now=NOW)).pages())
    return [ticket for page in pages for ticket in page.tickets], [item for page in pages for item in page.set_aside]


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())])
def test_a_thread_is_a_ticket_of_its_first_writer(tmp_path: Path, pack: object) -> None:
    tickets, aside = read(tmp_path, pack(THREAD))  # type: ignore[operator]
    first, other = tickets
    assert (first.id, first.subject, first.body.strip(), first.requester) == (
        "a@x",
        "Café login",
        "It broke.",
        "ann@example.com",
    )
    assert (first.status, first.channel, first.solved_at) == (Status.OPEN, Channel.EMAIL, None)
    assert [(message.author, message.at.day) for message in first.messages] == [
        (Actor.CUSTOMER, 2), (Actor.AGENT, 3), (Actor.CUSTOMER, 4)
    ]  # fmt: skip
    assert first.first_reply_at == datetime(2026, 2, 3, 9, tzinfo=UTC)
    assert first.updated_at.day == 4
    assert (other.id, len(other.messages), aside) == ("z@x", 1, [])


def test_a_thread_whose_first_message_is_missing_keeps_its_id(tmp_path: Path) -> None:
    replies = letter("r2@x", "a@x.example", day(3), "two", References="<root@x> <r1@x>") + letter(
        "r1@x", "b@x.example", day(2), "one", References="<root@x>"
    )
    tickets, _ = read(tmp_path, replies)
    assert [(ticket.id, ticket.requester) for ticket in tickets] == [("root@x", "b@x.example")]


def test_references_in_a_circle_are_one_thread(tmp_path: Path) -> None:
    tickets, _ = read(
        tmp_path,
        letter("a@x", "a@x.example", day(2), "1", References="<b@x>", Subject="s")
        + letter("b@x", "b@x.example", day(3), "2", References="<a@x>"),
    )
    assert len(tickets) == 1


def test_a_message_that_comes_twice_counts_once(tmp_path: Path) -> None:
    tickets, _ = read(tmp_path, THREAD + THREAD)
    assert [len(ticket.messages) for ticket in tickets] == [3, 1]


def test_lines_that_begin_with_from_are_restored_and_do_not_split(tmp_path: Path) -> None:
    body = "Hello\n\n>From here on\n>>From quoted\nFrom the middle\n\nFrom nowhere it came"
    tickets, _ = read(tmp_path, letter("a@x", "a@x.example", day(2), body, Subject="s"))
    assert len(tickets) == 1
    assert "\nFrom here on\n>From quoted\nFrom the middle\n\nFrom nowhere" in tickets[0].body


def test_html_alone_is_kept_and_plain_text_is_preferred(tmp_path: Path) -> None:
    html = letter("a@x", "a@x.example", day(2), "<p>Hi</p>", Content_Type="text/html", Subject="s")
    parts = "--B\nContent-Type: text/html\n\n<p>Hi</p>\n--B\nContent-Type: text/plain; charset=x-none\n\nHi\n--B--"
    both = letter("b@x", "a@x.example", day(2), parts, Content_Type='multipart/alternative; boundary="B"', Subject="s")
    tickets, _ = read(tmp_path, html + both)
    assert [ticket.body.strip() for ticket in tickets] == ["<p>Hi</p>", "Hi"]


def test_a_broken_date_falls_back_to_the_last_hop_and_then_to_the_envelope(tmp_path: Path) -> None:
    hop = letter("a@x", "a@x.example", "whenever", "1", Received=f"from a by b; {day(7)}", Subject="s")
    envelope = letter("b@x", "a@x.example", "99 Foo 2026", "1", Subject="s")
    tickets, aside = read(tmp_path, hop + envelope)
    assert [ticket.created_at.day for ticket in tickets] == [7, 1]
    assert aside == []


def test_a_thread_without_any_date_is_set_aside(tmp_path: Path) -> None:
    content = "From nobody\nMessage-ID: <q@x>\nSubject: s\n\nbody\n\n" + THREAD
    tickets, aside = read(tmp_path, content)
    assert len(tickets) == 2
    assert [(item.number, item.reason.split(":")[0]) for item in aside] == [(1, "created_at")]


def test_a_message_without_an_id_gets_a_steady_one(tmp_path: Path) -> None:
    content = f"From - x\nSubject: s\nDate: {day(2)}\n\nbody\n"
    one, _ = read(tmp_path, content)
    two, _ = read(tmp_path, content, "copy.mbox")
    assert one[0].id == two[0].id
    assert one[0].id.startswith("without-id-")


def test_text_that_only_claims_to_be_mail_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "m.mbox"
    path.write_text("hello")
    with pytest.raises(Unreadable, match="mail box begins"):
        list(FileSource(path, ReadContext(now=NOW), format="mbox").pages())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"From: ", b"Subject: =?utf-8?b?", b"Content-Type: multipart/mixed; boundary="]),
)
def test_any_bytes_are_a_letter(noise: bytes, head: bytes) -> None:
    envelope = read_envelope(b"From x\n" + head + noise, 1, 0, 10)
    assert envelope.id
    assert isinstance(read_text(b"From x\n" + head + noise + b"\n\n" + noise), str)
