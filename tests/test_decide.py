import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolclf.decide import Decision, Evidence, Policy, decide, sigmoid
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


def test_a_decision_is_plain():
    assert Decision._fields == ("label", "guess", "p_kol", "source", "promotes", "cause")
