"""The reason of an answer: one short sentence for a table, as an analyst would say it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from kolclf.accounts import Accounts
from kolclf.decide import Decision, Evidence
from kolclf.lexicon import lexicon
from kolclf.meanings import concept_name
from kolclf.placeholders import PLACE, PLACEHOLDERS
from kolclf.rules import Verdict
from kolclf.scorer import Floats, Rows, Scorer
from kolclf.titles import written_title

MOST = 3  # words that a reason names
LEAST = 0.25  # of what the strongest word adds, that another must add to be named
_SIDES = {"kol": "KOL", "influencer": "influencer"}  # within a sentence
_TEXT = {
    "kol": {"id": "KOL", "en": "KOL"},
    "influencer": {"id": "Influencer", "en": "Influencer"},
    "review": {"id": "Perlu ditinjau", "en": "Review"},
    "words": {"id": "kata seperti {}", "en": "words such as {}"},
    "guess": {"id": "cenderung {} karena {}", "en": "leans {} ({})"},
    "too_little": {"id": "teks terlalu sedikit untuk menilai", "en": "too little text to judge by"},
    "not_answerable": {
        "id": "tidak jelas menunjukkan profesi maupun kegiatan kreator",
        "en": "shows neither a profession nor creator activity clearly",
    },
    "not_enough": {"id": "belum cukup jelas untuk diputuskan", "en": "not clear enough to decide"},
    "unsure": {"id": "buktinya lemah atau bercampur", "en": "the evidence is weak or mixed"},
    "conflict": {
        "id": "model condong ke {}, tetapi aturan condong ke {} karena {}",
        "en": "the model leans {}, the rules lean {} ({})",
    },
    "claimed": {
        "id": "gelarnya baru klaim, belum diverifikasi, dan ada promosi",
        "en": "title claimed, not verified, and promotion shows",
    },
    "nothing": {"id": "kata-katanya lebih khas {}", "en": "its words are more typical of {}s"},
    "label": {"id": "mirip contoh berlabel {}", "en": "resembles the rows labelled {}"},
}


class Answer(NamedTuple):
    """The answer on one account, with all that led to it."""

    evidence: Evidence
    decision: Decision
    reason: str


def reason(decision: Decision, verdict: Verdict, words: Iterable[str] = (), language: str = "id") -> str:
    """Return the reason of an answer as one short sentence; ``words`` speak for its side, see ``leading_words``.

    Examples
    --------
    >>> from kolclf.accounts import read_account
    >>> from kolclf.rules import default_rules
    >>> [verdict] = default_rules().judge(read_account(bio="Bidan desa di Alor"))
    >>> reason(Decision("kol", "kol", 0.9, "rules", False, ""), verdict)
    'KOL: menyebut profesi perawat atau bidan.'
    """

    def say(key: str) -> str:
        return _TEXT[key][language]

    side = decision.guess
    why = _rule_reasons(verdict, side, language)
    if decision.cause == "account_kind":
        why = _rule_reasons(verdict, "neither", language)
    elif decision.cause == "conflict":
        leans = ("kol", "influencer") if verdict.log_odds < 0 else ("influencer", "kol")
        why = [say("conflict").format(*map(_SIDES.get, leans), _rule_reasons(verdict, leans[1], language)[0])]
    elif decision.cause == "too_little":
        why = [say("too_little")]
    elif decision.cause:
        cause = "not_enough" if decision.cause == "not_answerable" and why else decision.cause
        why = [say(cause), *[say("guess").format(_SIDES[side], rule) for rule in why[:1]]]
    elif not why:
        named = ", ".join(islice(words, MOST))
        why = [say("words").format(named) if named else say("nothing").format(_SIDES[side])]
    if decision.label == "kol" and decision.promotes and any(hit.rule.id.endswith("_title") for hit in verdict.hits):
        why.append(say("claimed"))
    return f"{say(decision.label)}: {'; '.join(why)}."


def label_reason(label: str, words: Iterable[str], language: str = "id") -> str:
    """Return the reason of an answer of a model with other labels."""
    named = ", ".join(islice(words, MOST))
    return f"{_TEXT['label'][language].format(label)}{': ' if named else ''}{named}."


def leading_words(
    scorer: Scorer, accounts: Accounts, rows: Rows, row: int, amounts: Floats, sign: int, language: str
) -> Iterator[str]:
    """Yield the words of one row that speak most for a side, quoted, without placeholders.

    ``amounts`` tells what each value of ``rows`` adds.
    """
    first, last = rows.indptr[row], rows.indptr[row + 1]
    of_row = sign * amounts[first:last]
    least, named = 0.0, set()  # a word is named once, though it may count as itself and as a concept
    for place in np.argsort(-of_row, kind="stable").tolist():
        if of_row[place] <= least:
            return
        field, feature = scorer.columns[rows.columns[first + place]]
        tokens = accounts.fields[field].tokens.words(rows.start[first + place], rows.end[first + place])
        if not tokens or feature == PLACE or not PLACEHOLDERS.isdisjoint(tokens) or (word := spoken(tokens)) in named:
            continue
        least = least or LEAST * of_row[place]
        named.add(word)
        yield f"“{word}”" + (f" ({concept_name(feature, language)})" if feature.startswith("<") else "")


def spoken(tokens: Sequence[str]) -> str:
    """Return tokens as a person would write them.

    >>> spoken(["gelarspog", "bogor"]), spoken(["emojikopi"])
    ('Sp.OG bogor', 'emoji kopi')
    """
    emoji = lexicon()["emoji"]
    return " ".join(f"emoji {token[5:]}" if token[5:] in emoji else written_title(token) for token in tokens)


def _rule_reasons(verdict: Verdict, side: str, language: str, most: int = 2) -> list[str]:
    rules = [hit.rule for hit in verdict.hits if hit.rule.side == side and hit.rule.weight > 0]
    rules.sort(key=lambda rule: -rule.weight)
    return list(dict.fromkeys([rule.why[language] for rule in rules]))[:most]
