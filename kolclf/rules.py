"""Weighted rules on tokens: the fallback where the model cannot answer, and the check where it can.

The rules are in ``rules.toml``; each names phrases or concepts, a side, a weight in log-odds, one of the five criteria, and
why in words. Hits add up, so their order never matters and none hides another.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kolclf.accounts import FIELDS, Accounts, Texts, read_texts
from kolclf.arrays import Ints, Lists
from kolclf.errors import RulesError
from kolclf.lexicon import lexicon, listed
from kolclf.meanings import groups, meanings, phrases_of
from kolclf.phrases import PhraseIndex

SIDES = ("kol", "influencer", "neither")
MAX_WEIGHT = 100
CRITERIA = ("medium", "credibility", "area", "daily_work", "livelihood")
_PHRASES = ("any", "with", "unless")
_REQUIRED: dict[str, type | tuple[type, ...]] = {
    "side": str,
    "weight": (int, float),
    "criterion": str,
    "fields": str,
    "any": str,
    "why": dict,
    "example": str,
    "counter_example": str,
}
_OPTIONAL: dict[str, type] = {"with": str, "unless": str, "promotes": bool}


class Rule(NamedTuple):
    """One rule; ``weight`` is in log-odds for its side."""

    id: str
    side: str
    weight: float
    criterion: str
    fields: tuple[str, ...]
    any: frozenset[str]
    with_any: frozenset[str]
    unless: frozenset[str]
    promotes: bool
    why: Mapping[str, str]
    example: str
    counter_example: str


class Hit(NamedTuple):
    """A rule that fired in a field, by the tokens ``start`` to ``end``."""

    rule: Rule
    field: str
    start: int
    end: int


class Verdict(NamedTuple):
    """What all rules say of one account.

    ``log_odds`` is the sum of the weights for KOL less those for influencer, ``neither`` the sum against a decidable person.
    """

    hits: tuple[Hit, ...]
    log_odds: float
    neither: float
    promotes: bool


class Rules:
    """A checked set of rules.

    Parameters
    ----------
    rules : dict of str to dict
        Rule tables by id, as in ``rules.toml``.
    source : str
        Where they came from, for error messages.

    Raises
    ------
    RulesError
        If a key is missing, unknown or of the wrong type, or a concept does not exist.
    """

    def __init__(self, rules: Mapping[str, Any], source: str = "rules") -> None:
        written = [body.get(key, "") for body in rules.values() if isinstance(body, dict) for key in _PHRASES]
        read = _phrases([text for text in written if isinstance(text, str)])
        self.rules = tuple(_rule(source, name, body, read) for name, body in rules.items())
        wanted = {phrase for rule in self.rules for phrase in rule.any | rule.with_any | rule.unless}
        self._index = PhraseIndex(sorted(phrase for phrase in wanted if not phrase.startswith("<")))
        values = {phrase: number for number, phrase in enumerate(self._index.phrases)}
        self._meanings = Lists([[values.setdefault(value, len(values)) for value in meaning] for meaning in meanings()])
        self._any, self._with, self._unless = (
            Lists.inverted([[values[value] for value in sorted(of) if value in values] for of in sets], len(values))
            for sets in (
                [rule.any for rule in self.rules],
                [rule.with_any for rule in self.rules],
                [rule.unless for rule in self.rules],
            )
        )
        self._needs_with = np.array([bool(rule.with_any) for rule in self.rules], dtype=bool)

    def judge(self, accounts: Accounts) -> list["Verdict"]:
        """Return the verdict on each account.

        Examples
        --------
        >>> from kolclf.accounts import read_account
        >>> [verdict] = default_rules().judge(read_account(bio="Bidan desa di Alor"))
        >>> [hit.rule.id for hit in verdict.hits], verdict.log_odds
        (['nursing'], 2.6)
        """
        hits: list[list[Hit]] = [[] for _ in range(len(accounts))]
        for field in FIELDS:
            texts = accounts.fields[field]
            shift = texts.tokens.indptr.tolist()
            for row, number, start, end in zip(*self._fired(texts), strict=True):
                rule = self.rules[number]
                if field in rule.fields:
                    hits[row].append(Hit(rule, field, start - shift[row], end - shift[row]))
        return [_verdict(of_account) for of_account in hits]

    def _fired(self, texts: Texts) -> list[list[int]]:
        """Return row, rule, start and end of every rule that fires, by its first match, ordered by row and rule."""
        found = self._index.every(texts.tokens)
        meant, value = self._meanings.of(texts.matches.meaning)
        start = np.append(found.start, texts.matches.start[meant])
        end = np.append(found.end, texts.matches.end[meant])
        row = np.append(texts.tokens.rows()[found.start], texts.rows[meant])
        value = np.append(found.phrase, value)

        n = len(self.rules) or 1

        def pairs(lists: Lists) -> tuple[Ints, Ints]:
            at, rule = lists.of(value)
            return at, row[at] * n + rule

        at, key = pairs(self._any)
        has_with = np.isin(key, pairs(self._with)[1]) | ~self._needs_with[key % n]
        fires = has_with & ~np.isin(key, pairs(self._unless)[1])
        at, key = at[fires], key[fires]
        order = np.lexsort((end[at], start[at], key))
        at, key = at[order], key[order]
        first = np.append(True, key[1:] != key[:-1])[: len(key)]
        at, key = at[first], key[first]
        return [part.tolist() for part in (key // n, key % n, start[at], end[at])]

    def check_examples(self) -> None:
        """Check that every example fires its rule and no counter-example does.

        Raises
        ------
        RulesError
            Naming the first rule whose example or counter-example does not hold.
        """
        for examples, wanted in (("example", True), ("counter_example", False)):
            texts = read_texts([getattr(rule, examples) for rule in self.rules])
            row, number, _, _ = self._fired(texts)
            fired = {rule for rule, text in zip(number, row, strict=True) if rule == text}
            for i, rule in enumerate(self.rules):
                if (i in fired) != wanted:
                    kind = "does not fire it" if wanted else "fires it"
                    raise RulesError(
                        f"rule '{rule.id}': its {'' if wanted else 'counter-'}example {getattr(rule, examples)!r} {kind}; "
                        "mend its phrases or the example"
                    )


def _verdict(hits: Sequence[Hit]) -> Verdict:
    sums = dict.fromkeys(SIDES, 0.0)
    for hit in hits:
        sums[hit.rule.side] += hit.rule.weight
    return Verdict(
        tuple(hits),
        round(sums["kol"] - sums["influencer"], 12),
        sums["neither"],
        any(hit.rule.promotes for hit in hits),
    )


def _phrases(lists: Sequence[str]) -> dict[str, list[str]]:
    """Return the phrases of each list of phrases and concepts, without the concepts."""
    plain = [", ".join(word for word in listed(words) if not word.startswith("<")) for words in lists]
    return dict(zip(lists, phrases_of(plain), strict=True))


def _rule(source: str, name: str, body: Any, read: Mapping[str, list[str]]) -> Rule:
    def fail(problem: str) -> RulesError:
        return RulesError(f"{source}: rule [{name}]: {problem}")

    if not isinstance(body, dict):
        raise fail("is not a table; write [id] and its keys below it")
    for key, kind in _REQUIRED.items():
        if key not in body:
            raise fail(f"lacks the key '{key}'; add it")
        if not isinstance(body[key], kind):
            raise fail(
                f"key '{key}' is {body[key]!r}, which is of the wrong type; see rules.toml of the package for an example"
            )
    for key in body:
        if key not in _REQUIRED and key not in _OPTIONAL:
            raise fail(f"key '{key}' is unknown; use one of {', '.join([*_REQUIRED, *_OPTIONAL])}")
        if key in _OPTIONAL and not isinstance(body[key], _OPTIONAL[key]):
            raise fail(f"key '{key}' is {body[key]!r}, which is of the wrong type")
    if isinstance(body["weight"], bool) or not 0 <= body["weight"] <= MAX_WEIGHT:
        raise fail(f"weight {body['weight']} must be a number from 0 to {MAX_WEIGHT}; the side says which way it pulls")
    for key, allowed in (("side", SIDES), ("criterion", CRITERIA)):
        if body[key] not in allowed:
            raise fail(f"{key} '{body[key]}' is unknown; use one of {', '.join(allowed)}")
    fields = tuple(listed(body["fields"]))
    if not fields or set(fields) - set(FIELDS):
        raise fail(f"fields '{body['fields']}' must be bio, captions or both")
    if not all(isinstance(body["why"].get(language), str) for language in ("id", "en")):
        raise fail("why needs a sentence in 'id' and one in 'en'")
    phrase_sets = []
    for key in _PHRASES:
        words = listed(body.get(key, ""))
        concepts = [word for word in words if word.startswith("<")]
        for concept in concepts:
            if concept not in known_concepts():
                raise fail(f"concept {concept} is not in lexicon.toml; check its spelling")
        phrase_sets.append(frozenset(concepts + read[body.get(key, "")]))
    if not phrase_sets[0]:
        raise fail("'any' holds no word that can be matched; add a phrase or a <concept>")
    return Rule(
        id=name,
        side=body["side"],
        weight=float(body["weight"]),
        criterion=body["criterion"],
        fields=fields,
        any=phrase_sets[0],
        with_any=phrase_sets[1],
        unless=phrase_sets[2],
        promotes=bool(body.get("promotes", False)),
        why=body["why"],
        example=body["example"],
        counter_example=body["counter_example"],
    )


@cache
def known_concepts() -> frozenset[str]:
    """Return every concept token that a text can yield."""
    names = {name for group in groups().values() for name in (group.id, group.kind)} | set(lexicon()["contexts"])
    return frozenset(f"<{name}>" for name in names)


@cache
def default_rules() -> Rules:
    """Return the rules of the package."""
    return Rules(_package_rules(), "rules.toml")


def _package_rules() -> dict[str, Any]:
    return tomllib.loads(files("kolclf").joinpath("rules.toml").read_text(encoding="utf-8"))


def load_rules(path: str | Path) -> Rules:
    """Return the package's rules with those of a user's file added; a rule of the same id replaces ours, weight 0 silences it.

    Raises
    ------
    RulesError
        If the file cannot be read, is not TOML, or a rule is wrong or does not hold on its own examples.
    """
    try:
        own = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulesError(f"{path}: cannot be read as a rules file ({error}); it must be TOML in UTF-8") from None
    Rules(own, str(path)).check_examples()
    return Rules(_package_rules() | own, str(path))
