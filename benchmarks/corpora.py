"""Writes made-up tables of accounts for timing: real sentences, with a share of words that no one has written before.

A table holds id, name, bio, captions and label. The words of a bio and of captions (some 17 and 120) come from
``data/profiles.csv``, or from the *.txt and *.tsv of a folder; of them a share gets affixes or a typing mistake, so that
most distinct words are rare, as they are in what people write. Labels are drawn first, and words planted for them.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import NamedTuple

from profiles import read_profiles

COLUMNS = ("id", "name", "bio", "captions", "label")
BIO_WORDS, CAPTION_WORDS = 17, 120
CHANGED = 0.12  # share of words
PREFIXES = ["me", "ber", "di", "ke", "pe", "ter", "se", "mem", "men", "meng"]
SUFFIXES = ["", "kan", "i", "nya", "an", "lah"]
NAMES = ["Adi", "Ayu", "Bayu", "Citra", "Dewi", "Eko", "Fitri", "Gita", "Joko", "Maya", "Putri", "Rini", "Tono"]
PLANTED = {"kol": ("dokter", "dosen", "peneliti", "psikolog"), "influencer": ("endorse", "kreator", "diskon", "ulasan")}
PLANTED_SHARE, MISPLANTED = 0.6, 0.1  # accounts with a planted word; of these, with one of the other label


class Source(NamedTuple):
    """Where text comes from: pieces, each of one line."""

    bios: list[str]
    captions: list[str]


class Facts(NamedTuple):
    """What a table holds."""

    profiles: int
    tokens: int
    distinct: int
    megabytes: float


def source(folder: Path | None = None) -> Source:
    """Return the bios and captions of the labelled profiles, or the lines of a folder's texts up to their first TAB."""
    if folder is None:
        rows = read_profiles()
        bios = [_line(row["bio"]) for row in rows]
        captions = [_line(caption) for row in rows for caption in row["captions"]]
    else:
        files = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".tsv"))
        lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
        captions = [_line(line.split("\t", 1)[0]) for line in lines]
        bios = [" ".join(caption.split(" ")[:BIO_WORDS]) for caption in captions]
    return Source(list(filter(None, bios)), list(filter(None, captions)))


def _line(text: str) -> str:
    return " ".join(text.split())


def changed(word: str, rng: Random) -> str:
    """Put affixes around a word, or make a typing mistake in it; short words and those not of letters stay."""
    if len(word) < 3 or not word.isalpha():
        return word
    kind, at, letter = rng.random(), rng.randrange(len(word)), rng.choice(ascii_lowercase)
    if kind < 0.4:
        return rng.choice(PREFIXES) + word + rng.choice(SUFFIXES)
    return word[:at] + letter + word[at + (kind > 0.7) :]


def _with_changes(text: str, rng: Random, share: float) -> str:
    words = text.split(" ")
    for at in rng.sample(range(len(words)), int(len(words) * share + rng.random())):
        words[at] = changed(words[at], rng)
    return " ".join(words)


def accounts(n: int, texts: Source, seed: int = 0, share: float = CHANGED) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a table."""
    rng = Random(seed)
    labels = tuple(PLANTED)
    for number in range(n):
        label = rng.choice(labels)
        captions, left = [], CAPTION_WORDS
        while left > 0:
            words = rng.choice(texts.captions).split(" ")[:left]
            captions.append(_with_changes(" ".join(words), rng, share))
            left -= len(words)
        bio = _with_changes(rng.choice(texts.bios), rng, share)
        if rng.random() < PLANTED_SHARE:
            side = labels[1 - labels.index(label)] if rng.random() < MISPLANTED else label
            bio = f"{rng.choice(PLANTED[side])} {bio}"
        yield f"a{seed}_{number}", " ".join(rng.sample(NAMES, 2)), bio, "\n".join(captions), label


def write(path: Path, n: int, texts: Source, seed: int = 0, share: float = CHANGED) -> None:
    """Write a table, row by row; an unfinished one is never left under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(accounts(n, texts, seed, share))
    unfinished.replace(path)


def words_of(path: Path) -> Iterator[list[str]]:
    """Yield the words of each account's bio and captions, in small letters."""
    find = re.compile(r"\w+").findall
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield find(f"{row['bio']}\n{row['captions']}".lower())


def facts(path: Path) -> Facts:
    """Count a table."""
    profiles = tokens = 0
    distinct: set[str] = set()
    for words in words_of(path):
        profiles, tokens = profiles + 1, tokens + len(words)
        distinct.update(words)
    return Facts(profiles, tokens, len(distinct), path.stat().st_size / 1e6)
