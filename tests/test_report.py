"""The report can be sent to anybody: right numbers, nothing from outside, and nothing in a table can run or break it."""

import base64
import json
import re
import shutil
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kolclf import KolClassifier, KolclfError
from kolclf.data import find_columns
from kolclf.evaluate import evaluate
from kolclf.evaluation import CurvePoint, Estimate, LearningCurve, Span
from kolclf.labelled import read_labelled
from kolclf.predictor import Predictor
from kolclf.report import MOST_BIO, MOST_MISTAKES, render_report
from kolclf.tables import read_table
from kolclf.untrusted import pieces, visible

DATA = Path(__file__).parents[1] / "data"
HOSTILE = json.loads(Path(__file__).with_name("cases").joinpath("hostile.json").read_text(encoding="utf-8"))
HOSTILE += ["x" * 100_000, "<b>" * 33_000, "\u0301" * 100_000, "👩\u200d⚕️" * 30_000]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LEARNING = LearningCurve(
    [CurvePoint(100, Estimate(0.8, 0.75, 0.85, 400)), CurvePoint(400, Estimate(0.9, 0.87, 0.93, 400))],
    800,
    Estimate(0.02, -0.01, 0.05, 400),
)


def evaluated(path, predictor, where=None):
    table = read_table(str(path))
    marks = {"slice": None, "promotes": None, "label_2": None}
    return evaluate(
        read_labelled(table, find_columns(table, {}, needs_label=True), None, where, marks), predictor, "mine.npz"
    )


@pytest.fixture(scope="module")
def evaluation(scorer):
    found = evaluated(DATA / "profiles.csv", Predictor(scorer, language="en"), "split=test")
    return found._replace(learning_curve=LEARNING)


@pytest.fixture(scope="module")
def page(evaluation, scorer):
    return Page(render_report(evaluation, scorer, "en"))


class Page(HTMLParser):
    """What a browser would read: tags and the names of their attributes, addresses, and texts by class or tag."""

    def __init__(self, source):
        super().__init__()
        self.source, self.tags, self.addresses, self.attributes = source, [], [], []
        self.open, self.texts = [], {}
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.attributes += attrs
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action", "data", "srcset")]
        if tag not in ("meta", "img"):
            self.open.append((tag, dict(attrs).get("class") or tag))
            self.texts.setdefault(self.open[-1][1], []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag  # all that is opened is closed

    def handle_data(self, data):
        for _, name in self.open:
            self.texts[name][-1] += data

    def pictures(self):
        prefix = "data:image/svg+xml;base64,"
        found = [address.removeprefix(prefix) for address in self.addresses if address.startswith(prefix)]
        return [base64.b64decode(picture).decode() for picture in found]


# --- what it says


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        ("en", ["Summary", "answers given are right", "Errors worth reading", "Speaks for kol"]),
        ("id", ["Ringkasan", "jawaban yang diberikan benar", "Kesalahan yang perlu dibaca", "Mengarah ke kol"]),
    ],
)
def test_it_speaks_the_language_that_was_asked_for(evaluation, scorer, language, phrases):
    read = Page(render_report(evaluation, scorer, language))
    assert ("lang", language) in read.attributes
    assert [phrase for phrase in phrases if phrase not in read.texts["body"][0]] == []


def test_numbers_are_said_in_words_with_their_range(evaluation, page):
    right = evaluation.metrics["decided_accuracy"]
    said = rf"{100 * right.value:.0f} of 100 answers given are right \({100 * right.low:.0f} to .*; from {right.n} accounts\)"
    assert re.search(said, page.texts["cards"][0])


def test_every_answer_is_in_the_table_of_labels_and_answers(evaluation, page):
    shown = [
        int(cell) for cell in re.findall(r"\d+", "\n".join(re.findall(r"<td style=.*?</td>", page.source)[:12])) if cell
    ]
    counts = evaluation.confusion.counts
    assert [n for n in counts.ravel().tolist() if n not in shown] == []
    assert page.source.count('class="right"') == len(counts)


def test_figures_are_drawn_and_described(page):
    assert len(page.pictures()) == 3
    described = [value for name, value in page.attributes if name == "alt"]
    assert len(described) == 3 and all(len(text) > 60 for text in described)
    assert "more labels may bring nothing" in described[2]


def test_errors_show_their_texts_with_the_evidence_marked(evaluation, page):
    shown = [m for m in evaluation.mistakes if m.bio in page.texts["said"]]
    assert 0 < len(shown) <= 3 * MOST_MISTAKES
    marked = {mark for side in ("kol", "influencer") for mark in page.texts[side]}
    spans = {m.bio[span.start : span.end] for m in shown for span in m.bio_spans}
    assert spans and marked & spans


def test_rows_seen_in_training_are_pointed_out(evaluation):
    seen = evaluation._replace(data=evaluation.data._replace(trained_on=1234))
    assert "1.234 dari akun-akun ini ikut dipakai" in Page(render_report(seen)).texts["mind"][0]
    unknown = evaluation._replace(data=evaluation.data._replace(trained_on=None))
    assert "Tidak diketahui" in Page(render_report(unknown)).texts["mind"][0]
    fresh = evaluation._replace(data=evaluation.data._replace(trained_on=0))
    assert "mind" not in Page(render_report(fresh)).texts


def test_rules_alone_have_no_weights(table_file):
    rows = [["bidan di RSUD Alor", "kol"], ["endorse, rate card DM", "influencer"], ["toko sepatu", "neither"]]
    found = evaluated(table_file(["bio", "label"], *rows), Predictor())
    read = Page(render_report(found, None, "en"))
    assert "weights" not in read.texts and "There are no errors." in read.texts["body"][0]


def test_other_labels(table_file):
    words = {"positif": "enak murah ramah", "negatif": "kotor mahal lambat", "netral": "buka jam sembilan"}
    rows = [[f"{text} {n}", label] for n in range(8) for label, text in words.items()]
    classifier = KolClassifier().fit([{"bio": bio} for bio, _ in rows], [label for _, label in rows])
    wrong = [["enak murah", "negatif"], ["kotor mahal", "negatif"]]
    found = evaluated(table_file(["bio", "label"], *wrong), Predictor(classifier.scorer_))
    read = Page(render_report(found, classifier.scorer_, "en"))
    assert "Speaks for netral" in read.texts["body"][0] and "KOL" not in read.texts["body"][0]
    assert "enak" in " ".join(read.texts["other"])


# --- what it must not do


def nothing_runs(read):
    assert {tag for tag, *_ in read.tags}.isdisjoint(
        {"script", "iframe", "object", "embed", "link", "base", "form", "svg", "a:href"}
    )
    assert [name for name, _ in read.attributes if name.startswith("on")] == []
    assert [address for address in read.addresses if not address.startswith(("#", "data:image/svg+xml;base64,"))] == []
    assert "url(" not in read.texts["style"][0] and "@import" not in read.texts["style"][0]


def test_it_asks_for_nothing_and_runs_nothing(page):
    nothing_runs(page)
    assert "http:" not in page.source and "https:" not in page.source
    [policy] = [value for name, value in page.attributes if name == "content" and "default-src" in value]
    assert policy.split("; ")[:3] == ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    for picture in page.pictures():
        names = {element.tag.split("}")[1] for element in ET.fromstring(picture).iter()}
        assert names <= {"svg", "defs", "style", "g", "path", "text", "use", "clipPath", "rect", "tspan"}


def test_the_same_evaluation_gives_the_same_bytes(evaluation, scorer, page):
    assert render_report(evaluation, scorer, "en") == page.source


def with_words(evaluation, scorer, words):
    """Put words wherever a table or a model file can: as many things of each kind, whatever the words."""
    [first, *_] = evaluation.mistakes
    mistakes = [
        first._replace(
            **dict.fromkeys(("bio", "captions", "slice", "label", "guess", "reason"), word),
            bio_spans=[Span(3, 9, word, 1.0)],
            captions_spans=[],
        )
        for word in words
    ]
    some = words[0]
    found = evaluation._replace(
        data=evaluation.data._replace(table=some, labels=dict.fromkeys(words, 1)),
        model=evaluation.model._replace(name=some, info={some: some, "labels": {some: 1}}, versions={some: some}),
        classes=[evaluation.classes[0]._replace(label=word) for word in words],
        confusion=evaluation.confusion._replace(labels=words[:4], answers=words[:3], counts=np.ones((4, 3), dtype=int)),
        slices={f"{word}{n}": next(iter(evaluation.slices.values())) for n, word in enumerate(words)},
        mistakes=mistakes,
    )
    spaces = {
        name: space._replace(vocabulary={f"{words[n % len(words)]}{n}": n for n in range(len(space.vocabulary))})
        for name, space in scorer.spaces.items()
    }
    return found, replace(scorer, spaces=spaces, usage=None)


@pytest.fixture(scope="module")
def hostile(evaluation, scorer):
    """A page with all hostile words, and one with as many harmless ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kolclf.report.MOST_MISTAKES", len(HOSTILE))
        harmless = [f"kata biasa {n}" for n in range(len(HOSTILE))]
        return [Page(render_report(*with_words(evaluation, scorer, words), "id")) for words in (HOSTILE, harmless)]


def test_hostile_words_change_nothing_but_words(hostile):
    read, plain = hostile
    nothing_runs(read)
    assert read.texts["title"] == plain.texts["title"]
    # the evidence cuts the texts at 3 and at 9
    parts = [(word[:3], word[3:9], word[9:MOST_BIO]) for word in HOSTILE]
    assert read.texts["said"][::2] == ["".join(map(visible, part)) for part in parts]
    assert set(read.tags) - set(plain.tags) <= {("p", "class")}
    for tag in ("article", "section", "table", "mark", "h2", "h3", "figure"):
        assert sum(name == tag for name, *_ in read.tags) == sum(name == tag for name, *_ in plain.tags), tag


def test_nothing_invisible_is_left_and_nothing_is_endless(hostile):
    read, _ = hostile
    kinds = {unicodedata.category(char) for char in read.source if char not in "\n\t\u200d"}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert len(read.source.encode()) < 1_000_000


@given(st.text(st.characters(codec=None, exclude_categories=["Mn", "Me"], exclude_characters="⟨")))
def test_no_character_is_lost(text):
    shown = visible(text)
    shown.encode()  # halves of characters cannot be
    assert re.sub("⟨U\\+([0-9A-F]{4,6})⟩", lambda match: chr(int(match[1], 16)), shown) == text


@given(
    st.text(max_size=30),
    st.lists(
        st.builds(Span, st.integers(0, 40), st.integers(0, 40), st.sampled_from(["kol", "influencer"]), st.floats(0, 9))
    ),
    st.integers(0, 40),
)
def test_pieces_are_the_head_of_the_text(text, spans, most):
    found = list(pieces(text, spans, most))
    assert "".join(piece.text for piece in found) == text[:most]
    marked = {at for span in spans for at in range(span.start, span.end)}
    at = 0
    for piece in found:
        assert [bool(piece.side)] * len(piece.text) == [place in marked for place in range(at, at + len(piece.text))]
        at += len(piece.text)


def test_a_browser_runs_nothing_of_it(hostile, tmp_path):
    if CHROMIUM is None:
        pytest.skip("needs chromium to open the report in")
    read, plain = hostile
    page, bare = tmp_path / "page.html", tmp_path / "bare.html"
    page.write_text(read.source, encoding="utf-8")
    assert title_in_browser(page, tmp_path / "first") == plain.texts["title"][0]
    # escaping must do without the policy, too; and with scripts allowed the page can say how wide it has become
    unguarded = re.sub('<meta http-equiv="Content-Security-Policy".*?>', "", read.source)
    measure = "<script>document.title += ` ${document.documentElement.scrollWidth} ${innerWidth}`</script></body>"
    bare.write_text(unguarded.replace("</body>", measure), encoding="utf-8")
    title, width, window = title_in_browser(bare, tmp_path / "second").rsplit(" ", 2)
    assert title == plain.texts["title"][0]
    assert int(width) <= int(window) <= 500


def title_in_browser(path, profile):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    options += ["--disable-background-networking", "--disable-component-update", "--window-size=400,900"]
    dumped = subprocess.run(
        [CHROMIUM, *options, f"--user-data-dir={profile}", "--dump-dom", path.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    ).stdout
    return re.search("<title>(.*?)</title>", dumped)[1]


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.delitem(sys.modules, "kolclf.report")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(KolclfError, match="a report needs Jinja2 and matplotlib; install"):
        import kolclf.report  # noqa: F401
