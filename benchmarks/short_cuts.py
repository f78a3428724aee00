"""Can the label be told from how a profile is written, without what it says? AUC of classifiers that see nothing else.

Phrases of the lexicon (titles, professions, work places, creation, promotion) are taken out first: they may tell the label. What
is left is judged by cross-validation over batches, in groups: layout, marks, letter case, emoji, captions, names, places, small
words, words of gender and family, of religion, and the language. 0.5 is chance.
"""

import argparse
import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from profiles import PROFILES, read_profiles, sides
from scipy.stats import fisher_exact
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from kolclf.concepts import find_concepts
from kolclf.text import BREAK
from kolclf.titles import places
from kolclf.tokens import Tokens, tokenize, tokenize_name
from kolclf.words import Vocabulary

FOLDS = 10
GENDER = """
ibu bapak bunda ayah mama papa mami papi mom mum mommy dad daddy mother father wife husband istri suami anak putra putri
cewek cowok wanita pria perempuan laki girl boy woman man queen king kakak adik mbak mas teteh akang abang bang neng uda
uni bro sis brother sister son daughter girls boys he she him her emak babe bibi paman tante om nenek kakek oma opa cucu
"""
RELIGION = """
allah tuhan god jesus yesus kristus christ islam muslim muslimah hijab hijrah kristen katolik hindu buddha masjid gereja
church pura vihara doa prayer shalat sholat salat puasa ramadan ramadhan lebaran natal christmas easter paskah nyepi
galungan waisak imlek alhamdulillah bismillah insyaallah masyaallah barakallah amin amen blessed faith grace pelayanan
misa kebaktian ngaji quran alquran alkitab mazmur psalm philippians ayat umroh umrah haji subuh maghrib berkah iman
"""
LANGUAGES = (
    "the a an of and or to in on for with is are my your you we it this that from at by be not but as just",
    "yang dan di ke dari untuk ini itu dengan aku saya kamu kita ada tidak gak nggak udah sudah lagi juga biar kalau",
    "ora wis ojo iki piye kulo nyong teu abdi urang mah teh atuh euy awak den ambo kau kelen ko sa tong kita beta",
)


@cache
def without_evidence(text: str) -> str:
    """Return a text without the words that may tell the label, and without names that follow them ("RS Mitra Bogor").

    Of a phrase of the lexicon all words go, but only where the phrase is written: elsewhere "dari" and "the" stay.
    """
    words = list(re.finditer(r"\S+", text))
    tokens, owner = [], []
    for i, word in enumerate(words):
        for token in _tokens(word[0]):
            tokens.append(token)
            owner.append(i)
    told = {owner[i] for i in _told(tokens)}
    told |= {i for token, i in zip(tokens, owner, strict=True) if token.startswith("gelar")}
    for i, word in enumerate(words):
        if i - 1 in told and word[0][0].isupper():
            told.add(i)
    last, left = 0, ""
    for i, word in enumerate(words):
        left += text[last : word.start()] + ("" if i in told else word[0])
        last = word.end()
    return left + text[last:]


def _told(tokens: list[str]) -> set[int]:
    """Return the places of the tokens that mean something."""
    vocabulary = Vocabulary()
    codes = np.array([vocabulary.code(token) for token in [*tokens, BREAK]])
    found = find_concepts(Tokens(vocabulary, codes, np.array([0, len(codes)])))
    return {i for start, end in zip(found.start.tolist(), found.end.tolist(), strict=True) for i in range(start, end)}


@cache
def _tokens(word: str) -> list[str]:
    return tokenize(word) or [BREAK]


def emoji_of(text: str) -> list[str]:
    """Return the emoji of a text."""
    return [sign for sign in text if unicodedata.category(sign) == "So"]


def layout(text: str) -> list[float]:
    """Return counts of words, lines and separators."""
    return [len(text.split()), len(text), *(text.count(sign) for sign in "\n|•·/,&-—+:")]


def marks(text: str) -> list[float]:
    """Return counts of punctuation, digits, handles, hashtags and links."""
    left = without_evidence(text)
    counted = [left.count(sign) for sign in ".!?()\"'…~*"] + [text.count(sign) for sign in "@#"]
    return [*counted, sum(sign.isdigit() for sign in left), left.rstrip().endswith("."), "…" in left or "..." in left]


def letter_case(text: str, common: frozenset[str]) -> list[float]:
    """Return shares of capitals among common words (names of firms and works are written with capitals by anybody)."""
    words = [word for word in re.findall(r"[A-Za-z]+", without_evidence(text)) if word.lower() in common]
    n = len(words) + 1
    first = next((sign for sign in text if sign.isalpha()), "a")
    capitals = sum(word.isupper() and len(word) > 1 for word in words)
    return [sum(word[0].isupper() for word in words) / n, capitals / n, first.isupper()]


def common_words(rows: list[dict[str, Any]], least: int = 5) -> frozenset[str]:
    """Return the words that as many accounts write in lower case."""
    seen = Counter(word for row in rows for word in set(re.findall(r"\b[a-z]+\b", all_text(row))))
    return frozenset(word for word, n in seen.items() if n >= least)


def of_fields(rows: list[dict[str, Any]], of_text: Any) -> np.ndarray:
    """Return the figures of the bio and the mean over captions, missing where there are none."""
    bios = np.array([of_text(row["bio"]) for row in rows], dtype=float)
    missing = [np.nan] * bios.shape[1]
    means = [np.mean([of_text(c) for c in row["captions"]], axis=0) if row["captions"] else missing for row in rows]
    return np.hstack([bios, np.array(means, dtype=float)])


def numbers(rows: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Return the groups of figures."""
    common = common_words(rows)
    captions = [
        [len(r["captions"]), *np.percentile([len(c) for c in r["captions"]] or [0], [0, 50, 100])] for r in rows
    ]
    share = [
        [sum(word in language.split() for word in words) / (len(words) + 1) for language in LANGUAGES]
        for words in (without_evidence(all_text(row)).lower().split() for row in rows)
    ]
    bare = [without_evidence(row["name"]).strip() for row in rows]
    named = [[len(name), len(name.split()), name.islower(), len(emoji_of(name))] for name in bare]
    return {
        "layout": of_fields(rows, layout),
        "marks and digits": of_fields(rows, marks),
        "letter case": of_fields(rows, lambda text: letter_case(text, common)),
        "number of emoji": of_fields(rows, lambda text: [len(emoji_of(text))]),
        "number and length of captions": np.array(captions, dtype=float),
        "language": np.array(share),
        "shape of the name": np.array(named, dtype=float),
    }


def all_text(row: dict[str, Any]) -> str:
    """Return bio and captions as one text."""
    return "\n".join([row["bio"], *row["captions"]])


def left_tokens(row: dict[str, Any]) -> list[str]:
    """Return the tokens of bio and captions that may not tell the label."""
    return [t for text in [row["bio"], *row["captions"]] for t in tokenize(without_evidence(text)) if t != BREAK]


def names(row: dict[str, Any]) -> str:
    """Return a display name without titles and words of the lexicon."""
    tokens = tokenize_name(without_evidence(row["name"]))
    kept = [token for token in tokens if not token.startswith(("gelar", "emoji", BREAK))]
    return " ".join(kept)


def bags(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the groups of words, as sparse counts."""
    left = [left_tokens(row) for row in rows]

    def only(words: Any) -> Any:
        allowed = set(words)
        vectorizer = CountVectorizer(analyzer=lambda tokens: [t for t in tokens if t in allowed], min_df=3, binary=True)
        return vectorizer.fit_transform(left)

    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=3, preprocessor=names)
    return {
        "letters of the name": letters.fit_transform(rows),
        "which emoji": CountVectorizer(
            analyzer=lambda row: emoji_of(all_text(row)), min_df=5, binary=True
        ).fit_transform(rows),
        "places": only(places()),
        "function words": only(" ".join(LANGUAGES).split()),
        "gender and family": only(GENDER.split()),
        "religion": only(RELIGION.split()),
    }


def areas(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return the area under the curve of each group, over held-out batches, and of all together."""
    is_kol = np.array([row["label"] == "kol" for row in rows])
    groups = [row["batch"] for row in rows]
    figures, words = numbers(rows), bags(rows)
    boosted = HistGradientBoostingClassifier(max_depth=3, learning_rate=0.05, max_iter=100, random_state=0)
    linear = LogisticRegression(C=1.0, max_iter=5000)

    def held_out(model: Any, features: Any) -> Any:
        cv = GroupKFold(min(FOLDS, len(set(groups))))
        with threadpool_limits(1):  # two threads of OpenMP wait for each other long where other work goes on
            return cross_val_predict(model, features, is_kol, groups=groups, cv=cv, method="predict_proba")[:, 1]

    scores = {name: held_out(boosted, matrix) for name, matrix in figures.items()}
    scores |= {name: held_out(linear, matrix) for name, matrix in words.items()}
    dense = np.hstack([np.hstack(list(figures.values())), np.column_stack([scores[name] for name in words])])
    scores["all together"] = held_out(boosted, dense)
    return {name: float(roc_auc_score(is_kol, p)) for name, p in scores.items()}


def telling_words(rows: list[dict[str, Any]], level: float = 0.05) -> list[tuple[str, int, int, float]]:
    """Return words outside the lexicon that occur in more accounts of one label than chance allows (Fisher, Holm 1979)."""
    seen = [set(left_tokens(row)) - places() for row in rows]
    is_kol = np.array([row["label"] == "kol" for row in rows])
    vectorizer = CountVectorizer(analyzer=lambda words: words, min_df=5)
    counts = sp.csc_matrix(vectorizer.fit_transform(seen))
    of_kol = np.asarray(counts[is_kol].sum(axis=0)).ravel()
    of_other = np.asarray(counts[~is_kol].sum(axis=0)).ravel()
    n_kol, n_other = is_kol.sum(), (~is_kol).sum()
    p = [fisher_exact([[a, n_kol - a], [b, n_other - b]])[1] for a, b in zip(of_kol, of_other, strict=True)]
    found = []
    for rank, i in enumerate(np.argsort(p)):
        if p[i] > level / (len(p) - rank):
            break
        found.append((vectorizer.get_feature_names_out()[i], int(of_kol[i]), int(of_other[i]), float(p[i])))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", nargs="?", default=PROFILES)
    rows = sides(read_profiles(parser.parse_args().table))
    print(
        f"{len(rows)} kol and influencer rows, {len({row['batch'] for row in rows})} batches, {FOLDS} folds over batches\n"
    )
    print("| what is seen | AUC |\n|---|---|")
    for name, area in areas(rows).items():
        print(f"| {name} | {area:.2f} |")
    print("\nwords outside the lexicon that one label uses more often (accounts of kol, of influencer; Holm at 5 %):")
    for word, kol, other, p in telling_words(rows):
        print(f"  {word:<16} {kol:>4} {other:>4}  p = {p:.1e}")


if __name__ == "__main__":
    main()
