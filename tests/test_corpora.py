"""The tables that the speed benchmark writes."""

import csv
from random import Random

import corpora
import pytest


@pytest.fixture(scope="module")
def texts():
    return corpora.source()


def test_a_table_reads_back_with_line_breaks_in_its_cells(texts, tmp_path):
    path = tmp_path / "new" / "made.csv"
    corpora.write(path, 300, texts, seed=3)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == corpora.COLUMNS
    assert [tuple(row) for row in rows] == list(corpora.accounts(300, texts, seed=3))
    assert {row[4] for row in rows} == {"kol", "influencer"}
    assert all(len(row[3].split()) == corpora.CAPTION_WORDS for row in rows)
    assert sum("\n" in row[3] for row in rows) > 250
    facts = corpora.facts(path)
    assert facts.profiles == 300
    assert 120 < facts.tokens / 300 < 150
    assert facts.tokens * 0.05 < facts.distinct < facts.tokens * 0.3


def test_the_same_seed_writes_the_same_table(texts):
    longer = list(corpora.accounts(20, texts, seed=1))
    assert list(corpora.accounts(10, texts, seed=1)) == longer[:10]
    assert list(corpora.accounts(20, texts, seed=2)) != longer


def test_text_comes_from_a_folder_too(tmp_path):
    (tmp_path / "a.tsv").write_text("satu dua\tpositive\n\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("tiga  empat\n", encoding="utf-8")
    (tmp_path / "c.md").write_text("lima\n", encoding="utf-8")
    assert corpora.source(tmp_path).captions == ["satu dua", "tiga empat"]


@pytest.mark.parametrize("word", ["di", "2024", "#promo"])
def test_words_that_are_short_or_hold_other_signs_stay(word):
    assert {corpora.changed(word, Random(seed)) for seed in range(20)} == {word}
