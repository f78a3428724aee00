"""One pure function from evidence to an answer, and the policy that it follows."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.rules import Verdict

LEAD = 1.0  # log-odds of the rules from which they lean to a side
STRONG = 2.0  # ... and from which they may answer alone or object to the model
LABELS = ("kol", "influencer")
MAX_ERROR = 0.03  # of decided held-out rows; accounts from elsewhere are harder than those
UNSURE = 0.1  # distance of the model's own probability from 0.5 below which strong rules answer alone
OBJECTION = 0.3  # distance of the model's probability from 0.5 at which it may object to strong rules
MIN_KNOWN = 2  # features of an account that the model must know to be asked


class Policy(NamedTuple):
    """How model and rules become one probability, and when it is sure enough; learnt on held-out folds.

    Together: ``log-odds = slope * model + rules_slope * rules + offset``. ``model_alone`` and ``rules_alone`` are slope and
    offset of each by itself. The held-out rows give the width of the review band for an error asked for.
    ``min_answerable`` is the least score of the second head (a person who can be decided, against ``neither`` and
    ``unsure`` rows); minus infinity where there is none.
    """

    slope: float = 1.0
    rules_slope: float = 1.0
    offset: float = 0.0
    model_alone: tuple[float, float] = (1.0, 0.0)
    rules_alone: tuple[float, float] = (1.0, 0.0)
    min_answerable: float = -math.inf
    held_out_p: NDArray[np.float64] = np.empty(0)
    held_out_is_kol: NDArray[np.bool_] = np.empty(0, dtype=bool)

    def half_width(self, max_error: float = MAX_ERROR) -> float:
        """Return the half-width of the review band around 0.5 that keeps the held-out error of decided rows at ``max_error``.

        >>> policy = Policy(held_out_p=np.array([0.9, 0.625, 0.25]), held_out_is_kol=np.array([True, False, False]))
        >>> policy.half_width(0.0)
        0.25
        """
        distance = np.abs(self.held_out_p - 0.5)
        order = np.argsort(-distance, kind="stable")
        wrong = np.cumsum((self.held_out_p > 0.5)[order] != self.held_out_is_kol[order])
        kept = np.arange(1, len(order) + 1)
        ends_tie = np.append(np.diff(distance[order]) != 0, True)[: len(order)]
        allowed = np.flatnonzero((wrong <= max_error * kept) & ends_tie)
        if not len(order) or (len(allowed) and allowed[-1] == len(order) - 1):
            return 0.0
        return float(distance[order][allowed[-1]]) if len(allowed) else 0.5


class Evidence(NamedTuple):
    """What is known of one account.

    ``model`` is the model's log-odds for KOL (None without a model), ``known`` the number of its features that the model knows,
    ``answerable`` the score of the second head (None without one).
    """

    verdict: Verdict
    model: float | None = None
    known: int = 0
    answerable: float | None = None


class Decision(NamedTuple):
    """An answer: ``label``, the first ``guess`` behind it, probability, source and the ``cause`` of a review."""

    label: str
    guess: str
    p_kol: float | None
    source: str
    promotes: bool
    cause: str


def sigmoid(x: float) -> float:
    """Return ``1 / (1 + exp(-x))`` without overflow."""
    return 0.5 * (1.0 + math.tanh(0.5 * x))


def scales(policy: Policy, source: str) -> tuple[float, float, float]:
    """Return the factors of the model's and the rules' log-odds, and the offset, behind an answer of a source."""
    if source in ("model", "model+rules"):
        return policy.slope, policy.rules_slope, policy.offset
    return 0.0, *policy.rules_alone


def log_odds_of(evidence: Evidence, policy: Policy, source: str) -> float:
    """Return the log-odds for KOL behind an answer of a source."""
    slope, rules_slope, offset = scales(policy, source)
    return slope * (evidence.model or 0.0) + rules_slope * evidence.verdict.log_odds + offset


def decide(evidence: Evidence, policy: Policy, half_width: float = 0.0, review: bool = True) -> Decision:
    """Turn the evidence on one account into an answer.

    Model and rules answer together; the rules alone where there is no model, where it knows too little of the account, or where
    it is unsure and they are strong. The first guess is kept in ``guess`` when the answer is ``review``. Causes of a review:
    ``account_kind`` (the rules see a brand, media or fan account, or a private person), ``too_little`` (nothing to go by),
    ``conflict`` (model and rules each sure of opposite sides), ``not_answerable`` (alike to training rows marked ``neither`` or
    ``unsure``) and ``unsure`` (inside the band).

    Parameters
    ----------
    evidence, policy
        What is known, and how to weigh it.
    half_width : float
        Of the review band around 0.5, see ``Policy.half_width``.
    review : bool
        False always answers ``kol`` or ``influencer``.

    Examples
    --------
    >>> decide(Evidence(Verdict((), 0.0, 0.0, False), model=3.0, known=9), Policy(), half_width=0.2).label
    'kol'
    >>> decide(Evidence(Verdict((), 0.0, 0.0, False)), Policy()).cause
    'too_little'
    """
    verdict, model = evidence.verdict, evidence.model
    asked = model is not None and evidence.known >= MIN_KNOWN
    strong = abs(verdict.log_odds) >= STRONG
    slope, offset = policy.model_alone
    model_p = sigmoid(slope * model + offset) if asked and model is not None else 0.5
    unsure = abs(model_p - 0.5) < UNSURE
    if asked and not (unsure and strong):
        source = "model+rules" if verdict.hits else "model"
    else:
        source = "rules" if verdict.hits else "none"
    log_odds = log_odds_of(evidence, policy, source)
    p_kol = sigmoid(log_odds)
    guess = LABELS[0] if log_odds > 0 else LABELS[1]
    sides_differ = (verdict.log_odds > 0) != (model_p > 0.5)
    if verdict.neither >= STRONG and verdict.neither > verdict.log_odds:
        cause = "account_kind"
    elif not asked and abs(verdict.log_odds) < LEAD:
        cause = "too_little"
    elif strong and sides_differ and abs(model_p - 0.5) >= OBJECTION:
        cause = "conflict"
    elif evidence.answerable is not None and asked and evidence.answerable < policy.min_answerable and not strong:
        cause = "not_answerable"
    elif asked and abs(p_kol - 0.5) < half_width:
        cause = "unsure"
    else:
        cause = ""
    label = guess if not (cause and review) else "review"
    return Decision(label, guess, p_kol if source != "none" else None, source, verdict.promotes, cause)
