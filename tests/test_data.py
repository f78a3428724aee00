"""Which column is what, and what its cells say."""

import numpy as np
import pandas as pd
import pytest

from kolclf import DataError
from kolclf.data import accounts_of, as_text, cells_of, find_account, find_columns
from kolclf.labelled import read_labelled
from kolclf.rows import chunks
from kolclf.tables import Table


def table(header, *rows):
    return Table("akun.csv", list(header), iter(rows))


@pytest.mark.parametrize(
    ("header", "described"),
    [
        (["id", "name", "bio", "captions"], "id = id; name = name; bio = bio; captions = captions"),
        (["captions", "bio", "name", "id"], "id = id; name = name; bio = bio; captions = captions"),
        (["biography", "full_name"], "name = full_name; bio = biography"),
        (["signature", "screen_name"], "id = screen_name; bio = signature"),
        (["Full Name", " BIOGRAPHY ", "User-Name"], "id = User-Name; name = Full Name; bio =  BIOGRAPHY "),
        (["deskripsi", "nama_lengkap", "akun"], "id = akun; name = nama_lengkap; bio = deskripsi"),
        (["caption_10", "caption_2", "caption_1"], "captions = caption_1, caption_2, caption_10"),
        (["Caption 2", "Caption 1", "bio"], "bio = bio; captions = Caption 1, Caption 2"),
        (["post1", "posts", "post2"], "captions = posts, post1, post2"),
        (["username", "id", "bio"], "id = id; bio = bio"),
        (["bio", "description"], "bio = bio"),
        (["bio", "bio"], "bio = bio"),
        (["2024", "bio"], "bio = bio"),
    ],
)
def test_columns_are_found_by_name_and_alias(header, described):
    assert find_columns(table(header), {}).described(header) == described


def test_of_many_captions_twelve_are_named():
    header = [f"caption_{i}" for i in range(1, 15)]
    assert find_columns(table(header[:12]), {}).described(header).endswith("caption_11, caption_12")
    assert find_columns(table(header), {}).described(header).endswith("caption_11, caption_12 and 2 more")


@pytest.mark.parametrize(
    ("given", "described"),
    [
        ({"bio": "isi"}, "bio = isi"),
        ({"captions": "b, a"}, "bio = bio; captions = b, a"),
        ({"id": "isi", "name": "a"}, "id = isi; name = a; bio = bio"),
        ({"bio": "Bio, profil"}, "bio = Bio, profil"),
        ({"bio": "\x1b[31mmerah"}, "bio = \\x1b[31mmerah"),
    ],
)
def test_columns_are_found_by_option(given, described):
    header = ["bio", "isi", "a", "b", "Bio, profil", "\x1b[31mmerah"]
    assert find_columns(table(header), given).described(header) == described


@pytest.mark.parametrize(
    ("header", "given", "message"),
    [
        (["a", "b"], {}, "akun.csv: no column holds a bio or captions; its columns are 'a', 'b'"),
        (["bio"], {"bio": "isi"}, "akun.csv: has no column 'isi'; its columns are 'bio'"),
        (["bio", "a"], {"captions": "a,b"}, "akun.csv: has no column 'b'"),
        (["bio"], {}, "akun.csv: no column holds labels"),
        ([f"k{i}" for i in range(30)], {}, "'k11' and 18 more"),
    ],
)
def test_missing_columns(header, given, message):
    with pytest.raises(DataError, match=message):
        find_columns(table(header), given, needs_label=True)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("bidan\nAlor", "bidan\nAlor"),
        ('["satu", "dua \\ud83d\\ude02"]', "satu\ndua 😂"),
        ("['satu', \"dua\"]", "satu\ndua"),
        ('["satu", null, 3, ["dua"], {"a": 1}]', "satu\n3"),
        ('["satu", 1000000000000000000, -1000000000000000000, 999999999999999999]', "satu\n999999999999999999"),
        ("[]", ""),
        ("[Jakarta]", "[Jakarta]"),
        ("[open] endorse", "[open] endorse"),
        ("[" * 5000 + "]" * 5000, "[" * 5000 + "]" * 5000),
        (["satu", ["dua", None], "tiga"], "satu\ndua\n\ntiga"),
        ([{"text": "satu", "n": 2}], "satu\n2"),
        (("satu", "dua"), "satu\ndua"),
        ({"text": "satu", "n": 2}, "satu\n2"),
        ([], ""),
        (None, ""),
        (float("nan"), ""),
        (pd.NaT, ""),
        (3.0, "3"),
        (2.5, "2.5"),
        (float("inf"), "inf"),
        (np.int64(3), "3"),
        (True, "True"),
        ("a" * 60_000, "a" * 50_000),
        (["a" * 60_000], "a" * 50_000),
        (np.array(["satu", "dua"]), "satu\ndua"),
        (np.array([], dtype=object), ""),
        (pd.NA, ""),
    ],
    ids=repr,
)
def test_cells_as_text(cell, text):
    assert as_text(cell) == text


@pytest.mark.parametrize(
    "captions",
    ['["satu", "dua"]', "['satu', 'dua']", ["satu", "dua"], [["satu"], "dua"], [{"text": "satu\ndua"}]],
    ids=["JSON text", "Python text", "list", "nested list", "objects"],
)
def test_captions_of_every_kind(captions):
    columns = find_columns(table(["bio", "caption_1", "caption_2"]), {})
    assert cells_of(["bidan", captions, "tiga"], columns) == {"name": "", "bio": "bidan", "captions": "satu\ndua\ntiga"}


ACCOUNTS = [{"name": "dr. Sari", "bio": "mata", "captions": ["a", "b"]}, {"name": "", "bio": "vlog", "captions": []}]


def test_accounts_of_a_dataframe_and_of_dicts_are_the_same():
    tables = pd.DataFrame(ACCOUNTS), ACCOUNTS, tuple(ACCOUNTS)
    from_frame, from_list, from_tuple = (list(accounts_of(table)) for table in tables)
    assert from_frame == from_list == from_tuple


def test_accounts_without_a_column_or_a_row():
    assert list(accounts_of([{"bio": "mata"}])) == list(accounts_of(pd.DataFrame({"bio": ["mata"]})))
    assert list(accounts_of([])) == list(accounts_of(pd.DataFrame())) == []


def test_accounts_that_were_read_are_not_read_as_text_again():
    read = accounts_of(ACCOUNTS)
    assert accounts_of(read) is read


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("dr. Rina", "not str"),
        (["dr. Rina"], "not list"),
        (7, "not int"),
        (pd.DataFrame({"a": [1]}), "neither 'bio' nor 'captions'; columns are 'a'"),
        ([{"name": "Rina", "a": 1}], "neither 'bio' nor 'captions'; the first has 'name', 'a'"),
    ],
)
def test_what_holds_no_accounts(X, message):
    with pytest.raises(DataError, match=message):
        accounts_of(X)


def labelled(*rows, group=None):
    accounts = table(["id", "bio", "label", "tim"], *rows)
    return read_labelled(accounts, find_columns(accounts, {}, needs_label=True), group)


def test_labels_are_trimmed_and_lower_case():
    found = labelled(["1", "a", " KOL ", "x"], ["2", "b", "Influencer", "y"], group="tim")
    assert (found.labels, found.groups) == (["kol", "influencer"], ["x", "y"])
    assert found.accounts[1] == {"name": "", "bio": "b", "captions": ""}


def test_an_account_that_stands_twice_counts_once():
    found = labelled(
        ["1", "a", "kol", ""], ["1", "b", "KOL", ""], ["", "c", "x", ""], ["", "c", "x", ""], ["", "c", "y", ""]
    )
    assert (found.labels, found.repeated) == (["kol", "x", "y"], 2)


@pytest.mark.parametrize(
    ("rows", "group", "message"),
    [
        ([], None, "akun.csv: has a header but no rows"),
        ([["1", "a", "kol", ""], ["2", "b", " ", ""]], None, "akun.csv, row 2, column 'label': is empty"),
        ([["1", "a", "kol", ""], ["1", "b", "x", ""]], None, "rows 1 and 2: the same id with the labels 'kol' and 'x'"),
        ([["1", "a", "kol", ""]], "nix", "akun.csv: has no column 'nix'"),
    ],
)
def test_labels_that_cannot_be_used(rows, group, message):
    with pytest.raises(DataError, match=message):
        labelled(*rows, group=group)


@pytest.mark.parametrize(("number", "key"), [(2, None), (None, "7")])
def test_an_account_is_found_by_row_or_id(number, key):
    accounts = table(["id", "bio"], [6, "a"], [7.0, "b"])
    assert find_account(accounts, find_columns(accounts, {}), number, key) == [7.0, "b"]


@pytest.mark.parametrize(
    ("header", "number", "key", "message"),
    [
        (["id", "bio"], 3, None, "has no row 3; it has 1 rows"),
        (["id", "bio"], None, "nix", "has no id as given"),
        (["x", "bio"], None, "1", "has no id column; name one with --id-column"),
        (["id", "bio"], None, " @", "the id asked for is empty; name one, or use --row"),
    ],
)
def test_an_account_that_is_not_there(header, number, key, message):
    accounts = table(header, ["1", "a"])
    with pytest.raises(DataError, match=message):
        find_account(accounts, find_columns(accounts, {}), number, key)


def test_chunks_hold_every_row_in_order():
    assert list(chunks(table(["n"], [1], [2], [3], [4], [5]), 2)) == [[[1], [2]], [[3], [4]], [[5]]]
