import csv
import io

import pytest

from ticketlens.export import cell
from web.pages.spreadsheet import BYTE_ORDER_MARK, csv_lines, csv_records


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers_and_unknown_is_empty():
    assert [cell(value) for value in (-1.5, 0, None, True, ("a", "b"))] == ["-1.5", "0", "", "true", "a;b"]


def test_commas_quotes_and_line_breaks_come_back_as_they_were():
    rows = [["a,b", 'say "hi"', "two\nlines"], ["", "ä", "=x"]]
    text = "".join(csv_lines(["x", "y", "z"], rows))
    assert text.startswith(BYTE_ORDER_MARK)
    read = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert read == [["x", "y", "z"], rows[0], ["", "ä", "'=x"]]


def test_records_take_their_header_from_the_first():
    assert list(csv_records([{"a": 1, "b": None}, {"b": 2}])) == [BYTE_ORDER_MARK + "a,b\r\n", "1,\r\n", ",2\r\n"]
    assert list(csv_records([])) == []
