"""The learner group: the same rows give the same weights on no, one and two learner processes.

No engine takes part. Batches are built as `GRPO` builds them; weights are read through the weight files that
engines would get.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
import ray
import torch
from ray.rllib.policy.sample_batch import MultiAgentBatch, SampleBatch
from ray.rllib.utils.metrics import NUM_ENV_STEPS_SAMPLED_LIFETIME
from ray.rllib.utils.metrics.metrics_logger import MetricsLogger
from safetensors.torch import load_file

from codearena_ray.algorithms.batch import Sample, build_shards
from codearena_ray.algorithms.fleet import on_learners
from codearena_ray.algorithms.grpo_config import GRPOConfig
from codearena_ray.algorithms.iteration import learner_numbers
from codearena_ray.config import parse_config
from codearena_ray.errors import InfrastructureError
from codearena_ray.policies.tiny_model import make_model, save_policy, train_tokenizer

VOCAB = 300
TIMESTEPS = {NUM_ENV_STEPS_SAMPLED_LIFETIME: 0}
SPACES = (gym.spaces.Text(8), gym.spaces.Text(8))
DEATH_LIMIT_S = 60.0
MakeGroup = Callable[..., Any]
Weights = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of two layers."""
    folder = tmp_path_factory.mktemp("policy")
    save_policy(
        make_model(vocab_size=VOCAB, hidden=64, layers=2, seed=5),
        train_tokenizer(["def double(value):\n    return value * 2\n"] * 4, vocab_size=VOCAB),
        folder,
    )
    return folder


@pytest.fixture(scope="module")
def start_group(ray_session: None, policy: Path) -> Iterator[MakeGroup]:
    """Return a function from settings to a learner group; all of them end with the module."""
    made = []

    def start(num_learners: int = 0, *, scenario: str = "solo", **algorithm: Any) -> Any:
        config = parse_config(
            {
                "model": {"path": str(policy)},
                "env": {"scenario": scenario},
                "algorithm": {"learning_rate": 1e-4, "micro_batch_tokens": 256} | algorithm,
                "train": {"num_learners": num_learners},
            }
        )
        rllib = GRPOConfig.from_codearena(config)
        rllib.learners(num_cpus_per_learner=0.25)  # an engine of another test may hold the rest
        group = rllib.build_learner_group(spaces=dict.fromkeys(rllib.policies, SPACES))
        made.append(group)
        return group

    yield start
    for group in made:
        group.shutdown()


@pytest.fixture(scope="module")
def untrained(start_group: MakeGroup, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint of a group that was never updated."""
    folder = tmp_path_factory.mktemp("untrained")
    start_group().save_to_path(str(folder))
    return folder


@pytest.fixture(scope="module")
def two_learners(start_group: MakeGroup) -> Any:
    """Two learner processes for all tests of the module."""
    return start_group(2)


@pytest.fixture
def pair(two_learners: Any, untrained: Path) -> Any:
    """The two learner processes as if they had just started."""
    two_learners.restore_from_path(str(untrained))
    return two_learners


def make_rows(count: int = 19, *, role: str = "fixer", seed: int = 3) -> list[Sample]:
    """Return rows over four prompts with lengths and advantages that differ."""
    generator = torch.Generator().manual_seed(seed)

    def ids(length: int) -> tuple[int, ...]:
        return tuple(torch.randint(4, VOCAB, (length,), generator=generator).tolist())

    prompts = [ids(length) for length in (7, 20, 33, 12)]
    rows = []
    for i in range(count):
        completion = ids(3 + (5 * i) % 17)
        rows.append(
            Sample(
                prompts[i % 4],
                completion,
                tuple(-math.log(VOCAB) for _ in completion),
                ((i * 7) % 11) / 5 - 1.0,
                role,
            )
        )
    return rows


def update(group: Any, rows: dict[str, Sequence[Sample]]) -> dict[str, dict[str, float]]:
    """Run one update as GRPO does; return the numbers that its report would hold."""
    shards = max(1, len(group))
    tokens = group.config.codearena.algorithm.micro_batch_tokens
    arrays = {m: build_shards(own, num_shards=shards, max_tokens=tokens) for m, own in rows.items()}
    batches = [
        MultiAgentBatch({m: SampleBatch(parts[shard]) for m, parts in arrays.items()}, 1)
        for shard in range(shards)
    ]
    if group.is_remote:
        refs = [ray.put(batch) for batch in batches]
        results = group.update(batch_refs=refs, timesteps=TIMESTEPS, num_epochs=1)
    else:
        results = group.update(batch=batches[0], timesteps=TIMESTEPS, num_epochs=1)
    metrics = MetricsLogger(root=True)
    metrics.aggregate(results, key="learners")
    return learner_numbers(metrics.peek("learners"), rows)


def weights_of(group: Any, folder: Path, module_id: str = "fixer") -> Weights:
    """Return the weights that engines would get from the first learner."""
    folder.mkdir(parents=True, exist_ok=True)
    files = next(f for f in on_learners(group, "export_weights", str(folder), "here", 1) if f)
    return load_file(files[module_id].path)


def difference(one: Weights, other: Weights) -> float:
    assert one.keys() == other.keys()
    return max(float((one[name] - other[name]).abs().max()) for name in one)


def trained(group: Any, folder: Path, *, updates: int = 1, rows: Sequence[Sample] | None = None) -> Weights:
    for _ in range(updates):
        update(group, {"fixer": rows or make_rows()})
    return weights_of(group, folder)


def test_no_one_and_two_learners_make_the_same_weights(
    start_group: MakeGroup, pair: Any, tmp_path: Path
) -> None:
    groups = {0: start_group(0), 1: start_group(1), 2: pair}
    start = weights_of(groups[0], tmp_path / "start")
    for updates in (1, 3):
        more = 1 if updates == 1 else 2
        after = {n: trained(g, tmp_path / f"{n}-{updates}", updates=more) for n, g in groups.items()}
        assert difference(start, after[0]) > 5e-5
        assert difference(after[0], after[1]) == 0.0
        assert difference(after[0], after[2]) <= 2e-6


def test_two_learners_report_the_numbers_of_one_and_uneven_rows_do_not_hang(
    start_group: MakeGroup, pair: Any
) -> None:
    alone = start_group()
    for count in (1, 2, 7):
        rows = {"fixer": make_rows(count)}
        expected, numbers = update(alone, rows)["fixer"], update(pair, rows)["fixer"]
        assert expected["tokens"] == sum(len(row.completion_ids) for row in rows["fixer"])
        for name in expected.keys() - {"num_micro_batches"}:
            assert numbers[name] == pytest.approx(expected[name], abs=1e-4), (count, name)


def test_the_size_of_micro_batches_does_not_matter(start_group: MakeGroup, tmp_path: Path) -> None:
    rows = make_rows()
    whole = trained(start_group(micro_batch_tokens=8192), tmp_path / "whole", rows=rows)
    small = trained(start_group(micro_batch_tokens=64), tmp_path / "small", rows=rows)
    assert difference(whole, small) <= 1e-6


def test_a_learning_rate_of_zero_changes_no_weight(start_group: MakeGroup, tmp_path: Path) -> None:
    group = start_group(learning_rate=0.0)
    before = weights_of(group, tmp_path / "before")
    assert difference(before, trained(group, tmp_path / "after")) == 0.0


def test_rows_of_one_role_leave_the_other_roles_weights_alone(start_group: MakeGroup, tmp_path: Path) -> None:
    group = start_group(scenario="team")
    before = {m: weights_of(group, tmp_path / "before", m) for m in ("fixer", "reviewer")}
    update(group, {"reviewer": make_rows(role="reviewer")})
    after = {m: weights_of(group, tmp_path / "after", m) for m in ("fixer", "reviewer")}
    assert difference(before["fixer"], after["fixer"]) == 0.0
    assert difference(before["reviewer"], after["reviewer"]) > 5e-5


def test_several_epochs_go_on_until_the_ratio_is_clipped(start_group: MakeGroup, tmp_path: Path) -> None:
    rows = {"fixer": [row._replace(advantage=1.0) for row in make_rows()]}
    once, wide, narrow = (
        start_group(epochs=epochs, clip_low=clip, clip_high=clip, learning_rate=3e-3)
        for epochs, clip in ((1, 0.2), (2, 50.0), (2, 1e-3))
    )
    logged = [update(group, rows)["fixer"] for group in (once, wide, narrow)]
    after = [weights_of(group, tmp_path / str(i)) for i, group in enumerate((once, wide, narrow))]
    assert difference(after[0], after[1]) > 1e-3
    assert difference(after[1], after[2]) > 1e-4
    assert [numbers["clip_fraction"] > 0.5 for numbers in logged] == [False, False, True]
    assert logged[0]["clip_fraction"] == 0.0


def test_bfloat16_autocast_trains_float32_weights_and_stays_near(
    start_group: MakeGroup, tmp_path: Path
) -> None:
    exact, half = start_group(), start_group(autocast="bfloat16")
    rows = {"fixer": make_rows()}
    expected, numbers = update(exact, rows)["fixer"], update(half, rows)["fixer"]
    start = weights_of(start_group(learning_rate=0.0), tmp_path / "start")
    full, cast = weights_of(exact, tmp_path / "full"), weights_of(half, tmp_path / "half")
    assert all(tensor.dtype == torch.float32 for tensor in cast.values())
    assert difference(full, cast) > 0.0
    assert numbers["entropy"] == pytest.approx(expected["entropy"], rel=1e-2)
    one = torch.cat([(full[n] - start[n]).flatten() for n in sorted(full)])
    other = torch.cat([(cast[n] - start[n]).flatten() for n in sorted(full)])
    assert float(torch.cosine_similarity(one, other, dim=0)) > 0.9


def test_a_checkpoint_restores_weights_and_optimizer_exactly(
    start_group: MakeGroup, pair: Any, tmp_path: Path
) -> None:
    for name, group, other in (("alone", start_group(), start_group()), ("pair", pair, pair)):
        saved = trained(group, tmp_path / name / "saved", updates=2)
        checkpoint = tmp_path / name / "checkpoint"
        group.save_to_path(str(checkpoint))
        # the next update shows that the optimizer's moments and step count came back
        on = trained(group, tmp_path / name / "on")
        other.restore_from_path(str(checkpoint))
        assert difference(saved, weights_of(other, tmp_path / name / "restored")) == 0.0
        assert difference(on, trained(other, tmp_path / name / "again")) == 0.0
        assert difference(saved, on) > 0.0


def test_a_checkpoint_that_learner_processes_cannot_use_is_an_error(pair: Any, tmp_path: Path) -> None:
    before = weights_of(pair, tmp_path / "before")
    checkpoint = tmp_path / "checkpoint"
    pair.save_to_path(str(checkpoint))
    (checkpoint / "learner" / "policy" / "fixer" / "model.safetensors").unlink()
    with pytest.raises(InfrastructureError, match=r"model\.safetensors"):
        pair.restore_from_path(str(checkpoint))
    other = tmp_path / "other"
    (other / "learner").mkdir(parents=True)
    (other / "learner" / "policy").write_text("in the way")
    with pytest.raises(InfrastructureError, match="policy"):
        pair.save_to_path(str(other))
    assert difference(before, weights_of(pair, tmp_path / "after")) == 0.0


def test_the_policy_of_a_checkpoint_loads_with_transformers(start_group: MakeGroup, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    group = start_group()
    saved = trained(group, tmp_path / "saved")
    group.save_to_path(str(tmp_path / "checkpoint"))
    folder = tmp_path / "checkpoint" / "learner" / "policy" / "fixer"
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).state_dict()
    assert difference(saved, {name: loaded[name] for name in saved}) == 0.0
    assert AutoTokenizer.from_pretrained(folder).eos_token_id == 1


@pytest.mark.parametrize("moment", ["between", "during"])
def test_a_killed_learner_raises_instead_of_hanging(start_group: MakeGroup, moment: str) -> None:
    group = start_group(2)
    rows = {"fixer": make_rows()}
    update(group, rows)

    def slow_down_the_second(learner: Any) -> int:
        if learner._learner_index == 1:
            step = learner._accumulate
            learner._accumulate = lambda *args: (time.sleep(30), step(*args))[1]
        return os.getpid()

    victim = [result.get() for result in group.foreach_learner(slow_down_the_second)][1]
    if moment == "between":
        os.kill(victim, signal.SIGKILL)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(update, group, rows)
        if moment == "during":
            time.sleep(2.0)
            assert not future.done()
            os.kill(victim, signal.SIGKILL)
        with pytest.raises((RuntimeError, ray.exceptions.RayError)):
            future.result(DEATH_LIMIT_S)
