"""Which choices of the model help: one change at a time, and against other methods, on cross-validation over batches.

Only rows marked ``train`` are used, and whole batches are held out: rows written side by side never stand on both sides. Every
method answers ``kol`` or ``influencer`` for each held-out row of these labels; rows of other labels are used in training by
methods that can (to learn when to abstain). Where a strength of regularisation is to be chosen, it is chosen inside the training
part. fastText is run if its module is installed (``pip install fasttext-wheel``; it needs no other preparation).
"""

import argparse
import re
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from joblib import Parallel, delayed
from profiles import PROFILES, read_profiles, sides
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline, make_union

from kolclf import KolClassifier, scorer, stem, words
from kolclf.data import accounts_of
from kolclf.evaluation import Share
from kolclf.predictor import Predictor
from kolclf.scorer import Features, OfSpace

FOLDS = 5
SPACES = ("bio", "captions", "bio_concepts", "captions_concepts")
Rows = list[dict[str, Any]]
Method = Callable[[Rows, Rows], np.ndarray]  # training rows, test rows -> log-odds of KOL


def labels(rows: Rows) -> np.ndarray:
    """Return the labels of rows."""
    return np.array([row["label"] for row in rows])


def one_text(row: dict[str, Any]) -> str:
    """Return an account as one text."""
    return "\n".join([row["name"], row["bio"], *row["captions"]])


def ours(together: bool = False, **parameters: Any) -> Method:
    """Return kolclf with parameters; ``together`` with the rules, else the model alone."""

    def run(train: Rows, test: Rows) -> np.ndarray:
        groups = [row["batch"] for row in train]
        model = KolClassifier(**parameters, n_jobs=1).fit(train, labels(train), groups=groups)
        if not together:
            return model.decision_function(test)
        return log_odds([answer.decision.p_kol for answer in Predictor(model.scorer_).answers(accounts_of(test))])

    return run


def patched(target: Any, name: str, value: Any, **parameters: Any) -> Method:
    """Return kolclf with a part of it replaced."""

    def run(train: Rows, test: Rows) -> np.ndarray:
        stem._stems.clear()
        words._vocabulary = words.Vocabulary()
        try:
            with patch.object(target, name, value):
                return ours(**parameters)(train, test)
        finally:  # a worker goes on to the next method
            stem._stems.clear()
            words._vocabulary = words.Vocabulary()

    return run


def rules(train: Rows, test: Rows) -> np.ndarray:
    """Answer by the rules alone."""
    return np.array([answer.evidence.verdict.log_odds for answer in Predictor(None).answers(accounts_of(test))])


def majority(train: Rows, test: Rows) -> np.ndarray:
    """Answer the commoner label of the training rows."""
    share = np.mean([row["label"] == "kol" for row in sides(train)])
    return np.full(len(test), np.log(share / (1 - share)))


def plain(vectorizer: Any, **parameters: Any) -> Method:
    """Return scikit-learn's TF-IDF and logistic regression over one text an account."""

    def run(train: Rows, test: Rows) -> np.ndarray:
        model = make_pipeline(vectorizer, LogisticRegression(max_iter=5000, **parameters))
        model.fit([one_text(row) for row in sides(train)], labels(sides(train)))
        return model.decision_function([one_text(row) for row in test])

    return run


def with_characters(only: bool) -> Method:
    """Return our features at C = 10 joined with character n-grams, or the n-grams alone."""

    def run(train: Rows, test: Rows) -> np.ndarray:
        def of(rows: Rows) -> list[dict[str, Any]]:
            return [{**a, "text": one_text(r)} for a, r in zip(accounts_of(rows), rows, strict=True)]

        vectorizers = [TfidfVectorizer(analyzer=OfSpace(f, Features()), sublinear_tf=True, min_df=2) for f in SPACES]
        characters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, preprocessor=_lower_text
        )
        parts = [characters] if only else [*vectorizers, characters]
        model = make_pipeline(make_union(*parts), LogisticRegression(C=10, max_iter=5000))
        model.fit(of(sides(train)), labels(sides(train)))
        return model.decision_function(of(test))

    return run


def _lower_text(account: dict[str, Any]) -> str:
    return str(account["text"]).lower()


def fasttext(**parameters: Any) -> Method:
    """Return fastText's supervised classifier (Joulin et al. 2017) over one lower-case text an account."""

    def spaced(row: dict[str, Any]) -> str:
        return " ".join(re.findall(r"\w+|[^\w\s]", one_text(row).lower()))

    def run(train: Rows, test: Rows) -> np.ndarray:
        import fasttext as module

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            path.write_text("".join(f"__label__{r['label']} {spaced(r)}\n" for r in sides(train)), encoding="utf-8")
            model = module.train_supervised(str(path), thread=1, seed=0, verbose=0, **parameters)
        found = [{label: p for p, label in model.f.predict(spaced(row) + "\n", 2, 0.0, "strict")} for row in test]
        return log_odds([min(one.get("__label__kol", 0.0), 1.0) for one in found])

    return run


def log_odds(p: list[float | None]) -> np.ndarray:
    """Return log-odds; 0 where there is no probability."""
    clipped = np.clip(np.array([0.5 if one is None else one for one in p]), 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


def methods() -> dict[str, Method]:
    """Return what is compared, by name."""
    no_titles = [step for step in words.STEPS if step[0] != "titles"]
    found: dict[str, Method] = {
        "kolclf: model and rules": ours(together=True),
        "kolclf: model alone": ours(),
        "kolclf: rules alone": rules,
        "model without stems": ours(use_stems=False),
        "model without protected words": patched(stem, "protected_words", frozenset),
        "model without the title layer": patched(words, "STEPS", no_titles),
        "model without concept tokens": ours(use_concepts=False),
        "model with places as words": patched(scorer, "places", frozenset),
        "model, concepts weigh 0.5": ours(concepts_weight=0.5),
        "model, concepts weigh 2": ours(concepts_weight=2.0),
        "model, captions weigh 0.5": ours(captions_weight=0.5),
        "model, captions weigh 0.25": ours(captions_weight=0.25),
        "model, captions weigh 2": ours(captions_weight=2.0),
        "model, single tokens": ours(ngrams=1),
        "model, up to 3 tokens": ours(ngrams=3),
        "model, features of 1 account": ours(min_df=1),
        "model, features of 5 accounts": ours(min_df=5),
        "model, balanced classes": ours(class_weight="balanced"),
        "model at C = 10": ours(C=10.0),
        "... and character 2-5-grams": with_characters(only=False),
        "character 2-5-grams, C = 10": with_characters(only=True),
        "scikit-learn, defaults": plain(TfidfVectorizer()),
        "scikit-learn, 1-2-grams, sublinear, C = 10": plain(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), C=10
        ),
        "majority": majority,
    }
    if find_spec("fasttext"):
        found["fastText, defaults"] = fasttext()
        found["fastText, 1-2-grams, 50 epochs, rate 1"] = fasttext(wordNgrams=2, epoch=50, lr=1.0)
    return found


def held_out(name: str, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Return log-odds and truth of every held-out row."""
    method = methods()[name]
    scores, truth = [], []
    for train, test in GroupKFold(FOLDS).split(rows, groups=[row["batch"] for row in rows]):
        judged = sides([rows[i] for i in test])
        scores.append(method([rows[i] for i in train], judged))
        truth.append(labels(judged) == "kol")
    return np.concatenate(scores), np.concatenate(truth)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", nargs="?", default=PROFILES)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="only methods whose name holds this")
    options = parser.parse_args()
    rows = [row for row in read_profiles(options.table) if row["split"] == "train"]
    names = [name for name in methods() if options.only in name]
    results = Parallel(n_jobs=options.jobs)(delayed(held_out)(name, rows) for name in names)
    versions = []
    for package in ("scikit-learn", "PySastrawi", "fasttext-wheel"):
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"no {package}")
    batches = len({row["batch"] for row in rows})
    print(f"{len(sides(rows))} of {len(rows)} rows, {batches} batches, {FOLDS} folds; {', '.join(versions)}\n")
    print("| method | right | 95 % interval | AUC | log loss |")
    print("|---|---|---|---|---|")
    for name, (scores, truth) in zip(names, results, strict=True):
        right = Share(int(((scores > 0) == truth).sum()), len(truth))
        low, high = right.interval
        p = 1 / (1 + np.exp(-scores))
        auc = roc_auc_score(truth, scores)
        print(f"| {name} | {right.value:.3f} | {low:.3f}-{high:.3f} | {auc:.3f} | {log_loss(truth, p):.3f} |")


if __name__ == "__main__":
    main()
