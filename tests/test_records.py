"""Rows that are cut by numpy are those of Python's csv module."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kolclf import DataError, csvfile
from kolclf.csvfile import read_csv
from kolclf.records import cut_records
from kolclf.rows import CsvRow

PIECES = st.sampled_from([",", ";", '"', '""', "\n", "\r\n", "\r", "a", " ", "é", "😂", "\0", '","', '\n"', '"\n'])


def rows_of(text):
    return list(read_csv("t.csv", lambda: io.BytesIO(text.encode())).rows)


def by_csv_module(text, width=2):
    """Return the rows of a text, or None where it cannot be read."""
    try:
        rows = [row for row in list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:] if row]
    except csv.Error:
        return None
    fit = [row[:width] + [""] * (width - len(row)) for row in rows]
    return fit if all(not any(row[width:]) for row in rows) else None


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(1, 40))
@example('1,2\n3,"a\nb"\n\n5,6', 1)
@example('1,5" tv\n2,3', 3)
@example("1,2\r\n\r\n3,4\r\n", 2)
def test_rows_are_those_of_the_csv_module(body, block):
    text, expected = f"id,bio\n{body}", by_csv_module(f"id,bio\n{body}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvfile, "BLOCK", block)
        if expected is None:
            with pytest.raises(DataError, match=r"cannot be read|cells but the header has"):
                rows_of(text)
        else:
            assert rows_of(text) == expected


def test_a_blank_line_is_no_row_of_one_cell():
    for end in ("\n", "\r\n"):
        text = end.join(["bio", "dokter gigi", "", "endorse DM", ""])
        assert list(read_csv("t.csv", lambda text=text: io.BytesIO(text.encode())).rows) == [
            ["dokter gigi"],
            ["endorse DM"],
        ]


@pytest.mark.parametrize("text", ["\na\n", "\r\na\n", "a\n\nb\n"])
def test_of_one_column_blank_lines_are_left_to_the_csv_module(text):
    assert cut_records(text.encode(), ord(","), 1) is None


def test_a_carriage_return_alone_ends_a_row_among_other_line_ends():
    rows = read_csv("t.csv", lambda: io.BytesIO(b"bio\na\nx\ry\n")).rows
    assert list(rows) == [["a"], ["x"], ["y"]]


def test_windows_line_ends_are_by_the_book():
    rows, end = cut_records(b'1,a\r\n2,"b"\r\n', ord(","), 2)
    assert (list(rows), end) == ([["1", "a"], ["2", "b"]], 12)


def test_rows_written_by_the_book_are_handed_through():
    text = 'id,bio\n1,"dua ""kata"""\r\n"2",\n'
    rows = rows_of(text)
    assert [(list(row), row.written) for row in rows] == [
        (["1", 'dua "kata"'], b'1,"dua ""kata"""'),
        (["2", ""], b'"2",'),
    ]


@pytest.mark.parametrize("odd", ['1,5" tv', "1,2,3", "1", "", '1,"a"b', "1,a\rb"])
def test_what_is_odd_is_left_to_the_csv_module(odd):
    assert cut_records(f"1,2\n{odd}\n3,4\n".encode(), ord(","), 2) is None


def test_an_odd_row_is_found_by_its_line_behind_plain_ones():
    plain = '1,"a\r\nb"\n' * 300_000
    with pytest.raises(DataError, match=r"t.csv, line 600002: has 3 cells but the header has 2"):
        rows_of(f"id,bio\n{plain}1,2,3\n")


def test_the_labelled_profiles_are_read_as_by_the_csv_module():
    path = Path(__file__).parents[1] / "data" / "profiles.csv"
    with path.open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))[1:]
    rows = list(read_csv(str(path), lambda: path.open("rb")).rows)
    assert rows == expected and all(isinstance(row, CsvRow) for row in rows)
