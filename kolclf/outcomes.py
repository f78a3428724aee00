"""Answers beside what was so, in columns, and how they are counted: shares, reliability, and the price of deciding."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.decide import LABELS, Decision
from kolclf.evaluation import Bin, Share
from kolclf.scorer import Floats

Bools = NDArray[np.bool_]
BINS = 10

_MARKS = {"yes": True, "ya": True, "no": False, "tidak": False}  # as people write the mark of promotion


class Outcomes(NamedTuple):
    """What was so and what was answered, in columns.

    Attributes
    ----------
    classes : tuple of str
        What can be answered.
    labels, guesses : ndarray of str, of shape (n_rows,)
        True labels, which may be others than the classes, and first guesses.
    decided : ndarray of bool, of shape (n_rows,)
        Whether the guess was the answer, rather than ``review``.
    p : ndarray of shape (n_rows, n_classes)
        Probabilities of the classes.
    promotes : ndarray of shape (n_rows,)
        1 where the mark is right, 0 where it is wrong; not a number where it is not known.
    """

    classes: tuple[str, ...]
    labels: NDArray[np.str_]
    guesses: NDArray[np.str_]
    decided: Bools
    p: Floats
    promotes: Floats

    @property
    def sides(self) -> Bools:
        """Rows whose label can be answered."""
        return np.isin(self.labels, self.classes)

    def part(self, rows: Bools) -> "Outcomes":
        """Return some of the rows."""
        labels, guesses, decided, p, promotes = self[1:]
        return Outcomes(self.classes, labels[rows], guesses[rows], decided[rows], p[rows], promotes[rows])


def outcomes(
    labels: Sequence[str],
    decisions: Sequence[Decision],
    promotes: Sequence[str] = (),
    classes: tuple[str, ...] = LABELS,
    p: Floats | None = None,
) -> Outcomes:
    """Return the outcomes of decisions.

    Parameters
    ----------
    labels, decisions
        What was so, and what was answered, row by row.
    promotes : sequence of str
        ``yes`` or ``no`` where it is known.
    classes : tuple of str
        What can be answered.
    p : ndarray of shape (n_rows, n_classes), optional
        By default that of the decisions; 0.5 where nothing could be scored.
    """
    if p is None:
        of_kol = np.array([0.5 if decision.p_kol is None else decision.p_kol for decision in decisions])
        p = np.stack([of_kol, 1.0 - of_kol], axis=1)
    marks = [
        float(decision.promotes == _MARKS[mark.casefold()]) if mark.casefold() in _MARKS else np.nan
        for decision, mark in zip(decisions, promotes or [""] * len(labels), strict=True)
    ]
    return Outcomes(
        classes,
        np.array(labels, dtype=str),
        np.array([decision.guess for decision in decisions], dtype=str),
        np.array([decision.label == decision.guess for decision in decisions], dtype=bool),
        p,
        np.array(marks, dtype=np.float64),
    )


def measure(rows: Outcomes) -> dict[str, Share]:
    """Return the main shares.

    ``forced``: the first guess is right, over rows of the classes; ``coverage``: they are decided; ``decided``: those decided are
    right; ``held back``: the others go to review; ``promotes``: the mark is right, where it is known.

    Examples
    --------
    >>> kol = Decision("kol", "kol", 0.9, "model", False, "")
    >>> {name: share.value for name, share in measure(outcomes(["kol", "influencer"], [kol, kol])).items()}
    {'forced': 0.5, 'coverage': 1.0, 'decided': 0.5, 'held back': nan, 'promotes': nan}
    """
    return {name: _count(hits, counted) for name, (hits, counted) in share_rows(rows).items()}


def by_slice(rows: Outcomes, slices: Sequence[str]) -> dict[str, dict[str, Share]]:
    """Return the shares of each slice, by name."""
    names = np.array(slices, dtype=str)
    return {str(name): measure(rows.part(names == name)) for name in np.unique(names)}


def share_rows(rows: Outcomes) -> dict[str, tuple[Bools, Bools]]:
    """Return by name which rows are hits, and which are counted."""
    right, sides, known = rows.guesses == rows.labels, rows.sides, ~np.isnan(rows.promotes)
    return {
        "forced": (right, sides),
        "coverage": (rows.decided, sides),
        "decided": (right, sides & rows.decided),
        "held back": (~rows.decided, ~sides),
        "promotes": (rows.promotes == 1, known),
    }


def _count(hits: Bools, counted: Bools) -> Share:
    return Share(int((hits & counted).sum()), int(counted.sum()))


# --- calibration, and the price of deciding


class Scored(NamedTuple):
    """Probabilities said and what was so, both of shape (n_rows,)."""

    p: Floats
    is_so: Bools


def scored(rows: Outcomes) -> Scored:
    """Return the probability of KOL of the ``kol`` and ``influencer`` rows; that of the first guess for other classes."""
    rows = rows.part(rows.sides)
    if rows.classes == LABELS:
        return Scored(rows.p[:, 0], rows.labels == LABELS[0])
    return Scored(rows.p.max(axis=1, initial=0.0), rows.guesses == rows.labels)


def bins_of(rows: Scored) -> NDArray[np.int64]:
    """Return the bin of each row, of shape (n_rows,)."""
    return np.minimum((rows.p * BINS).astype(np.int64), BINS - 1)


def reliability(rows: Scored) -> list[Bin]:
    """Return the occupied bins of equal width, lowest first."""
    at = bins_of(rows)
    return [
        Bin(i / BINS, (i + 1) / BINS, float(rows.p[at == i].mean()), _count(rows.is_so, at == i))
        for i in np.unique(at).tolist()
    ]


def coverage_error(rows: Outcomes) -> tuple[Floats, Floats]:
    """Return the share decided and the error among those, from the surest row to all, each of shape (n_rows,)."""
    rows = rows.part(rows.sides)
    order = np.argsort(-rows.p.max(axis=1, initial=0.0), kind="stable")
    n = np.arange(1, len(order) + 1)
    return n / len(order), np.cumsum((rows.guesses != rows.labels)[order]) / n
