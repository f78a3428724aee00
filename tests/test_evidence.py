"""The explanation of an account: its sums are exact, and its words are those of the account."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kolclf import KolClassifier
from kolclf.accounts import read_account
from kolclf.data import accounts_of
from kolclf.decide import sigmoid
from kolclf.evidence import COLUMNS, OTHER_COLUMNS, as_dict, cells
from kolclf.explain import by_criterion
from kolclf.predictor import NUMBERS, Predictor, default_model
from kolclf.rules import CRITERIA, Rules

PROFILES = Path(__file__).parents[1] / "data" / "profiles.csv"
DENTIST = {"name": "drg. Andi", "bio": "Endorse/CP: 0813-0000-7701 | BA @sikatin_fiksi", "captions": "POV pasien zxqv"}
WIFE = {"name": "", "bio": "bukan dokter, cuma istri dokter. endorse DM", "captions": ""}


def explained(account, scorer=None, **options):
    [why] = Predictor(scorer, **options).explanations(read_account(*account.values()))
    return why


def words_of(items):
    return {item.word for item in items}


# --- sums


@pytest.mark.parametrize(("model", "step"), [(default_model, 1), (lambda: None, 6)], ids=["model", "rules"])
def test_contributions_and_words_of_every_profile_sum_to_its_log_odds(model, step):
    with PROFILES.open(encoding="utf-8", newline="") as file:
        accounts = accounts_of(list(csv.DictReader(file))[::step])
    predictor = Predictor(model())
    answers = predictor.answers(accounts)
    sums, log_odds, p, wanted = [], [], [], []
    for why, answer in zip(predictor.explanations(accounts), answers, strict=True):
        parts = [sum(item.amount for item in items) for items in (why.contributions, why.words)]
        sums.append([why.intercept + part for part in (*parts, sum(by_criterion(why.contributions).values()))])
        log_odds.append(why.log_odds)
        if answer.decision.p_kol is not None:
            wanted.append(answer.decision.p_kol)
            p.append(why.log_odds)
    np.testing.assert_allclose(sums, np.stack([log_odds] * 3, axis=1), rtol=0, atol=1e-9)
    np.testing.assert_allclose(1 / (1 + np.exp(-np.array(p))), wanted, rtol=0, atol=1e-12)


SHOPS = [({"bio": "kopi susu enak"}, "kedai"), ({"bio": "servis motor"}, "bengkel"), ({"bio": "pupuk sawah"}, "tani")]


@pytest.mark.parametrize("kinds", [2, 3])
def test_contributions_of_other_labels_sum_to_the_score_of_the_answer(kinds):
    accounts, labels = zip(*SHOPS[:kinds] * 5, strict=True)
    scorer = KolClassifier(cv=2).fit(accounts, labels).scorer_
    for (account, label), why in zip(
        SHOPS[:kinds], Predictor(scorer).explanations(accounts_of(accounts)), strict=False
    ):
        scores = scorer.decision_function(scorer.transform(accounts_of([account])))
        best = scorer.classes.index(label)
        wanted = scores[0, best] if kinds == 3 else scores[0] * (1 if best else -1)
        assert why.label == label and why.log_odds == pytest.approx(wanted, abs=1e-9)
        for items in (why.contributions, why.words):
            assert why.intercept + sum(item.amount for item in items) == pytest.approx(wanted, abs=1e-9)
        assert {item.side for item in why.contributions} <= {label, "other"}


def test_weights_of_many_decimals_still_sum():
    rule = {
        "side": "kol",
        "weight": 1.23456789012,
        "criterion": "area",
        "fields": "bio",
        "any": "lereng",
        "why": {"id": "di lereng", "en": "on the slope"},
        "example": "lereng",
        "counter_example": "pantai",
    }
    why = explained({"name": "", "bio": "lereng Merapi", "captions": ""}, rules=Rules({"slope": rule}))
    assert why.log_odds - why.intercept == pytest.approx(1.23456789012, abs=1e-12)


# --- words


def test_words_stand_as_they_were_written_and_where_they_stand(scorer):
    account = {"name": "𝗱𝗿. Rina", "bio": "Sp.OG(K) di RSUD", "captions": "#OOTDKondangan MEMASAK lagi, memasak"}
    why = explained(account, scorer)
    assert {"𝗱𝗿.", "Sp.OG(K)", "RSUD", "OOTD"} <= words_of(why.contributions)
    assert why.texts == account
    for item in (*why.contributions, *why.words):
        written = account[item.field][item.start : item.end]
        assert written and item.word.split(", ")[0] == written
    [cooking] = [item for item in why.contributions if item.feature == "masak"]
    assert (cooking.word, cooking.times) == ("MEMASAK", 2)


def test_titles_of_the_name_are_told_as_the_names(scorer):
    why = explained(DENTIST, scorer)
    assert {item.field for item in why.contributions if item.word == "drg."} == {"name"}


def test_words_of_one_meaning_are_named_together(scorer):
    why = explained({"name": "", "bio": "endorse, paid promote", "captions": ""}, scorer)
    assert "endorse, paid promote" in {item.word for item in why.contributions if item.feature == "<promotion>"}


@pytest.mark.parametrize(("language", "kinds"), [("id", "[nomor telepon]"), ("en", "[phone number]")])
def test_what_is_personal_is_told_by_its_kind(scorer, language, kinds):
    why = explained(DENTIST, scorer, language=language)
    shown = json.dumps([as_dict(why)[key] for key in ("contributions", "words", "ignored", "reason")] + cells(why))
    assert kinds in shown and "0813" not in shown and "sikatin" not in shown


def test_the_kind_of_account_that_a_name_tells_is_found_there():
    why = explained({"name": "Klinik Melati", "bio": "scaling", "captions": ""}, language="en")
    [kind] = [item for item in why.contributions if item.side == "neither"]
    assert (kind.word, kind.field, kind.start, kind.end, kind.amount) == ("Klinik", "name", 0, 6, 0.0)


def test_a_concept_has_the_criterion_of_what_the_account_says(scorer):
    why = explained({"name": "", "bio": "vlog harian", "captions": "ootd"}, scorer)
    found = {(item.feature, item.criterion) for item in why.contributions if item.feature.startswith("<")}
    assert {("<format>", "daily_work"), ("<feed_format>", "daily_work")} <= found


def test_sides_follow_the_amounts(scorer, profiles):
    for why in Predictor(scorer).explanations(accounts_of(profiles[:50])):
        amounts = [abs(item.amount) for item in why.contributions]
        assert amounts == sorted(amounts, reverse=True)
        for item in why.contributions:
            assert item.side == ("kol" if item.amount > 0 else "influencer") or item.side == "neither"


# --- what was ignored, and why


def test_what_was_ignored_is_told_with_the_reason(scorer):
    by_model = {(item.word, item.why) for item in explained(DENTIST, scorer).ignored}
    assert {
        ("Andi", "name"),
        ("zxqv", "unknown"),
        ("[nomor telepon]", "personal"),
        ("[nama akun]", "personal"),
    } <= by_model
    assert not any(word == "drg." for word, _ in by_model)
    by_rules = {(item.word, item.why) for item in explained(DENTIST).ignored}
    assert ("zxqv", "no_rule") in by_rules and ("pasien", "no_rule") not in by_rules


def test_a_number_is_told_as_one(scorer):
    why = explained({"name": "", "bio": "34 tahun, kode ANDI15", "captions": ""}, scorer)
    assert ("[angka]", "number") in {(item.word, item.why) for item in why.ignored}


# --- model and rules apart


def test_model_and_rules_are_told_apart_and_disagree_when_they_lean_apart(scorer, profiles):
    predictor = Predictor(scorer)
    accounts = accounts_of(profiles)
    conflicts = 0
    for why, answer in zip(predictor.explanations(accounts), predictor.answers(accounts), strict=True):
        slope, offset = predictor.policy.model_alone
        if why.model:
            assert why.model.log_odds == pytest.approx(slope * answer.evidence.model + offset)
            assert why.model.p_kol == pytest.approx(sigmoid(why.model.log_odds))
        conflicts += answer.decision.cause == "conflict"
        assert why.disagree or answer.decision.cause != "conflict"
    assert conflicts


def test_without_model_or_rules_there_is_nothing_to_tell():
    why = explained({"name": "", "bio": "", "captions": ""})
    assert (why.model, why.rules, why.p, why.contributions, why.words, why.ignored) == (None, None, None, [], [], [])


# --- cells and JSON


def test_cells_name_the_strongest_words_of_each_side_and_the_criteria():
    row = dict(zip(COLUMNS, cells(explained(WIFE)), strict=True))
    assert row["evidence_influencer"] == "dokter -2.9; endorse DM -1.2" and row["evidence_kol"] == ""
    assert [row[f"criterion_{name}"] for name in CRITERIA] == [0.0, -2.9, 0.0, 0.0, -1.2]
    assert set(COLUMNS[2:]) <= NUMBERS


def test_cells_of_an_account_without_evidence_are_empty():
    assert cells(explained({"name": "", "bio": "", "captions": ""})) == [""] * len(COLUMNS)


def test_cells_of_other_labels_speak_for_and_against_the_answer():
    accounts, labels = zip(*SHOPS * 5, strict=True)
    scorer = KolClassifier(cv=2).fit(accounts, labels).scorer_
    row = cells(explained({"name": "", "bio": "Servis sawah", "captions": ""}, scorer))
    assert len(row) == len(OTHER_COLUMNS)
    assert " +" in row[0] and " -" in row[1] and {"Servis", "sawah"} == {cell.split(" ")[0] for cell in row}


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="=+-@1a\t\n|;, dokterDM\u202e\x1b") | st.text())
def test_no_cell_is_a_formula_or_more_than_a_line(text):
    for cell in cells(explained({"name": text, "bio": f"{text} endorse", "captions": text}))[:2]:
        assert not cell.startswith(("=", "+", "-", "@")) and len(cell.splitlines()) <= 1


KEYS = {"label", "p_kol", "source", "promotes", "reason", "log_odds", "intercept", "guess", "cause", "criteria"}
KEYS |= {"model", "rules", "limits", "contributions", "words", "ignored", "texts"}


def test_an_explanation_is_plain_json_of_known_keys(scorer):
    for why in (explained(DENTIST, scorer), explained(DENTIST), explained(WIFE, scorer, language="en")):
        found = as_dict(why)
        assert json.loads(json.dumps(found, allow_nan=False)) == found
        assert set(found) == KEYS
        assert found["promotes"] == "yes" and list(found["criteria"]) == [*CRITERIA, "other"]
    accounts, labels = zip(*SHOPS * 5, strict=True)
    other = as_dict(explained(WIFE, KolClassifier(cv=2).fit(accounts, labels).scorer_))
    assert set(other) == KEYS - {"p_kol"} | {"p"}
    assert [other[key] for key in ("promotes", "guess", "cause", "criteria", "model", "rules", "limits")] == [None] * 7
