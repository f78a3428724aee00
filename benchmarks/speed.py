"""How fast is kolclf, and others on the same tables? Writes ``benchmarks/RESULTS.md`` (``make bench``; Linux only).

Every command is a process of its own, from file to file, and those that are compared run in turn: A, B, C, A, B, C.
Tables, models and the results of each section stay in ``build/bench``; ``--only`` measures some sections again.
"""

import argparse
import contextlib
import io
import json
import re
from itertools import chain, islice
from pathlib import Path
from statistics import median
from typing import Any

import corpora
import stem_parity
from bench import BUILD, CORES, KOLCLF, PEERS, PYTHON, Bench
from measure import Command, Run, interleaved, middle, number, run, say, span, table
from profiles import ROOT

BIO = "dr. Rina, Sp.A | RS Mitra Bogor"
COLD_ROUNDS = 7


def predict(bench: Bench) -> str:
    """Measure answering a table, CSV to CSV."""
    rows, few = bench.sizes["train"], bench.sizes["naive"]
    naive_model, plain_model = bench.sklearn_model(min(2000, rows), "stem"), bench.sklearn_model(rows)
    ours = f"kolclf, {CORES} processes (default)"
    plain, naive = (
        f"{name}, {number(few)} accounts" for name in ("scikit-learn without stems", "PySastrawi, scikit-learn")
    )

    def commands(table: Path, short: Path) -> dict[str, Command]:
        return {
            ours: bench.kolclf(table),
            "kolclf, 1 process": bench.kolclf(table, 1),
            **bench.fasttext(table),
            plain: bench.sklearn(plain_model, short),
            naive: bench.sklearn(naive_model, short, "stem"),
        }

    starts = interleaved(commands(bench.path(1), bench.path(1)), min(3, bench.rounds))
    runs = interleaved(commands(bench.path(bench.size), bench.path(few)), bench.rounds)
    sizes = {name: few if name in (plain, naive) else bench.size for name in runs}
    rates = {name: sizes[name] / middle(runs[name]) for name in runs}
    lines = []
    for name, of in runs.items():
        start = middle(starts[name])
        pure = sizes[name] / max(middle(of) - start, 1e-9)
        lines.append([name, middle(of), span(of), rates[name], start, pure, rates[ours] / rates[name]])
    header = "command|median s|least to most|accounts/s|start, s|accounts/s without start|kolclf times this"
    return (
        f"{bench.size:,} accounts, CSV to CSV, whole processes, medians of {bench.rounds}. *Start* is the time for a "
        "table of one account (start, model, imports). The last column is the rate of kolclf over that of the row. "
        f"kolclf uses its default model, writes reasons, and applies rules; fastText was trained on these "
        f"{bench.size:,} accounts themselves, so it knows every word; scikit-learn on {rows:,} of them, with stems on "
        f"{min(2000, rows):,}. PySastrawi keeps the stems it has found, so longer tables go faster.\n\n"
        + table(header.split("|"), lines)
    )


def growth(bench: Bench) -> str:
    """Measure tables of growing length, and the memory they take."""
    *sizes, largest = bench.sizes["sizes"]
    runs = interleaved({f"{n:,}": bench.kolclf(bench.path(n)) for n in sizes}, bench.rounds)
    watched = {n: run(bench.kolclf(bench.path(n)), memory=True) for n in (*sizes, largest)}
    runs[f"{largest:,}"] = [watched[largest]]
    lines = [
        [f"{n:,}", str(len(of)), middle(of), span(of), n / middle(of), watched[n].peak]
        for n, of in zip(watched, runs.values(), strict=True)
    ]
    return (
        "`kolclf predict`, default model and processes. Memory is the peak over all processes of the command, each page "
        "counted once (PSS), seen every 50 ms or slower in a run of its own; the longest table was run that once.\n\n"
        + table(["accounts", "rounds", "median s", "least to most", "accounts/s", "peak MB"], lines)
    )


def processes(bench: Bench) -> str:
    """Measure 1, 2, 4 ... processes."""
    jobs = [n for n in (1, 2, 4, 8, 16, 32) if n <= max(CORES, 2)]
    commands = {str(n): bench.kolclf(bench.path(bench.size), n) for n in jobs}
    runs = interleaved(commands, bench.rounds)
    peaks = {name: run(command, memory=True).peak for name, command in commands.items()}
    one = middle(runs["1"])
    lines = [[n, middle(of), span(of), bench.size / middle(of), one / middle(of), peaks[n]] for n, of in runs.items()]
    header = ["processes", "median s", "least to most", "accounts/s", "times as fast as 1", "peak MB"]
    return f"`kolclf predict --jobs N` of {bench.size:,} accounts, on {CORES} cores.\n\n" + table(header, lines)


def cold(bench: Bench) -> str:
    """Measure the start of a process, and one answer."""
    commands: dict[str, Command] = {
        "`python -c pass`": [PYTHON, "-c", "pass"],
        "`kolclf --help`": [KOLCLF, "--help"],
        "`kolclf predict --bio ...`": [KOLCLF, "predict", "--bio", BIO],
        "scikit-learn, one text": [PYTHON, PEERS, "sklearn_one", bench.sklearn_model(min(2000, bench.size)), BIO],
    }
    interleaved(commands, 1)  # files come into memory
    runs = interleaved(commands, max(COLD_ROUNDS, bench.rounds))
    least = middle(runs["`python -c pass`"])
    lines = [[name, middle(of) * 1e3, span(of), middle(of) / least] for name, of in runs.items()]
    return (
        f"Medians of {max(COLD_ROUNDS, bench.rounds)}, files in memory. The script of scikit-learn imports pandas and "
        f"scikit-learn, loads a plain pipeline trained on {min(2000, bench.size):,} accounts by joblib, and answers one text.\n\n"
        + table(["command", "median ms", "least to most, s", "/ python"], lines)
    )


def stem(bench: Bench) -> str:
    """Measure the stemmer on words that it has not seen."""
    words = set(chain.from_iterable(islice(corpora.words_of(bench.path(bench.size)), 20_000)))
    generated = stem_parity.strata(stem_parity.root_words(), 1)
    kinds = {"words of the table": sorted(word for word in words if re.fullmatch("[a-z]+", word))}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        stem_parity.measure(kinds | {kind: generated[kind] for kind in ("affixed", "random")})
    return (
        "By `stem_parity.py`; columns: kolclf's `stem_word`, PySastrawi, ratios.\n\n"
        f"```\n{said.getvalue().rstrip()}\n```\n"
    )


def train(bench: Bench) -> str:
    """Measure training with a search for C."""
    say("  training kolclf")
    ours = run([PYTHON, PEERS, "kolclf_fit", bench.path(bench.size)], memory=True)
    say(f"  {ours.seconds:.0f} s; one fold of naive training")
    naive = run([PYTHON, PEERS, "naive_fit", bench.path(bench.size)], memory=True)
    did, part = json.loads(ours.output), json.loads(naive.output)
    fit, new = part["tfidf"] + part["regression"], part["stem"] - part["stem again"]
    lines: list[list[Any]] = [["kolclf, measured", ours.seconds, ours.peak, 1.0]]
    for name, seconds in {
        "naive, 25 x (stems, TF-IDF, fit), each with a new stemmer": 25 * (fit + part["stem"]),
        "naive, one stemmer that keeps its stems throughout": 25 * (fit + part["stem again"]) + new,
        "naive without stemming": 25 * fit,
    }.items():
        lines.append([name, part["read"] + seconds, naive.peak, (part["read"] + seconds) / ours.seconds])
    parts = ", ".join(f"{name} {number(seconds)} s" for name, seconds in part.items() if name != "read")
    return (
        f"{bench.size:,} accounts, 5 folds x 5 values of C. kolclf: the whole process, once, from reading the CSV to the "
        f"fitted model ({did['features']:,} features, final fit and review band included; fit alone {number(did['fit'])} s). "
        f"Naive code was measured for **one fold and one C** (default C), once, on {bench.size - bench.size // 5:,} accounts: "
        f"{parts}; **the rest is that times 25**, without scoring the folds. TF-IDF and regression of the naive code are of "
        "unstemmed words (1-2-grams, min_df 2, LogisticRegression by default); *stem again* is the same texts with all stems "
        "known. Memory of the naive code is that of one fold.\n\n"
        + table(["training", "s", "peak MB", "/ kolclf"], lines)
    )


def features(bench: Bench) -> str:
    """Measure the way from a table to TF-IDF."""
    kinds = {"kolclf": "kolclf_features", "scikit-learn, no stems": "sklearn_features"}
    rows = bench.sizes["train"]
    runs = interleaved({name: [PYTHON, PEERS, task, bench.path(rows)] for name, task in kinds.items()}, bench.rounds)
    ours = middle(runs["kolclf"])
    return (
        f"{rows:,} accounts from CSV to TF-IDF of 1-2-grams, min_df 2. kolclf reads titles, concepts and stems, bio and "
        "captions apart; scikit-learn takes words as they stand. *Process* includes imports and reading.\n\n"
        + table(
            ["from text to TF-IDF", "process, median s", "least to most", "of these", "features", "/ kolclf"],
            [[name, middle(of), span(of), *_parts(of), middle(of) / ours] for name, of in runs.items()],
        )
    )


def _parts(runs: list[Run]) -> tuple[str, str]:
    """Return the medians of the parts that a task has timed, and its features."""
    said = [json.loads(run.output) for run in runs]
    parts = {name: median(of[name] for of in said) for name in said[0] if name != "features"}
    return ", ".join(f"{name} {number(seconds)}" for name, seconds in parts.items()), f"{said[0]['features']:,}"


SECTIONS = {
    "predict": ("Answering a table", predict),
    "growth": ("Longer tables", growth),
    "processes": ("More processes", processes),
    "cold": ("Cold start", cold),
    "stem": ("Stemmer", stem),
    "train": ("Training", train),
    "features": ("Features", features),
}


def main() -> None:
    """Measure the sections asked for, and write all that have been measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, by comma: %(default)s")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small tables, to try this script")
    parser.add_argument("--text", type=Path, help="take text from the *.txt and *.tsv of this folder")
    parser.add_argument("--fasttext-python", type=Path, help="an interpreter that has fastText")
    parser.add_argument(
        "-o", "--output", type=Path, help="default: benchmarks/RESULTS.md; with --quick, in build/bench"
    )
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := set(wanted) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    bench = Bench(options)
    kept = bench.folder / ("quick" if options.quick else "full")
    kept.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        say(f"{name}: {wanted.index(name) + 1} of {len(wanted)}")
        (kept / f"{name}.md").write_text(SECTIONS[name][1](bench), encoding="utf-8")
    measured = {title: kept / f"{name}.md" for name, (title, _) in SECTIONS.items()}
    sections = [f"\n## {title}\n\n{path.read_text('utf-8')}" for title, path in measured.items() if path.exists()]
    output = options.output or (BUILD / "quick.md" if options.quick else ROOT / "benchmarks" / "RESULTS.md")
    output.write_text(bench.head() + "".join(sections), encoding="utf-8")
    say(f"written: {output.name}")


if __name__ == "__main__":
    main()
