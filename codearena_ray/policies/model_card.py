"""The README of a tiny policy's folder: what it is, how it was made, what it can do."""

from __future__ import annotations

from collections.abc import Iterable

from codearena_ray.policies.bootstrap import BootstrapResult
from codearena_ray.policies.supervised import Recipe


def model_card(
    result: BootstrapResult, *, recipe: Recipe, pack_hash: str, families: Iterable[str], machine: str
) -> str:
    """Return the README of the policy's folder."""
    rows = "\n".join(
        f"| {name} | {rate.n} | {rate.value:.1%} | {rate.low:.1%} to {rate.high:.1%} |"
        for name, rate in result.exact.items()
    )
    names = sorted(families)
    return f"""---
license: apache-2.0
library_name: transformers
---
# The tiny code-repair policy

A Qwen2-architecture model of {result.params:,} parameters with a byte-level BPE of 2,048 tokens, trained
from random weights on nothing but single-line mutations of this project's own reference programs. It reads a
numbered Python function and one line on the error, and answers with a line number and a fragment to replace.
It exists so that the whole training loop runs on two CPU cores; it is not a general programmer.

- Made by `codearena bootstrap --seconds {recipe.seconds:g} --seed {recipe.seed}`: {result.tokens:,} tokens in
  {result.seconds:.0f} s on {machine}; pack `{pack_hash[:16]}`.
- Taught: {len(names)} families of the train split, identifiers renamed for every sample, the operators
  listed in `codearena_ray/policies/corpus.py`. Not taught: wrong names, lost or reordered statements, removed
  guards, aliasing, authored bugs, several bugs at once, slow programs.

Exact repair, greedy, newly renamed mutants (Wilson 95 %):

| set | n | exact | interval |
|---|---|---|---|
{rows}

`train_seen`: mutants drawn in training, under new names. `train_fresh`: mutants of training families whose
normalised pair never occurred in training. `dev`, `test`: families never seen. An answer counts only if it
restores the reference up to local names; nothing is executed, so these are lower bounds.
"""
