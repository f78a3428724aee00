import csv
import io
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from kolclf import DataError, KolClassifier, save_model
from kolclf.data import accounts_of
from kolclf.options import Criterion
from kolclf.rules import CRITERIA
from kolclf.scorer import OfSpace, field_of
from kolclf.store import _checksum, load_model
from kolclf.weights import weight_rows

BUYERS = ["kami membeli", "suka membeli", "dibeli rumah", "dibeli enak", "dibeli ibu", "beli yuk"]
ACCOUNTS = [{"bio": bio} for bio in BUYERS] + [{"bio": "bidan di alor"}, {"bio": "Bidan, dr. Rina"}, {"bio": "dr. Tio"}]
LABELS = ["influencer"] * 6 + ["kol"] * 3


@pytest.fixture(scope="module")
def small():
    return KolClassifier(cv=2).fit(ACCOUNTS, LABELS)


def test_document_counts_are_how_many_accounts_of_a_label_have_a_feature(profiles, scorer):
    accounts, labels = list(accounts_of(profiles)), [row["label"] for row in profiles]
    counted = Counter(
        (field_of(name), feature, label)
        for account, label in zip(accounts, labels, strict=True)
        for name in scorer.spaces
        for feature in set(OfSpace(name, scorer.features)(account))
    )
    for item in weight_rows(scorer):
        assert item.documents == {
            label: counted[item.field, item.feature, label] for label in ("influencer", "kol", "neither", "unsure")
        }


def test_weights_are_idf_times_coefficient_for_the_label_they_speak_for(scorer):
    idf = np.concatenate([space.idf for space in scorer.spaces.values()])
    for item in weight_rows(scorer)[:200]:
        column = scorer.columns.index((item.field, item.feature))
        signed = item.weight if item.label == "kol" else -item.weight
        assert signed == pytest.approx(scorer.coef[0, column] * idf[column])


def test_words_behind_a_stem_are_shown_the_most_frequent_first_and_never_those_of_one_account(small):
    table = small.weights().set_index(["field", "feature"])
    buying = table.loc[("bio", "beli")]
    assert buying.stem == "beli" and buying.forms == "dibeli, membeli"  # "beli" itself is said once
    assert (buying.n_influencer, buying.n_kol) == (6, 0)
    title = table.loc[("bio", "<physician>")]
    assert title.stem == "" and title.forms == "dr." and (title.n_influencer, title.n_kol) == (0, 2)


def test_accounts_count_alike_in_parts_of_any_size(small, monkeypatch):
    monkeypatch.setattr("kolclf.weights.CHUNK", 2)
    assert KolClassifier(cv=2).fit(ACCOUNTS, LABELS).weights().equals(small.weights())


def test_weights_are_a_tidy_table_the_heaviest_first(small):
    table = small.weights()
    assert table.columns.tolist() == [
        "label",
        "feature",
        "field",
        "stem",
        "forms",
        "weight",
        "criterion",
        "n_influencer",
        "n_kol",
    ]
    assert len(table) == small.scorer_.coef.shape[1] and table.weight.is_monotonic_decreasing


def test_weights_of_three_labels_are_for_the_label_with_the_highest_score():
    labels = ["baik", "buruk", "biasa"] * 6
    model = KolClassifier(cv=2, C=1.0).fit([{"bio": f"kata {label}"} for label in labels], labels)
    table = model.weights().set_index("feature")
    assert table.loc["buruk"].label == "buruk" and table.loc["buruk"].n_buruk == 6 and table.loc["buruk"].n_baik == 0


def test_a_file_of_format_2_has_weights_without_counts(small, tmp_path):
    path = tmp_path / "2.npz"
    save_model(replace(small.scorer_, usage=None), path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    header = json.loads(arrays.pop("header").tobytes()) | {"format": 2}
    header["checksum"] = _checksum(header, arrays)
    np.savez(path, header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8), **arrays)
    old = load_model(path)
    item = next(item for item in weight_rows(old) if item.feature == "beli")
    assert old.usage is None and item.documents == {} and set(item.forms) == {"dibeli", "membeli"}
    assert "n_kol" not in KolClassifier.from_file(path).weights()


def test_what_is_known_of_usage_comes_back_from_the_file(small, tmp_path):
    save_model(small.scorer_, tmp_path / "m.npz")
    assert weight_rows(load_model(tmp_path / "m.npz")) == weight_rows(small.scorer_)


def test_the_criteria_that_can_be_asked_for_are_those_of_the_rules():
    assert tuple(Criterion) == (*CRITERIA, "other")


def test_a_criterion_without_features_says_so(small):
    with pytest.raises(DataError, match="no feature has the criterion 'livelihood'"):
        weight_rows(small.scorer_, criterion="livelihood")


# --- the command


def parsed(result):
    assert result.exit_code == 0
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_the_command_shows_words_and_counts_of_one_field_and_criterion(run, model_path):
    arguments = ["weights", "--model", model_path, "--field", "bio", "--criterion", "livelihood", "--top", 2]
    shown = run(*arguments, "--lang", "en")
    assert "endorse" in shown.stdout and "5 livelihood" in shown.stdout and "captions" not in shown.stdout
    rows = parsed(run(*arguments, "--csv"))
    assert {(row["field"], row["criterion"]) for row in rows} == {("bio", "livelihood")}
    assert all(row["n_kol"].isdigit() for row in rows)


@pytest.mark.parametrize("options", [[], ["--excel-safe"]], ids=["as it is", "safe"])
def test_a_label_that_a_spreadsheet_would_run_is_disarmed_where_asked(run, tmp_path, options):
    accounts = [{"bio": bio} for bio in ("dokter anak", "content creator") * 4]
    save_model(KolClassifier(cv=2).fit(accounts, ["=1+1", "b"] * 4).scorer_, tmp_path / "m.npz")
    rows = parsed(run("weights", "--model", tmp_path / "m.npz", "--csv", *options))
    assert {row["label"] for row in rows} == {"'=1+1" if options else "=1+1", "b"}


def test_the_table_keeps_to_the_width_of_the_terminal(run, model_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    from typer.testing import CliRunner

    from kolclf.cli import app

    shown = CliRunner().invoke(app, ["weights", "--model", str(model_path)]).stdout
    assert len(shown.splitlines()) > 40 and max(map(len, shown.splitlines())) <= 80
