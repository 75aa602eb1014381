"""Turns played groups into a training batch: which count, their advantages, what replaces the rest.

- An unscored turn removes its episode. A group with fewer than max(2, G/2) scored episodes is queued once
  more, then dropped (DESIGN, credit 6).
- A group none of whose cohorts carries a signal trains nothing; other tasks are drawn in its place, up to
  `max_backfill` rounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, NamedTuple

from codearena_ray.algorithms.advantage import TurnCredit, group_advantages
from codearena_ray.algorithms.batch import Sample
from codearena_ray.algorithms.groups import EpisodeSummary, GroupOrder, PlayedGroup
from codearena_ray.config import AlgorithmConfigSection

Play = Callable[[Sequence[GroupOrder]], Iterator[PlayedGroup]]
Accept = Callable[[PlayedGroup, Sequence[float | None]], None]
"""Called once for every group that counts, with one advantage (or None) for each of its rows."""


class Trained(NamedTuple):
    """Rows of one group that a learner step will use."""

    group_id: str
    module_id: str
    samples: list[Sample]


@dataclass(slots=True)
class Collected:
    """One iteration's experience."""

    trained: list[Trained] = field(default_factory=list)
    episodes: list[tuple[GroupOrder, EpisodeSummary]] = field(default_factory=list)
    """Every scored episode of an accepted group."""
    unscored: Counter[str] = field(default_factory=Counter)
    """Unscored episodes by cause, repeated groups included."""
    unscored_by_task: Counter[str] = field(default_factory=Counter)
    num_episodes: int = 0
    num_turns: int = 0
    num_tokens: int = 0
    groups: int = 0
    live_groups: int = 0
    groups_all_solved: int = 0
    groups_all_failed: int = 0
    groups_repeated: int = 0
    groups_dropped: int = 0
    oldest_version: int | None = None
    seconds: Counter[str] = field(default_factory=Counter)
    details: dict[str, str] = field(default_factory=dict)
    """One traceback or message per cause."""

    @property
    def unscored_share(self) -> float:
        """Unscored episodes among all that were played."""
        return sum(self.unscored.values()) / self.num_episodes if self.num_episodes else 0.0


def collect(
    *,
    first: Iterable[GroupOrder],
    more: Callable[[int, int], Sequence[GroupOrder]],
    play: Play,
    accept: Accept,
    settings: AlgorithmConfigSection,
    shuffle: Random | None = None,
) -> Collected:
    """Play groups until the batch is full or backfilling is used up.

    Args:
        first: The orders of the iteration.
        more: (round, count) to that many further orders with other tasks.
        play: Plays orders, yielding each group once.
        accept: Receives every accepted group.
        settings: The algorithm's section.
        shuffle: Control experiment: permutes the rewards of a group's episodes, so that they tell nothing.
    """
    found = Collected()
    orders = list(first)
    wanted = len(orders)
    for attempt in range(settings.max_backfill + 1):
        again = _play_round(orders, play, accept, found, settings, shuffle)
        if again:
            _play_round(again, play, accept, found, settings, shuffle)
        missing = wanted - found.live_groups
        if missing <= 0 or attempt == settings.max_backfill:
            break
        orders = list(more(attempt + 1, missing))
        if not orders:
            break
    return found


def _play_round(
    orders: Sequence[GroupOrder],
    play: Play,
    accept: Accept,
    found: Collected,
    settings: AlgorithmConfigSection,
    shuffle: Random | None,
) -> list[GroupOrder]:
    """Play orders, account for them, and return those to be played once more."""
    again: list[GroupOrder] = []
    for played in play(orders):
        result = played.result
        _count(played, found)
        scored = result.scored
        if len(scored) < max(2, result.order.size / 2):
            if result.order.attempt == 0:
                again.append(replace(result.order, attempt=1))
                found.groups_repeated += 1
            else:
                found.groups_dropped += 1
            continue
        advantages = credit_rows(played, settings)
        if shuffle is not None:
            advantages = _permuted(advantages, played, shuffle)
        accept(played, advantages)
        _accept(played, advantages, found)
    return again


def _count(played: PlayedGroup, found: Collected) -> None:
    result = played.result
    for episode in result.episodes:
        found.num_episodes += 1
        if episode.unscored_cause:
            found.unscored[episode.unscored_cause] += 1
            found.unscored_by_task[result.order.task.id] += 1
            found.details.setdefault(episode.unscored_cause, episode.unscored_detail)
    found.num_turns += len(result.turns)
    found.seconds.update(result.seconds)


def credit_rows(played: PlayedGroup, settings: AlgorithmConfigSection) -> list[float | None]:
    """Return one advantage for each row of a group, None where nothing is trained."""
    result = played.result
    scored = result.scored
    turns = [t for t in result.turns if t.sample_index in scored]
    cohorts = group_advantages(
        [TurnCredit(str(t.sample_index), t.role, t.turn, t.reward, t.best_before) for t in turns],
        credit=settings.credit,
        solved=frozenset(str(e.sample_index) for e in result.episodes if e.solved),
    )
    advantages: list[float | None] = [None] * played.rows.num_rows
    for turn in turns:
        if turn.num_tokens:
            advantages[turn.row] = cohorts.advantages.get((str(turn.sample_index), turn.role, turn.turn))
    return advantages


def _accept(played: PlayedGroup, advantages: Sequence[float | None], found: Collected) -> None:
    result = played.result
    found.groups += 1
    found.num_tokens += sum(t.num_tokens for t in result.turns)
    scored = [e for e in result.episodes if not e.unscored_cause]
    found.episodes.extend((result.order, e) for e in scored)
    if all(a is None for a in advantages):
        if all(e.solved for e in scored):
            found.groups_all_solved += 1
        else:
            found.groups_all_failed += 1
        return
    found.live_groups += 1
    oldest = min(e.oldest_version for e in scored)
    found.oldest_version = oldest if found.oldest_version is None else min(found.oldest_version, oldest)
    found.trained.extend(trainable(played, advantages))


def _permuted(advantages: Sequence[float | None], played: PlayedGroup, shuffle: Random) -> list[float | None]:
    """Return the advantages of a group, permuted among the trained rows of each module."""
    result = list(advantages)
    rows: dict[str, list[int]] = {}
    for turn in played.result.turns:
        if advantages[turn.row] is not None:
            rows.setdefault(turn.module_id, []).append(turn.row)
    for own in rows.values():
        values = [advantages[row] for row in own]
        shuffle.shuffle(values)
        for row, value in zip(own, values, strict=True):
            result[row] = value
    return result


def trainable(played: PlayedGroup, advantages: Sequence[float | None]) -> list[Trained]:
    """Return the rows of a group that have an advantage, by module."""
    columns: dict[str, list[Any]] = {
        name: played.rows.column(name).to_pylist()
        for name in ("prompt_token_ids", "completion_token_ids", "logprobs")
    }
    by_module: dict[str, list[Sample]] = {}
    for turn in played.result.turns:
        advantage = advantages[turn.row]
        if advantage is None or not turn.num_tokens:
            continue
        sample = Sample(
            tuple(columns["prompt_token_ids"][turn.row]),
            tuple(columns["completion_token_ids"][turn.row]),
            tuple(columns["logprobs"][turn.row]),
            advantage,
            turn.role,
        )
        by_module.setdefault(turn.module_id, []).append(sample)
    return [Trained(played.result.order.group_id, m, samples) for m, samples in by_module.items()]
