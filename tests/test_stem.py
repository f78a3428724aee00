from importlib import metadata

import pytest

from kolclf import stem as module
from kolclf.errors import KolclfError
from kolclf.sastrawi import refuse_old_sastrawi
from kolclf.stem import stem


def test_what_a_model_knows_is_not_stemmed_again(monkeypatch):
    monkeypatch.setattr(module, "_stems", {"mempertanggungjawabkannyalah": "tanggung"})
    monkeypatch.setattr(module, "stem_word", None)
    assert stem("mempertanggungjawabkannyalah") == "tanggung"


def test_the_old_sastrawi_is_refused(monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: "1.0.1")
    with pytest.raises(KolclfError, match=r"Sastrawi 1\.0\.1 is installed and hides PySastrawi.*pip uninstall"):
        refuse_old_sastrawi()


def test_the_new_one_is_accepted():
    assert metadata.version("PySastrawi")
    assert refuse_old_sastrawi() is None


@pytest.mark.parametrize("token", ["gelarspog", "xphone", "emojikopi", "s1", "<doctor>"])
def test_what_is_no_word_stays(token):
    assert stem(token) == token
