"""Damaged files: every piece of a file is read, rejected with its place, or the file is refused; nothing else is lost."""

import csv
import io
import json
import re
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from kolclf import DataError
from kolclf.tables import read_table

LETTERS = st.text("aé ü1", max_size=6)
CELLS = LETTERS | st.sampled_from(['"', "\n", ",", ";", 'kata "dua"', "a\nb", "x,y", "bidan; Alor"])
TABLES = st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8))
SPOILT = {"utf-8": b"\xff", "utf-8-sig": b"\xff", "cp1252": b"\x81", "utf-16": b"\xff\xde"}
calm = settings(deadline=None, max_examples=150, derandomize=True)


def outcome(path, skip):
    """Rows, rejected pieces and the error, which names the file and, of a row, its place."""
    rows, bad, encoding = [], [], None
    try:
        table = read_table(str(path), bad.append if skip else None)
        encoding = table.encoding
        rows.extend(table.rows)
    except DataError as error:
        said = str(error)
        assert said.startswith(f"{path}") and said.isprintable()
        return rows, bad, said, encoding
    return rows, bad, None, encoding


def agree(path):
    """Without ``skip`` a file is read up to the first piece that ``skip`` leaves out, and that is named."""
    (rows, bad, said, encoding), (sure, _, stopped, _) = outcome(path, skip=True), outcome(path, skip=False)
    assert sure == rows[: len(sure)]
    if bad and (stopped != said):
        place = f"line {bad[0].line}" if bad[0].byte else f"row {bad[0].line}"
        assert stopped.startswith(f"{path}, {place}: ")
        assert bad[0].byte is None or f"(byte {bad[0].byte} of the file)" in stopped
    else:
        assert (sure, stopped) == (rows, said)
    return rows, bad, said, encoding


def as_csv(rows, delimiter, end, quoting):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


def hurt(data, content, marks):
    """Cut a mark out of a text, or put one in."""
    mark = data.draw(st.sampled_from(marks))
    places = [place for place, letter in enumerate(content) if letter == mark]
    if places and data.draw(st.booleans()):
        at = data.draw(st.sampled_from(places))
        return content[:at] + content[at + 1 :]
    at = data.draw(st.integers(0, len(content)))
    return content[:at] + mark + content[at:]


def without(content, encoding, bad):
    """What is left of a CSV when the rejected pieces are cut out at the places that they are said to stand at."""
    coding = (encoding, "surrogateescape")
    coding = ("utf-8", coding[1]) if encoding == "utf-8-sig" else coding
    coding = ("utf-16-be" if content[:2] == b"\xfe\xff" else "utf-16-le", coding[1]) if encoding == "utf-16" else coding
    left, end = [], 0
    for piece in bad:
        written, start = piece.written.encode(*coding), piece.byte - 1
        if "is not UTF-8" in piece.reason:  # the place is that of the wrong byte
            start -= len(re.split("[\udc80-\udcff]", piece.written)[0].encode())
        assert start >= end and content[start : start + len(written)] == written
        assert piece.line == 1 + len(re.findall("\r\n?|\n", content[: piece.byte - 1].decode(*coding)))
        left.append(content[end:start])
        end = start + len(written)
    return b"".join([*left, content[end:]]).decode(*coding).removeprefix("\ufeff")


def strictly(text, delimiter, width):
    """The rows of a CSV that has nothing to reject, as Python's csv module reads them."""
    for row in list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))[1:]:
        if row:
            assert not any(row[width:])
            yield row[:width] + [""] * (width - len(row))


@calm
@given(
    TABLES,
    st.sampled_from(",;\t|"),
    st.sampled_from(list(SPOILT)),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["mark", "byte", "cut"]),
    st.sampled_from([3, 40, 1 << 20]),
    st.data(),
)
def test_all_of_a_damaged_csv_is_read_or_rejected(
    tmp_path_factory, rows, delimiter, encoding, end, quoting, how, block, data
):
    rows = rows or [["", ""]]
    columns = [f"{letter}é" for letter in "abcd"[: len(rows[0])]]
    lines = [as_csv([row], delimiter, end, quoting) for row in [columns, *rows]]
    at = data.draw(st.integers(1, len(rows)))
    if how == "mark":
        lines[at] = hurt(data, lines[at], ['"', delimiter])
    content = "".join(lines).encode(encoding)
    place = len("".join(lines[:at]).encode(encoding))  # where the damaged row begins
    if how != "mark":
        unit = 2 if encoding == "utf-16" else 1
        place = data.draw(st.integers(place, len(content)).map(lambda n: n - n % unit if how == "byte" else n))
        content = content[:place] + (SPOILT[encoding] + content[place + unit :] if how == "byte" else b"")
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kolclf.csvfile.BLOCK", block)
        patch.setattr("kolclf.csvfile.PIECE", block)
        found, bad, said, read_as = agree(path)
    if said:
        assert not bad and re.search(r"\bbyte \d+ of the file\b", said)
        return
    assert found == list(strictly(without(content, read_as, bad), delimiter, len(columns)))
    if (
        read_as == encoding
    ):  # else so few letters of UTF-8 are left beside the wrong byte that it is taken for Windows-1252
        assert found[: at - 1] == rows[: at - 1]


@calm
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["bio", "id"]), CELLS | st.integers() | st.none()), min_size=1, max_size=8
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["mark", "byte", "cut"]),
    st.data(),
)
def test_every_line_of_damaged_json_is_read_or_rejected(tmp_path_factory, records, end, how, data):
    lines = [json.dumps(record, ensure_ascii=False) + end for record in [{"bio": "", "id": ""}, *records]]
    at = data.draw(st.integers(1, len(records)))
    if how == "mark":
        lines[at] = hurt(data, lines[at], ['"', ",", "{", "\n"])
    content = "".join(lines).encode()
    if how != "mark":
        place = data.draw(st.integers(len("".join(lines[:at]).encode()), len(content)))
        content = content[:place] + (b"\xff" + content[place + 1 :] if how == "byte" else b"")
    path = tmp_path_factory.getbasetemp() / "damaged.jsonl"
    path.write_bytes(content)
    rows, bad, said, _ = agree(path)
    assert said is None
    pieces = {piece.line: piece for piece in bad}
    start = 0
    for number, line in enumerate(content.split(b"\n"), 1):
        if number in pieces:
            piece = pieces.pop(number)
            assert (piece.byte, piece.written.rstrip("\n")) == (start + 1, line.decode("utf-8", "replace"))
        elif line.strip():
            record = json.loads(line)
            assert rows.pop(0)[:2] == [record.get("bio", ""), record.get("id", "")]
        start += len(line) + 1
    assert (rows, pieces) == ([], {})


@cache
def packed(ending):
    return {"xlsx": sheet_of, "parquet": table_of}[ending](PACKED)


def sheet_of(rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table_of(rows):
    content = io.BytesIO()
    columns = zip(*rows, strict=True)
    pq.write_table(pa.table({str(name): list(cells) for name, *cells in columns}), content, row_group_size=50)
    return content.getvalue()


PACKED = [["id", "bio"], *([str(number * 7919 % 1000), f"bidan desa {number}"] for number in range(120))]


@calm
@given(st.sampled_from(["xlsx", "parquet"]), st.sampled_from(["byte", "cut", "more"]), st.data())
def test_a_damaged_packed_file_is_read_whole_or_refused(tmp_path_factory, ending, how, data):
    content = packed(ending)
    at = data.draw(st.integers(0, len(content) - 1))
    bits = data.draw(st.integers(1, 255))
    rest = {"byte": bytes([content[at] ^ bits]) + content[at + 1 :], "cut": b"", "more": bytes([bits]) + content[at:]}
    path = tmp_path_factory.getbasetemp() / f"damaged.{ending}"
    path.write_bytes(content[:at] + rest[how])
    rows, bad, said, _ = agree(path)
    assert not bad and (said or len(rows) == len(PACKED) - 1)
    if ending == "xlsx" and not said:  # its parts have checksums
        assert rows == PACKED[1:]


def test_no_row_of_a_parquet_is_lost_by_a_changed_byte_of_its_footer(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"bio": ["bidan"] * 20}), path, row_group_size=8, store_schema=False, write_statistics=False
    )
    content = path.read_bytes()
    for at in range(content.index(b"schema"), len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        rows, _, said, _ = outcome(path, skip=False)
        assert said or len(rows) == 20


def test_a_key_that_stands_twice_loses_no_cell(table_file):
    rows, [bad], _, _ = agree(table_file('{"bio": "bidan"}\n{"bio": "a", "bio": "b"}\n', name="a.jsonl"))
    assert (rows, bad.line, bad.reason) == (
        [["bidan"]],
        2,
        "is not valid JSON (a key stands twice); write one object a line",
    )


def test_where_no_line_of_json_can_be_read_the_first_is_told(table_file):
    path = table_file('\n{"bio": \n[]\n', name="a.jsonl")
    rows, bad, said, _ = agree(path)
    assert (rows, bad) == ([], []) and said.startswith(f"{path}, line 2: is not valid JSON")
