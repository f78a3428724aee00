"""The same input gives the same bytes, whatever the versions of Python and of the libraries."""

import answers


def test_the_answers_are_the_bytes_that_every_environment_gives():
    assert answers.checksums() == answers.CHECKSUMS.read_text(encoding="ascii"), (
        "`kolclf predict` answers data/ with other bytes. After a change of model, lexicon, rules or data: `make model`. "
        "Otherwise this Python or a library computes or writes otherwise: compare the result with that of requirements.txt."
    )
