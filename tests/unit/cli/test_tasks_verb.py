import json
from pathlib import Path

import pytest

from codearena_ray.cli.app import run
from codearena_ray.taskset import save_pack
from codearena_ray.taskset.schema import with_content_hash
from codearena_ray.types import Category, Step, Task, TestCase


@pytest.fixture
def pack(tmp_path: Path) -> str:
    def task(name: str, split: str, category: Category) -> Task:
        case = TestCase("v01", (Step("total", args=([1, 2],), expect=3),))
        hidden = TestCase("h01", (Step("total", args=([7],), raises="ValueError"),))
        return with_content_hash(
            Task(
                id=name,
                statement="Add the numbers.",
                entry_points=("total",),
                buggy_code="def total(values):\n    return min(values)\n",
                reference_code="def total(values):\n    return sum(values)\n",
                visible_cases=(case,),
                hidden_cases=(hidden,),
                category=category,
                bug_type="wrong_function",
                family_id="sums",
                split=split,
            )
        )

    path = tmp_path / "pack.jsonl"
    save_pack([task("sums-a", "train", Category.LOGIC), task("sums-b", "train", Category.TYPE)], path)
    return str(path)


def test_list_prints_one_line_a_task_or_one_object(pack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "list", "--pack", pack]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["sums-a", "sums-b"]
    assert run(["tasks", "list", "--pack", pack, "--category", "type", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["tasks"]
    assert [row["id"] for row in rows] == ["sums-b"]
    assert rows[0]["lines"] == 2


def test_show_keeps_the_fix_to_itself_unless_asked(pack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "show", "sums-a", "--pack", pack]) == 0
    shown = capsys.readouterr().out
    assert "min(values)" in shown
    assert "total([1, 2]) → 3" in shown
    assert "sum(values)" not in shown
    assert "ValueError" not in shown
    assert run(["tasks", "show", "sums-a", "--pack", pack, "--spoiler"]) == 0
    shown = capsys.readouterr().out
    assert "+    return sum(values)" in shown
    assert "total([7]) raises ValueError" in shown


def test_show_as_json_keeps_secrets_too(pack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tasks", "show", "sums-a", "--pack", pack, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["id"] == "sums-a"
    assert not {"reference_code", "hidden_cases", "fault_lines"} & set(record)
    assert run(["tasks", "show", "sums-a", "--pack", pack, "--json", "--spoiler"]) == 0
    assert "sum(values)" in json.loads(capsys.readouterr().out)["reference_code"]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["show", "sums-c"], "did you mean"),
        (["list", "--split", "tset"], "none of train, dev, test"),
        (["list", "--category", "style"], "none of syntax"),
    ],
)
def test_mistakes_are_named(
    pack: str, capsys: pytest.CaptureFixture[str], argv: list[str], told: str
) -> None:
    assert run(["tasks", *argv, "--pack", pack]) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


def test_a_part_of_the_pack_never_replaces_the_shipped_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["tasks", "build", "--family", "find_sorted"]) == 2
    assert "--out" in capsys.readouterr().err
    assert run(["tasks", "build", "--problems", str(tmp_path)]) == 2
    assert "no problem files" in capsys.readouterr().err
