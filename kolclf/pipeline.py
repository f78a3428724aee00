"""The same model as a scikit-learn ``Pipeline``, for people who want to go on with it there."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from kolclf.data import accounts_of
from kolclf.scorer import OfSpace, Scorer


def to_pipeline(scorer: Scorer) -> Pipeline:
    """Return the same model as a fitted scikit-learn ``Pipeline`` that takes accounts and needs kolclf to read them."""
    parts, weights = [], {}
    for name, space in scorer.spaces.items():
        if not space.vocabulary:
            continue
        vectorizer = TfidfVectorizer(
            analyzer=OfSpace(name, scorer.features), sublinear_tf=True, vocabulary=dict(space.vocabulary)
        )
        vectorizer.idf_ = space.idf
        parts.append((name, vectorizer))
        weights[name] = space.weight
    classifier = LogisticRegression()
    classifier.classes_, classifier.coef_, classifier.intercept_ = (
        np.array(scorer.classes),
        scorer.coef,
        scorer.intercept,
    )
    classifier.n_features_in_ = scorer.coef.shape[1]
    union = FeatureUnion(parts, transformer_weights=weights)
    return Pipeline([("accounts", FunctionTransformer(accounts_of)), ("tfidf", union), ("classifier", classifier)])
