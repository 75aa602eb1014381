"""The documentation agrees with the code and with itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from codearena_ray.cli.config_reference import field_docstrings, render_config_reference
from codearena_ray.config import Config, TasksConfig

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def test_the_config_page_is_what_the_models_say() -> None:
    page = (ROOT / "docs" / "reference" / "config.md").read_text(encoding="utf-8")

    assert page == render_config_reference(), "docs/reference/config.md is old: run make docs"


def test_every_key_of_the_configuration_stands_on_its_page() -> None:
    page = render_config_reference()

    for section, field in Config.model_fields.items():
        for key in field.annotation.model_fields:
            assert f"| `{section}.{key}` |" in page


def test_field_docstrings_are_found_under_their_fields() -> None:
    notes = field_docstrings(TasksConfig)

    assert notes["ids"] == "Empty: all; otherwise only these tasks."
    assert "split" not in notes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = [t for t in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in t]

    missing = [target for target in targets if not (page.parent / target).exists()]

    assert not missing


def test_pre_commit_and_make_check_run_the_same_tools() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"].split()[0] for repo in hooks["repos"] for hook in repo["hooks"]]
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").split("\ncheck:")[1].split("\n\n")[0]

    assert set(entries) == set(re.findall(r"\.venv/bin/\S+", recipe))


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_constraints_are_exact_versions_without_addresses(name: str) -> None:
    lines = (ROOT / "constraints" / f"{name}.txt").read_text(encoding="utf-8").splitlines()

    pins = [line for line in lines if line and not line.startswith("#")]

    assert pins
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.!]+", pin) for pin in pins)
