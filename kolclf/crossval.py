"""How right a model trained on a table would be: trained without each fold in turn, and on fewer labels."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import clone

from kolclf.arrays import Ints
from kolclf.data import accounts_of
from kolclf.decide import MAX_ERROR
from kolclf.errors import DataError
from kolclf.evaluate import Answered, answer, answer_classes, summed_up, versions
from kolclf.evaluation import CurvePoint, Evaluation, LearningCurve, ModelFacts
from kolclf.folds import account_groups, parted, taught
from kolclf.labelled import Labelled
from kolclf.metrics import Statistic, bootstrap, mean
from kolclf.model import KolClassifier
from kolclf.outcomes import Bools
from kolclf.predictor import Predictor
from kolclf.rules import Rules, default_rules
from kolclf.scorer import Floats, Scorer

FOLDS = 5
MIN_ROWS = 4  # of each label, so that every fold can be trained without
CURVE = (0.125, 0.25, 0.5)  # shares of the training rows of each fold that the learning curve is measured at
MIN_CURVE = 40  # training rows, below which a point of it says nothing
SLOPE_POINTS = 3  # of the curve that its slope is taken from, since it is steeper before


def cross_validate(
    rows: Labelled,
    classifier: KolClassifier,
    folds: int = FOLDS,
    rules: Rules | None = None,
    max_error: float = MAX_ERROR,
    language: str = "id",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Tell how right a model would be: each fold is answered by one that was trained, calibrated and all, on the other folds.

    Rows of one account stay in one fold, see ``account_groups``. The learning curve comes from models trained on an eighth, a
    quarter and a half of the same training rows.

    Parameters
    ----------
    rows : Labelled
        With the marks ``slice``, ``label_2`` and ``promotes`` where the table has them.
    classifier : KolClassifier
        Its parameters count; it is not fitted itself.
    folds : int
        There are fewer where a label has fewer rows.
    rules, max_error, language
        As in ``Predictor``.
    progress : callable
        Told how many rows were trained on, and how many there are in all.

    Raises
    ------
    DataError
        If a label has too few rows, or the groups cannot be parted.
    """
    labels = np.array(rows.labels)
    trained = taught(labels)
    counts = Counter(labels[trained].tolist())
    if len(counts) < 2 or min(counts.values()) < MIN_ROWS:
        seen = ", ".join(f"{label} ({n})" for label, n in counts.items())
        raise DataError(f"cross-validation needs two or more labels with at least {MIN_ROWS} rows each; seen: {seen}")
    groups, seed = account_groups(rows), classifier.random_state
    together = groups if len(np.unique(groups)) < len(groups) else None
    parts = parted(labels, trained, min(folds, *counts.values()), together, seed)
    curve = [[(_some(train, groups, share, seed), test) for train, test in parts] for share in CURVE]
    curve = [of for of in curve if min(len(train) for train, _ in of) >= MIN_CURVE]
    total, done = sum(len(train) for of in [parts, *curve] for train, _ in of), 0
    options = {"rules": rules or default_rules(), "max_error": max_error, "language": language}

    def tick(n: int) -> None:
        nonlocal done
        done += n
        progress(done, total)

    answered, scorer = _held_out(rows, classifier, parts, together, options, tick)
    model = ModelFacts("", len(parts), answer_classes(Predictor(scorer)), max_error, dict(scorer.info), versions())
    right = []
    for part in curve:
        try:
            fewer, _ = _held_out(rows, classifier, part, together, options, tick)
        except DataError:  # too few rows of a label among so few
            continue
        right.append((np.mean([len(train) for train, _ in part]), _right(fewer, labels)))
    right.append((np.mean([len(train) for train, _ in parts]), _right(answered, labels)))
    sizes, columns = zip(*right, strict=True)
    sides = np.isin(labels, model.classes)
    return summed_up(rows, answered, model, groups, 0, learning_curve(sizes, np.array(columns).T, sides, groups))


def _held_out(
    rows: Labelled,
    classifier: KolClassifier,
    parts: list[Any],
    together: Ints | None,
    options: Mapping[str, Any],
    tick: Callable[[int], None],
) -> tuple[list[Answered], Scorer]:
    """Return the answers on every row by a model that was trained without it, and the last such model."""
    labels, found = np.array(rows.labels), dict[int, Answered]()
    for train, test in parts:
        accounts = [rows.accounts[row] for row in train]
        groups = None if together is None else together[train]
        scorer = clone(classifier).fit(accounts, labels[train], groups, options["rules"]).scorer_
        answers = answer(Predictor(scorer, **options), accounts_of([rows.accounts[row] for row in test]))
        found |= zip(test.tolist(), answers, strict=True)
        tick(len(train))
    return [found[row] for row in range(len(labels))], scorer


def _some(train: Ints, groups: Ints, share: float, seed: int) -> Ints:
    """Return a share of the training rows, by whole groups but for the last; a smaller share is part of a larger one."""
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1)
    return train[np.argsort(order[groups[train]], kind="stable")][: round(share * len(train))]


def _right(answered: list[Answered], labels: Any) -> Bools:
    return np.asarray([each.decision.guess for each in answered] == labels)


def learning_curve(sizes: tuple[float, ...], right: Bools, sides: Bools, groups: Ints) -> LearningCurve | None:
    """Return the accuracy by number of labels, and what twice as many would bring.

    The error is taken to fall as a power of the number of labels (Cortes et al. 1993; Hestness et al. 2017), whose exponent is
    the slope of log error by log size over the last points. The interval comes from resampling the accounts that were answered;
    it does not know what other training rows would have done.

    Parameters
    ----------
    sizes : tuple of float, of length n_sizes
        Rows that were trained on, fewest first.
    right : ndarray of bool, of shape (n_rows, n_sizes)
        Whether the first guess after each training is right.
    sides : ndarray of bool, of shape (n_rows,)
        Rows that count.
    groups : ndarray of int, of shape (n_rows,)

    Returns
    -------
    LearningCurve or None
        None if there is but one size.
    """
    if len(sizes) < 2:
        return None
    points = {str(place): mean(right[:, place], sides) for place in range(len(sizes))}
    x = np.log(sizes)[-SLOPE_POINTS:]
    wrong, counted = (~right & sides[:, None]).astype(np.float64)[:, -SLOPE_POINTS:], sides.astype(np.float64)

    def gain(weights: Floats) -> Floats:
        errors = (weights @ wrong + 0.5) / (weights @ counted + 1.0)[:, None]  # never 0, of which there is no logarithm
        slope = np.log(errors) @ (x - x.mean()) / ((x - x.mean()) ** 2).sum()
        at_all = errors[:, -1] * (len(sides) / sizes[-1]) ** slope
        return np.asarray(at_all * (1.0 - 2.0**slope))

    found = bootstrap({**points, "gain": Statistic(int(sides.sum()), gain)}, groups)
    return LearningCurve(
        [CurvePoint(round(size), found[str(place)]) for place, size in enumerate(sizes)], 2 * len(sides), found["gain"]
    )
