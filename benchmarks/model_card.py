"""Writes ``models/MODEL_CARD.md`` and its two figures: the default model, measured on the rows of ``data/`` held out from it."""

from importlib.metadata import version
from typing import Any

import numpy as np
from profiles import ROOT, read_profiles

from kolclf import figures, load_model
from kolclf.data import accounts_of
from kolclf.evaluation import CoverageError, Estimate
from kolclf.metrics import bootstrap, statistics
from kolclf.outcomes import Outcomes, by_slice, coverage_error, measure, outcomes, reliability, scored
from kolclf.predictor import Predictor
from kolclf.wording import wording

MODEL = ROOT / "models" / "default.npz"

CARD = """# Model card of `default.npz`

Written by `make model`; do not edit by hand. Made with {versions}.

## What it is for
It tells for an Indonesian social-media account, by its bio and captions, whether it is a **KOL** (authority from a profession or
expertise) or an **influencer** (authority from presence online), how sure it is, and why. It is meant to sort a spreadsheet
before people look at it, and it answers `review` where it should not decide.

## What it must not be used for
- No decision about a person without a person looking: not for hiring, pay, policing, moderation or credit.
- A title in a bio is **claimed, not verified**; nothing is looked up. Do not read an answer as proof of a licence.
- Not for languages other than Indonesian and English as Indonesians mix them, nor for texts that are not profiles.

## What it is made of
TF-IDF over stems, pairs of stems and concept tokens, in bio and captions apart ({features:,} features), and logistic
regression with L2 penalty, C = {C:g}, chosen by cross-validation over {folds} folds of whole batches. Rules answer beside it.
No display name, handle, number or link is a feature, and all towns that the lexicon knows count as one; first names and other
places that two accounts write in their texts are words like others. A checksum of each training account is kept, to tell when a
table was trained on. The file holds data only and runs no code.

Trained on the rows marked `train` of `data/profiles.csv`: {trained}.
**All of them are invented**, see `data/DATASHEET.md`.

## How right it is
On {n} invented profiles of batches that were held out ({test}), answered once; intervals are Wilson's at 95 %:

| | model and rules | rules alone |
|---|---|---|
{table}
| expected calibration error, 10 bins | {ece} | {ece_rules} |

`forced`: the first guess is right, over kol and influencer; `coverage`: of these, decided rather than sent to review; `decided`:
right among them; `held back`: `neither` and `unsure` accounts that went to review; `promotes`: the mark is right.

![Reliability](reliability.svg) ![Error by coverage](coverage_error.svg)

Left: the share that is KOL by the probability of KOL said; larger points are more accounts, lines are 95 % intervals. Right: the
share of answers that is wrong if the surest accounts are answered first; the black point is the model as shipped.

By slice, the first guess over kol and influencer, and the share of the others held back:

| slice | forced | held back |
|---|---|---|
{slices}

Real accounts are harder than invented ones: see the figures in the README. The lexicon was written with the training rows
in sight, so their held-out folds are a little easier than these rows.

## Where it fails
{failures}
"""
# Read off the errors of real accounts and of the training rows; look again when the model changes.
FAILURES = """- Captions full of promotion can drown a profession of stage, pitch or own business that the bio states briefly.
- A trade or art without employer, client or work named stays near the middle, and usually goes to review.
- A real title with another life beside it (an official who is first of all a creator) is taken for the title.
- Shops, studios and media that write as if they were a person, and private persons with one creator word, may be decided.
- `promotes` is a matter of words: "tidak terima endorse" and "kolaborasi riset" count as promotion.
- Irony is seen only where its words are known ("dokter cinta", "bukan chef")."""


def answered(predictor: Predictor, rows: list[dict[str, Any]]) -> Outcomes:
    """Answer rows."""
    decisions = [answer.decision for answer in predictor.answers(accounts_of(rows))]
    return outcomes([row["label"] for row in rows], decisions, [row["promotes"] for row in rows])


def calibration_error(found: Outcomes) -> Estimate:
    """Return the calibration error over kol and influencer; every account is drawn by itself."""
    sides = found.part(found.sides)
    error = {"error": statistics(sides)["calibration_error"]}
    return bootstrap(error, np.arange(len(sides.labels)))["error"]


def draw(found: Outcomes) -> None:
    """Draw reliability, and error by coverage with the operating point, as reports do."""
    shares, texts = measure(found), wording("en")
    curve = CoverageError(*coverage_error(found), shares["coverage"].value, 1 - shares["decided"].value)
    drawn = {
        "reliability": figures.reliability(reliability(scored(found)), texts["reliability"]),
        "coverage_error": figures.coverage_error(curve, texts["coverage_error"]),
    }
    for name, svg in drawn.items():
        (ROOT / "models" / f"{name}.svg").write_text(svg, encoding="utf-8")


def main() -> None:
    """Measure, and write the card."""
    scorer = load_model(MODEL)
    rows = [row for row in read_profiles() if row["split"] == "test"]
    found, by_rules = answered(Predictor(scorer), rows), answered(Predictor(None), rows)
    draw(found)
    shares, of_rules = measure(found), measure(by_rules)
    of_slices = by_slice(found, [row["slice"] for row in rows])
    slices = [f"| {n or 'none'} | {s['forced']} | {s['held back']} |" for n, s in of_slices.items()]
    labels = [row["label"] for row in rows]
    info = scorer.info
    card = CARD.format(
        versions=", ".join(f"{package} {version(package)}" for package in ("kolclf", "scikit-learn", "PySastrawi")),
        features=info["features"],
        C=info["C"],
        folds=info["folds"],
        trained=", ".join(f"{n} `{label}`" for label, n in sorted(info["labels"].items())),
        n=len(rows),
        test=", ".join(f"{labels.count(label)} `{label}`" for label in sorted(set(labels))),
        table="\n".join(f"| {name} | {shares[name]} | {of_rules[name]} |" for name in shares),
        ece=calibration_error(found),
        ece_rules=calibration_error(by_rules),
        slices="\n".join(slices),
        failures=FAILURES,
    )
    (ROOT / "models" / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    print("wrote models/MODEL_CARD.md")


if __name__ == "__main__":
    main()
