import csv
import itertools
import re
from importlib import metadata
from pathlib import Path

import pytest
from Sastrawi.Stemmer.CachedStemmer import CachedStemmer
from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

from kolclf import stem as module
from kolclf.concepts import protected_words
from kolclf.errors import KolclfError
from kolclf.stem import refuse_old_sastrawi, stem

PROFILES = Path(__file__).parents[1] / "data" / "profiles.csv"
AFFIXED = [
    prefix + "{}" + suffix
    for prefix in ("", "me", "mem", "meng", "pe", "per", "ber", "di", "ter", "ke", "memper")
    for suffix in ("", "kan", "an", "i", "nya")
]


def test_stems_equal_pysastrawi_on_affixed_roots_and_real_words():
    oracle = StemmerFactory().create_stemmer()
    roots = [root for root in StemmerFactory().get_words() if root.isalpha() and root.isascii()][::30]
    with PROFILES.open(encoding="utf-8") as file:
        words = {
            word
            for row in csv.DictReader(file)
            for word in re.findall("[a-z]+", f"{row['bio']} {row['captions']}".lower())
        }
    tokens = words | {form.format(root) for root, form in itertools.product(roots, AFFIXED)}
    tokens -= protected_words()
    assert len(tokens) >= 50_000
    assert [
        token for token in sorted(tokens) if not token.startswith("gelar") and stem(token) != oracle.stem(token)
    ] == []


def test_each_token_is_stemmed_once(monkeypatch):
    counted = []
    plain = CachedStemmer.stem

    def counting(self, text):
        counted.append(text)
        return plain(self, text)

    monkeypatch.setattr(CachedStemmer, "stem", counting)
    assert len({stem("mempertanggungjawabkannyalah") for _ in range(3)}) == 1
    assert counted == ["mempertanggungjawabkannyalah"]


def test_the_old_sastrawi_is_refused(monkeypatch):
    monkeypatch.setattr(module, "version", lambda name: "1.0.1")
    with pytest.raises(KolclfError, match=r"Sastrawi 1\.0\.1 is installed and hides PySastrawi.*pip uninstall"):
        refuse_old_sastrawi()


def test_the_new_one_is_accepted():
    assert metadata.version("PySastrawi")
    assert refuse_old_sastrawi() is None


@pytest.mark.parametrize("token", ["gelarspog", "xphone", "emojikopi", "s1", "<doctor>"])
def test_what_is_no_word_stays(token):
    assert stem(token) == token
