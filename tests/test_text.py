import json
from functools import partial
from pathlib import Path

import ftfy
import pytest
from ftfy.badness import MOJIBAKE_CATEGORIES
from hypothesis import given
from hypothesis import strategies as st

from kolclf import letters, lexicon, placeholders, text, titles, words
from kolclf.accounts import read
from kolclf.letters import as_ascii, fix_encoding, plain_digits, plain_letters
from kolclf.tokens import changes, normalize, tokenize, tokenize_all, tokenize_name
from kolclf.words import Vocabulary

CASES = Path(__file__).parent / "cases"
TEXT = json.loads((CASES / "text.json").read_text(encoding="utf-8"))
NEGATIVE = json.loads((CASES / "negative.json").read_text(encoding="utf-8"))
LETTERS = "dr.SpAOGK ,|#@_-&/;:\n\t0812+%Rp😀🩺👩‍⚕️𝗱ᴅⓑ🅱🇮éо’\u200b\ud800\x00<>[]()"
any_text = st.text() | st.text(alphabet=LETTERS, max_size=60)


@pytest.mark.parametrize("case", TEXT, ids=[case["label"] for case in TEXT])
def test_text_reads_as_expected(case):
    assert normalize(case["original"]) == case["expected"]


@pytest.mark.parametrize("case", NEGATIVE, ids=[case["label"] for case in NEGATIVE])
def test_text_does_not_read_as(case):
    tokens, concepts = read(case["text"])
    meant = {value for match in concepts for value in match.values}
    assert case["never"] not in {*tokens, *meant}


@given(any_text)
def test_normalizing_twice_changes_nothing_more(text):
    once = normalize(text)
    assert normalize(once) == once


@given(any_text)
def test_tokens_are_lower_case_ascii_words(text):
    for token in tokenize(text):
        assert token == "." or (token.isascii() and token.isalnum() and token == token.lower())


@given(any_text)
def test_steps_end_where_normalizing_ends(text):
    assert [change.text for change in changes(text)][-1:] in ([], [normalize(text)])


@given(st.text(alphabet="0123456789", min_size=3, max_size=20))
def test_no_number_survives(digits):
    assert not any(c.isdigit() for c in normalize(f"wa {digits}"))


# first and last of each range: soft hyphen, joiners, directions, variation selectors, skin tones, tags
@pytest.mark.parametrize(
    "sign",
    "\xad\u034f\u061c\u180e\u200b\u200f\u202a\u202e\u2060\u206f\ufe00\ufe0f\ufeff\U0001f3fb\U0001f3ff\U000e0000\U000e01ef",
    ids=ascii,
)
def test_an_invisible_sign_parts_no_word(sign):
    assert normalize(f"dok{sign}ter") == "dokter"


@pytest.mark.parametrize("sign", "\u200a\u2010\u202f\u2070\ufe10\U0001f3fa\U0001f400\U000e01f0", ids=ascii)
def test_a_sign_that_is_seen_parts_words(sign):
    assert normalize(f"dok{sign}ter") != "dokter"


@pytest.mark.parametrize("sign", [chr(code) for code in (*range(9), *range(11, 32), *range(127, 161))], ids=ascii)
def test_a_control_character_reads_as_a_space(sign):
    assert as_ascii(f"bidan{sign}desa~") == "bidan desa~"


@pytest.mark.parametrize("sign", "\t\n\r\n|~🙃", ids=ascii)
def test_what_ends_a_phrase(sign):
    assert normalize(f"bidan{sign}desa") == ("bidan desa" if sign == "\r" else "bidan . desa")


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212", ids=ascii)
def test_a_number_copied_with_any_dash_is_hidden(dash):
    assert normalize(f"WA 0812{dash}0000{dash}1234 ya") == "wa xphone ya"
    assert plain_digits(f"0812{dash}0000 \uff17\u20e3") == "0812-0000 7"


def test_marks_above_a_letter_are_dropped_however_many():
    assert normalize("do" + "\u0301" * 200 + "kter ca" + "\u0327\u0301" * 31 + "fe") == "dokter cafe"


@pytest.mark.parametrize("marks", [29, 30, 31, 200])
def test_of_marks_above_one_letter_thirty_are_shown(marks):
    letter = "x" + "\u0301" * marks
    assert plain_letters(letter + letter) == ("x" + "\u0301" * min(marks, 30)) * 2
    assert plain_letters("\u0301" * marks) == "\u0301" * min(marks, 30)


def test_names_need_no_comma_before_titles():
    assert tokenize_name("Rina Kartika SH MKn")[2:] == ["gelarsh", "gelarmkn"]


def test_a_bio_needs_a_comma_before_two_letters():
    assert "gelarsh" not in tokenize("ayo SH kita")
    assert tokenize("Rina SpA") == ["rina", "gelarspa"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rina, SPOG", "rina . gelarspog"),
        ("RINA SPOG", "rina spog"),  # in capitals it may be any word
        ("toko S H Bogor", "toko s h bogor"),  # initials
        ("rm Sp Mawar", "rm sp mawar"),  # no specialist
        ("ke dr. Gigi", "ke gelardr gigi"),
        ("ke dr. gigi", "ke dr . gigi"),
        ("dr. gigi", "gelardr gigi"),
        ("dr Gigi", "gelardr gigi"),
        ("dr gigi", "dr gigi"),
        ("dr Bogor", "dr bogor"),
        ("(a dr Gigi)", "a dr gigi"),
        ("IG :rina.masak1", "ig xhandle"),
        ("IG : rina.masak1", "ig xhandle"),
        ("rina@ gmail.com", "xemail"),
    ],
)
def test_what_a_word_reads_as_beside_others(text, expected):
    assert normalize(text) == expected


def test_where_a_title_stands_does_not_hang_on_lengths():
    for length in range(1, 40):
        before = ("ab" * 20)[:length]
        assert tokenize(f"{before}, SH") == [before, ".", "gelarsh"]
        assert tokenize(f"{before} | dr Rina") == [before, ".", "gelardr", "rina"]
        assert tokenize(f"{before} dr Rina") == [before, "dr", "rina"]


@pytest.mark.parametrize(
    "hostile",
    [
        "gelarsp" * 8_000,
        "apt. A " * 8_000,
        "bukan dokter " * 5_000,
        "é" * 50_000,
        "a" * 50_000,
        "." * 50_000,
        "@" * 50_000,
        "a." * 25_000,
        "a_" * 25_000,
        "0 " * 25_000,
    ],
)
def test_long_runs_are_read_in_passing(hostile):
    assert all(len(token) <= 40 for token in tokenize(hostile))


def test_many_texts_read_as_each_alone(profiles):
    texts = [text for row in profiles for text in (row["bio"], row["captions"])]
    texts += [case["original"] for case in TEXT if "\ud800" not in case["original"]]
    together = tokenize_all(texts)
    assert [together.of(i) for i in range(len(texts))] == [tokenize(text) for text in texts]


@given(st.lists(any_text, max_size=5))
def test_a_text_does_not_depend_on_its_neighbours_or_on_what_was_read_before(texts):
    tokens = tokenize_all(texts, vocabulary=Vocabulary())
    assert [tokens.of(i) for i in range(len(texts))] == [tokenize(text) for text in texts]


def test_what_an_interrupt_left_half_read_is_not_used_again(monkeypatch):
    monkeypatch.setattr(words, "_vocabulary", Vocabulary(matters=_interrupted))
    with pytest.raises(KeyboardInterrupt, match="now"):
        tokenize("kopi susu")
    assert tokenize("kopi susu") == ["kopi", "susu"]


def _interrupted(tokens):
    raise KeyboardInterrupt("now")


def test_memory_of_words_is_bounded(monkeypatch):
    monkeypatch.setattr(words, "REMEMBERED", 50)
    monkeypatch.setattr(words, "_vocabulary", Vocabulary())
    for i in range(20):
        tokenize_all([" ".join(f"kata{chr(97 + i)}{chr(97 + j)}" for j in range(20))])
        assert len(words._vocabulary.tokens) <= 100


@pytest.mark.parametrize("is_new", [True, False], ids=["new words", "another order"])
def test_memory_of_long_words_is_bounded(monkeypatch, is_new):
    monkeypatch.setattr(words, "REMEMBERED", 50)
    monkeypatch.setattr(words, "_vocabulary", Vocabulary())
    for i in range(20):
        parts = [f"kata{chr(97 + i * is_new)}{chr(97 + j)}" for j in range(26)]
        tokenize_all(["/".join(parts[i:] + parts[:i])])
        assert len(words._vocabulary.tokens) <= 100 and len(words._vocabulary._flat) <= 300


def test_words_are_remembered_from_text_to_text():
    assert words.current_vocabulary() is words.current_vocabulary()


@pytest.mark.parametrize(
    "table",
    [
        lexicon._ahead,
        partial(lexicon.tables_of, "lexicon.toml"),
        partial(letters._look_alikes, "letters"),
        letters._emoji_names,
        placeholders._platforms,
        text._with_digits,
        titles._titles,
        titles._written,
        titles.places,
        titles.bare_prefixes,
        titles.title_parts,
        titles.needed_words,
        words._joining_words,
    ],
)
def test_a_table_is_made_once(table):
    assert table() is table()  # texts would be read many times slower


@pytest.mark.parametrize("text", ["jumâ€™at,", "jumÂ´at,"])
def test_mojibake_is_the_first_step_that_is_shown(text):
    assert [change.step for change in changes(text)] == ["encoding", "letters", "separators"]


def test_the_words_of_a_hashtag_are_shown():
    assert ("hashtags", "enak \nKopi Susu\n") in list(changes("enak #KopiSusu"))


@pytest.mark.parametrize("token", ["apa", "xnumber", "yoga"])
def test_a_word_that_is_no_title_is_written_as_it_is(token):
    assert titles.written_title(token) == token


def test_what_matters_is_told_from_other_words():
    vocabulary = Vocabulary(lambda tokens: [token == "kopi" for token in tokens])
    tokens = tokenize_all(["Kopi (susu), @rara_fiksi 5%", "KOPI bangettt"], vocabulary=vocabulary)
    assert [tokens.of(i) for i in (0, 1)] == [["kopi", ".", "?", ".", "?", "?"], ["kopi", "?"]]
    vocabulary.forget_others()
    assert tokenize_all(["kopi susu"], vocabulary=vocabulary).of(0) == ["kopi", "?"]
    assert vocabulary.tokens[:3] == [".", "?", "kopi"] and "susu" not in vocabulary.tokens


MOJIBAKE = "".join(letters for letters in MOJIBAKE_CATEGORIES.values()).replace("-", "")


def test_many_texts_are_looked_into_as_each_alone():
    signs = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    looked_into = [number for number, sign in enumerate(signs) if letters._DOUBTFUL.search(sign)]
    assert letters.doubtful([f"kopi {sign}".encode() for sign in signs]) == looked_into


@given(st.text(alphabet=MOJIBAKE + "aeZ .", max_size=6))
def test_what_ftfy_would_mend_is_never_passed_over(text):
    assert fix_encoding(text) == ftfy.fix_encoding(text)
