"""The learner: micro-batched policy-gradient steps, weight files, log-probabilities for parity probes.

RLlib has no gradient accumulation; `_uncompiled_update` runs the micro-batches of the batch, all-reducing on
the last one only. Optimizer steps on one batch (`epochs`) happen inside one update, against a proximal policy
that is computed before the first of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ray
import torch
from ray.rllib.core import COMPONENT_RL_MODULE
from ray.rllib.core.learner.torch.torch_learner import TorchLearner
from ray.rllib.utils import force_list
from torch import Tensor
from torch.distributed import ReduceOp

from codearena_ray.actors.node_directory import NodeDirectory
from codearena_ray.actors.weight_file import WeightFile, write_weight_file
from codearena_ray.algorithms.loss import LossStats, merge_stats, policy_loss
from codearena_ray.algorithms.rl_module import POLICY_DIR

Batch = dict[str, Tensor]
SEQUENCE_COLUMNS = frozenset(
    {
        "input_ids",
        "positions",
        "segments",
        "predecessor",
        "loss_mask",
        "old_logprobs",
        "advantages",
        "token_weight",
    }
)


def micro_batches(batch: Mapping[str, Tensor]) -> Iterator[Batch]:
    """Yield the micro-batches of a batch in order, trimmed to their longest sequence."""
    for index in range(int(batch["micro_batch"].max()) + 1):
        chosen = batch["micro_batch"] == index
        longest = max(1, int(batch["lengths"][chosen].max()))
        yield {
            name: column[chosen][:, :longest] if name in SEQUENCE_COLUMNS else column[chosen]
            for name, column in batch.items()
        }


class GRPOLearner(TorchLearner):
    """Trains every module of the batch with the clipped, importance-weighted surrogate of `loss`."""

    checkpoint_error = ""
    """Why the last `save_to_path` or `restore_from_path` failed; see `learner_group`."""

    _node_directory: NodeDirectory | None = None

    def build(self) -> None:
        """Set up modules and optimizers; bound the CPU threads that a step may use."""
        threads = self.config.codearena.algorithm.torch_threads
        if threads:
            torch.set_num_threads(threads)
        super().build()

    def rl_module_is_compatible(self, module: Any) -> bool:
        """Return True: any module with the packed forward contract."""
        return hasattr(module, "forward_train")

    def configure_optimizers_for_module(self, module_id: str, config: Any = None) -> None:
        """Register AdamW without weight decay for the parameters of a module."""
        parameters = self.get_parameters(self._module[module_id])
        self.register_optimizer(
            module_id=module_id,
            optimizer=torch.optim.AdamW(parameters, lr=config.lr, weight_decay=0.0, betas=(0.9, 0.95)),
            params=parameters,
            lr_or_lr_schedule=config.lr,
        )

    def _uncompiled_update(self, batch: dict[str, Batch], **_: Any) -> tuple[Any, Any, Any]:
        settings = self.config.codearena.algorithm
        parts = {module_id: list(micro_batches(columns)) for module_id, columns in batch.items()}
        fixed = settings.epochs > 1
        proximal = {m: [self._logprobs(m, part) for part in ps] if fixed else None for m, ps in parts.items()}
        losses: dict[str, Tensor] = {}
        first: dict[str, LossStats] = {}
        last: dict[str, LossStats] = {}
        for _epoch in range(settings.epochs):
            for optimizer in self._optimizer_parameters:
                optimizer.zero_grad(set_to_none=True)
            for module_id, module_parts in parts.items():
                losses[module_id], last[module_id] = self._accumulate(
                    module_id, module_parts, proximal[module_id]
                )
            first = first or dict(last)
            grads = {pid: p.grad for pid, p in self._params.items() if p.grad is not None}
            self.apply_gradients(self.postprocess_gradients(grads))
        for module_id, stats in first.items():
            self._log_stats(
                module_id, stats._replace(clipped=last[module_id].clipped), num_micro=len(parts[module_id])
            )
        return {}, losses, {}

    def _accumulate(
        self, module_id: str, parts: Sequence[Batch], proximal: Sequence[Tensor] | None
    ) -> tuple[Tensor, LossStats]:
        """Run forward and backward over the micro-batches of one module; return total loss and statistics."""
        module = self.module[module_id]
        total: list[Tensor] = []
        stats: list[LossStats] = []
        for index, part in enumerate(parts):
            waiting = self.config.num_learners > 1 and index < len(parts) - 1
            with module.no_sync() if waiting else contextlib.nullcontext():
                out = module.forward_train(part)
                out["proximal"] = proximal[index] if proximal is not None else out["logprobs"].detach()
                loss, stat = self._loss(part, out)
                loss.backward()
            total.append(loss.detach())
            stats.append(stat)
        return torch.stack(total).sum(), merge_stats(stats)

    def _loss(self, part: Batch, out: Mapping[str, Tensor]) -> tuple[Tensor, LossStats]:
        settings = self.config.codearena.algorithm
        mask = part["loss_mask"] > 0
        return policy_loss(
            out["logprobs"],
            out["proximal"],
            part["old_logprobs"][mask],
            part["advantages"][mask],
            part["token_weight"][mask],
            out["entropy"],
            clip_low=settings.clip_low,
            clip_high=settings.clip_high,
            dual_clip=settings.dual_clip,
            importance_cap=settings.importance_cap,
        )

    def compute_loss_for_module(self, *, module_id: str, config: Any, batch: Batch, fwd_out: Any) -> Tensor:  # noqa: ARG002
        """Return the loss of one micro-batch; `fwd_out` holds `proximal` beside the module's output."""
        return self._loss(batch, fwd_out)[0]

    def _logprobs(self, module_id: str, part: Batch) -> Tensor:
        with torch.no_grad():
            result: Tensor = self.module[module_id].forward_train(part)["logprobs"]
        return result

    def _over_all_learners(self, stats: LossStats) -> LossStats:
        """Return the stats of all learners: RLlib averages what learners log, whatever their shares."""
        if self.config.num_learners <= 1:
            return stats
        total = {}
        for name, value in stats._asdict().items():
            total[name] = value.float().to(self.device)
            operation = ReduceOp.MAX if name.startswith("max_") else ReduceOp.SUM
            torch.distributed.all_reduce(total[name], op=operation)
        return LossStats(**total)

    def _log_stats(self, module_id: str, stats: LossStats, *, num_micro: int) -> None:
        """Log what the batch looked like before the first step, and how much the last epoch was clipped."""
        stats = self._over_all_learners(stats)
        tokens = max(1.0, float(stats.tokens))
        self.metrics.log_dict(
            {
                "tokens": float(stats.tokens),
                "ratio_mean": float(stats.ratio) / tokens,
                "clip_fraction": float(stats.clipped) / tokens,
                "kl_behaviour": float(stats.kl) / tokens,
                "entropy": float(stats.entropy) / tokens,
                "max_abs_dlogp": float(stats.max_abs_dlogp),
                "max_abs_ratio_error": float(stats.max_abs_ratio_error),
                "num_micro_batches": float(num_micro),
            },
            key=module_id,
            window=1,
        )

    def _unwrapped(self, module_id: str) -> Any:
        module = self.module[module_id]
        return module.unwrapped() if hasattr(module, "unwrapped") else module

    def export_weights(self, folder: str, node_name: str, version: int) -> dict[str, WeightFile]:
        """Write one weight file per module on the first learner; nothing on the others.

        Args:
            folder: Where weight files lie on the driver's node.
            node_name: Name of the run's node directory, opened here when this learner is on another node.
            version: Of these weights.
        """
        if getattr(self, "_learner_index", 0) not in (0, None):
            return {}
        node_id = ""
        if not Path(folder).is_dir():
            if self._node_directory is None:
                self._node_directory = NodeDirectory(node_name)
            folder, node_id = str(self._node_directory.weights), ray.get_runtime_context().get_node_id()
        files = {}
        for module_id in self.module.keys():  # noqa: SIM118 - MultiRLModule does not iterate over its keys
            module = self._unwrapped(module_id)
            files[module_id] = write_weight_file(
                module.export(),
                directory=folder,
                module=module_id,
                version=version,
                tied=module.tied,
                node_id=node_id,
            )
        return files

    def shutdown(self) -> None:
        """Let go of this node's directory."""
        if self._node_directory is not None:
            self._node_directory.close()
        super().shutdown()

    def probe_logprobs(self, module_id: str, sequences: Sequence[Sequence[int]]) -> list[list[float]]:
        """Return the log-probability of every token but the first of each sequence, float32, temperature 1.

        Args:
            module_id: The module to ask.
            sequences: Token ids, each at least two long.
        """
        module = self._unwrapped(module_id)
        result = []
        with torch.no_grad():
            for sequence in sequences:
                ids_1T = torch.tensor([list(sequence)], device=self.device)
                logits = module.lm(input_ids=ids_1T, use_cache=False).logits[0, :-1].float()
                chosen = logits.log_softmax(-1).gather(-1, ids_1T[0, 1:, None])[:, 0]
                result.append(chosen.tolist())
        return result

    def get_checkpointable_components(self) -> list[tuple[str, Any]]:
        """Return none: modules are written as safetensors by `save_to_path`, not pickled by RLlib."""
        return []

    def get_state(self, components: Any = None, *, not_components: Any = None, **kwargs: Any) -> Any:
        """Return optimizer and counters; module weights only where they are asked for by name."""
        if components is None:
            not_components = [*force_list(not_components), COMPONENT_RL_MODULE]
        return super().get_state(components, not_components=not_components, **kwargs)

    def save_to_path(self, path: Any = None, **kwargs: Any) -> str:
        """Write optimizer state the RLlib way and every module in Hugging Face layout below `policy/`."""
        with self._noting_failure():
            saved: str = super().save_to_path(path, **kwargs)
            for module_id in self.module.keys():  # noqa: SIM118
                self._unwrapped(module_id).save_policy(Path(saved) / POLICY_DIR / module_id)
        return saved

    def restore_from_path(self, path: Any, **kwargs: Any) -> None:
        """Read what `save_to_path` wrote."""
        with self._noting_failure():
            super().restore_from_path(path, **kwargs)
            for module_id in self.module.keys():  # noqa: SIM118
                self._unwrapped(module_id).load_policy(Path(path) / POLICY_DIR / module_id)

    @contextlib.contextmanager
    def _noting_failure(self) -> Iterator[None]:
        self.checkpoint_error = "interrupted"
        try:
            yield
        except Exception as error:
            self.checkpoint_error = f"{type(error).__name__}: {error}"
            raise
        self.checkpoint_error = ""

    def last_checkpoint_error(self) -> str:
        """Return why the last `save_to_path` or `restore_from_path` failed, empty if it did not."""
        return self.checkpoint_error
