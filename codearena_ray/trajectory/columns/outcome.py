"""What the action earned, and how the episode stood after it."""

from __future__ import annotations

from codearena_ray.trajectory.columns.field import BOOL, FLOAT64, INT32, STRING, STRINGS, column

COMPONENTS = ("compile", "tests", "efficiency", "judge_correctness", "judge_security", "judge_quality")
"""Parts of a score, in the order of their columns."""

_WORDS = {
    "compile": "that the program loads",
    "tests": "the share of hidden cases that pass",
    "efficiency": "CPU use against the reference",
    "judge_correctness": "the judge's view of correctness",
    "judge_security": "the judge's view of security",
    "judge_quality": "the judge's view of quality",
}
_UNSCORED = "the turn is unscored"
_INAPPLICABLE = "the part does not apply to the task or the answer"

PARTS = tuple(
    column(f"{name}_{kind}", FLOAT64, meaning.format(_WORDS[name]), null=_INAPPLICABLE)
    for name in COMPONENTS
    for kind, meaning in (
        ("raw", "Score for {}, 0 to 1"),
        ("weight", "Weight of the score for {}; the weights of a row sum to 1"),
        ("paid", "What the score for {} adds: raw times weight"),
    )
)

REWARD = (
    column("penalty_step", FLOAT64, "Taken off for the step"),
    column("penalty_repeat", FLOAT64, "Taken off for a program that was proposed before"),
    column("score", FLOAT64, "0 to 1 without penalties; for a reviewer that of the revision", null=_UNSCORED),
    column("best_before", FLOAT64, "Best score before the turn; at first the buggy program's own"),
    column("best_after", FLOAT64, "Best score after it"),
    column("reward", FLOAT64, "What the agent was paid", null=_UNSCORED),
    column("reward_mode", STRING, "`delta` or `absolute`"),
    column("advantage", FLOAT64, "What the learner trains on", null="the row was not given to a learner"),
    column("tests_passed", BOOL, "Every hidden case passed", null=_UNSCORED),
    column("solved", BOOL, "Tests passed and, where it applies, efficient enough", null=_UNSCORED),
)

SHARED = (
    column(
        "curriculum_level", INT32, "Curriculum level that the task was drawn from, 0 without a curriculum"
    ),
    column("memory_read", STRINGS, "Code hashes of the programs that memory told the agent"),
    column("memory_written", STRINGS, "Code hashes of the programs that memory kept from this turn"),
)

ENDING = (
    column("terminated", BOOL, "The episode ended by its rules"),
    column("truncated", BOOL, "The episode was interrupted from outside"),
    column("stop_reason", STRING, "`solved`, `step_limit`, `gave_up`, or empty"),
    column(
        "unscored_cause",
        STRING,
        "Not empty: an infrastructure failure ended the episode; leave the row out of every mean",
    ),
)
