"""Contributions by criterion."""

import pytest

from kolclf.accounts import read_account
from kolclf.explain import by_criterion
from kolclf.predictor import Predictor
from kolclf.rules import CRITERIA


def test_criteria_are_the_five_and_other_words(scorer):
    [why] = Predictor(scorer).explanations(read_account("dr. Rina, Sp.A", "memasak di RSUD", "jadwal praktik"))
    sums = by_criterion(why.contributions)
    assert list(sums) == [*CRITERIA, "other"] and sums["credibility"] > 0 and sums["area"] > 0
    assert sum(sums.values()) == pytest.approx(sum(part.amount for part in why.contributions))
