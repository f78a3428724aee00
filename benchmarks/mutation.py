"""Would the tests notice a fault? Puts faults (mutants) into the code of a part, one at a time, and runs the part's tests.

``mutation.py [PART ...]`` draws places in the code at random and changes each by one of cosmic-ray's operators; it needs
``.venv/bin/pip install cosmic-ray==8.7.0`` and an hour or two. A mutant is killed when a test fails; one that lasts too long
counts as killed and is listed. Outcomes are kept in ``build/mutation``: a run that was stopped goes on, and ``--again`` tries
those that lived or lasted too long once more, after a test was written or the machine stood still.
"""

import argparse
import ast
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import warnings
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "mutation"
TREE = BUILD / "tree"  # a copy, in which the mutants are written
MEMORY = 8 << 30  # bytes that a mutant may take
# What the tests import besides kolclf; imported once, and inherited by the process of every mutant.
SHARED = (
    "numpy pandas pyarrow.parquet pyarrow.compute scipy.sparse sklearn.linear_model sklearn.model_selection sklearn.pipeline "
    "sklearn.feature_extraction.text sklearn.isotonic sklearn.calibration joblib openpyxl ftfy typer.testing rich.console "
    "hypothesis.strategies pytest Sastrawi.Stemmer.StemmerFactory threadpoolctl jinja2 matplotlib.figure"
)


class Part(NamedTuple):
    """Modules that are tested together, and their tests: some quick ones, and all others that use the modules."""

    modules: str
    quick: str
    others: str


PARTS = {
    "text": Part(
        "text letters placeholders titles tokens words wordtable lexicon",
        "text answers wordtable concepts fuzz_targets",
        "rules phrases explain reasons read_ahead swaps near_duplicates spans batch evidence hostile_text privacy",
    ),
    "rules": Part(
        "rules rulesfile phrases",
        "rules phrases answers fuzz_targets",
        "concepts explain reasons read_ahead swaps batch evidence hostile_text",
    ),
    "decide": Part("decide", "decide reasons", "batch evidence evaluate"),
    "store": Part("store npz header", "store fuzz_targets", "weights model batch bad_input privacy"),
    "data": Part(
        "data tables rows csvfile records rejected",
        "data records tables fuzz_targets",
        "writers check bad_input files",
    ),
}


class Mutant(NamedTuple):
    """A module changed in one place."""

    module: str
    line: int
    operator: str
    change: str
    code: str

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return f"{self.module}:{zlib.crc32(self.code.encode()):08x}"


def places_in(module: str) -> dict[tuple[str, int, int, str], list[tuple[str, int]]]:
    """Return the places of a module that can be changed, with operator and occurrence of each change; annotations are none."""
    from cosmic_ray.ast import Visitor, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source = (ROOT / "kolclf" / f"{module}.py").read_text(encoding="utf-8")
    annotations = [
        note
        for node in ast.walk(ast.parse(source))
        for note in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if note is not None
    ]
    spans = [((note.lineno, note.col_offset), (note.end_lineno, note.end_col_offset)) for note in annotations]
    operators = {name: get_operator(name)() for name in operator_names() if "/Variable" not in name}
    counts = dict.fromkeys(operators, 0)
    places: dict[tuple[str, int, int, str], list[tuple[str, int]]] = {}

    class Collector(Visitor):  # type: ignore[misc]
        def visit(self, node: Any) -> Any:
            for name, operator in operators.items():
                for start, _ in operator.mutation_positions(node):
                    if not any(first <= start < last for first, last in spans):
                        family = name.removeprefix("core/").split("_")[0]
                        places.setdefault((module, *start, family), []).append((name, counts[name]))
                    counts[name] += 1
            return node

    Collector().walk(get_ast(source))
    return places


def drawn(part: str, size: int, seed: int) -> Iterator[Mutant]:
    """Yield one mutant of each of ``size`` places, drawn at random; what does not compile is none."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    rng, places = Random(f"{part} {seed}"), {}
    for module in PARTS[part].modules.split():
        places |= places_in(module)
    print(f"{part}: {len(places)} places", file=sys.stderr)
    order = sorted(places)
    rng.shuffle(order)
    for place in order:
        module, line, *_ = place
        source = (ROOT / "kolclf" / f"{module}.py").read_text(encoding="utf-8")
        for name, occurrence in rng.sample(places[place], len(places[place])):
            code = mutate_code(source, get_operator(name)(), occurrence)
            with contextlib.suppress(SyntaxError), warnings.catch_warnings(action="error"):
                compile(code, module, "exec")
                yield Mutant(module, line, name.removeprefix("core/"), changed(source, code), code)
                size -= 1
                break
        if not size:
            return


def changed(source: str, code: str) -> str:
    """Return what stands in the changed lines before and after."""
    before, after = source.splitlines(), code.splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        before.pop(), after.pop()
    return " -> ".join(" ".join(" ".join(lines).split()) for lines in (before, after))


def copy_tree() -> None:
    """Copy what git knows of, as it is now."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    shutil.rmtree(TREE, ignore_errors=True)
    for name in names.stdout.decode().splitlines():
        (TREE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, TREE / name)


def tests_fail(tests: list[str], limit: float) -> bool | None:
    """Tell whether a test fails in a process of its own; None if it takes longer than ``limit`` seconds."""
    if not (child := os.fork()):
        os.setsid()
        os.chdir(TREE)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        os.environ |= {"PYTHONPATH": str(TREE), "MPLBACKEND": "agg"}
        sys.path.insert(0, str(TREE))
        log = os.open(BUILD / "tests.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1), os.dup2(log, 2)
        import pytest

        # hypothesis is imported before pytest can rewrite it
        options = "-x -q -p no:cacheprovider --hypothesis-seed=0 -W ignore::pytest.PytestAssertRewriteWarning"
        os._exit(int(pytest.main([*options.split(), *tests])))
    end = time.monotonic() + limit
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


class Runs:
    """Runs the tests of a part on mutants."""

    def __init__(self, part: str) -> None:
        of = PARTS[part]
        doctests = [f"kolclf/{module}.py" for module in of.modules.split()]
        self._tests = [[*doctests, *(f"tests/test_{name}.py" for name in of.quick.split())]]
        self._tests.append([f"tests/test_{name}.py" for name in of.others.split()])
        self._limits = []
        for tests in self._tests:
            begin = time.monotonic()
            if tests_fail(tests, 600) is not False:
                sys.exit(f"{part}: the tests fail without a mutant; see {BUILD / 'tests.log'}")
            self._limits.append(5 * (time.monotonic() - begin) + 5)
        print(f"{part}: limits {self._limits}", file=sys.stderr)
        self._stamp = int(time.time())

    def outcome(self, mutant: Mutant) -> str:
        """Return what became of a mutant: ``killed``, ``too long`` or ``lives``."""
        path = TREE / "kolclf" / f"{mutant.module}.py"
        try:
            self._write(path, mutant.code)
            for tests, limit in zip(self._tests, self._limits, strict=True):
                failed = tests_fail(tests, limit)
                if failed is not False:
                    return "killed" if failed else "too long"
            return "lives"
        finally:
            self._write(path, (ROOT / "kolclf" / path.name).read_text(encoding="utf-8"))

    def _write(self, path: Path, code: str) -> None:
        path.write_text(code, encoding="utf-8")
        self._stamp += 1  # no file of compiled code may look as if it were of this text
        os.utime(path, (self._stamp, self._stamp))


def main() -> None:
    """Draw mutants, run the tests and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--size", type=int, default=100, help="mutants of a part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="try those that were not killed once more")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after so long; the next run goes on")
    given = parser.parse_args()
    end = time.monotonic() + 60 * given.minutes
    BUILD.mkdir(parents=True, exist_ok=True)
    copy_tree()
    for name in SHARED.split():
        import_module(name)
    from hypothesis import Phase, settings

    # nobody looks at the smallest failure
    settings.register_profile("mutation", phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutation")
    kept = BUILD / "outcomes.jsonl"
    known = dict(json.loads(line) for line in kept.read_text().splitlines()) if kept.exists() else {}
    if given.again:
        known = {key: outcome for key, outcome in known.items() if outcome == "killed"}
        kept.write_text("".join(json.dumps(item) + "\n" for item in known.items()))
    for part in given.parts or PARTS:
        mutants, runs = list(drawn(part, given.size, given.seed)), None
        for mutant in mutants:
            if mutant.key not in known and time.monotonic() < end:
                runs = runs or Runs(part)
                known[mutant.key] = runs.outcome(mutant)
                with kept.open("a") as file:
                    file.write(json.dumps([mutant.key, known[mutant.key]]) + "\n")
        if any(mutant.key not in known for mutant in mutants):
            print(f"{part}: UNFINISHED", file=sys.stderr)
        report(part, [(mutant, known[mutant.key]) for mutant in mutants if mutant.key in known])


def report(part: str, outcomes: list[tuple[Mutant, str]]) -> None:
    """Print how many were killed, and those that were not."""
    from scipy.stats import binomtest

    killed, n = sum(outcome != "lives" for _, outcome in outcomes), len(outcomes)
    if not n:
        return
    low, high = binomtest(killed, n).proportion_ci(method="wilson")
    print(f"| {part} | {killed} of {n} | {killed / n:.0%} | {low:.0%} to {high:.0%} |")
    for mutant, outcome in outcomes:
        if outcome != "killed":
            print(f"  {outcome}: {mutant.module}.py:{mutant.line}: {mutant.change[:300]}", file=sys.stderr)


if __name__ == "__main__":
    main()
