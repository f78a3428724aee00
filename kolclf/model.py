"""``KolClassifier``: TF-IDF over bio and captions and logistic regression, trained with scikit-learn, kept as data."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from kolclf.accounts import Accounts
from kolclf.arrays import Ints
from kolclf.calibrate import MIN_SET_ASIDE, learn_policy
from kolclf.data import accounts_of
from kolclf.decide import LABELS, Policy
from kolclf.errors import DataError
from kolclf.folds import parted, taught
from kolclf.rules import Rules, default_rules
from kolclf.scorer import CONCEPTS, Features, Floats, Rows, Scorer, probabilities
from kolclf.store import load_model
from kolclf.vectorize import Counts, count, kept_stems, learnt_spaces, weigh
from kolclf.weights import usage, weight_rows

SEARCH_TOL = 1e-5  # to choose C; the model itself is fitted to `tol`


class KolClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Tells KOL from influencer by bio and captions; any two or more labels can be trained.

    Parameters
    ----------
    C : float or None, default=None
        Inverse strength of the L2 penalty. None chooses from ``C_grid`` by cross-validated log loss.
    C_grid : tuple of float
        What to choose from.
    cv : int, default=5
        Folds, also for the held-out scores that set the review band.
    ngrams : int, default=2
        Longest run of tokens that counts as one feature.
    min_df : int, default=2
        A feature must occur in as many accounts; nothing that only one account says is kept.
    bio_weight, captions_weight, concepts_weight : float, default=1.0
        Length of each field's vector before they are joined, and of its concept tokens beside its words.
    use_stems, use_concepts : bool, default=True
        Stem by Sastrawi; add the concept tokens of the lexicon, as vectors of their own, so that words do not drown them.
    class_weight : dict, "balanced" or None
        As in ``LogisticRegression``.
    tol : float, default=1e-8
        Of the solver; the default of scikit-learn leaves probabilities uncertain by some hundredths. C is chosen at 1e-5.
    random_state : int, default=0
        Seeds the folds.
    n_jobs : int or None, default=-1
        Threads that try folds side by side, as joblib counts them; all cores by default. Each holds TF-IDF of its own.

    Attributes
    ----------
    classes_ : ndarray of str
    scorer_ : Scorer
        All that was learnt, as data.
    C_ : float
    held_out_proba_ : ndarray of shape (n_rows, n_classes)
        Probabilities of the training rows that teach what to answer, each by a model that had not seen it; of KOL and
        influencer, by model and rules together.

    Examples
    --------
    >>> accounts = [{"bio": "dokter anak, RSUD"}, {"bio": "content creator, endorse DM"}] * 5
    >>> model = KolClassifier(cv=2).fit(accounts, ["kol", "influencer"] * 5)
    >>> model.predict([{"bio": "bidan, RSUD"}])
    array(['kol'], dtype='<U10')
    """

    def __init__(
        self,
        *,
        C: float | None = None,
        C_grid: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
        cv: int = 5,
        ngrams: int = 2,
        min_df: int = 2,
        bio_weight: float = 1.0,
        captions_weight: float = 1.0,
        concepts_weight: float = 1.0,
        use_stems: bool = True,
        use_concepts: bool = True,
        class_weight: Any = None,
        tol: float = 1e-8,
        random_state: int = 0,
        n_jobs: int | None = -1,
    ) -> None:
        self.C = C
        self.C_grid = C_grid
        self.cv = cv
        self.ngrams = ngrams
        self.min_df = min_df
        self.bio_weight = bio_weight
        self.captions_weight = captions_weight
        self.concepts_weight = concepts_weight
        self.use_stems = use_stems
        self.use_concepts = use_concepts
        self.class_weight = class_weight
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: ArrayLike, groups: ArrayLike | None = None, rules: Rules | None = None) -> Self:
        """Train on labelled accounts.

        Where both ``kol`` and ``influencer`` are among the labels, rows of other labels are set aside: they teach when to
        abstain, not what to answer.

        Parameters
        ----------
        X : DataFrame or sequence of dict, n_accounts rows
            Columns ``name``, ``bio`` and ``captions``; a missing one counts as empty.
        y : array of str, of shape (n_accounts,)
        groups : array of shape (n_accounts,), optional
            Rows of one group stay in one fold.
        rules : Rules, optional
            The rules that the policy weighs beside the model; those of the package by default.

        Raises
        ------
        DataError
            If rows and labels differ in number, or fewer than two classes have two rows.
        """
        accounts = accounts_of(X)
        with threadpool_limits(1, user_api="blas"):  # the solver's vectors are too short for threads to pay
            return self._fit(accounts, y, groups, rules)

    def _fit(self, accounts: Accounts, y: ArrayLike, groups: ArrayLike | None, rules: Rules | None) -> Self:
        labels = np.asarray(y, dtype=str)
        if len(accounts) != len(labels):
            raise DataError(f"{len(accounts)} accounts but {len(labels)} labels; give one label for each account")
        trained = taught(labels)
        self.classes_ = np.unique(labels[trained])
        rarest = min(Counter(labels[trained].tolist()).values(), default=0)
        if len(self.classes_) < 2 or rarest < 2:
            counted = Counter(labels.tolist())
            # what occurs once may be names, where a wrong column was taken for the labels
            once = sum(n == 1 for n in counted.values())
            often = [f"{label} ({n})" for label, n in counted.most_common(5) if n > 1]
            seen = ", ".join([*often, *([f"{once} that occur once"] if once else [])]) or "none"
            raise DataError(f"training needs two labels with at least 2 rows each; seen: {seen}")
        features = Features(self.use_stems, self.ngrams)
        weights = self._space_weights()
        counts = count(accounts, features, list(weights), self.min_df)
        folds = parted(labels, trained, min(self.cv, rarest), groups, self.random_state)
        self.C_, held_out = self._search(counts, labels, trained, folds)
        idf, matrix = self._weigh(counts, np.arange(len(labels)))
        spaces = learnt_spaces(counts, weights, idf)
        classifier = self._classifier(self.C_).fit(matrix[trained], labels[trained])
        answerable = None
        if (~trained).sum() >= MIN_SET_ASIDE:
            head = self._head_classifier(self.C_).fit(matrix, trained)
            answerable = (head.coef_[0], float(head.intercept_[0]))
        policy = Policy()
        self.held_out_proba_ = probabilities(held_out["scores"][trained])
        if tuple(self.classes_) == LABELS[::-1]:
            policy = learn_policy(held_out, accounts, labels, trained, rules or default_rules())
            self.held_out_proba_ = np.stack([1.0 - policy.held_out_p, policy.held_out_p], axis=1)
        self.scorer_ = Scorer(
            classes=tuple(self.classes_.tolist()),
            spaces=spaces,
            coef=classifier.coef_,
            intercept=classifier.intercept_,
            features=features,
            stems=kept_stems(accounts, spaces, self.min_df) if self.use_stems else {},
            answerable=answerable,
            policy=policy,
            info={
                "labels": dict(Counter(labels.tolist())),
                "C": self.C_,
                "folds": len(folds),
                "features": int(matrix.shape[1]),
            },
            trained_on=np.unique(accounts.checksums()),
        )
        self.scorer_ = replace(self.scorer_, usage=usage(self.scorer_, accounts, labels, self.min_df))
        return self

    def _space_weights(self) -> dict[str, float]:
        weights = {"bio": float(self.bio_weight), "captions": float(self.captions_weight)}
        concepts = {f"{name}{CONCEPTS}": weight * self.concepts_weight for name, weight in weights.items()}
        return weights | (concepts if self.use_concepts else {})

    def _classifier(self, C: float) -> LogisticRegression:
        return LogisticRegression(C=C, class_weight=self.class_weight, solver="newton-cg", tol=self.tol, max_iter=1000)

    def _head_classifier(self, C: float) -> LogisticRegression:
        """Return what learns which rows are answerable; weights of labels are not its own."""
        return self._classifier(C).set_params(class_weight="balanced" if self.class_weight == "balanced" else None)

    def _weigh(self, counts: Mapping[str, Counts], train: NDArray[np.int64]) -> tuple[dict[str, Floats], Any]:
        return weigh(counts, self._space_weights(), train, self.min_df)

    def _search(
        self, counts: Mapping[str, Counts], labels: Any, trained: Any, folds: list[Any]
    ) -> tuple[float, dict[str, Floats]]:
        """Return the best C and the held-out scores under it."""
        grid = sorted(self.C_grid) if self.C is None else [self.C]
        # threads: scipy's products of sparse matrices let others run
        side_by_side = Parallel(n_jobs=self.n_jobs, require="sharedmem")
        paths = side_by_side(delayed(self._path)(counts, labels, trained, *fold, grid) for fold in folds)
        losses = np.array([of_fold for of_fold, _ in paths])
        means = losses.mean(axis=0)
        lowest = losses[:, means.argmin()]
        tolerated = lowest.mean() + lowest.std(ddof=1) / np.sqrt(len(lowest))
        best = int(np.flatnonzero(means <= tolerated)[0])
        order = np.argsort(np.concatenate([test for _, test in folds]))  # each row is held out once
        held_out = {"scores": np.concatenate([scores[best] for _, scores in paths], dtype=np.float64)[order]}
        if (~trained).sum() >= MIN_SET_ASIDE:
            heads = side_by_side(delayed(self._head)(counts, trained, *fold, grid[best]) for fold in folds)
            held_out["answerable"] = np.concatenate(heads)[order]
        return grid[best], held_out

    def _path(
        self, counts: Mapping[str, Counts], labels: Any, trained: Any, train: Ints, test: Ints, grid: Sequence[float]
    ) -> tuple[list[float], list[Floats]]:
        """Return the loss on one fold and its scores for each C, each fit going on from the one before."""
        matrix = self._weigh(counts, train)[1].astype(np.float32)  # half the memory, and as near at this tolerance
        fit, judged = train[trained[train]], test[trained[test]]
        fitted_to, judged_by, held_out = matrix[fit], matrix[judged], matrix[test]
        del matrix
        model = self._classifier(grid[0]).set_params(warm_start=True, tol=max(self.tol, SEARCH_TOL))
        losses, scores = [], []
        for C in grid:
            model.set_params(C=C).fit(fitted_to, labels[fit])
            losses.append(log_loss(labels[judged], model.predict_proba(judged_by), labels=self.classes_))
            scores.append(model.decision_function(held_out))
        return losses, scores

    def _head(self, counts: Mapping[str, Counts], trained: Any, train: Ints, test: Ints, C: float) -> Floats:
        """Return by one fold's training rows how answerable its other rows are."""
        _, matrix = self._weigh(counts, train)
        head = self._head_classifier(C).fit(matrix[train], trained[train])
        return np.asarray(head.decision_function(matrix[test]))

    def _rows(self, X: Any) -> Rows:
        check_is_fitted(self, "scorer_")
        return self.scorer_.transform(accounts_of(X))

    def decision_function(self, X: Any) -> Floats:
        """Return log-odds of ``classes_[1]``, or a score for each of more than two classes."""
        rows = self._rows(X)
        return self.scorer_.decision_function(rows)

    def predict_proba(self, X: Any) -> Floats:
        """Return probabilities of shape (n_accounts, n_classes), in the order of ``classes_``."""
        rows = self._rows(X)
        return self.scorer_.predict_proba(rows)

    def weights(self) -> pd.DataFrame:
        """Return what was learnt of every feature, the heaviest first, as ``kolclf weights --csv`` does.

        Returns
        -------
        DataFrame of n_features rows
            ``label`` that the feature speaks for, ``feature``, ``field``, ``stem``, ``forms`` (the words that accounts used,
            the most frequent first), ``weight`` (idf times coefficient, in log-odds), ``criterion``, and by label how many
            training accounts have it (``n_kol``, ...).
        """
        check_is_fitted(self, "scorer_")
        return pd.DataFrame([item.flat() for item in weight_rows(self.scorer_)])

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Return a fitted classifier from a model file; its parameters are those of the file where they are kept.

        Raises
        ------
        ModelError
            If the file is missing, damaged or of another kind.
        """
        scorer = load_model(path)
        weights = {name: space.weight for name, space in scorer.spaces.items()}
        concepts = f"bio{CONCEPTS}"
        model = cls(
            C=scorer.info.get("C"),
            bio_weight=weights["bio"],
            captions_weight=weights["captions"],
            concepts_weight=weights.get(concepts, 0.0) / weights["bio"] if weights["bio"] else 1.0,
            use_concepts=concepts in weights,
            **scorer.features._asdict(),
        )
        model.scorer_, model.classes_ = scorer, np.array(scorer.classes)
        return model

    def predict(self, X: Any) -> NDArray[np.str_]:
        """Return the likelier label of each account; never ``review``."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])
