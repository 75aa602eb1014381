"""Messages to token ids and back, with a policy's own tokenizer and chat template."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codearena_ray.env.prompts import Message


def load_tokenizer(folder: str | Path) -> Any:
    """Return the tokenizer of a model directory exactly as its tokenizer.json says.

    transformers' AutoTokenizer replaces the pre-tokenizer of every model whose architecture is Qwen2 by
    Qwen's own (5.19, `MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS`); a policy trained with another one then
    reads noise.

    Raises:
        OSError: there is no tokenizer.
    """
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)


class PromptCodec:
    """What a policy reads and writes, as token ids.

    Args:
        tokenizer: A Hugging Face tokenizer with a chat template.
        max_prompt_tokens: A longer prompt loses its beginning.
    """

    def __init__(self, tokenizer: Any, *, max_prompt_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._limit = max_prompt_tokens

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """Return the ids of a prompt, ending where the answer begins."""
        text = self._tokenizer.apply_chat_template(
            [{"role": m.role, "content": m.content} for m in messages],
            tokenize=False,
            add_generation_prompt=True,
        )
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids[-self._limit :]

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of sampled ids without special tokens."""
        text: str = self._tokenizer.decode(list(token_ids), skip_special_tokens=True)
        return text

    @property
    def end_ids(self) -> tuple[int, ...]:
        """The ids that end a completion."""
        return (int(self._tokenizer.eos_token_id),)
