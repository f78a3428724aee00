from collections import Counter

import pytest

from kolclf.accounts import read, read_account
from kolclf.lexicon import lexicon, listed
from kolclf.meanings import criterion_of, groups, phrases_of, protected_words
from kolclf.rules import CRITERIA, known_concepts
from kolclf.stem import stem
from kolclf.titles import title_token
from kolclf.tokens import tokenize

GROUPS = [(table, group) for table in ("titles", "concepts", "contexts") for group in lexicon()[table]]
FORMS = [form for group in lexicon()["titles"].values() for form in listed(group.get("forms", ""))]


KEYS = {
    "titles": {"name", "example", "counter_example"},
    "concepts": {"kind", "criterion", "name", "words", "example", "counter_example"},
    "contexts": {"name", "before", "after", "example", "counter_example"},
}


@pytest.mark.parametrize(("table", "group"), GROUPS)
def test_group_is_whole(table, group):
    body = lexicon()[table][group]
    assert KEYS[table] <= set(body) and set(body["name"]) == {"id", "en"}


def meanings(text):
    return {value for match in read(text).concepts for value in match.values}


@pytest.mark.parametrize(("table", "group"), GROUPS)
def test_group_holds_on_its_examples(table, group):
    body = lexicon()[table][group]
    assert f"<{group}>" in meanings(body["example"])
    assert f"<{group}>" not in meanings(body["counter_example"])


@pytest.mark.parametrize("form", [form for form in FORMS if "." in form.rstrip(".")])
@pytest.mark.parametrize(
    "spell", [str, lambda form: form.rstrip(".") + ".", lambda form: form.replace(".", ". ").strip()]
)
def test_dotted_titles_are_read_in_every_spelling(form, spell):
    assert title_token(form) in tokenize(f"Rina Kartika, {spell(form)}")


@pytest.mark.parametrize("form", FORMS)
def test_titles_are_read_without_dots(form):
    assert title_token(form) in tokenize(f"Rina Kartika, {form.replace('.', '')}")


@pytest.mark.parametrize("concept", sorted(known_concepts()))
def test_every_concept_has_a_criterion(concept):
    assert criterion_of(concept) in CRITERIA


def test_the_lexicon_is_whole_and_as_wide_as_promised():
    titles = sum(
        len(listed(g.get("forms", ""))) + len(listed(g.get("prefix", ""))) for g in lexicon()["titles"].values()
    )
    words, of_kind = Counter(), Counter()
    for group in lexicon()["concepts"].values():
        words[group["kind"]] += len(listed(group["words"]))
        of_kind[group["kind"]] += 1
    work = ["profession", "trade", "performer", "owner"]
    creation = ["creator", "category", "paid_creator", "promotion", "format", "platform", "lifestyle"]
    place = ["workplace", "schedule", "client", "speaking", "publication", "proof"]
    assert titles >= 120 and len(lexicon()["titles"]) >= 10
    assert sum(words[kind] for kind in work) >= 400 and sum(of_kind[kind] for kind in work) >= 25
    assert sum(words[kind] for kind in creation) >= 150 and sum(of_kind[kind] for kind in creation) >= 12
    assert sum(words[kind] for kind in place) >= 100 and sum(of_kind[kind] for kind in place) >= 10


def test_no_phrase_of_one_group_stands_in_another():
    lists = phrases_of([group["words"] for group in lexicon()["concepts"].values()])
    seen = Counter(phrase for phrases in lists for phrase in set(phrases))
    assert [phrase for phrase, n in seen.items() if n > 1] == []


@pytest.mark.parametrize(
    "word", ["pengacara", "bekasi", "bali", "kediri", "pengalaman", "kedokteran", "shopee", "berikan"]
)
def test_words_that_matter_are_not_stemmed(word):
    assert word in protected_words()
    assert stem(word) == word


def test_the_longest_phrase_wins():
    assert meanings("dokter gigi") == {"<dentist>", "<profession>"}


@pytest.mark.parametrize("text", ["istri, ibu, dan dokter bedah", "dokter gigi, istri, ibu", "ibu 2 anak, perawat ICU"])
def test_a_relative_in_another_phrase_takes_nothing_back(text):
    assert "<profession>" in meanings(text)


def test_of_a_name_only_titles_and_the_kind_of_account_are_read():
    bio = read_account(name="dr. Rina Kartika Klinik, Sp.A", bio="ngopi")[0]["bio"]
    assert bio.tokens == ["gelardr", "gelarspa", ".", "ngopi"]
    assert {"<physician>", "<specialist>", "<shop>"} <= {value for match in bio.concepts for value in match.values}


def test_a_title_in_jest_in_a_name_is_no_title():
    meant = {value for match in read_account(name="dr. Cinta")[0]["bio"].concepts for value in match.values}
    assert meant == {"<joke>"}


def test_groups_have_unique_ids():
    assert len(groups()) == len(lexicon()["titles"]) + len(lexicon()["concepts"])
