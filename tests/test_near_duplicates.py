import json
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from kolclf.near_duplicates import joined_groups, near_duplicate_groups, same_account_groups

BIO = "Bidan desa di Alor, kelas ibu hamil tiap Selasa, dua anak satu kucing"


def fancy(text):
    return "".join(chr(0x1D5D4 + ord(c) - ord("A")) if "A" <= c <= "Z" else c for c in text)


def with_a_word_changed(account, random):
    words = account["bio"].split(" ")
    words[random.randrange(len(words))] = "berbeda"
    return account | {"bio": " ".join(words)}


def with_captions_in_another_order(account, random):
    captions = account["captions"].split("\n")
    return account | {"bio": "sudah pindah", "captions": "\n".join(random.sample(captions, len(captions)))}


VARIANTS = {
    "a word changed": with_a_word_changed,
    "emoji added": lambda account, random: account | {"bio": f"🌸 {account['bio']} 💌✨"},
    "captions in another order, another bio": with_captions_in_another_order,
    "in capitals": lambda account, random: {part: text.upper() for part, text in account.items()},
    "in fancy letters": lambda account, random: {part: fancy(text) for part, text in account.items()},
    "other captions": lambda account, random: account | {"captions": "libur dulu"},
    "another telephone number": lambda account, random: account | {"bio": account["bio"] + " WA 0812 0000 9999"},
}


@pytest.fixture(scope="module")
def accounts(profiles):
    """Accounts whose bio alone says enough."""
    rows = [
        {"name": row["name"], "bio": row["bio"], "captions": "\n".join(json.loads(row["captions"] or "[]"))}
        for row in profiles
    ]
    return [row for row in rows if len(set(row["bio"].lower().split())) >= 14 and len(row["captions"].split()) >= 60]


@pytest.mark.parametrize("variant", VARIANTS)
def test_planted_near_duplicates_are_found_and_nothing_else(accounts, variant):
    random = Random(0)
    planted = [VARIANTS[variant](account, random) for account in accounts]
    groups = same_account_groups([*accounts, *planted])
    n = len(accounts)
    assert n > 100 and len(set(groups[:n].tolist())) == n  # no two of different origin
    assert (groups[:n] == groups[n:]).mean() >= 0.98


def likeness(a, b):
    a, b = set(a.split()), set(b.split())
    return len(a & b) / len(a | b)


@pytest.mark.parametrize("seed", range(3))
def test_groups_are_those_of_all_pairs_compared(seed):
    random = Random(seed)
    words = [f"{a}{b}" for a in "bcdfgjklmn" for b in ("ataran", "ikiran", "undukan")]
    texts = [" ".join(random.sample(words, random.randint(10, 18))) for _ in range(200)]
    for text in texts[:100]:  # some a word apart, some two
        parts = text.split()
        texts.append(" ".join([*parts[random.randint(0, 2) :], random.choice(words)]))
    alike = np.array([[likeness(a, b) for b in texts] for a in texts])
    found = near_duplicate_groups(texts)
    joined = found[:, None] == found[None, :]
    components = connected_components(alike >= 0.7, directed=False)[1]
    assert not (joined & (components[:, None] != components[None, :])).any()
    assert joined[alike >= 0.8].all() and joined[alike >= 0.7].mean() >= 0.99


def test_few_words_are_no_proof():
    groups = near_duplicate_groups(["ibu rumah tangga"] * 3 + [BIO, BIO])
    assert groups.tolist() == [0, 1, 2, 3, 3]
    same = [{"name": "", "bio": "ibu rumah tangga", "captions": "masak"}] * 2
    assert same_account_groups([*same, same[0] | {"captions": "jalan"}]).tolist() == [0, 0, 1]
    assert same_account_groups([{"name": "Rina", "bio": " "}] * 2).tolist() == [0, 1]


def test_what_is_personal_makes_nobody_alike():
    contacts = "0812 0000 1234 | rina@example.com | @rina_fiksi | bit.ly/rina | Rp 50.000 | 08.00 | 10%"
    assert near_duplicate_groups([f"bidan {contacts}", f"vlog {contacts}"], min_words=1).tolist() == [0, 1]


def test_the_order_of_texts_changes_no_group():
    texts = [BIO, "resep kue kering lebaran nastar kastengel putri salju sagu", BIO.upper(), BIO + " 🌸", "", ""]
    groups = near_duplicate_groups(texts)
    assert groups.tolist() == [0, 1, 0, 0, 2, 3]
    assert near_duplicate_groups(texts[::-1]).tolist() == [0, 1, 2, 2, 3, 2]


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_texts_have_groups_numbered_from_0(texts):
    groups = near_duplicate_groups(texts, min_words=1)
    assert len(groups) == len(texts)
    assert list(dict.fromkeys(groups.tolist())) == list(range(groups.max(initial=-1) + 1))


def test_groups_are_joined_through_one_another():
    assert joined_groups([np.array([0, 0, 1, 2, 3]), np.array([0, 1, 1, 2, 0])]).tolist() == [0, 0, 0, 1, 0]
