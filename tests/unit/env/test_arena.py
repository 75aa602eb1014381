"""Rewards and ends of episodes against numbers worked out by hand."""

from __future__ import annotations

import pytest
from builders.episodes import (
    BUGGY,
    FIXED,
    HALF,
    REPORTS,
    WORSE,
    begin,
    full,
    make_arena,
    make_report,
    make_task,
    play,
    resolve,
    scaled_task,
)

from codearena_ray.config import EnvConfig
from codearena_ray.env.arena import Arena, JudgeRequest
from codearena_ray.errors import DeadlineError, JudgeError, SandboxError
from codearena_ray.types import JudgeVerdict


def test_an_episode_opens_with_the_buggy_programs_own_score():
    arena = make_arena()
    step = begin(arena)
    assert arena.baseline is not None
    assert arena.baseline.score == pytest.approx(0.44)
    observation = step.observations["fixer_0"]
    assert observation.code == BUGGY
    assert observation.best_score == pytest.approx(0.44)
    assert observation.steps_left == 5
    assert not step.turns


def test_delta_pays_the_gain_over_the_best_so_far_less_the_step():
    arena = make_arena()
    begin(arena)
    assert play(arena, full(HALF)).rewards["fixer_0"] == pytest.approx(0.65 - 0.44 - 0.01)
    assert play(arena, full(WORSE)).rewards["fixer_0"] == pytest.approx(-0.01)
    last = play(arena, full(FIXED))
    assert last.rewards["fixer_0"] == pytest.approx(1.0 - 0.65 - 0.01)
    assert last.terminated
    assert last.turns["fixer_0"].stop_reason == "solved"
    assert arena.solved


def test_absolute_pays_the_score_itself_and_never_less_than_nothing():
    arena = make_arena(reward_mode="absolute")
    begin(arena)
    assert play(arena, full(HALF)).rewards["fixer_0"] == pytest.approx(0.64)
    assert play(arena, full(HALF)).rewards["fixer_0"] == pytest.approx(0.65 - 0.11)
    assert play(arena, "nonsense").rewards["fixer_0"] == 0.0


@pytest.mark.parametrize(
    "repeat",
    [HALF, HALF.replace("value", "other"), "# a comment\n" + HALF, HALF.replace("value + 2", "value  +  2")],
    ids=["same", "renamed", "commented", "spaced"],
)
def test_a_repeated_fix_costs_a_tenth_however_it_is_dressed(repeat):
    arena = make_arena()
    begin(arena)
    play(arena, full(HALF))
    play(arena, full(WORSE))
    step = play(arena, full(repeat))
    turn = step.turns["fixer_0"]
    assert turn.penalty_repeat == pytest.approx(0.10)
    assert step.rewards["fixer_0"] == pytest.approx(-0.11)
    assert "same as an earlier one" in turn.feedback


def test_handing_in_the_buggy_program_is_a_repeat():
    arena = make_arena()
    begin(arena)
    assert play(arena, full(BUGGY)).rewards["fixer_0"] == pytest.approx(-0.11)


def test_identical_programs_keep_the_first_ones_score_even_if_a_second_run_differs():
    arena = make_arena()
    begin(arena)
    play(arena, full(HALF))
    renamed = HALF.replace("value", "other")
    turn = play(arena, full(renamed), reports={renamed: make_report()}).turns["fixer_0"]
    assert turn.grade is not None
    assert turn.grade.score == pytest.approx(0.65)
    assert not turn.terminated


def test_the_very_same_text_is_not_run_twice():
    arena = make_arena()
    begin(arena)
    play(arena, full(HALF))
    assert arena.submit({"fixer_0": full(HALF)}) == ()


def test_an_efficient_enough_program_ends_the_episode_and_a_slow_one_does_not():
    reports = {**REPORTS, HALF: make_report(efficiency=0.5), FIXED: make_report(efficiency=0.8)}
    arena = make_arena(scaled_task())
    begin(arena, reports=reports)
    assert arena.baseline is not None
    assert arena.baseline.score == pytest.approx((0.15 + 0.35 * 0.2) / 0.8)
    slow = play(arena, full(HALF), reports=reports)
    assert not slow.terminated
    assert slow.turns["fixer_0"].grade.tests_passed
    assert slow.observations["fixer_0"].error_log.startswith("Slow: ")
    assert play(arena, full(FIXED), reports=reports).turns["fixer_0"].stop_reason == "solved"


def test_the_step_limit_terminates_and_is_no_truncation():
    arena = make_arena(max_steps=2)
    begin(arena)
    assert play(arena, full(HALF)).observations["fixer_0"].steps_left == 1
    step = play(arena, full(WORSE))
    assert step.terminated
    assert not step.truncated
    assert step.turns["fixer_0"].stop_reason == "step_limit"
    assert step.observations["fixer_0"].steps_left == 0


def test_giving_up_keeps_the_best_so_far():
    arena = make_arena()
    begin(arena)
    play(arena, full(HALF))
    step = play(arena, "give up")
    turn = step.turns["fixer_0"]
    assert step.terminated
    assert turn.stop_reason == "gave_up"
    assert turn.grade.score == pytest.approx(0.65)
    assert step.rewards["fixer_0"] == pytest.approx(-0.01)
    assert not arena.solved


def test_giving_up_on_an_impossible_task_scores_one():
    arena = make_arena(make_task(is_canary=True))
    begin(arena)
    step = play(arena, "give up")
    assert step.turns["fixer_0"].grade.score == 1.0
    assert step.rewards["fixer_0"] == pytest.approx(1 - 0.44 - 0.01)


def test_a_malformed_answer_costs_a_step_and_says_what_was_expected():
    arena = make_arena()
    begin(arena)
    step = play(arena, "I would change the plus.")
    turn = step.turns["fixer_0"]
    assert turn.proposal.answer_format == "malformed"
    assert turn.grade.score == 0.0
    assert step.rewards["fixer_0"] == pytest.approx(-0.01)
    observation = step.observations["fixer_0"]
    assert observation.error_log.startswith("Malformed: ")
    assert "```python" in observation.feedback
    assert observation.code == BUGGY
    assert observation.best_score == pytest.approx(0.44)


def test_edits_apply_to_the_last_well_formed_program():
    arena = make_arena(answer_format="edit")
    begin(arena)
    play(arena, "2: 1 => 2")
    step = play(arena, "2: nothing => like it")
    assert step.observations["fixer_0"].code == HALF
    step = play(arena, "2: + => *")
    assert step.turns["fixer_0"].stop_reason == "solved"
    assert step.turns["fixer_0"].proposal.code == FIXED


def test_the_judge_is_asked_beside_the_sandbox_and_weighs_in():
    task = make_task()
    arena = Arena(task, scenario="solo", config=EnvConfig(), judge_axes={"security", "quality"})
    requests = arena.start()
    assert [type(r).__name__ for r in requests] == ["RunRequest", "JudgeRequest"]
    arena.receive(resolve(requests, verdict=JudgeVerdict(None, 0.5, 1.0)))
    assert arena.baseline is not None
    assert arena.baseline.score == pytest.approx((0.15 + 0.35 * 0.2 + 0.05 * 0.5 + 0.05) / 0.6)


@pytest.mark.parametrize("error", [SandboxError("slot died"), JudgeError("down"), DeadlineError("sandbox")])
def test_an_infrastructure_error_makes_the_episode_unscored(error):
    arena = make_arena()
    begin(arena)
    step = play(arena, full(HALF), fail={"fixer_0/1/run": error})
    turn = step.turns["fixer_0"]
    assert step.truncated
    assert not step.terminated
    assert turn.unscored_cause == step.unscored_cause == arena.unscored_cause == error.cause
    assert turn.grade is None
    assert turn.truncated
    assert step.rewards == {"fixer_0": 0.0}
    assert set(step.observations) == {"fixer_0"}
    assert arena.done
    assert arena.episode("e").unscored_cause == error.cause


def test_a_baseline_that_cannot_be_graded_leaves_an_unscored_episode_without_turns():
    arena = make_arena()
    step = begin(arena, fail={"baseline/run": SandboxError("slot died")})
    assert step.truncated
    assert step.unscored_cause == "sandbox"
    assert step.observations["fixer_0"].code == BUGGY
    assert not step.turns


def test_a_judge_that_leaves_its_axis_open_is_the_machines_fault():
    arena = Arena(make_task(), scenario="solo", config=EnvConfig(), judge_axes={"correctness"})
    requests = arena.start()
    step = arena.receive(resolve(requests, verdict=JudgeVerdict(None, 1.0, 1.0)))
    assert step.unscored_cause == "judge"


def test_a_driver_can_abandon_an_episode_that_waits_for_results():
    arena = make_arena()
    begin(arena)
    arena.submit({"fixer_0": full(HALF)})
    step = arena.abandon(DeadlineError("sandbox"))
    assert step.turns["fixer_0"].unscored_cause == "deadline"
    with pytest.raises(RuntimeError):
        arena.abandon(DeadlineError("again"))


def test_calls_out_of_order_are_refused():
    arena = make_arena()
    with pytest.raises(RuntimeError):
        arena.submit({"fixer_0": "x"})
    begin(arena)
    with pytest.raises(RuntimeError):
        arena.receive({})
    with pytest.raises(ValueError, match="reviewer"):
        arena.submit({"reviewer": "x"})
    arena.submit({"fixer_0": full(HALF)})
    with pytest.raises(ValueError, match="fixer_0/1/run"):
        arena.receive({})


def test_in_the_test_split_nothing_of_hidden_cases_is_told():
    reports = {**REPORTS, HALF: make_report(hidden=3, error_class="KeyError", error_line=2)}
    arena = make_arena(make_task(split="test"))
    first = begin(arena, reports=reports).observations["fixer_0"]
    second = play(arena, full(HALF), reports=reports).observations["fixer_0"]
    for observation in (first, second):
        told = " ".join((observation.error_log, observation.test_results, observation.feedback))
        assert "hidden" not in told
        assert "KeyError" not in told
        assert observation.best_score == 0.0


def test_the_team_pays_the_reviewer_what_the_revision_gains_over_the_draft():
    arena = make_arena(scenario="team")
    begin(arena)
    draft = play(arena, full(HALF))
    assert set(draft.observations) == {"reviewer"}
    assert draft.observations["reviewer"].agent_view == full(HALF)
    assert draft.observations["reviewer"].code == HALF
    review = play(arena, "Use a product.", agent="reviewer")
    assert review.turns == {}
    assert review.observations["fixer_0"].agent_view == "Use a product."
    revision = play(arena, full(FIXED))
    assert revision.terminated
    assert revision.rewards["reviewer"] == pytest.approx(1.0 - 0.65)
    assert revision.rewards["fixer_0"] == pytest.approx(1.0 - 0.65 - 0.01)
    assert revision.turns["reviewer"].proposal.raw_output == "Use a product."
    assert set(revision.observations) == {"fixer_0", "reviewer"}
    assert [turn.agent_id for turn in arena.turns] == ["fixer_0", "fixer_0", "reviewer"]


def test_a_review_that_makes_the_revision_worse_costs_the_reviewer():
    arena = make_arena(scenario="team", max_steps=3)
    begin(arena)
    play(arena, full(HALF))
    play(arena, "Return None.", agent="reviewer")
    step = play(arena, full(WORSE))
    assert step.rewards["reviewer"] == pytest.approx(0.30 - 0.65)
    assert set(step.observations) == {"reviewer"}


def test_a_review_followed_by_giving_up_pays_nothing_on_a_task_that_can_be_solved():
    arena = make_arena(scenario="team")
    begin(arena)
    play(arena, full(WORSE))
    play(arena, "Hopeless.", agent="reviewer")
    assert play(arena, "give up").rewards["reviewer"] == 0.0


def test_a_reviewer_may_be_kept_from_the_results_of_the_draft():
    arena = make_arena(scenario="team", reviewer_sees_results=False)
    begin(arena)
    observation = play(arena, full(HALF)).observations["reviewer"]
    assert (observation.error_log, observation.test_results, observation.feedback) == ("", "", "")
    assert observation.best_score == 0.0


def test_an_unscored_revision_leaves_the_review_before_it_unscored_too():
    arena = make_arena(scenario="team")
    begin(arena)
    play(arena, full(HALF))
    play(arena, "Use a product.", agent="reviewer")
    step = play(arena, full(FIXED), fail={"fixer_0/2/run": SandboxError("slot died")})
    assert {a: (t.step, t.unscored_cause) for a, t in step.turns.items()} == {
        "fixer_0": (2, "sandbox"),
        "reviewer": (1, "sandbox"),
    }
    assert set(step.observations) == {"fixer_0", "reviewer"}


def test_what_memory_recalls_is_shown_once_and_never_in_the_test_split():
    for split, expected in (("train", "tried before"), ("test", "")):
        arena = Arena(make_task(split=split), scenario="solo", config=EnvConfig(), recalled="tried before")
        assert begin(arena).observations["fixer_0"].agent_view == expected
        assert play(arena, full(HALF)).observations["fixer_0"].agent_view == ""


def test_no_judge_axes_means_no_judge_requests():
    arena = make_arena()
    assert not any(isinstance(request, JudgeRequest) for request in arena.start())
