"""The wheel works where the repository is not."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def test_the_wheel_predicts_with_its_own_model_and_rules(tmp_path):
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()

    def python(*arguments):
        result = subprocess.run(
            [sys.executable, "-P", *arguments],
            cwd=elsewhere,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    python("-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, REPOSITORY)
    [wheel] = tmp_path.glob("*.whl")
    pip = [
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
    ]
    python(*pip, "--target", installed, wheel)
    assert Path(python("-c", "import kolclf; print(kolclf.__file__)").strip()).is_relative_to(installed)
    packed = (installed / "kolclf" / "default.npz").read_bytes()
    assert packed == (REPOSITORY / "models" / "default.npz").read_bytes()
    beside_modules = {"lexicon.toml", "rules.toml", "report.html", "report.css", "report.toml"}
    assert beside_modules <= {path.name for path in (installed / "kolclf").iterdir()}

    answer = python(installed / "bin" / "kolclf", "predict", "--bio", "dr. Rina, Sp.A | Praktik RS Mitra Bogor")
    assert answer.startswith("kol ") and "source = model+rules" in answer
