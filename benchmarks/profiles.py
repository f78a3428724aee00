"""Reads the labelled profiles for the scripts beside it."""

import csv
import json
from pathlib import Path
from typing import Any

from kolclf.decide import LABELS

ROOT = Path(__file__).parents[1]
PROFILES = ROOT / "data" / "profiles.csv"


def read_profiles(path: str | Path = PROFILES) -> list[dict[str, Any]]:
    """Return all rows, with the captions as lists."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return [row | {"captions": json.loads(row["captions"])} for row in csv.DictReader(file)]


def sides(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that are KOL or influencer."""
    return [row for row in rows if row["label"] in LABELS]
