"""Credit: how the rewards of a group of episodes become one advantage for every turn.

Definitions (docs/explanation/credit.md): the return R_t is the undiscounted sum of a role's rewards from turn
t on; headroom H_t = 1 - B_{t-1}, B the best score so far; a cohort is the scored episodes of one group in
which a role takes its t-th turn.

    headroom   A = R_t - H_t * (sum R / sum H over the cohort); at turn 1 this is GRPO's group mean
    turn       A = R_t - mean R over the cohort
    episode    A = R_1 - mean R_1 over the group, the same on every turn of the episode

No division by a standard deviation (Dr. GRPO, arXiv 2503.20783). Nothing here knows about tokens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

EPSILON = 1e-6
Credit = Literal["headroom", "turn", "episode"]


class TurnCredit(NamedTuple):
    """What credit assignment reads of one turn."""

    episode: str
    role: str
    turn: int
    """1-based turn of the role."""
    reward: float
    best_before: float


class Cohorts(NamedTuple):
    """Advantages of one group and what its cohorts looked like."""

    advantages: Mapping[tuple[str, str, int], float]
    """(episode, role, turn) to advantage, for turns of live cohorts only."""
    live: int
    all_solved: int
    """Cohorts without a signal whose members all ended with full reward left behind them."""
    all_failed: int
    """Cohorts without a signal otherwise, singletons included."""


def returns_to_go(turns: Iterable[TurnCredit]) -> dict[tuple[str, str, int], float]:
    """Return R_t for every (episode, role, turn): the sum of the role's rewards from that turn on."""
    by_agent: dict[tuple[str, str], list[TurnCredit]] = defaultdict(list)
    for turn in turns:
        by_agent[turn.episode, turn.role].append(turn)
    result: dict[tuple[str, str, int], float] = {}
    for (episode, role), own in by_agent.items():
        total = 0.0
        for turn in sorted(own, key=lambda t: -t.turn):
            total += turn.reward
            result[episode, role, turn.turn] = total
    return result


def group_advantages(turns: Sequence[TurnCredit], *, credit: Credit, solved: frozenset[str]) -> Cohorts:
    """Return the advantages of one group.

    Args:
        turns: All turns of the scored episodes of the group, any order.
        credit: The rule, see above.
        solved: Episodes that were solved, to tell why a cohort gives no signal.
    """
    togo = returns_to_go(turns)
    cohorts: dict[tuple[str, int], list[TurnCredit]] = defaultdict(list)
    for turn in turns:
        cohorts[turn.role, turn.turn].append(turn)
    first_mean = {
        role: sum(togo[t.episode, role, 1] for t in members) / len(members)
        for (role, number), members in cohorts.items()
        if number == 1
    }
    advantages: dict[tuple[str, str, int], float] = {}
    live = all_solved = all_failed = 0
    for (role, number), members in sorted(cohorts.items()):
        own = {t.episode: _advantage(t, members, togo, first_mean[role], credit) for t in members}
        if len(members) < 2 or all(abs(a) < EPSILON for a in own.values()):
            if all(t.episode in solved for t in members):
                all_solved += 1
            else:
                all_failed += 1
            continue
        live += 1
        advantages.update({(episode, role, number): a for episode, a in own.items()})
    return Cohorts(advantages, live, all_solved, all_failed)


def _advantage(
    turn: TurnCredit,
    cohort: Sequence[TurnCredit],
    togo: Mapping[tuple[str, str, int], float],
    first_mean: float,
    credit: Credit,
) -> float:
    if credit == "episode":
        return togo[turn.episode, turn.role, 1] - first_mean
    total = sum(togo[t.episode, t.role, t.turn] for t in cohort)
    own = togo[turn.episode, turn.role, turn.turn]
    if credit == "turn":
        return own - total / len(cohort)
    headroom = sum(1.0 - t.best_before for t in cohort)
    if headroom <= EPSILON:  # nothing left to win for anyone: compare within the cohort
        return own - total / len(cohort)
    return own - (1.0 - turn.best_before) * total / headroom
