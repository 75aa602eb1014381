"""Everything that vLLM is told, environment and arguments, derived from the configuration here alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codearena_ray.config import EngineConfig

_GIB = 1 << 30
_PREFILL_TOKENS = 2048
_EXTENSION = "codearena_ray.actors.weight_transfer.WorkerExtension"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What one engine needs to know to start."""

    engine_id: str
    model_path: str
    """A directory with a Hugging Face model."""
    config: EngineConfig
    max_model_len: int
    """Prompt and completion together, in tokens."""
    node_directory: str
    """Name of the run's `NodeDirectory`."""
    node_root: str = ""
    """Where node directories lie; empty: the default."""
    seed: int = 0
    random_weights: bool = False
    """Do not read weights, make up random ones: every run pushes its own anyway."""


def vllm_environment(config: EngineConfig, *, sockets: Path, temporary: Path) -> dict[str, str]:
    """Return the environment of an engine's processes; set before vLLM or torch is imported in them.

    Args:
        config: The engine section.
        sockets: Where vLLM puts its sockets; a short path, which sockets need.
        temporary: Where it leaves temporary files, so that they go when the run does.
    """
    environment = {
        "HF_HUB_OFFLINE": "1",
        "TMPDIR": str(temporary),
        "TOKENIZERS_PARALLELISM": "false",
        # Compiled kernels outlive a run, and memory file systems often forbid running what lies on them.
        "TORCHINDUCTOR_CACHE_DIR": f"{tempfile.gettempdir()}/torchinductor_{os.getuid()}",
        "VLLM_LOGGING_LEVEL": "WARNING",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_RPC_BASE_PATH": str(sockets),
        "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    }
    if config.num_gpus == 0:
        # Binding picks cores as if it were alone on the machine; learners and sandboxes share them.
        environment["VLLM_CPU_OMP_THREADS_BIND"] = "nobind" if config.omp_threads else "auto"
    if config.omp_threads:
        environment["OMP_NUM_THREADS"] = str(config.omp_threads)
    return environment


def vllm_arguments(options: EngineOptions, *, owner_pid: int) -> Mapping[str, Any]:
    """Return the keyword arguments of `AsyncEngineArgs`."""
    from codearena_ray.actors.weight_transfer import FILE_BACKEND, OWNER_PID

    config = options.config
    arguments: dict[str, Any] = {
        "model": options.model_path,
        "dtype": config.dtype,
        "max_model_len": options.max_model_len,
        "max_num_seqs": config.max_num_seqs,
        "tensor_parallel_size": config.tensor_parallel_size,
        "enforce_eager": config.enforce_eager,
        "seed": options.seed,
        "skip_tokenizer_init": True,
        "generation_config": "vllm",
        "enable_prefix_caching": True,
        "logprobs_mode": "processed_logprobs",
        "load_format": "dummy" if options.random_weights else "auto",
        "worker_extension_cls": _EXTENSION,
        "weight_transfer_config": {"backend": FILE_BACKEND},
        "additional_config": {OWNER_PID: owner_pid},
    }
    if config.num_gpus == 0:
        arguments["kv_cache_memory_bytes"] = int(config.kv_cache_gib * _GIB)
        # vLLM 0.32 rewinds the generator of a seeded request whose prompt was prefilled in part only, which
        # a CPU generator cannot do: the engine dies. So prompts go in whole; may go when that is fixed.
        arguments["enable_chunked_prefill"] = False
        arguments["max_num_batched_tokens"] = max(options.max_model_len, _PREFILL_TOKENS)
    else:
        arguments["gpu_memory_utilization"] = config.gpu_memory_utilization
    return arguments
