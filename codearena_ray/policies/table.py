"""Every policy that can be named on the command line, one line each, and how a name is read.

    tiny              the embedded policy, on the CPU
    reference, noop   yardsticks: the task's own fix; the program as it is
    builtin           rules without a model
    vllm:PATH         a model directory (or `builtin`) served by a vLLM engine in this process's Ray
    openai:MODEL@URL  a model behind an OpenAI-compatible endpoint

Engines lie above this layer: whoever opens a `vllm` policy passes the function that starts one.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from codearena_ray.config import Config, parse_config
from codearena_ray.errors import ConfigError, UserError
from codearena_ray.policies.builtin import BUILTIN, resolve_model
from codearena_ray.policies.prompt_codec import PromptCodec, load_tokenizer
from codearena_ray.policies.prompted import PromptedFixer, Sampler
from codearena_ray.policies.protocol import Fixer
from codearena_ray.policies.rules import RuleFixer
from codearena_ray.policies.yardsticks import NoopFixer, ReferenceFixer


@dataclass(frozen=True, slots=True)
class PolicyName:
    """A policy as named: its kind and, where the kind has them, model and address."""

    kind: str
    model: str = ""
    url: str = ""

    def __str__(self) -> str:
        """Return the name as written."""
        if self.url:
            return f"{self.kind}:{self.model}@{self.url}"
        return f"{self.kind}:{self.model}" if self.model else self.kind


class EngineRequest(NamedTuple):
    """What a vLLM engine is started with."""

    folder: Path
    config: Config
    temperature: float
    end_ids: tuple[int, ...]


OpenEngine = Callable[[EngineRequest], Sampler]


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a policy is opened with."""

    name: PolicyName
    config: Config
    temperature: float
    open_engine: OpenEngine | None


class _Kind(NamedTuple):
    """One line of the table."""

    form: str
    open: Callable[[_Opening], Fixer]
    language: Mapping[str, str] = {}
    """Settings of the env section that it needs to understand and be understood."""


def _reference(opening: _Opening) -> Fixer:
    return ReferenceFixer(answer_format=opening.config.env.answer_format)


def _noop(opening: _Opening) -> Fixer:
    return NoopFixer(answer_format=opening.config.env.answer_format)


def _builtin(opening: _Opening) -> Fixer:
    return RuleFixer(answer_format=opening.config.env.answer_format)


def _tiny(opening: _Opening) -> Fixer:
    from codearena_ray.policies.transformers_sampler import TransformersSampler

    folder = _model_folder(opening.name, BUILTIN)
    tokenizer = _load_tokenizer(folder)
    model = opening.config.model
    codec = PromptCodec(tokenizer, max_prompt_tokens=model.max_prompt_tokens)
    sampler = TransformersSampler(
        folder,
        temperature=opening.temperature,
        max_tokens=model.max_completion_tokens,
        pad_id=codec.end_ids[0] if tokenizer.pad_token_id is None else int(tokenizer.pad_token_id),
        end_ids=codec.end_ids,
    )
    return PromptedFixer(codec, sampler)


def _vllm(opening: _Opening) -> Fixer:
    if opening.open_engine is None:
        raise UserError(f"--policy {opening.name}: no vLLM engine can be started here")
    folder = _model_folder(opening.name, opening.name.model)
    codec = PromptCodec(_load_tokenizer(folder), max_prompt_tokens=opening.config.model.max_prompt_tokens)
    request = EngineRequest(folder, opening.config, opening.temperature, codec.end_ids)
    return PromptedFixer(codec, opening.open_engine(request))


def _openai(opening: _Opening) -> Fixer:
    from codearena_ray.policies.endpoint import EndpointFixer  # the client is slow to import

    return EndpointFixer(
        opening.name.model,
        opening.name.url,
        temperature=opening.temperature,
        deadline_s=opening.config.deadlines.generate_s,
    )


KINDS: dict[str, _Kind] = {
    "tiny": _Kind("tiny", _tiny, {"prompt_style": "compact", "answer_format": "edit"}),
    "reference": _Kind("reference", _reference),
    "noop": _Kind("noop", _noop),
    "builtin": _Kind("builtin", _builtin),
    "vllm": _Kind("vllm:PATH", _vllm),
    "openai": _Kind("openai:MODEL@URL", _openai, {"prompt_style": "chat"}),
}
"""Every policy."""


def parse_policy(text: str) -> PolicyName:
    """Return the policy that a name means.

    Raises:
        UserError: there is no such policy, or a part is missing.
    """
    kind, colon, rest = text.partition(":")
    forms = ", ".join(line.form for line in KINDS.values())
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {KINDS[near[0]].form}?" if near else f"policies: {forms}"
        raise UserError(f"--policy: no policy {text[:120]!r}; {hint}")
    form = KINDS[kind].form
    if ":" not in form:
        if colon:
            raise UserError(f"--policy: {kind} takes nothing after it, got {text[:120]!r}")
        return PolicyName(kind)
    if kind == "vllm":
        if not rest:
            raise UserError(f"--policy: {text!r} lacks the model directory; write {form}")
        return PolicyName(kind, rest)
    model, url = _model_at_url(rest)
    if not model or not url:
        raise UserError(f"--policy: {text[:120]!r} is not {form} with an http:// or https:// URL")
    return PolicyName(kind, model, url)


def _model_at_url(text: str) -> tuple[str, str]:
    for scheme in ("@http://", "@https://"):
        model, found, host = text.partition(scheme)
        if found and host.strip("/") and not any(c.isspace() for c in host):
            return model, scheme[1:] + host
    return "", ""


def speaking(name: PolicyName, config: Config) -> Config:
    """Return the configuration in which the policy understands and is understood."""
    language = KINDS[name.kind].language
    if not language:
        return config
    tree: dict[str, Any] = config.model_dump(mode="json")
    tree["env"].update(language)
    return parse_config(tree)


def open_fixer(
    name: PolicyName, config: Config, *, temperature: float = 0.0, open_engine: OpenEngine | None = None
) -> Fixer:
    """Return a fixer, ready to answer; whoever opens it closes it.

    Args:
        name: From `parse_policy`.
        config: From `speaking`.
        temperature: 0 is greedy; rules ignore it.
        open_engine: Starts a vLLM engine.

    Raises:
        UserError: the model is not there, the endpoint does not answer.
    """
    return KINDS[name.kind].open(_Opening(name, config, temperature, open_engine))


def _model_folder(name: PolicyName, path: str) -> Path:
    try:
        return resolve_model(path)
    except ConfigError as error:
        hint = "; `codearena bootstrap` makes the embedded one" if path in (BUILTIN, "builtin") else ""
        raise UserError(f"--policy {name}: {error}{hint}") from error


def _load_tokenizer(folder: Path) -> Any:
    try:
        return load_tokenizer(folder)
    except ImportError as error:
        raise UserError(f"this policy needs transformers ({error}); run launch/install.sh") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{folder}: no tokenizer that transformers can load ({str(error)[:200]})") from error
