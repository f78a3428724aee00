"""Reading: every format gives every column and row back, unchanged and in order."""

import csv
import gc
import io
import json
import re
import warnings
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from kolclf import DataError
from kolclf.tables import read_table

COLUMNS = ["username", "nama", "bio", "catatan"]
ROWS = [
    ["@rina_fiksi", "Rina, S.H.", "Bidan; Alor\tMalang | “jujur”", "007"],
    ["@tio_fiksi", "", 'baris satu\nbaris dua, "kutip"', "=1+1"],
    ["", "", "", ""],
    ["@caf\xe9_fiksi", " spasi ", "1.0", "NULL"],
    ["@rina_fiksi", "Rina, S.H.", "kembar", "-0"],
]
calm = settings(deadline=None, max_examples=60, derandomize=True)


def as_csv(rows, delimiter=",", end="\r\n", quoting=csv.QUOTE_ALL):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


def save_xlsx(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell in [cell for row in book.active for cell in row if isinstance(cell.value, str)]:
        cell.data_type = "s"
    book.save(path)
    return path


def save_changed_xlsx(path, change):
    """A workbook whose sheet is stored as ``change`` makes it."""
    book = zipfile.ZipFile(save_xlsx(path.with_name("whole.xlsx"), ["id", "bio"], *([i, "bidan"] for i in range(300))))
    with book, zipfile.ZipFile(path, "w") as changed:
        for name in book.namelist():
            content = book.read(name)
            changed.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return path


def read(path):
    table = read_table(str(path))
    return table, list(table.rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_of_every_kind(tmp_path, delimiter, encoding, end):
    path = tmp_path / "akun.csv"
    path.write_bytes(as_csv([COLUMNS, *ROWS], delimiter, end).encode(encoding))
    table, rows = read(path)
    assert (table.columns, rows, table.delimiter, table.encoding) == (COLUMNS, ROWS, delimiter, encoding)


def test_utf_16_big_endian(table_file):
    assert read(table_file(b"\xfe\xff" + as_csv([COLUMNS, *ROWS]).encode("utf-16-be")))[1] == ROWS


@pytest.mark.parametrize("name", ["akun.tsv", "akun.txt", "AKUN.CSV"])
def test_endings_of_csv(table_file, name):
    assert read(table_file("bio\tid\nbidan\t1\n", name=name))[1] == [["bidan", "1"]]


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("\n\n,,\nbio,id\nbidan,1\n", ["bio", "id"], [["bidan", "1"]]),
        ("bio,id,catatan\nbidan\n", ["bio", "id", "catatan"], [["bidan", "", ""]]),
        ("bio,id,,\nbidan,1,,\n", ["bio", "id"], [["bidan", "1"]]),
        ("bio, id \nbidan,1", ["bio", "id"], [["bidan", "1"]]),
        ('"bio\nakun",id\nbidan,1\n', ["bio\nakun", "id"], [["bidan", "1"]]),
        ("bio\nbidan\n\n\nguru\n", ["bio"], [["bidan"], ["guru"]]),
        ('bio\n""\nbidan\n', ["bio"], [[""], ["bidan"]]),
        ("catatan,catatan,bio\na,b,c\n", ["catatan", "catatan", "bio"], [["a", "b", "c"]]),
        ('"nama, lengkap";bio\na;b\n', ["nama, lengkap", "bio"], [["a", "b"]]),
        ("bio\nbidan\x00Alor\n", ["bio"], [["bidan\x00Alor"]]),
    ],
    ids=[
        "blank lines before the header",
        "short row",
        "empty columns at the end",
        "spaces around a name",
        "line break in the header",
        "blank lines between",
        "empty cell of one column",
        "a name twice",
        "other delimiter in quotes",
        "NUL",
    ],
)
def test_untidy_csv(table_file, text, columns, rows):
    table, found = read(table_file(text))
    assert (table.columns, found) == (columns, rows)


def test_xlsx_keeps_text_as_text_and_numbers_as_numbers(tmp_path):
    rows = [["007", 7, 1.5, True, "=1+1"], ["", None, "x", None, "baris satu\nbaris dua"]]
    table, found = read(save_xlsx(tmp_path / "akun.xlsx", ["id", "n", "m", "b", "bio"], *rows))
    assert (table.columns, found) == (["id", "n", "m", "b", "bio"], [rows[0], ["", "", "x", "", rows[1][4]]])


def test_xlsx_may_begin_with_empty_rows(tmp_path):
    assert read(save_xlsx(tmp_path / "akun.xlsx", [], [None, None], ["id", "bio"], [1, "x"]))[1] == [[1, "x"]]


def test_xlsx_that_states_a_wrong_size_is_read_whole(tmp_path):
    path = save_changed_xlsx(tmp_path / "a.xlsx", lambda sheet: re.sub(rb'ref="A1:B\d+"', b'ref="A1"', sheet))
    table, rows = read(path)
    assert (table.columns, len(rows)) == (["id", "bio"], 300)


def test_xlsx_that_states_a_row_beyond_any_sheet(tmp_path):
    path = save_changed_xlsx(tmp_path / "a.xlsx", lambda sheet: sheet.replace(b'<row r="300"', b'<row r="999999999"'))
    with pytest.raises(DataError, match=r"after row 299 states more rows than the 1,048,576 of a sheet"):
        read(path)


@pytest.mark.parametrize(
    ("stated", "other", "place"),
    [
        (rb'r="300"', b'r="200"', "row 200 stands behind row 299"),
        (rb'r="\d+"', b'r="1"', "row 1 stands behind row 1"),
        (rb'r="300"', b'r=" 2.0"', "row 2 stands behind row 299"),
        (rb'r="300"', b'x="a>b" r="&#50;"', "row 2 stands behind row 299"),
    ],
)
def test_a_row_of_a_workbook_that_would_be_left_out_is_told(tmp_path, stated, other, place):
    path = save_changed_xlsx(tmp_path / "a.xlsx", lambda sheet: re.sub(b"<row " + stated, b"<row " + other, sheet))
    with pytest.raises(DataError, match=rf"a.xlsx: {place}; open it and save it again"):
        read(path)


def test_what_only_looks_like_a_row_is_none(tmp_path):
    path = save_changed_xlsx(
        tmp_path / "a.xlsx", lambda sheet: sheet.replace(b"<sheetData>", b'<sheetData><!--<row r="9">-->')
    )
    assert len(read(path)[1]) == 300


def test_rows_of_a_workbook_need_no_number(tmp_path):
    path = save_changed_xlsx(tmp_path / "a.xlsx", lambda sheet: re.sub(rb' r="[A-Z]*\d+"', b"", sheet))
    assert len(read(path)[1]) == 300


def test_of_a_formula_the_value_is_read(tmp_path):
    path = save_changed_xlsx(tmp_path / "a.xlsx", lambda sheet: sheet.replace(b"<v>7</v>", b"<f>3+4</f><v>7</v>"))
    assert read(path)[1][7] == [7, "bidan"]


def test_an_error_in_xlsx_does_not_repeat_the_cell(tmp_path):
    path = save_changed_xlsx(tmp_path / "a.xlsx", lambda sheet: sheet.replace(b"<v>7</v>", b"<v>0812-0000-4417</v>"))
    with pytest.raises(DataError, match=r"cannot be read as XLSX after row 8 \(ValueError; the file ends at") as caught:
        read(path)
    assert "4417" not in str(caught.value)


def test_xlsx_cells_beyond_the_header_are_not_lost(tmp_path):
    with pytest.raises(DataError, match="3 cells but the header has 2"):
        read(save_xlsx(tmp_path / "akun.xlsx", ["id", "bio"], [1, "bidan", "lebih"]))


def test_jsonl_joins_the_keys_of_all_lines(table_file):
    lines = [{"bio": "bidan", "n": 1}, {"posts": ["a", ["b"]], "bio": None}, {"n": 2.5, "ya": True}]
    path = table_file("\n\n".join(json.dumps(line) for line in lines), name="akun.jsonl")
    table, rows = read(path)
    assert table.columns == ["bio", "n", "posts", "ya"]
    assert rows == [["bidan", 1, "", ""], [None, "", ["a", ["b"]], ""], ["", 2.5, "", True]]


def test_jsonl_may_begin_with_a_byte_order_mark(table_file):
    assert read(table_file('\ufeff{"bio": "é"}\r\n', name="akun.ndjson"))[1] == [["é"]]


def test_parquet_keeps_nested_lists_and_types(tmp_path):
    columns = {"id": [1, 2], "bio": ["bidan", None], "posts": [["a", "b"], []], "isi": [{"t": "x"}, None]}
    pq.write_table(pa.table(columns), tmp_path / "akun.parquet", row_group_size=1)
    table, rows = read(tmp_path / "akun.parquet")
    assert (table.columns, rows) == (list(columns), [list(row) for row in zip(*columns.values(), strict=True)])


@pytest.mark.parametrize(
    "use",
    [
        lambda table: list(table.rows),
        lambda table: next(table.rows),
        pytest.param(lambda table: table.columns),
    ],
    ids=["whole", "one row", "header"],
)
def test_a_csv_file_is_closed(table_file, use):
    path = table_file("bio\nbidan\nguru\n")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        use(read_table(str(path)))
        gc.collect()
    assert [str(warning.message) for warning in seen] == []


cells = st.text(max_size=12) | st.sampled_from(['"', "\n", "\r\n", "\r", ",", ";", "\t", "a\x00b", " ", "1e5", "[]"])
names = st.text("abcxyz_ABC123 .", min_size=1, max_size=8).map(str.strip).filter(bool)
tables = st.integers(2, 5).flatmap(
    lambda width: st.tuples(
        st.lists(names, min_size=width, max_size=width),
        st.lists(st.lists(cells, min_size=width, max_size=width), max_size=8),
    )
)


@calm
@given(tables, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["utf-8", "utf-16"]))
def test_any_csv_comes_in_unchanged(tmp_path_factory, table, delimiter, end, encoding):
    path = tmp_path_factory.getbasetemp() / "any_in.csv"
    path.write_bytes(as_csv([table[0], *table[1]], delimiter, end).encode(encoding))
    found, rows = read(path)
    assert (found.columns, rows) == table


@calm
@given(st.lists(st.dictionaries(st.sampled_from("abc"), cells | st.none() | st.integers() | st.lists(cells))))
def test_any_jsonl_comes_in_unchanged(tmp_path_factory, records):
    path = tmp_path_factory.getbasetemp() / "any_in.jsonl"
    records = [{"bio": "x"}, *records]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    table, rows = read(path)
    assert rows == [[record.get(name, "") for name in table.columns] for record in records]


def read_with_rejects(path):
    bad = []
    return list(read_table(str(path), bad.append).rows), [(row.line, row.byte, row.written) for row in bad]


@pytest.mark.parametrize(
    ("body", "rows", "bad"),
    [
        (b"1,a\n2,b,c\n3,d\n", ["1", "3"], [(3, 12, "2,b,c\n")]),
        (b'1,a\n2,"b\n3,d\n4,e\n', ["1", "3", "4"], [(3, 12, '2,"b\n')]),
        (b'1,a\n2,"b" c\n3,d\n', ["1", "3"], [(3, 12, '2,"b" c\n')]),
        (b'1,"x\ny"\n"2\n2","b\n3,d\n', ["1", "3"], [(4, 16, '"2\n2","b\n')]),
        ("1,é\n2,é\n3,é\n4,é\n5,é\n".encode() + b"6,\xff\n7,g\n", list("123457"), [(7, 35, "6,\udcff\n")]),
    ],
    ids=[
        "too many cells",
        "a quote never closed",
        "a quote closed too early",
        "a bad cell of the second line",
        "bytes",
    ],
)
@pytest.mark.parametrize("block", [5, 1 << 20])
def test_reading_goes_on_behind_a_bad_row(table_file, monkeypatch, body, rows, bad, block):
    monkeypatch.setattr("kolclf.csvfile.BLOCK", block)
    path = table_file(b"id,bio\n" + body)
    found, rejected = read_with_rejects(path)
    assert ([row[0] for row in found], rejected) == (rows, bad)
    with pytest.raises(DataError, match=rf"line {bad[0][0]}: .*\(byte {bad[0][1]} of the file\)"):
        read(path)


def test_bad_lines_of_json_are_left_out(table_file):
    path = table_file(b'{"bio": "a"}\n{"bio": \n[1]\n{"bio": "\xff"}\n{"bio": "b"}\n', name="akun.jsonl")
    rows, rejected = read_with_rejects(path)
    assert rows == [["a"], ["b"]] and [bad[:2] for bad in rejected] == [(2, 14), (3, 23), (4, 27)]


def test_a_wide_row_of_a_workbook_is_left_out(tmp_path):
    path = save_xlsx(tmp_path / "akun.xlsx", ["id", "bio"], [1, "a"], [], [2, "b", "c"], [3, "d"])
    rows, [(number, byte, _)] = read_with_rejects(path)
    assert (rows, number, byte) == ([[1, "a"], ["", ""], [3, "d"]], 4, None)  # a blank row is an account without text


@calm
@given(tables, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.integers(1, 60), st.data())
def test_one_wide_row_costs_no_other(tmp_path_factory, table, delimiter, end, block, data):
    path = tmp_path_factory.getbasetemp() / "any_bad.csv"
    columns, rows = table
    at = data.draw(st.integers(0, len(rows)))
    wide = ["x"] * (len(columns) + 1)
    path.write_bytes(as_csv([columns, *rows[:at], wide, *rows[at:]], delimiter, end).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kolclf.csvfile.BLOCK", block)
        found, rejected = read_with_rejects(path)
    assert found == rows and [bad[2] for bad in rejected] == [as_csv([wide], delimiter, end)]
