"""Plays groups of episodes through the env's public contract, hundreds of episodes at a time.

An episode is `env.reset` and `env.step` in threads (the env blocks on sandbox and judge) and engine calls
awaited between them. Nothing of an environment is bypassed: observations, rewards and ends are those that the
env returned. Token ids and log-probabilities are the engine's own; nothing is tokenised again.

An exception inside one episode ends that episode unscored, with its cause; it never ends the group.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from codearena_ray.actors.engine_types import Completion, SamplingSpec
from codearena_ray.algorithms.groups import EpisodeSummary, GroupOrder, GroupResult, PlayedGroup, TurnSummary
from codearena_ray.config import Config
from codearena_ray.env.prompts import Message, render_messages
from codearena_ray.env.roles import role_of
from codearena_ray.errors import CodeArenaError, DeadlineError, UserError
from codearena_ray.policies.prompt_codec import PromptCodec
from codearena_ray.seeding import child_seed
from codearena_ray.trajectory.rows import GroupKey, RunIdentity, Sampling, TokenRecord, make_row, rows_table
from codearena_ray.types import Observation, Turn

OBSERVATION_FIELDS = tuple(Observation.__dataclass_fields__)


class Generator(Protocol):
    """The part of an engine client that a rollout uses."""

    async def generate(
        self,
        prompt_token_ids: Sequence[int],
        *,
        n: int = 1,
        sampling: SamplingSpec,
        min_version: int,
        deadline_s: float | None = None,
    ) -> list[Completion]:
        """Return n completions."""
        ...


@dataclass(slots=True)
class _Action:
    """What one agent said, until the env tells what came of it."""

    observation: Observation
    messages: list[Message]
    prompt_ids: list[int]
    completion: Completion
    trainable: bool
    started_at: datetime
    reward: float = 0.0
    turn: Turn | None = None


@dataclass(slots=True)
class _Episode:
    """One episode in flight."""

    index: int
    env: Any
    seed: int
    observations: dict[str, Any] = field(default_factory=dict)
    actions: list[tuple[str, _Action]] = field(default_factory=list)
    latest: dict[str, _Action] = field(default_factory=dict)
    done: bool = False
    cause: str = ""
    detail: str = ""


class ObservationCodec(PromptCodec):
    """Observations to prompts, in the style and answer format of a configuration."""

    def __init__(self, tokenizer: Any, config: Config) -> None:
        super().__init__(tokenizer, max_prompt_tokens=config.model.max_prompt_tokens)
        self._style = config.env.prompt_style
        self._format = config.env.answer_format

    def read(self, observation: Observation, *, role: str) -> tuple[list[Message], list[int]]:
        """Return the messages that an agent of this role reads, and the prompt's ids."""
        messages = render_messages(observation, role=role, style=self._style, answer_format=self._format)
        return messages, self.encode(messages)


class GroupRollout:
    """Plays groups with the engines of each module.

    Args:
        make_env: Zero-argument constructor of the MultiAgentEnv that the AlgorithmConfig names; cheap.
        engines: Engine client by module id.
        codec: Tokenizer and prompt style.
        module_of: Agent id to module id.
        config: The run's configuration.
        run: Who this run is, for the rows.
        policy_hash: Model hash by module id, for the rows.
        executor: Threads for the blocking env.
        runner: Name of this runner, for events.
    """

    def __init__(
        self,
        *,
        make_env: Callable[[], Any],
        engines: Mapping[str, Generator],
        codec: ObservationCodec,
        module_of: Callable[[str], str],
        config: Config,
        run: RunIdentity,
        policy_hash: Mapping[str, str],
        executor: Executor,
        runner: str,
    ) -> None:
        self._make_env = make_env
        self._engines = engines
        self._codec = codec
        self._module_of = module_of
        self._config = config
        self._run = run
        self._policy_hash = policy_hash
        self._executor = executor
        self._runner = runner

    async def play(self, order: GroupOrder) -> PlayedGroup:
        """Play all episodes of a group and return its result and rows."""
        episodes = [
            _Episode(i, self._make_env(), child_seed(order.seed, "episode", i)) for i in range(order.size)
        ]
        await self._guard(
            episodes[0], self._reset(episodes[0], order)
        )  # fills the grade cache for the others
        await asyncio.gather(*(self._guard(e, self._reset(e, order)) for e in episodes[1:]))
        await self._first_round(episodes, order)
        await asyncio.gather(*(self._guard(e, self._finish(e, order)) for e in episodes if not e.done))
        return self._result(order, episodes)

    async def _guard(self, episode: _Episode, work: Any) -> None:
        """Await a part of an episode; a failure ends that episode, unscored, with its cause."""
        try:
            await work
        except UserError:
            raise
        except CodeArenaError as error:
            episode.done, episode.cause, episode.detail = True, error.cause, str(error)
        except Exception as error:  # the episode boundary
            episode.done, episode.cause = True, f"env_{type(error).__name__.lower()}"
            episode.detail = "".join(traceback.format_exception(error))[-4000:]

    async def _in_thread(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        limit_s = self._config.deadlines.sandbox_s + self._config.deadlines.judge_s
        future = asyncio.get_running_loop().run_in_executor(self._executor, lambda: work(*args, **kwargs))
        try:
            return await asyncio.wait_for(future, limit_s)
        except TimeoutError as error:
            raise DeadlineError(f"waited {limit_s:g} s for the environment's {work.__name__}") from error

    async def _reset(self, episode: _Episode, order: GroupOrder) -> None:
        observations, infos = await self._in_thread(
            episode.env.reset, seed=episode.seed, options={"task": order.task, "group": order.group_id}
        )
        episode.observations = dict(observations)
        cause = next((i["unscored_cause"] for i in infos.values() if i.get("unscored_cause")), "")
        if cause:
            episode.done, episode.cause, episode.detail = True, cause, "the buggy program could not be graded"

    async def _first_round(self, episodes: Sequence[_Episode], order: GroupOrder) -> None:
        """Answer all first prompts, equal ones in one engine call; a team's group shares its draft."""
        waiting: dict[
            tuple[str, tuple[int, ...]], list[tuple[_Episode, str, Observation, list[Message]]]
        ] = {}

        async def read(episode: _Episode) -> None:
            for agent, raw in episode.observations.items():
                observation = as_observation(raw)
                messages, ids = self._codec.read(observation, role=role_of(agent))
                key = (self._module_of(agent), tuple(ids))
                waiting.setdefault(key, []).append((episode, agent, observation, messages))

        for episode in episodes:
            if not episode.done:
                await self._guard(episode, read(episode))
        shared = self._config.env.scenario == "team" and order.size > 1 and not order.greedy
        answers: dict[int, dict[str, str]] = {}

        async def one(key: tuple[str, tuple[int, ...]], members: Sequence[Any]) -> None:
            started = datetime.now(UTC)
            completions = await self._generate(key[0], key[1], n=1 if shared else len(members), order=order)
            for i, (episode, agent, observation, messages) in enumerate(members):
                completion = completions[0 if shared else i]
                action = _Action(observation, messages, list(key[1]), completion, not shared, started)
                answers.setdefault(episode.index, {})[agent] = self._record(episode, agent, action)

        by_call = [
            asyncio.gather(*(self._guard(m[0], _same(task)) for m in members))
            for key, members in waiting.items()
            for task in [asyncio.ensure_future(one(key, members))]
        ]
        await asyncio.gather(*by_call)
        live = [e for e in episodes if not e.done]
        await asyncio.gather(*(self._guard(e, self._step(e, answers[e.index])) for e in live))

    async def _finish(self, episode: _Episode, order: GroupOrder) -> None:
        """Play an episode from its second round to its end."""
        while not episode.done:
            answers = {}
            for agent, raw in episode.observations.items():
                observation = as_observation(raw)
                messages, ids = self._codec.read(observation, role=role_of(agent))
                started = datetime.now(UTC)
                (completion,) = await self._generate(self._module_of(agent), ids, n=1, order=order)
                action = _Action(observation, messages, ids, completion, True, started)
                answers[agent] = self._record(episode, agent, action)
            await self._step(episode, answers)

    def _record(self, episode: _Episode, agent: str, action: _Action) -> str:
        episode.actions.append((agent, action))
        episode.latest[agent] = action
        return self._codec.decode(action.completion.token_ids)

    async def _generate(
        self, module_id: str, prompt_ids: Sequence[int], *, n: int, order: GroupOrder
    ) -> list[Completion]:
        sampling = SamplingSpec(
            temperature=0.0 if order.greedy else self._config.model.temperature,
            max_tokens=self._config.model.max_completion_tokens,
            stop_token_ids=self._codec.end_ids,
        )
        return await self._engines[module_id].generate(
            prompt_ids,
            n=n,
            sampling=sampling,
            min_version=order.min_version,
            deadline_s=self._config.deadlines.generate_s,
        )

    async def _step(self, episode: _Episode, answers: Mapping[str, str]) -> None:
        observations, rewards, terminated, truncated, infos = await self._in_thread(
            episode.env.step, dict(answers)
        )
        for agent, reward in rewards.items():
            if agent in episode.latest:
                episode.latest[agent].reward += float(reward)
        for agent, info in infos.items():
            turn = info.get("turn") if isinstance(info, Mapping) else None
            if turn is not None and agent in episode.latest:
                episode.latest[agent].turn = turn
                if turn.unscored_cause:
                    episode.cause = turn.unscored_cause
                    episode.detail = episode.detail or "the proposal could not be graded"
        episode.done = bool(terminated.get("__all__") or truncated.get("__all__") or episode.cause)
        episode.observations = {} if episode.done else dict(observations)

    def _result(self, order: GroupOrder, episodes: Sequence[_Episode]) -> PlayedGroup:
        rows: list[dict[str, Any]] = []
        turns: list[TurnSummary] = []
        for episode in episodes:
            for agent, action in episode.actions:
                if action.turn is None:
                    continue  # nothing is known about it: the episode ended before the env answered
                module_id = self._module_of(agent)
                tokens = len(action.completion.token_ids) if action.trainable and not order.greedy else 0
                turn = action.turn
                turns.append(
                    TurnSummary(
                        len(rows),
                        episode.index,
                        turn.role,
                        module_id,
                        turn.step,
                        action.reward,
                        _base_score(turn),
                        tokens,
                    )
                )
                rows.append(self._row(order, episode, module_id, action, turn))
        summaries = tuple(summarise(e.index, e.actions, e.cause, e.detail) for e in episodes)
        seconds = {
            name: sum(float(row[f"{name}_s"] or 0.0) for row in rows)
            for name in ("generate", "sandbox", "grade", "judge")
        }
        return PlayedGroup(
            GroupResult(order, summaries, tuple(turns), seconds, self._runner), rows_table(rows)
        )

    def _row(
        self, order: GroupOrder, episode: _Episode, module_id: str, action: _Action, turn: Turn
    ) -> dict[str, Any]:
        completion = action.completion
        trainable = action.trainable and not order.greedy
        return make_row(
            run=self._run,
            group=GroupKey(
                group_id=order.group_id,
                group_size=order.size,
                sample_index=episode.index,
                attempt=order.attempt,
                iteration=order.iteration,
            ),
            task=order.task,
            scenario=self._config.env.scenario,
            seed=episode.seed,
            reward_mode=self._config.env.reward_mode,
            turn=turn,
            reward=action.reward,
            messages=action.messages,
            tokens=TokenRecord(
                prompt_token_ids=action.prompt_ids,
                completion_token_ids=list(completion.token_ids),
                logprobs=list(completion.logprobs),
                loss_mask=[int(trainable)] * len(completion.token_ids),
                finish_reason=completion.finish_reason,
                weight_spans=[(s.version, s.start, s.end) for s in completion.weight_spans],
                engine_id=completion.engine_id,
                model_hash=self._policy_hash.get(module_id, ""),
                tokenizer_hash=self._policy_hash.get("tokenizer", ""),
                sampling=Sampling(
                    temperature=0.0 if order.greedy else self._config.model.temperature,
                    max_tokens=self._config.model.max_completion_tokens,
                ),
                queue_s=completion.queue_s,
                generate_s=completion.generate_s,
            ),
            module_id=module_id,
            policy=self._config.model.path,
            curriculum_level=order.curriculum_level,
            advantage=None,
            started_at=action.started_at,
            unscored_cause=episode.cause,
        )


def _base_score(turn: Turn) -> float:
    """Return the score that a turn starts from: the best so far; for a reviewer, the draft's."""
    if turn.role == "reviewer" and turn.grade is not None:
        return turn.grade.score - turn.reward
    return turn.best_before


async def _same(task: asyncio.Future[None]) -> None:
    """Await a task that several episodes share, so that each of them learns of its failure."""
    await asyncio.shield(task)


def as_observation(raw: Any) -> Observation:
    """Return the observation record of what an env returned for one agent.

    Raises:
        TypeError: the env returned something without the fields of the contract.
    """
    if isinstance(raw, Observation):
        return raw
    try:
        fields = {name: raw[name] for name in OBSERVATION_FIELDS}
    except (TypeError, KeyError) as error:
        raise TypeError(
            f"an observation needs {', '.join(OBSERVATION_FIELDS)}; {error} is missing"
        ) from error
    fields["steps_left"] = int(fields["steps_left"])
    best = fields["best_score"]
    fields["best_score"] = float(best[0]) if hasattr(best, "__len__") else float(best)
    return Observation(**fields)


def summarise(index: int, actions: Sequence[tuple[str, _Action]], cause: str, detail: str) -> EpisodeSummary:
    """Return how an episode ended, from its fixers' turns."""
    turns = [(a, a.turn) for agent, a in actions if a.turn is not None and role_of(agent) == "fixer"]
    solved_at = [t.step for _, t in turns if t.grade is not None and t.grade.solved]
    best = max((t.best_after for _, t in turns), default=0.0)
    baseline = turns[0][1].best_before if turns else 0.0
    spans = [a.completion.oldest_version for _, a in actions]
    return EpisodeSummary(
        sample_index=index,
        solved=bool(solved_at),
        solved_first=bool(solved_at) and min(solved_at) == 1,
        score=best,
        baseline=baseline,
        episode_return=sum(a.reward for _, a in actions),
        num_steps=len(turns),
        oldest_version=min(spans, default=-1),
        unscored_cause=cause if cause else ("" if turns else "no_turn"),
        unscored_detail=detail,
    )
