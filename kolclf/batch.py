"""Chunks in, chunks out, in order and in constant memory: from a table of accounts to a table of answers."""

import gc
import itertools
import os
import signal
import sys
import threading
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kolclf.data import Columns, accounts_in, cells_in
from kolclf.errors import KolclfError
from kolclf.predictor import Predictor
from kolclf.rows import CHUNK, Row, Table, chunks
from kolclf.words import Vocabulary
from kolclf.writers import Writer

if TYPE_CHECKING:
    from concurrent.futures.process import ProcessPoolExecutor

# A forked process has at once what this one has loaded and learnt; elsewhere than on Linux that is not safe.
METHOD = "fork" if sys.platform == "linux" else "spawn"
ALONE = 1 if METHOD == "fork" else 12  # chunks that one process answers sooner than others start
AHEAD = 2  # chunks of each process that are read before they are asked for
# Bytes. Of what is smaller than a block that was given back (up to 32 MB), glibc keeps the pages; each chunk took them anew.
_LARGE = 31 << 20
REVIEW_FIRST = 5  # rows that the summary names


class Summary(NamedTuple):
    """Counts over a file, and the rows to look at first."""

    rows: int
    labels: Counter[str]
    sources: Counter[str]
    promotes: int
    review_first: list[tuple[int, str]]  # row number and reason of the closest calls; ids may be handles


def output_columns(columns: Sequence[str], added: Sequence[str]) -> list[str]:
    """Return the header of a result; an added name that the input has already gets an ending of its own.

    >>> output_columns(["bio", "label"], ["label", "reason"])
    ['bio', 'label', 'label_kolclf', 'reason']
    """
    taken = list(columns)
    for name in added:
        unique = name if name not in taken else f"{name}_kolclf"
        while unique in taken:
            unique += "_"
        taken.append(unique)
    return taken


def predict_table(
    table: Table,
    columns: Columns,
    predictor: Predictor,
    writer: Writer,
    progress: Callable[[int], None] = lambda rows: None,
    jobs: int | None = None,
    log: Callable[..., None] = lambda **counts: None,
) -> Summary:
    """Answer every row of a table and write it, in order, with the answer behind it.

    Parameters
    ----------
    table, columns
        The input and where its parts stand.
    predictor : Predictor
    writer : Writer
        Takes the rows of the input with the answer columns added.
    progress : callable
        Called with the number of rows done after each chunk.
    jobs : int, optional
        Processes to share the work; by default one for each core. Short tables never start any.
    log : callable
        Called after each chunk with its number and counts, by name.
    """
    labels: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    rows = promotes = number = 0
    closest: list[tuple[float, int, str]] = []
    added = predictor.answer_columns
    np.empty(_LARGE, dtype=np.uint8)  # and given back
    answered = _answered(chunks(table, CHUNK), columns, predictor, jobs or _cores())
    with _nothing_collected(), closing(answered):
        for chunk, answers in answered:
            writer.write(chunk, answers)
            columns_of_answers = dict(zip(added, zip(*answers, strict=True), strict=True))
            of_chunk = Counter(columns_of_answers["label"])
            labels.update(of_chunk)
            sources.update(columns_of_answers["source"])
            promotes += columns_of_answers.get("promotes", ()).count("yes")
            if "p_kol" in added:
                review = (i for i, cells in enumerate(answers) if cells[0] == "review")
                p, why = columns_of_answers["p_kol"], columns_of_answers["reason"]
                closest += [(abs(float(p[i] or 0.0) - 0.5), rows + i + 1, why[i]) for i in review]
                closest = sorted(closest)[:REVIEW_FIRST]
            rows += len(chunk)
            progress(rows)
            number += 1
            log(chunk=number, rows=len(chunk), rows_done=rows, labels=of_chunk)
    return Summary(rows, labels, sources, promotes, [(row, why) for _, row, why in closest])


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Keep the collector of cycles away from the many small objects of a chunk, which make none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _answered(
    chunked: Iterator[list[Row]], columns: Columns, predictor: Predictor, jobs: int
) -> Generator[tuple[list[Row], list[Row]]]:
    """Yield chunks and their answers, in order."""
    answer = _Answerer(predictor)
    for chunk in itertools.islice(chunked, ALONE if jobs > 1 else None):
        yield chunk, answer(cells_in(chunk, columns))
    ahead = list(itertools.islice(chunked, AHEAD * jobs))
    chunked = itertools.chain(ahead, chunked)
    pool = _started(min(jobs, len(ahead)), answer) if ahead else None
    if pool is None:
        yield from ((chunk, answer(cells_in(chunk, columns))) for chunk in chunked)
        return
    waiting: deque[tuple[list[Row], Any]] = deque()
    wanted = True
    try:
        for chunk in chunked:
            with _interrupts_kept_back():
                waiting.append((chunk, pool.submit(_answer, cells_in(chunk, columns))))
            if len(waiting) > AHEAD * jobs:
                yield _taken(*waiting.popleft())
        while waiting:
            yield _taken(*waiting.popleft())
    except BrokenExecutor:
        raise KolclfError("a process ended before its work (is memory short?); try again with --jobs 1") from None
    except (GeneratorExit, KeyboardInterrupt):
        wanted = False  # we do not wait for answers that nobody waits for
        raise
    finally:
        for _, answers in waiting:
            answers.cancel()
        pool.shutdown(wait=wanted)


def _started(processes: int, answer: "_Answerer") -> "ProcessPoolExecutor | None":
    """Return processes that answer, or None where the system lets none start: a sandbox, or a limit of processes or memory."""
    from concurrent.futures.process import ProcessPoolExecutor  # noqa: PLC0415 (a long table pays for it)
    from multiprocessing import active_children, get_context  # noqa: PLC0415

    before = set(active_children())
    try:
        with _quiet(), _interrupts_kept_back(), warnings.catch_warnings():
            # Python 3.12 warns of a fork beside threads: ours draw the progress, and no answer waits for what they hold
            warnings.simplefilter("ignore", DeprecationWarning)
            # Not joblib.Parallel: it reads on whether or not the answers are taken, so memory would grow with the file.
            pool = ProcessPoolExecutor(processes, get_context(METHOD), _start, (answer, os.getpid()))
            pool.submit(os.getpid)  # the first task forks all of them
    except (OSError, NotImplementedError, ImportError):
        for process in set(active_children()) - before:  # some may have started
            process.kill()
        return None
    return pool


@contextmanager
def _interrupts_kept_back() -> Iterator[None]:
    """Put Ctrl-C off for a moment; processes that start in it never hear of one, and end with us."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def _quiet() -> Iterator[None]:
    """Let what multiprocessing starts beside spawned processes clear away after an interrupted run without a word."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"
    try:
        yield
    finally:
        os.environ.pop("PYTHONWARNINGS")
        if before is not None:
            os.environ["PYTHONWARNINGS"] = before


def _taken(chunk: list[Row], answers: Any) -> tuple[list[Row], list[Row]]:
    return chunk, answers.result()


class _Answerer:
    """Answers accounts by their cells, and remembers for the next what their words read as."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor = replace(predictor)  # one made anew takes over the stems that the model knows
        self._matters = None if predictor.explain else predictor.matters  # an explanation tells what is ignored, too
        self._vocabulary = Vocabulary(self._matters)

    def __call__(self, cells: Sequence[Sequence[Any]]) -> list[Row]:
        if self._vocabulary.is_full:  # memory must not grow with the table
            self._vocabulary.forget_others()
        if self._vocabulary.is_full:
            self._vocabulary = Vocabulary(self._matters)
        return self._predictor.rows(accounts_in(cells, self._vocabulary))

    def __reduce__(self) -> tuple[Any, ...]:  # for a process that is not forked; it learns words anew
        return _Answerer, (self._predictor,)


_answerer: _Answerer


def _start(answerer: _Answerer, parent: int) -> None:
    """Make a process ready."""
    global _answerer
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _answerer = answerer


def _end_with(parent: int) -> None:
    """End this process with its parent, whose locks, if it was killed, it would wait for without end."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def _answer(cells: Sequence[Sequence[Any]]) -> list[Row]:
    with _nothing_collected():
        return _answerer(cells)
