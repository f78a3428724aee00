import csv
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from kolclf import DataError, KolClassifier
from kolclf.data import accounts_of
from kolclf.folds import parted, taught
from kolclf.pipeline import to_pipeline
from kolclf.scorer import Features

with (Path(__file__).parents[1] / "data" / "profiles.csv").open(encoding="utf-8") as file:
    ROWS = pd.DataFrame(list(csv.DictReader(file))).iloc[::5].reset_index(drop=True)
PERSONS = ROWS[ROWS["label"].isin(["kol", "influencer"])].reset_index(drop=True)
UNSEEN = pd.DataFrame(
    {
        "name": ["dr. Sari, Sp.M", "", "wkwk"],
        "bio": ["mata & motor", "daily vlog | endorse DM", ""],
        "captions": ["operasi katarak di Kupang", '["racun shopee", "spill outfit"]', ""],
    }
)


@pytest.fixture(scope="module")
def model():
    return KolClassifier(C=3.0, cv=3).fit(PERSONS, PERSONS["label"])


def scikit_learn_pipeline(accounts, labels):
    """What kolclf does, in scikit-learn's own words."""
    table = pd.DataFrame({field: [account[field] for account in accounts] for field in accounts.fields})

    def concepts(reading):
        return [value for match in reading.concepts for value in match.values]

    vectorizers = [
        (f"{field} {analyzer}", TfidfVectorizer(analyzer=analyzer, min_df=2, sublinear_tf=True), field)
        for analyzer in (Features(), concepts)
        for field in table
    ]
    features = ColumnTransformer(vectorizers, sparse_threshold=1.0)
    return table, Pipeline([("tfidf", features), ("lr", LogisticRegression(C=3.0, solver="newton-cg", tol=1e-8))]).fit(
        table, labels
    )


def test_probabilities_equal_scikit_learns_own_pipeline(model):
    table, pipeline = scikit_learn_pipeline(accounts_of(PERSONS), PERSONS["label"])
    np.testing.assert_allclose(model.predict_proba(PERSONS), pipeline.predict_proba(table), atol=1e-9)


def test_probabilities_are_those_of_another_solver(model):
    table, pipeline = scikit_learn_pipeline(accounts_of(PERSONS), PERSONS["label"])
    pipeline.set_params(lr__solver="lbfgs", lr__tol=1e-10, lr__max_iter=5000).fit(table, PERSONS["label"])
    np.testing.assert_allclose(model.predict_proba(PERSONS), pipeline.predict_proba(table), atol=1e-5)


def test_three_labels_equal_scikit_learns_own_pipeline():
    labels = np.array(["baik", "buruk", "biasa"])[np.arange(len(PERSONS)) % 3]
    ours = KolClassifier(C=3.0, cv=2).fit(PERSONS, labels)
    table, pipeline = scikit_learn_pipeline(accounts_of(PERSONS), labels)
    np.testing.assert_allclose(ours.predict_proba(PERSONS), pipeline.predict_proba(table), atol=1e-9)
    assert ours.predict(UNSEEN).tolist() == ours.classes_[ours.predict_proba(UNSEEN).argmax(axis=1)].tolist()


@pytest.mark.parametrize("accounts", [PERSONS, UNSEEN], ids=["seen", "unseen"])
def test_the_exported_pipeline_says_the_same(model, accounts):
    exported = to_pipeline(model.scorer_)
    np.testing.assert_allclose(exported.predict_proba(accounts), model.predict_proba(accounts), atol=1e-12)
    assert exported.predict(accounts).tolist() == model.predict(accounts).tolist()


def test_parameters_are_kept_untouched_and_cloned():
    parameters = {"C": 2.0, "bio_weight": 3, "class_weight": {"kol": 2}, "C_grid": (1.0,)}
    params = clone(KolClassifier(**parameters)).get_params()
    assert {key: params[key] for key in parameters} == parameters


def test_fitted_model_pickles(model):
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(UNSEEN), model.predict_proba(UNSEEN))


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_an_unfitted_model_says_so(method):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(KolClassifier(), method)(UNSEEN)


def test_rows_do_not_depend_on_their_neighbours_or_on_column_order(model):
    together = model.predict_proba(PERSONS)
    apart = np.vstack([model.predict_proba(PERSONS.iloc[i : i + 1]) for i in range(20)])
    np.testing.assert_allclose(apart, together[:20], atol=1e-12)
    np.testing.assert_array_equal(model.predict_proba(PERSONS[PERSONS.columns[::-1]]), together)
    np.testing.assert_array_equal(model.predict_proba(PERSONS.set_index("id")), together)


def test_dicts_and_missing_columns_count_as_empty(model):
    as_dicts = model.predict_proba(UNSEEN.to_dict("records"))
    np.testing.assert_array_equal(as_dicts, model.predict_proba(UNSEEN))
    np.testing.assert_array_equal(
        model.predict_proba(UNSEEN[["bio"]]), model.predict_proba([{"bio": bio} for bio in UNSEEN["bio"]])
    )
    assert model.predict_proba(pd.DataFrame({"bio": [None, float("nan"), pd.NA]})).shape == (3, 2)


def test_classes_are_alphabetical_and_named(model):
    assert model.classes_.tolist() == ["influencer", "kol"]
    assert model.predict(UNSEEN)[:2].tolist() == ["kol", "influencer"]


def test_training_twice_gives_the_same(model):
    again = KolClassifier(C=3.0, cv=3).fit(PERSONS, PERSONS["label"])
    np.testing.assert_array_equal(again.scorer_.coef, model.scorer_.coef)
    assert again.scorer_.policy.half_width(0.05) == model.scorer_.policy.half_width(0.05)


def test_a_word_of_one_account_is_never_kept():
    accounts = [{"bio": f"dokter rahasia{chr(97 + i)}"} for i in range(6)] + [
        {"bio": f"vlog pribadi{chr(97 + i)}"} for i in range(6)
    ]
    scorer = KolClassifier(cv=2).fit(accounts, ["kol"] * 6 + ["influencer"] * 6).scorer_
    kept = " ".join([*scorer.feature_names(), *scorer.stems, *scorer.stems.values()])
    assert "dokter" in kept and "rahasia" not in kept and "pribadi" not in kept


def test_names_of_persons_are_never_kept():
    accounts = [{"name": "dr. Rinakartika", "bio": "mata"}, {"name": "Rinakartika", "bio": "vlog"}] * 5
    scorer = KolClassifier(cv=2).fit(accounts, ["kol", "influencer"] * 5).scorer_
    assert "bio:gelardr" in scorer.feature_names()
    assert not any("rinakartika" in name for name in scorer.feature_names())


def test_other_labels_are_set_aside_and_teach_abstention():
    scorer = KolClassifier(C=3.0, cv=3).fit(ROWS, ROWS["label"]).scorer_
    assert scorer.classes == ("influencer", "kol")
    assert scorer.answerable is not None and np.isfinite(scorer.policy.min_answerable)
    scores = scorer.answerable_scores(scorer.transform(accounts_of(ROWS)))
    persons = ROWS["label"].isin(["kol", "influencer"])
    assert scores[persons].mean() > scores[~persons].mean()


@pytest.mark.parametrize("names", [{}, {"kol": "ahli", "influencer": "seleb"}], ids=["kol", "other labels"])
def test_held_out_rows_are_told_by_models_that_have_not_seen_them(names):
    rows = ROWS if not names else PERSONS
    labels = np.array([names.get(label, label) for label in rows["label"]])
    whole, trained = KolClassifier(C=3.0, cv=3).fit(rows, labels), taught(labels)
    scores, answerable = np.zeros((2, len(rows)))
    for train, test in parted(labels, trained, 3, None, seed=0):
        without = KolClassifier(C=3.0, cv=2).fit(rows.iloc[train], labels[train]).scorer_
        held_out = without.transform(accounts_of(rows.iloc[test]))
        scores[test] = without.decision_function(held_out)
        if not names:
            answerable[test] = without.answerable_scores(held_out)
    if names:
        np.testing.assert_allclose(whole.held_out_proba_[:, 1], 1 / (1 + np.exp(-scores)), atol=2e-3)
    else:
        assert whole.scorer_.policy.min_answerable == pytest.approx(np.quantile(answerable[trained], 0.1), abs=1e-6)


def test_threads_change_nothing(model):
    alone = KolClassifier(C=3.0, cv=3, n_jobs=1).fit(PERSONS, PERSONS["label"])
    assert np.array_equal(alone.scorer_.coef, model.scorer_.coef)
    assert np.array_equal(alone.held_out_proba_, model.held_out_proba_)


def test_weights_of_labels_are_not_asked_of_rows_set_aside():
    weighed, plain = (KolClassifier(C=3.0, cv=2, class_weight=of).fit(ROWS, ROWS["label"]) for of in ({"kol": 3}, None))
    assert weighed.predict_proba(UNSEEN)[:, 1].mean() > plain.predict_proba(UNSEEN)[:, 1].mean()
    assert np.array_equal(weighed.scorer_.answerable[0], plain.scorer_.answerable[0])


def test_groups_stay_in_one_fold():
    groups = np.arange(len(PERSONS)) % 4
    labels = np.asarray(PERSONS["label"])
    for train, test in parted(labels, taught(labels), 4, groups, seed=0):
        assert not set(groups[train]) & set(groups[test])


@pytest.mark.parametrize(
    ("accounts", "labels", "message"),
    [
        ([{"bio": "a"}] * 3, ["kol"] * 2, "3 accounts but 2 labels"),
        ([{"bio": "a"}] * 4, ["kol"] * 4, r"needs two labels with at least 2 rows each; seen: kol \(4\)"),
        ([{"bio": "a"}] * 3, ["kol", "kol", "influencer"], "at least 2 rows each"),
        ([], [], "seen: none"),
        ([{"bio": ""}] * 4, ["kol", "influencer"] * 2, "no word occurs in 2 accounts"),
        (["dokter"], ["kol"], "accounts must be a DataFrame or a list of dicts"),
        (
            pd.DataFrame({"text": ["a"]}).rename(columns={"text": "x"}),
            ["kol"],
            "neither 'bio' nor 'captions'; columns are 'x'",
        ),
    ],
)
def test_what_cannot_be_trained_on_says_why(accounts, labels, message):
    with pytest.raises(DataError, match=message):
        KolClassifier(cv=2).fit(accounts, labels)
