"""Features are those of scikit-learn's vectorisers with the same analyser, in training and in prediction."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from kolclf.data import accounts_of
from kolclf.scorer import Features, OfSpace, Scorer
from kolclf.vectorize import count, learnt_spaces, weigh

SPACES = {"bio": 1.0, "captions": 1.0, "bio_concepts": 1.0, "captions_concepts": 1.0}


@pytest.fixture(scope="module")
def accounts(profiles):
    return accounts_of(profiles)


@pytest.mark.parametrize("ngrams", [1, 2, 3])
def test_counts_equal_scikit_learns(accounts, ngrams):
    features = Features(ngrams=ngrams)
    ours = count(accounts, features, list(SPACES), min_df=2)
    for name, (names, matrix) in ours.items():
        theirs = CountVectorizer(analyzer=OfSpace(name, features), min_df=2)
        expected = theirs.fit_transform(list(accounts))
        assert names == theirs.get_feature_names_out().tolist()
        assert (matrix != expected).nnz == 0


def test_a_fold_is_weighed_as_if_it_had_been_vectorised_alone(accounts):
    train = np.arange(0, len(accounts), 2)
    counts = count(accounts, Features(), list(SPACES), min_df=2)
    _, matrix = weigh(counts, SPACES, train, 2)
    rows = list(accounts)
    vectorizers = [TfidfVectorizer(analyzer=OfSpace(name, Features()), min_df=2, sublinear_tf=True) for name in SPACES]
    for vectorizer in vectorizers:
        vectorizer.fit([rows[i] for i in train])
    expected = np.hstack([vectorizer.transform(rows).toarray() for vectorizer in vectorizers])
    np.testing.assert_allclose(matrix.toarray(), expected, atol=1e-12)


def test_prediction_has_the_features_of_training(accounts):
    counts = count(accounts, Features(), list(SPACES), min_df=2)
    everything = np.arange(len(accounts))
    idf, matrix = weigh(counts, SPACES, everything, 2)
    spaces = learnt_spaces(counts, SPACES, idf)
    scorer = Scorer(("a", "b"), spaces, np.zeros((1, matrix.shape[1])), np.zeros(1))
    rows = scorer.transform(accounts)
    dense = np.zeros(matrix.shape)
    dense[np.repeat(everything, np.diff(rows.indptr)), rows.columns] = rows.values
    np.testing.assert_allclose(dense, matrix.toarray(), atol=1e-12)
