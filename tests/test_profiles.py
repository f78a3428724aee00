"""The labelled profiles in data/: invented, varied, and safe to publish."""

import itertools
import re
from collections import Counter, defaultdict

import numpy as np
import pytest
from datasheet import SETTLED
from profiles import read_profiles, sides
from short_cuts import areas
from sklearn.feature_extraction.text import CountVectorizer

from kolclf.metrics import kappa

PROFILES = read_profiles()
SIDES = ("kol", "influencer")
TEXTS = [(row["id"], text) for row in PROFILES for text in [row["name"], row["bio"], *row["captions"]]]
EVERYTHING = "\n".join(text for _, text in TEXTS)
EMAIL = r"[\w.+-]+@([\w-]+\.\w+)"


def test_as_many_profiles_as_promised():
    counts = Counter(row["label"] for row in PROFILES)
    assert set(counts) == {"kol", "influencer", "neither", "unsure"} and len(PROFILES) >= 1500
    assert min(counts["kol"], counts["influencer"]) >= 680 and counts["neither"] + counts["unsure"] >= 140


def test_every_slice_is_wide_enough():
    assert min(Counter(row["slice"] for row in PROFILES).values()) >= 30


def test_breadth_of_professions_and_of_creators():
    named = {label: {row["profession"].lower() for row in PROFILES if row["label"] == label} - {""} for label in SIDES}
    assert len(named["kol"]) >= 150 and len(named["influencer"]) >= 60


def test_lengths_follow_real_accounts():
    captions = [row["captions"] for row in PROFILES]
    words = [len(re.findall(r"\w+", re.sub(r"@\S+", "", row["bio"]))) for row in PROFILES]
    bare = [own for own, n in zip(captions, words, strict=True) if own and n <= 4]
    assert all(len(own) <= 6 for own in captions)
    assert 0.25 < sum(not own for own in captions) / len(PROFILES) < 0.45
    assert 0.08 < len(bare) / len(PROFILES) < 0.2


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
    assert 0.15 < sum(row["split"] == "test" for row in PROFILES) / len(PROFILES) < 0.25


def test_no_profile_holds_a_real_handle_phone_or_address():
    handles = re.findall(r"(?<![\w.+-])@([\w.]+)", re.sub(EMAIL, "", EVERYTHING))
    assert [handle for handle in handles if not handle.rstrip(".").endswith("_fiksi")] == []
    assert set(re.findall(EMAIL, EVERYTHING)) <= {"example.com"}
    phones = [re.sub(r"\D", "", found) for found in re.findall(r"(?:\+62|\b08|wa\.me/62)[\d\s.\-()]{9,}\d", EVERYTHING)]
    assert phones and [phone for phone in phones if "0000" not in phone] == []


def test_no_two_profiles_share_a_run_of_five_words():
    found = defaultdict(set)
    for key, text in TEXTS:
        words = re.findall(r"\w+", text.lower())
        for i in range(len(words) - 4):
            found[" ".join(words[i : i + 5])].add(key)
    assert {gram: keys for gram, keys in found.items() if len(keys) > 1} == {}


def test_no_two_profiles_are_nearly_alike():
    """Share of word pairs that two profiles have in common (Jaccard), counted exactly rather than by MinHash."""

    def pairs_of(row):
        words = re.findall(r"\w+", " ".join([row["bio"], *row["captions"]]).lower())
        return set(itertools.pairwise(words))

    counts = CountVectorizer(analyzer=pairs_of, binary=True).fit_transform(PROFILES)
    sizes = np.asarray(counts.sum(axis=1)).ravel()
    shared = (counts @ counts.T).tocoo()
    likeness = shared.data / (sizes[shared.row] + sizes[shared.col] - shared.data)
    alike = (likeness > 0.3) & (shared.row < shared.col)
    assert [
        (PROFILES[i]["id"], PROFILES[j]["id"]) for i, j in zip(shared.row[alike], shared.col[alike], strict=True)
    ] == []


def test_how_a_profile_is_written_does_not_tell_its_label():
    """0.5 is chance; small words ("aku" against "saya") and all taken together still tell more, see the datasheet."""
    limits = {"function words": 0.69, "all together": 0.73}
    found = areas(sides(PROFILES))
    assert {name: round(area, 2) for name, area in found.items() if abs(area - 0.5) > limits.get(name, 0.6) - 0.5} == {}


def test_a_second_reading_agrees():
    read = [row for row in PROFILES if row["label_2"]]
    assert len(read) >= 300 and {row["slice"] for row in read} == {row["slice"] for row in PROFILES}
    first = [SETTLED.get(row["id"], row["label"]) for row in read]
    assert kappa(first, [row["label_2"] for row in read]) > 0.8


def test_core_is_what_the_guide_calls_core():
    never = ("unsure", "trade_without_proof")
    assert [row["id"] for row in PROFILES if row["core"] == "yes" and {row["label"], row["slice"]} & set(never)] == []
