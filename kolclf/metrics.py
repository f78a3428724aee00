"""Statistics of outcomes, and their intervals by resampling accounts.

Each statistic is a function of weights, one for each row, so that the estimate (all weights 1) and the resamples (how often each
row was drawn) come from the same few lines, many resamples at a time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from kolclf.arrays import Ints
from kolclf.decide import LABELS
from kolclf.evaluation import Estimate, Share
from kolclf.outcomes import BINS, Bools, Outcomes, bins_of, scored, share_rows
from kolclf.scorer import Floats

RESAMPLES = 1000
BLOCK = 2_000_000  # weights that are held at a time


class Statistic(NamedTuple):
    """A statistic over ``n`` rows; ``of`` takes weights of shape (n_samples, n_rows) and returns values of shape (n_samples,).

    Where ``turned``, its interval is the basic one.
    """

    n: int
    of: Callable[[Floats], Floats]
    turned: bool = False


def statistics(rows: Outcomes) -> dict[str, Statistic]:
    """Return the statistics of answers by name, as in ``Evaluation``; those without any row are left out."""
    sides, shares = rows.sides, {name: mean(*of) for name, of in share_rows(rows).items()}
    truth = rows.labels[:, None] == np.array(rows.classes)
    p_of_truth = np.where(sides, (rows.p * truth).sum(axis=1), 1.0)
    half = 0.5 if len(rows.classes) == 2 else 1.0  # as scikit-learn scales it
    found = {
        "accuracy": shares["forced"],
        "macro_f1": Statistic(int(sides.sum()), partial(_macro_f1, rows)),
        "auc": Statistic(int(sides.sum()), partial(_auc, rows)),
        "log_loss": mean(-np.log(np.clip(p_of_truth, np.finfo(float).eps, 1.0)), sides),
        "brier": mean(half * ((rows.p - truth) ** 2).sum(axis=1), sides),
        "calibration_error": calibration_error(rows),
    }
    if rows.classes == LABELS:  # other models know no review
        found |= {
            "coverage": shares["coverage"],
            "decided_accuracy": shares["decided"],
            "held_back": shares["held back"],
            "promotes": shares["promotes"],
        }
    return {name: statistic for name, statistic in found.items() if statistic.n}


def class_statistics(rows: Outcomes, label: str) -> dict[str, Statistic]:
    """Return precision, recall and F1 of the first guesses of a label."""
    guessed, is_label = rows.sides & (rows.guesses == label), rows.labels == label
    return {
        "precision": mean(is_label, guessed),
        "recall": mean(guessed, is_label),
        "f1": Statistic(int(is_label.sum()), partial(_f1, guessed, is_label)),
    }


def mean(values: NDArray[np.generic], counted: Bools) -> Statistic:
    """Return the mean of values (n_rows,) over the rows that are counted."""
    total = np.where(counted, values, 0).astype(np.float64)
    return Statistic(int(counted.sum()), lambda weights: _ratio(weights @ total, weights @ counted.astype(np.float64)))


def _ratio(part: Floats, whole: Floats) -> Floats:
    shares: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares


def _f1(guessed: Bools, is_label: Bools, weights: Floats) -> Floats:
    both = weights @ (guessed & is_label).astype(np.float64)
    return _ratio(2 * both, weights @ (guessed.astype(np.float64) + is_label))


def _macro_f1(rows: Outcomes, weights: Floats) -> Floats:
    of_each = [_f1(rows.sides & (rows.guesses == c), rows.labels == c, weights) for c in rows.classes]
    seen = ~np.isnan(of_each)
    return _ratio(np.where(seen, of_each, 0.0).sum(axis=0), seen.sum(axis=0))


def _auc(rows: Outcomes, weights: Floats) -> Floats:
    """Return the area under the ROC curve; of more than two classes, the mean of each against the rest."""
    sides = np.flatnonzero(rows.sides)
    classes = rows.classes if len(rows.classes) > 2 else rows.classes[:1]
    areas = [_area(rows.p[sides, i], rows.labels[sides] == label, weights[:, sides]) for i, label in enumerate(classes)]
    return np.asarray(np.mean(areas, axis=0))


def _area(scores: Floats, is_so: Bools, weights: Floats) -> Floats:
    """Return the chance that a row that is so scores above one that is not, ties by half (Mann & Whitney 1947)."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(scores[order]) != 0)[: len(order)])
    ordered = weights[:, order]
    above = np.add.reduceat(np.where(is_so[order], ordered, 0.0), starts, axis=1)
    below = np.add.reduceat(np.where(is_so[order], 0.0, ordered), starts, axis=1)
    pairs = (above * (np.cumsum(below, axis=1) - 0.5 * below)).sum(axis=1)
    return _ratio(pairs, above.sum(axis=1) * below.sum(axis=1))


def calibration_error(rows: Outcomes) -> Statistic:
    """Return the expected calibration error over bins of equal width (Naeini et al. 2015)."""
    found, sides = scored(rows), np.flatnonzero(rows.sides)
    in_bin = (bins_of(found)[:, None] == np.arange(BINS)).astype(np.float64)

    def of(weights: Floats) -> Floats:
        of_sides = weights[:, sides]
        off = (of_sides * (found.p - found.is_so)) @ in_bin
        return _ratio(np.abs(off).sum(axis=1), of_sides.sum(axis=1))

    return Statistic(len(sides), of, turned=True)


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return the agreement of two readings beyond chance (Cohen 1960).

    >>> kappa(["kol", "kol", "influencer", "influencer"], ["kol", "kol", "influencer", "kol"])
    0.5
    """
    return float(kappa_statistic(first, second).of(np.ones((1, len(first))))[0])


def kappa_statistic(first: Sequence[str], second: Sequence[str]) -> Statistic:
    """Return ``kappa`` as a statistic."""
    names = sorted({*first, *second})
    one, two = (
        np.array([[label == name for name in names] for label in of], dtype=np.float64) for of in (first, second)
    )

    def of(weights: Floats) -> Floats:
        n = weights.sum(axis=1)
        alike = _ratio(weights @ (one * two).sum(axis=1), n)
        by_chance = _ratio(((weights @ one) * (weights @ two)).sum(axis=1), n * n)
        return _ratio(alike - by_chance, 1.0 - by_chance)

    return Statistic(len(first), of)


# --- intervals


def bootstrap(
    found: Mapping[str, Statistic], groups: Ints, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Estimate]:
    """Return statistics with 95 % bootstrap intervals; groups are drawn whole, so that rows that are alike do not narrow them.

    The bounds are percentiles of the resamples (Efron 1979; groups as Cameron, Gelbach & Miller 2008 draw them). Those of a
    calibration error are turned about the estimate (Davison & Hinkley 1997, 5.2.1), since its resamples lie above it, and
    widened to hold it. Where a
    statistic is 0, or 1, in every resample, nothing is seen of its spread; it is then bounded as a share of as many groups
    (Wilson 1927).

    Parameters
    ----------
    found : mapping of str to Statistic
    groups : ndarray of int, of shape (n_rows,)
        Not empty.
    """
    names, groups = np.unique(groups, return_inverse=True)
    blocks: dict[str, list[Floats]] = {name: [] for name in found}
    with threadpool_limits(1, user_api="blas"):  # products with a vector are too short for threads to pay
        for weights in _resampled(groups, resamples, np.random.default_rng(seed)):
            for name, statistic in found.items():
                blocks[name].append(statistic.of(weights))
    return {
        name: _estimate(statistic, np.concatenate(blocks[name]), len(names), len(groups))
        for name, statistic in found.items()
    }


def _resampled(groups: Ints, resamples: int, random: np.random.Generator) -> Iterator[Floats]:
    """Yield how often each row is drawn, in blocks of shape (n_samples, n_rows)."""
    n = int(groups.max()) + 1
    block = max(1, BLOCK // len(groups))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = random.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        yield times[:, groups].astype(np.float64)


def _estimate(statistic: Statistic, values: Floats, n_groups: int, n_rows: int) -> Estimate:
    value = float(statistic.of(np.ones((1, n_rows)))[0])
    values = values[~np.isnan(values)]
    if not len(values) or np.isnan(value):
        return Estimate(value, np.nan, np.nan, statistic.n)
    low, high = (float(bound) for bound in np.percentile(values, [2.5, 97.5]))
    if statistic.turned:
        low, high = min(value, max(0.0, 2 * value - high)), max(value, 2 * value - low)
    if low == high and value in (0.0, 1.0):
        n = min(statistic.n, n_groups)
        low, high = Share(round(value) * n, n).interval
    return Estimate(value, low, high, statistic.n)
