import io
import json
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from kolclf import DataError, KolClassifier, ModelError, load_model, save_model
from kolclf.accounts import read_account
from kolclf.data import find_columns
from kolclf.labelled import read_labelled
from kolclf.predictor import default_model
from kolclf.store import FORMAT, OLDEST, _checksum
from kolclf.tables import read_table

PROFILES = Path(__file__).parents[1] / "data" / "profiles.csv"
FROZEN = Path(__file__).parent / "cases"


def arrays_of(path):
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return json.loads(arrays.pop("header").tobytes()), arrays


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def text(content):
    return np.frombuffer(content.encode() if isinstance(content, str) else content, dtype=np.uint8)


def written(target, header, arrays):
    """Write a model file as its maker would: its checksum is that of what it holds."""
    header = {"checksum": _checksum(header, arrays)} | header
    np.savez(target, header=text(json.dumps(header)), **arrays)
    return target


def zipped(target, parts, **options):
    with zipfile.ZipFile(target, "w", **options) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return target


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(path, message):
    """One sentence that names the file, within a second and little memory."""
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(ModelError, match=message) as error:
        load_model(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (
        str(error.value).startswith(f"{path}: ")
        and str(error.value).count("\n") == 0
        and str(error.value).isprintable()
    )
    assert time.process_time() - started < 5 and most < 20_000_000


def test_a_model_comes_back_as_it_was(scorer, tmp_path):
    save_model(scorer, tmp_path / "a.npz")
    again = load_model(tmp_path / "a.npz")
    np.testing.assert_array_equal(again.coef, scorer.coef)
    np.testing.assert_array_equal(again.answerable[0], scorer.answerable[0])
    assert [again.classes, again.features, again.stems, again.info] == [
        scorer.classes,
        scorer.features,
        scorer.stems,
        scorer.info,
    ]
    assert again.feature_names() == scorer.feature_names()
    assert again.policy.half_width(0.05) == scorer.policy.half_width(0.05) and again.policy[:6] == scorer.policy[:6]


def test_the_same_model_gives_the_same_bytes(scorer, tmp_path):
    for name in ("a.npz", "b.npz"):
        save_model(scorer, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_classifier_is_made_from_a_file(model_path, scorer):
    model = KolClassifier.from_file(model_path)
    assert model.classes_.tolist() == ["influencer", "kol"] and scorer.info["C"] == model.C
    assert len(model.weights()) == scorer.coef.shape[1]
    assert model.weights()["weight"].is_monotonic_decreasing


# --- files that somebody has changed


def changed(header=None, drop=(), **changes):
    """Return what rewrites a model file with another header, without some arrays or with others in their place."""

    def rewrite(path, target):
        old_header, arrays = arrays_of(path)
        new = {name: array for name, array in (arrays | changes).items() if name not in drop}
        return written(
            target, {key: value for key, value in (old_header | (header or {})).items() if key != "checksum"}, new
        )

    return rewrite


def in_header(key, value):
    return changed({key: value})


def with_first(name, value):
    """Put a value at the first place of an array."""

    def rewrite(path, target):
        header, arrays = arrays_of(path)
        array = arrays[name].copy()
        array.flat[0] = value
        del header["checksum"]
        return written(target, header, arrays | {name: array})

    return rewrite


@pytest.mark.parametrize(
    ("rewrite", "message"),
    [
        (in_header("format", 99), rf"is of format 99, this kolclf reads up to {FORMAT}; update kolclf"),
        (changed({"format": 99}, new_array=np.zeros(3)), "is of format 99"),
        (in_header("format", OLDEST - 1), "made by an older kolclf; train it again"),
        (in_header("format", "2"), "its header names no format"),
        (in_header("format", None), "its header names no format"),
        (in_header("classes", ["kol"]), "its header holds a wrong 'classes'"),
        (in_header("classes", ["kol", "kol"]), "wrong 'classes'"),
        (in_header("classes", [1, 2]), "wrong 'classes'"),
        (in_header("classes", "kol"), "wrong 'classes'"),
        (in_header("classes", ["a", "b\x1b[31m"]), "wrong 'classes'"),
        (in_header("classes", ["a", "b", "c"]), "its arrays do not fit together"),
        (in_header("labels", ["kol"]), "wrong 'labels'"),
        (in_header("labels", None), "its arrays do not fit together"),
        (changed(documents=np.zeros((3, 2), dtype=np.int64)), "its arrays do not fit together"),
        (with_first("documents", -1), "its arrays do not fit together"),
        (changed(forms=text("\x1b[31m")), "'forms' holds what is no word"),
        (changed(forms=text("dokter")), "its arrays do not fit together"),
        (changed(trained_on=np.zeros((2, 2), dtype=np.uint32)), "'trained_on' is of another kind"),
        (in_header("weights", {"bio": 1.0}), "wrong 'weights'"),
        (in_header("weights", {"bio": 1.0, "captions": 1.0, "x": 1.0}), "wrong 'weights'"),
        (in_header("weights", {"bio": 1.0, "captions": float("nan")}), "wrong 'weights'"),
        (in_header("weights", {"bio": 1.0, "captions": True}), "wrong 'weights'"),
        (in_header("weights", []), "wrong 'weights'"),
        (in_header("features", {"use_stems": True, "ngrams": 0}), "wrong 'features'"),
        (in_header("features", {"use_stems": True, "ngrams": 21}), "wrong 'features'"),
        (in_header("features", {"use_stems": True, "ngrams": 10**9}), "wrong 'features'"),
        (in_header("features", {"use_stems": True, "ngrams": 2.0}), "wrong 'features'"),
        (in_header("features", {"use_stems": 1, "ngrams": 2}), "wrong 'features'"),
        (in_header("features", {"use_stems": True}), "wrong 'features'"),
        (in_header("features", {"use_stems": True, "ngrams": 1}), "'vocabulary_bio' holds what is no word"),
        (in_header("policy", [1.0]), "wrong 'policy'"),
        (in_header("policy", [1, 1, float("inf"), [1, 0], [1, 0], None]), "wrong 'policy'"),
        (in_header("policy", [1, 1, 0, [1, 0], [1], None]), "wrong 'policy'"),
        (in_header("policy", [1, 1, 0, [1], [1, 0], None]), "wrong 'policy'"),
        (in_header("policy", [1, 1, 0, [1, 0], [1, 0], "0"]), "wrong 'policy'"),
        (in_header("policy", [1, 1, 0, [1, 0], [1, 0], None, 1]), "wrong 'policy'"),
        (in_header("policy", None), "wrong 'policy'"),
        (in_header("info", []), "wrong 'info'"),
        (in_header("info", {"a": [[[[[1]]]]]}), "wrong 'info'"),
        (in_header("info", {"a": {"b": float("nan")}}), "wrong 'info'"),
        (changed({"weights": {}}), "wrong 'weights'"),
        (changed(drop=["coef"]), "it lacks the array 'coef'"),
        (changed(drop=["idf_captions"]), "it lacks the array 'idf_captions'"),
        (changed(drop=["held_out_p"]), "it lacks the array 'held_out_p'"),
        (changed(extra=np.zeros(2)), "holds an array 'extra' that no model has"),
        (changed(coef=np.zeros((1, 3))), "its arrays do not fit together"),
        (changed(coef=np.zeros((2, 3), dtype=np.float32)), "its array 'coef' is of another kind"),
        (changed(coef=np.zeros(3)), "its array 'coef' is of another kind"),
        (changed(intercept=np.zeros(2)), "its arrays do not fit together"),
        (changed(intercept=np.zeros(0)), "its arrays do not fit together"),
        (changed(answerable=np.zeros(2)), "its arrays do not fit together"),
        (changed(answerable=np.zeros(99_999)), "its arrays do not fit together"),
        (changed(held_out_p=np.zeros(2)), "its arrays do not fit together"),
        (changed(held_out_p=np.zeros(99_999)), "its arrays do not fit together"),
        (changed(idf_bio=np.ones(2)), "its arrays do not fit together"),
        (changed(vocabulary_bio=text("a\na")), "its arrays do not fit together"),
        (changed(vocabulary_bio=text(b"a\xff\xfe")), "'vocabulary_bio' holds what is no word"),
        (changed(vocabulary_bio=text("a\n\nb")), "'vocabulary_bio' holds what is no word"),
        (changed(vocabulary_bio=text("a b c")), "'vocabulary_bio' holds what is no word"),
        (changed(vocabulary_bio=text("\x1b[31m")), "'vocabulary_bio' holds what is no word"),
        (changed(vocabulary_bio_concepts=text("dokter")), "'vocabulary_bio_concepts' holds what is no word"),
        (changed(stems=text("memasak")), "'stems' holds what is no word"),
        (with_first("coef", np.nan), "its array 'coef' holds a number that is not finite"),
        (with_first("intercept", np.inf), "its array 'intercept' holds a number that is not finite"),
        (with_first("answerable", -np.inf), "its array 'answerable' holds a number that is not finite"),
        (with_first("idf_bio", np.nan), "its array 'idf_bio' holds a number that is not finite"),
        (with_first("held_out_p", 1.5), "its arrays do not fit together"),
        (with_first("held_out_p", -0.5), "its arrays do not fit together"),
    ],
)
def test_a_file_that_holds_what_no_model_holds_is_refused(model_path, tmp_path, rewrite, message):
    refused(rewrite(model_path, tmp_path / "m.npz"), message)


def test_a_checksum_that_is_none(model_path, tmp_path):
    header, arrays = arrays_of(model_path)
    refused(written(tmp_path / "m.npz", header | {"checksum": 0}, arrays), "wrong 'checksum'")


@pytest.mark.parametrize(
    "rewrite",
    [
        with_first("held_out_p", 0.0),
        with_first("held_out_p", 1.0),
        in_header("info", {"C": None, "a": "b", "c": True, "d": {"e": [{"f": 1}]}}),
        changed(stems=text("")),
    ],
)
def test_what_a_model_may_hold(model_path, tmp_path, rewrite):
    path = rewrite(model_path, tmp_path / "m.npz")
    header, arrays = arrays_of(path)
    loaded = load_model(path)
    assert loaded.info == header["info"] and len(loaded.stems) == (
        len(arrays["stems"]) and len(load_model(model_path).stems)
    )
    np.testing.assert_array_equal(loaded.policy.held_out_p, arrays["held_out_p"])


def test_a_model_of_other_labels_comes_back(tmp_path):
    accounts = [{"bio": bio} for bio in ("dokter anak", "content creator", "warung soto") * 4]
    model = KolClassifier(cv=2, use_stems=False, use_concepts=False).fit(accounts, ["a", "b", "c"] * 4).scorer_
    save_model(model, tmp_path / "m.npz")
    header, arrays = arrays_of(tmp_path / "m.npz")
    np.savez(
        tmp_path / "m.npz",
        header=text(json.dumps(header)),
        **{name: np.asfortranarray(a) for name, a in arrays.items()},
    )
    again = load_model(tmp_path / "m.npz")
    assert again.classes == ("a", "b", "c") and again.stems == {} and again.answerable is None
    assert again.policy[:6] == model.policy[:6] and np.isneginf(again.policy.min_answerable)
    np.testing.assert_array_equal(again.coef, model.coef)


def test_the_longest_runs_of_words_that_may_be(model_path, tmp_path):
    path = in_header("features", {"use_stems": True, "ngrams": 20})(model_path, tmp_path / "m.npz")
    assert load_model(path).features.ngrams == 20


def test_a_truth_that_is_neither(model_path, tmp_path):
    parts = parts_of(model_path)
    header, arrays = arrays_of(model_path)
    arrays["held_out_is_kol"] = np.full(len(arrays["held_out_is_kol"]), 2, dtype=np.uint8).view(bool)
    header["checksum"] = _checksum(header, arrays)
    content = parts["held_out_is_kol.npy"][:128] + b"\2" * len(arrays["held_out_is_kol"])
    parts |= {"held_out_is_kol.npy": content, "header.npy": npy(text(json.dumps(header)))}
    refused(zipped(tmp_path / "m.npz", parts.items()), "its arrays do not fit together")


@pytest.mark.parametrize("checksum", [None, "0" * 64, "f" * 64, ""])
def test_damage_is_told_by_the_checksum(model_path, tmp_path, checksum):
    header, arrays = arrays_of(model_path)
    if checksum is None:
        arrays["coef"] = arrays["coef"] + 1e-9
    else:
        header["checksum"] = checksum
    np.savez(tmp_path / "m.npz", header=text(json.dumps(header)), **arrays)
    refused(tmp_path / "m.npz", r"is damaged \(its checksum differs\); copy or train it again")


@pytest.mark.parametrize(
    "change",
    [{"policy": [1.0, 1.0, 0.0, [1.0, 0.0], [1.0, 0.0], None]}, {"info": {}}, {"format": 3}, {"new": 1}],
    ids=str,
)
def test_damage_of_the_header_is_told_by_the_checksum(model_path, tmp_path, change):
    header, arrays = arrays_of(model_path)
    np.savez(tmp_path / "m.npz", header=text(json.dumps(header | change)), **arrays)
    refused(tmp_path / "m.npz", r"is damaged \(its checksum differs\); copy or train it again")


@pytest.mark.parametrize(
    "header", [b"", b"[]", b"1", b"{", b'"format"', b"{}", b"\xff", b"[" * 500_000, b'{"format": 1e999}', b"1" * 5_000]
)
def test_a_header_that_is_none(model_path, tmp_path, header):
    parts = parts_of(model_path) | {"header.npy": npy(text(header))}
    refused(zipped(tmp_path / "m.npz", parts.items()), "is no kolclf model, or is damaged")


# --- files that would take more than they are


def stated(shape, dtype="<f8", by_column=False, version=(1, 0)):
    """Return the head of an array that states a shape."""
    buffer = io.BytesIO()
    form = {"descr": dtype, "fortran_order": by_column, "shape": shape}
    (np.lib.format.write_array_header_1_0 if version == (1, 0) else np.lib.format.write_array_header_2_0)(buffer, form)
    return buffer.getvalue()


BOMB = 3_000_000_000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("coef", stated((10_000_000_000, 1)) + b"\0" * 64, "'coef' is of another size than it states"),
        ("intercept", stated((1,)) + b"\0" * 16, "'intercept' is of another size than it states"),
        ("coef", stated((1, -5)) + b"\0" * 64, "'coef' is of another size than it states"),
        ("coef", stated((2**62, 2**62)), "'coef' is of another size than it states"),
        ("coef", stated((0, 2**62)), "is damaged"),
        ("intercept", stated((), "<f8") + b"\0" * 8, "'intercept' is of another kind"),
        ("intercept", stated((1,), ">f8") + b"\0" * 8, "'intercept' is of another kind"),
        ("intercept", stated((1,), "<c16") + b"\0" * 16, "'intercept' is of another kind"),
        ("intercept", stated((1,), "|O") + b"\0" * 8, "'intercept' is of another kind"),
        ("intercept", stated((1,), [("a", "<f8")]) + b"\0" * 8, "'intercept' is of another kind"),
        ("intercept", stated((1,), version=(2, 0)) + b"\0" * 8, "'intercept' is of another version"),
        ("intercept", b"\x93NUMPY\1\0\xff\xff" + b" " * 65_535, "is damaged"),
        ("intercept", b"\x93NUMPY\1\0\x76\0" + b"{" * 118, "is damaged"),
        (
            "intercept",
            b"\x93NUMPY\1\0\x76\0" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }".ljust(118),
            "is damaged",
        ),
        ("intercept", b"\x93NUM", "is damaged"),
        ("intercept", b"", "is damaged"),
        ("header", stated((2_000_000,), "|u1") + b" " * 2_000_000, "'header' is larger than 1,000,000 bytes"),
    ],
)
def test_an_array_that_states_what_it_is_not(model_path, tmp_path, name, content, message):
    parts = parts_of(model_path) | {f"{name}.npy": content}
    refused(zipped(tmp_path / "m.npz", parts.items()), message)


def test_a_file_that_unpacks_to_more_than_it_may(model_path, tmp_path):
    path = zipped(tmp_path / "m.npz", parts_of(model_path).items(), compression=zipfile.ZIP_DEFLATED)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("coef.npy").file_size
    for honest in (True, False):  # the list of parts states the size, or a size that the part does not have
        at = content.rindex(b"coef.npy") - 46 + 24
        path.write_bytes(content[:at] + struct.pack("<L", BOMB if honest else size - 8) + content[at + 4 :])
        refused(path, "its arrays would take more than 1,000,000,000 bytes" if honest else "is damaged")


def test_a_packed_bomb(model_path, tmp_path):
    path = tmp_path / "m.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts_of(model_path) | {"stems.npy": stated((100_000_000,), "|u1")}).items():
            with archive.open(name, "w") as part:
                part.write(content)
                for _ in range(100 if name == "stems.npy" else 0):
                    part.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000
    refused(path, "its arrays would take more than 50 times the bytes of the file")


def test_a_file_larger_than_any_model(model_path, monkeypatch):
    monkeypatch.setattr("kolclf.npz.MAX_BYTES", 1_000)
    refused(model_path, "it is larger than 1,000 bytes")


def test_more_features_than_memory_is_for(model_path, tmp_path, monkeypatch):
    monkeypatch.setattr("kolclf.store.MAX_FEATURES", 100)
    refused(model_path, "'vocabulary_bio' holds more than 100 lines")


@pytest.mark.parametrize(
    ("rewrite", "message"),
    [
        (lambda parts: [*parts.items(), ("coef.npy", parts["coef.npy"])], "it holds an array twice"),
        (lambda parts: [*parts.items(), ("coef", parts["coef.npy"])], "it holds an array twice"),
        (lambda parts: [*parts.items(), ("../x.npy", b"")], "holds an array '../x' that no model has"),
        (lambda parts: [*parts.items(), ("a\x1b.npy", b"")], "that no model has"),
        (lambda parts: [*parts.items(), *((f"a{i}", b"") for i in range(2_000))], "it has more parts than a model has"),
        (lambda parts: [], "it lacks the array 'header'"),
    ],
    ids=["twice", "twice by another name", "another place", "unseen", "many parts", "none"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_list_of_parts_that_no_model_has(model_path, tmp_path, rewrite, message):
    refused(zipped(tmp_path / "m.npz", rewrite(parts_of(model_path))), message)


def test_parts_that_overlap(model_path, tmp_path):
    path = zipped(tmp_path / "m.npz", parts_of(model_path).items())
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        first = archive.getinfo("coef.npy").header_offset
    at = content.rindex(b"intercept.npy") - 46 + 42
    content[at : at + 4] = struct.pack("<L", first + 10)
    path.write_bytes(content)
    refused(path, "its parts overlap")


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_packing(model_path, tmp_path, packing):
    path = zipped(tmp_path / "m.npz", parts_of(model_path).items(), compression=packing)
    refused(path, "packed in a way that kolclf never uses")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content + b"x", "its end is missing"),
        (lambda content: content[:-1], "its end is missing"),
        (lambda content: content[:-2] + b"\1\0c", "its end is missing"),
        (lambda content: content[:-10] + struct.pack("<L", 70_000) + content[-6:], "more parts than a model has"),
        (lambda content: content[:-22] + b"PK\6\7" + bytes(16) + content[-22:], "it is no .npz"),
        (lambda content: content[:-6] + b"\0\0\0\0" + content[-2:], "is damaged"),
        (lambda content: content[200:], "is damaged"),
        (lambda content: b"PK\5\6" + bytes(18), "it lacks the array 'header'"),
        (lambda content: b"", "it is no .npz"),
    ],
)
def test_a_file_that_was_cut_or_added_to(model_path, tmp_path, change, message):
    path = tmp_path / "m.npz"
    path.write_bytes(change(model_path.read_bytes()))
    refused(path, message)


def test_every_length_of_a_broken_copy(model_path, tmp_path):
    content, path = model_path.read_bytes(), tmp_path / "m.npz"
    for length in range(0, len(content), len(content) // 200):
        path.write_bytes(content[:length])
        with pytest.raises(ModelError, match="is no kolclf model, or is damaged"):
            load_model(path)


def test_a_file_without_end():
    with pytest.raises(ModelError, match=r"/dev/zero: is no kolclf model, or is damaged \(its end is missing\)"):
        load_model("/dev/zero")


def test_what_no_model_file_may_hold_is_not_written(scorer, tmp_path):
    from dataclasses import replace

    broken = replace(scorer, coef=np.full_like(scorer.coef, np.nan))
    with pytest.raises(ModelError, match=r"m.npz: this model cannot be kept \(its array 'coef' holds a number"):
        save_model(broken, tmp_path / "m.npz")
    assert list(tmp_path.iterdir()) == []


# --- files of earlier versions


@pytest.mark.parametrize("path", sorted(FROZEN.glob("model_format_*.npz")), ids=lambda path: path.stem)
def test_a_model_of_an_earlier_version_answers_as_it_did(path, tmp_path):
    model = load_model(path)
    for case in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")):
        rows = model.transform(read_account("", case["bio"], case["captions"]))
        assert model.decision_function(rows)[0] == pytest.approx(case["log_odds"], abs=1e-9)
        assert model.answerable_scores(rows)[0] == pytest.approx(case["answerable"], abs=1e-9)
    half_width = {2: 0.3263132186783213, 3: 0.21681482675680885, 4: 0.21681482675680885}[int(path.stem[-1])]
    assert model.is_kol_model and model.policy.half_width() == pytest.approx(half_width)
    assert (model.usage is None) == (path.stem == "model_format_2")
    save_model(model, tmp_path / "again.npz")
    again = load_model(tmp_path / "again.npz")
    np.testing.assert_array_equal(again.coef, model.coef)
    assert again.policy[:6] == model.policy[:6] and again.stems == model.stems


def test_every_format_that_can_be_read_has_a_frozen_file():
    frozen = {int(path.stem.removeprefix("model_format_")) for path in FROZEN.glob("model_format_*.npz")}
    assert frozen == set(range(OLDEST, FORMAT + 1))
    assert all(arrays_of(FROZEN / f"model_format_{number}.npz")[0]["format"] == number for number in frozen)


def test_an_export_says_that_it_is_a_pickle(run, model_path, tmp_path):
    result = run("export", model_path, "--to", tmp_path / "pipa.joblib")
    assert result.exit_code == 0 and "a pickle: loading it runs code" in result.stderr
    assert "only where you trust its maker" in run("export", "--help").stdout.replace("\n", " ")


# --- places


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [("m.bin", ModelError, "ends in .npz"), ("nix/m.npz", ModelError, "folder does not exist")],
)
def test_places_that_hold_no_model(scorer, tmp_path, name, error, message):
    with pytest.raises(error, match=message):
        save_model(scorer, tmp_path / name)


def test_a_folder_in_the_way(scorer, tmp_path):
    (tmp_path / "m.npz").mkdir()
    with pytest.raises(DataError, match="cannot be written"):
        save_model(scorer, tmp_path / "m.npz")


def test_the_default_model_is_that_of_the_data():
    table = read_table(str(PROFILES))
    rows = read_labelled(table, find_columns(table, {}, needs_label=True), "batch", "split=train")
    fresh = KolClassifier().fit(rows.accounts, rows.labels, groups=rows.groups).scorer_
    kept = default_model()
    assert fresh.feature_names() == kept.feature_names()
    np.testing.assert_allclose(fresh.coef, kept.coef, atol=1e-4)
    np.testing.assert_allclose(fresh.policy[:3], kept.policy[:3], atol=1e-4)
