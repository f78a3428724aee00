"""Coverage-guided fuzzing by atheris of the targets beside it; see README.md.

Besides what a target raises, an input that takes long or much memory is a finding. Findings become cases of the tests.
"""

import resource
import sys
import time
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kolclf", "zipfile", "tomllib", "json", "csv", "openpyxl", "html", "ast"]):
    from targets import TARGETS, seeds

    from kolclf import store
    from kolclf.errors import KolclfError

SLOW = 5  # seconds of one core, under instruments
MUCH = 500_000  # more kilobytes than the process ever had


def main() -> None:
    """Fuzz the target that is named first; all other words go to libFuzzer."""
    target, *options = sys.argv[1:]
    if target == "model":
        store._checksum = lambda header, arrays: ""  # a changed part is no damage here
    corpus = Path(__file__).parents[2] / "build" / "fuzz" / target
    corpus.mkdir(parents=True, exist_ok=True)
    start = seeds(target)
    for number, seed in enumerate(start):
        (corpus / f"seed-{number}").write_bytes(seed)

    def is_read(data: bytes) -> bool:
        with suppress(KolclfError):
            TARGETS[target](data)
            return True
        return False

    def once(data: bytes) -> None:
        started, before = time.process_time(), _peak()
        is_read(data)
        assert time.process_time() - started < SLOW, "this input takes long"
        assert _peak() - before < MUCH, "this input takes much memory"

    if not any(map(is_read, start)):
        sys.exit("all that the target starts from is refused, so nothing would be tried")

    # no limit for the whole run: atheris 3.0.0 never frees what a comparison in instrumented code returns, arrays of numpy too
    limits = ["-timeout=600", "-len_control=0", "-max_len=50000", "-rss_limit_mb=0", f"-artifact_prefix={corpus}-"]
    atheris.Setup([sys.argv[0], *limits, *options, str(corpus)], once)
    atheris.Fuzz()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
