"""Ray Tune runs the algorithm as any other of RLlib's: two iterations, a checkpoint, and on from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from ray import tune
from safetensors.torch import load_file

from codearena_ray.algorithms.fleet import on_learners
from codearena_ray.algorithms.grpo import GRPO
from codearena_ray.algorithms.grpo_config import GRPOConfig
from codearena_ray.config import load_config

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.timeout(1800)]

OVERRIDES = (
    "algorithm.groups_per_step=2",
    "train.num_env_runners=1",
    "train.eval_episodes=0",
    "sandbox.num_slots=1",
    "engine.num_cpus=0.25",
    "deadlines.engine_start_s=900",
    "deadlines.generate_s=300",
)


def tune_config() -> GRPOConfig:
    config = GRPOConfig.from_codearena(load_config("configs/ci.yaml", OVERRIDES))
    return config.resources(num_cpus_for_main_process=0.5)  # an engine of another test may hold the rest


def weights_of(algo: Any, folder: Path) -> dict[str, torch.Tensor]:
    folder.mkdir()
    files = next(f for f in on_learners(algo.learner_group, "export_weights", str(folder), "here", 1) if f)
    return load_file(files["fixer"].path)


def test_tune_trains_two_iterations_and_its_checkpoint_goes_on(ray_session: None, tmp_path: Path) -> None:
    results = tune.Tuner(
        GRPO,
        param_space=tune_config(),
        run_config=tune.RunConfig(
            name="trial",
            storage_path=str(tmp_path),
            stop={"training_iteration": 2},
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=True),
            verbose=0,
        ),
    ).fit()

    assert not results.errors
    (result,) = results
    assert result.metrics["training_iteration"] == 2
    assert 0.0 <= result.metrics["arena"]["mean_score"] <= 1.0
    folder = Path(result.checkpoint.path)
    saved = load_file(folder / "learner_group" / "learner" / "policy" / "fixer" / "model.safetensors")

    algo = tune_config().build_algo()
    try:
        algo.restore_from_path(str(folder))
        restored = weights_of(algo, tmp_path / "restored")
        assert restored.keys() == saved.keys()
        assert all(torch.equal(restored[name], saved[name]) for name in saved)
        assert algo.iteration == 2
        assert algo.train()["training_iteration"] == 3
    finally:
        algo.stop()
