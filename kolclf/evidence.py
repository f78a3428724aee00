"""The whole explanation of one account as plain data: contributions, words, what was ignored, model and rules apart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from kolclf.decide import MIN_KNOWN, Policy, log_odds_of, scales, sigmoid
from kolclf.explain import PERSONAL, Contribution, Part, as_written, by_criterion, by_strength, model_parts, rule_parts
from kolclf.placeholders import PLACE, PLACEHOLDERS
from kolclf.reasons import Answer
from kolclf.rows import Row
from kolclf.rules import CRITERIA
from kolclf.scorer import Rows, Scorer
from kolclf.spans import Place, Span, Written
from kolclf.text import BREAK

COLUMNS = ("evidence_kol", "evidence_influencer", *(f"criterion_{criterion}" for criterion in CRITERIA))
OTHER_COLUMNS = ("evidence_for", "evidence_against")  # of models with other labels
_NUMBERS = PLACEHOLDERS - PERSONAL.keys() - {"xtitle", PLACE}
SMALLEST = 0.05  # log-odds that a cell still shows
MOST = 5  # words that a cell shows


class Word(NamedTuple):
    """A word, or a phrase that means something as a whole, and what all that it has a part in adds through it."""

    word: str
    field: str
    start: int
    end: int
    amount: float


class Ignored(NamedTuple):
    """A word that counts for nothing, or not by what it says.

    ``why`` is ``unknown`` (the model has not learnt it), ``no_rule`` (where the rules answer alone), ``personal`` or ``number``
    (hidden, only what kind of thing it is may count), or ``name`` (of a display name only titles and kinds of account are read).
    """

    word: str
    field: str
    start: int
    end: int
    why: str


class Opinion(NamedTuple):
    """What the model or the rules say alone: calibrated log-odds for KOL and their probability."""

    log_odds: float
    p_kol: float


class Limits(NamedTuple):
    """What an answer is held back by: a ``p_kol`` between ``low`` and ``high``, or ``answerable`` below ``min_answerable``.

    The latter two are the score of the model's second head, which tells accounts that can be decided from those that nobody
    could, and the least that it must be; None without one.
    """

    low: float
    high: float
    answerable: float | None
    min_answerable: float | None


class Explanation(NamedTuple):
    """Why an account is answered as it is: ``intercept`` and the contributions, or the words, sum to ``log_odds``.

    Models with other labels have None for what is of KOLs alone.

    Attributes
    ----------
    label : str
    p : float or None
        Of KOL, None where there was nothing to score; of a model with other labels, of the label.
    source : str
    promotes : bool or None
    reason : str
    guess, cause : str or None
        The side behind a review, and why it is one, as in ``decide.Decision``.
    log_odds, intercept : float
        For KOL; of a model with other labels, the score of the label.
    criteria : dict of str to float, or None
        Sums of the contributions.
    model, rules : Opinion or None
        None also where the model knows too little of the account, or no rule fired for a side.
    limits : Limits or None
    contributions : list of Contribution
        The strongest first.
    words : list of Word
        The contributions shared out evenly among the words that they stand on, in the order of the text.
    ignored : list of Ignored
    texts : dict of str to str
        Name, bio and captions as they were read; every ``start`` and ``end`` counts their characters.
    """

    label: str
    p: float | None
    source: str
    promotes: bool | None
    reason: str
    guess: str | None
    cause: str | None
    log_odds: float
    intercept: float
    criteria: dict[str, float] | None
    model: Opinion | None
    rules: Opinion | None
    limits: Limits | None
    contributions: list[Contribution]
    words: list[Word]
    ignored: list[Ignored]
    texts: dict[str, str]

    @property
    def disagree(self) -> bool:
        """Whether model and rules lean to opposite sides."""
        return bool(self.model and self.rules and self.model.log_odds * self.rules.log_odds < 0)


def explained(
    answer: Answer,
    account: Written,
    scorer: Scorer | None,
    rows: Rows | None,
    row: int,
    policy: Policy,
    half_width: float,
    language: str,
) -> Explanation:
    """Explain the answer on one account; ``rows`` is what the model made of all, of which it is number ``row``."""
    evidence, decision, _ = answer
    model_scale, rules_scale, intercept = scales(policy, decision.source)
    model = None
    parts = list(rule_parts(evidence.verdict, account, language, rules_scale))
    if scorer is not None and rows is not None and evidence.model is not None:
        if evidence.known >= MIN_KNOWN:
            model = _opinion(evidence.model, policy.model_alone)
        if model_scale:
            intercept += model_scale * float(scorer.intercept[0])
            coef, sides = model_scale * scorer.coef[0], ("kol", "influencer")
            parts += model_parts(scorer, rows, row, account, coef, sides, language)
    head = evidence.answerable
    has_side = any(hit.rule.side != "neither" for hit in evidence.verdict.hits)
    contributions = by_strength(part.contribution for part in parts)
    return Explanation(
        label=decision.label,
        p=decision.p_kol,
        source=decision.source,
        promotes=decision.promotes,
        reason=answer.reason,
        guess=decision.guess,
        cause=decision.cause or None,
        log_odds=log_odds_of(evidence, policy, decision.source),
        intercept=intercept,
        criteria=by_criterion(contributions),
        model=model,
        rules=_opinion(evidence.verdict.log_odds, policy.rules_alone) if has_side else None,
        limits=Limits(0.5 - half_width, 0.5 + half_width, head, None if head is None else policy.min_answerable),
        contributions=contributions,
        words=_words(parts, account, language),
        ignored=list(_ignored(parts, account, "unknown" if model_scale else "no_rule", language)),
        texts=account.texts,
    )


def _opinion(log_odds: float, alone: tuple[float, float]) -> Opinion:
    slope, offset = alone
    return Opinion(slope * log_odds + offset, sigmoid(slope * log_odds + offset))


def explained_label(
    label: int, p: float, reason: str, account: Written, scorer: Scorer, rows: Rows, row: int, language: str
) -> Explanation:
    """Explain the answer of a model with other labels; what does not speak for its label speaks for ``other``."""
    coef, of_row = scorer.coef_of(label), slice(rows.indptr[row], rows.indptr[row + 1])
    intercept = scorer.intercept_of(label)
    sides = (scorer.classes[label], "other")
    parts = list(model_parts(scorer, rows, row, account, coef, sides, language))
    return Explanation(
        label=scorer.classes[label],
        p=p,
        source="model",
        promotes=None,
        reason=reason,
        guess=None,
        cause=None,
        log_odds=intercept + float(np.dot(rows.values[of_row], coef[rows.columns[of_row]])),
        intercept=intercept,
        criteria=None,
        model=None,
        rules=None,
        limits=None,
        contributions=by_strength(part.contribution for part in parts),
        words=_words(parts, account, language),
        ignored=list(_ignored(parts, account, "unknown", language)),
        texts=account.texts,
    )


def _words(parts: Sequence[Part], account: Written, language: str) -> list[Word]:
    """Share the contributions out evenly among the words that they stand on."""
    found = []
    for field in account.tokens:
        shares: dict[int, float] = defaultdict(float)
        of_name: dict[Place, float] = defaultdict(float)
        phrases: set[Span] = set()
        for item, _, spans in (part for part in parts if part.field == field):
            share = item.amount / sum(max(end - start, 1) for start, end in spans)
            for start, end in spans:
                for token in range(start, end):
                    shares[token] += share
                if start == end:
                    of_rule = item.source == "rule"
                    place = Place(*item[2:5]) if of_rule else account.place(field, start, end, [item.feature])
                    of_name[place] += share
            if item.why:
                phrases.update(spans)
        phrase_of = dict[int, int]()
        for start, end in sorted(phrases, key=lambda span: (span[0] - span[1], span)):
            if phrase_of.keys().isdisjoint(range(start, end)):
                phrase_of |= dict.fromkeys(range(start, end), start)
        whole: dict[int, list[int]] = defaultdict(list)
        for token in sorted(shares):
            whole[phrase_of.get(token, token)].append(token)
        for place, amount in of_name.items():
            found.append(Word(as_written(account, field, (0, 0), place, language), *place, amount))
        for group in whole.values():
            span = group[0], group[-1] + 1
            place, amount = account.place(field, *span), sum(shares[token] for token in group)
            found.append(Word(as_written(account, field, span, place, language), *place, amount))
    return found


def _ignored(parts: Iterable[Part], account: Written, unknown: str, language: str) -> Iterator[Ignored]:
    covered = {(part.field, token) for part in parts for span in part.spans for token in range(*span)}
    titles = (place for _, place in account.tokens["bio"] if place.field == "name")
    read = {*titles, *(place for _, place in account.kinds)}
    for field, tokens in account.tokens.items():
        for number, (token, place) in enumerate(tokens):
            if token == BREAK or (field == "name" and any(_within(place, other) for other in read)):
                continue
            hidden = "personal" if token in PERSONAL else "number" if token in _NUMBERS else ""
            why = hidden or ("name" if field == "name" else "" if (field, number) in covered else unknown)
            if why:
                yield Ignored(as_written(account, field, (number, number + 1), place, language), *place, why)


def _within(place: Place, other: Place) -> bool:
    return place.field == other.field and other.start <= place.start and place.end <= other.end


def cells(explanation: Explanation) -> Row:
    """Return the cells of ``COLUMNS``, or of ``OTHER_COLUMNS``, for an account.

    Words stand with what they add to ``log_odds``, as in ``Sp.A +4.6; praktik +0.9``, criteria with the sum of theirs.
    """
    sums: dict[str, float] = defaultdict(float)
    spelled: dict[str, str] = {}
    for item in explanation.words:
        sums[item.word.casefold()] += item.amount
        spelled.setdefault(item.word.casefold(), item.word.lstrip("=+-@ "))  # never a formula
    evidence: Row = []
    for sign in (1, -1):
        strongest = sorted((-sign * amount, word) for word, amount in sums.items() if sign * amount >= SMALLEST)
        evidence.append("; ".join(f"{spelled[word]} {sums[word]:+.1f}" for _, word in strongest[:MOST]))
    if explanation.criteria is None:
        return evidence
    scored, criteria = explanation.p is not None, explanation.criteria
    return evidence + [round(criteria[criterion], 2) + 0.0 if scored else "" for criterion in CRITERIA]


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON holds it: the keys are those of ``Explanation``, but for KOLs ``p_kol`` instead of ``p``."""
    found: dict[str, Any] = {}
    for key, value in explanation._asdict().items():
        if key == "p" and explanation.criteria is not None:
            found["p_kol"] = value
        elif key == "promotes":
            found[key] = value if value is None else ["no", "yes"][value]
        elif isinstance(value, list):
            found[key] = [item._asdict() for item in value]
        else:
            found[key] = value._asdict() if isinstance(value, (Opinion, Limits)) else value
    return found
