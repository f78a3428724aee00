import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kolclf import phrases as module
from kolclf.phrases import PhraseIndex
from kolclf.tokens import Tokens
from kolclf.words import Vocabulary

texts = st.lists(st.lists(st.sampled_from("abcdx"), max_size=8), max_size=5)
phrases = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(" ".join), max_size=8)


def as_tokens(written):
    vocabulary = Vocabulary()
    codes = [[*map(vocabulary.code, text), 0] for text in written]
    indptr = np.cumsum([0, *map(len, codes)])
    return Tokens(vocabulary, np.array([code for text in codes for code in text], dtype=np.int64), indptr)


def spans_of(found, index):
    return [(s, e, index.phrases[p]) for s, e, p in zip(*(column.tolist() for column in found), strict=True)]


@pytest.fixture(params=[0, 10**9], ids=["tree", "lookup"], autouse=True)
def either_way(request, monkeypatch):
    monkeypatch.setattr(module, "MANY", request.param)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, phrases)
def test_every_finds_what_stands_in_a_text_and_nothing_else(written, wanted):
    index, tokens = PhraseIndex(wanted), as_tokens(written)
    flat = tokens.words(0, len(tokens.codes))
    expected = [
        (start, end, phrase)
        for start, end in itertools.combinations(range(len(flat) + 1), 2)
        if (phrase := " ".join(flat[start:end])) in set(wanted)
    ]
    assert sorted(spans_of(index.every(tokens), index)) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, phrases)
def test_longest_takes_the_longest_from_the_left_and_none_overlap(written, wanted):
    index, tokens = PhraseIndex(wanted), as_tokens(written)
    found, every = spans_of(index.longest(tokens), index), sorted(spans_of(index.every(tokens), index))
    expected, taken_to = [], 0
    for start, of_start in itertools.groupby(every, key=lambda span: span[0]):
        if start >= taken_to:
            expected.append(max(of_start, key=lambda span: span[1]))
            taken_to = expected[-1][1]
    assert found == expected


@pytest.mark.parametrize("longer", ["b c", "b c d"])
def test_a_long_text_is_taken_from_the_left_too(longer):
    index, size = PhraseIndex(["a", longer]), len(longer.split())
    found = index.longest(as_tokens(["abcd" * 200]))
    expected = [span for i in range(0, 800, 4) for span in ((i, i + 1), (i + 1, i + 1 + size))]
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True)) == expected


def test_an_index_serves_one_vocabulary_after_another():
    index = PhraseIndex(["a b", "c"])
    for text in ("cab", "abc", "xab"):
        assert spans_of(index.longest(as_tokens([text])), index)[0][2] == ("c" if text == "cab" else "a b")
