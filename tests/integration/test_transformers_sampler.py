"""The sampler in this process, on a small random model: padding, seeds, ends, temperature."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.packs import save_config

from codearena_ray.cli.app import run
from codearena_ray.errors import UserError
from codearena_ray.policies.prompted import Sampled
from codearena_ray.policies.tiny_model import make_model, save_policy, train_tokenizer
from codearena_ray.policies.transformers_sampler import TransformersSampler
from codearena_ray.trajectory.reading import read_rows

PROMPTS = [[5, 6, 7], [8], [9, 10, 11, 12, 13, 14], [15, 16]]
SEEDS = [1, 2, 3, 4]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Operations this small wait for each other longer than they compute."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=32,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.3,
        eos_token_id=1,
        pad_token_id=0,
    )
    path = tmp_path_factory.mktemp("model")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        Qwen2ForCausalLM(config).save_pretrained(path)
    return path


def sampler(folder: Path, *, temperature: float = 1.0, batch_size: int = 8) -> TransformersSampler:
    return TransformersSampler(
        folder, temperature=temperature, max_tokens=6, pad_id=0, end_ids=(1,), batch_size=batch_size
    )


def drawn(one: object) -> tuple[int, ...]:
    assert isinstance(one, Sampled)
    return one.token_ids


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_completion_does_not_depend_on_its_neighbours(folder: Path, temperature: float) -> None:
    together = sampler(folder, temperature=temperature).sample(PROMPTS, seeds=SEEDS)
    alone = sampler(folder, temperature=temperature, batch_size=1).sample(PROMPTS, seeds=SEEDS)
    assert [drawn(one) for one in together] == [drawn(one) for one in alone]


def test_the_seed_decides_what_is_sampled_and_greedy_ignores_it(folder: Path) -> None:
    warm, cold = sampler(folder), sampler(folder, temperature=0.0)
    same = [warm.sample(PROMPTS[:1], seeds=[seed])[0] for seed in (7, 7, 8)]
    assert same[0] == same[1] != same[2]
    assert cold.sample(PROMPTS[:1], seeds=[7]) == cold.sample(PROMPTS[:1], seeds=[8])


def test_nothing_follows_the_token_that_ends_a_completion(folder: Path) -> None:
    completions = sampler(folder).sample([[4]] * 24, seeds=range(24))
    ends = [drawn(one) for one in completions]
    assert all(1 not in ids[:-1] for ids in ends)
    assert all(ids[-1] == 1 or len(ids) == 6 for ids in ends)
    assert any(ids[-1] == 1 for ids in ends)


def test_samples_follow_the_softmax_of_the_logits(folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    with torch.inference_mode():
        wanted = (model(torch.tensor([[4, 5]])).logits[0, -1].double() / 0.7).softmax(-1)
    one = TransformersSampler(folder, temperature=0.7, max_tokens=1, pad_id=0, end_ids=(1,), batch_size=512)
    counts = Counter(drawn(s)[0] for s in one.sample([[4, 5]] * 4096, seeds=range(4096)))
    distance = sum(abs(counts[token] / 4096 - float(p)) for token, p in enumerate(wanted)) / 2
    assert distance < 0.05


def test_a_folder_without_a_model_is_the_users_fault(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match="no model that transformers can load"):
        sampler(tmp_path)


@pytest.mark.sandbox
def test_an_untrained_tiny_policy_plays_in_its_own_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = train_tokenizer(["def f(x):\n    return x\n", "1: a => b"], vocab_size=300)
    save_policy(make_model(vocab_size=len(tokenizer), hidden=64, layers=1), tokenizer, tmp_path / "tiny")
    monkeypatch.setattr("codearena_ray.policies.builtin.data_dir", lambda _kind: tmp_path)
    config = save_config(tmp_path, env={"max_steps": 2}, model={"max_completion_tokens": 8})
    words = ["--policy", "tiny", "--episodes", "3", "--run-dir", str(tmp_path / "run"), "--temperature", "1"]
    assert run(["rollout", str(config), *words, "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["episodes"] == 3
    assert err == ""
    rows = read_rows(tmp_path / "run").to_pylist()
    assert all(row["messages"][0]["content"].startswith("1 def ") for row in rows)
    assert {row["policy"] for row in rows} == {"tiny"}
    assert "answer_format: edit" in (tmp_path / "run" / "config.yaml").read_text()


def test_a_missing_embedded_policy_is_said_with_the_command_that_makes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codearena_ray.policies.builtin.data_dir", lambda _kind: tmp_path / "nothing")
    words = ["--policy", "tiny", "--run-dir", str(tmp_path / "run")]
    assert run(["rollout", str(save_config(tmp_path)), *words]) == 2
    assert "codearena bootstrap" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
