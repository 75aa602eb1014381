"""Exact repair: greedy answers of a policy on mutants, counted with Wilson intervals.

An answer counts when the program it makes equals the reference up to local names (the same `code_hash`).
Nothing is executed here, so a different but correct repair counts as a failure: the number is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codearena_ray.env.parsing import parse_answer
from codearena_ray.grading.normalise import code_hash
from codearena_ray.intervals import Rate, wilson


def greedy_answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int = 40,
    batch_size: int = 64,
) -> list[str]:
    """Return the greedy answer to each prompt (token ids, no padding), decoded without special tokens."""
    import torch

    answers = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    for at in range(0, len(order), batch_size):
        chosen = order[at : at + batch_size]
        width = max(len(prompts[i]) for i in chosen)
        pad = tokenizer.pad_token_id
        ids = torch.tensor([[pad] * (width - len(prompts[i])) + list(prompts[i]) for i in chosen])
        with torch.no_grad():
            out = model.generate(
                input_ids=ids,
                attention_mask=(ids != pad).long(),
                max_new_tokens=max_new_tokens,
                do_sample=False,
                pad_token_id=pad,
                eos_token_id=tokenizer.eos_token_id,
            )
        for i, row in zip(chosen, out[:, width:].tolist(), strict=True):
            answers[i] = tokenizer.decode(row, skip_special_tokens=True)
    return answers


def repairs_exactly(answer: str, *, buggy: str, fixed: str) -> bool:
    """Return True when the edit answer turns `buggy` into `fixed` up to local names."""
    proposal = parse_answer(answer, answer_format="edit", base_code=buggy, max_code_chars=65536)
    return proposal.code is not None and proposal.code_hash == code_hash(fixed)


def exact_repair(
    model: Any, tokenizer: Any, pairs: Sequence[tuple[Sequence[int], str, str]], *, batch_size: int = 64
) -> Rate:
    """Return the share of (prompt ids, buggy, fixed) triples that the greedy answer repairs exactly."""
    answers = greedy_answers(model, tokenizer, [ids for ids, _, _ in pairs], batch_size=batch_size)
    hits = sum(
        repairs_exactly(answer, buggy=buggy, fixed=fixed)
        for answer, (_, buggy, fixed) in zip(answers, pairs, strict=True)
    )
    return wilson(hits, len(pairs))
