"""Does ``stem_word`` equal PySastrawi, and how much faster is it? On words of SmSA and profiles, and on generated ones.

``stem_parity.py [FOLDER]`` compares every word and exits with 1 if a stem differs; ``--speed`` measures time instead.
FOLDER holds the *.tsv of SmSA.
"""

import argparse
import csv
import re
import sys
import time
from functools import cache
from importlib.metadata import version
from itertools import product
from multiprocessing import Pool
from pathlib import Path
from random import Random
from statistics import median
from string import ascii_lowercase
from typing import Any

from kolclf.sastrawi import stem_word

PROFILES = Path(__file__).parents[1] / "data" / "profiles.csv"
PREFIXES = re.findall(
    "[a-z]+",
    "di ke se ber be bel te ter per pe pel me mem men meng meny menge pem pen peng peny penge ku kau "
    "memper diper teper keber seper berke menye dipel mempe memb menc pengg penc",
)
PARTICLES, PRONOUNS = ("lah", "kah", "tah", "pun"), ("ku", "mu", "nya")
DERIVATIONAL = ("kan", "an", "i", "is", "isme", "isasi")
SUFFIXES = ["".join(parts) for parts in product(("", *DERIVATIONAL), ("", *PRONOUNS), ("", *PARTICLES))][1:]
INFIXES = ("el", "em", "er", "in")
Strata = dict[str, list[str]]


@cache
def oracle() -> Any:
    """Return PySastrawi's stemmer, without the cache that would answer a word seen before."""
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    return StemmerFactory().create_stemmer().delegatedStemmer


def root_words() -> list[str]:
    """Return PySastrawi's roots of letters only."""
    return sorted(root for root in oracle().dictionary.words if root.isascii() and root.isalpha())


def affixed(root: str, rng: Random) -> str:
    """Put one prefix or two, one suffix chain, both or none around a root."""
    prefix = rng.choice(PREFIXES) + (rng.choice(PREFIXES) if rng.random() < 0.1 else "")
    prefix, suffix = rng.choice([(prefix, ""), ("", rng.choice(SUFFIXES)), *[(prefix, rng.choice(SUFFIXES))] * 3])
    # The nasal of a prefix may take the place of the first letter: tulis, menulis.
    swallowed = prefix[-1:] in ("m", "n", "g", "y") and root[0] in "kpst" and rng.random() < 0.5
    return prefix + root[swallowed:] + suffix


def mutated(word: str, rng: Random) -> str:
    """Make one typing mistake: a letter more, fewer, other, or two in the wrong order."""
    at = rng.randrange(len(word))
    before, after, letter = word[:at], word[at:], rng.choice(ascii_lowercase)
    return before + rng.choice([letter + after, after[1:], letter + after[1:], after[1::-1] + after[2:]])


def reduplicated(root: str, other: str, rng: Random) -> str:
    """Join halves by hyphens: the root or forms of it, now and then another root, a third half or a clitic."""
    first = rng.choice([root, affixed(root, rng)])
    second = rng.choice([root, root, root[1:], affixed(root, rng), other]) + rng.choice(["", rng.choice(SUFFIXES)])
    third = rng.choice([[], [], [], [rng.choice(PARTICLES + PRONOUNS)], [root], [""]])
    return "-".join([first, second, *third])


def random_letters(rng: Random) -> str:
    """Return a string of random letters, or of affixes without a root."""
    if rng.random() < 0.5:
        return "".join(rng.choices(ascii_lowercase, k=rng.randint(1, 12)))
    pieces = [*PREFIXES, *INFIXES, *SUFFIXES, *"aeiou", *ascii_lowercase]
    return "".join(rng.choices(pieces, k=rng.randint(1, 5)))


def strata(roots: list[str], rounds: int, seed: int = 0) -> Strata:
    """Return generated words of each kind: ``rounds`` words per root, of affixed ones six times as many."""
    rng = Random(seed)
    every = [root for root in roots for _ in range(rounds)]
    return {
        "roots": list(roots),
        "affixed": [affixed(root, rng) for root in every for _ in range(6)],
        "with infix": [affixed(root[0] + rng.choice(INFIXES) + root[1:], rng) for root in every],
        "reduplicated": [reduplicated(root, rng.choice(roots), rng) for root in every],
        "with a typing mistake": [mutated(affixed(root, rng), rng) for root in every],
        "random": [random_letters(rng) for _ in every],
    }


def words_of_texts(folder: Path | None) -> Strata:
    """Return the words of the profiles, and of SmSA if its folder is given."""
    with PROFILES.open(encoding="utf-8") as file:
        profiles = " ".join(f"{row['bio']} {row['captions']}" for row in csv.DictReader(file)).lower()
    texts = {"profiles": profiles}
    if folder:
        texts["SmSA"] = " ".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.tsv")))
    pattern = re.compile("[a-z]+(?:-[a-z]+)*")
    return {kind: sorted(set(pattern.findall(text))) for kind, text in texts.items()}


def differing(words: list[str]) -> list[tuple[str, str, str]]:
    """Return the words whose stems differ, with ours and PySastrawi's."""
    pairs = ((word, stem_word(word), oracle().stem(word)) for word in words)
    return [pair for pair in pairs if pair[1] != pair[2]]


def compare(kinds: Strata) -> int:
    """Compare all words, print mismatches and counts; return how many differ."""
    words = sorted(set().union(*kinds.values()))
    batches = [words[start : start + 5000] for start in range(0, len(words), 5000)]
    found, started = [], time.monotonic()
    with Pool() as pool:
        for done, mismatches in enumerate(pool.imap_unordered(differing, batches), 1):
            found += mismatches
            print(f"\r{done}/{len(batches)} batches, {len(found)} differ", end="", file=sys.stderr, flush=True)
    print(f", {time.monotonic() - started:.0f} s", file=sys.stderr)
    print(", ".join(f"{len(set(members))} {kind}" for kind, members in kinds.items()))
    changed = sum(stem_word(word) != word for word in words)
    print(
        f"PySastrawi {version('PySastrawi')}: {len(words)} distinct words ({changed} change), {len(found)} stems differ"
    )
    for word, ours, theirs in sorted(found)[:20]:
        print(f"  {word}: {ours}, PySastrawi {theirs}")
    return len(found)


def microseconds(stem: Any, words: list[str]) -> float:
    """Return microseconds per word."""
    started = time.perf_counter()
    for word in words:
        stem(word)
    return (time.perf_counter() - started) / len(words) * 1e6


def measure(kinds: Strata, repetitions: int = 7, size: int = 2000) -> None:
    """Time both on samples of words that neither has seen, in turn, and print medians."""
    rng = Random(1)
    microseconds(stem_word, ["pemanasan"]), microseconds(oracle().stem, ["pemanasan"])  # both read the roots now
    samples = {kind: rng.sample(sorted(set(kinds[kind])), repetitions * size) for kind in kinds}
    rows: dict[str, list[tuple[float, float]]] = {kind: [] for kind in [*samples, "all alike"]}
    for turn in range(repetitions):
        for kind, words in samples.items():
            part = words[turn * size : (turn + 1) * size]
            rows[kind].append((microseconds(stem_word, part), microseconds(oracle().stem, part)))
        latest = [rows[kind][-1] for kind in samples]
        rows["all alike"].append((sum(o for o, _ in latest) / len(latest), sum(t for _, t in latest) / len(latest)))
    print(
        f"medians of {repetitions} samples of {size} new words, us per word; ratio of each sample: median, least, most"
    )
    for kind, row in rows.items():
        ratios = sorted(theirs / ours for ours, theirs in row)
        ours, theirs = (median(column) for column in zip(*row, strict=True))
        print(f"{kind:22} {ours:6.2f} {theirs:7.1f}  {median(ratios):5.0f} {ratios[0]:5.0f} {ratios[-1]:5.0f}")


def main() -> int:
    """Compare, or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="the *.tsv of SmSA")
    parser.add_argument("--rounds", type=int, default=4, help="generated words per root and kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--speed", action="store_true", help="measure time instead of comparing")
    options = parser.parse_args()
    texts = words_of_texts(options.folder)
    if options.speed:
        generated = strata(root_words(), 1, options.seed)
        measure({"real words": sorted(set().union(*texts.values()))} | {k: generated[k] for k in ("affixed", "random")})
        return 0
    return int(compare(texts | strata(root_words(), options.rounds, options.seed)) > 0)


if __name__ == "__main__":
    sys.exit(main())
