"""Criteria and weights."""

import pytest

from kolclf import DataError
from kolclf.explain import by_criterion, weight_rows
from kolclf.predictor import Predictor
from kolclf.rules import CRITERIA


def test_criteria_are_the_five_and_other_words(scorer):
    from kolclf.accounts import read_account

    [why] = Predictor(scorer).explanations(read_account("dr. Rina, Sp.A", "memasak di RSUD", "jadwal praktik"))
    sums = by_criterion(why.contributions)
    assert list(sums) == [*CRITERIA, "other"] and sums["credibility"] > 0 and sums["area"] > 0
    assert sum(sums.values()) == pytest.approx(sum(part.amount for part in why.contributions))


def test_weights_of_one_field(scorer):
    found = weight_rows(scorer, "captions")
    assert {item.field for item in found} == {"captions"} and all(item.weight >= 0 for item in found)


def test_weights_of_a_field_that_is_not_there(scorer):
    with pytest.raises(DataError, match="no field 'nix'; its fields are bio, captions"):
        weight_rows(scorer, "nix")
