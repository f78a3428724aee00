"""From a table of accounts to a table of answers."""

import os
import pickle
import signal
import tracemalloc
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kolclf
from kolclf import DataError, KolClassifier, KolclfError, batch, stem, words
from kolclf.accounts import read_account
from kolclf.batch import CHUNK, output_columns, predict_table
from kolclf.data import accounts_of, find_columns
from kolclf.predictor import ANSWER, NUMBERS, Predictor, default_model, predict
from kolclf.tables import Table, read_table
from kolclf.writers import open_writer

DOCTOR = {"name": "", "bio": "dr. Rina, Sp.A | Praktik RS Mitra Bogor", "captions": "Jadwal praktik Senin-Rabu"}
CREATOR = {"name": "", "bio": "content creator, open endorse", "captions": "racun shopee, kode CECIL10"}
WIFE = {"name": "", "bio": "bukan dokter, cuma istri dokter. endorse DM", "captions": ""}
NOTHING = {"name": "", "bio": "", "captions": ""}


class Kept(list):
    """A writer that keeps its rows."""

    def write(self, rows, added):
        self.extend([*row, *cells] for row, cells in zip(rows, added, strict=True))

    def close(self):
        pass


def answer(predictor, rows, header=("id", "bio"), jobs=1):
    accounts, writer, done = Table("akun", list(header), iter(rows)), Kept(), []
    summary = predict_table(accounts, find_columns(accounts, {}), predictor, writer, done.append, jobs)
    return summary, writer, done


def test_rows_of_several_chunks_come_back_in_order():
    rows = [[i, "dr. Sari, Sp.M" if i % 3 else ""] for i in range(2 * CHUNK + 7)]
    summary, written, done = answer(Predictor(), rows)
    assert [row[:2] for row in written] == rows
    assert [row[2] for row in written] == ["kol" if i % 3 else "review" for i in range(len(rows))]
    assert (summary.rows, done) == (len(rows), [CHUNK, 2 * CHUNK, 2 * CHUNK + 7])
    assert [first[0] for first in summary.review_first] == [1, 4, 7, 10, 13]


@pytest.fixture
def short_chunks(monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", 20)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_several_processes_say_the_same_in_the_same_order(scorer, profiles, short_chunks, monkeypatch, method):
    monkeypatch.setattr(batch, "METHOD", method)
    rows = [[row["id"], row["name"], row["bio"], row["captions"]] for row in profiles]
    header = ("id", "name", "bio", "captions")
    one, two = (answer(Predictor(scorer), rows, header, jobs) for jobs in (1, 2))
    assert one == two


@pytest.mark.parametrize("remembered", [300_000, 60])
def test_words_that_nobody_asks_for_change_no_answer(scorer, profiles, short_chunks, monkeypatch, remembered):
    monkeypatch.setattr(words, "REMEMBERED", remembered)
    rows = [[row["id"], row["name"], row["bio"], row["captions"]] for row in profiles]
    _, written, _ = answer(Predictor(scorer), rows, ("id", "name", "bio", "captions"))
    assert [row[4:] for row in written] == Predictor(scorer).rows(accounts_of(profiles))


def test_accounts_one_after_another_leave_no_memory_behind(scorer, monkeypatch):
    monkeypatch.setattr(words, "REMEMBERED", 200)
    monkeypatch.setattr(words, "_vocabulary", words.Vocabulary())

    def kilobytes_after(names):
        for name in names:
            some = " ".join(f"{name}{chr(97 + i)}" for i in range(20))
            Predictor(scorer).rows(read_account(f"kak {name}", f"bidan {some}", f"promo {some} kata{some}/"))
        return tracemalloc.get_traced_memory()[0] >> 10

    tracemalloc.start()
    try:
        before = kilobytes_after(f"kata{chr(97 + i)}" for i in range(26))
        assert kilobytes_after(f"kita{chr(97 + i)}{chr(97 + j)}" for i in range(4) for j in range(20)) < before + 80
    finally:
        tracemalloc.stop()


def test_rows_before_a_bad_one_are_answered_and_the_error_is_told(short_chunks):
    def rows():
        for i in range(200):
            yield [i, "bidan"]
        raise DataError("akun.csv, line 202: cannot be read")

    with pytest.raises(DataError, match="line 202"):
        answer(Predictor(), rows(), jobs=2)


def test_a_process_that_dies_is_told(monkeypatch, short_chunks):
    monkeypatch.setattr(batch, "_answer", _die)
    with pytest.raises(KolclfError, match=r"ended before its work.*--jobs 1"):
        answer(Predictor(), [[i, "bidan"] for i in range(120)], jobs=2)


def test_a_process_that_starts_afresh_knows_the_stems_of_the_model(scorer, monkeypatch):
    sent = pickle.dumps(batch._Answerer(Predictor(scorer)))
    monkeypatch.setattr(stem, "_stems", {})
    pickle.loads(sent)
    assert stem._stems == dict(scorer.stems)


@pytest.mark.parametrize("at", [0, 1])
def test_where_no_process_can_start_one_answers_all(short_chunks, monkeypatch, at):
    forks, fork = iter(range(9)), os.fork

    def limited():
        if next(forks) < at:
            return fork()
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(batch, "METHOD", "fork")
    monkeypatch.setattr(os, "fork", limited)
    summary, written, _ = answer(Predictor(), [[i, "bidan"] for i in range(120)], jobs=2)
    assert [row[0] for row in written] == list(range(120)) and summary.rows == 120
    assert next(forks) == at + 1  # it was tried


def test_no_more_processes_start_than_there_are_chunks(short_chunks, monkeypatch):
    forks, fork = [], os.fork
    monkeypatch.setattr(batch, "METHOD", "fork")
    monkeypatch.setattr(os, "fork", lambda: forks.append(1) or fork())
    answer(Predictor(), [[i, "bidan"] for i in range(41)], jobs=8)
    assert len(forks) == 2


def _die(rows):
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_summary_counts_what_was_written(scorer, profiles):
    rows = [[row["id"], row["name"], row["bio"], row["captions"]] for row in profiles]
    summary, written, _ = answer(Predictor(scorer), rows, ("id", "name", "bio", "captions"))
    assert summary.labels == Counter(row[4] for row in written)
    assert summary.sources == Counter(row[6] for row in written)
    assert summary.promotes == sum(row[7] == "yes" for row in written)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.tuples(st.integers() | st.text(max_size=5), st.none() | st.text(max_size=40)).map(list)))
def test_rows_in_are_rows_out(rows):
    summary, written, _ = answer(Predictor(), rows)
    assert [row[:2] for row in written] == rows and summary.rows == len(rows)
    for label, p, source, promotes, reason in (row[2:] for row in written):
        assert label in ("kol", "influencer", "review") and source in ("rules", "none")
        assert (p == "") == (source == "none") and (p == "" or 0 <= p <= 1)
        assert promotes in ("yes", "no") and reason


def through_files(folder, rows, ending, target_ending, jobs):
    """Answer a file into another, and return the rows of that."""
    source, target = folder / f"masuk.{ending}", folder / f"keluar.{target_ending}"
    with open_writer(str(source), HEADER, Table("akun", HEADER, iter(()))) as writer:
        writer.write(rows, [[]] * len(rows))
    table, predictor = read_table(str(source)), Predictor()
    header = output_columns(table.columns, predictor.answer_columns)
    with open_writer(str(target), header, table, NUMBERS) as writer:
        summary = predict_table(table, find_columns(table, {}), predictor, writer, jobs=jobs)
    answered = list(read_table(str(target)).rows)
    assert summary.rows == len(answered)
    return [(row[:2], row[2], row[-1]) for row in answered]


HEADER = ["id", "bio"]
ENDINGS = st.sampled_from(["csv", "tsv", "jsonl", "xlsx", "parquet"])
BIOS = st.sampled_from(["", "dr. Rina, Sp.A", "endorse DM", 'kata "dua"', "baris\nlain", "a,b;c\td", "é 😂"])


def expected(rows):
    answers = Predictor().rows(accounts_of([{"bio": bio} for _, bio in rows]))
    return [(row, answer[0], answer[-1]) for row, answer in zip(rows, answers, strict=True)]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(BIOS, min_size=1, max_size=20), ENDINGS, ENDINGS, st.sampled_from([1, 2, 7, 4096]))
def test_rows_of_a_file_come_back_in_order(tmp_path_factory, bios, ending, target_ending, chunk):
    rows = [[str(number), bio] for number, bio in enumerate(bios)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "CHUNK", chunk)
        assert through_files(tmp_path_factory.getbasetemp(), rows, ending, target_ending, 1) == expected(rows)


@pytest.mark.parametrize(("ending", "target_ending"), [("csv", "parquet"), ("parquet", "xlsx")])
def test_rows_of_a_file_come_back_in_order_from_two_processes(tmp_path, monkeypatch, ending, target_ending):
    monkeypatch.setattr(batch, "CHUNK", 2)
    rows = [[str(number), "endorse DM" * (number % 3) + "\n"] for number in range(21)]
    assert through_files(tmp_path, rows, ending, target_ending, 2) == expected(rows)


def test_predict_in_one_call(scorer):
    answers = predict([DOCTOR, CREATOR, WIFE, NOTHING], scorer)
    assert [tuple(item) for item in answers] == [ANSWER] * 4
    assert [item["label"] for item in answers[::3]] == ["kol", "review"]
    assert answers[1]["label"] != "kol" and answers[2]["label"] != "kol"
    assert predict(pd.DataFrame([DOCTOR, CREATOR, WIFE, NOTHING]), scorer) == answers
    assert predict([], scorer) == []


def test_predict_without_a_model_asks_the_rules():
    answers = predict([DOCTOR, CREATOR, WIFE, NOTHING], None)
    assert [(item["label"], item["source"]) for item in answers] == [
        ("kol", "rules"),
        ("influencer", "rules"),
        ("influencer", "rules"),
        ("review", "none"),
    ]


def test_the_default_model_is_used_unless_another_is_named():
    assert default_model().is_kol_model
    assert kolclf.predict([DOCTOR])[0]["source"] == "model+rules"


@pytest.mark.parametrize("with_model", [True, False], ids=["model", "rules"])
def test_without_review_every_account_is_decided(scorer, profiles, with_model):
    answers = predict([*profiles, NOTHING], scorer if with_model else None, review=False)
    assert {item["label"] for item in answers} == {"kol", "influencer"}


def test_a_smaller_error_means_no_fewer_reviews(scorer, profiles):
    def reviewed(error):
        labels = [item["label"] for item in predict(profiles, scorer, max_error=error)]
        return {i for i, label in enumerate(labels) if label == "review"}

    assert reviewed(0.0) >= reviewed(0.05) >= reviewed(0.2) >= reviewed(0.5)
    assert len(reviewed(0.0)) > len(reviewed(0.5))


def test_reasons_in_two_languages(scorer):
    indonesian, english = (predict([DOCTOR, CREATOR, NOTHING], scorer, language=code) for code in ("id", "en"))
    assert [item.pop("reason") for item in english] != [item.pop("reason") for item in indonesian]
    assert english == indonesian


SHOPS = [({"bio": "kopi susu enak"}, "kedai"), ({"bio": "servis motor"}, "bengkel"), ({"bio": "pupuk sawah"}, "tani")]


def test_other_labels_are_predicted_without_rules():
    accounts, labels = zip(*SHOPS * 5, strict=True)
    scorer = KolClassifier(cv=2).fit(accounts, labels).scorer_
    answers = predict([account for account, _ in SHOPS] + [DOCTOR], scorer)
    assert [item["label"] for item in answers[:3]] == [label for _, label in SHOPS]
    assert {tuple(item) for item in answers} == {("label", "p", "source", "reason")}
    assert {item["source"] for item in answers} == {"model"} and all(0 <= item["p"] <= 1 for item in answers)


@pytest.mark.parametrize(
    ("columns", "added"),
    [
        (["bio"], list(ANSWER)),
        (["bio", "label"], ["label_kolclf", *ANSWER[1:]]),
        (["label", "label_kolclf", "label_kolclf_"], ["label_kolclf__", *ANSWER[1:]]),
        (list(ANSWER), [f"{name}_kolclf" for name in ANSWER]),
        (["Label"], list(ANSWER)),
    ],
)
def test_added_columns_never_take_the_name_of_another(columns, added):
    assert output_columns(columns, ANSWER) == columns + added
