import os
from pathlib import Path

import pytest

from codearena_ray.sandbox.isolation.confine import remove_tree
from codearena_ray.sandbox.observe import MAX_FILE_BYTES, Unreadable, read_file


def test_only_small_regular_files_below_the_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    folder = tmp_path / "folder"
    (folder / "real").mkdir(parents=True)
    (folder / "real" / "a.txt").write_text("text", newline="")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "way").symlink_to(tmp_path)
    (folder / "large").write_bytes(bytes(MAX_FILE_BYTES + 1))
    (folder / "binary").write_bytes(b"\xff")
    os.mkfifo(folder / "fifo")
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = {
            path: read_file(fd, path)
            for path in (
                "real/a.txt",
                "link",
                "way/outside",
                "large",
                "binary",
                "fifo",
                "real",
                "none",
                "none/x",
            )
        }
    finally:
        os.close(fd)
    assert found == {
        "real/a.txt": "text",
        "link": Unreadable("link"),
        "way/outside": Unreadable("link"),
        "large": Unreadable("too large"),
        "binary": Unreadable("not utf-8"),
        "fifo": Unreadable("not a file"),
        "real": Unreadable("not a file"),
        "none": None,
        "none/x": None,
    }


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\x00"])
def test_paths_that_leave_the_folder_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="relative path"):
        read_file(0, path)


def test_deep_and_odd_trees_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    fd = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=fd)
        inner = os.open("d", os.O_RDONLY, dir_fd=fd)
        os.symlink("/etc", "link", dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(fd)
    (folder / "..1").mkdir()
    (folder / "closed").mkdir(mode=0)
    remove_tree(str(folder))
    assert not folder.exists()
