"""Does the classifier hold up on another Indonesian task, and what does stemming add: accuracies on SmSA.

SmSA (Purwarianti & Crisdayanti 2019; IndoNLU, Wilie et al. 2020): reviews and posts with three labels, as captions only.
"""

import sys
import time
from importlib.metadata import version
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline

from kolclf import KolClassifier

Texts = tuple[list[str], list[str]]


def read(path: Path) -> Texts:
    """Return texts and labels."""
    lines = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    return [text for text, _ in lines], [label for _, label in lines]


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1])
    (texts, labels), (test_texts, test_labels) = read(folder / "train.tsv"), read(folder / "test.tsv")
    print(
        ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "PySastrawi")),
        f"; {len(texts)} train, {len(test_texts)} test",
    )
    tuned = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    runs = {
        "scikit-learn, its defaults": make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000)),
        "scikit-learn, 1-2-grams, sublinear, C=10": make_pipeline(tuned, LogisticRegression(C=10, max_iter=1000)),
        "kolclf, its defaults": KolClassifier(),
        "kolclf, no stems": KolClassifier(use_stems=False),
        "kolclf, no concepts": KolClassifier(use_concepts=False),
    }
    for name, model in runs.items():
        start = time.perf_counter()
        ours = isinstance(model, KolClassifier)
        model.fit([{"captions": text} for text in texts] if ours else texts, labels)
        found = model.predict([{"captions": text} for text in test_texts] if ours else test_texts)
        accuracy, f1 = accuracy_score(test_labels, found), f1_score(test_labels, found, average="macro")
        chosen = f", C = {model.C_:g}" if ours else ""
        print(
            f"{name:<42} accuracy {accuracy:.3f}, macro-F1 {f1:.3f}{chosen}, {time.perf_counter() - start:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
