"""The stem of one Indonesian word: the rules of PySastrawi 1.2.1, its quirks included, many times faster.

PySastrawi is the oracle (``benchmarks/stem_parity.py``) and brings the root words. Method and numbers of rules: Adriani et
al. 2007, "Stemming Indonesian: a confix-stripping approach", ACM TALIP 6(4); Asian 2007, "Effective Techniques for Indonesian
Text Retrieval"; amended by PySastrawi. In notes on rules, C is a consonant, V a vowel, A any letter.
"""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import product

from kolclf.errors import KolclfError

VOWELS = frozenset("aeiou")
CONSONANTS = frozenset("bcdfghjklmnpqrstvwxyz")
PARTICLES = frozenset({"lah", "kah", "tah", "pun"})
PRONOUNS = frozenset({"ku", "mu", "nya"})
# Which suffix the last two letters of a word may belong to.
KINDS = {"ah": "particle", "un": "particle", "ku": "pronoun", "mu": "pronoun", "ya": "pronoun"} | dict.fromkeys(
    ["an", "is", "me", *(letter + "i" for letter in VOWELS | CONSONANTS)], "derivational"
)
# What may remain of a word without its prefix: the first that is a root is taken, else the last. None: no such prefix.
Forms = tuple[str, ...]


def _parts_after_r(w: str) -> bool:
    """2, 3, 23, 24: berCA, perCA part, but with er next only as CAerV where C is not r."""
    return w[4:5].isalpha() and (w[5:7] != "er" or (w[3] != "r" and w[7:8] in VOWELS))


def _ter(w: str) -> Forms:
    """7, 8, 35: terC parts, but with er next only as CerV, or as CerC where the first C is none of lmnwy."""
    parts = w[4:6] != "er" or w[6:7] in VOWELS or (w[3] not in "lmnwy" and w[6:7] in CONSONANTS)
    return (w[3:],) if parts else ()


def _be_te(w: str) -> Forms:
    """5, 9: beCerC, teCerC keep CerC. Else 38, 39: bele, beme, tele, teme have an infix."""
    if w[4:5] == "r" and w[5:6] in CONSONANTS:
        return (w[2:],)
    return (w[0] + w[3:],) if w[2] in "lm" else ()


def _meng(w: str) -> Forms:
    """16, 17: meng{ghkq}; mengV keeps V, kV, ngV, and of menge all may go."""
    if w[4:5] in VOWELS:
        return (w[4:], "k" + w[4:], w[5:], w[2:]) if w[4] == "e" else (w[4:], "k" + w[4:], w[2:])
    return (w[4:],) if w[4:5] in {"g", "h", "k", "q"} else ()


def _peng(w: str) -> Forms:
    """29, 30: pengC; pengV keeps V, kV, and of penge all may go; what 34 would leave comes last."""
    if w[4:5] in VOWELS:
        return w[4:], "k" + w[4:], w[5:] if w[4] == "e" else w[2:]
    return (w[4:],) if w[4:5] in CONSONANTS else _pe(w)


def _pe(w: str) -> Forms:
    """34, 36: peC parts, but with er next only as CerC where the first C is none of lmnrwy."""
    parts = w[3:5] != "er" or (w[2] not in "lmnrwy" and w[5:6] in CONSONANTS)
    return (w[2:],) if w[2:3] in CONSONANTS and parts else ()


# Beginnings of words (one of each list, joined), what may remain, and the numbers of the rules. The first row that fits counts.
ROWS: list[tuple[list[Iterable[str]], Callable[[str], Forms]]] = [
    ([["ber", "ter", "per"], VOWELS], lambda w: (w[3:], w[2:])),  # 1, 6, 21
    ([["ber"], CONSONANTS], lambda w: (w[3:],) if _parts_after_r(w) else ()),  # 2, 3
    ([["per"], CONSONANTS], lambda w: (w[3:],) if _parts_after_r(w) else _pe(w)),  # 23, 24
    ([["ter"], CONSONANTS - {"r"}], _ter),  # 7, 8, 35
    ([["be", "te"], CONSONANTS - {"r"}, "e"], _be_te),  # 5, 9
    ([["bela"]], lambda w: ("ajar",) if w == "belajar" else (w[0] + w[3:],)),  # 4
    ([["pela"]], lambda w: ("ajar",) if w == "pelajar" else (w[2:],)),  # 32
    ([["mel", "mer", "mew", "mey", "pel", "pew", "pey"], VOWELS], lambda w: (w[2:],)),  # 10, 20, 32
    ([["mem", "pem"], VOWELS], lambda w: (w[2:], "p" + w[3:])),  # 13, 26
    ([["mem", "pem"], "bfv"], lambda w: (w[3:],)),  # 11, 25
    ([["memp"]], lambda w: (w[3:],) if w[4:5].isalpha() and w[4] != "n" else ()),  # 12, 19
    ([["men", "pen"], VOWELS], lambda w: (w[2:], "t" + w[3:])),  # 15, 28
    ([["men", "pen"], "cdjstz"], lambda w: (w[3:],)),  # 14, 27
    ([["meng"]], _meng),  # 16, 17
    ([["peng"]], _peng),  # 29, 30
    ([["meny"]], lambda w: (w[2:], "s" + w[4:]) if w[4:5] in VOWELS else ()),  # 18
    ([["peny"]], lambda w: (w[2:], "s" + w[4:]) if w[4:5] in VOWELS else _pe(w)),  # 31
    ([["pe"]], _pe),  # 34, 36
    ([CONSONANTS - {"k", "s"}, ["el", "em", "er"], VOWELS], lambda w: (w[0] + w[3:],)),  # 37, 38, 39
    ([CONSONANTS - {"d"}, ["in"], VOWELS], lambda w: (w[0] + w[3:],)),  # 40
    ([["di", "ke", "se", "ku"]], lambda w: (w[2:],)),  # 41; di-, ke-, se- have no number
    ([["ka"]], lambda w: (w[3:],) if w[2:3] == "u" else ()),  # 42
]
RULES = {"".join(head): rule for parts, rule in reversed(ROWS) for head in product(*parts)}
MAY_HAVE_PREFIX = frozenset(head[:2] for head in RULES)


def refuse_old_sastrawi() -> None:
    """Raise if the package ``Sastrawi`` 1.0.1 of 2016 is installed: it hides PySastrawi and is 100 times slower.

    Raises
    ------
    KolclfError
        With the commands that mend the installation.
    """
    from importlib import metadata  # noqa: PLC0415 (a prediction whose words are known waits for nothing here)

    try:
        found = metadata.version("Sastrawi")
    except metadata.PackageNotFoundError:
        return
    raise KolclfError(
        f"the package Sastrawi {found} is installed and hides PySastrawi, which kolclf needs; "
        "run: pip uninstall -y Sastrawi PySastrawi && pip install 'PySastrawi>=1.2.1'"
    )


@cache
def _roots() -> frozenset[str]:
    refuse_old_sastrawi()
    from importlib.resources import files  # noqa: PLC0415 (waits as above)

    file = files("Sastrawi.Stemmer") / "data" / "kata-dasar.txt"  # PySastrawi's factory imports all its rules before
    return frozenset(filter(None, file.read_text(encoding="utf-8").split("\n")))


def _without_prefixes(word: str, roots: frozenset[str]) -> str:
    """Take off up to three prefixes, until a root is found."""
    for _ in (1, 2, 3):
        rule = RULES.get(word[:4]) or RULES.get(word[:2])
        forms = rule(word) if rule else ()
        if not forms:
            return word
        for form in forms:
            if form in roots:
                return form
        word = forms[-1]
    return word


def _without_suffixes(word: str, roots: frozenset[str]) -> list[str]:
    """Take off particle, pronoun and derivational suffix, until a root is found; return all steps, the word first."""
    steps = [word]
    kind = KINDS.get(word[-2:])
    if not kind:
        return steps
    if kind == "particle" and word[-3:] in PARTICLES:
        word = word[:-3].rstrip("-")
        steps.append(word)
        if word in roots:
            return steps
        kind = KINDS.get(word[-2:])
    if kind == "pronoun" and (word[-1] == "u" or word[-3:] == "nya"):
        word = word[: -2 if word[-1] == "u" else -3].rstrip("-")
        steps.append(word)
        if word in roots:
            return steps
        kind = KINDS.get(word[-2:])
    if kind == "derivational":
        if word[-3:] == "kan":
            steps += word[:-2], word[:-3]  # the k may belong to the root
        elif word[-1] == "i":
            steps.append(word[: -5 if word[-5:] == "isasi" else -1])
        elif word[-1] != "e" or word[-4:] == "isme":
            steps.append(word[: -4 if word[-1] == "e" else -2])
    return steps


def _stem(word: str) -> str:
    roots = _roots()
    prefixed, suffixed = word[:2] in MAY_HAVE_PREFIX, word[-2:] in KINDS
    if word in roots or len(word) <= 3 or not (prefixed or suffixed):
        return word
    if not suffixed:
        found = _without_prefixes(word, roots)
        return found if found in roots else word
    steps = _without_suffixes(word, roots)
    stripped = steps[-1]
    # The pairs be-lah, be-an, me-i, di-i, pe-i, ter-i lose the prefix first.
    prefix = ("me", "di", "pe", "ter") if word[-1] == "i" else "be"
    if prefixed and word.startswith(prefix) and word.endswith(("i", "lah", "an")):
        found = _without_prefixes(word, roots)
        if found not in roots:
            found = _without_suffixes(found, roots)[-1]
        if found in roots:
            return found
        del steps[0]
    if stripped in roots:
        return stripped
    while steps:
        form = steps.pop()  # the suffixes come back one by one; then PySastrawi takes di-, ke-, se- off even a root
        if form in roots and not form.startswith(("di", "ke", "se")):
            return form
        if prefixed:
            found = _without_prefixes(form, roots)
            if found in roots:
                return found
    return word


def stem_word(word: str) -> str:
    """Return the stem that PySastrawi 1.2.1 gives to one word.

    Parameters
    ----------
    word
        Small letters a to z, and hyphens if it is reduplicated.

    Returns
    -------
    str
        A root of PySastrawi's list, or the word as it came if the rules lead to none.

    Examples
    --------
    >>> stem_word("mempertanyakannya"), stem_word("kinerja"), stem_word("ngonten")
    ('tanya', 'kerja', 'ngonten')
    >>> stem_word("bermain-mainkan"), stem_word("buku-bukunya"), stem_word("sayur-mayur")
    ('main', 'buku', 'sayur-mayur')
    """
    if "-" not in word:
        return _stem(word)
    first, _, last = word.rpartition("-")
    if last in PARTICLES or last in PRONOUNS:
        if "-" not in first:
            return _stem(word)
        first, _, repeated = first.rpartition("-")
        last = f"{repeated}-{last}"
    stem, other = _stem(first), _stem(last)
    if other == last and other not in _roots():
        other = _stem("me" + last)  # meniru-nirukan: the second half has lost a letter to me-
    return stem if stem == other else word
