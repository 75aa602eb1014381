"""A packed forward pass gives the log-probabilities of the plain one, token by token."""

import pytest
import torch

from codearena_ray.algorithms.batch import Sample, build_shards
from codearena_ray.algorithms.learner import micro_batches
from codearena_ray.algorithms.rl_module import packed_mask
from codearena_ray.policies.tiny_model import make_model


def plain_logprobs(model, prompt, completion):
    ids = torch.tensor([list(prompt + completion)])
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0].float().log_softmax(-1)
    return [float(logits[len(prompt) - 1 + i, token]) for i, token in enumerate(completion)]


def packed_logprobs(model, arrays):
    out = []
    for part in micro_batches({k: torch.as_tensor(v) for k, v in arrays.items()}):
        with torch.no_grad():
            hidden = model.model(
                input_ids=part["input_ids"],
                attention_mask=packed_mask(part["segments"]),
                position_ids=part["positions"],
            ).last_hidden_state
            rows, tokens = torch.nonzero(part["loss_mask"] > 0, as_tuple=True)
            logits = model.lm_head(hidden[rows, part["predecessor"][rows, tokens]]).float().log_softmax(-1)
            out += logits.gather(-1, part["input_ids"][rows, tokens][:, None])[:, 0].tolist()
    return out


@pytest.mark.parametrize("max_tokens", [16, 40, 400])
def test_packing_does_not_change_log_probabilities(max_tokens):
    model = make_model(vocab_size=64, hidden=64, layers=2, seed=3).eval()
    rows = [((1, 2, 3), (4, 5)), ((1, 2, 3), (6,)), ((1, 2, 3), (4, 5, 6, 7)), ((9, 8, 7, 6, 5), (4, 3))]
    (arrays,) = build_shards(
        [Sample(p, c, (0.0,) * len(c), 1.0, "fixer") for p, c in rows], num_shards=1, max_tokens=max_tokens
    )
    expected = sorted(v for p, c in rows for v in plain_logprobs(model, p, c))
    assert sorted(packed_logprobs(model, arrays)) == pytest.approx(expected, abs=2e-6)
