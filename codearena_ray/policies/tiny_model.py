"""The shape of the tiny policy: a byte-level BPE of 2,048 tokens and a small Qwen2-architecture model.

The chat template is `<|prompt|>` + the contents of all messages + `<|answer|>`; an answer ends with
`<|end|>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

VOCAB_SIZE = 2048
PAD, END, PROMPT, ANSWER = "<|pad|>", "<|end|>", "<|prompt|>", "<|answer|>"
CHAT_TEMPLATE = (
    "{{ '" + PROMPT + "' }}{% for message in messages %}{{ message['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '" + ANSWER + "' }}{% endif %}"
)


def train_tokenizer(texts: Iterable[str], *, vocab_size: int = VOCAB_SIZE) -> Any:
    """Return a fast tokenizer (transformers) whose merges come from `texts`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, END, PROMPT, ANSWER],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, clean_up_tokenization_spaces=False
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def make_model(*, vocab_size: int = VOCAB_SIZE, hidden: int = 256, layers: int = 4, seed: int = 0) -> Any:
    """Return a randomly initialised Qwen2 language model; about 4 million parameters at the defaults.

    Tied embeddings, full attention, 2,048 positions, float32.
    """
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=vocab_size,
        hidden_size=hidden,
        intermediate_size=hidden * 11 // 4,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 64,
        num_key_value_heads=hidden // 64,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=0,
        use_sliding_window=False,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Qwen2ForCausalLM(config).to(torch.float32)


def save_policy(model: Any, tokenizer: Any, out: Path) -> None:
    """Write model (safetensors) and tokenizer to `out` in Hugging Face layout.

    Weights are stored in bfloat16, half the size; they are float32 again in memory.
    """
    import torch

    out.mkdir(parents=True, exist_ok=True)
    half = {name: tensor.to(torch.bfloat16) for name, tensor in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        half.pop("lm_head.weight", None)
    model.save_pretrained(out, state_dict=half, safe_serialization=True)
    tokenizer.save_pretrained(out)
