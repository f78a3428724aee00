"""Where the evidence behind an answer stands in the texts of an account, so that a report can mark it."""

import re
from collections.abc import Iterator, Mapping

from kolclf.data import accounts_of
from kolclf.decide import LABELS, scales
from kolclf.evaluation import Span
from kolclf.explain import Contribution, class_contributions, model_contributions, rule_contributions
from kolclf.predictor import Predictor

LEAST = 0.2  # log-odds; what adds less is no reason to look at a word
_QUOTED = re.compile("“(.+?)”")


def highlights(predictor: Predictor, account: Mapping[str, str]) -> dict[str, list[Span]]:
    """Return the spans of ``bio`` and ``captions`` that speak for a label, for each time that their words stand there.

    Parameters
    ----------
    predictor : Predictor
        What answered the account.
    account : mapping of str to str
        ``name``, ``bio`` and ``captions``; spans count the characters of these texts.

    Examples
    --------
    >>> highlights(Predictor(), {"name": "", "bio": "Terima endorse, DM", "captions": ""})["bio"]
    [Span(start=0, end=14, side='influencer', amount=1.2)]
    """
    found: dict[str, list[Span]] = {"bio": [], "captions": []}
    sides, contributions = _evidence(predictor, account)
    for item in contributions:
        side = sides[item.amount < 0]
        if side and abs(item.amount) >= LEAST:
            found[item.field] += [Span(*at, side, abs(item.amount)) for at in _places(item, account[item.field])]
    return found


def _evidence(predictor: Predictor, account: Mapping[str, str]) -> tuple[tuple[str, str], list[Contribution]]:
    """Return the labels that positive and negative amounts speak for (empty for all others), and the contributions."""
    accounts, scorer = accounts_of([account]), predictor.scorer
    if scorer is not None and not scorer.is_kol_model:
        best = int(scorer.predict_proba(scorer.transform(accounts))[0].argmax())
        return (scorer.classes[best], ""), class_contributions(scorer, accounts, best)
    [answer] = predictor.answers(accounts)
    model_scale, rules_scale, _ = scales(predictor.policy, answer.decision.source)
    of_rules = rule_contributions(answer.evidence.verdict, accounts, scale=rules_scale)
    return LABELS, of_rules + (model_contributions(scorer, accounts, model_scale) if scorer and model_scale else [])


def _places(item: Contribution, text: str) -> Iterator[tuple[int, int]]:
    quoted = _QUOTED.match(item.word)
    words = (quoted[1] if quoted else item.word).split()
    if words and (quoted or item.source == "model"):
        spelled = r"\W+".join(map(re.escape, words))
        yield from (match.span() for match in re.finditer(rf"(?<!\w){spelled}(?!\w)", text, re.IGNORECASE))
