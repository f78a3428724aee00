"""Runs commands for ``speed.py``: wall time, peak memory of all processes of a command, and tables of them."""

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

INTERVAL = 0.05  # seconds between two looks at memory
PACKAGES = ["kolclf", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "joblib", "PySastrawi", "ftfy"]
Command = Sequence[str | Path]


class Run(NamedTuple):
    """A command that has ended; ``peak`` is in megabytes, 0 where nobody looked."""

    seconds: float
    peak: float
    output: str


def say(message: str) -> None:
    """Report progress."""
    print(message, file=sys.stderr, flush=True)


def _tree(root: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue  # it has ended
        children.setdefault(parent, []).append(int(stat.parent.name))
    waiting = [root]
    while waiting:
        yield (process := waiting.pop())
        waiting += children.get(process, [])


def _megabytes(process: int) -> float:
    """Return the proportional share of memory of a process, or what is resident where that may not be read."""
    folder = Path("/proc", str(process))
    try:
        rollup = (folder / "smaps_rollup").read_text()
        return float(rollup.split("\nPss:", 1)[1].split(None, 1)[0]) * 1024 / 1e6
    except (OSError, IndexError):
        try:
            return int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        except (OSError, IndexError):
            return 0.0


def run(command: Command, memory: bool = False) -> Run:
    """Run a command to its end, and look at its memory meanwhile if asked.

    Raises
    ------
    SystemExit
        If it fails; says what it said.
    """
    peak, ended = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        pause = 0.0
        while not ended.wait(pause):
            started = time.perf_counter()
            peak = max(peak, sum(map(_megabytes, _tree(process.pid))))
            pause = max(INTERVAL, 10 * (time.perf_counter() - started))  # looking must not slow the command down

    # modules are compiled once, as where nothing forbids it
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        watcher = threading.Thread(target=watch)
        if memory:
            watcher.start()
        output, errors = process.communicate()
        seconds = time.perf_counter() - started
        ended.set()
        if memory:
            watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {process.returncode}\n{errors[-2000:]}")
    return Run(seconds, peak, output)


def interleaved(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Run]]:
    """Run all commands in turn, ``rounds`` times."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(1, rounds + 1):
        for name, command in commands.items():
            runs[name].append(run(command))
            say(f"  round {turn} of {rounds}: {name}: {runs[name][-1].seconds:.2f} s")
    return runs


def middle(runs: Sequence[Run]) -> float:
    """Return the median of seconds."""
    return median(run.seconds for run in runs)


def span(runs: Sequence[Run]) -> str:
    """Return the least and the most seconds."""
    seconds = [run.seconds for run in runs]
    return f"{min(seconds):.2f} to {max(seconds):.2f}"


def number(value: float) -> str:
    """Write a figure with three digits that count.

    >>> [number(value) for value in (0.01234, 1.234, 123.4, 12345.6)]
    ['0.0123', '1.23', '123', '12,300']
    """
    if value and abs(value) < 100:
        return f"{value:#.3g}"
    digits = 10 ** max(len(str(int(abs(value)))) - 3, 0)
    return f"{round(value / digits) * digits:,}"


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table of Markdown; the first column is text, figures stand to the right."""
    cells = [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in rows]
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def machine() -> str:
    """Return what was measured on, without names."""
    cpu = [line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines()]
    model = next((value.strip() for key, _, value in cpu if key.startswith("model name")), "unknown")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) * 1024 / 1e9
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"- CPU: {model}, {len(os.sched_getaffinity(0))} of {os.cpu_count()} cores used; {memory:.0f} GB of memory\n"
        f"- {platform.system()} {platform.release()}, {platform.machine()}; Python {platform.python_version()}\n- {packages}\n"
    )
