"""Files survive whatever ends a run: the old one or the new one is there, never half of one, and no stray."""

import fcntl
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import warnings

import pytest

from kolclf import DataError
from kolclf.batch import CHUNK
from kolclf.rows import Table
from kolclf.tables import read_table
from kolclf.whole import write_whole
from kolclf.writers import open_writer

ROW = "{},dr. Rina Sp.A praktik RS Mitra Bogor nomor {},jadwal praktik senin\n"
MOMENTS = random.Random(7).sample([0.5, 1.0, 1.5, 2.0, 2.5, 3.0], 3)  # seconds
STRAY = ".hasil.csv.kolclf-abc.csv"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A table that several processes answer."""
    path = tmp_path_factory.mktemp("many") / "akun.csv"
    path.write_text("id,bio,captions\n" + "".join(ROW.format(i, i) for i in range(20_000)), encoding="utf-8")
    return path


def started(*arguments, code="from kolclf.__main__ import main; main()", **options):
    """Start a command that Ctrl-C reaches, also where the tests themselves run in the background, deaf to it."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options
        )
    finally:
        signal.signal(signal.SIGINT, before)


def alive(session):
    """The processes of a session that are no zombies."""
    shown = subprocess.run(["ps", "-s", str(session), "-o", "stat=,pid="], capture_output=True, text=True, check=False)
    return [line for line in shown.stdout.splitlines() if not line.startswith("Z")]


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def test_a_forked_process_does_not_hold_the_lock_of_a_file_that_is_written(tmp_path):
    ready, tell = os.pipe()
    with write_whole(tmp_path / "a.csv"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
        if not child:
            os.write(tell, b"1")
            time.sleep(60)
            os._exit(0)
        os.read(ready, 1)
    try:
        with (tmp_path / "a.csv").open("rb") as written:
            fcntl.flock(written, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(tell)


@pytest.mark.parametrize("seconds", MOMENTS)
def test_a_killed_run_leaves_the_old_file_and_the_next_no_stray(run, many, table_file, tmp_path, seconds):
    target = tmp_path / "hasil.csv"
    target.write_text("lama", encoding="utf-8")
    process = started("predict", many, "-o", target, "--no-model", "--jobs", "2")
    time.sleep(seconds)
    process.kill()
    process.wait()
    process.communicate()  # ends when every process that it started has ended
    assert target.read_text(encoding="utf-8") == "lama" or len(target.read_bytes().splitlines()) == 20_001
    assert run("predict", table_file(["bio"], ["bidan"]), "-o", target, "--no-model").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["akun.csv", "hasil.csv"]
    assert len(target.read_bytes().splitlines()) == 2


def test_the_file_of_a_run_that_is_alive_stays(tmp_path):
    with write_whole(tmp_path / "a.csv") as first, write_whole(tmp_path / "a.csv") as second:
        assert first != second and first.exists()
        second.write_text("dua", encoding="utf-8")
        first.write_text("satu", encoding="utf-8")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("a.csv", "satu")]


def test_only_strays_of_the_same_target_are_deleted(tmp_path):
    others = {".hasil.csv.bak", ".hasil2.csv.kolclf-abc.csv", "hasil.csv.kolclf-abc.csv"}
    for name in (*others, STRAY):
        (tmp_path / name).touch()
    with write_whole(tmp_path / "hasil.csv"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {*others, "hasil.csv"}


def test_a_link_and_the_rights_of_a_file_are_kept(tmp_path):
    real, link = tmp_path / "asli.csv", tmp_path / "tautan.csv"
    real.touch(mode=0o600)
    link.symlink_to(real)
    with write_whole(link) as beside:
        beside.write_text("baru", encoding="utf-8")
    assert link.is_symlink() and real.read_text(encoding="utf-8") == "baru"
    assert real.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_full_disk(many, tmp_path, ending):
    target = tmp_path / f"hasil.{ending}"
    target.write_text("lama", encoding="utf-8")
    limit = (20_000, 20_000)
    small = tmp_path / "akun.csv"
    small.write_text("".join(many.read_text(encoding="utf-8").splitlines(keepends=True)[:3000]), encoding="utf-8")
    process = started(
        *("predict", small, "-o", target, "--no-model", "--jobs", "1"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err.splitlines()[-1].startswith(f"Error: {target}: cannot be written") and "Traceback" not in err
    assert target.read_text(encoding="utf-8") == "lama"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["akun.csv", target.name]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx", "parquet"])
def test_the_target_may_be_the_input(run, tmp_path, ending):
    path, columns = tmp_path / f"akun.{ending}", ["id", "bio"]
    with open_writer(str(path), columns, Table("akun", columns, iter(()))) as writer:
        writer.write([["1", "bidan desa"], ["2", ""]], [[], []])
    assert run("predict", path, "-o", path, "--no-model").exit_code == 0
    assert [row[:3] for row in read_table(str(path)).rows] == [["1", "bidan desa", "kol"], ["2", "", "review"]]
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_stops_all_processes_with_one_sentence(many, tmp_path, jobs):
    process = started("predict", many, "-o", tmp_path / "hasil.csv", "--no-model", "--jobs", jobs)
    assert wait_for(lambda: list(tmp_path.iterdir()))  # it has begun to write
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err.splitlines()[1:]) == (130, ["Stopped; no file is left half-written."])
    assert list(tmp_path.iterdir()) == []
    assert wait_for(lambda: not alive(process.pid))


@pytest.mark.parametrize("module", ["typer", "kolclf.options", "kolclf.predictor", "kolclf.tables"])
def test_ctrl_c_while_all_is_being_loaded(many, tmp_path, module):
    interrupting = f"""
import os, signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from kolclf.__main__ import main
main()
"""
    process = started("predict", many, "-o", tmp_path / "hasil.csv", code=interrupting)
    _, err = process.communicate()
    assert (process.returncode, err) == (130, "Stopped; no file is left half-written.\n")


def test_ctrl_c_that_is_ignored_stays_so():
    code = """
import os, signal
from kolclf.interrupt import stop_at_once
signal.signal(signal.SIGINT, signal.SIG_IGN)
stop_at_once()
os.kill(os.getpid(), signal.SIGINT)
"""
    process = started(code=code)
    assert process.communicate() == ("", "") and process.returncode == 0


def test_a_closed_pipe_is_silent(many):
    process = started("predict", many, "--no-model", "--jobs", "2")
    assert process.stdout.readline().startswith("id,bio")
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate()
    assert (process.returncode, len(err.splitlines())) == (0, 1)  # which column is what


@pytest.mark.parametrize("command", [["train", "{}", "-o"], ["export", "{model}", "--to"]], ids=["train", "export"])
def test_an_older_model_is_replaced_by_force_only(run, model_path, table_file, tmp_path, command):
    rows = [[f"dokter anak {i}", "kol"] for i in range(6)] + [[f"endorse DM {i}", "influencer"] for i in range(6)]
    labelled = table_file(["bio", "label"], *rows)
    target = tmp_path / ("m.npz" if command[0] == "train" else "m.joblib")
    target.write_text("lama", encoding="utf-8")
    command = [*(part.format(labelled, model=model_path) for part in command), target]
    refused = run(*command)
    assert (refused.exit_code, target.read_text(encoding="utf-8")) == (1, "lama")
    assert refused.stderr == f"Error: {target}: exists already; choose another name, or replace it with --force\n"
    assert run(*command, "--force").exit_code == 0 and target.read_bytes() != b"lama"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="cannot be written"), write_whole(tmp_path / "nix" / "a.csv"):
        pass


def test_bad_rows_are_skipped_counted_and_written_down(run, table_file, tmp_path):
    path, target = table_file("id,bio\n1,bidan\n2,guru,lebih\n3,dokter\n"), tmp_path / "hasil.csv"
    result = run("predict", path, "-o", target, "--no-model", "--on-bad-rows", "skip", "--lang", "en")
    assert (result.exit_code, len(target.read_text(encoding="utf-8").splitlines())) == (0, 3)
    assert f"1 rows could not be read and are left out; see why in {target}.rejected.csv" in result.stderr
    lines = (tmp_path / "hasil.csv.rejected.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "line,byte,reason,row" and lines[1].startswith('3,16,"has 3 cells')
    assert run("predict", path, "-o", target, "--no-model").exit_code == 1
    assert run("predict", path, "--no-model", "--on-bad-rows", "skip").exit_code == 2


def test_the_log_tells_counts_and_no_content(run, many, tmp_path):
    log = tmp_path / "log.jsonl"
    options = ("--no-model", "--jobs", "1", "--log-json", log)
    assert run("predict", many, "-o", tmp_path / "hasil.csv", *options).exit_code == 0
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [event["chunk"] for event in events] == list(range(1, -(-20_000 // CHUNK) + 1))
    assert sum(event["rows"] for event in events) == events[-1]["rows_done"] == 20_000
    assert all(sum(event["labels"].values()) == event["rows"] and event["peak_mb"] > 1 for event in events)
    assert "Rina" not in log.read_text(encoding="utf-8")


def test_the_same_bytes_whatever_runs_it(many, tmp_path):
    surroundings = [("1", {"PYTHONHASHSEED": "1"}), ("2", {"PYTHONHASHSEED": "2", "TZ": "Asia/Jakarta", "LC_ALL": "C"})]
    for jobs, environment in surroundings:
        target = tmp_path / f"{jobs}.csv"
        process = started(
            "predict", many, "-o", target, "--no-model", "--jobs", jobs, env={**os.environ, **environment}
        )
        process.communicate()
        assert process.returncode == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


@pytest.fixture
def disk(tmp_path):
    """Makes a small disk, where the tests may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mounted(options):
        if os.name == "nt" or os.geteuid() or not shutil.which("mount"):
            pytest.skip("only root can mount a disk")
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False)
        if mount.returncode:
            pytest.skip("no disk can be mounted here")
        return folder

    yield mounted
    if os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)


LABELLED = [[f"dokter anak {i}", "kol"] for i in range(6)] + [[f"endorse DM {i}", "influencer"] for i in range(6)]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["predict", "{many}", "--no-model", "--jobs", "1", "-o"], "hasil.csv"),
        (["train", "{labelled}", "--force", "-o"], "m.npz"),
        (["export", "{model}", "--force", "--to"], "m.joblib"),
        (["evaluate", "{labelled}", "--model", "{model}", "--report"], "laporan.html"),
        (["predict", "{labelled}", "--no-model", "-o", "{tmp}/hasil.csv", "--log-json"], "log.jsonl"),
        (["predict", "{bad}", "--no-model", "--on-bad-rows", "skip", "-o"], "hasil.csv"),
    ],
    ids=["predict", "train", "export", "report", "log", "rejected"],
)
def test_a_disk_that_is_full(run, disk, many, model_path, table_file, tmp_path, command, name):
    labelled = table_file(["bio", "label"], *LABELLED, name="label.csv")
    bad = table_file("id,bio\n" + "1,bidan,lebih\n" * 9000, name="bad.csv")
    folder = disk("size=8m")
    target, filler = folder / name, folder / "penuh"
    before = "" if name == "log.jsonl" else "lama"
    target.write_text(before, encoding="utf-8")
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(1 << 16))
    places = {"many": many, "labelled": labelled, "model": model_path, "bad": bad, "tmp": tmp_path}
    command = [*(part.format(**places) for part in command), target]
    failed = run(*command)
    assert (failed.exit_code, "Traceback" in failed.stderr) == (1, False), failed.exception
    assert failed.stderr.splitlines()[-1].startswith(f"Error: {target}: cannot be written (No space left on device)")
    assert sorted(path.name for path in folder.iterdir()) == sorted([name, "penuh"])
    assert target.read_text(encoding="utf-8") == before
    filler.unlink()
    assert run(*command).exit_code == 0
    assert "penuh" not in (left := sorted(path.name for path in folder.iterdir())) and left[0] == name


def test_a_disk_that_can_only_be_read(run, disk, table_file):
    target = disk("ro") / "hasil.csv"
    result = run("predict", table_file(["bio"], ["bidan"]), "-o", target, "--no-model")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(
        f"Error: {target}: cannot be written (Read-only file system); choose another place with -o\n"
    )


@pytest.mark.parametrize("closed", ["os.close(2)", "os.close(2); sys.stderr = None", "os.dup2(gone, 2)"])
def test_an_interrupt_ends_also_where_nobody_reads(closed):
    gone = "ends = os.pipe(); os.close(ends[0]); gone = ends[1]"
    code = f"import os, signal, sys; from kolclf.interrupt import stop_at_once; stop_at_once(); {gone}; {closed}"
    process = subprocess.run([sys.executable, "-c", f"{code}; os.kill(os.getpid(), signal.SIGINT)"], check=False)
    assert process.returncode == 130
