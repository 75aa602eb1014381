"""A causal language model as an RLModule that computes log-probabilities of packed completions only.

Legend: N packed sequences, T padded length, K trainable tokens, V vocabulary. The prompt of a group is
computed once (see `batch`); the output layer runs on the K positions that predict a completion token, never
on prompts. State is written as safetensors in Hugging Face layout, so that the folder of a checkpoint loads
in vLLM as it is.
"""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Mapping
from typing import Any

import torch
from ray.rllib.core.rl_module.torch.torch_rl_module import TorchRLModule
from torch import Tensor

from codearena_ray.policies.prompt_codec import load_tokenizer

POLICY_DIR = "policy"


def load_language_model(path: str, *, random_weights: bool = False, seed: int = 0) -> Any:
    """Return the causal language model of a folder in float32; with fresh weights if asked (dry runs)."""
    from transformers import AutoConfig, AutoModelForCausalLM

    if random_weights:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(path))
        return model.to(torch.float32)
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)


def packed_mask(segments_NT: Tensor) -> Tensor:
    """Return the mask [N, 1, T, T], True where attended: causal within a segment, and to the prompt."""
    length = segments_NT.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=segments_NT.device).tril()
    same = segments_NT[:, :, None] == segments_NT[:, None, :]
    prompt = (segments_NT == 1)[:, None, :]
    return (causal & (same | prompt))[:, None]


class CausalLMModule(TorchRLModule):
    """One language model. `model_config`: path, random_weights, seed, temperature, autocast."""

    def setup(self) -> None:
        """Load the model; called by RLlib."""
        config = self.model_config
        self.lm = load_language_model(
            config["path"], random_weights=config.get("random_weights", False), seed=config.get("seed", 0)
        )
        self.lm.config.use_cache = False

    def _autocast(self, device: torch.device) -> Any:
        if self.model_config.get("autocast", "none") == "none":
            return contextlib.nullcontext()
        return torch.autocast(device.type, dtype=torch.bfloat16)

    def _forward(self, batch: Mapping[str, Tensor], **_: Any) -> dict[str, Tensor]:
        """Return `logprobs` [K] (float32, with gradient) and `entropy` [K] of the trainable tokens."""
        ids_NT, segments_NT = batch["input_ids"], batch["segments"]
        with self._autocast(ids_NT.device):
            hidden_NTD = self.lm.model(
                input_ids=ids_NT,
                attention_mask=packed_mask(segments_NT),
                position_ids=batch["positions"],
                use_cache=False,
            ).last_hidden_state
            row_K, token_K = torch.nonzero(batch["loss_mask"] > 0, as_tuple=True)
            states_KD = hidden_NTD[row_K, batch["predecessor"][row_K, token_K]]
            logits_KV = self.lm.lm_head(states_KD)
        logits_KV = logits_KV.float() / self.model_config.get("temperature", 1.0)
        distribution_KV = logits_KV.log_softmax(-1)
        logprobs_K = distribution_KV.gather(-1, ids_NT[row_K, token_K][:, None])[:, 0]
        with torch.no_grad():
            entropy_K = -(distribution_KV.exp() * distribution_KV).sum(-1)
        return {"logprobs": logprobs_K, "entropy": entropy_K}

    def _forward_train(self, batch: Mapping[str, Tensor], **kwargs: Any) -> dict[str, Tensor]:
        return self._forward(batch, **kwargs)

    def get_state(self, components: Any = None, *, inference_only: bool = False, **kwargs: Any) -> Any:
        """Return the weights; nothing for `inference_only`: engines get theirs through weight files."""
        if inference_only:
            return {}
        return super().get_state(components, inference_only=False, **kwargs)

    def set_state(self, state: Any) -> None:
        """Load weights, if there are any in `state`."""
        if state:
            super().set_state(state)

    @property
    def tied(self) -> bool:
        """True when the output head is the embedding matrix."""
        return bool(self.lm.config.tie_word_embeddings)

    def export(self) -> dict[str, Tensor]:
        """Return the weights by their Hugging Face names, on the CPU, tied ones once."""
        return {
            name: tensor.detach().cpu().contiguous()
            for name, tensor in self.lm.state_dict().items()
            if not (self.tied and name == "lm_head.weight")
        }

    def save_policy(self, folder: pathlib.Path) -> None:
        """Write weights, configuration and tokenizer so that transformers and vLLM can load the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self.lm.save_pretrained(folder, state_dict=self.export(), safe_serialization=True)
        load_tokenizer(self.model_config["path"]).save_pretrained(folder)

    def load_policy(self, folder: pathlib.Path) -> None:
        """Read weights that `save_policy` wrote."""
        from safetensors.torch import load_file

        missing, unexpected = self.lm.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
        if unexpected or any(name != "lm_head.weight" for name in missing):
            raise ValueError(f"{folder}: weights do not fit: missing {missing}, unexpected {unexpected}")
