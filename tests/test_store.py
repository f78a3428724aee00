import json
from pathlib import Path

import numpy as np
import pytest

from kolclf import DataError, KolClassifier, ModelError, load_model, save_model
from kolclf.data import find_columns
from kolclf.labelled import read_labelled
from kolclf.predictor import default_model
from kolclf.tables import read_table

PROFILES = Path(__file__).parents[1] / "data" / "profiles.csv"


def rewritten(path, target, **changes):
    """Copy a model file with parts changed and its checksum left alone."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    header = json.loads(arrays["header"].tobytes()) | changes.pop("header", {})
    arrays |= changes | {"header": np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)}
    np.savez(target, **arrays)
    return target


def test_a_model_comes_back_as_it_was(scorer, tmp_path):
    save_model(scorer, tmp_path / "a.npz")
    again = load_model(tmp_path / "a.npz")
    np.testing.assert_array_equal(again.coef, scorer.coef)
    np.testing.assert_array_equal(again.answerable[0], scorer.answerable[0])
    assert [again.classes, again.features, again.stems, again.info] == [
        scorer.classes,
        scorer.features,
        scorer.stems,
        scorer.info,
    ]
    assert again.feature_names() == scorer.feature_names()
    assert again.policy.half_width(0.05) == scorer.policy.half_width(0.05) and again.policy[:6] == scorer.policy[:6]


def test_the_same_model_gives_the_same_bytes(scorer, tmp_path):
    for name in ("a.npz", "b.npz"):
        save_model(scorer, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_classifier_is_made_from_a_file(model_path, scorer):
    model = KolClassifier.from_file(model_path)
    assert model.classes_.tolist() == ["influencer", "kol"] and scorer.info["C"] == model.C
    assert len(model.weights()) == scorer.coef.shape[1]
    assert model.weights()["weight"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"coef": np.zeros((1, 3))}, "is damaged"),
        ({"header": {"format": 99}}, r"is of format 99, this kolclf reads up to 3; update kolclf"),
        ({"header": {"format": 1}}, "made by an older kolclf; train it again"),
        ({"header": {"checksum": "0"}}, "its checksum differs"),
        ({"header": {"classes": ["a"]}}, "is no kolclf model, or is damaged"),
        ({"header": {"policy": [1.0]}}, "is no kolclf model, or is damaged"),
    ],
)
def test_a_changed_file_is_refused(model_path, tmp_path, changes, message):
    path = rewritten(model_path, tmp_path / "m.npz", **changes)
    with pytest.raises(ModelError, match=message):
        load_model(path)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [("m.bin", ModelError, "ends in .npz"), ("nix/m.npz", ModelError, "folder does not exist")],
)
def test_places_that_hold_no_model(scorer, tmp_path, name, error, message):
    with pytest.raises(error, match=message):
        save_model(scorer, tmp_path / name)


def test_a_folder_in_the_way(scorer, tmp_path):
    (tmp_path / "m.npz").mkdir()
    with pytest.raises(DataError, match="cannot be written"):
        save_model(scorer, tmp_path / "m.npz")


def test_the_default_model_is_that_of_the_data():
    table = read_table(str(PROFILES))
    rows = read_labelled(table, find_columns(table, {}, needs_label=True), "batch", "split=train")
    fresh = KolClassifier().fit(rows.accounts, rows.labels, groups=rows.groups).scorer_
    kept = default_model()
    assert fresh.feature_names() == kept.feature_names()
    np.testing.assert_allclose(fresh.coef, kept.coef, atol=1e-4)
    np.testing.assert_allclose(fresh.policy[:3], kept.policy[:3], atol=1e-4)
