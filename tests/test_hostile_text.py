"""Texts that nobody writes in good faith: no crash, time that grows with their length alone, and the same text read twice."""

import json
import random
import re
import time
from pathlib import Path

import pytest

from kolclf import placeholders, words
from kolclf.accounts import read_account, read_accounts
from kolclf.data import MAX_TEXT, as_text
from kolclf.letters import MARKS, as_ascii
from kolclf.predictor import Predictor
from kolclf.rules import Rules
from kolclf.tokens import normalize, tokenize, tokenize_all
from kolclf.words import Vocabulary

PER_CHARACTER = (
    100e-6  # seconds of one core to answer a text, of the worst kind; the ligature of 18 letters takes 26e-6
)
MARKS_OF_ZALGO = [*map(chr, range(0x0300, 0x0370)), "\u0f73", "\u0345", "\u3099", "\U0001d165"]
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
FRAGMENTS = """dr. Sp.A M.Kes apt. ig: @ at dot [at] (dot) http:// www. .com &amp; &#65; &#x1F600; \\n rp 62 0812 +62 08:30 10%
juta bukan dokter istri gelarsp (K) -K _ # s.id/ wa.me/ 12-12-2020 aaa <phone> tik_tok: 👩‍⚕️ 🇮🇩 🇧 ﷺ ﬃ ſ İ ß Ⅷ ½ ٠ \u0f73 \x00
\ufffd \ud83d \udc00 {} [] [[ null attt dottt commm com co ' ` & + / foo d o t""".replace("\n", " ").split(" ")


def strings(n, seed=0):
    """Random strings: of all planes with their surrogates, of pieces that steps look for, of marks, controls and lists."""
    chosen = random.Random(seed)

    def of(letters, most):
        return "".join(chosen.choices(letters, k=chosen.randrange(most)))

    planes = [range(0x80), range(0x80, 0x3000), range(0x3000, 0x10000), range(0xD800, 0xE000), range(0x10000, 0x110000)]
    kinds = [
        lambda: "".join(chr(chosen.choice(chosen.choice(planes))) for _ in range(chosen.randrange(20))),
        lambda: of([*FRAGMENTS, " ", "\n", "a", "A", "7", "."], 8),
        lambda: "".join(letter + of(MARKS_OF_ZALGO, 15) for letter in of("dokter ", 6)),
        lambda: of([*BIDI, "\x00", "\x1b[31m", "dokter", " ", "\u200b"], 12),
        lambda: json.dumps([of(FRAGMENTS, 5)] * chosen.randrange(3)) + of("[]{}\"'\\,", 5),
    ]
    return [chosen.choice(kinds)() for _ in range(n)]


SPELLED = """[phone]; <phone>; a@b.co; a%40b.co; a<at>b.co; a{at}b.co; a(at)b.co; a[at]b.co; a at b dot co; nama@gmail;
nama dot com; http://a; s.id/a; @nama; [at] nama; (at) nama; {at} nama; <at> nama; IG=nama_a; IG:nama_a; IG=nama; IG:nama;
a_b; 5%"""


def test_every_sign_by_which_a_placeholder_is_looked_for_is_enough_and_one_of_them_is_there():
    cases = json.loads(Path(__file__).with_name("cases").joinpath("text.json").read_text(encoding="utf-8"))
    texts = [*strings(20_000, seed=7), *(case["original"] for case in cases), *re.split(r";\s", SPELLED)]
    alone = set()
    for text in map(as_ascii, texts):
        for number, (needed, pattern, _) in enumerate(placeholders._PLACEHOLDERS):
            if re.search(pattern, text):
                there = placeholders._signs(text).intersection(needed)
                assert there
                alone |= {(number, sign) for sign in there if len(there) == 1}
    of_digits = {number for number, (needed, *_) in enumerate(placeholders._PLACEHOLDERS) if "0" in needed}
    every = {(number, sign) for number, (needed, *_) in enumerate(placeholders._PLACEHOLDERS) for sign in needed}
    assert {pair for pair in every - alone if pair[0] not in of_digits} == set()


def test_a_hundred_thousand_strings_are_answered_and_read_the_same_again(scorer):
    predictor, given = Predictor(scorer), [as_text(text) for text in strings(100_000)]
    for at in range(0, len(given), 4000):
        bios, captions = given[at : at + 2000], given[at + 2000 : at + 4000]
        answers = predictor.answers(read_accounts([*bios[:200], *[""] * 1800], bios, captions))
        assert len(answers) == 2000 and all(answer.reason.isprintable() for answer in answers)
        tokens = tokenize_all([*bios, *captions])
        once = [" ".join(tokens.of(text)) for text in range(4000)]
        again = tokenize_all(once)
        assert [" ".join(again.of(text)) for text in range(4000)] == once
        assert once[0] == normalize(bios[0])


HOSTILE = {
    "combining marks": "\u0323\u0301",
    "marks made of two": "\u0f73",
    "zalgo": "a\u0323\u0301\u0327\u0300",
    "a ligature of 18 letters": "\ufdfa",
    "one letter": "w",
    "bidi controls": BIDI,
    "NULs": "\0",
    "brackets": "[",
    "letters and brackets": "a[",
    "letters and dots": "a.",
    "spaced letters": "d o k ",
    "numbers": "0812",
    "spaced digits": "0 ",
    "references": "&#",
    "names of references": "&a",
    "addresses": "a@",
    "addresses in words": "at dot ",
    "hosts": "com.",
    "links": "https://",
    "handles": "a_",
    "titles": "dr. A, ",
    "degrees": "Sp.A ",
    "titles to be proven": "\u0301M apt. #",
    "subspecialties": "gelarsp",
    "platforms": "ig:a.b ",
    "contexts": "istri dokter ",
    "flags": "\U0001f1e7",
    "mojibake": "Ã\x83Â\x83",
    "halves": "\ud83d",
    "hashtags": "#aA",
}


def seconds(predictor, text, monkeypatch):
    """Time of one core, the least of two, with nothing remembered of earlier words."""
    least = float("inf")
    for _ in range(2):
        monkeypatch.setattr(words, "_vocabulary", Vocabulary())
        started = time.process_time()
        predictor.answers(read_account("", text))
        least = min(least, time.process_time() - started)
    return least


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_length_alone(scorer, monkeypatch, unit):
    predictor = Predictor(scorer)
    short, long = (seconds(predictor, (unit * n)[:n], monkeypatch) for n in (MAX_TEXT // 5, MAX_TEXT))
    assert long < PER_CHARACTER * MAX_TEXT
    assert long < 5 * 2.5 * short + 0.1  # five times as long; a square would take 25 times


def test_a_run_of_signs_in_one_text_slows_no_other():
    numbers, least = ["5 " * 5_000] * 10, []
    for texts in (numbers, [*numbers, "5 " + "- " * 10_000]):
        started = time.process_time()
        tokenize_all(texts)
        least.append(time.process_time() - started)
    assert least[1] < 4 * least[0] + 0.1  # were every number to step over the signs, it would be 20 times


@pytest.mark.parametrize("unit", ["a", "é", "\u0301", "A", "0", "@", "\0", "&#1", "-", "_a"])
def test_a_word_of_a_megabyte(unit):
    started = time.process_time()
    assert all(len(token) <= 40 for token in tokenize((unit * 1_000_000)[:1_000_000]))
    assert time.process_time() - started < 10


def test_what_stands_above_a_letter_does_not_hide_it():
    marks = "".join(MARKS_OF_ZALGO)
    assert normalize("d" + marks * 100 + "okter" + "\u0301" * 10_000) == "dokter"
    assert as_ascii("и" + "\u0306" * (MARKS + 5)) == as_ascii("й")


def test_a_reference_of_many_digits():
    assert normalize(f"dokter &#{'9' * 5_000}; anak") == "dokter . anak"
    assert normalize("&#" + "0" * 50 + "65;") == "a"


@pytest.mark.parametrize("depth", [1, 100, 900, 100_000])
def test_captions_nested_deep(depth):
    written = "[" * depth + '"dokter"' + "]" * depth
    assert tokenize(as_text(written)) == (["dokter"] if 2 * depth < MAX_TEXT else [])
    nested = ["dokter", {"a": ["anak"]}]
    for _ in range(depth):
        nested = [nested]
    assert as_text(nested) == "dokter\nanak"


def test_phrases_of_a_rule_are_words_and_no_patterns():
    rule = {
        "side": "kol",
        "weight": 1,
        "criterion": "medium",
        "fields": "bio",
        "any": "(a+)+$, x*x*x*y",
        "why": {"id": "x", "en": "x"},
        "example": "a a a",
        "counter_example": "dokter",
    }
    rules = Rules({"x": rule})
    assert rules.rules[0].any == {"a", "x", "y"}
    started = time.process_time()
    [verdict] = rules.judge(read_account("", "a" * 30 + "! " + "x, " * 15_000))
    assert [hit.rule.id for hit in verdict.hits] == ["x"] and time.process_time() - started < 5
