"""What ``speed.py`` times beside the command kolclf, each in a process of its own: ``peers.py TASK ARGUMENTS``.

As lean as each library allows. Tasks that predict append two columns, label and probability. A task named ``*_fit`` or
``*_features`` prints the seconds of its parts as JSON.
"""

import csv
import json
import sys
import time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

CHUNK = 4096
FOLDS, GRID = 5, (0.3, 1.0, 3.0, 10.0, 30.0)


def _line(row: list[str]) -> str:
    return f"{row[2]} {row[3]}".replace("\n", " ")


def fasttext_train(table: str, model: str, dim: str, ngrams: str) -> None:
    """Train fastText with its defaults but for the size of vectors and the longest run of words."""
    import fasttext

    lines = Path(f"{model}.txt")
    with Path(table).open(encoding="utf-8", newline="") as file, lines.open("w", encoding="utf-8") as out:
        reader = csv.reader(file)
        next(reader)
        out.writelines(f"__label__{row[4]} {_line(row)}\n" for row in reader)
    fasttext.train_supervised(str(lines), dim=int(dim), wordNgrams=int(ngrams), verbose=0).save_model(model)
    lines.unlink()


def fasttext_predict(model: str, table: str, output: str) -> None:
    """Answer a table by fastText."""
    import fasttext

    fasttext.FastText.eprint = lambda *_: None
    loaded, start = fasttext.load_model(model), len("__label__")
    with Path(table).open(encoding="utf-8", newline="") as file, Path(output).open("w", encoding="utf-8") as out:
        reader, writer = csv.reader(file), csv.writer(out, lineterminator="\n")
        writer.writerow([*next(reader), "answer", "p"])
        while rows := list(islice(reader, CHUNK)):
            answers = zip(rows, *loaded.predict(list(map(_line, rows))), strict=True)
            writer.writerows([*row, label[0][start:], f"{p[0]:.4f}"] for row, label, p in answers)


def _read(table: str, rows: int | None = None) -> Any:
    import pandas as pd

    return pd.read_csv(table, dtype=str, keep_default_na=False, nrows=rows)


def _texts(frame: Any) -> list[str]:
    return (frame["bio"] + "\n" + frame["captions"]).tolist()


def _stemmed(texts: list[str]) -> list[str]:
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    return list(map(StemmerFactory().create_stemmer().stem, texts))


def _vectorizer() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)


def sklearn_train(table: str, model: str, rows: str, stem: str = "") -> None:
    """Train TF-IDF and logistic regression of scikit-learn on the first rows of a table."""
    import joblib
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    frame = _read(table, int(rows))
    texts = _stemmed(_texts(frame)) if stem else _texts(frame)
    joblib.dump(make_pipeline(_vectorizer(), LogisticRegression()).fit(texts, frame["label"]), model)


def sklearn_predict(model: str, table: str, output: str, stem: str = "") -> None:
    """Answer a table by scikit-learn, after PySastrawi if asked."""
    import joblib

    pipeline, frame = joblib.load(model), _read(table)
    probabilities = pipeline.predict_proba(_stemmed(_texts(frame)) if stem else _texts(frame))
    frame["answer"] = pipeline.classes_[probabilities.argmax(axis=1)]
    frame["p"] = probabilities.max(axis=1).round(4)
    frame.to_csv(output, index=False)


def sklearn_one(model: str, text: str) -> None:
    """Answer one text, with what such a script usually imports."""
    import joblib
    import pandas as pd
    import sklearn  # noqa: F401

    print(joblib.load(model).predict_proba(pd.Series([text])))


def _timed(seconds: dict[str, float], name: str, function: Any) -> Any:
    started = time.perf_counter()
    result = function()
    seconds[name] = time.perf_counter() - started
    return result


def kolclf_fit(table: str) -> None:
    """Read a table and train kolclf on it by cross-validation."""
    from kolclf import KolClassifier

    seconds: dict[str, float] = {}
    frame = _timed(seconds, "read", partial(_read, table))
    model = KolClassifier(C_grid=GRID, cv=FOLDS)
    _timed(seconds, "fit", partial(model.fit, frame, frame["label"]))
    print(json.dumps(seconds | {"features": model.scorer_.info["features"], "C": model.C_}))


def naive_fit(table: str) -> None:
    """Do one fold for one C as naive code does: stem four fifths of the rows, make TF-IDF of them, fit.

    TF-IDF and fit are of the words as they stand. Texts are stemmed twice by one stemmer:
    the second time its cache knows all words.
    """
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory
    from sklearn.linear_model import LogisticRegression

    seconds: dict[str, float] = {}
    frame = _timed(seconds, "read", partial(_read, table))
    frame = frame.iloc[len(frame) // FOLDS :]
    texts = _texts(frame)
    matrix = _timed(seconds, "tfidf", partial(_vectorizer().fit_transform, texts))
    _timed(seconds, "regression", partial(LogisticRegression().fit, matrix, frame["label"]))
    stem = StemmerFactory().create_stemmer().stem
    _timed(seconds, "stem", lambda: [stem(text) for text in texts])
    _timed(seconds, "stem again", lambda: [stem(text) for text in texts])
    print(json.dumps(seconds))


def kolclf_features(table: str) -> None:
    """Make kolclf's TF-IDF of a table: words and concepts, bio and captions apart, stemmed."""
    import numpy as np

    from kolclf.data import accounts_of
    from kolclf.scorer import CONCEPTS, Features
    from kolclf.vectorize import count, weigh

    seconds: dict[str, float] = {}
    frame = _read(table)
    weights = {name + kind: 1.0 for kind in ("", CONCEPTS) for name in ("bio", "captions")}
    accounts = _timed(seconds, "tokens", partial(accounts_of, frame))
    counts = _timed(seconds, "counts", partial(count, accounts, Features(True, 2), list(weights), 2))
    _, matrix = _timed(seconds, "tfidf", partial(weigh, counts, weights, np.arange(len(frame)), 2))
    print(json.dumps(seconds | {"features": matrix.shape[1]}))


def sklearn_features(table: str) -> None:
    """Make scikit-learn's TF-IDF of a table, of words as they stand."""
    seconds: dict[str, float] = {}
    texts = _texts(_read(table))
    matrix = _timed(seconds, "tfidf", partial(_vectorizer().fit_transform, texts))
    print(json.dumps(seconds | {"features": matrix.shape[1]}))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
