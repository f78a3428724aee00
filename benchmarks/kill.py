"""Kills commands that write a file at random moments and counts what is left: the old file, the new one, or anything else."""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROFILES = ROOT / "data" / "profiles.csv"
OLD = b"old"
COMMANDS = {
    "predict": ("result.csv", ["predict", str(PROFILES), "--jobs", "2", "-o"]),
    "train": ("model.npz", ["train", str(PROFILES), "--force", "-o"]),
    "export": ("pipeline.joblib", ["export", str(ROOT / "models" / "default.npz"), "--force", "--to"]),
    "evaluate": ("report.html", ["evaluate", str(PROFILES), "--report"]),
}


def run(arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start kolclf."""
    command = [sys.executable, "-c", "from kolclf.__main__ import main; main()", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def moments(name: str, count: int) -> Counter[str]:
    """Kill a command at random moments of its whole run, and count what stands in its target's place."""
    target_name, command = COMMANDS[name]
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / target_name
        started = time.monotonic()
        run([*command, str(target)]).wait()
        seconds, new = time.monotonic() - started, target.read_bytes()
        chosen = random.Random(0)
        for _ in range(count):
            target.write_bytes(OLD)
            process = run([*command, str(target)])
            time.sleep(chosen.uniform(0, 1.1 * seconds))
            process.kill()
            process.wait()
            found[{OLD: "old", new: "new"}.get(target.read_bytes(), "broken")] += 1
        found["left by kills"] = len(list(Path(folder).iterdir())) - 1
        run([*command, str(target)]).wait()
        found["left after one more run"] = len(list(Path(folder).iterdir())) - 1
    return found


def main() -> None:
    """Print one line a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("command", nargs="*", default=list(COMMANDS))
    options = parser.parse_args()
    columns = ("old", "new", "broken", "left by kills", "left after one more run")
    print("command", *columns, sep=" | ")
    for name in options.command:
        found = moments(name, options.moments)
        print(name, *(found[column] for column in columns), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
