"""How right answers are: shares with intervals, calibration, and the price of deciding; plain data, nothing is printed."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.decide import LABELS, Decision
from kolclf.evaluation import Estimate, Share

BINS = 10
RESAMPLES = 1000


def count(flags: Sequence[bool]) -> Share:
    """Count how many of the flags are true."""
    return Share(sum(flags), len(flags))


class Answered(NamedTuple):
    """One account: what it is, the answer, and the marks that it is counted by (empty where unknown)."""

    label: str
    decision: Decision
    promotes: str = ""
    slice: str = ""


def measure(answered: Sequence[Answered]) -> dict[str, Share]:
    """Return the main shares.

    ``forced``: the first guess is right, over ``kol`` and ``influencer`` rows; ``coverage``: they are decided; ``decided``: those
    decided are right; ``held back``: the others go to review; ``promotes``: the mark is right, where it is known.

    Examples
    --------
    >>> kol = Decision("kol", "kol", 0.9, "model", False, "")
    >>> {name: share.value for name, share in measure([Answered("kol", kol), Answered("influencer", kol)]).items()}
    {'forced': 0.5, 'coverage': 1.0, 'decided': 0.5, 'held back': nan, 'promotes': nan}
    """
    sides = [row for row in answered if row.label in LABELS]
    decided = [row for row in sides if row.decision.label != "review"]
    return {
        "forced": count([row.decision.guess == row.label for row in sides]),
        "coverage": Share(len(decided), len(sides)),
        "decided": count([row.decision.label == row.label for row in decided]),
        "held back": count([row.decision.label == "review" for row in answered if row.label not in LABELS]),
        "promotes": count([row.decision.promotes == (row.promotes == "yes") for row in answered if row.promotes]),
    }


def by_slice(answered: Sequence[Answered]) -> dict[str, dict[str, Share]]:
    """Return the shares of each slice, by name."""
    return {
        name: measure([row for row in answered if row.slice == name]) for name in sorted({r.slice for r in answered})
    }


class Scored(NamedTuple):
    """Probabilities of KOL and what was so, both of shape (n_rows,)."""

    p: NDArray[np.float64]
    is_kol: NDArray[np.bool_]


def scored(answered: Sequence[Answered]) -> Scored:
    """Return the probabilities of the ``kol`` and ``influencer`` rows; 0.5 where nothing could be scored."""
    sides = [row for row in answered if row.label in LABELS]
    return Scored(
        np.array([0.5 if row.decision.p_kol is None else row.decision.p_kol for row in sides]),
        np.array([row.label == LABELS[0] for row in sides], dtype=bool),
    )


class Bin(NamedTuple):
    """Rows of like probability: how many, their mean probability, and the share that is KOL."""

    n: int
    p: float
    share: float


def reliability(rows: Scored, bins: int = BINS) -> list[Bin]:
    """Return the occupied bins of equal width, lowest first."""
    at = np.minimum((rows.p * bins).astype(int), bins - 1)
    return [
        Bin(int(inside.sum()), float(rows.p[inside].mean()), float(rows.is_kol[inside].mean()))
        for inside in (at == i for i in range(bins))
        if inside.any()
    ]


def calibration_error(rows: Scored, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equal width (Naeini et al. 2015).

    >>> calibration_error(Scored(np.array([0.75, 0.75]), np.array([True, False])))
    0.25
    """
    return sum(b.n * abs(b.p - b.share) for b in reliability(rows, bins)) / len(rows.p)


def bootstrap(
    rows: Scored, statistic: Callable[[Scored], float], resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """Return a statistic that is never negative with its 95 % basic bootstrap interval.

    The spread of the resamples is turned about the estimate (Davison & Hinkley 1997, 5.2.1), since that of a calibration error
    lies above it.
    """
    random = np.random.default_rng(seed)
    drawn = random.integers(len(rows.p), size=(resamples, len(rows.p)))
    low, high = np.percentile([statistic(Scored(rows.p[rows_], rows.is_kol[rows_])) for rows_ in drawn], [2.5, 97.5])
    estimate = statistic(rows)
    return Estimate(estimate, max(0.0, 2 * estimate - float(high)), max(0.0, 2 * estimate - float(low)), len(rows.p))


def coverage_error(rows: Scored) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share decided and the error among those, from the surest row to all, each of shape (n_rows,).

    >>> coverage_error(Scored(np.array([0.9, 0.6]), np.array([True, False])))
    (array([0.5, 1. ]), array([0. , 0.5]))
    """
    order = np.argsort(-np.abs(rows.p - 0.5), kind="stable")
    wrong = (rows.p > 0.5)[order] != rows.is_kol[order]
    n = np.arange(1, len(order) + 1)
    return n / len(order), np.cumsum(wrong) / n


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return the agreement of two readings beyond chance (Cohen 1960).

    >>> kappa(["kol", "kol", "influencer", "influencer"], ["kol", "kol", "influencer", "kol"])
    0.5
    """
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415 (slow to import)

    return float(cohen_kappa_score(first, second))
