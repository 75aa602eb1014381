"""Weights on their way from a learner to engines: one safetensors file per module and version.

A file is written under a temporary name, synced to its final name in one step, named by version and
checksum and never changed afterwards. Whoever loads it verifies the checksum first. Files live in the run's
node directory (memory, where the machine has /dev/shm) and are deleted once every engine has acknowledged a
newer version.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codearena_ray.errors import SyncError

TIED_HEAD = "lm_head.weight"
"""Under tied embeddings this is the embedding matrix under a second name: it is not sent."""

_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file of weights and what it must contain."""

    module: str
    version: int
    checksum: str
    """SHA-256 of the whole file, hexadecimal."""
    path: str
    num_bytes: int
    node_id: str = ""
    """The Ray node that holds the file; empty: the driver's."""


def file_name(module: str, *, version: int, checksum: str) -> str:
    """Return the name of a weight file, with what a file name may not have replaced in the module's name."""
    return f"{re.sub(r'[^A-Za-z0-9_.]', '_', module)}-{version:06d}-{checksum}.safetensors"


def file_checksum(path: str | Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_weight_file(
    tensors: Mapping[str, Any],
    *,
    directory: str | Path,
    module: str,
    version: int,
    tied: bool,
    node_id: str = "",
) -> WeightFile:
    """Write named tensors for engines to load.

    Args:
        tensors: Names as in the model's own checkpoints to torch tensors, on any device.
        directory: Where to write; must exist. Usually `NodeDirectory.weights`.
        module: The RLlib module that they belong to.
        version: Not negative, growing with every update.
        tied: The model ties its output head to its embeddings; the head is left out.
        node_id: The Ray node that this runs on, where it is not the driver's.

    Raises:
        SyncError: the disk is full or the directory is gone; nothing is left behind.
    """
    from safetensors.torch import save_file

    if version < 0:
        raise ValueError(f"a weight version is 0 or more, got {version}")
    kept = {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in tensors.items()
        if not (tied and name == TIED_HEAD)
    }
    part = Path(directory) / f".part-{os.getpid()}-{version:06d}"
    try:
        save_file(kept, part)
        checksum = file_checksum(part)
        final = Path(directory) / file_name(module, version=version, checksum=checksum)
        num_bytes = part.stat().st_size
        os.replace(part, final)
    except Exception as error:
        part.unlink(missing_ok=True)
        raise SyncError(f"weights {module} {version} could not be written to {directory}: {error}") from error
    return WeightFile(module, version, checksum, str(final), num_bytes, node_id)


def read_weight_bytes(weights: WeightFile) -> bytes:
    """Return the content of a weight file, to be sent to another node.

    Raises:
        SyncError: the file is gone.
    """
    try:
        return Path(weights.path).read_bytes()
    except OSError as error:
        raise SyncError(
            f"weights {weights.module} {weights.version} are not at {weights.path}: {error}"
        ) from error


def store_weight_bytes(data: bytes, *, weights: WeightFile, directory: str | Path, tag: str) -> str:
    """Write bytes that came from another node and return the local path; the loader verifies them.

    Args:
        data: The content of the file.
        weights: What it is.
        directory: Where to write.
        tag: Who writes: two engines on one node must not take away each other's copy.

    Raises:
        SyncError: they could not be written.
    """
    name = file_name(f"{weights.module}-{tag}", version=weights.version, checksum=weights.checksum)
    final = Path(directory) / name
    part = final.with_name(f".part-{os.getpid()}-{final.name}")
    try:
        part.write_bytes(data)
        os.replace(part, final)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SyncError(f"weights {weights.version} could not be stored in {directory}: {error}") from error
    return str(final)


def verify_weight_file(path: str | Path, *, checksum: str) -> None:
    """Check that a file is the one that was sent.

    Raises:
        SyncError: it is missing, cut short or different.
    """
    try:
        found = file_checksum(path)
    except OSError as error:
        raise SyncError(f"weight file {path} cannot be read: {error}") from error
    if found != checksum:
        raise SyncError(f"weight file {path} has checksum {found[:12]}, expected {checksum[:12]}")


def delete_weight_file(weights: WeightFile) -> None:
    """Remove a weight file of this node; one that is gone already is fine."""
    Path(weights.path).unlink(missing_ok=True)
