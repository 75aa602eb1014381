"""From a grade to a reward and to the end of an episode: pure functions over one answer.

    delta       r_t = max(0, S_t - B_{t-1}) - penalties
    absolute    r_t = max(0, S_t - penalties)
    reviewer    r   = S(revision) - S(draft); 0 when the fixer gave up on a task that can be solved

B is the best score so far, B_0 the buggy program's own. Under `absolute` five mediocre steps pay more than
solving at once: it is for comparisons, never for training.
"""

from __future__ import annotations

from codearena_ray.types import Grade, Proposal, Turn


def reward_of(score: float, *, best_before: float, penalties: float, reward_mode: str) -> float:
    """Return the fixer's reward for one answer.

    Args:
        score: S_t, in [0, 1].
        best_before: B_{t-1}.
        penalties: Their sum, not negative.
        reward_mode: `delta` or `absolute`.
    """
    if reward_mode == "delta":
        return max(0.0, score - best_before) - penalties
    return max(0.0, score - penalties)


def grade_without_program(proposal: Proposal, *, is_canary: bool, best: float) -> Grade:
    """Return the grade of an answer that holds no program.

    A malformed answer scores 0. Giving up scores 1 on an impossible task and the best so far elsewhere.
    """
    score = 0.0
    if proposal.answer_format == "give_up":
        score = 1.0 if is_canary else best
    return Grade(components={}, score=score, tests_passed=False, solved=False)


def stop_reason_of(proposal: Proposal, grade: Grade, *, steps_left: int) -> str:
    """Return why the episode ends with this answer; empty if it goes on."""
    if proposal.answer_format == "give_up":
        return "gave_up"
    if grade.solved:
        return "solved"
    return "" if steps_left > 0 else "step_limit"


def review_reward(revision: Turn, *, draft_score: float, is_canary: bool) -> float:
    """Return the reviewer's reward: what the revision gained over the draft (CTRL, arXiv 2502.03492).

    Args:
        revision: The fixer's scored turn that followed the review.
        draft_score: S(draft).
        is_canary: On an impossible task, moving the fixer to give up is a gain.
    """
    if revision.grade is None or revision.proposal is None:
        raise ValueError("a revision without a grade pays no review")
    if revision.proposal.answer_format == "give_up" and not is_canary:
        return 0.0
    return revision.grade.score - draft_score
