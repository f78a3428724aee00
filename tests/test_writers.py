"""Writing: every format takes every cell, in the manner of the input, whole or not at all."""

import csv
import datetime
import json
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kolclf import DataError
from kolclf.rows import CsvRow
from kolclf.tables import Table, read_table
from kolclf.whole import write_whole
from kolclf.writers import open_writer

COLUMNS = ["id", "bio", "label"]
ROWS = [["1", "baris satu\nbaris dua; “kutip”, \t", "kol"], ["2", "", "review"], ["3", "=1+1", "influencer"]]
ENDINGS = ["csv", "tsv", "xlsx", "jsonl", "parquet"]


def like(delimiter=",", encoding="utf-8", schema=None):
    return Table("akun.csv", [], iter([]), delimiter, encoding, schema)


def write(path, columns, rows, given=None, numbers=()):
    with open_writer(str(path), columns, given or like(), numbers) as writer:
        writer.write(rows, [[]] * len(rows))
    return path


def read(path):
    table = read_table(str(path))
    return [table.columns, *table.rows]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("rows", [ROWS, []], ids=["rows", "header only"])
def test_every_format_reads_back(tmp_path, ending, rows):
    if ending == "jsonl" and not rows:
        assert write(tmp_path / "a.jsonl", COLUMNS, []).read_text(encoding="utf-8") == ""
    else:
        assert read(write(tmp_path / f"a.{ending}", COLUMNS, rows)) == [COLUMNS, *rows]


@pytest.mark.parametrize(
    ("delimiter", "encoding", "start"),
    [
        (",", "utf-8", b"id,bio"),
        (";", "utf-8", b"id;bio"),
        ("\t", "utf-8", b"id\tbio"),
        (";", "utf-8-sig", b"\xef\xbb\xbfid;bio"),
        ("\t", "utf-16", b"\xef\xbb\xbfid\tbio"),
        (";", "cp1252", b"\xef\xbb\xbfid;bio"),
    ],
)
def test_csv_speaks_as_its_input(tmp_path, delimiter, encoding, start):
    path = write(tmp_path / "a.csv", COLUMNS, ROWS, like(delimiter, encoding))
    assert path.read_bytes().startswith(start)
    assert read(path) == [COLUMNS, *ROWS]


@pytest.mark.parametrize("ending", ["jsonl", "xlsx", "parquet"])
def test_other_formats_have_no_byte_order_mark(tmp_path, ending):
    assert not write(tmp_path / f"a.{ending}", COLUMNS, ROWS, like(";", "utf-16")).read_bytes().startswith(b"\xef\xbb")


def test_tsv_is_parted_by_tabs(tmp_path):
    assert write(tmp_path / "a.tsv", COLUMNS, ROWS, like(";")).read_text(encoding="utf-8").startswith("id\tbio")


def test_xlsx_never_holds_a_formula(tmp_path):
    sheet = openpyxl.load_workbook(write(tmp_path / "a.xlsx", ["=2+2", "bio"], [["=1+1", "@SUM(A1)"]])).active
    assert [(cell.value, cell.data_type) for row in sheet for cell in row][::2] == [("=2+2", "s"), ("=1+1", "s")]


def test_xlsx_keeps_numbers_and_leaves_out_what_it_cannot_hold(tmp_path):
    sheet = openpyxl.load_workbook(write(tmp_path / "a.xlsx", ["n", "bio"], [[7, "a\x00b\x1fc"]])).active
    assert [cell.value for cell in sheet[2]] == [7, "abc"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_lists_and_objects_become_json_text(tmp_path, ending):
    [_, row] = read(write(tmp_path / f"a.{ending}", ["posts", "isi"], [[["é", ["b"]], {"t": "x"}]]))
    assert row == ['["é", ["b"]]', '{"t": "x"}']


def test_jsonl_keeps_types(tmp_path):
    path = write(tmp_path / "a.jsonl", ["posts", "n", "tidak"], [[["é"], 1.5, None]])
    assert path.read_text(encoding="utf-8") == '{"posts": ["é"], "n": 1.5, "tidak": null}\n'


def test_parquet_keeps_the_types_of_a_parquet_input(tmp_path):
    schema = pa.schema({"id": pa.int32(), "posts": pa.list_(pa.string()), "bio": pa.string()})
    rows = [[1, ["a"], ""], [None, [], None]]
    answered = [[*rows[0], 0.5], [*rows[1], ""]]
    path = write(tmp_path / "a.parquet", [*schema.names, "p_kol"], answered, like(schema=schema), ["p_kol"])
    assert pq.read_schema(path).equals(schema.append(pa.field("p_kol", pa.float64())))
    assert read(path)[1:] == [[*rows[0], 0.5], [*rows[1], None]]


def test_parquet_of_many_rows(tmp_path):
    rows = [[str(i)] for i in range(9000)]
    assert read(write(tmp_path / "a.parquet", ["id"], rows))[1:] == rows


@pytest.mark.parametrize("older", [None, "lama"])
def test_a_failed_run_leaves_no_file_and_keeps_an_older_one(tmp_path, older):
    target = tmp_path / "a.csv"
    if older:
        target.write_text(older, encoding="utf-8")
    with pytest.raises(RuntimeError, match="listrik padam"), open_writer(str(target), COLUMNS, like()) as writer:
        fail_after_a_row(writer)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == (
        [("a.csv", older)] if older else []
    )


def fail_after_a_row(writer):
    writer.write(ROWS[:1], [[]])
    raise RuntimeError("listrik padam")


def test_a_file_has_the_rights_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    assert write(tmp_path / "a.csv", COLUMNS, []).stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("name", "message"), [("a.doc", "ending '.doc' is unknown"), ("nix/a.csv", "cannot be written")]
)
def test_places_that_cannot_be_written_to(tmp_path, name, message):
    with pytest.raises(DataError, match=message):
        write(tmp_path / name, COLUMNS, [])


def test_write_whole_takes_the_place_of_the_file(tmp_path):
    (tmp_path / "a.npz").write_text("lama", encoding="utf-8")
    with write_whole(tmp_path / "a.npz") as beside:
        beside.write_text("baru", encoding="utf-8")
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["baru"]


def test_a_lone_carriage_return_stays_in_its_cell(tmp_path):
    assert read(write(tmp_path / "a.csv", COLUMNS, [["1", "satu\rdua", "kol"]]))[1:] == [["1", "satu\rdua", "kol"]]


@pytest.mark.parametrize("ending", ENDINGS)
def test_columns_of_one_name_are_all_kept(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", ["catatan", "catatan"], [["a", "b"]])
    assert read(path)[1] == ["a", "b"]


@pytest.mark.parametrize(("name", "cell"), [("p_nama", "Rina"), ("p_kol", "0.5")])
def test_parquet_takes_text_in_a_column_that_begins_with_p(tmp_path, name, cell):
    assert read(write(tmp_path / "a.parquet", [name, "label"], [[cell, "kol"]]))[1] == [cell, "kol"]


def test_parquet_keeps_empty_text_of_pandas(tmp_path):
    given = like(schema=pa.schema({"bio": pa.large_string()}))
    assert read(write(tmp_path / "a.parquet", ["bio"], [[""], [None]], given))[1:] == [[""], [None]]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_posts_with_a_date_can_be_written(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", ["posts"], [[[{"text": "a", "at": datetime.datetime(2024, 1, 2)}]]])
    assert "2024-01-02" in str(read(path)[1])


def test_a_time_with_a_zone_can_be_written_to_xlsx(tmp_path):
    moment = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)
    assert "2024-01-02" in str(read(write(tmp_path / "a.xlsx", ["at"], [[moment]]))[1])


@pytest.mark.parametrize("ending", ENDINGS)
def test_half_an_emoji_does_not_spoil_the_file(tmp_path, ending):
    rows = [["1", "halo \ud83d", "kol"], ["2", "é", "kol"]]
    assert read(write(tmp_path / f"a.{ending}", COLUMNS, rows))[2] == ["2", "é", "kol"]


cells = st.text(max_size=12) | st.sampled_from(['"', "\n", "\r\n", "\r", ",", ";", "=1", "a\x00b", " "])
calm = settings(deadline=None, max_examples=60, derandomize=True)


@calm
@given(
    st.lists(st.lists(cells.filter(lambda cell: "\r" not in cell.replace("\r\n", "")), min_size=3, max_size=3)),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_any_csv_goes_out_unchanged(tmp_path_factory, rows, delimiter, encoding):
    path = write(tmp_path_factory.getbasetemp() / "any_out.csv", COLUMNS, rows, like(delimiter, encoding))
    assert read(path) == [COLUMNS, *rows]
    with path.open(encoding=encoding, newline="") as file:
        assert list(csv.reader(file, delimiter=delimiter)) == [COLUMNS, *rows]


@calm
@given(st.lists(st.tuples(cells, cells | st.none() | st.integers(), st.lists(cells)).map(list)))
def test_any_jsonl_goes_out_unchanged(tmp_path_factory, rows):
    path = write(tmp_path_factory.getbasetemp() / "any_out.jsonl", COLUMNS, rows)
    with path.open(encoding="utf-8") as lines:
        assert [list(json.loads(line).values()) for line in lines] == rows


@calm
@given(st.lists(cells.filter(lambda cell: not {"\ufffe", "\uffff"} & set(cell)), max_size=6))
def test_any_xlsx_goes_out_as_xml_has_it(tmp_path_factory, texts):
    path = write(tmp_path_factory.getbasetemp() / "any_out.xlsx", ["id", "bio"], [["1", text] for text in texts])
    unheard = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])
    heard = [text.translate(unheard).replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    assert [row[1] for row in read(path)[1:]] == heard


@pytest.mark.parametrize("text", ["\ufffe", "\uffff"], ids=ascii)
def test_what_xml_cannot_hold_is_left_out_of_xlsx(tmp_path, text):
    with ZipFile(write(tmp_path / "a.xlsx", COLUMNS, [["1", f"a{text}b", "kol"]])) as book:
        parts = [ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xml")]
    assert "ab" in [element.text for part in parts for element in part.iter()]


@pytest.mark.parametrize("kind", [pa.dictionary(pa.int32(), pa.string()), pa.string_view()], ids=str)
def test_parquet_keeps_empty_text_of_every_text_type(tmp_path, kind):
    given = like(schema=pa.schema({"bio": kind}))
    assert read(write(tmp_path / "a.parquet", ["bio"], [[""], [None]], given))[1:] == [[""], [None]]


def test_bytes_can_be_written_to_xlsx(tmp_path):
    assert len(read(write(tmp_path / "a.xlsx", ["hash", "bio"], [[b"\xff", "x"]]))) == 2


@calm
@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6))
def test_any_parquet_goes_out_unchanged(tmp_path_factory, rows):
    assert read(write(tmp_path_factory.getbasetemp() / "any_out.parquet", COLUMNS, rows)) == [COLUMNS, *rows]


def test_a_row_of_a_csv_goes_out_as_it_is_written(run, table_file, tmp_path):
    line = '007,"bidan ""desa""\r\nAlor",  5 tv ,"tanpa koma"'
    source = table_file(f"id,bio,catatan,lain\r\n{line}\r\n")
    assert run("predict", source, "-o", tmp_path / "keluar.csv", "--no-model").exit_code == 0
    written = (tmp_path / "keluar.csv").read_bytes().decode()
    assert written.split("\n", 1)[1].startswith(f"{line},kol,")
    assert read(tmp_path / "keluar.csv")[1][:4] == read(source)[1]


RISKY = ["=1+1", "+62 812", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\x00=1"]


def test_excel_safe_touches_only_what_a_spreadsheet_would_run(tmp_path):
    harmless = ["-5", "+1.5", "a=b", "'=1", "", "bidan"]
    path = tmp_path / "a.csv"
    with open_writer(str(path), ["=bio"], like(), excel_safe=True) as writer:
        writer.write([CsvRow([cell], cell.encode()) for cell in harmless[:4]], [[]] * 4)
        writer.write([[cell] for cell in RISKY + harmless[4:]], [[]] * (len(RISKY) + 2))
    with path.open(encoding="utf-8", newline="") as file:
        cells = [row[0] if row else "" for row in csv.reader(file)]
    assert cells == ["'=bio", *harmless[:4], *(f"'{cell}" for cell in RISKY), *harmless[4:]]


def test_xlsx_keeps_a_sign_as_text_when_it_is_edited(tmp_path):
    sheet = openpyxl.load_workbook(write(tmp_path / "a.xlsx", ["bio", "id"], [["=1+1", "a"]])).active
    assert [(cell.value, cell.quotePrefix) for cell in sheet[2]] == [("=1+1", True), ("a", False)]
