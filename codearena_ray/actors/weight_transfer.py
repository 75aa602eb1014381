"""vLLM's weight transfer from a file, registered as an effect of importing this module.

vLLM imports the module named by `worker_extension_cls` in every worker before it creates the transfer
engine: the one place where registration by import is wanted. A worker opens the file by path, verifies its
checksum before it touches a parameter, and raises unless every parameter was loaded. It works on any
device; nccl and ipc are vLLM's own.

The module also ties the life of vLLM's processes to the process that started them (`OwnerWatch`): those of an
actor that was killed with SIGKILL would otherwise stay for ever.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass
from typing import Any

import psutil
import torch
from vllm.distributed.weight_transfer.base import (
    WeightTransferEngine,
    WeightTransferInitInfo,
    WeightTransferUpdateInfo,
)
from vllm.distributed.weight_transfer.factory import WeightTransferEngineFactory

from codearena_ray.actors.weight_file import verify_weight_file
from codearena_ray.errors import SyncError

FILE_BACKEND = "codearena_file"
OWNER_PID = "codearena_owner_pid"
"""Key in vLLM's `additional_config`: the process that the engine belongs to."""
_WATCH_S = 0.5


@dataclass
class FileInit(WeightTransferInitInfo):
    """Nothing to agree on beforehand."""


@dataclass
class FileUpdate(WeightTransferUpdateInfo):
    """Where the new weights are."""

    path: str
    checksum: str


class FileWeightTransfer(WeightTransferEngine[FileInit, FileUpdate]):
    """Loads a safetensors file of complete weights into the worker's model."""

    init_info_cls = FileInit
    update_info_cls = FileUpdate

    def __init__(self, config: Any, vllm_config: Any, device: torch.device, model: torch.nn.Module) -> None:
        super().__init__(config, vllm_config, device, model)
        # Read before any reload: during one, tied parameters appear twice.
        self._expected = frozenset(name for name, _ in model.named_parameters())
        owner = (vllm_config.additional_config or {}).get(OWNER_PID)
        if owner:
            OwnerWatch(int(owner)).start()

    def init_transfer_engine(self, init_info: FileInit) -> None:
        """Do nothing: a file needs no connection."""

    def start_weight_update(self) -> None:
        """Make the model ready to take checkpoint-shaped weights layer by layer."""
        from vllm.model_executor.model_loader.reload import initialize_layerwise_reload

        initialize_layerwise_reload(self.model)

    def update_weights(self, update_info: dict[str, Any]) -> None:
        """Load one file. The base class synchronises an accelerator, which a CPU does not have."""
        self.receive_weights(self.parse_update_info(update_info))
        if torch.accelerator.is_available():
            torch.accelerator.synchronize()

    def receive_weights(self, update_info: FileUpdate) -> None:
        """Verify the file, then load all of it.

        Raises:
            SyncError: it is not the file that was sent, or lacks a parameter.
        """
        from safetensors import safe_open

        verify_weight_file(update_info.path, checksum=update_info.checksum)
        with safe_open(update_info.path, "pt") as file:
            loaded = self.model.load_weights((name, file.get_tensor(name)) for name in file.keys())  # noqa: SIM118
        missing = sorted(self._expected - loaded)
        if missing:
            raise SyncError(f"weights lack {len(missing)} parameters, {missing[0]} first")

    def finish_weight_update(self) -> None:
        """Put the model back into its kernel format."""
        from vllm.model_executor.model_loader.reload import finalize_layerwise_reload

        finalize_layerwise_reload(self.model, self.model_config)
        repack_tied_heads(self.model)

    def shutdown(self) -> None:
        """Do nothing: nothing is held."""


def repack_tied_heads(model: torch.nn.Module) -> int:
    """Pack embedding matrices again for the CPU's matrix kernels and return how many were.

    On the CPU every matrix product runs on a packed copy that `layer.cpu_linear` holds. vLLM 0.32's
    layer-wise reload packs only layers whose own parameters were loaded; a tied output head loads none and
    would go on computing with the old copy, silently. May go when a reload in vLLM packs tied heads itself.
    """
    from vllm.model_executor.layers.vocab_parallel_embedding import VocabParallelEmbedding

    heads = [m for m in model.modules() if isinstance(m, VocabParallelEmbedding) and hasattr(m, "cpu_linear")]
    for head in heads:
        head.quant_method.process_weights_after_loading(head)
    return len(heads)


class OwnerWatch:
    """Ends this process, and the EngineCore between it and its owner, when the owner is gone."""

    def __init__(self, owner_pid: int) -> None:
        self._owner_pid = owner_pid
        parent = multiprocessing.parent_process()
        self._core_pid = parent.pid if parent is not None and parent.pid != owner_pid else None

    def start(self) -> None:
        """Watch from a thread that ends with the process."""
        threading.Thread(target=self._watch, name="OwnerWatch", daemon=True).start()

    def _watch(self) -> None:
        try:
            owner = psutil.Process(self._owner_pid)
            while owner.is_running() and owner.status() != psutil.STATUS_ZOMBIE:
                time.sleep(_WATCH_S)
        except psutil.NoSuchProcess:
            pass
        if self._core_pid is not None and os.getppid() == self._core_pid:
            os.kill(self._core_pid, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


class WorkerExtension:
    """Named by `worker_extension_cls`, which makes every worker import this module. It adds nothing else."""


if FILE_BACKEND not in WeightTransferEngineFactory._registry:
    WeightTransferEngineFactory.register_engine(FILE_BACKEND, FileWeightTransfer)
