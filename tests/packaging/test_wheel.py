"""The wheel, as a stranger gets it: one name in site-packages, and it runs from anywhere."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LENT = "lent.pth"
"""Names our site-packages, so that nothing has to be downloaded."""
pytestmark = [pytest.mark.packaging, pytest.mark.slow]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty virtual environment in which only the wheel was installed; dependencies are lent from here."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as b; print(b.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    home = folder / "env"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    install = ["-m", "pip", "--python", str(home), "install", "-q", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    (packages(home) / LENT).write_text("\n".join(site.getsitepackages()) + "\n")
    return home


def packages(home: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}, scheme="venv"))


def run(home: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    scripts = Path(sysconfig.get_path("scripts", vars={"base": str(home), "platbase": str(home)}, scheme="venv"))
    env = {**os.environ, "LOSSPREP_HOME": str(folder / "state"), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [str(scripts / "lossprep"), *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_only_one_name_is_added_to_site_packages(environment: Path) -> None:
    added = {path.name for path in packages(environment).iterdir() if not path.name.endswith(".dist-info")}
    assert added == {"lossprep", LENT}


def test_the_banks_are_served_from_another_folder(environment: Path, tmp_path: Path) -> None:
    listed = run(environment, tmp_path, "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert len([json.loads(line) for line in listed.stdout.splitlines()]) >= 30


def test_a_learners_own_grader_py_changes_nothing(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "grader.py").write_text("raise SystemExit('the learner’s file was imported')")
    answer = ["--loss", "(z - y)^2", "--wrt", "z", "--var", "z: real", "--var", "y: real", "-a", "2(z - y)", "--json"]
    checked = run(environment, tmp_path, "check", *answer)
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["outcome"] == "right"


def test_code_is_graded_by_the_installed_copy(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "mse.py").write_text("import numpy as np\ndef mse(yhat, y):\n    return np.mean((yhat - y) ** 2)\n")
    arguments = ["--loss", "mean((yhat - y)^2)", "--arg", "yhat: real[n]", "--arg", "y: real[n]", "--json"]
    tested = run(environment, tmp_path, "test", "mse.py", *arguments)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert json.loads(tested.stdout)["levels"]["stable"] is True
