"""The labelled profiles in data/: invented, varied, and safe to publish."""

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

with (Path(__file__).parents[1] / "data" / "profiles.csv").open(encoding="utf-8") as file:
    PROFILES = list(csv.DictReader(file))
TEXTS = [(row["id"], text) for row in PROFILES for text in [row["name"], row["bio"], *json.loads(row["captions"])]]
EVERYTHING = "\n".join(text for _, text in TEXTS)
EMAIL = r"[\w.+-]+@([\w-]+\.\w+)"


def test_enough_profiles_of_each_side():
    counts = Counter(row["label"] for row in PROFILES)
    assert set(counts) == {"kol", "influencer", "neither", "unsure"}
    assert counts["kol"] >= 120 and counts["influencer"] >= 120


@pytest.mark.parametrize(
    ("column", "allowed"),
    [
        ("promotes", {"yes", "no"}),
        ("core", {"yes", "no"}),
        ("split", {"train", "test"}),
        ("kind", {"person", "brand", "media", "community", "fan"}),
    ],
)
def test_marks_are_of_the_guide(column, allowed):
    assert {row[column] for row in PROFILES} == allowed


def test_ids_are_unique_and_whole_batches_are_held_out():
    assert len({row["id"] for row in PROFILES}) == len(PROFILES)
    splits = defaultdict(set)
    for row in PROFILES:
        splits[row["batch"]].add(row["split"])
    assert len(splits) >= 8 and all(len(kinds) == 1 for kinds in splits.values())


def test_no_profile_holds_a_real_handle_phone_or_address():
    handles = re.findall(r"(?<![\w.+-])@([\w.]+)", re.sub(EMAIL, "", EVERYTHING))
    assert [handle for handle in handles if not handle.rstrip(".").endswith("_fiksi")] == []
    assert set(re.findall(EMAIL, EVERYTHING)) <= {"example.com"}
    phones = [re.sub(r"\D", "", found) for found in re.findall(r"(?:\+62|\b08|wa\.me/62)[\d\s.\-()]{9,}\d", EVERYTHING)]
    assert phones and [phone for phone in phones if "0000" not in phone] == []


def test_no_two_profiles_are_alike():
    found = defaultdict(set)
    for key, text in TEXTS:
        words = re.findall(r"\w+", text.lower())
        for i in range(len(words) - 7):
            found[" ".join(words[i : i + 8])].add(key)
    assert {gram: keys for gram, keys in found.items() if len(keys) > 1} == {}
