from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stem_parity import INFIXES, PREFIXES, SUFFIXES, differing, oracle, root_words, strata, words_of_texts

from kolclf.sastrawi import _roots, stem_word

ROOTS = root_words()
PIECES = st.sampled_from([*PREFIXES, *INFIXES, *SUFFIXES])


def test_stems_equal_pysastrawi_on_words_of_every_kind():
    rng = Random(0)
    kinds = words_of_texts(None) | strata(rng.sample(ROOTS, 3000), rounds=1)
    words = {word for members in kinds.values() for word in rng.sample(members, min(len(members), 4000))}
    assert len(words) >= 18_000
    assert differing(sorted(words)) == []


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES | st.sampled_from(ROOTS) | st.text("aeiourklmnpstgyb-", max_size=3), max_size=5).map("".join))
def test_stems_equal_pysastrawi_on_anything_made_of_affixes_and_roots(word):
    assert stem_word(word) == oracle().stem(word)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("beradu", "adu"),  # 1
        ("berambut", "rambut"),  # 1, the r belongs to the root
        ("bersuara", "suara"),  # 2
        ("berdaerah", "daerah"),  # 3
        ("belajar", "ajar"),  # 4
        ("bekerja", "kerja"),  # 5
        ("terasing", "asing"),  # 6
        ("teraup", "raup"),  # 6, the r belongs to the root
        ("tergerak", "gerak"),  # 7
        ("terpuruk", "puruk"),  # 8
        ("teterbang", "terbang"),  # 9
        ("melipat", "lipat"),  # 10
        ("membangun", "bangun"),  # 11
        ("mempengaruhi", "pengaruh"),  # 12
        ("memasak", "masak"),  # 13
        ("memilih", "pilih"),  # 13
        ("mencinta", "cinta"),  # 14
        ("menulis", "tulis"),  # 15
        ("mengkritik", "kritik"),  # 16
        ("mengambil", "ambil"),  # 17
        ("mengikis", "kikis"),  # 17
        ("mengecat", "cat"),  # 17, menge-
        ("menyala", "nyala"),  # 18
        ("menyapu", "sapu"),  # 18
        ("memproteksi", "proteksi"),  # 19
        ("pewarna", "warna"),  # 20
        ("perajin", "rajin"),  # 21: the first form, ajin, is no root
        ("perjudi", "judi"),  # 23
        ("perdaerah", "daerah"),  # 24
        ("pembangun", "bangun"),  # 25
        ("pemilih", "pilih"),  # 26
        ("pencari", "cari"),  # 27
        ("penulis", "tulis"),  # 28
        ("penggemar", "gemar"),  # 29
        ("pengecat", "cat"),  # 30, penge-
        ("penyanyi", "nyanyi"),  # 31
        ("pelajar", "ajar"),  # 32
        ("pekerja", "kerja"),  # 36
        ("terpercaya", "percaya"),  # 35
        ("kinerja", "kerja"),  # 40
        ("kubaca", "baca"),  # 41
        ("kaubaca", "baca"),  # 42
        ("kupukul", "pukul"),
        ("dipermainkan", "main"),
        ("hutanisasi", "hutan"),
        ("bersekolah", "sekolah"),  # the prefix first, or lah would go
        ("gerakan", "gera"),  # before gerak, as gera is a root
        ("dialekan", "dialekan"),  # the root dialek loses di-
        ("kebukan", "buk"),  # the root kebuk loses ke-
        ("mempnah", "mempnah"),  # 19 leaves out mempn
        ("pun", "pun"),
        ("", ""),
        ("-", "-"),
        ("buku-buku", "buku"),
        ("buku-ku", "buku"),
        ("buku-buku-nya", "buku"),
        ("bermain-mainkan", "main"),
        ("meniru-nirukan", "tiru"),
        ("sayur-mayur", "sayur-mayur"),
    ],
)
def test_a_word_for_every_rule(word, expected):
    assert (stem_word(word), oracle().stem(word)) == (expected, expected)


@pytest.mark.parametrize("word", ["Di--i", "diÉi", "belajar-", "---", "kan-kan-kan", "s1i", "mengé"])
def test_no_string_is_too_odd(word):
    assert isinstance(stem_word(word), str)


def test_the_roots_are_pysastrawis():
    assert _roots() == set(oracle().dictionary.words)
    assert min(map(len, _roots())) >= 2  # so that words of three letters need no rules
