"""Many episodes at once for one fixer: rounds of questions asked together, steps taken in threads.

A round asks the fixer everything that live episodes wait for, in one batch, then steps these episodes over
the blocking services side by side; ended ones make room for the next. Same plans, same fixer: same questions
in the same batches. Nothing is written here; no Ray.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from codearena_ray.adapters.play import Player
from codearena_ray.adapters.services import Services
from codearena_ray.config import Config
from codearena_ray.env.exchange import ArenaStep
from codearena_ray.env.prompts import Message, render_messages
from codearena_ray.env.roles import role_of
from codearena_ray.errors import InfrastructureError
from codearena_ray.policies.protocol import Answer, Fixer, Past, Question
from codearena_ray.seeding import child_rng, child_seed
from codearena_ray.taskforge.rename import rename_task
from codearena_ray.trajectory.rows import TokenRecord
from codearena_ray.types import AgentId, Episode, Observation, Task, Turn


class EpisodePlan(NamedTuple):
    """An episode to play."""

    number: int
    task: Task
    seed: int


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """One action, with what the agent read."""

    turn: Turn
    messages: tuple[Message, ...]
    tokens: TokenRecord | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class PlayedEpisode:
    """How an episode went."""

    plan: EpisodePlan
    episode: Episode
    turns: tuple[PlayedTurn, ...]
    baseline: float
    """The buggy program's own score."""
    best_score: float
    solved_at: int
    """1-based step that solved it; 0: none."""
    unscored_detail: str = ""
    """For an unscored episode, the error's own words where they are known."""


def plan_episodes(tasks: Sequence[Task], *, count: int, seed: int, rename: bool = False) -> list[EpisodePlan]:
    """Return which tasks are played: all in a shuffled order, again and again, until there are enough.

    Args:
        tasks: What to draw from.
        count: Number of episodes.
        seed: The same seed gives the same plan.
        rename: Give each episode's task fresh identifiers.
    """
    order: list[Task] = []
    while len(order) < count:
        once = list(tasks)
        child_rng(seed, "rollout", "order", len(order)).shuffle(once)
        order += once
    plans = []
    for index, task in enumerate(order[:count]):
        own = child_seed(seed, "rollout", index)
        played = rename_task(task, child_rng(own, "names")) if rename else task
        plans.append(EpisodePlan(index, played, own))
    return plans


class _Asked(NamedTuple):
    observation: Observation
    messages: tuple[Message, ...]
    tokens: TokenRecord | None
    started_at: datetime


@dataclass(slots=True)
class _Live:
    """An episode under way."""

    plan: EpisodePlan
    player: Player
    last: ArenaStep | None = None
    asked: dict[tuple[AgentId, int], _Asked] = field(default_factory=dict)
    """By agent and its turn, from 1."""
    past: dict[AgentId, list[Past]] = field(default_factory=dict)
    detail: str = ""

    @property
    def done(self) -> bool:
        return self.last is not None and (self.last.terminated or self.last.truncated)


def play_episodes(
    plans: Sequence[EpisodePlan], *, fixer: Fixer, config: Config, services: Services, concurrency: int
) -> Iterator[PlayedEpisode]:
    """Yield episodes as they end, those of one round in the order of their plans.

    Args:
        plans: What to play.
        fixer: Speaks for every agent.
        config: The env section decides rules and prompts.
        services: Grade and judge; a failure of theirs ends an episode unscored.
        concurrency: Episodes at once.
    """
    waiting = iter(plans)
    live: list[_Live] = []
    workers = ThreadPoolExecutor(concurrency, thread_name_prefix="episode")
    try:
        while True:
            room = concurrency - len(live)
            fresh = [_Live(plan, Player(config, services)) for plan in islice(waiting, room)]
            list(workers.map(_reset, fresh))
            live += fresh
            if not live:
                return
            _round([one for one in live if not one.done], fixer, config, workers)
            yield from (_played(one) for one in live if one.done)
            live = [one for one in live if not one.done]
    finally:
        workers.shutdown(wait=False, cancel_futures=True)


def _reset(one: _Live) -> None:
    one.last = one.player.reset(one.plan.task)


def _round(live: Sequence[_Live], fixer: Fixer, config: Config, workers: ThreadPoolExecutor) -> None:
    """Ask for every live episode and take its step."""
    waiting = [(one, agent) for one in live for agent in _observations(one)]
    questions = [_question(one, agent, config) for one, agent in waiting]
    started_at = datetime.now(UTC)
    outcomes = fixer.answers(questions) if questions else []
    said: dict[int, dict[AgentId, str]] = {}
    failed: dict[int, InfrastructureError] = {}
    for (one, agent), question, outcome in zip(waiting, questions, outcomes, strict=True):
        index = one.plan.number
        if isinstance(outcome, InfrastructureError):
            failed[index] = outcome
            continue
        said.setdefault(index, {})[agent] = outcome.text
        _note(one, agent, question, outcome, started_at)

    def step(one: _Live) -> None:
        error = failed.get(one.plan.number)
        if error is None:
            one.last = one.player.step(said[one.plan.number])
        elif one.player.arena is not None:
            one.last, one.detail = one.player.arena.abandon(error), str(error)

    list(workers.map(step, live))


def _observations(one: _Live) -> Mapping[AgentId, Observation]:
    return one.last.observations if one.last is not None else {}


def _question(one: _Live, agent: AgentId, config: Config) -> Question:
    observation, role = _observations(one)[agent], role_of(agent)
    past = tuple(one.past.get(agent, ()))
    messages = render_messages(
        observation, role=role, style=config.env.prompt_style, answer_format=config.env.answer_format
    )
    seed = child_seed(one.plan.seed, agent, len(past) + 1)
    return Question(one.plan.task, observation, role, tuple(messages), seed, past)


def _note(one: _Live, agent: AgentId, question: Question, answer: Answer, started_at: datetime) -> None:
    past = one.past.setdefault(agent, [])
    past.append(Past(question.observation, answer.text))
    asked = _Asked(question.observation, question.messages, answer.tokens, started_at)
    one.asked[agent, len(past)] = asked


def _played(one: _Live) -> PlayedEpisode:
    arena = one.player.arena
    assert arena is not None
    turns = [
        PlayedTurn(turn, asked.messages, asked.tokens, asked.started_at)
        for turn in arena.turns
        if (asked := one.asked.get((turn.agent_id, turn.step))) is not None
    ]
    solved = [turn.step for turn in arena.turns if turn.stop_reason == "solved" and turn.role == "fixer"]
    return PlayedEpisode(
        plan=one.plan,
        episode=arena.episode(f"{one.plan.number:06d}/0"),
        turns=tuple(turns),
        baseline=arena.baseline.score if arena.baseline else 0.0,
        best_score=arena.best_score,
        solved_at=min(solved, default=0),
        unscored_detail=one.detail,
    )
