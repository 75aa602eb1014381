"""The wheel, installed into an empty environment outside the clone, is a working `codearena`."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(command: Sequence[str | Path], *, folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # Without isolation: the build backend is a development dependency, nothing is fetched.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    _run(command, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel, this environment's packages as its dependencies."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env" / "bin" / "python"
    target = _run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder=folder)
    _run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel],
        folder=folder,
    )
    # A .pth file's line adds a path and no more: the .pth files there, the clone's among them, are not read.
    dependencies = Path(target.stdout.strip()) / "dependencies.pth"
    dependencies.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


def test_the_wheel_holds_configs_packs_and_models(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert "codearena_ray/_data/configs/laptop.yaml" in names
    assert "codearena_ray/_data/packs/builtin.jsonl.gz" in names
    shipped = (ROOT / "codearena_ray" / "_data").rglob("*")
    assert {str(path.relative_to(ROOT)) for path in shipped if path.is_file()} <= set(names)


def test_the_wheel_holds_the_package_and_nothing_of_the_clone_around_it(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"codearena_ray"}


def test_the_installed_package_is_the_wheels_own(installed: Path, tmp_path: Path) -> None:
    done = _run(
        [installed / "python", "-c", "import codearena_ray; print(codearena_ray.__file__)"], folder=tmp_path
    )

    assert done.stdout.startswith(str(installed.parent))


def test_the_installed_command_shows_its_verbs(installed: Path, tmp_path: Path) -> None:
    done = _run([installed / "codearena", "--help"], folder=tmp_path)

    assert "tasks" in done.stdout
    assert "train" in done.stdout


def test_the_installed_command_lists_the_shipped_tasks(installed: Path, tmp_path: Path) -> None:
    done = _run([installed / "codearena", "tasks", "list", "--json"], folder=tmp_path)

    assert len(json.loads(done.stdout)["tasks"]) >= 800
    assert not list(tmp_path.iterdir())


def test_the_installed_package_finds_its_configs_by_name(installed: Path, tmp_path: Path) -> None:
    code = "from codearena_ray.config import load_config; print(load_config('laptop').run.name)"

    assert _run([installed / "python", "-c", code], folder=tmp_path).stdout == "laptop\n"
