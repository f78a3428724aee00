import csv
import json
from pathlib import Path

import pytest

from kolclf.accounts import read_account, read_accounts
from kolclf.decide import Decision
from kolclf.predictor import Predictor
from kolclf.reasons import LEAST, label_reason, leading_words, reason
from kolclf.rules import default_rules

with (Path(__file__).parents[1] / "data" / "profiles.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))[::10]
ACCOUNTS = read_accounts(
    [row["name"] for row in ROWS],
    [row["bio"] for row in ROWS],
    ["\n".join(json.loads(row["captions"])) for row in ROWS],
)


@pytest.mark.parametrize(
    ("bio", "decision", "expected"),
    [
        (
            "bidan, RSUD",
            Decision("kol", "kol", 0.9, "rules", False, ""),
            "KOL: states a nursing or midwifery profession; names a hospital, clinic or health centre.",
        ),
        (
            "",
            Decision("review", "influencer", None, "none", False, "too_little"),
            "Review: too little text to judge by.",
        ),
        (
            "fanbase",
            Decision("review", "kol", 0.5, "model", False, "account_kind"),
            "Review: looks like a fan's or unofficial account.",
        ),
        (
            "bidan",
            Decision("review", "influencer", 0.2, "model+rules", False, "conflict"),
            "Review: the model leans influencer, the rules lean KOL (states a nursing or midwifery profession).",
        ),
        (
            "bidan",
            Decision("review", "kol", 0.6, "model", False, "unsure"),
            "Review: the evidence is weak or mixed; leans KOL (states a nursing or midwifery profession).",
        ),
        (
            "drg. Tio | endorse DM",
            Decision("kol", "kol", 0.9, "rules", True, ""),
            "KOL: holds a physician's title; the profession decides, promotion is only marked; "
            "title claimed, not verified, and promotion shows.",
        ),
        (
            "kucing",
            Decision("influencer", "influencer", 0.1, "model", False, ""),
            "Influencer: its words are more typical of influencers.",
        ),
        (
            "bidan",
            Decision("review", "kol", 0.9, "model+rules", False, "not_answerable"),
            "Review: not clear enough to decide; leans KOL (states a nursing or midwifery profession).",
        ),
        (
            "kucing",
            Decision("review", "kol", 0.6, "model", False, "not_answerable"),
            "Review: shows neither a profession nor creator activity clearly.",
        ),
    ],
)
def test_reasons_read_as_a_person_would_say_them(bio, decision, expected):
    [verdict] = default_rules().judge(read_account(bio=bio))
    assert reason(decision, verdict, language="en") == expected


@pytest.mark.parametrize(
    ("bio", "decision", "expected"),
    [
        (
            "bidan",
            Decision("review", "influencer", 0.2, "model+rules", False, "conflict"),
            "Perlu ditinjau: model condong ke influencer, tetapi aturan condong ke KOL "
            "karena menyebut profesi perawat atau bidan.",
        ),
        (
            "bidan",
            Decision("review", "kol", 0.6, "model", False, "unsure"),
            "Perlu ditinjau: buktinya lemah atau bercampur; cenderung KOL karena menyebut profesi perawat atau bidan.",
        ),
        (
            "bukan dokter, istri dokter",
            Decision("influencer", "influencer", 0.1, "rules", False, ""),
            "Influencer: menyangkal punya profesi itu; profesi itu milik orang lain.",
        ),
    ],
)
def test_reasons_read_as_an_analyst_would_say_them(bio, decision, expected):
    [verdict] = default_rules().judge(read_account(bio=bio))
    assert reason(decision, verdict) == expected


@pytest.mark.parametrize("language", ["id", "en"])
def test_reasons_never_name_a_feature(scorer, language):
    for answer in Predictor(scorer, language=language).answers(ACCOUNTS):
        assert answer.reason.endswith(".") and not any(
            mark in answer.reason for mark in ("<", "feature", "gelarsp", "xphone", "xlink", "xtitle", "“emojik")
        )


def leading(scorer, bio, sign=1, language="en"):
    accounts = read_account(bio=bio)
    rows = scorer.transform(accounts)
    amounts = rows.values * scorer.coef[0][rows.columns]
    return list(leading_words(scorer, accounts, rows, 0, amounts, sign, language))


def test_leading_words_are_named_once_and_by_what_they_mean(scorer):
    assert leading(scorer, "bidan")[0] == "“bidan” (a profession)"
    words = leading(scorer, "bidan di Bogor, WA 0812-0000-1234, sawah")
    assert len(words) == len(set(words)) and not any("Bogor" in word or "xphone" in word for word in words)


def test_words_that_hardly_count_are_not_named(scorer):
    bio = "bidan desa yang suka memasak dan membaca di rumah"
    accounts = read_account(bio=bio)
    rows = scorer.transform(accounts)
    amounts = rows.values * scorer.coef[0][rows.columns]
    tokens = accounts.fields["bio"].tokens
    named = {word.split("”")[0].removeprefix("“") for word in leading(scorer, bio)}
    adds = zip(rows.start.tolist(), rows.end.tolist(), amounts.tolist(), strict=True)
    found = [(" ".join(tokens.words(start, end)), amount) for start, end, amount in adds if amount > 0]
    assert named == {words for words, amount in found if amount > LEAST * amounts.max()} < {words for words, _ in found}


def test_the_reason_of_other_labels():
    assert label_reason("baik", ["“dokter”"], "en") == "resembles the rows labelled baik: “dokter”."
    assert label_reason("baik", []) == "mirip contoh berlabel baik."
