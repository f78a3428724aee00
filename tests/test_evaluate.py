"""How right a model is: the statistics, their intervals, held-out folds, and what is shown of them."""

import csv
import json
import re
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle
from sklearn.calibration import calibration_curve
from typer.testing import CliRunner

from kolclf import DataError, KolClassifier
from kolclf.cli import app
from kolclf.crossval import cross_validate, learning_curve
from kolclf.data import find_columns
from kolclf.decide import LABELS
from kolclf.evaluate import evaluate
from kolclf.evaluation import as_json
from kolclf.folds import account_groups, groups_to_keep
from kolclf.labelled import read_labelled
from kolclf.metrics import bootstrap, class_statistics, kappa, mean, statistics
from kolclf.outcomes import Outcomes, coverage_error, reliability, scored
from kolclf.predictor import Predictor
from kolclf.rows import Table

MARKS = {"slice": None, "label_2": None, "promotes": None}
THREE = ("bengkel", "toko", "warung")


def labelled(columns, *rows, group=None, skip_unlabelled=False):
    table = Table("akun.csv", columns, iter(map(list, rows)))
    given = find_columns(table, {}, needs_label=True)
    return read_labelled(table, given, group, marks=MARKS, skip_unlabelled=skip_unlabelled)


@pytest.fixture(scope="module")
def rows(profiles):
    columns = list(profiles[0])
    return labelled(columns, *([row[name] for name in columns] for row in profiles))


@pytest.fixture(scope="module")
def found(rows, scorer):
    return evaluate(rows, Predictor(scorer), "small.npz")


@pytest.fixture(scope="module")
def held_out(rows):
    return cross_validate(rows, KolClassifier(C=3.0, cv=2), folds=2, language="en")


def drawn(classes, labels, seed, n=40):
    """Outcomes by lot, with probabilities that tie and rows of other labels."""
    random = np.random.default_rng(seed)
    p = random.integers(1, 6, size=(n, len(classes))).astype(float)
    p /= p.sum(axis=1, keepdims=True)
    of_rows = np.append(random.choice(labels, n - len(labels)), labels)  # none is missing
    return Outcomes(
        classes, of_rows, np.array(classes)[p.argmax(axis=1)], random.random(n) < 0.8, p, np.full(n, np.nan)
    )


# --- statistics


@given(st.integers(0, 2**32 - 1), st.sampled_from([LABELS, THREE]))
def test_statistics_equal_those_of_scikit_learn(seed, classes):
    rows = drawn(classes, [*classes, "neither"], seed)
    weights = np.random.default_rng(seed).integers(0, 3, size=(2, len(rows.labels))).astype(float)
    sides = rows.sides
    weights[0] = 1.0
    weights[1, -len(classes) - 1 :] = 1.0
    truth, guess, p = rows.labels[sides], rows.guesses[sides], rows.p[sides]
    ours = {name: statistic.of(weights) for name, statistic in statistics(rows).items()}
    for i, w in enumerate(weights[:, sides]):
        drawn_rows = w > 0
        binary = len(classes) == 2
        ordered = np.argsort(classes)
        theirs = {
            "accuracy": oracle.accuracy_score(truth, guess, sample_weight=w),
            "macro_f1": oracle.f1_score(
                truth[drawn_rows], guess[drawn_rows], sample_weight=w[drawn_rows], average="macro"
            ),
            "auc": oracle.roc_auc_score(truth == classes[0], p[:, 0], sample_weight=w)
            if binary
            else oracle.roc_auc_score(truth, p, multi_class="ovr", labels=classes, sample_weight=w),
            "log_loss": oracle.log_loss(truth, p[:, ordered], sample_weight=w, labels=sorted(classes)),
            "brier": oracle.brier_score_loss(truth == classes[0], p[:, 0], sample_weight=w)
            if binary
            else oracle.brier_score_loss(truth, p, sample_weight=w, labels=classes),
        }
        for name, value in theirs.items():
            assert ours[name][i] == pytest.approx(value, abs=1e-12), name
        for label in classes:
            of_class = {name: one.of(weights)[i] for name, one in class_statistics(rows, label).items()}
            theirs = oracle.precision_recall_fscore_support(
                truth, guess, sample_weight=w, labels=[label], zero_division=np.nan
            )
            for name, value in zip(("precision", "recall", "f1"), theirs, strict=False):
                assert of_class[name] == pytest.approx(value[0], abs=1e-12, nan_ok=True), name


@given(st.integers(0, 2**32 - 1))
def test_calibration_equals_that_of_scikit_learn(seed):
    rows = drawn(LABELS, [*LABELS, "unsure"], seed)
    rows = rows._replace(p=rows.p + np.array([1e-6, -1e-6]))  # not on the edge of a bin
    said, is_so = scored(rows)
    share, p = calibration_curve(is_so, said, n_bins=10)
    bins = reliability(scored(rows))
    np.testing.assert_allclose([(one.p, one.share.value) for one in bins], np.stack([p, share], axis=1))
    error = statistics(rows)["calibration_error"].of(np.ones((1, len(rows.labels))))[0]
    n = np.array([one.share.n for one in bins])
    assert error == pytest.approx((n * np.abs(p - share)).sum() / len(said), abs=1e-12)


@given(st.lists(st.tuples(*[st.sampled_from(["kol", "influencer", "neither"])] * 2), min_size=2, max_size=30))
def test_kappa_equals_that_of_scikit_learn(pairs):
    first, second = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a single label, scikit-learn warns
        theirs = oracle.cohen_kappa_score(first, second)
    assert kappa(first, second) == pytest.approx(theirs, abs=1e-12, nan_ok=True)


def test_error_by_coverage_runs_from_the_surest_row_to_all():
    p = np.array([0.4, 0.9, 0.2])
    rows = Outcomes(
        LABELS,
        np.array(["kol", "kol", "kol"]),
        np.array(["influencer", "kol", "influencer"]),
        np.ones(3, dtype=bool),
        np.stack([p, 1 - p], axis=1),
        np.full(3, np.nan),
    )
    coverage, error = coverage_error(rows)
    np.testing.assert_allclose(coverage, [1 / 3, 2 / 3, 1])
    np.testing.assert_allclose(error, [0, 1 / 2, 2 / 3])


# --- intervals


def covered(rate, groups, by, random, n_tables=200):
    """The share of 95 % intervals that hold the rate; rows of one group are right or wrong together."""
    hits = 0
    for _ in range(n_tables):
        right = (random.random(groups.max() + 1) < rate)[groups]
        estimate = bootstrap({"right": mean(right, np.ones(len(right), dtype=bool))}, by, resamples=300)["right"]
        hits += estimate.low <= rate <= estimate.high
    return hits / n_tables


def test_intervals_cover_a_known_rate():
    random = np.random.default_rng(0)
    alone = np.arange(80)
    assert covered(0.8, alone, alone, random) >= 0.91
    assert covered(0.97, alone, alone, random) >= 0.91
    three_times = np.repeat(np.arange(60), 3)
    assert covered(0.8, three_times, three_times, random) >= 0.91
    assert covered(0.8, three_times, np.arange(180), random) < 0.85  # rows of one account taken for many


def test_the_same_account_again_does_not_narrow_an_interval():
    rows, groups = drawn(LABELS, LABELS, seed=1), np.arange(40)
    twice = rows.part(np.repeat(groups, 2))
    once = bootstrap(statistics(rows), groups)
    again = bootstrap(statistics(twice), np.repeat(groups, 2))
    for name, estimate in once.items():
        assert again[name][:3] == pytest.approx(estimate[:3], abs=1e-12), name


def test_no_mistake_among_few_is_no_proof_that_there_are_none():
    right = np.ones(20, dtype=bool)
    estimate = bootstrap({"right": mean(right, right)}, np.arange(20))["right"]
    assert estimate.value == estimate.high == 1 and 0.8 < estimate.low < 0.9


# --- a model on a table


def test_the_shares_of_an_evaluation(found, rows, profiles):
    labels = [row["label"] for row in profiles]
    assert found.data.labels == {label: labels.count(label) for label in found.data.labels}
    counts = found.confusion.counts
    assert found.confusion.answers == (*LABELS, "review") and counts.sum() == len(labels) == found.data.n
    assert found.confusion.labels == ("kol", "influencer", "neither", "unsure")
    assert found.metrics["coverage"].value == pytest.approx(counts[:2, :2].sum() / counts[:2].sum())
    assert found.metrics["decided_accuracy"].value == pytest.approx(np.trace(counts[:2, :2]) / counts[:2, :2].sum())
    assert found.metrics["held_back"].value == pytest.approx(counts[2:, 2].sum() / counts[2:].sum())
    assert sum(found.causes.values()) == counts[:, 2].sum()
    point = found.coverage_error
    assert (point.at_coverage, 1 - point.at_error) == pytest.approx(
        (found.metrics["coverage"].value, found.metrics["decided_accuracy"].value)
    )
    for estimate in found.metrics.values():
        assert estimate.low <= estimate.value <= estimate.high or estimate is found.metrics["calibration_error"]


def test_slices_add_up_to_the_whole(found, profiles):
    assert set(found.slices) == {row["slice"] for row in profiles}
    for name, metric in (("forced", "accuracy"), ("decided", "decided_accuracy"), ("held back", "held_back")):
        hits, n = (sum(of[name][i] for of in found.slices.values()) for i in (0, 1))
        assert (hits / n, n) == pytest.approx((found.metrics[metric].value, found.metrics[metric].n))


def test_three_ways(found, rows):
    assert list(found.ways) == ["model+rules", "model", "rules"]
    assert found.ways["model+rules"]["accuracy"] == found.metrics["accuracy"]
    alone = evaluate(rows, Predictor(None), "rules")
    assert list(alone.ways) == ["rules"] and alone.ways["rules"] == found.ways["rules"]
    assert found.ways["model"]["accuracy"] != found.ways["rules"]["accuracy"]


def test_rows_that_a_model_was_trained_on_are_known(found, scorer, rows):
    assert found.data.trained_on == found.data.n
    new = labelled(["bio", "label"], ["bidan desa di Alor, kelas ibu hamil", "kol"], ["vlog harian", "influencer"])
    assert evaluate(new, Predictor(scorer)).data.trained_on == 0


def test_mistakes_name_their_row_and_hide_what_is_personal(rows, profiles):
    phone = "0812-0000-1234"
    told = labelled(
        ["nama", "bio", "caption", "label"],
        ["Rina", "bidan desa di Alor", "", "kol"],
        ["", "", "", ""],
        ["Rina Kartika", f"dokter gigi, WA {phone} @rina_fiksi", f"WA {phone}", "influencer"],
        ["", "terima endorse DM", "", "influencer"],
        skip_unlabelled=True,
    )
    found = evaluate(told, Predictor(None))
    [mistake] = found.mistakes
    assert (mistake.row, mistake.label, mistake.answer, found.data.unlabelled) == (3, "influencer", "kol", 1)
    assert mistake.bio == "dokter gigi, WA <phone> <handle>" and mistake.captions == "WA <phone>"
    assert "0812" not in json.dumps(as_json(found)) and "Kartika" not in json.dumps(as_json(found))


def test_decided_mistakes_come_first_and_the_surest_of_them(found):
    keys = [(bool(mistake.cause), -mistake.p) for mistake in found.mistakes]
    assert keys == sorted(keys) and len(keys) > 3


def test_a_second_reading_stands_beside_the_model(found, profiles):
    read = [row for row in profiles if row["label_2"]]
    both = [row for row in read if {row["label"], row["label_2"]} <= set(LABELS)]
    second = found.second_reading
    assert (second.n, second.people_sides.share.n) == (len(read), len(both))
    theirs = oracle.cohen_kappa_score([row["label"] for row in read], [row["label_2"] for row in read])
    assert second.people.kappa.value == pytest.approx(theirs)
    assert second.people.kappa.low <= theirs <= second.people.kappa.high
    assert second.model_first.share.n == second.model_second.share.n == len(both)


def test_models_of_other_labels_have_neither_rules_nor_review():
    shops = ["servis motor ganti oli", "ganti oli dan aki", "bengkel servis motor", "tune up motor servis"]
    food = ["nasi goreng bakso", "mie ayam bakso", "nasi padang", "nasi uduk dan bakso"]
    told = labelled(
        ["bio", "label"],
        *([bio, "bengkel"] for bio in shops),
        *([bio, "warung"] for bio in food),
        ["bunga potong", "taman"],
    )
    scorer = KolClassifier(C=1.0, cv=2, min_df=1).fit(told.accounts[:8], told.labels[:8]).scorer_
    found = evaluate(told, Predictor(scorer))
    assert found.confusion.answers == ("bengkel", "warung") and found.confusion.labels[2] == "taman"
    assert found.confusion.counts.sum() == 9 and found.causes == {}
    assert found.metrics["accuracy"].value == 1 and "coverage" not in found.metrics and list(found.ways) == ["model"]


def test_labels_that_the_model_does_not_know(scorer):
    with pytest.raises(
        DataError, match=r"no row has a label that the model answers \(kol, influencer\); its labels are"
    ):
        evaluate(labelled(["bio", "label"], ["bakso", "warung"]), Predictor(scorer))


# --- folds


BIO = "Bidan desa di Alor, kelas ibu hamil tiap Selasa, dua anak satu kucing"


def test_one_account_is_one_group():
    rows = labelled(
        ["id", "bio", "label", "tim"],
        ["@Rina_fiksi", "a", "kol", "1"],
        ["rina_fiksi ", "b", "kol", "2"],
        ["", BIO, "kol", "3"],
        ["", f"{BIO.upper()} 🌸", "kol", "4"],
        ["", "c", "kol", "5"],
        ["", "d", "kol", "5"],
        ["", "e", "kol", ""],
        ["", "f", "kol", ""],
        group="tim",
    )
    assert account_groups(rows).tolist() == [0, 0, 1, 1, 2, 2, 3, 4]


def test_a_group_column_that_says_it_all_is_kept_as_it_is():
    rows = labelled(["bio", "label", "tim"], ["a", "kol", "x"], ["b", "kol", "x"], ["c", "kol", "y"], group="tim")
    assert groups_to_keep(rows) is rows.groups
    assert groups_to_keep(rows._replace(groups=None)) is None


def test_an_account_written_twice_is_not_learnt_by_heart():
    random = np.random.default_rng(0)
    words = [
        "".join(random.choice(list("bdgklmnprst"), 1)[0] + v for v in random.choice(list("aeiou"), 3))
        for _ in range(400)
    ]
    bios = [" ".join(random.choice(words, 12, replace=False)) for _ in range(60)]
    labels = random.permutation(["kol", "influencer"] * 30)
    told = [[bio + end, label] for end in ("", " 🌸") for bio, label in zip(bios, labels, strict=True)]
    found = cross_validate(labelled(["bio", "label"], *told), KolClassifier(C=30.0, cv=2, use_stems=False), folds=3)
    assert found.data.groups == 60
    assert found.metrics["accuracy"].value < 0.6  # labels by lot; 0.8 where the two are held out apart


def test_held_out_folds_answer_every_row_once(held_out, found, rows):
    assert held_out.confusion.counts.sum() == len(rows.labels) and held_out.model.folds == 2
    assert held_out.metrics["accuracy"].value < found.metrics["accuracy"].value  # of rows it was trained on
    assert held_out.metrics["accuracy"].value > 0.85 and held_out.data.trained_on == 0


def test_a_learning_curve_ends_with_all_labels(held_out):
    curve = held_out.learning_curve
    sizes = [point.n_labels for point in curve.points]
    assert sizes == sorted(sizes) and len(sizes) == 3  # an eighth of these rows is too few
    assert curve.points[-1].accuracy.value == held_out.metrics["accuracy"].value
    assert curve.next_n_labels == 2 * held_out.data.n and curve.gain.low <= curve.gain.value <= curve.gain.high


def test_more_labels_are_foretold_by_a_power_law():
    sizes, n = (250.0, 500.0, 1000.0), 4000
    right = np.stack([np.arange(n) >= n * 0.2 / np.sqrt(size / 250) for size in sizes], axis=1)
    sides = np.ones(n, dtype=bool)
    gain = learning_curve(sizes, right, sides, np.arange(n)).gain
    assert gain.value == pytest.approx(0.1 / 2 * (1 - 1 / np.sqrt(2)), rel=0.02)  # 4,000 labels in all, 1,000 in a fold
    assert 0 < gain.low < gain.high
    flat = learning_curve(sizes, right[:, [0, 0, 0]], sides, np.arange(n)).gain
    assert flat.value == pytest.approx(0)
    assert learning_curve(sizes[:1], right[:, :1], sides, np.arange(n)) is None


def test_too_few_rows_for_folds():
    few = labelled(["bio", "label"], *[["dokter", "kol"], ["vlog", "influencer"], ["vlog a", "influencer"]])
    with pytest.raises(DataError, match=r"at least 4 rows each; seen: kol \(1\), influencer \(2\)"):
        cross_validate(few, KolClassifier())


# --- the commands


@pytest.fixture(scope="module")
def table(profiles, tmp_path_factory):
    path = tmp_path_factory.mktemp("evaluate") / "profil.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(profiles[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(profiles)
        writer.writerow(profiles[0] | {"id": "", "bio": "tanpa label", "label": ""})
    return path


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("id", ["tebakan pertama benar", "model dan aturan", "dua pembaca", "1 baris tanpa label", "terlalu bagus"]),
        ("en", ["first guess right", "model and rules", "the two readers", "1 rows without", "figures are too good"]),
    ],
)
def test_tables_fit_the_terminal(table, model_path, language, expected):
    command = ["evaluate", str(table), "--model", str(model_path), "--lang", language]
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, command)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert [part for part in expected if part not in result.output] == []
    assert "professional_promotes" in result.stdout and not re.search(r"\bnan\b", result.stdout)


def test_json_holds_everything(run, table, model_path, found):
    result = run("evaluate", table, "--model", model_path, "--json")
    told = json.loads(result.stdout)
    assert set(told) == set(found._fields)
    assert told["metrics"]["accuracy"]["value"] == pytest.approx(found.metrics["accuracy"].value)
    assert told["confusion"]["counts"] == found.confusion.counts.tolist()
    assert len(told["coverage_error"]["error"]) == found.metrics["accuracy"].n


def test_folds_need_no_model(run, table_file):
    told = [[f"dokter gigi {i}", "kol"] for i in range(8)] + [[f"content creator {i}", "influencer"] for i in range(8)]
    told = [[f"{bio} {'abcdefghijklmnop'[i]}", label] for i, (bio, label) in enumerate(told)]
    result = run("evaluate", table_file(["bio", "label"], *told), "--folds", "4", "--lang", "en")
    assert result.exit_code == 0, result.stderr
    assert "answered by 4 models" in result.stderr and "first guess right" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--folds", "3", "--no-model"], 2, "leave --model and --no-model out"),
        (["--folds", "3", "--where", "label=kol"], 1, "profil.csv: cross-validation needs two or more labels"),
        (["--slice-column", "nix"], 1, "has no column 'nix'"),
        (["--label-column", "kind"], 1, "no row has a label that the model answers"),
        (["--where", "bio=tanpa label"], 1, "no row has a label in the column 'label'"),
        (["--report", "nowhere/report.html"], 1, "its folder does not exist"),
    ],
)
def test_what_cannot_be_evaluated_says_why(run, table, arguments, code, message):
    result = run("evaluate", table, *arguments)
    assert result.exit_code == code and message in " ".join(result.stderr.split())
    assert result.stdout == "" and "Traceback" not in result.stderr


def test_a_training_on_one_account_written_again_and_again_says_so(run, table_file, tmp_path):
    told = [[f"{bio} {end}", label] for bio, label in ((BIO, "kol"), (BIO[::-1], "influencer")) for end in "🌸🔥"]
    result = run("train", table_file(["bio", "label"], *told), "-o", tmp_path / "m.npz")
    assert result.exit_code == 1 and "nearly one text are held out together" in " ".join(result.stderr.split())


def test_a_training_with_a_report(run, table_file, tmp_path):
    told = [[f"dokter gigi {w}", "kol"] for w in "abcdefgh"] + [[f"vlog {w}", "influencer"] for w in "abcdefgh"]
    page = tmp_path / "laporan.html"
    result = run("train", table_file(["bio", "label"], *told), "-o", tmp_path / "m.npz", "--report", page)
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "m.npz").exists() and page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert f"wrote {page}" in " ".join(result.stderr.split())
