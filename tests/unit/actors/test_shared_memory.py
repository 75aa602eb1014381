"""What multiprocessing leaves in shared memory is found and removed with the run."""

from __future__ import annotations

import multiprocessing
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.actors.shared_memory import SharedMemoryWatch


def test_queues_and_semaphores_made_while_it_watches_go_with_the_node_directory(tmp_path: Path) -> None:
    node = NodeDirectory("shm", root=tmp_path)
    with SharedMemoryWatch(node):
        queue = SharedMemory(create=True, size=4096)
        semaphore = multiprocessing.get_context("spawn").Semaphore(1)
    names = [Path("/dev/shm") / queue.name, Path("/dev/shm") / f"sem.{semaphore._semlock.name.lstrip('/')}"]
    assert all(path.exists() for path in names)
    node.close()
    assert not any(path.exists() for path in names)
    queue.close()
