"""The one configuration tree: pydantic models, every field with its unit, defaults that run on two CPU cores.

YAML files hold differences from these defaults; `section.key=value` overrides follow on the command line.
Nothing here imports ray, torch or vllm: a configuration builds and is checked on any machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from codearena_ray.errors import ConfigError


class Section(BaseModel):
    """Base of every section: unknown keys are errors, values are checked on assignment."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TasksConfig(Section):
    """Which tasks episodes draw from."""

    pack: str = "builtin"
    """`builtin` or the path of a pack (`.jsonl`, `.jsonl.gz`, `.parquet`)."""
    split: Literal["train", "dev", "test"] = "train"
    categories: tuple[str, ...] = ()
    """Empty: all."""
    bug_types: tuple[str, ...] = ()
    """Empty: all."""
    ids: tuple[str, ...] = ()
    """Empty: all; otherwise only these tasks."""
    max_lines: int = Field(0, ge=0)
    """Only programs of at most so many lines; 0: no limit."""
    max_prompt_tokens: int = Field(0, ge=0)
    """Only tasks whose first prompt is at most so long; 0: the engine's limit decides."""
    rename: bool = False
    """Give every group fresh identifiers, so that a policy need never see a program twice."""
    include_canaries: bool = False


class EnvConfig(Section):
    """The rules of an episode."""

    scenario: Literal["solo", "team"] = "solo"
    max_steps: int = Field(5, ge=1, le=20)
    reward_mode: Literal["delta", "absolute"] = "delta"
    answer_format: Literal["full", "edit"] = "full"
    prompt_style: Literal["chat", "compact"] = "chat"
    """`compact` is the terse form that the tiny policy speaks."""
    penalty_step: float = Field(0.01, ge=0)
    penalty_repeat: float = Field(0.10, ge=0)
    solved_efficiency: float = Field(0.8, ge=0, le=1)
    max_feedback_chars: int = Field(2000, ge=200)
    max_value_chars: int = Field(200, ge=20)
    """Longest rendering of one input, expected or actual value in feedback."""
    max_code_chars: int = Field(65536, ge=1000)
    """Longer proposals are malformed."""
    max_failing_shown: int = Field(3, ge=1)
    hints: bool = True
    reviewer_sees_results: bool = True
    """Show the reviewer how the draft fared; False leaves it the draft alone."""
    curriculum: bool = True


class SandboxConfig(Section):
    """How untrusted code runs."""

    num_slots: int = Field(2, ge=1)
    profile: Literal["auto", "root", "user", "shared"] = "auto"
    """`root`: root with namespaces; `user`: user namespaces; `shared`: Landlock and seccomp only."""
    efficiency: bool = True
    queue_limit: int = Field(4096, ge=1)
    """Jobs that may wait; beyond it callers are held back."""


class JudgeConfig(Section):
    """Who judges correctness, security and quality."""

    kind: Literal["static", "openai", "none"] = "static"
    model: str = ""
    base_url: str = ""
    timeout_s: float = Field(30.0, gt=0)
    concurrency: int = Field(8, ge=1)


class ModelConfig(Section):
    """The policy to train."""

    path: str = "builtin"
    """`builtin` (the embedded tiny policy) or a directory with a Hugging Face model."""
    random_weights: bool = False
    """Build the architecture of `path` with random weights: for dry runs without the weights."""
    max_prompt_tokens: int = Field(640, ge=16)
    max_completion_tokens: int = Field(48, ge=1)
    temperature: float = Field(1.0, gt=0)
    shared: bool = False
    """One module for all roles; by default each role has its own weights."""


class EngineConfig(Section):
    """vLLM engines."""

    num_engines: int = Field(1, ge=1)
    """Per module."""
    num_gpus: float = Field(0, ge=0)
    """Per engine; 0 serves on the CPU."""
    num_cpus: float = Field(0.5, ge=0)
    dtype: Literal["float32", "bfloat16", "float16", "auto"] = "float32"
    max_num_seqs: int = Field(128, ge=1)
    kv_cache_gib: float = Field(1.0, gt=0)
    gpu_memory_utilization: float = Field(0.5, gt=0, le=1)
    tensor_parallel_size: int = Field(1, ge=1)
    enforce_eager: bool = True
    omp_threads: int = Field(1, ge=0)
    """CPU threads of one engine; 0 lets it decide."""
    parity_tolerance: float = Field(0.0, ge=0)
    """Largest |exp(learner log-prob - engine log-prob) - 1| that a sync may show; 0: 2e-4 in float32, 0.2 in
    half precision, where single tokens differ by that much."""

    @property
    def parity_limit(self) -> float:
        """The tolerance that applies: the configured one, or the default of the precision."""
        return self.parity_tolerance or (2e-4 if self.dtype == "float32" else 0.2)


class AlgorithmConfigSection(Section):
    """Credit, loss and optimizer."""

    name: Literal["grpo"] = "grpo"
    credit: Literal["headroom", "turn", "episode"] = "headroom"
    groups_per_step: int = Field(16, ge=1)
    group_size: int = Field(8, ge=2)
    learning_rate: float = Field(1e-4, ge=0)
    grad_clip: float = Field(1.0, gt=0)
    clip_low: float = Field(0.2, gt=0)
    clip_high: float = Field(0.28, gt=0)
    dual_clip: float = Field(3.0, gt=1)
    importance_cap: float = Field(2.0, gt=1)
    """Largest weight proximal/behaviour off policy."""
    epochs: int = Field(1, ge=1)
    """Optimizer steps on one batch."""
    max_backfill: int = Field(2, ge=0)
    micro_batch_tokens: int = Field(8192, ge=64)
    autocast: Literal["none", "bfloat16"] = "none"
    torch_threads: int = Field(1, ge=0)
    shuffle_rewards: bool = False
    """Control experiment: rewards are permuted within each iteration, so that nothing can be learned."""


class TrainConfig(Section):
    """The loop."""

    iterations: int = Field(20, ge=1)
    num_env_runners: int = Field(1, ge=0)
    num_learners: int = Field(0, ge=0)
    num_gpus_per_learner: float = Field(0, ge=0)
    episode_concurrency: int = Field(128, ge=1)
    """Episodes that one runner keeps in flight."""
    eval_every: int = Field(10, ge=0)
    """Iterations between dev evaluations; 0: only at the end; the first one is before training."""
    eval_episodes: int = Field(64, ge=0)
    checkpoint_every: int = Field(10, ge=0)
    """0: only at the end."""
    max_unscored_share: float = Field(0.10, gt=0, le=1)
    warn_unscored_share: float = Field(0.02, gt=0, le=1)
    max_restarts: int = Field(20, ge=0)
    """Restarts of runners, slots and engines together before the run stops."""


class DeadlinesConfig(Section):
    """Seconds that each wait may take. Past it: an unscored episode with its cause, or the run stops."""

    engine_start_s: float = Field(300.0, gt=0)
    generate_s: float = Field(120.0, gt=0)
    sandbox_s: float = Field(60.0, gt=0)
    judge_s: float = Field(60.0, gt=0)
    sync_s: float = Field(120.0, gt=0)
    update_s: float = Field(600.0, gt=0)
    rollout_s: float = Field(600.0, gt=0)
    sink_s: float = Field(60.0, gt=0)
    stop_s: float = Field(30.0, gt=0)


class RunConfig(Section):
    """What a run is called and what makes it repeatable."""

    name: str = "run"
    seed: int = 0
    dir: str = ""
    """Empty: `runs/NAME-TIME` below the working directory."""


class Config(Section):
    """Everything about one run."""

    run: RunConfig = RunConfig()
    tasks: TasksConfig = TasksConfig()
    env: EnvConfig = EnvConfig()
    sandbox: SandboxConfig = SandboxConfig()
    judge: JudgeConfig = JudgeConfig()
    model: ModelConfig = ModelConfig()
    engine: EngineConfig = EngineConfig()
    algorithm: AlgorithmConfigSection = AlgorithmConfigSection()
    train: TrainConfig = TrainConfig()
    deadlines: DeadlinesConfig = DeadlinesConfig()

    @model_validator(mode="after")
    def _cross_checks(self) -> Config:
        if self.judge.kind == "openai" and not (self.judge.model and self.judge.base_url):
            raise ValueError("judge.kind=openai needs judge.model and judge.base_url")
        if self.env.reward_mode == "absolute":
            raise ValueError(
                "env.reward_mode=absolute pays five mediocre steps more than solving at once; train on "
                "env.reward_mode=delta (absolute is for the OpenEnv server and comparisons)"
            )
        if self.env.prompt_style == "compact" and self.env.answer_format != "edit":
            raise ValueError("env.prompt_style=compact speaks edits only; set env.answer_format=edit")
        return self


def _one_line(error: ValidationError) -> str:
    """Name the field, the value it got and the problem for the first error of a validation."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "config"
    if first["type"] == "extra_forbidden":
        return f"{field}: unknown key; see docs/reference/config.md for the keys of this section"
    got = "" if first["type"] == "value_error" else f" (got {first['input']!r})"
    return f"{field}: {first['msg'].removeprefix('Value error, ')}{got}"


def _set_path(tree: dict[str, Any], dotted: str, value: Any) -> None:
    node = tree
    *parents, leaf = dotted.split(".")
    for name in parents:
        child = node.setdefault(name, {})
        if not isinstance(child, dict):
            raise ConfigError(f"{dotted}: {name} is a value, not a section")
        node = child
    node[leaf] = value


def parse_config(tree: dict[str, Any]) -> Config:
    """Return the checked configuration of a nested mapping of differences from the defaults.

    Raises:
        ConfigError: a key is unknown or a value is wrong; the message is one line with field and value.
    """
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(_one_line(error)) from error


def load_config(path: str | Path | None, overrides: tuple[str, ...] = ()) -> Config:
    """Return the configuration of a YAML file with `section.key=value` overrides applied.

    Args:
        path: The YAML file; a bare name such as `laptop` is looked up among the shipped configs;
            None means defaults.
        overrides: `section.key=value`, the value in YAML syntax.

    Raises:
        ConfigError: no such file, no mapping, or a wrong key or value.
    """
    tree: dict[str, Any] = {}
    if path is not None:
        file = find_config(path)
        try:
            loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
        if loaded is not None and not isinstance(loaded, dict):
            raise ConfigError(f"{path}: must hold a mapping of sections, got {type(loaded).__name__}")
        tree = loaded or {}
    for item in overrides:
        dotted, equals, text = item.partition("=")
        if not equals or "." not in dotted:
            raise ConfigError(f"{item}: an override is section.key=value")
        try:
            _set_path(tree, dotted, yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise ConfigError(f"{dotted}: {text!r} is not a YAML value") from error
    return parse_config(tree)


def find_config(path: str | Path) -> Path:
    """Return the file that a config argument names: a path, or the name of a config shipped with the package.

    Raises:
        ConfigError: there is none; the message lists the shipped names.
    """
    if Path(path).is_file():
        return Path(path)
    shipped = data_dir("configs")
    named = shipped / Path(path).with_suffix(".yaml").name
    if "/" not in str(path) and named.is_file():
        return named
    names = ", ".join(sorted(f.stem for f in shipped.glob("*.yaml")))
    raise ConfigError(f"{path}: no such config file (shipped ones: {names})")


def data_dir(kind: Literal["configs", "packs", "models"]) -> Path:
    """Return the folder of shipped data: in a wheel below `_data`, in a clone beside the package."""
    inside = Path(__file__).parent / "_data" / kind
    if inside.is_dir():
        return inside
    root = Path(__file__).parent.parent
    return root / {"configs": "configs", "packs": "tasks/packs", "models": "codearena_ray/_data/models"}[kind]


def dump_config(config: Config) -> str:
    """Return the complete resolved configuration as YAML."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
