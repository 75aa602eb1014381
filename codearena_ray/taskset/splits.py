"""The split of a family: a stable hash, so that a growing collection never moves one."""

from __future__ import annotations

import hashlib

SPLITS = ("train", "dev", "test")
_TRAIN_SHARE, _DEV_SHARE = 0.65, 0.15


def split_of(family_id: str) -> str:
    """Return `train` (65 %), `dev` (15 %) or `test` (20 %) for a family; equal everywhere."""
    digest = hashlib.sha256(b"codearena split 1\x00" + family_id.encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < _TRAIN_SHARE:
        return "train"
    return "dev" if place < _TRAIN_SHARE + _DEV_SHARE else "test"
