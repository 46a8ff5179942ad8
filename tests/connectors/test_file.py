import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.file import FileSource, open_tickets
from connectors.opening import Unreadable
from ticketlens.errors import ConfigError, TicketLensError
from ticketlens.intake.context import ReadContext
from ticketlens.intake.mapping import FieldMapping, mapping_from, mapping_from_file
from ticketlens.model import Ticket
from ticketlens.model.report import SetAside

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEADER = "id,subject,created_at,body\n"
ROWS = [{"id": n, "subject": f"Ticket {n}", "created_at": "2026-01-02T03:04:05Z", "body": "x"} for n in range(1, 6)]
NDJSON = "".join(json.dumps(row) + "\n" for row in ROWS)
CSV = HEADER + "".join(f"{row['id']},{row['subject']},{row['created_at']},x\n" for row in ROWS)
PATH = Path("tickets.csv")


def read(
    path: Path, mapping: FieldMapping | None = None, **how: str
) -> tuple[list[Ticket], list[SetAside], tuple[str, ...]]:
    context = ReadContext(now=NOW, mapping=mapping or FieldMapping())
    tickets: list[Ticket] = []
    aside: list[SetAside] = []
    for page in FileSource(path, context, **how).pages(batch=3):
        assert 0 <= page.position <= page.total
        tickets += page.tickets
        aside += page.set_aside
    return tickets, aside, context.notes.sentences()


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", CSV),
        ("t.ndjson", NDJSON),
        ("t.jsonl", "\n\n" + NDJSON.replace("\n", "\r\n\r\n")),
        ("t.json", json.dumps(ROWS, indent=1)),
        ("t.csv.gz", gzip.compress(CSV.encode())),
        ("t.ndjson.gz", gzip.compress(NDJSON.encode())),
        ("packed.csv", gzip.compress(CSV.encode())),
        ("bom.csv", CSV.encode("utf-8-sig")),
        ("bom.ndjson", NDJSON.encode("utf-8-sig")),
        ("wide.csv", CSV.encode("utf-16")),
        ("wide.ndjson", NDJSON.encode("utf-16-be")),
        ("semicolon.csv", CSV.replace(",", ";")),
        ("tab.tsv", CSV.replace(",", "\t")),
        ("bar.csv", CSV.replace(",", "|")),
        ("excel.csv", "sep=;\r\n" + CSV.replace(",", ";").replace("\n", "\r\n")),
        ("mac.csv", CSV.replace("\n", "\r")),
        ("no_ending", NDJSON),
        ("blank.csv", CSV.replace("\n", "\n\n")),
        ("trailing.csv", CSV.replace("\n", ",\n")),
        ("nul.csv", CSV.replace("Ticket", "Tic\x00ket")),
    ],
)
def test_each_form_of_one_table_gives_the_same_tickets(tmp_path: Path, name: str, content: bytes | str) -> None:
    tickets, aside, _ = read(written(tmp_path, name, content))
    assert [(ticket.id, ticket.subject, ticket.body) for ticket in tickets] == [
        (str(n), f"Ticket {n}", "x") for n in range(1, 6)
    ]
    assert aside == []


def test_cells_hold_lines_quotes_and_separators(tmp_path: Path) -> None:
    content = HEADER + '1,"a, ""b""\nc",2026-01-02,x\n2,5" screen,2026-01-02,"q"r\n'
    tickets, aside, _ = read(written(tmp_path, "t.csv", content))
    assert [ticket.subject for ticket in tickets] == ['a, "b"\nc', '5" screen']
    assert aside == []


def test_a_broken_row_is_set_aside_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    content = HEADER + '1,"two\nlines",2026-01-02,x\n2,short\n3,x,never,x\n4,x,2026-01-02,x,more\n5,x,2026-01-02,x\n'
    tickets, aside, _ = read(written(tmp_path, "t.csv", content))
    assert [ticket.id for ticket in tickets] == ["1", "5"]
    assert [(item.number, item.id) for item in aside] == [(4, None), (5, "3"), (6, None)]
    assert aside[0].reason == "2 columns where the header has 4"
    assert aside[1].reason == 'created_at: "never" is no time'


@pytest.mark.parametrize("rest", ["2,b,2026-01-02,x\n3,c,2026-01-02,x\n", '2,b,2026-01-02,"x"\n3,c,2026-01-02,x\n'])
@pytest.mark.parametrize("broken", ['1,"open,2026-01-02,x\n', '1,a,2026-01-02,"open\n'])
def test_a_quote_never_closed_costs_one_row_not_the_rest(tmp_path: Path, broken: str, rest: str) -> None:
    tickets, aside, _ = read(written(tmp_path, "t.csv", HEADER + broken + rest))
    assert [ticket.id for ticket in tickets] == ["2", "3"]
    assert [item.number for item in aside] == [2]
    assert "quote" in aside[0].reason


def test_broken_lines_of_json_are_set_aside_with_line_and_reason(tmp_path: Path) -> None:
    good = json.dumps(ROWS[0])
    lines = ["garbage", good, "[1]", '{"id": NaN}', '{"id": "7"}', good[:-5], "[" * 100_000, good]
    tickets, aside, _ = read(written(tmp_path, "t.ndjson", "\n".join(lines)))
    assert len(tickets) == 2
    assert [(item.place, item.number, item.id) for item in aside] == [
        ("line", 1, None), ("line", 3, None), ("line", 4, None), ("line", 5, "7"), ("line", 6, None), ("line", 7, None)
    ]  # fmt: skip
    assert all(item.reason and "\n" not in item.reason for item in aside)


def test_a_list_is_read_up_to_the_place_that_is_broken(tmp_path: Path) -> None:
    text = json.dumps([ROWS[0], 3, ROWS[1]])[:-1]
    tickets, aside, _ = read(written(tmp_path, "t.json", text))
    assert [ticket.id for ticket in tickets] == ["1", "2"]
    assert [(item.place, item.number) for item in aside] == [("index", 2), ("index", 4)]


def test_one_ticket_over_several_lines_is_read(tmp_path: Path) -> None:
    tickets, _, _ = read(written(tmp_path, "t.json", json.dumps(ROWS[0], indent=2)))
    assert [ticket.id for ticket in tickets] == ["1"]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b"")])
def test_an_empty_file_has_no_tickets_and_says_so(tmp_path: Path, content: bytes) -> None:
    for name in ("t.csv", "t.ndjson", "t.mbox"):
        assert read(written(tmp_path, name, content)) == ([], [], (f"{name} is empty",))


@pytest.mark.parametrize(
    ("name", "content"), [("t.csv", NDJSON), ("t.ndjson", CSV), ("t.mbox", CSV), ("t.csv", json.dumps(ROWS))]
)
def test_a_file_that_is_not_what_its_name_says_is_read_by_what_it_holds(
    tmp_path: Path, name: str, content: str
) -> None:
    tickets, aside, notes = read(written(tmp_path, name, content))
    assert (len(tickets), aside) == (5, [])
    assert any("is not what its name says" in note for note in notes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest", "Excel"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (bytes(range(256)) * 20, "is not text"),
        (b"\x00" * 1000, "is not text"),
        (b"\x1f\x8b broken", "cannot be unpacked"),
        (b"hello world\nhow are you\n", "no column for id, created_at, subject or body"),
        (b"a,b,a\n1,2,3\n", 'two columns are called "a"'),
    ],
)
def test_what_cannot_be_read_at_all_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said) as caught:
        read(written(tmp_path, "t.csv", content))
    assert "\n" not in str(caught.value)


def test_a_message_shows_no_foreign_line_or_steering_character(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        read(written(tmp_path, "t.csv", '"evil\x1b[2J\nname",b\n'))
    assert str(caught.value).isprintable()


def test_a_file_that_is_not_there_or_a_folder_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv", tmp_path / "nul\x00.csv"):
        with pytest.raises(Unreadable):
            read(path)
    with pytest.raises(ConfigError, match="no format is called"):
        open_tickets(written(tmp_path, "t.csv", CSV), format="xls")
    for encoding in ("klingon", "rot13"):
        with pytest.raises(Unreadable, match="no encoding is called"):
            open_tickets(written(tmp_path, "t.csv", CSV), encoding=encoding)


def test_a_text_that_is_not_utf8_is_read_as_windows_and_says_so(tmp_path: Path) -> None:
    western = HEADER + "1,Größe für Café,2026-01-02,x\n"
    tickets, _, notes = read(written(tmp_path, "w.csv", western.encode("cp1252")))
    assert tickets[0].subject == "Größe für Café"
    assert any("Windows-1252" in note for note in notes)
    cyrillic = HEADER + "1,Не могу войти,2026-01-02,Забыл пароль\n"
    tickets, _, notes = read(written(tmp_path, "c.csv", cyrillic.encode("cp1251")))
    assert tickets[0].subject == "Не могу войти"
    tickets, _, _ = read(written(tmp_path, "k.csv", cyrillic.encode("koi8-r")), encoding="koi8-r")
    assert tickets[0].subject == "Не могу войти"


@pytest.mark.parametrize("name", ["t.csv", "t.ndjson"])
def test_one_row_of_another_encoding_is_set_aside_not_the_file(tmp_path: Path, name: str) -> None:
    row = '{"id":1,"subject":"%s","created_at":"2026-01-02"}' if name == "t.ndjson" else "1,%s,2026-01-02,x"
    head = "" if name == "t.ndjson" else HEADER
    lines = [(row % "Größe und Äpfel").encode(), (row % "Größe").encode("cp1252"), (row % "Größe").encode()]
    tickets, aside, _ = read(written(tmp_path, name, head.encode() + b"\n".join(lines)))
    assert [ticket.subject for ticket in tickets] == ["Größe und Äpfel", "Größe"]
    assert [(item.number, item.reason) for item in aside] == [(2 if not head else 3, "not valid UTF-8")]


@pytest.mark.parametrize(("name", "row"), [("t.csv.gz", "{},x,2026-01-02,y"), ("t.ndjson.gz", NDJSON.split("\n")[0])])
def test_a_packed_file_that_breaks_off_is_read_up_to_there(tmp_path: Path, name: str, row: str) -> None:
    words = Random(1)
    rows = [row.replace("{}", "1").replace("x", f"x{words.random()}") for _ in range(20_000)]
    content = (HEADER if "csv" in name else "") + "\n".join(rows)
    packed = gzip.compress(content.encode())
    tickets, aside, _ = read(written(tmp_path, name, packed[: len(packed) // 2]))
    assert 5_000 < len(tickets) < 15_000
    assert len(aside) <= 2
    assert "the packed file breaks off here" in aside[-1].reason
    assert aside[-1].number >= len(tickets)


def test_a_body_of_ten_megabytes_is_stored_cut(tmp_path: Path) -> None:
    body = "word " * 2_000_000
    for name, content in (
        ("t.csv", f'{HEADER}1,x,2026-01-02,"{body}"\n2,y,2026-01-02,z\n'),
        ("t.ndjson", json.dumps({**ROWS[0], "body": body}) + "\n" + json.dumps(ROWS[1])),
    ):
        tickets, aside, notes = read(written(tmp_path, name, content))
        assert [len(ticket.body) for ticket in tickets] == [200_000, 1]
        assert aside == []
        assert any("body cut" in note for note in notes)


def test_unknown_columns_and_two_versions_of_one_id_both_come_through(tmp_path: Path) -> None:
    content = "Ticket ID;Title;Created;Plan\n1;x;2026-01-02;pro\n1;y;2026-01-03;\n"
    tickets, _, notes = read(written(tmp_path, "t.csv", content))
    assert [(ticket.id, ticket.subject, dict(ticket.custom)) for ticket in tickets] == [
        ("1", "x", {"Plan": "pro"}),
        ("1", "y", {}),
    ]
    assert "kept as custom fields: Plan" in notes


def test_a_mapping_reads_a_foreign_table(tmp_path: Path) -> None:
    mapping = mapping_from(
        {"fields": {"id": "Nr", "subject": "Betreff", "created_at": "am"}, "defaults": {"dates": "day-first"}}
    )
    tickets, _, _ = read(written(tmp_path, "t.csv", "Nr;Betreff;am\n1;Hallo;02/01/2026 10:00\n"), mapping)
    assert tickets[0].created_at == datetime(2026, 1, 2, 10, tzinfo=UTC)


def test_an_incident_log_is_read_with_the_mapping_of_the_docs(tmp_path: Path) -> None:
    mapping = mapping_from_file(Path(__file__).parents[2] / "docs" / "mappings" / "incident-log.toml")
    at = "2026-02-0{}T00:00:00Z"
    states = ["New", "Active", "Awaiting Problem", "Resolved", "Closed"]
    history = [{"at": at.format(n + 1), "field": "status", "from": None, "to": state} for n, state in enumerate(states)]
    row = {
        "id": "INC1",
        "subject": "VPN",
        "status": "Closed",
        "priority": "3 - Moderate",
        "created_at": at.format(1),
        "history": history,
    }
    tickets, _, _ = read(written(tmp_path, "t.ndjson", json.dumps(row)), mapping)
    assert (tickets[0].status, tickets[0].priority) == ("closed", "normal")
    assert tickets[0].solved_at == datetime(2026, 2, 4, tzinfo=UTC)
    assert tickets[0].history[2].after == "on_hold"


def test_the_table_names_the_file_source_and_its_pages_are_the_protocols(tmp_path: Path) -> None:
    source = FileSource(written(tmp_path, "t.csv", CSV), ReadContext(now=NOW))
    assert source.fields[0].name == "path"
    assert [len(page.tickets) for page in source.pull(None)] == [5]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200) | st.text(alphabet='",;\n\r\x00é1aFrom :<>{}[]', max_size=200).map(str.encode),
    st.sampled_from(["", HEADER, CSV, NDJSON, "[", "From x\nSubject: y\n\n"]),
    st.sampled_from(["t.csv", "t.ndjson", "t.json", "t.mbox", "t"]),
)
def test_any_bytes_are_read_set_aside_or_refused(tmp_path: Path, noise: bytes, head: str, name: str) -> None:
    for content in (head.encode() + noise, gzip.compress(head.encode() + noise)[: len(noise) + 20]):
        with suppress(TicketLensError):
            read(written(tmp_path, name, content))
