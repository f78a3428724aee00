"""The table of words is a dict, whatever the words are and however many fall on one slot."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolclf.wordtable import KEPT, LONGEST, Words, WordTable

words = st.one_of(
    st.binary(max_size=3),
    st.text("ab\0", min_size=LONGEST - 2, max_size=LONGEST + 2).map(str.encode),
    st.sampled_from([b"", b"\0", b"\0\0", b"k" * (KEPT - 1), b"k" * KEPT, b"k" * (KEPT + 1)]),
).map(lambda word: word.replace(b" ", b""))


def as_words(of):
    text = b"".join(word + b" " for word in of)
    lengths = np.array(list(map(len, of)), dtype=np.int64)
    return Words(text, np.append(0, np.cumsum(lengths + 1))[: len(of)], lengths)


def reading(numbers, asked):
    """Number words in the order in which they are asked for, each once but for those too long to be remembered."""
    assert len(set(asked)) == len(asked)
    assert all(word not in numbers or len(word) > KEPT for word in asked)
    return [numbers.setdefault(word, len(numbers)) for word in asked]


@given(st.lists(st.lists(words, max_size=60), max_size=5), st.booleans())
def test_every_word_has_the_number_that_it_was_given(texts, on_one_slot):
    table, numbers = WordTable(), {}
    if on_one_slot:
        table._factors = [np.uint64(1)] * 3  # words of one length share a slot, as the worst of all files would have it
    for of in texts:
        assert as_words(of).of(np.arange(len(of))) == of
        assert table.numbers(as_words(of), partial(reading, numbers)).tolist() == [numbers[word] for word in of]
    remembered = {word for of in texts for word in of if len(word) <= KEPT}
    assert len(table) == len(remembered)


@given(st.lists(words.filter(lambda word: len(word) <= LONGEST), max_size=60))
def test_words_are_asked_for_in_the_order_of_the_text(of):
    asked = []
    WordTable().numbers(as_words(of), lambda new: [asked.append(word) or 0 for word in new])
    assert asked == list(dict.fromkeys(of))


@pytest.mark.parametrize("length", [1, 7, 8, 9, LONGEST - 1, LONGEST, LONGEST + 1, LONGEST + 2, KEPT + 1])
def test_every_letter_tells_two_words_apart(length):
    of = [b"k" * length, *(b"k" * at + b"x" + b"k" * (length - at - 1) for at in range(length))]
    found = WordTable().numbers(as_words(of), lambda new: list(map(of.index, new)))
    assert found.tolist() == list(range(length + 1))


def test_many_words_come_back_and_some_are_forgotten():
    table, numbers, of = WordTable(), {}, [b"w%d" % i for i in range(50_000)] * 2
    table.numbers(as_words(of), partial(reading, numbers))
    table.numbers_of([b"dua kata", b"tiga kata lagi"], partial(reading, numbers))
    table.forget(np.array([numbers[b"w7"], numbers[b"dua kata"]]))
    asked = []
    found = table.numbers(as_words(of), lambda words: [asked.append(word) or -7 for word in words])
    assert asked == [b"w7"] and found.tolist() == [-7 if word == b"w7" else numbers[word] for word in of]
    assert table.numbers_of([b"dua kata", b"tiga kata lagi"], lambda words: [-1] * len(words))[0] == -1
    assert len(table) == 50_002


def test_a_word_that_could_not_be_read_is_asked_for_again():
    table, words = WordTable(), as_words([b"kopi", b"teh"])
    with pytest.raises(KeyboardInterrupt, match="now"):
        table.numbers(words, interrupted)
    assert table.numbers(words, lambda asked: list(range(len(asked)))).tolist() == [0, 1]


def interrupted(asked):
    raise KeyboardInterrupt("now")
