"""Learns the policy of ``decide`` from held-out scores: how model and rules are pooled, and when to abstain."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from kolclf.accounts import Accounts
from kolclf.decide import Policy
from kolclf.rows import CHUNK
from kolclf.rules import Rules
from kolclf.scorer import Floats

HELD_BACK = 0.1  # share of decidable held-out rows that the second head may send to review
MIN_SET_ASIDE = 10  # rows of other labels from which abstaining can be learnt


def learn_policy(held_out: Mapping[str, Floats], accounts: Accounts, labels: Any, trained: Any, rules: Rules) -> Policy:
    """Pool model and rules on held-out scores, and set when to abstain.

    Each is calibrated alone, then both count equally (a logarithmic opinion pool), and the sum is calibrated once more. The two
    are not weighed by fit: held-out rows come from the same pens as the training rows and would trust the model alone, which
    accounts from elsewhere do not bear out. Equal weights are the robust choice (Bates & Granger 1969; Stock & Watson 2004).
    The second head abstains from as many decidable held-out rows as ``HELD_BACK`` says, so that coverage stays useful.
    """
    is_kol = labels[trained] == "kol"
    model = held_out["scores"][trained]
    parts = (accounts[first : first + CHUNK] for first in range(0, len(accounts), CHUNK))
    judged = np.array([verdict.log_odds for part in parts for verdict in rules.judge(part)])[trained]
    (a, b), (c, d) = _calibrate(model, is_kol), _calibrate(judged, is_kol)
    scale, offset = _calibrate(a * model + b + c * judged + d, is_kol)
    slope, rules_slope, offset = scale * a, scale * c, scale * (b + d) + offset
    p = 1.0 / (1.0 + np.exp(-(slope * model + rules_slope * judged + offset)))
    least = -np.inf
    if (~trained).sum() >= MIN_SET_ASIDE:
        least = float(np.quantile(held_out["answerable"][trained], HELD_BACK))
    return Policy(slope, rules_slope, offset, (a, b), (c, d), least, p, is_kol)


def _calibrate(scores: Floats, is_kol: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope (never negative) and offset that turn scores into calibrated log-odds (Platt 1999)."""
    fitted = LogisticRegression(C=1e3, tol=1e-10).fit(scores[:, None], is_kol)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return (slope, offset) if slope > 0 else (0.0, float(np.log(is_kol.mean() / (1 - is_kol.mean()))))
