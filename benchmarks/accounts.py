"""How right is the default model, or the rules alone, on accounts that two people read: shares with intervals.

Scored on rows where both readings agree. With ``--drop-category`` the platform's category line ("Digital creator") is removed
from the bios, since it half gives the answer away. Intervals are Wilson's, at 95 %.
"""

import argparse
import csv
import re

import numpy as np

from kolclf.accounts import read_accounts
from kolclf.metrics import bootstrap, statistics
from kolclf.outcomes import measure, outcomes
from kolclf.predictor import Predictor, default_model

CATEGORY = re.compile(
    r"\b(?:digital creator|kreator digital|reel creator|kreator reel|video creator|personal blog|blog pribadi"
    r"|public figure|tokoh publik|athlete|blogger|arts & entertainment|entrepreneur|musician/band|artist"
    r"|seniman|fashion model|gamer)\b[,|]?",
    re.I,
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--drop-category", action="store_true")
    parser.add_argument("--no-model", action="store_true")
    parser.add_argument("--errors", action="store_true", help="print every row answered wrongly")
    options = parser.parse_args()
    with open(options.table, encoding="utf-8") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))
    if options.drop_category:
        rows = [row | {"bio": CATEGORY.sub("", row["bio"], count=1)} if not row["name"] else row for row in rows]
    predictor = Predictor(None if options.no_model else default_model())
    answers = predictor.answers(read_accounts(*([row[part] for row in rows] for part in ("name", "bio", "captions"))))
    agreed = [
        (row, answer.decision, answer.reason)
        for row, answer in zip(rows, answers, strict=True)
        if row["label_a"] == row["label_b"]
    ]
    marks = [row["promotes_a"] if row["promotes_a"] == row["promotes_b"] else "" for row, _, _ in agreed]
    found = outcomes([row["label_a"] for row, _, _ in agreed], [decision for _, decision, _ in agreed], marks)
    print(f"{options.table}: {len(rows)} accounts, {len(agreed)} read alike")
    for name, share in measure(found).items():
        print(f"{name:<10}", share)
    for label in ("neither", "unsure"):
        print(f"{label} held back", measure(found.part(found.labels == label))["held back"])
    sides = found.part(found.sides)
    error = {"calibration error": statistics(sides)["calibration_error"]}
    print(*bootstrap(error, np.arange(len(sides.labels))).popitem())
    if options.errors:
        for row, decision, why in agreed:
            if decision.label in ("review", row["label_a"]):
                continue
            print(
                f"  {row['label_a']} -> {decision.label} {decision.p_kol:.2f} | {row['name']} | {row['bio'][:120]!r} | {why}"
            )


if __name__ == "__main__":
    main()
