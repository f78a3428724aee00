import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolclf.decide import LEAD, MIN_KNOWN, OBJECTION, STRONG, UNSURE, Decision, Evidence, Policy, decide, sigmoid
from kolclf.rules import Verdict

CASES = json.loads((Path(__file__).parent / "cases" / "decide.json").read_text(encoding="utf-8"))
HIT = ("hit",)


def evidence(rules=0.0, neither=0.0, model=None, known=9, answerable=None):
    return Evidence(Verdict(HIT if rules or neither else (), rules, neither, False), model, known, answerable)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_table_of_cases(case):
    decision = decide(
        evidence(**case["evidence"]), Policy(min_answerable=0.0), case.get("half_width", 0.2), case.get("review", True)
    )
    assert {key: getattr(decision, key) for key in case["expected"]} == case["expected"]


numbers = st.floats(-20, 20)


@given(numbers, numbers, st.none() | numbers, st.integers(0, 50), st.none() | numbers, st.floats(0, 0.5))
def test_a_guess_is_always_kept_and_review_is_the_only_other_answer(
    rules, neither, model, known, answerable, half_width
):
    item = evidence(rules, neither, model, known, answerable)
    decision = decide(item, Policy(min_answerable=0.0), half_width)
    assert decision.guess in ("kol", "influencer")
    assert decision.label == ("review" if decision.cause else decision.guess)
    assert decide(item, Policy(min_answerable=0.0), half_width, review=False).label == decision.guess
    assert decision.p_kol is None or (decision.p_kol > 0.5) == (decision.guess == "kol") or decision.p_kol == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40), st.floats(0, 0.5))
def test_the_band_keeps_the_error_asked_for(rows, max_error):
    p, is_kol = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], dtype=bool)
    width = Policy(held_out_p=p, held_out_is_kol=is_kol).half_width(max_error)
    decided = np.abs(p - 0.5) >= width
    if width < 0.5 and decided.any():
        assert ((p > 0.5) != is_kol)[decided].mean() <= max_error + 1e-9


def test_a_smaller_error_never_narrows_the_band():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=500)
    policy = Policy(held_out_p=p, held_out_is_kol=rng.uniform(size=500) < p)
    widths = [policy.half_width(error) for error in (0.0, 0.05, 0.1, 0.2, 0.5)]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("x", [-800.0, 0.0, 800.0])
def test_sigmoid_does_not_overflow(x):
    assert sigmoid(x) == pytest.approx((np.sign(x) + 1) / 2)


@given(st.floats(-15, 15))
def test_sigmoid_is_the_inverse_of_the_log_odds(x):
    p = sigmoid(x)
    assert np.log(p) - np.log(sigmoid(-x)) == pytest.approx(x, abs=1e-6)


def logit(p):
    return float(np.log(p / (1 - p)))


@pytest.mark.parametrize(
    ("given_", "cause", "source"),
    [
        ({"rules": LEAD}, "", "rules"),
        ({"rules": LEAD - 0.01}, "too_little", "rules"),
        ({"rules": -LEAD}, "", "rules"),
        ({"rules": STRONG, "model": logit(0.499 - OBJECTION)}, "conflict", "model+rules"),
        ({"rules": -STRONG, "model": logit(0.501 + OBJECTION)}, "conflict", "model+rules"),
        ({"rules": -STRONG, "model": logit(0.499 - OBJECTION)}, "", "model+rules"),
        ({"rules": STRONG, "model": logit(0.501 - OBJECTION)}, "", "model+rules"),
        ({"rules": STRONG - 0.01, "model": logit(0.499 - OBJECTION)}, "", "model+rules"),
        ({"rules": STRONG, "model": logit(0.499 + UNSURE)}, "", "rules"),
        ({"rules": STRONG, "model": logit(0.501 + UNSURE)}, "", "model+rules"),
        ({"rules": 3.0, "model": 3.0, "known": MIN_KNOWN}, "", "model+rules"),
        ({"rules": 3.0, "model": 3.0, "known": MIN_KNOWN - 1}, "", "rules"),
        ({"model": 3.0, "answerable": -5.0}, "", "model"),
        ({"rules": 1.0, "neither": STRONG}, "account_kind", "rules"),
        ({"rules": 1.0, "neither": STRONG - 0.01}, "", "rules"),
        ({"rules": STRONG, "neither": STRONG}, "", "rules"),
    ],
)
def test_at_the_edges(given_, cause, source):
    decision = decide(evidence(**given_), Policy())
    assert (decision.cause, decision.source) == (cause, source)


def test_the_model_is_judged_by_its_own_scale_and_both_by_theirs():
    policy = Policy(2.0, 0.5, 0.25, model_alone=(1.0, 2.0), rules_alone=(3.0, -1.0))
    decision = decide(
        evidence(rules=-STRONG, model=-1.0), policy
    )  # by itself the model says sigmoid(-1 + 2), a weak yes
    assert (decision.source, decision.cause, decision.p_kol) == ("model+rules", "", sigmoid(-2.0 - 1.0 + 0.25))
    assert decide(evidence(rules=-STRONG, model=0.0), policy).cause == "conflict"
    assert decide(evidence(rules=1.5), policy).p_kol == sigmoid(3.0 * 1.5 - 1.0)
    assert decide(evidence(rules=1.5, model=-9.0, known=MIN_KNOWN - 1), policy).p_kol == sigmoid(3.0 * 1.5 - 1.0)
    assert decide(evidence(rules=2.0, model=3.0), Policy()).p_kol == sigmoid(
        5.0
    )  # unless learnt otherwise, both count alike


def test_an_account_at_the_edge_of_the_band_is_decided():
    item = evidence(model=1.0)
    edge = abs(decide(item, Policy()).p_kol - 0.5)
    assert decide(item, Policy(), edge).label == "kol"
    assert decide(item, Policy(), np.nextafter(edge, 1)).cause == "unsure"


def test_a_model_that_is_undecided_adds_nothing():
    assert decide(evidence(model=0.0), Policy()).p_kol == 0.5
    assert decide(evidence(rules=1.5, model=0.0), Policy()).p_kol == sigmoid(1.5)


@pytest.mark.parametrize(
    ("p", "is_kol", "max_error", "width"),
    [
        ([], [], 0.0, 0.0),
        ([0.9], [True], 0.0, 0.0),
        ([0.9, 0.1], [True, False], 0.0, 0.0),
        ([0.9, 0.75, 0.75, 0.5], [True, True, False, False], 0.0, 0.4),
        ([0.9, 0.25, 0.75, 0.5], [True, True, True, True], 0.34, 0.25),
        ([0.9], [False], 0.0, 0.5),
        ([0.5, 1.0], [False, True], 0.0, 0.0),
    ],
)
def test_the_width_of_the_band(p, is_kol, max_error, width):
    policy = Policy(held_out_p=np.array(p), held_out_is_kol=np.array(is_kol, dtype=bool))
    assert policy.half_width(max_error) == pytest.approx(width)


def test_a_decision_is_plain():
    assert Decision._fields == ("label", "guess", "p_kol", "source", "promotes", "cause")
