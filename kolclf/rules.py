"""Weighted rules on tokens: the fallback where the model cannot answer, and the check where it can.

The rules are in ``rules.toml``; each names phrases or concepts, a side, a weight in log-odds, one of the five criteria, and
why in words. Hits add up, so their order never matters and none hides another.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kolclf.accounts import FIELDS, Accounts, Texts, read_texts
from kolclf.arrays import Ints, Lists
from kolclf.lexicon import listed, tables_of
from kolclf.meanings import known_concepts, meanings, phrases_of
from kolclf.phrases import PhraseIndex
from kolclf.rulesfile import RulesFile, read_rules_file, shown

SIDES = ("kol", "influencer", "neither")
MAX_WEIGHT = 100
CRITERIA = ("medium", "credibility", "area", "daily_work", "livelihood")
MAX_PHRASE = 10  # words
PHRASE_KEYS = ("any", "with", "unless")


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
    file : RulesFile, optional
        Where they came from, for error messages.

    Raises
    ------
    RulesError
        If a key is missing, unknown or of the wrong type, or a concept does not exist.
    """

    def __init__(self, rules: Mapping[str, Any], file: RulesFile | None = None) -> None:
        self._file = file = file or RulesFile()
        for name, body in rules.items():
            file.check_keys(name, body)
        read = _phrases([body.get(key, "") for body in rules.values() for key in PHRASE_KEYS])
        self.rules = tuple(_rule(file, name, body, read) for name, body in rules.items())
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
        self._reads = {name: np.array([name in rule.fields for rule in self.rules], dtype=bool) for name in FIELDS}
        side, weight = (
            np.array([rule.side for rule in self.rules], dtype=str),
            np.array([rule.weight for rule in self.rules]),
        )
        self._signed = np.where(side == "kol", weight, np.where(side == "influencer", -weight, 0.0))
        self._neither = np.where(side == "neither", weight, 0.0)
        self._promotes = np.array([float(rule.promotes) for rule in self.rules])

    @property
    def words(self) -> frozenset[str]:
        """The words of the phrases that rules ask for."""
        return self._index.words

    def judge(self, accounts: Accounts) -> list["Verdict"]:
        """Return the verdict on each account.

        Examples
        --------
        >>> from kolclf.accounts import read_account
        >>> [verdict] = default_rules().judge(read_account(bio="Bidan desa di Alor"))
        >>> [hit.rule.id for hit in verdict.hits], verdict.log_odds
        (['nursing'], 2.6)
        """
        parts, names = [], []
        for field in FIELDS:
            texts = accounts.fields[field]
            row, rule, start, end = self._fired(texts)
            here = np.flatnonzero(self._reads[field][rule])
            row, shift = row[here], texts.tokens.indptr[row[here]]
            parts.append((row, rule[here], start[here] - shift, end[here] - shift))
            names += [field] * len(here)
        row, rule, start, end = map(np.concatenate, zip(*parts, strict=True))
        order = np.argsort(row, kind="stable").tolist()
        rules, starts, ends = ([of[i] for i in order] for of in (rule.tolist(), start.tolist(), end.tolist()))
        hits = list(map(Hit, map(self.rules.__getitem__, rules), [names[i] for i in order], starts, ends))
        n = len(accounts)
        log_odds, neither, promotes = (
            np.bincount(row, of[rule], n) for of in (self._signed, self._neither, self._promotes)
        )
        indptr = np.append(0, np.cumsum(np.bincount(row, minlength=n))).tolist()
        sums = zip(log_odds.round(12).tolist(), neither.tolist(), (promotes > 0).tolist(), strict=True)
        return [
            Verdict(tuple(hits[first:last]), *of_account)
            for first, last, of_account in zip(indptr[:-1], indptr[1:], sums, strict=True)
        ]

    def _fired(self, texts: Texts) -> tuple[Ints, Ints, Ints, Ints]:
        """Return row, rule, start and end of every rule that fires, by its first match, ordered by row and rule."""
        found = self._index.every(texts.tokens)
        meant, value = self._meanings.of(texts.matches.meaning)
        start = np.append(found.start, texts.matches.start[meant])
        end = np.append(found.end, texts.matches.end[meant])
        row = np.append(texts.tokens.rows()[found.start], texts.rows[meant])
        value = np.append(found.phrase, value)

        n = len(self.rules)

        def pairs(lists: Lists) -> tuple[Ints, Ints]:
            at, rule = lists.of(value)
            return at, row[at] * n + rule

        at, key = pairs(self._any)
        has_with = np.isin(key, pairs(self._with)[1], kind="table") | ~self._needs_with[key % n]
        fires = has_with & ~np.isin(key, pairs(self._unless)[1], kind="table")
        at, key = at[fires], key[fires]
        order = np.lexsort((end[at], start[at], key))
        at, key = at[order], key[order]
        first = np.append(True, key[1:] != key[:-1])[: len(key)]
        at, key = at[first], key[first]
        return key // n, key % n, start[at], end[at]

    def check_examples(self) -> None:
        """Check that every example fires its rule and no counter-example does.

        Raises
        ------
        RulesError
            Naming the first rule whose example or counter-example does not hold.
        """
        for examples, wanted in (("example", True), ("counter_example", False)):
            texts = read_texts([getattr(rule, examples) for rule in self.rules])
            row, rule, _, _ = self._fired(texts)
            fired = set(rule[rule == row].tolist())
            for i, of in enumerate(self.rules):
                if (i in fired) != wanted:
                    kind = "does not fire it" if wanted else "fires it"
                    spelled = f"{examples.replace('_', '-')} '{shown(getattr(of, examples))}'"
                    raise self._file.error(of.id, f"its {spelled} {kind}; mend its phrases or the example", examples)


def _phrases(lists: Sequence[str]) -> dict[str, list[str]]:
    """Return the phrases of each list of phrases and concepts, without the concepts."""
    return dict(zip(lists, phrases_of([without_concepts(words) for words in lists]), strict=True))


def without_concepts(words: str) -> str:
    """Return a list of phrases and concepts without the concepts.

    >>> without_concepts("<nursing>, bidan desa")
    'bidan desa'
    """
    return ", ".join(word for word in listed(words) if not word.startswith("<"))


def _rule(file: RulesFile, name: str, body: Mapping[str, Any], read: Mapping[str, list[str]]) -> Rule:
    if not 0 <= body["weight"] <= MAX_WEIGHT:
        raise file.error(name, f"weight must be from 0 to {MAX_WEIGHT}; the side says which way it pulls", "weight")
    for key, allowed in (("side", SIDES), ("criterion", CRITERIA)):
        if body[key] not in allowed:
            raise file.error(name, f"{key} '{shown(body[key])}' is unknown; use one of {', '.join(allowed)}", key)
    fields = tuple(listed(body["fields"]))
    if not fields or set(fields) - set(FIELDS):
        raise file.error(name, f"fields '{shown(body['fields'])}' must be bio, captions or both", "fields")
    phrase_sets = []
    for key in PHRASE_KEYS:
        words = listed(body.get(key, ""))
        concepts = [word for word in words if word.startswith("<")]
        for concept in concepts:
            if concept not in known_concepts():
                raise file.error(name, f"concept {shown(concept)} is not in lexicon.toml; check its spelling", key)
        phrases = read[body.get(key, "")]
        if longest := next((phrase for phrase in phrases if phrase.count(" ") >= MAX_PHRASE), None):
            raise file.error(name, f"'{shown(longest)}' is longer than {MAX_PHRASE} words; part it by commas", key)
        phrase_sets.append(frozenset(concepts + phrases))
    if not phrase_sets[0]:
        raise file.error(name, "'any' holds no word that can be matched; add a phrase or a <concept>", "any")
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
def default_rules() -> Rules:
    """Return the rules of the package."""
    return Rules(_package_rules(), RulesFile("rules.toml"))


def _package_rules() -> dict[str, Any]:
    return tables_of("rules.toml")[0]


def load_rules(path: str | Path) -> Rules:
    """Return the package's rules with those of a user's file added; a rule of the same id replaces ours, weight 0 silences it.

    Raises
    ------
    RulesError
        If the file cannot be read, is not TOML, or a rule is wrong or does not hold on its own examples; with the line.
    """
    own = read_rules_file(path)
    Rules(own.tables, own).check_examples()
    return Rules(_package_rules() | own.tables, own)
