"""What integration tests share: one Ray per session, small random models, one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codearena_ray.actors.engine_pool import EnginePool
from codearena_ray.actors.engine_types import EngineEvent
from codearena_ray.config import DeadlinesConfig, EngineConfig


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


@pytest.fixture(scope="session")
def engine_pool(
    ray_session: None, tiny_random_model: Callable[[bool], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EnginePool]:
    """One engine with the tied random model, shared by all tests of a session.

    A test may update it, damage it and have it replaced: it pushes versions above `pool.version` and leaves
    an engine behind that serves.
    """
    pool = small_pool(tiny_random_model(True))
    pool.start()
    yield pool
    pool.close()


def small_pool(
    model: Path,
    *,
    on_event: Callable[[EngineEvent], None] = lambda _: None,
    start_s: float = 600,
) -> EnginePool:
    """Return a pool of one small engine, not started; its deadlines suit a machine that is busy."""
    return EnginePool(
        module="fixer",
        model_path=str(model),
        config=EngineConfig(max_num_seqs=64, kv_cache_gib=1, omp_threads=1, num_cpus=0.5),
        deadlines=DeadlinesConfig(engine_start_s=start_s, generate_s=600, sync_s=120),
        max_model_len=1024,
        on_event=on_event,
    )


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
