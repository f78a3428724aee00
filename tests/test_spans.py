"""Where tokens stand in the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolclf.accounts import read_account, read_accounts
from kolclf.data import accounts_of
from kolclf.letters import as_ascii, fix_encoding
from kolclf.placeholders import PLACEHOLDERS
from kolclf.spans import AT_ONCE, Place, locate, written
from kolclf.text import BREAK
from kolclf.tokens import tokenize, tokenize_all

LETTERS = "dr.SpAOGK ,|#@_-&/;:\n\t0812+%Rp😀🩺👩‍⚕️𝗱ᴅⓑ🅱🇮éо’\u200b\ud800\x00<>[]()\\n"
any_text = st.text() | st.text(alphabet=LETTERS, max_size=60)
words = st.text(alphabet="abdeghiklmnoprstu", min_size=3, max_size=8).filter(lambda word: tokenize(word) == [word])


def pieces(text, is_name=False):
    [spans] = locate([text], is_name)
    tokens = tokenize_all([text], is_name).of(0)
    return [text[start:end] for token, (start, end) in zip(tokens, spans, strict=True) if token != BREAK]


@given(any_text, st.booleans())
def test_every_token_has_its_place_in_order_and_within_the_text(text, is_name):
    text = fix_encoding(text)
    [spans] = locate([text], is_name)
    assert len(spans) == len(tokenize_all([text], is_name).of(0))
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)


@given(st.lists(st.tuples(words, st.sampled_from([" ", ", ", "\n", " | ", "! ", "  "]))))
def test_plain_words_are_found_exactly(parts):
    assert pieces("".join(word + sign for word, sign in parts)) == [word for word, _ in parts]


@given(st.lists(any_text, max_size=4))
def test_texts_located_together_are_as_each_alone(texts):
    assert locate(texts) == [locate([text])[0] for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dr. Rina, Sp.OG(K) | S.H., M.Kn.", ["dr.", "Rina", "Sp.OG(K)", "S.H.", "M.Kn."]),
        ("𝗱𝗿. 𝗥𝗶𝗻𝗮 ᴅᴏᴋᴛᴇʀ", ["𝗱𝗿.", "𝗥𝗶𝗻𝗮", "ᴅᴏᴋᴛᴇʀ"]),
        ("#OOTDKondangan #RacunShopee", ["OOTD", "Kondangan", "Racun", "Shopee"]),
        ("bangettt, d o k t e r, Jum'at", ["bangettt", "d o k t e r", "Jum'at"]),
        ("WA 0812-0000 1234 / rina@example.com", ["WA", "0812-0000 1234", "rina@example.com"]),
        ("https://youtube.com/@rina lynk.id/rina", ["https://youtube.com/@rina", "youtube", "lynk.id/rina", "lynk"]),
        ("ig: rina.k_tv, BA @kafe_fiksi", ["ig", "rina.k_tv", "BA", "@kafe_fiksi"]),
        ("jam 09.00-20.00. Rp 50.000/sesi, 20%", ["jam", "09.00", "20.00", "Rp 50.000", "sesi", "20%"]),
        ("koas 🩺 kode ANDI15 #4jamBikinKue", ["koas", "🩺", "kode", "ANDI15", "4jam", "Bikin", "Kue"]),
        ("satu\\ndua &amp; tiga\r\nempat", ["satu", "dua", "tiga", "empat"]),
        ("", []),
    ],
)
def test_tokens_are_found_as_they_were_written(text, expected):
    assert pieces(text) == expected


def spelled(text):
    """Letters and digits as tokens have them, without repeats."""
    return re.sub(r"(.)\1+", r"\1", re.sub("[^a-z0-9]", "", as_ascii(text).lower()))


def test_every_word_of_the_profiles_is_found(profiles):
    accounts = accounts_of(profiles)
    count = 0
    for account in written(accounts):
        for token, place in [item for tokens in account.tokens.values() for item in tokens]:
            text = account.written(place)
            assert (text == "") == (token == BREAK)
            if token not in PLACEHOLDERS and token != BREAK and not token.startswith("gelar"):
                assert spelled(text) == spelled(token)
                count += 1
    assert count > 20_000


def test_titles_and_kinds_of_a_name_stand_in_the_name():
    [account] = written(read_account("Klinik drg. Tio, Sp.Ort", "scaling"))
    assert [(token, account.written(place), place.field) for token, place in account.tokens["bio"]] == [
        ("gelardrg", "drg.", "name"),
        ("gelarsport", "Sp.Ort", "name"),
        (BREAK, "", "name"),
        ("scaling", "scaling", "bio"),
    ]
    assert account.kinds == [(("<shop>", "<brand>"), Place("name", 0, 6))]
    assert account.place("bio", 3, 3, ["<brand>"]) == Place("name", 0, 6)


def test_a_title_alone_in_a_name_needs_no_bio():
    [account] = written(read_account("dr. Rina"))
    assert account.tokens["bio"] == [("gelardr", Place("name", 0, 3))]


def test_mojibake_is_undone_before_anything_is_counted():
    [account] = written(read_account(bio="kafÃ© dokter"))
    assert account.texts["bio"] == "kafé dokter"
    assert [account.written(place) for _, place in account.tokens["bio"]] == ["kafé", "dokter"]


def test_many_accounts_are_as_each_alone(profiles):
    columns = [[row[part] for row in profiles[: AT_ONCE + 3]] for part in ("name", "bio", "captions")]
    apart = [next(written(read_account(*texts))) for texts in zip(*columns, strict=True)]
    assert list(written(read_accounts(*columns))) == apart


@pytest.mark.parametrize(
    "hostile", ["gelarsp", "bukan dokter ", "é", "a", ".", "@", "a.", "a_", "0 ", "0 a ", "www.a "]
)
def test_long_runs_are_located_in_passing(hostile):
    text = hostile * (50_000 // len(hostile))
    [spans] = locate([text])
    assert all(end <= len(text) for _, end in spans)
