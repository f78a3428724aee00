"""The same model as a scikit-learn ``Pipeline``, for people who want to go on with it there."""

from io import BytesIO
from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from kolclf.data import accounts_of
from kolclf.scorer import OfSpace, Scorer
from kolclf.whole import write_whole


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


def write_pipeline(scorer: Scorer, path: str | Path) -> None:
    """Write the pipeline of a model with joblib: a pickle, so whoever loads it runs what its maker put in.

    Raises
    ------
    DataError
        If the place cannot be written to.
    """
    content = BytesIO()  # a pickle that breaks off half-way, on a full disk, would leave its buffers behind
    joblib.dump(to_pipeline(scorer), content)
    with write_whole(path) as beside:
        beside.write_bytes(content.getvalue())
