"""What people feed it: one plain sentence that names the file, or rows to review; never a traceback."""

import gc
import json
import os
import pickle
import random
import re
import time
import warnings
import zipfile
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from kolclf import ModelError, load_model
from kolclf.accounts import read_account

DOCTOR, CREATOR = "dokter anak, RSUD Bogor", "content creator, endorse DM"


def assert_says(result, path):
    """The one sentence that a failed run says, which names the file."""
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert [line for line in lines if line.startswith("Error: ")] == lines[-1:]
    assert lines[-1].startswith(f"Error: {path}")
    return lines[-1].removeprefix(f"Error: {path}")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n ,,\n", "is empty"),
        ("a.csv", b"\xef\xbb\xbf", "is empty"),
        ("a.xlsx", b"", "is empty"),
        ("a.jsonl", b"\n \n", "is empty"),
        ("a.jsonl", b"{}\n", "is empty"),
        ("a.csv", b"a,b\n1,2\n", "no column holds a bio or captions; its columns are 'a', 'b'"),
        ("a.csv", b"\0\0\0\0\0\0", "no column holds a bio"),
        ("a.csv", b"bio\n\x81\xff\n", "neither UTF-8, UTF-16 nor Windows-1252 (byte 0x81"),
        ("a.csv", b'bio,id\n"bidan,1\nguru,2\n', "line 2: cannot be read"),
        ("a.csv", b'"bio,id\nguru,2\n', "line 1: the header cannot be read"),
        ("a.csv", b'bio,id\n"bidan" Alor,1\n', "line 2: cannot be read"),
        ("a.csv", b"bio,id\nbidan,1\nguru, Alor,2\n", "line 3: has 3 cells but the header has 2"),
        ("a.jsonl", b'{"bio": "x"}\n{"bio": \n', "line 2: is not valid JSON"),
        ("a.jsonl", b'[{"bio": "x"}]\n', "line 1: holds no JSON object but list"),
        ("a.jsonl", b'{"bio": ' + b"[" * 100_000, "line 1: is not valid JSON"),
        ("a.jsonl", b'{"bio": "\xff"}\n', "is not UTF-8"),
        ("a.jsonl", '{"bio": "x"}\n'.encode("utf-16"), "is not UTF-8"),
        ("a.xlsx", b"bio\nbidan\n", "cannot be read as XLSX"),
        ("a.parquet", b"bio\nbidan\n", "cannot be read as Parquet"),
        ("a.doc", b"bio\nbidan\n", "the ending '.doc' is unknown; use one of .csv,"),
        ("akun", b"bio\nbidan\n", "the ending '' is unknown"),
        ("a.csv", b"\xef\xbb\xbfbio\n\x81\n", "UTF-8"),
        ("a.csv", "bio\nx\n".encode("utf-16") + b"\0", "UTF-16"),
        ("a.csv", b"\xff\xfeb", "UTF-16"),
        ("a.jsonl", b'{"bio": ' + b"1" * 5000 + b"}", "line 1"),
        ("a.csv", b"\n\nbio\na,b\n", "line 4"),
        ("a.csv", b"PK\x03\x04...", "holds a workbook, not CSV; give it as a file that ends in .xlsx"),
        ("a.csv", "bio,é\n".encode() * 9 + b"bio,\xff\n", "line 10: byte 0xff is not UTF-8"),
        ("a.csv", "bio,éééééé\xff\n".encode().replace("\xff".encode(), b"\xff"), "line 1: the header holds bytes"),
        ("a:smile:.csv", b"", "is empty"),
    ],
)
@pytest.mark.parametrize("command", [["predict", "-o", "keluar.csv"], ["explain", "--row", "9"]], ids=" ".join)
def test_a_file_that_cannot_be_read(run, table_file, tmp_path, monkeypatch, name, content, says, command):
    monkeypatch.chdir(tmp_path)
    path = table_file(content, name=name)
    assert says in assert_says(run(*command, path, "--no-model"), path)
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("arguments", [["predict"], ["explain", "--row", "1"]])
def test_a_folder_and_a_missing_file(run, tmp_path, arguments):
    assert "is a folder; name a file in it" in assert_says(run(*arguments, tmp_path), tmp_path)
    missing = tmp_path / "nix.csv"
    assert "no such file; check the path" in assert_says(run(*arguments, missing), missing)
    long = tmp_path / f"{'a' * 300}.csv"
    assert "check its name and permissions" in assert_says(run(*arguments, long), long)


@pytest.mark.parametrize("stdin", [b"", b"a,b\n1,2\n", b"bio\n\x81\n"])
def test_bad_standard_input(run, stdin):
    assert_says(run("predict", "-", "--no-model", stdin=stdin), "standard input")


def xlsx(path):
    book = Workbook()
    for i in range(500):
        book.active.append(["bio", "id"] if not i else [f"bidan {i}", i])
    book.save(path)
    return path


def test_half_a_workbook(run, tmp_path):
    path = xlsx(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-3000])
    assert "cannot be read as XLSX" in assert_says(run("predict", path, "--no-model"), path)


def test_an_empty_workbook(run, tmp_path):
    path = tmp_path / "a.xlsx"
    Workbook().save(path)
    assert "its first sheet is empty" in assert_says(run("predict", path, "--no-model"), path)


def test_a_workbook_whose_sheet_breaks_off(run, tmp_path):
    path = tmp_path / "a.xlsx"
    with ZipFile(xlsx(tmp_path / "whole.xlsx")) as whole, ZipFile(path, "w", zipfile.ZIP_DEFLATED) as half:
        for name in whole.namelist():
            content = whole.read(name)
            half.writestr(name, content[: len(content) // 2] if name.endswith("sheet1.xml") else content)
    assert_says(run("predict", path, "--no-model"), path)


def parquet(path):
    pq.write_table(pa.table({"bio": [f"bidan {i * 7919 % 1000}" for i in range(3000)]}), path)
    return bytearray(path.read_bytes())


def test_half_a_parquet(run, tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(path)[:-3000])
    assert "cannot be read as Parquet" in assert_says(run("predict", path, "--no-model"), path)


@pytest.mark.parametrize("output", ["-", "keluar.csv"])
def test_a_parquet_with_damaged_rows(run, tmp_path, output):
    path = tmp_path / "a.parquet"
    content = parquet(path)
    content[60:-3000] = bytes(0x5A ^ byte for byte in content[60:-3000])
    path.write_bytes(content)
    target = output if output == "-" else tmp_path / output
    assert_says(run("predict", path, "--no-model", "-o", target), path)


# --- rows that can be read but say little


@pytest.mark.parametrize("content", ["id,bio\n", "id;bio\r\n"])
def test_a_header_alone_gives_an_empty_result(run, table_file, tmp_path, content):
    result = run("predict", table_file(content), "-o", tmp_path / "keluar.csv", "--no-model", "--lang", "en")
    assert result.exit_code == 0 and "0 rows" in result.stderr
    columns = [*re.split("[,;]", content.strip()), "label", "p_kol", "source", "promotes", "reason"]
    assert re.split("[,;]", (tmp_path / "keluar.csv").read_text(encoding="utf-8").strip()) == columns


def answers(run, path, *options):
    result = run("predict", path, "-o", path.with_name("keluar.jsonl"), *options)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in path.with_name("keluar.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("options", [[], ["--no-model"]], ids=["model", "rules"])
@pytest.mark.parametrize("bio", ["", " ", "\0", "[]", "...", "\u200b", "\ufffd", "123"])
def test_nothing_to_go_by_is_marked_review(run, table_file, bio, options):
    rows = answers(run, table_file(["id", "bio"], [1, bio], [2, ""]), *options)
    assert [(row["id"], row["label"], row["p_kol"]) for row in rows] == [("1", "review", ""), ("2", "review", "")]


def test_nul_bytes_come_back(run, table_file):
    [row] = answers(run, table_file(["id", "bio"], ["1", "dr. Rina, Sp.A\0 | RS Mitra"]), "--no-model")
    assert (row["bio"], row["label"]) == ("dr. Rina, Sp.A\0 | RS Mitra", "kol")


@pytest.mark.parametrize("word", ["praktik RS Mitra ", "x", "Sp.A, ", "😂", "1 ", "[", "@", "\n"], ids=repr)
def test_a_cell_of_ten_megabytes(run, table_file, word):
    bio = "dr. Rina, Sp.A | " + word * (10_000_000 // len(word))
    [row] = answers(run, table_file(["id", "bio"], ["1", bio]), "--no-model")
    assert row["bio"] == bio and row["label"] == "kol"


@pytest.mark.parametrize("word", ["bukan dokter ", "é"])
def test_a_long_text_takes_no_long_time(word):
    text = (word * 20_000)[:20_000]
    started = time.perf_counter()
    read_account("", text, "")
    assert time.perf_counter() - started < 1.0


def test_a_cut_cell_is_said_on_stderr(run, table_file, tmp_path):
    result = run("predict", table_file(["bio"], ["bidan " * 10_000]), "-o", tmp_path / "keluar.xlsx", "--no-model")
    assert result.exit_code == 0 and "32767" in result.stderr.replace(",", "")


# --- training

K = [
    [f"{DOCTOR} {name}", "kol"]
    for name in ["Ana", "Budi", "Cici", "Dodi", "Eka", "Fani", "Gita", "Hadi", "Indra", "Joko"]
]
I = [[f"{CREATOR} {row[0].split()[-1]}", "influencer"] for row in K]  # noqa: E741


def train(run, table_file, rows, *options, header=("id", "bio", "label")):
    path = table_file(list(header), *([i, *row] for i, row in enumerate(rows)))
    return run("train", path, "-o", path.with_name("m.npz"), *options), path


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "has a header but no rows"),
        ([*K, *I, ["x", " "]], "row 21, column 'label': is empty"),
        (K, "two labels"),
        (K[:1] + I[:1], "at least 2 rows each"),
        ([[f"{name}{label}", label] for name in "abcde" for label in ("kol", "influencer")], "no word occurs"),
    ],
    ids=["header only", "empty label", "one class", "two rows", "no text"],
)
def test_labels_that_cannot_teach(run, table_file, rows, says):
    result, path = train(run, table_file, rows)
    assert says in assert_says(result, path)
    assert not path.with_name("m.npz").exists()


def test_one_id_with_two_labels(run, table_file):
    path = table_file(["id", "bio", "label"], [7, DOCTOR, "kol"], [8, CREATOR, "influencer"], [7, DOCTOR, "influencer"])
    assert "rows 1 and 3: the same id" in assert_says(run("train", path, "-o", path.with_name("m.npz")), path)


def test_no_label_column(run, table_file):
    path = table_file(["id", "bio"], [1, DOCTOR])
    assert "name one with --label-column" in assert_says(run("train", path, "-o", path.with_name("m.npz")), path)


@pytest.mark.parametrize("group", [lambda row: "satu", lambda row: row[1]], ids=["one group", "a group for each label"])
def test_groups_that_cannot_be_parted(run, table_file, group):
    rows = [[*row, group(row)] for row in K + I]
    result, path = train(run, table_file, rows, "--group-column", "tim", header=("id", "bio", "label", "tim"))
    assert "tim" in assert_says(result, path)


def test_one_unsure_row_does_no_harm(run, table_file):
    result, _ = train(run, table_file, [*K, *I, ["entah", "unsure"]])
    assert result.exit_code == 0 and "set aside: 1 unsure" in result.stderr


# --- model files


def flip(content, at):
    return content[:at] + bytes([content[at] ^ 0x80]) + content[at + 1 :]


def objects(content, path):
    np.savez(path, header=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return path.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        lambda content, path: b"",
        lambda content, path: b"bio,label\nbidan,kol\n",
        lambda content, path: content[: len(content) // 2],
        lambda content, path: content[:-1],
        lambda content, path: flip(content, 0),
        lambda content, path: pickle.dumps({"a": 1}),
        objects,
    ],
    ids=["empty", "text", "half", "last byte gone", "a flipped byte", "pickle", "pickled arrays"],
)
def test_a_model_file_that_cannot_be_used(run, model_path, tmp_path, change):
    path = tmp_path / "m.npz"
    path.write_bytes(change(model_path.read_bytes(), tmp_path / "objects.npz"))
    result = run("predict", "--bio", "bidan", "--model", path)
    assert "is no kolclf model, or is damaged" in assert_says(result, path) and result.stdout == ""


@pytest.mark.parametrize("command", [["weights"], ["predict", "--bio", "x"], ["explain", "--bio", "x"]])
def test_a_missing_model_file(run, tmp_path, command):
    path = tmp_path / "nix.npz"
    assert "no such model file; train one with: kolclf train" in assert_says(run(*command, "--model", path), path)
    assert "is no kolclf model" in assert_says(run(*command, "--model", tmp_path), tmp_path)


def test_a_damaged_model_file_is_closed(model_path, tmp_path):
    path = tmp_path / "m.npz"
    path.write_bytes(model_path.read_bytes()[:-1])
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(ModelError, match="is damaged"):
            load_model(path)
        gc.collect()
    assert [str(warning.message) for warning in seen] == []


def test_no_flipped_byte_goes_unseen(model_path, scorer, tmp_path):
    content, path = model_path.read_bytes(), tmp_path / "m.npz"
    chosen = random.Random(0)
    for at in [
        *range(0, 100),
        *(chosen.randrange(len(content)) for _ in range(200)),
        *range(len(content) - 200, len(content)),
    ]:
        path.write_bytes(flip(content, at))
        try:
            loaded = load_model(path)
        except ModelError as error:
            assert str(path) in str(error)
        else:  # a byte that says nothing, as the time of the file
            assert np.array_equal(loaded.coef, scorer.coef) and loaded.info == scorer.info


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read as a rules file"), ("[rules", "cannot be read as a rules file")]
)
def test_rules_that_cannot_be_read(run, table_file, tmp_path, content, says):
    path = tmp_path / "nix.toml" if content is None else table_file(content, name="aturan.toml")
    assert says in assert_says(run("predict", "--bio", "bidan", "--rules", path), path)


# --- places to write to


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("nix/keluar.csv", "cannot be written"),
        ("akun.csv/keluar.csv", "cannot be written"),
        ("folder.csv", "cannot be written"),
        ("keluar.doc", "the ending '.doc' is unknown"),
        ("keluar", "the ending '' is unknown"),
    ],
    ids=["no such folder", "a file for a folder", "a folder for a file", "wrong ending", "no ending"],
)
def test_an_answer_that_cannot_be_written(run, table_file, tmp_path, target, says):
    path = table_file(["bio"], ["bidan"])
    (tmp_path / "folder.csv").mkdir()
    assert says in assert_says(run("predict", path, "-o", tmp_path / target, "--no-model"), tmp_path / target)
    assert {file.name for file in tmp_path.iterdir()} == {"akun.csv", "folder.csv"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write(run, table_file, tmp_path):
    path, folder = table_file(["bio"], ["bidan"]), tmp_path / "tutup"
    folder.mkdir(mode=0o500)
    assert "cannot be written" in assert_says(
        run("predict", path, "-o", folder / "a.csv", "--no-model"), folder / "a.csv"
    )


@pytest.mark.parametrize(
    ("target", "says"), [("m.bin", "a model file ends in .npz"), ("nix/m.npz", "its folder does not exist")]
)
def test_a_model_that_cannot_be_written(run, table_file, tmp_path, target, says):
    path = table_file(["bio", "label"], *K, *I)
    assert says in assert_says(run("train", path, "-o", tmp_path / target), tmp_path / target)


def test_an_export_that_cannot_be_written(run, model_path, tmp_path):
    target = tmp_path / "nix" / "pipa.joblib"
    assert "cannot be written" in assert_says(run("export", model_path, "--to", target), target)


def test_an_export_of_a_wrong_ending(run, model_path, tmp_path):
    target = tmp_path / "pipa.csv"
    assert ".joblib" in assert_says(run("export", model_path, "--to", target), target)


# --- usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["predict"],
        ["predict", "akun.csv", "--bio", "bidan"],
        ["predict", "akun.csv", "--max-error", "0.9"],
        ["predict", "akun.csv", "--max-error", "sedikit"],
        ["predict", "akun.csv", "--lang", "fr"],
        ["predict", "akun.csv", "--nix"],
        ["explain", "akun.csv"],
        ["explain", "akun.csv", "--row", "0"],
        ["explain", "akun.csv", "--row", "1", "--id", "x"],
        ["train", "akun.csv"],
        ["train", "akun.csv", "-o", "m.npz", "--min-df", "0"],
        ["weights", "--top", "0"],
        ["export", "m.npz"],
        ["nix"],
    ],
    ids=" ".join,
)
def test_a_wrong_use_exits_with_2(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "akun.csv").write_text("bio\nbidan\n", encoding="utf-8")
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "") and "Usage:" in result.stderr
