"""The nouns of the project: frozen records that every layer shares.

A record holds data and derives nothing that needs another layer. Values inside test cases are plain Python
data (`Value`); how they travel is the business of `taskset.schema` and `sandbox.wire`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = Any
"""None, bool, int, float, complex, str, bytes, list, tuple, dict, set or frozenset of those; nothing else."""

AgentId = str
"""`fixer_0` … `fixer_N-1`, `reviewer`, `breaker`."""


class Category(StrEnum):
    """What kind of defect a task plants."""

    SYNTAX = "syntax"
    LOGIC = "logic"
    ALGORITHM = "algorithm"
    TYPE = "type"
    SECURITY = "security"


class Verdict(StrEnum):
    """What one test case showed. Everything but PASS is a failure and the program's own fault."""

    PASS = "pass"
    WRONG = "wrong"
    RAISED = "raised"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    PROTOCOL = "protocol"
    NOT_RUN = "not_run"
    """The program died, or never loaded, before this case."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call inside a test case."""

    call: str
    """`name` of an entry point, or `handle.method` of an object bound by an earlier step."""
    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    bind: str = ""
    """Keep the result in the child under this handle instead of comparing it."""
    expect: Value = None
    """The expected result; ignored with `bind`, `raises` or `check=False`."""
    raises: str = ""
    """Name of the builtin exception class that must come instead of a result (subclasses count)."""
    check: bool = True
    consume: int = 0
    """If positive: iterate the result in the child, at most so many items, and compare the list of items."""
    mutates: tuple[int, ...] = ()
    """Positions of the arguments that the call declares to change in place."""
    args_after: tuple[Value, ...] = ()
    """Their expected values after the call, in the order of `mutates`."""


@dataclass(frozen=True, slots=True)
class Process:
    """One program that the process broker pretends to run. No process is ever started."""

    argv: tuple[str, ...]
    """Matches a call whose argument vector starts with this."""
    stdout: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Fixture:
    """The world that a program finds in its sandbox."""

    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    """Relative path in the working directory to text content."""
    sqlite: str = ""
    """SQL script that makes `app.db` in the working directory."""
    stdin: str = ""
    processes: tuple[Process, ...] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """What the supervisor must have seen from outside after a case."""

    files: Mapping[str, str | None] = field(default_factory=dict)
    """Relative path to the expected content afterwards; None: must not exist."""
    spawns: tuple[tuple[str, ...], ...] | None = None
    """Exactly these argument vectors, in order, reached the process broker; None: not checked."""
    stdout: str | None = None
    """Expected standard output; None: not checked."""


@dataclass(frozen=True, slots=True)
class TestCase:
    """A sequence of calls in one fresh child, with its world and what must come back."""

    __test__ = False

    id: str
    steps: tuple[Step, ...]
    fixture: Fixture | None = None
    """Replaces the task's fixture for this case."""
    effects: Effects | None = None


@dataclass(frozen=True, slots=True)
class Comparator:
    """How an expected and an actual value are compared."""

    kind: str = "exact"
    """`exact`, `float` (tolerances apply to every float inside), `unordered` (top-level list as multiset),
    `any_of` (`expect` lists the acceptable answers) or `checker` (the task's checker, in a task child)."""
    rel_tol: float = 1e-9
    abs_tol: float = 0.0
    nan_equal: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use."""

    cpu_s: float = 2.0
    wall_s: float = 6.0
    memory_bytes: int = 512 << 20
    output_bytes: int = 64 << 10


@dataclass(frozen=True, slots=True)
class Scaling:
    """Source of `scaling(n, rng, adverse)`, which returns the arguments of one call at size n. Task code."""

    code: str
    entry_point: str
    sizes: tuple[int, ...]
    """Ascending; the ratio to the reference is read at the largest."""


@dataclass(frozen=True, slots=True)
class Task:
    """A buggy program, what it should do, and the proof of both. Columns as published in the task schema."""

    id: str
    statement: str
    entry_points: tuple[str, ...]
    buggy_code: str
    reference_code: str
    visible_cases: tuple[TestCase, ...]
    hidden_cases: tuple[TestCase, ...]
    category: Category
    bug_type: str
    family_id: str
    split: str
    """`train`, `dev` or `test`."""
    difficulty: int = 1
    """1 (easiest) to 5."""
    schema_version: int = 1
    source: str = "authored"
    licence: str = "Apache-2.0"
    cwe: str = ""
    checker: str = ""
    """Source of `check(args, result) -> bool`, over plain values. Task code."""
    fixture: Fixture | None = None
    scaling: Scaling | None = None
    comparator: Comparator = field(default_factory=Comparator)
    limits: Limits = field(default_factory=Limits)
    allowed_imports: tuple[str, ...] = ()
    n_bugs: int = 1
    fault_lines: tuple[int, ...] = ()
    """1-based lines of `buggy_code` that differ from the reference."""
    is_canary: bool = False
    parent_id: str = ""
    operator: str = "authored"
    seed: int = 0
    content_hash: str = ""
    """Hash of everything but `content_hash` and `validation`."""
    validation: Mapping[str, Value] = field(default_factory=dict)
    """Measured metadata: reference CPU, kill record, tags."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one case showed, as the supervisor saw it."""

    case: str
    verdict: Verdict
    cpu_s: float = 0.0
    call: str = ""
    """Visible cases only: the call as text, cut to a limit."""
    expected: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """How the candidate child ended."""

    exit_code: int = 0
    signal: int = 0
    limit: str = ""
    """`cpu`, `wall`, `memory`, `output`, `frame`, or empty."""
    cpu_s: float = 0.0
    rss_bytes: int = 0
    profile: str = ""
    denied: tuple[str, ...] = ()
    """System calls that the kernel refused, as far as it can be observed."""


@dataclass(frozen=True, slots=True)
class EfficiencyReport:
    """CPU against the reference at growing sizes."""

    sizes: tuple[int, ...]
    cpu_s: tuple[float, ...]
    reference_cpu_s: tuple[float, ...]
    slope: float
    """Slope of log(candidate/reference) over log(n)."""
    score: float
    """0 to 1 in tenths; 1 is the reference's class and constant."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """Evidence about one program: what ran, outside and observed; no opinion."""

    code_hash: str
    """Hash of the AST with locals alpha-renamed; of the token stream if it does not parse."""
    compiles: bool
    visible: tuple[CaseResult, ...]
    hidden: tuple[CaseResult, ...]
    efficiency: EfficiencyReport | None = None
    """None where the task has no scaling generator or a test failed."""
    error_class: str = ""
    """`SyntaxError`, `TypeError`, `WrongAnswer`, `Timeout`, … of the first failure; empty when all passed."""
    error_line: int = 0
    """1-based line of the program where it arose, 0 if unknown."""
    error_text: str = ""
    """The visible part of the error, cut to a limit; nothing from a hidden case."""
    integrity: tuple[str, ...] = ()
    sandbox: SandboxReport = field(default_factory=SandboxReport)
    sandbox_s: float = 0.0
    """Wall seconds in the sandbox."""
    grade_s: float = 0.0
    """Wall seconds of grading around it."""

    @property
    def tests_passed(self) -> bool:
        """True when every hidden case passed (and there was one)."""
        return bool(self.hidden) and all(c.verdict is Verdict.PASS for c in self.hidden)


@dataclass(frozen=True, slots=True)
class JudgeVerdict:
    """One judge's view, each axis in [0, 1]; None on an axis is an abstention."""

    correctness: float | None
    security: float | None
    quality: float | None
    model: str = "static"
    prompt_hash: str = ""
    cached: bool = False
    judge_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a score: paid = raw * weight, weights renormalised per task and judge configuration."""

    raw: float
    weight: float

    @property
    def paid(self) -> float:
        """What this part adds to the score."""
        return self.raw * self.weight


@dataclass(frozen=True, slots=True)
class Grade:
    """Evidence turned into a score; no penalties inside."""

    components: Mapping[str, Component]
    """compile, tests, efficiency, judge_correctness, judge_security, judge_quality; those that apply."""
    score: float
    tests_passed: bool
    solved: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A parsed answer of a fixer."""

    raw_output: str
    answer_format: str
    """`full`, `edit`, `give_up` or `malformed`; `review` for the words of a reviewer."""
    code: str | None
    """The resulting program; None for `give_up`, `malformed` and `review`."""
    base_hash: str = ""
    code_hash: str = ""
    edit_size: int = 0
    """Changed characters against the base."""
    problem: str = ""
    """For `malformed`: what was expected, in words for the agent."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What an agent sees; the fields of the environments' `Dict` space."""

    statement: str
    code: str
    """`current_code`: the last well-formed proposal, at first the bug."""
    error_log: str
    test_results: str
    feedback: str
    steps_left: int
    best_score: float
    agent_view: str
    """What only this role sees: the reviewer's draft, the fixer's review."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One action of one agent and all that followed from it, as the arena knows it (no tokens)."""

    step: int
    """1-based turn of this role in the episode."""
    agent_id: AgentId
    role: str
    """`fixer`, `reviewer` or `breaker`."""
    observation: Observation
    proposal: Proposal | None
    report: RunReport | None
    verdict: JudgeVerdict | None
    grade: Grade | None
    feedback: str
    penalty_step: float
    penalty_repeat: float
    best_before: float
    best_after: float
    reward: float
    terminated: bool
    truncated: bool
    stop_reason: str = ""
    """`solved`, `step_limit`, `gave_up`, or empty."""
    unscored_cause: str = ""
    """Not empty: an infrastructure failure; the turn carries no score."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A finished or abandoned episode."""

    episode_id: str
    task: Task
    scenario: str
    turns: tuple[Turn, ...]
    solved: bool
    unscored_cause: str = ""
