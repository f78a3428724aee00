"""How right is the default model, or the rules alone, on accounts that two people read: shares with intervals.

Scored on rows where both readings agree. With ``--drop-category`` the platform's category line ("Digital creator") is removed
from the bios, since it half gives the answer away. Intervals are Wilson's, at 95 %.
"""

import argparse
import csv
import math
import re
from collections import Counter

from kolclf.batch import Predictor, default_model
from kolclf.concepts import read_account

CATEGORY = re.compile(
    r"\b(?:digital creator|kreator digital|reel creator|kreator reel|video creator|personal blog|blog pribadi"
    r"|public figure|tokoh publik|athlete|blogger|arts & entertainment|entrepreneur|musician/band|artist"
    r"|seniman|fashion model|gamer)\b[,|]?",
    re.I,
)


def share(hits: int, n: int) -> str:
    """Return a share with its interval."""
    if not n:
        return "none"
    p, z = hits / n, 1.96
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return f"{p:.3f} ({hits} of {n}; {low:.3f} to {high:.3f})"


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
    answers = predictor.answers([read_account(row["name"], row["bio"], row["captions"]) for row in rows])
    agreed = [
        (row, answer.decision, answer.reason)
        for row, answer in zip(rows, answers, strict=True)
        if row["label_a"] == row["label_b"]
    ]
    sides = [item for item in agreed if item[0]["label_a"] in ("kol", "influencer")]
    decided = [item for item in sides if item[1].label != "review"]
    print(f"{options.table}: {len(rows)} accounts, {len(agreed)} read alike, {len(sides)} of them kol or influencer")
    print("forced accuracy   ", share(sum(d.guess == row["label_a"] for row, d, _ in sides), len(sides)))
    print("coverage          ", share(len(decided), len(sides)))
    print("right when decided", share(sum(d.label == row["label_a"] for row, d, _ in decided), len(decided)))
    for label in ("neither", "unsure"):
        held = Counter(d.label == "review" for row, d, _ in agreed if row["label_a"] == label)
        print(f"{label:<8} held back", share(held[True], held.total()))
    promotes = [(row, d) for row, d, _ in sides if row["promotes_a"] == row["promotes_b"]]
    print(
        "promotes right    ",
        share(sum(("yes" if d.promotes else "no") == row["promotes_a"] for row, d in promotes), len(promotes)),
    )
    if options.errors:
        wrong = [
            item for item in agreed if item[1].label != item[0]["label_a"] and (item in decided or item not in sides)
        ]
        for row, decision, why in [item for item in wrong if item[1].label != "review"]:
            print(
                f"  {row['label_a']} -> {decision.label} {decision.p_kol:.2f} | {row['name']} | {row['bio'][:120]!r} | {why}"
            )


if __name__ == "__main__":
    main()
