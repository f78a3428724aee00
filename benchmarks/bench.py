"""The tables, models and commands that ``speed.py`` measures; they stay in ``build/bench``."""

import argparse
import os
import shutil
import sys
import zlib
from functools import cached_property
from pathlib import Path

import corpora
from measure import Command, machine, run, say
from profiles import ROOT

BUILD = ROOT / "build" / "bench"
PYTHON, KOLCLF = Path(sys.executable), Path(sys.executable).with_name("kolclf")
PEERS = ROOT / "benchmarks" / "peers.py"
CORES = len(os.sched_getaffinity(0))
FULL = {
    "sizes": (1_000, 10_000, 100_000, 1_000_000),
    "size": 100_000,
    "train": 20_000,
    "naive": 3_000,
    "dims": (10, 100),
}
QUICK = {"sizes": (250, 500, 1_000, 20_000), "size": 1_000, "train": 500, "naive": 250, "dims": (10,)}


class Bench:
    """The tables, models and commands of one run."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.rounds, self.sizes = options.rounds, QUICK if options.quick else FULL
        self.size = self.sizes["size"]
        self.texts = corpora.source(options.text)
        self.text_name = f"a folder of texts ({options.text.resolve().name})" if options.text else "data/profiles.csv"
        made_of = Path(corpora.__file__).read_bytes() + repr(self.texts).encode()
        self.folder = BUILD / f"{zlib.crc32(made_of):08x}"  # other text, other tables
        self.fasttext_given = options.fasttext_python
        self.out = self.folder / "out.csv"

    def path(self, n: int) -> Path:
        """Return the table of n accounts; a shorter one is the head of a longer one."""
        path = self.folder / f"{n}.csv"
        if not path.exists():
            say(f"  writing {n} accounts")
            corpora.write(path, n, self.texts, seed=1)
        return path

    @cached_property
    def fasttext_python(self) -> Path | None:
        """The interpreter that has fastText, in an environment made for it; None where it cannot be made."""
        venv = BUILD / "venv"
        python = self.fasttext_given or venv / "bin" / "python"
        needs = PEERS.with_name("requirements-bench.txt")
        try:
            if not (self.fasttext_given or python.exists()):
                say("  making an environment for fastText")
                run([PYTHON, "-m", "venv", venv])
                run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", needs])
            run([python, "-c", "import fasttext"])
        except (SystemExit, OSError) as error:
            if not self.fasttext_given:
                shutil.rmtree(venv, ignore_errors=True)
            say(f"  fastText is left out, as no environment for it could be made:\n{error}")
            return None
        return python

    def model(self, name: str, *train: str | Path) -> Path:
        """Return a peer's model, trained unless it is there."""
        path = self.folder / name
        if not path.exists():
            say(f"  training {name}")
            run([*train[:3], train[3], path.with_suffix(".part"), *train[4:]])
            path.with_suffix(".part").replace(path)
        return path

    def sklearn_model(self, rows: int, stem: str = "") -> Path:
        """Return scikit-learn's model of the first rows."""
        name = f"sklearn-{rows}{stem}.joblib"
        return self.model(name, PYTHON, PEERS, "sklearn_train", self.path(self.size), str(rows), stem)

    def fasttext(self, table: Path) -> dict[str, Command]:
        """Return the commands that answer a table by fastText."""
        if not (python := self.fasttext_python):
            return {}
        commands: dict[str, Command] = {}
        for dim in map(str, self.sizes["dims"]):
            for ngrams in "12":
                train = (python, PEERS, "fasttext_train", self.path(self.size), dim, ngrams)
                model = self.model(f"fasttext-{self.size}-{dim}-{ngrams}.bin", *train)
                command = [python, PEERS, "fasttext_predict", model, table, self.out]
                commands[f"fastText, dim {dim}, wordNgrams {ngrams}"] = command
        return commands

    def kolclf(self, table: Path, jobs: int | None = None) -> Command:
        """Return the command that answers a table by kolclf."""
        return [KOLCLF, "predict", table, "-o", self.out, *(["--jobs", str(jobs)] if jobs else [])]

    def sklearn(self, model: Path, table: Path, stem: str = "") -> Command:
        """Return the command that answers a table by scikit-learn."""
        return [PYTHON, PEERS, "sklearn_predict", model, table, self.out, stem]

    def head(self) -> str:
        """Return what all sections share: machine, versions, tables."""
        facts = corpora.facts(self.path(self.size))
        fasttext = ""
        if python := self.fasttext_python:
            code = "from importlib.metadata import version as v; print(v('fasttext-wheel'), 'with numpy', v('numpy'))"
            fasttext = f"- fasttext-wheel {run([python, '-c', code]).output}"
        return (
            "# Speed\n\nWritten by `make bench` (`benchmarks/speed.py`). Compared commands ran in turn; figures are medians.\n\n"
            f"{machine()}{fasttext}"
            f"- Table of {facts.profiles:,} accounts ({facts.megabytes:.0f} MB), text from {self.text_name}; "
            f"{corpora.CHANGED:.0%} of words changed at random: {facts.tokens:,} tokens, "
            f"{facts.tokens / facts.profiles:.0f} an account, {facts.distinct:,} distinct\n"
        )
