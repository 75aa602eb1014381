"""Weight files and the directory they live in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codearena_ray.actors.node_directory import NodeDirectory, sweep
from codearena_ray.actors.vllm_settings import vllm_environment
from codearena_ray.actors.weight_file import (
    TIED_HEAD,
    delete_weight_file,
    read_weight_bytes,
    store_weight_bytes,
    verify_weight_file,
    write_weight_file,
)
from codearena_ray.config import EngineConfig
from codearena_ray.errors import SyncError

torch = pytest.importorskip("torch")


def tensors() -> dict[str, object]:
    embed = torch.arange(6.0).reshape(2, 3)
    return {"model.embed_tokens.weight": embed, TIED_HEAD: embed, "model.norm.weight": torch.ones(3)}


def test_a_weight_file_is_named_by_module_version_and_checksum_and_nothing_else_is_left(
    tmp_path: Path,
) -> None:
    file = write_weight_file(tensors(), directory=tmp_path, module="fixer/0", version=7, tied=True)
    assert Path(file.path).name == f"fixer_0-000007-{file.checksum}.safetensors"
    assert [path.name for path in tmp_path.iterdir()] == [Path(file.path).name]
    assert file.num_bytes == Path(file.path).stat().st_size
    verify_weight_file(file.path, checksum=file.checksum)


@pytest.mark.parametrize("tied", [True, False])
def test_a_tied_output_head_is_not_sent_and_an_untied_one_is(tmp_path: Path, tied: bool) -> None:
    from safetensors.torch import load_file

    named = tensors()
    named[TIED_HEAD] = torch.zeros(2, 3)
    file = write_weight_file(named, directory=tmp_path, module="m", version=0, tied=tied)
    assert (TIED_HEAD in load_file(file.path)) is not tied


def test_equal_weights_have_equal_checksums(tmp_path: Path) -> None:
    first, second = (
        write_weight_file(tensors(), directory=tmp_path, module="m", version=v, tied=True) for v in (1, 2)
    )
    assert first.checksum == second.checksum
    assert first.path != second.path


@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_a_damaged_file_is_noticed(tmp_path: Path, damage: str) -> None:
    file = write_weight_file(tensors(), directory=tmp_path, module="m", version=0, tied=True)
    data = bytearray(Path(file.path).read_bytes())
    if damage == "cut":
        Path(file.path).write_bytes(data[:-1])
    elif damage == "flip":
        data[-1] ^= 1
        Path(file.path).write_bytes(data)
    else:
        delete_weight_file(file)
    with pytest.raises(SyncError, match=r"checksum|cannot be read"):
        verify_weight_file(file.path, checksum=file.checksum)


def test_bytes_from_another_node_arrive_as_the_same_file(tmp_path: Path) -> None:
    file = write_weight_file(tensors(), directory=tmp_path, module="m", version=0, tied=True)
    other = tmp_path / "other"
    other.mkdir()
    path = store_weight_bytes(read_weight_bytes(file), weights=file, directory=other, tag="m-1.0")
    verify_weight_file(path, checksum=file.checksum)
    delete_weight_file(file)
    delete_weight_file(file)
    with pytest.raises(SyncError, match="are not at"):
        read_weight_bytes(file)


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SyncError, match="could not be written"):
        write_weight_file(tensors(), directory=tmp_path / "missing", module="m", version=0, tied=True)
    with pytest.raises(ValueError, match="0 or more"):
        write_weight_file(tensors(), directory=tmp_path, module="m", version=-1, tied=True)
    assert list(tmp_path.iterdir()) == []


def test_the_last_user_of_a_node_directory_removes_it(tmp_path: Path) -> None:
    first, second = NodeDirectory("run", root=tmp_path), NodeDirectory("run", root=tmp_path)
    assert first.path == second.path
    first.close()
    first.close()
    assert second.weights.is_dir()
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_with_the_files_it_adopted(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    adopted, replaced = tmp_path / "adopted", tmp_path / "replaced"
    adopted.write_text("queue")
    replaced.write_text("old")
    code = (
        "import sys, time\n"
        "from codearena_ray.actors.node_directory import NodeDirectory\n"
        f"node = NodeDirectory('dead', root={str(tmp_path / 'root')!r})\n"
        f"node.adopt([{str(adopted)!r}, {str(replaced)!r}, '/nowhere'])\n"
        "(node.weights / 'file').write_text('x')\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert sweep(tmp_path / "root") == []
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    new = tmp_path / "new"
    new.write_text("someone else's by now")
    os.replace(new, replaced)
    assert [path.name for path in sweep(tmp_path / "root")] == ["codearena-dead"]
    assert list((tmp_path / "root").iterdir()) == []
    assert not adopted.exists()
    assert replaced.exists()


def test_a_node_directory_with_an_unusable_name_is_refused(tmp_path: Path) -> None:
    for name in ("", "a/b", "x" * 41):
        with pytest.raises(ValueError, match="letters"):
            NodeDirectory(name, root=tmp_path)


def test_the_environment_of_an_engine_follows_from_its_configuration(tmp_path: Path) -> None:
    bound = vllm_environment(EngineConfig(omp_threads=3), sockets=tmp_path / "s", temporary=tmp_path / "t")
    assert bound["OMP_NUM_THREADS"] == "3"
    assert bound["VLLM_CPU_OMP_THREADS_BIND"] == "nobind"
    assert bound["VLLM_RPC_BASE_PATH"] == str(tmp_path / "s")
    free = vllm_environment(EngineConfig(omp_threads=0), sockets=tmp_path, temporary=tmp_path)
    assert "OMP_NUM_THREADS" not in free
    assert free["VLLM_CPU_OMP_THREADS_BIND"] == "auto"
    gpu = vllm_environment(EngineConfig(num_gpus=1), sockets=tmp_path, temporary=tmp_path)
    assert "VLLM_CPU_OMP_THREADS_BIND" not in gpu
