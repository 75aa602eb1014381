"""The RLlib configuration of GRPO over text policies, derived from the project's own configuration tree."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from ray.rllib.algorithms.algorithm_config import AlgorithmConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec

from codearena_ray.adapters.rllib_env import ENV_NAME, register
from codearena_ray.algorithms.env_runner import TextEnvRunner
from codearena_ray.algorithms.learner import GRPOLearner
from codearena_ray.algorithms.learner_group import GRPOLearnerGroup
from codearena_ray.algorithms.rl_module import CausalLMModule
from codearena_ray.config import Config
from codearena_ray.env.roles import find_scenario, role_of
from codearena_ray.policies.builtin import resolve_model

SHARED_MODULE = "policy"


def module_of_role(agent_id: str, *_: Any, **__: Any) -> str:
    """Return the module that speaks for an agent: one per role."""
    return role_of(agent_id)


def one_module(_agent_id: str, *_: Any, **__: Any) -> str:
    """Return the one module that all roles share."""
    return SHARED_MODULE


class GRPOConfig(AlgorithmConfig):
    """RLlib settings that fit text policies; everything of the project's own lies in `codearena`.

    `from_codearena` derives runners, learners, modules and the environment from a `Config`. All of RLlib's
    methods may follow: `.environment(MyEnv)`, `.multi_agent(policy_mapping_fn=…)`.
    """

    def __init__(self, algo_class: Any = None) -> None:
        from codearena_ray.algorithms.grpo import GRPO

        super().__init__(algo_class=algo_class or GRPO)
        self.codearena = Config()
        self.services: Any = None
        """Picklable factory of services for the environment; None: a sandbox host per node, started by
        GRPO."""
        self.run_path = ""
        """An existing run directory to write to; empty: a new one in the trial's own folder."""
        self.framework("torch")
        self.env_runners(
            env_runner_cls=TextEnvRunner,
            num_cpus_per_env_runner=0.1,  # 0 makes Tune fail on an empty bundle
            add_default_connectors_to_env_to_module_pipeline=False,
            add_default_connectors_to_module_to_env_pipeline=False,
        )
        self.broadcast_env_runner_states = False
        self.merge_env_runner_states = False
        self._apply(self.codearena)

    @classmethod
    def from_codearena(cls, config: Config) -> GRPOConfig:
        """Return the RLlib configuration of a run."""
        self = cls()
        self._apply(config)
        return self

    def _apply(self, config: Config) -> None:
        self.codearena = config
        register()
        self.environment(ENV_NAME)
        self.env_runners(
            num_env_runners=config.train.num_env_runners,
            create_local_env_runner=config.train.num_env_runners == 0,
        )
        self.learners(
            num_learners=config.train.num_learners, num_gpus_per_learner=config.train.num_gpus_per_learner
        )
        self.fault_tolerance(
            restart_failed_env_runners=True,
            max_num_env_runner_restarts=config.train.max_restarts,
            delay_between_env_runner_restarts_s=1.0,
        )
        self.training(
            lr=config.algorithm.learning_rate,
            grad_clip=config.algorithm.grad_clip,
            grad_clip_by="global_norm",
        )
        roles = sorted({role_of(agent) for agent in find_scenario(config.env.scenario).agents})
        shared = config.model.shared
        self.multi_agent(
            policies={SHARED_MODULE} if shared else set(roles),
            policy_mapping_fn=one_module if shared else module_of_role,
        )
        self.debugging(seed=config.run.seed)

    def get_default_learner_class(self) -> Any:
        """Return the learner."""
        return GRPOLearner

    def build_learner_group(
        self, *, env: Any = None, spaces: Any = None, rl_module_spec: Any = None, placement_group: Any = None
    ) -> GRPOLearnerGroup:
        """Return the learners, as RLlib does, in a group that reports failed checkpoints."""
        return GRPOLearnerGroup(
            config=self.copy(),
            module_spec=rl_module_spec or self.get_multi_rl_module_spec(env=env, spaces=spaces),
            placement_group=placement_group,
        )

    def get_default_rl_module_spec(self) -> RLModuleSpec:
        """Return the spec of every module: the configured model in float32."""
        model = self.codearena.model
        return RLModuleSpec(
            module_class=CausalLMModule,
            model_config={
                "path": str(self.model_path()),
                "random_weights": model.random_weights,
                "temperature": model.temperature,
                "autocast": self.codearena.algorithm.autocast,
                "seed": self.codearena.run.seed,
            },
        )

    def model_path(self) -> Path:
        """Return the folder of the policy to start from."""
        return resolve_model(self.codearena.model.path)

    @property
    def _model_config_auto_includes(self) -> dict[str, Any]:
        return {}

    def with_env_config(self, env_config: dict[str, Any]) -> GRPOConfig:
        """Return a copy whose environment is made with these settings added."""
        changed = self.copy(copy_frozen=False)
        changed.env_config = {**copy.copy(dict(self.env_config)), **env_config}
        return changed
