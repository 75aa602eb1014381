"""What the answer was and what the supervisor and the judge saw of it.

Of hidden cases only the verdict is kept: their calls and values are in the task, never in a row.
"""

from __future__ import annotations

import pyarrow as pa

from codearena_ray.trajectory.columns.field import BOOL, FLOAT64, INT32, INT64, STRING, STRINGS, column

_NO_ANSWER = "the turn ended before an answer"
_NOT_RUN = "nothing was run: no program, or an unscored turn"
_ABSTAINED = "the judge abstains on it"

_CASE = pa.struct(
    [
        column("case", STRING, "Id of the test case in the task"),
        column(
            "verdict",
            STRING,
            "`pass`, `wrong`, `raised`, `timeout`, `memory`, `crashed`, `protocol`, `not_run`",
        ),
        column("cpu_s", FLOAT64, "CPU time of the case", unit="s"),
    ]
)

_EFFICIENCY = pa.struct(
    [
        column("sizes", pa.list_(INT64), "Input sizes, ascending"),
        column("cpu_s", pa.list_(FLOAT64), "CPU time of the program at each size", unit="s"),
        column("reference_cpu_s", pa.list_(FLOAT64), "CPU time of the reference at each size", unit="s"),
        column("slope", FLOAT64, "Slope of log(program / reference) over log(size)"),
    ]
)

_SCORES = pa.struct(
    [
        column(axis, FLOAT64, f"Score of {axis}, 0 to 1", null=_ABSTAINED)
        for axis in ("correctness", "security", "quality")
    ]
)

_JUDGE = pa.struct(
    [
        column("model", STRING, "Who judged"),
        column("prompt_hash", STRING, "Hash of what the judge was asked; empty for the static judge"),
        column("cached", BOOL, "True if the verdict was known from an identical program"),
        column("scores", _SCORES, "One score per axis"),
        column("abstained", STRINGS, "Axes without a score"),
    ]
)

_SANDBOX = pa.struct(
    [
        column("exit", INT32, "Exit code of the candidate child"),
        column("signal", INT32, "Signal that ended it, 0 if none"),
        column("limit", STRING, "Limit that it hit: `cpu`, `wall`, `memory`, `output`, `frame`, or empty"),
        column("cpu_s", FLOAT64, "CPU time", unit="s"),
        column("rss_bytes", INT64, "Largest resident size", unit="bytes"),
        column("profile", STRING, "Isolation profile"),
        column("denied", STRINGS, "System calls that the kernel refused, as far as observed"),
    ]
)

ANSWER = (
    column("raw_output", STRING, "The completion as text", null=_NO_ANSWER),
    column("answer_format", STRING, "`full`, `edit`, `give_up`, `malformed` or `review`", null=_NO_ANSWER),
    column("parsed_code", STRING, "The resulting program", null="the answer holds none"),
    column(
        "base_hash", STRING, "Hash of the program that an edit applies to; empty where none", null=_NO_ANSWER
    ),
    column(
        "code_hash", STRING, "Hash of the resulting program without layout and local names", null=_NO_ANSWER
    ),
    column("edit_size", INT32, "Changed characters against the base", unit="characters", null=_NO_ANSWER),
)

RUN = (
    column("visible", pa.list_(_CASE), "Cases that the agent may see", null=_NOT_RUN),
    column("hidden", pa.list_(_CASE), "Cases that only count", null=_NOT_RUN),
    column("error_class", STRING, "Class of the first failure; empty when all passed", null=_NOT_RUN),
    column("feedback", STRING, "What the agent is told next; nothing of hidden cases but their count"),
)

MEASURED = (
    column(
        "efficiency", _EFFICIENCY, "CPU against the reference", null="it does not apply, or a test failed"
    ),
    column("judge", _JUDGE, "What the judge said", null="nothing was judged"),
    column("integrity", STRINGS, "Signs of an attempt on the grade; empty when there is none"),
)

SANDBOX = (column("sandbox", _SANDBOX, "How the candidate child ended", null=_NOT_RUN),)
