"""Where the policy shipped with the package lies, and what a model argument may name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from codearena_ray.config import data_dir
from codearena_ray.errors import ConfigError

BUILTIN = "tiny"


def resolve_model(path: str) -> Path:
    """Return the folder of a model: `builtin` or a directory with a Hugging Face model.

    Raises:
        ConfigError: there is no config.json; the message says what was expected.
    """
    folder = data_dir("models") / BUILTIN if path in ("builtin", BUILTIN) else Path(path)
    if not (folder / "config.json").is_file():
        raise ConfigError(f"model.path: {path!r} is no model directory (no config.json in {folder})")
    return folder


def model_hash(folder: Path) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 over the model's weights and configuration."""
    return _hash_files([*sorted(folder.glob("*.safetensors")), folder / "config.json"])


def tokenizer_hash(folder: Path) -> str:
    """Return the same over the tokenizer and its chat template."""
    names = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
    return _hash_files([folder / name for name in names if (folder / name).is_file()])


def _hash_files(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:16]
