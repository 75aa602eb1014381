"""What integration tests share: one Ray per session and small random models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def ray_session() -> Iterator[None]:
    """Ray on loopback with two CPUs; started once, stopped at the end of the session."""
    import ray

    ray.init(
        address="local",
        num_cpus=2,
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
        log_to_driver=False,
        object_store_memory=256 << 20,
    )
    yield
    ray.shutdown()


@pytest.fixture(scope="session")
def tiny_random_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """Return a function from `tied` to the directory of a random Qwen2 model of 4 million parameters."""
    made: dict[bool, Path] = {}

    def make(tied: bool) -> Path:
        if tied not in made:
            made[tied] = _save_random_model(
                tmp_path_factory.mktemp(f"model-{'tied' if tied else 'untied'}"), tied
            )
        return made[tied]

    return make


def _save_random_model(directory: Path, tied: bool) -> Path:
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=2048,
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        intermediate_size=704,
        max_position_embeddings=1024,
        tie_word_embeddings=tied,
        initializer_range=0.1,
    )
    with torch.random.fork_rng():
        torch.manual_seed(7)
        Qwen2ForCausalLM(config).save_pretrained(directory)
    return directory
