"""Who spoke, what was read, what was sampled."""

from __future__ import annotations

import pyarrow as pa

from codearena_ray.trajectory.columns.field import FLOAT32, FLOAT64, INT32, INT64, STRING, column

_OUTSIDE = "the policy is not served by our engines"

_SAMPLING = pa.struct(
    [
        column("temperature", FLOAT64, "0 is greedy"),
        column("max_tokens", INT32, "Longest completion allowed", unit="tokens"),
        column("seed", INT64, "Seed of the request", null="drawn from the engine's own stream"),
    ]
)

_SPAN = pa.struct(
    [
        column("version", INT64, "Weight version that sampled these tokens"),
        column("start", INT32, "First token of the span, from 0"),
        column("end", INT32, "One past its last token"),
    ]
)

_MESSAGE = pa.struct(
    [column("role", STRING, "`system`, `user` or `assistant`"), column("content", STRING, "The text")]
)

SOURCE = (
    column("policy", STRING, "Name of the policy, as on the command line"),
    column("engine_id", STRING, "Engine that sampled", null=_OUTSIDE),
    column("model_hash", STRING, "Hash of the model's architecture and base weights", null=_OUTSIDE),
    column("tokenizer_hash", STRING, "Hash of the tokenizer", null=_OUTSIDE),
    column("sampling", _SAMPLING, "How it was sampled", null=_OUTSIDE),
    column("finish_reason", STRING, "`stop` or `length`", null=_OUTSIDE),
    column(
        "weight_spans",
        pa.list_(_SPAN),
        "Which weights sampled which tokens; adjacent, covering all",
        null=_OUTSIDE,
    ),
)

TOKENS = (
    column(
        "messages", pa.list_(_MESSAGE), "What the agent read, complete: every turn renders its prompt anew"
    ),
    column(
        "prompt_token_ids",
        pa.list_(INT32),
        "The prompt as the engine read it; complete, since no turn continues the tokens of an earlier one",
        null=_OUTSIDE,
    ),
    column("completion_token_ids", pa.list_(INT32), "The tokens that were sampled", null=_OUTSIDE),
    column(
        "logprobs",
        pa.list_(FLOAT32),
        "Log-probability of each sampled token under the weights and the temperature that sampled it",
        unit="nat",
        null=_OUTSIDE,
    ),
    column(
        "loss_mask", pa.list_(pa.int8()), "1 where the sampled token may be trained, else 0", null=_OUTSIDE
    ),
)
