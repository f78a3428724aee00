"""The commands, one after another, as people use them."""

import csv
import io
import json
import math
import os
import subprocess
import sys
import unicodedata

import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import kolclf
from kolclf.cli import app
from kolclf.data import accounts_of
from kolclf.render import harmless
from kolclf.tables import read_table

DOCTOR = "dr. Rina, Sp.A | Praktik RS Mitra Bogor"
WIFE = "bukan dokter, cuma istri dokter. endorse DM"
COLUMNS = ["username", "full_name", "biography", "caption_1", "catatan"]
ROWS = [
    ["@rina_fiksi", "dr. Rina, Sp.A", "Praktik RS Mitra;\nBogor", "Jadwal praktik", "007"],
    ["@sil_fiksi", "", 'content creator, "endorse" DM', "racun shopee", "=1+1"],
    ["", "", "", "", ""],
    ["@lala_fiksi", "Lala", WIFE, "", " "],
]
LABELS = ["kol", "influencer", "review", "influencer"]
ANSWER = ["label", "p_kol", "source", "promotes", "reason"]
CRITERIA = ["medium", "credibility", "area", "daily_work", "livelihood"]
EVIDENCE = ["evidence_kol", "evidence_influencer", *(f"criterion_{name}" for name in CRITERIA)]
COMMANDS = sorted(typer.main.get_command(app).commands)


def save(path, columns, rows):
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
    elif path.suffix == ".jsonl":
        records = (dict(zip(columns, row, strict=True)) for row in rows)
        path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True))), path)
    else:
        book = Workbook()
        for row in [columns, *rows[:2], ["", "", "", "", "-"], *rows[3:]]:  # a row without any cell is no row in XLSX
            book.active.append(row)
        book.active["E3"].data_type = "s"
        book.save(path)
    return path


def kolclf_process(*arguments, **environment):
    command = [sys.executable, "-c", "from kolclf.__main__ import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, **environment})


def read(path):
    table = read_table(str(path))
    return table.columns, list(table.rows)


def parsed(result, delimiter=","):
    assert result.exit_code == 0, result.stderr
    header, *rows = csv.reader(io.StringIO(result.stdout, newline=""), delimiter=delimiter)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def labelled(profiles, tmp_path_factory):
    """A small labelled file."""
    path = tmp_path_factory.mktemp("labelled") / "profil.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(profiles[0]))
        writer.writeheader()
        writer.writerows(profiles)
    return path


# --- predict, a file


@pytest.mark.parametrize("out", ["csv", "tsv", "xlsx", "jsonl", "parquet"])
@pytest.mark.parametrize("given", ["csv", "xlsx", "jsonl", "parquet"])
def test_every_column_and_row_comes_back(run, tmp_path, given, out):
    path, target = save(tmp_path / f"masuk.{given}", COLUMNS, ROWS), tmp_path / f"keluar.{out}"
    before = read(path)
    result = run("predict", path, "-o", target, "--no-model")
    columns, rows = read(target)
    assert result.exit_code == 0 and result.stdout == ""
    assert columns == COLUMNS + ANSWER
    assert [row[:5] for row in rows] == before[1]
    assert [row[5] for row in rows] == LABELS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "written"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-8-sig"), ("cp1252", "utf-8-sig")],
)
def test_the_result_is_written_as_the_input(run, table_file, delimiter, encoding, written):
    text = delimiter.join(["id", "bio"]) + "\r\n" + delimiter.join(["caf\xe9_fiksi", '"bidan\r\nAlor"']) + "\r\n"
    path = table_file(text.encode(encoding))
    target = path.with_name("keluar.csv")
    assert run("predict", path, "-o", target, "--no-model").exit_code == 0
    assert target.read_bytes().startswith(delimiter.join(["id", "bio", *ANSWER]).encode(written))
    assert read(target)[1][0][:2] == ["caf\xe9_fiksi", "bidan\r\nAlor"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_standard_input_to_standard_output(run, delimiter):
    text = f"id{delimiter}bio\n1{delimiter}{DOCTOR.replace(',', '')}\n2{delimiter}guru\n"
    result = run("predict", "-", "--no-model", "--lang", "en", stdin=text.encode("utf-16"))
    rows = parsed(result, delimiter)
    assert [row["id"] for row in rows] == ["1", "2"] and rows[0]["label"] == "kol"
    assert "standard input: id = id; bio = bio" in result.stderr and "2 rows" in result.stderr


def test_a_name_that_is_taken_gets_an_ending_and_says_so(run, table_file):
    result = run("predict", table_file(["bio", "label", "reason"], [DOCTOR, "entah", "x"]), "--no-model")
    [row] = parsed(result)
    assert (row["label"], row["reason"], row["label_kolclf"]) == ("entah", "x", "kol")
    assert "ours are called label_kolclf, reason_kolclf" in result.stderr


def test_a_result_can_be_predicted_again_and_over_its_input(run, table_file):
    path = table_file(["bio"], [DOCTOR])
    assert [run("predict", path, "-o", path, "--no-model").exit_code for _ in range(2)] == [0, 0]
    assert read(path)[0] == ["bio", *ANSWER, *(f"{name}_kolclf" for name in ANSWER)]


def test_columns_are_named_by_option(run, table_file):
    path = table_file(
        ["bio", "isi", "k1", "k2", "gelar", "kode"], ["vlog", "Praktik RS", "a", "b", "dr. Rina, Sp.A", "7"]
    )
    options = ["--bio-column", "isi", "--captions-column", "k2,k1", "--name-column", "gelar", "--id-column", "kode"]
    result = run("predict", path, "--no-model", *options)
    assert parsed(result)[0]["label"] == "kol"
    assert "id = kode; name = gelar; bio = isi; captions = k2, k1" in result.stderr


def test_nothing_but_data_on_standard_output(run, labelled, model_path):
    result = run("predict", labelled, "--model", model_path, "--lang", "en")
    rows = parsed(result)
    assert [row["id"] for row in rows] == [row["id"] for row in parsed_file(labelled)]
    assert {row["label_kolclf"] for row in rows} == {"kol", "influencer", "review"}
    assert f"{len(rows)} rows" in result.stderr


def parsed_file(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("options", [[], ["--no-model"]], ids=["model", "rules"])
def test_no_review_decides_every_row(run, tmp_path, model_path, options):
    path = save(tmp_path / "masuk.csv", COLUMNS, ROWS)
    rows = parsed(run("predict", path, "--no-review", "--model", model_path, *options))
    assert {row["label"] for row in rows} == {"kol", "influencer"}


def test_a_smaller_error_gives_no_fewer_reviews(run, labelled, model_path):
    def reviews(error):
        rows = parsed(run("predict", labelled, "--model", model_path, "--max-error", error))
        return sum(row["label_kolclf"] == "review" for row in rows)

    assert reviews(0.0) >= reviews(0.2)


def test_reasons_in_english(run, tmp_path):
    path = save(tmp_path / "masuk.csv", COLUMNS, ROWS)
    indonesian, english = (parsed(run("predict", path, "--no-model", "--lang", code)) for code in ("id", "en"))
    assert all(
        a["reason"] != b["reason"] and a["label"] == b["label"] for a, b in zip(indonesian, english, strict=True)
    )


@pytest.mark.parametrize("older", [None, "lama"])
def test_a_failed_run_leaves_no_file_and_keeps_an_older_one(run, table_file, older):
    path = table_file("id,bio\n" + "1,bidan\n" * 1500 + "1,2,3\n")
    target = path.with_name("keluar.csv")
    if older:
        target.write_text(older, encoding="utf-8")
    assert run("predict", path, "-o", target, "--no-model").exit_code == 1
    left = {file.name: file.read_text(encoding="utf-8") for file in path.parent.iterdir() if file != path}
    assert left == ({"keluar.csv": older} if older else {})


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_failed_run_says_nothing_but_its_sentence(table_file, ending):
    path = table_file("id,bio\n1,bidan\n1,2,3\n")
    result = kolclf_process("predict", path, "-o", path.with_name(f"keluar.{ending}"), "--no-model")
    assert result.returncode == 1 and b"Traceback" not in result.stderr
    assert result.stderr.splitlines()[-1].startswith(b"Error: ")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
@pytest.mark.parametrize("options", [[], ["--no-model"]], ids=["model", "rules"])
def test_evidence_is_added_in_every_format(run, tmp_path, model_path, ending, options):
    path, target = save(tmp_path / f"masuk.{ending}", COLUMNS, ROWS), tmp_path / f"keluar.{ending}"
    assert run("predict", path, "-o", target, "--model", model_path, "--explain", *options).exit_code == 0
    header, rows = read(target)
    assert header == COLUMNS + ANSWER + EVIDENCE
    assert [row[5] for row in rows] == LABELS
    assert rows[0][10].startswith("Sp.A +") and all(float(cell) >= 0 for cell in rows[0][13:16])
    assert "endorse" in rows[1][11] and not [cell for cell in rows[2][10:] if cell]
    if ending == "parquet":
        assert {pq.read_schema(target).field(name).type for name in EVIDENCE[2:]} == {pa.float64()}


def test_evidence_is_the_same_from_several_processes(run, table_file, monkeypatch):
    monkeypatch.setattr("kolclf.batch.CHUNK", 5)
    path = table_file(["bio"], *[[f"bidan {i}" if i % 2 else WIFE] for i in range(100)])
    one, two = (run("predict", path, "--no-model", "--explain", "--jobs", jobs).stdout for jobs in (1, 2))
    assert one == two and one.count("bidan +") == 50


def test_evidence_leaves_the_other_columns_as_they_are(run, labelled, model_path):
    plain, more = (parsed(run("predict", labelled, "--model", model_path, *option)) for option in ([], ["--explain"]))
    assert [{key: row[key] for key in plain[0]} for row in more] == plain
    assert list(more[0])[-len(EVIDENCE) :] == EVIDENCE


# --- predict, one account


@pytest.mark.parametrize("options", [[], ["--no-model"]], ids=["model", "rules"])
@pytest.mark.parametrize(
    "bio",
    [
        DOCTOR,
        "𝐝𝐫. 𝐑𝐢𝐧𝐚, 𝐒𝐩.𝐀 | 𝐏𝐫𝐚𝐤𝐭𝐢𝐤 𝐑𝐒 𝐌𝐢𝐭𝐫𝐚 𝐁𝐨𝐠𝐨𝐫",
        "ᴅʀ. ʀɪɴᴀ, sᴘ.ᴀ | ᴘʀᴀᴋᴛɪᴋ ʀs ᴍɪᴛʀᴀ ʙᴏɢᴏʀ",
        DOCTOR.upper(),
        DOCTOR.replace("Praktik", "Prakitk"),
    ],
    ids=["plain", "bold", "small capitals", "capitals", "typo"],
)
def test_a_doctor_is_a_kol_however_it_is_written(run, bio, options):
    result = run("predict", "--bio", bio, "--caption", "Jadwal praktik Senin-Rabu", *options)
    headline, reason, *criteria = result.stdout.splitlines()
    assert headline.startswith("kol  p_kol = ") and "promotes = no" in headline
    assert reason.startswith("KOL: ") and "gelar dokter" in reason
    assert any(line.startswith("2 kredibilitas ") and "gelar dokter" in line for line in criteria)
    assert any(line.startswith(("3 wilayah pengaruh ", "4 keseharian ")) for line in criteria)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("options", [[], ["--no-model"], ["--no-review"]], ids=["model", "rules", "no review"])
def test_a_doctors_wife_is_no_kol(run, options):
    result = run("predict", "--bio", WIFE, *options)
    assert result.stdout.startswith("influencer ") and "promotes = yes" in result.stdout


def test_one_account_in_english(run):
    result = run("predict", "--name", "dr. Rina, Sp.A", "--caption", "a", "--caption", "jadwal praktik", "--lang", "en")
    assert result.stdout.startswith("kol ") and "2 credibility" in result.stdout and "kredibilitas" not in result.stdout


@pytest.mark.parametrize("bio", ["", "[bold]x[/bold] [/] \\[", "😂" * 5, "a" * 5000])
def test_one_odd_account(run, bio):
    result = run("predict", "--bio", bio, "--no-model")
    assert result.exit_code == 0 and result.stdout.startswith("review")


# --- explain, weights, rules


@pytest.mark.parametrize("which", [["--row", "1"], ["--id", "@rina_fiksi"]])
def test_explain_one_account_of_a_file(run, tmp_path, model_path, which):
    path = save(tmp_path / "masuk.csv", COLUMNS, ROWS)
    result = run("explain", path, *which, "--model", model_path, "--lang", "en")
    assert result.stdout.startswith("kol ") and "2 credibility" in result.stdout
    assert {"rule", "model", "bio", "captions"} <= set(result.stdout.split())
    assert "with all weights above log-odds +" in result.stdout and result.stderr == ""


def test_explain_by_the_rules_alone_and_step_by_step(run):
    result = run("explain", "--bio", DOCTOR, "--no-model", "--steps")
    assert "titles" in result.stdout and "gelarspa" in result.stdout and " aturan " in result.stdout
    assert " model " not in result.stdout


def test_explain_shows_the_texts_the_words_as_written_and_what_was_ignored(run, model_path):
    bio = "𝗱𝗿. Rina | WA 0812-0000-1234\nzxqv"
    shown = run("explain", "--name", "Tio", "--bio", bio, "--model", model_path).stdout
    assert "𝗱𝗿. Rina | WA 0812-0000-1234" in shown and "memakai gelar dokter" in shown
    assert any(line.split()[:1] == ["𝗱𝗿."] and " aturan " in line for line in shown.splitlines())
    ignored = [line for line in shown.splitlines() if line.startswith("diabaikan: ")]
    assert ignored[0] == "diabaikan: Tio (dari nama hanya gelar dan jenis akun yang dibaca)"
    assert any("zxqv" in line and "tidak dikenal model" in line for line in ignored)
    assert any("[nomor telepon]" in line and "hanya jenisnya" in line for line in ignored)


def test_explain_colours_the_words_by_the_side_that_they_speak_for(run, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run("explain", "--name", "drg. Tio", "--bio", "endorse DM saja", "--no-model").stdout
    assert "\x1b[1;32mdrg.\x1b[0m Tio" in shown and "\x1b[1;35mendorse DM\x1b[0m saja" in shown


HOSTILE = "\x1b[2J\x1b]0;x\x07[bold]drg.[/bold] Tio[/] \u202e\u2066\u200f\x9b31m :smile: \\[red] \ud800 [link=x]endorse DM\r\x08"


@pytest.mark.parametrize("command", [["explain"], ["explain", "--json"], ["predict"], ["predict", "--explain"]])
def test_a_strangers_text_cannot_steer_the_terminal(run, command):
    result = run(*command, "--bio", HOSTILE, "--name", HOSTILE, "--caption", HOSTILE, "--no-model")
    assert result.exit_code == 0
    if command != ["predict"]:
        assert "[bold]drg.[/bold] Tio[/]" in result.stdout and ":smile:" in result.stdout
    spoofs = [c for c in result.stdout if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert spoofs == []


@given(st.text() | st.text(alphabet="\x1b\x07\x9b\u202e\u2066\u200f\ud800\r\n\t a"))
def test_what_is_shown_of_a_text_is_harmless_and_as_long(text):
    shown = harmless(text)
    assert len(shown) == len(text) and shown.encode().decode() == shown
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Zl", "Zp") for c in shown)
    turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert turns.isdisjoint(map(unicodedata.bidirectional, shown))


def test_explain_as_json(run, tmp_path, model_path):
    path = save(tmp_path / "masuk.csv", COLUMNS, ROWS)
    result = run("explain", path, "--id", "@rina_fiksi", "--model", model_path, "--json")
    found = json.loads(result.stdout)
    total = found["intercept"] + sum(item["amount"] for item in found["contributions"])
    assert total == pytest.approx(found["log_odds"], abs=1e-9) and result.stderr == ""
    assert 1 / (1 + math.exp(-total)) == pytest.approx(found["p_kol"], abs=1e-9)
    assert (found["label"], found["promotes"], found["texts"]["name"]) == ("kol", "no", "dr. Rina, Sp.A")
    [title] = [item for item in found["contributions"] if item["feature"] == "specialist_title"]
    assert found["texts"][title["field"]][title["start"] : title["end"]] == title["word"] == "Sp.A"


def test_explain_a_whole_file_as_lines_of_json(run, tmp_path, model_path):
    path = save(tmp_path / "masuk.csv", COLUMNS, ROWS)
    lines = run("explain", path, "--model", model_path, "--json").stdout.splitlines()
    found = [json.loads(line) for line in lines]
    assert [item.pop("row") for item in found] == [1, 2, 3, 4]
    assert [item["label"] for item in found] == LABELS
    assert found[1] == json.loads(run("explain", path, "--row", "2", "--model", model_path, "--json").stdout)


@pytest.mark.parametrize("options", [["--json"], ["--row", "1"]], ids=" ".join)
def test_nothing_can_be_explained_of_a_header_alone(run, table_file, options):
    result = run("explain", table_file("id,bio\n"), "--no-model", *options)
    assert (
        (result.exit_code, result.stdout) == (1, "") and "akun.csv: has " in result.stderr and " row" in result.stderr
    )


@pytest.mark.parametrize("options", [[], ["--row", "1", "--id", "x"], ["--row", "1", "--id", "x", "--json"]])
def test_explain_asks_which_account(run, table_file, options):
    result = run("explain", table_file(["bio"], ["bidan"]), "--no-model", *options)
    assert result.exit_code == 2 and "--row N or --id X" in result.stderr


def test_explain_answers_as_predict_does(run, table_file, model_path):
    path = table_file(["bio"], ["suka kopi dan jalan-jalan"], [DOCTOR])
    for options in ([], ["--no-review"], ["--max-error", "0"]):
        labels = [row["label"] for row in parsed(run("predict", path, "--model", model_path, *options))]
        lines = run("explain", path, "--json", "--model", model_path, *options).stdout.splitlines()
        assert [json.loads(line)["label"] for line in lines] == labels


def test_model_and_rules_stand_side_by_side_where_they_disagree(run):
    bio = "dr. Tio | content creator, endorse DM"
    found = json.loads(run("explain", "--bio", bio, "--json").stdout)
    assert found["model"]["p_kol"] < 0.5 < found["rules"]["p_kol"]
    shown = run("explain", "--bio", bio, "--lang", "en").stdout
    assert "Model and rules disagree: the model alone p_kol = " in shown
    assert ["criterion", "log-odds", "model", "rule"] in [line.split() for line in shown.splitlines()]
    assert "disagree" not in run("explain", "--bio", DOCTOR, "--lang", "en").stdout


@pytest.mark.parametrize("which", [["--row", "9"], ["--id", "@nix_fiksi"]])
def test_explain_an_account_that_is_not_there(run, tmp_path, which):
    path = save(tmp_path / "masuk.csv", COLUMNS, ROWS)
    result = run("explain", path, *which, "--no-model")
    assert result.exit_code == 1 and f"Error: {path}: has no {which[0][2:]}" in result.stderr


def test_weights_as_a_table_and_as_csv(run, model_path, scorer):
    shown = run("weights", "--model", model_path, "--field", "bio", "--top", 3)
    assert shown.exit_code == 0 and "captions" not in shown.stdout and len(shown.stdout.splitlines()) == 10
    rows = parsed(run("weights", "--model", model_path, "--csv"))
    assert len(rows) == scorer.coef.size and {row["label"] for row in rows} == {"kol", "influencer"}
    assert {row["field"] for row in rows} == {"bio", "captions"}
    assert run("weights", "--model", model_path, "--field", "nix").exit_code == 1


def test_rules_are_listed_and_tried(run):
    assert "specialist_title" in run("rules").stdout
    fired = run("rules", DOCTOR, "--lang", "en")
    assert "specialist_title" in fired.stdout and "sum of log-odds +" in fired.stdout
    assert "sum of log-odds -" in run("rules", WIFE, "--lang", "en").stdout


def test_rules_of_ones_own_are_added(run, table_file):
    result = run("rules", "--rules", table_file("", name="aturan.toml"))
    assert result.exit_code == 0 and "specialist_title" in result.stdout


# --- train, export


def test_training_twice_gives_the_same_bytes(run, labelled, tmp_path):
    assert run("train", labelled, "-o", tmp_path / "a.npz").exit_code == 0
    assert kolclf_process("train", labelled, "-o", tmp_path / "b.npz", PYTHONHASHSEED="7").returncode == 0
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_training_says_what_it_used_and_what_it_set_aside(run, labelled, profiles, tmp_path):
    counts = {label: sum(row["label"] == label for row in profiles) for label in ("neither", "unsure")}
    result = run("train", labelled, "-o", tmp_path / "m.npz", "--group-column", "batch", "--no-stem", "--seed", "3")
    assert result.exit_code == 0 and result.stdout == ""
    assert f"set aside: {counts['neither']} neither, {counts['unsure']} unsure" in result.stderr
    assert "label = label" in result.stderr and f"wrote {tmp_path / 'm.npz'}" in result.stderr
    assert run("predict", "--bio", DOCTOR, "--model", tmp_path / "m.npz").stdout.startswith("kol ")


SHOPS = [["kopi susu enak", "kedai"], ["servis motor", "bengkel"], ["pupuk sawah", "tani"]]


@pytest.fixture(scope="module")
def shop_model(tmp_path_factory):
    """A model of three made-up labels, by bios alone."""
    folder = tmp_path_factory.mktemp("shops")
    rows = [[f"{bio} {town}", kind] for town in ("Solo", "Kudus", "Tegal", "Pati", "Demak") for bio, kind in SHOPS]
    path = save(folder / "toko.csv", ["isi", "jenis"], rows)
    kolclf.save_model(
        kolclf.KolClassifier(cv=2).fit([{"bio": bio} for bio, _ in rows], [kind for _, kind in rows]).scorer_,
        folder / "python.npz",
    )
    return path


def test_other_labels_are_trained_and_predicted_without_rules(run, shop_model):
    model = shop_model.with_name("toko.npz")
    result = run("train", shop_model, "-o", model, "--bio-column", "isi", "--label-column", "jenis")
    assert result.exit_code == 0 and "5 bengkel, 5 kedai, 5 tani" in result.stderr
    rows = parsed(run("predict", shop_model, "--model", model, "--bio-column", "isi"))
    assert all(row["label"] == row["jenis"] and row["source"] == "model" for row in rows)
    assert list(rows[0]) == ["isi", "jenis", "label", "p", "source", "reason"]
    for command in ("predict", "explain"):
        assert "bengkel" in run(command, "--bio", "servis motor", "--model", model).stdout


def test_evidence_of_other_labels_speaks_for_and_against_the_answer(run, shop_model):
    model = shop_model.with_name("python.npz")
    rows = parsed(run("predict", shop_model, "--model", model, "--bio-column", "isi", "--explain"))
    assert list(rows[0]) == ["isi", "jenis", "label", "p", "source", "reason", "evidence_for", "evidence_against"]
    assert all(row["evidence_for"].split(" ")[0] in row["isi"] for row in rows)
    shown = run("explain", "--bio", "Servis motor", "--model", model).stdout
    assert shown.startswith("bengkel  p = ") and "Servis" in shown and "kredibilitas" not in shown


def test_the_probability_of_other_labels_is_a_number_in_parquet(run, shop_model, tmp_path):
    model = shop_model.with_name("python.npz")
    run("predict", shop_model, "--model", model, "--bio-column", "isi", "-o", tmp_path / "a.parquet")
    assert pq.read_schema(tmp_path / "a.parquet").field("p").type == pa.float64()


def test_a_model_by_bios_alone_can_be_exported(run, shop_model, tmp_path):
    result = run("export", shop_model.with_name("python.npz"), "--to", tmp_path / "pipa.joblib")
    assert result.exit_code == 0
    assert joblib.load(tmp_path / "pipa.joblib").predict([{"bio": "servis motor"}]).tolist() == ["bengkel"]


def test_the_exported_pipeline_says_the_same(run, model_path, scorer, profiles, tmp_path):
    result = run("export", model_path, "--to", tmp_path / "pipa.joblib")
    assert result.exit_code == 0 and "runs code" in result.stderr and result.stdout == ""
    pipeline = joblib.load(tmp_path / "pipa.joblib")
    ours = scorer.predict_proba(scorer.transform(accounts_of(profiles)))
    np.testing.assert_allclose(pipeline.predict_proba(profiles), ours, rtol=0, atol=1e-9)
    assert tuple(pipeline.classes_) == scorer.classes


# --- the program itself


def test_version(run):
    assert run("--version").stdout == f"kolclf {kolclf.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(run, command):
    result = run(command, "--help")
    shown = " ".join(result.stdout.split())
    assert result.exit_code == 0 and "Example" in shown and f"kolclf {command}" in shown


def test_help_lists_the_commands(run):
    assert {"train", "predict", "explain", "weights", "rules", "export"} <= set(COMMANDS)
    assert set(COMMANDS) <= set(run("-h").stdout.split())


def test_a_reader_that_goes_away_is_no_error(labelled):
    script = "from kolclf.__main__ import main; main()"
    command = [sys.executable, "-c", script, "predict", labelled, "--no-model"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 0


def test_help_waits_for_no_heavy_library():
    heavy = "{'numpy', 'scipy', 'sklearn', 'pandas', 'pyarrow', 'openpyxl'}"
    code = f"import sys, kolclf.cli; sys.exit(str(sorted({heavy} & set(sys.modules))))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr.strip()
    assert loaded == "[]"


def test_a_prediction_does_not_load_scikit_learn():
    code = (
        "import sys; from kolclf.predictor import predict; predict([{'bio': 'bidan di Alor'}]);"
        "sys.exit(str(sorted({'sklearn', 'scipy', 'pandas'} & set(sys.modules))))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr.strip()
    assert loaded == "[]"


def test_one_answer_waits_for_nothing_that_it_does_not_need():
    libraries = {"sklearn", "scipy", "pandas", "ftfy", "rich.progress"}
    unneeded = libraries | {"tomllib", "html", "multiprocessing", "importlib.resources"}
    code = (
        "import atexit, sys; from kolclf.__main__ import main; sys.argv[1:] = ['predict', '--bio', 'dr. Rina, Sp.A | Alor'];"
        f"atexit.register(lambda: print(sorted({unneeded} & set(sys.modules)), file=sys.stderr)); main()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("kol") and run.stderr.strip() == "[]"


def test_numpy_begins_no_threads_that_would_only_wait():
    code = (
        "import atexit, sys; from kolclf.__main__ import main; from threadpoolctl import threadpool_info as info;"
        "sys.argv[1:] = ['predict', '--bio', 'bidan'];"
        "atexit.register(lambda: print({of['num_threads'] for of in info()} - {1}, file=sys.stderr)); main()"
    )
    env = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert run.stderr.strip() == "set()"


def test_a_misspelt_command_is_likened_to_all(run):
    assert "No such command 'pridict'. Did you mean 'predict'?" in " ".join(
        run("pridict").stderr.replace("│", "").split()
    )


def test_training_uses_only_the_rows_asked_for(run, tmp_path, profiles, table_file):
    rows = [[r["bio"], r["label"], r["split"]] for r in profiles]
    path = table_file(["bio", "label", "split"], *rows)
    result = run("train", path, "-o", tmp_path / "m.npz", "--where", "split=test")
    assert result.exit_code == 0
    assert sum(kolclf.load_model(tmp_path / "m.npz").info["labels"].values()) <= sum(row[2] == "test" for row in rows)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("split", "write COLUMN=VALUE, as in split=train"),
        ("x=1", "has no column 'x'"),
        ("split=nix", "no row has that value in the column 'split'"),
    ],
)
def test_a_wrong_where_says_so(run, tmp_path, table_file, where, message):
    path = table_file(["bio", "label", "split"], ["dokter", "kol", "train"])
    result = run("train", path, "-o", tmp_path / "m.npz", "--where", where)
    assert result.exit_code == 1 and message in " ".join(result.stderr.split())
