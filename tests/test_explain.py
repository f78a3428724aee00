import csv
import json
from pathlib import Path

import numpy as np
import pytest

from kolclf.accounts import read_account, read_accounts
from kolclf.decide import Decision, scales, sigmoid
from kolclf.explain import (
    by_criterion,
    ignored_words,
    label_reason,
    model_contributions,
    reason,
    rule_contributions,
)
from kolclf.predictor import Predictor
from kolclf.rules import CRITERIA, default_rules

with (Path(__file__).parents[1] / "data" / "profiles.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))[::10]
ACCOUNTS = read_accounts(
    [row["name"] for row in ROWS],
    [row["bio"] for row in ROWS],
    ["\n".join(json.loads(row["captions"])) for row in ROWS],
)
APART = [ACCOUNTS[i : i + 1] for i in range(len(ACCOUNTS))]


def test_contributions_of_the_model_sum_to_its_log_odds(scorer):
    wanted = scorer.decision_function(scorer.transform(ACCOUNTS))
    found = [
        sum(part.amount for part in model_contributions(scorer, account)) + scorer.intercept[0] for account in APART
    ]
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_contributions_of_model_and_rules_sum_to_the_answer(scorer):
    predictor = Predictor(scorer)
    for account, answer in zip(APART, predictor.answers(ACCOUNTS), strict=True):
        model_scale, rules_scale, total = scales(predictor.policy, answer.decision.source)
        total += model_scale * scorer.intercept[0]
        total += sum(p.amount for p in rule_contributions(answer.evidence.verdict, account, "id", rules_scale))
        total += sum(p.amount for p in model_contributions(scorer, account, scale=model_scale))
        if answer.decision.p_kol is not None:
            assert sigmoid(total) == pytest.approx(answer.decision.p_kol, abs=1e-9)


def test_words_are_shown_as_they_were_written(scorer):
    account = read_account("dr. Rina, Sp.A", "memasak di RSUD")
    shown = {part.word for part in model_contributions(scorer, account, language="en")}
    assert "“Sp.A” (medical specialist's title)" in shown and "“RSUD” (a workplace)".lower() in {
        word.lower() for word in shown
    }
    assert not any("gelar" in word for word in shown)


def test_criteria_are_the_five_and_other_words(scorer):
    parts = model_contributions(scorer, APART[0])
    sums = by_criterion(parts)
    assert list(sums) == [*CRITERIA, "other"]
    assert sum(sums.values()) == pytest.approx(sum(part.amount for part in parts))


def test_unknown_words_are_told(scorer):
    assert ignored_words(scorer, read_account(bio="dokter zxqvbn")) == ["zxqvbn"]


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
            "Review: the model leans influencer, the rules lean kol; states a nursing or midwifery profession.",
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
            "Influencer: its words are more typical of Influencers.",
        ),
    ],
)
def test_reasons_read_as_a_person_would_say_them(bio, decision, expected):
    [verdict] = default_rules().judge(read_account(bio=bio))
    assert reason(decision, verdict, language="en") == expected


def test_reasons_never_name_a_feature(scorer):
    for answer in Predictor(scorer).answers(ACCOUNTS):
        assert answer.reason.endswith(".") and not any(
            mark in answer.reason for mark in ("<", "feature", "gelarsp", "xphone", "xlink")
        )


def test_the_reason_of_other_labels(scorer):
    parts = model_contributions(scorer, read_account(bio="dokter"))
    assert label_reason("baik", parts, "en").startswith("resembles the rows labelled baik")
