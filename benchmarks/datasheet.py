"""Writes ``data/DATASHEET.md``: how the labelled profiles were made, what they hold, and what was checked, counted afresh."""

import re
from collections import Counter
from typing import Any

import numpy as np
from profiles import ROOT, read_profiles, sides
from short_cuts import FOLDS, LANGUAGES, all_text, areas, telling_words

from kolclf.accounts import read
from kolclf.decide import LABELS
from kolclf.meanings import groups
from kolclf.metrics import kappa
from kolclf.tokens import tokenize

# The first label of rows that the second reading changed, so that agreement is counted as it was.
SETTLED = {"p30061": "unsure", "p35070": "kol", "p35069": "kol", "p18016": "unsure", "p09020": "unsure"}
SETTLED |= {"p31034": "influencer", "p30003": "unsure"}
HANDLE, WORD = re.compile(r"@\S+"), re.compile(r"\w+")
SHEET = """# Datasheet of `profiles.csv`

Counted by `make datasheet`; do not edit by hand. Structure after Gebru et al. (2021), "Datasheets for Datasets".

**All persons, accounts, firms and places of work in this file are invented.** Handles end in `_fiksi`, telephone
numbers hold the block `0000`, e-mail addresses are at `example.com`. Towns and platforms are real. Nothing was copied
from an account.

## Why it exists
No public data says which Indonesian accounts are KOLs and which are influencers. These {n} profiles teach the default
model; the batches marked `test` measure it and are never trained on.

## How it was written
- Each profile was composed on its own, as a particular person (or shop, media, community, fan account) with a life, a
  town and a way of writing. No templates, no slot filling; no two profiles share a run of five words, and
  near-duplicates are looked for (tests).
- **Style was drawn by lot, blind to the label**: for every profile a card said how long the bio is, its letter case,
  separators, emoji, end marks, language and town, the gender and the name, whether there are captions, how long they
  are, and whether they hold questions, numbers, hashtags or mentions, and on what topic a caption is that has nothing
  to do with the label. The profile was then written to the card. In a last step the emoji were mixed among the
  persons, generic ones wholly, topical ones by half.
- The spread of the cards follows what real accounts look like (bios of 1 to 30 words, a third without captions,
  captions of 2 to 90 words); no real text was used.
- {batches} batches, each in its own voice; whole batches are `train` or `test`: {split}.
- Two parts: batches 1 to 20 begin from standings (a profession with its proof, a creator with her offers, a denial
  ...) that were thought up freely; batches 21 and later from lists of professions, creator kinds and situations, so
  that breadth is sure.

## What it holds
| label | profiles | promotes | core |
|---|---|---|---|
{labels}

`promotes`: commercial promotion shows; `core`: a second reader would surely agree; `kind`: {kinds}.

| slice | {names} | all |
|---|{bars}---|
{slices}

Kol profiles name {professions} different professions; by group of the lexicon: {groups}. Influencer profiles name
{creators} kinds.

Language by function words: {languages}. Without captions {uncaptioned:.0%}, captions but a bio of at most four words beside
handles {bare:.0%}. Words of a bio: {bio_words}; words of a caption: {caption_words} (5 %, quarter, half, three quarters, 95
%).

## Checks
**Second reading.** {second}

**Short cuts.** A classifier that sees no phrase of titles, professions, work places, creation or promotion, but only
how the profile is written, should be near chance (0.5). Area under the curve for kol against influencer, {folds}
folds over batches (`benchmarks/short_cuts.py`):

| what is seen | AUC |
|---|---|
{areas}

Chance lies within about 0.03 of 0.5. What is left is register: influencers write "aku" and "kalian", professionals
"saya". The same check on the profiles of before the lots were drawn gives 0.85 for all together, 0.75 for marks and
digits, 0.69 for letters of the name and 0.67 for function words.

Words outside the lexicon that one label uses more often than chance allows (Fisher's test, Holm at 5 %): {words}.

## What it must not be used for
- Learning about real people, or judging one without a person looking.
- Estimating how common KOLs, influencers or professions are: the counts were chosen.
- Measuring how right a model is on real accounts: these are easier. The README gives figures on real ones.

## Other files
`demo_accounts.csv` is a small messy spreadsheet as an agency might keep it, invented as well."""

SECOND = """{read} profiles of all slices were read again by the guide alone, blind to the label (220 of them with the
labels locked away): {same} read alike, Cohen's kappa {all_labels:.2f} over four labels and {sides:.3f} over kol and
influencer ({n_sides} rows). Of the harder batches from 30 on, {hard}.
`label_2` is the second reading as given; of the rows that differed, {settled} then took another label by the guide, or
`unsure`. The second reader knew the guide as well as the writers did, so expect less agreement among people who read it
for the first time."""


def language(row: dict[str, Any]) -> str:
    """Guess the language by function words."""
    words = tokenize(all_text(row))
    english, indonesian, regional = (sum(word in listed.split() for word in words) for listed in LANGUAGES)
    indonesian += regional
    if not english + indonesian:
        return "too short to say"
    share = english / (english + indonesian)
    return "English" if share > 0.8 else "Indonesian" if share < 0.2 else "mixed"


def profession_groups(rows: list[dict[str, Any]]) -> str:
    """Count the kol rows by group of the lexicon."""
    found: Counter[str] = Counter()
    for row in rows:
        ids = [v.strip("<>") for match in read(row["profession"]).concepts for v in match.values]
        found[next((groups()[i].name["en"] for i in ids if i in groups()), "other")] += 1
    return ", ".join(f"{name} {n}" for name, n in found.most_common())


def spread(values: list[int]) -> str:
    """Return percentiles."""
    return ", ".join(f"{value:.0f}" for value in np.percentile(values, [5, 25, 50, 75, 95]))


def alike(pairs: list[tuple[str, str]]) -> int:
    """Count the pairs of equal readings."""
    return sum(first == second for first, second in pairs)


def agreement(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa of pairs of readings."""
    return kappa(*zip(*pairs, strict=True))


def second_reading(rows: list[dict[str, Any]]) -> str:
    """Say how two readings agree."""
    read = [row for row in rows if row["label_2"]]
    pairs = [(SETTLED.get(row["id"], row["label"]), row["label_2"]) for row in read]
    decided = [pair for pair in pairs if set(pair) <= set(LABELS)]
    late = [pair for pair, row in zip(pairs, read, strict=True) if int(row["batch"]) >= 30]
    return SECOND.format(
        read=len(read),
        same=alike(pairs),
        all_labels=agreement(pairs),
        sides=agreement(decided),
        n_sides=len(decided),
        settled=len(SETTLED),
        hard=f"{alike(late)} of {len(late)} were read alike (kappa {agreement(late):.2f})",
    )


def main() -> None:
    """Count, and write the sheet."""
    rows = read_profiles()
    labels = ["kol", "influencer", "neither", "unsure"]
    judged = sides(rows)
    table = Counter((row["slice"], row["label"]) for row in rows)
    languages = Counter(map(language, rows))
    batches = {row["batch"]: row["split"] for row in rows}
    splits = Counter(row["split"] for row in rows)
    telling = ", ".join(f"{word} ({kol} kol, {other} influencer)" for word, kol, other, _ in telling_words(judged))
    sheet = SHEET.format(
        n=f"{len(rows):,}",
        batches=len(batches),
        split=", ".join(
            f"{splits[s]} profiles in {list(batches.values()).count(s)} batches `{s}`" for s in ("train", "test")
        ),
        labels="\n".join(
            f"| {label} | {len(of)} | {sum(r['promotes'] == 'yes' for r in of)} | {sum(r['core'] == 'yes' for r in of)} |"
            for label, of in ((label, [row for row in rows if row["label"] == label]) for label in labels)
        ),
        kinds=", ".join(f"{kind} {n}" for kind, n in Counter(row["kind"] for row in rows).most_common()),
        names=" | ".join(labels),
        bars="---|" * len(labels),
        slices="\n".join(
            f"| {name} | {' | '.join(str(table[name, label]) for label in labels)} | {sum(table[name, lb] for lb in labels)} |"
            for name in sorted({row["slice"] for row in rows})
        ),
        professions=len({r["profession"].lower() for r in rows if r["label"] == "kol"}),
        groups=profession_groups([row for row in rows if row["label"] == "kol"]),
        creators=len({r["profession"].lower() for r in rows if r["label"] == "influencer"} - {""}),
        languages=", ".join(f"{name} {n / len(rows):.0%}" for name, n in languages.most_common()),
        uncaptioned=np.mean([not row["captions"] for row in rows]),
        bare=np.mean([bool(row["captions"]) and len(WORD.findall(HANDLE.sub("", row["bio"]))) <= 4 for row in rows]),
        bio_words=spread([len(row["bio"].split()) for row in rows]),
        caption_words=spread([len(caption.split()) for row in rows for caption in row["captions"]]),
        second=second_reading(rows),
        folds=FOLDS,
        areas="\n".join(f"| {name} | {area:.2f} |" for name, area in areas(judged).items()),
        words=telling or "none",
    )
    (ROOT / "data" / "DATASHEET.md").write_text(sheet, encoding="utf-8")
    print("wrote data/DATASHEET.md")


if __name__ == "__main__":
    main()
