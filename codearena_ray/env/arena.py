"""The rules of an episode as a state machine without input or output.

A driver calls `start`, resolves the requests it gets, hands the results to `receive`, hands the agents'
answers to `submit`, resolves again, and so on until a step says `terminated` or `truncated`:

    requests = arena.start()
    step = arena.receive(resolve(requests))
    while not (step.terminated or step.truncated):
        requests = arena.submit({agent: answer for agent in step.observations})
        step = arena.receive(resolve(requests))

Invariants
- A result that is an `InfrastructureError` makes the episode unscored: truncated, no reward, the cause named.
- What a model can cause is a verdict: malformed answers, crashes and giving up are scored.
- Programs with the same code hash get the same score within an episode; a repeat costs a penalty.
- Only `solved`, the step limit and giving up terminate. A step is one answer of the fixer.

Rewards and ends are those of `scoring`.

It knows nothing of tokens, prompts, deadlines or where code runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from codearena_ray.config import EnvConfig
from codearena_ray.env.desk import Desk, Graded
from codearena_ray.env.exchange import (
    ArenaStep,
    JudgeRequest,
    Request,
    Result,
    RunRequest,
    observation_limits,
    unscored_turn,
)
from codearena_ray.env.feedback import Findings, Progress, describe_malformed, describe_run
from codearena_ray.env.parsing import parse_answer
from codearena_ray.env.roles import FIXER, REVIEWER, find_scenario, role_of
from codearena_ray.env.scoring import grade_without_program, review_reward, reward_of, stop_reason_of
from codearena_ray.errors import InfrastructureError
from codearena_ray.grading.normalise import code_hash
from codearena_ray.grading.reward import grade_report
from codearena_ray.types import (
    AgentId,
    Episode,
    Grade,
    JudgeVerdict,
    Observation,
    Proposal,
    RunReport,
    Task,
    Turn,
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer that waits for its results."""

    agent_id: AgentId
    observation: Observation
    proposal: Proposal
    repeated: bool = False


class Arena:
    """One episode on one task."""

    def __init__(
        self,
        task: Task,
        *,
        scenario: str,
        config: EnvConfig,
        judge_axes: Set[str] = frozenset(),
        efficiency_applies: bool = True,
        recalled: str = "",
    ) -> None:
        """Prepare an episode; nothing is requested before `start`.

        Args:
            task: What to repair.
            scenario: A name in `roles.SCENARIOS`.
            config: The rules.
            judge_axes: The axes that the configured judge always scores; empty asks for no judge.
            efficiency_applies: False where the sandbox measures no efficiency.
            recalled: What memory tells about this task (`Memory.hint`); shown first, never in `test`.
        """
        self.task = task
        self.scenario = find_scenario(scenario)
        self.config = config
        self.judge_axes = frozenset(judge_axes)
        self.efficiency_applies = efficiency_applies
        self.turns: list[Turn] = []
        self.baseline: Grade | None = None
        """The buggy program's grade, once known; its score is B_0."""
        self.unscored_cause = ""
        self._blind = task.split == "test"
        self._recalled = "" if self._blind else recalled
        self._phase = "new"
        self._awaited: frozenset[str] = frozenset()
        self._answers: dict[AgentId, _Answer] = {}
        self._reviewing: dict[AgentId, _Answer] = {}
        self._steps: dict[AgentId, int] = {}
        self._shown: dict[AgentId, Observation] = {}
        self._desk = Desk(task.buggy_code, Findings("", "", ""), 0.0)

    @property
    def done(self) -> bool:
        """True after a step that was terminated or truncated."""
        return self._phase == "done"

    @property
    def solved(self) -> bool:
        """True if a turn solved the task."""
        return any(turn.stop_reason == "solved" for turn in self.turns)

    @property
    def best_score(self) -> float:
        """The best score so far, the buggy program's own at first."""
        return self._desk.best

    def episode(self, episode_id: str) -> Episode:
        """Return the record of the episode so far."""
        return Episode(
            episode_id, self.task, self.scenario.name, tuple(self.turns), self.solved, self.unscored_cause
        )

    def start(self) -> tuple[Request, ...]:
        """Return the requests that grade the buggy program."""
        self._expect("new")
        return self._await(self._requests("baseline", self.task.buggy_code))

    def submit(self, answers: Mapping[AgentId, str]) -> tuple[Request, ...]:
        """Return the requests that these answers cause; without any, `receive({})` follows all the same.

        Args:
            answers: The completion of every agent in the last step's observations, and of nobody else.
        """
        self._expect("acting")
        if set(answers) != set(self._shown):
            raise ValueError(f"answers came from {sorted(answers)}, expected from {sorted(self._shown)}")
        requests: list[Request] = []
        for agent_id, text in answers.items():
            answer = self._read(agent_id, text)
            self._answers[agent_id] = answer
            code = answer.proposal.code
            known = self._desk.graded.get(answer.proposal.code_hash)
            if role_of(agent_id) == FIXER and code is not None and (known is None or known.code != code):
                requests += self._requests(f"{agent_id}/{self._steps.get(agent_id, 0) + 1}", code)
        return self._await(tuple(requests))

    def receive(self, results: Mapping[str, Result]) -> ArenaStep:
        """Return what follows from the results.

        Args:
            results: By request key, a report, a verdict, or the error that came instead; those asked for.
        """
        self._expect("awaiting")
        if set(results) != self._awaited:
            raise ValueError(f"results came for {sorted(results)}, expected for {sorted(self._awaited)}")
        try:
            for result in results.values():
                if isinstance(result, InfrastructureError):
                    raise result
            return self._advance(results) if self.baseline is not None else self._open(results)
        except InfrastructureError as error:
            return self._unscored(error)

    def abandon(self, error: InfrastructureError) -> ArenaStep:
        """End the episode from outside, unscored: an engine died, a deadline passed."""
        if self.done:
            raise RuntimeError("the episode has ended")
        return self._unscored(error)

    def _expect(self, phase: str) -> None:
        if self._phase != phase:
            raise RuntimeError(
                f"the arena is {self._phase!r}, not {phase!r}; the module says the order of calls"
            )

    def _await(self, requests: tuple[Request, ...]) -> tuple[Request, ...]:
        self._awaited = frozenset(request.key for request in requests)
        self._phase = "awaiting"
        return requests

    def _requests(self, name: str, code: str) -> tuple[Request, ...]:
        run = RunRequest(f"{name}/run", self.task, code)
        return (run, JudgeRequest(f"{name}/judge", self.task, code)) if self.judge_axes else (run,)

    def _read(self, agent_id: AgentId, text: str) -> _Answer:
        shown = self._shown[agent_id]
        if role_of(agent_id) == REVIEWER:
            return _Answer(agent_id, shown, Proposal(raw_output=text, answer_format="review", code=None))
        proposal = parse_answer(
            text,
            answer_format=self.config.answer_format,
            base_code=self._desk.code,
            max_code_chars=self.config.max_code_chars,
        )
        return _Answer(agent_id, shown, proposal, repeated=proposal.code_hash in self._desk.graded)

    def _graded(self, name: str, code: str, digest: str, results: Mapping[str, Result]) -> Graded:
        """Return the graded program; one of a known hash keeps the grade of the first."""
        known = self._desk.graded.get(digest)
        if known is not None and known.code == code:
            return known
        report, verdict = results[f"{name}/run"], results.get(f"{name}/judge")
        if not isinstance(report, RunReport) or not isinstance(verdict, JudgeVerdict | None):
            raise TypeError(f"results of {name} are {type(report).__name__}, {type(verdict).__name__}")
        if known is not None:
            return Graded(code, report, verdict, known.grade)
        grade = grade_report(
            self.task,
            report,
            verdict,
            efficiency_threshold=self.config.solved_efficiency,
            judge_axes=self.judge_axes,
            efficiency_applies=self.efficiency_applies,
        )
        self._desk.graded[digest] = graded = Graded(code, report, verdict, grade)
        return graded

    def _open(self, results: Mapping[str, Result]) -> ArenaStep:
        """Grade the buggy program and show the first observation."""
        digest = code_hash(self.task.buggy_code)
        graded = self._graded("baseline", self.task.buggy_code, digest, results)
        self.baseline = graded.grade
        desk = self._desk
        desk.best = desk.last_score = graded.grade.score
        desk.findings = describe_run(self.task, graded.report, graded.grade, config=self.config)
        return self._show(self.scenario.opening(), {}, {})

    def _advance(self, results: Mapping[str, Result]) -> ArenaStep:
        turns: dict[AgentId, Turn] = {}
        (answer,) = self._answers.values()
        self._answers = {}
        if role_of(answer.agent_id) == REVIEWER:
            self._steps[answer.agent_id] = self._steps.get(answer.agent_id, 0) + 1
            self._desk.review = answer.proposal.raw_output
            self._reviewing[answer.agent_id] = answer
        else:
            draft_score = self._desk.last_score
            turn = self._fix(answer, results)
            turns[answer.agent_id] = turn
            for reviewer, review in self._reviewing.items():
                turns[reviewer] = self._settle_review(review, turn, draft_score)
            self._reviewing = {}
        self.turns.extend(turns.values())
        rewards = {agent_id: turn.reward for agent_id, turn in turns.items()}
        if any(turn.terminated for turn in turns.values()):
            return self._end(turns, rewards)
        return self._show(self.scenario.following(answer.agent_id), turns, rewards)

    def _fix(self, answer: _Answer, results: Mapping[str, Result]) -> Turn:
        """Score one answer of a fixer and update the desk."""
        desk, proposal = self._desk, answer.proposal
        step = self._steps.get(answer.agent_id, 0) + 1
        graded: Graded | None = None
        if proposal.code is not None:
            graded = self._graded(f"{answer.agent_id}/{step}", proposal.code, proposal.code_hash, results)
        self._steps[answer.agent_id] = desk.steps = step
        if graded is not None:
            grade = graded.grade
        else:
            grade = grade_without_program(proposal, is_canary=self.task.is_canary, best=desk.best)
        self._write_findings(answer, graded)
        best_before, desk.best = desk.best, max(desk.best, grade.score)
        desk.last_score, desk.last_answer, desk.review = grade.score, proposal.raw_output, ""
        stop_reason = stop_reason_of(proposal, grade, steps_left=self.config.max_steps - step)
        penalty_repeat = self.config.penalty_repeat if answer.repeated else 0.0
        reward = reward_of(
            grade.score,
            best_before=best_before,
            penalties=self.config.penalty_step + penalty_repeat,
            reward_mode=self.config.reward_mode,
        )
        return Turn(
            step=step,
            agent_id=answer.agent_id,
            role=FIXER,
            observation=answer.observation,
            proposal=proposal,
            report=graded.report if graded else None,
            verdict=graded.verdict if graded else None,
            grade=grade,
            feedback=desk.findings.feedback,
            penalty_step=self.config.penalty_step,
            penalty_repeat=penalty_repeat,
            best_before=best_before,
            best_after=desk.best,
            reward=reward,
            terminated=bool(stop_reason),
            truncated=False,
            stop_reason=stop_reason,
        )

    def _write_findings(self, answer: _Answer, graded: Graded | None) -> None:
        """Put what the agents may know of the answer on the desk."""
        desk = self._desk
        if graded is not None:
            desk.code = graded.code
            progress = Progress(desk.steps, desk.best, answer.repeated)
            desk.findings = describe_run(
                self.task, graded.report, graded.grade, config=self.config, progress=progress
            )
        elif answer.proposal.answer_format == "malformed":
            desk.findings = describe_malformed(desk.findings, answer.proposal.problem, config=self.config)

    def _settle_review(self, review: _Answer, revision: Turn, draft_score: float) -> Turn:
        """Return the reviewer's turn, paid by what the revision gained over the draft."""
        return Turn(
            step=self._steps[review.agent_id],
            agent_id=review.agent_id,
            role=REVIEWER,
            observation=review.observation,
            proposal=review.proposal,
            report=None,
            verdict=None,
            grade=revision.grade,
            feedback="",
            penalty_step=0.0,
            penalty_repeat=0.0,
            best_before=revision.best_before,
            best_after=revision.best_after,
            reward=review_reward(revision, draft_score=draft_score, is_canary=self.task.is_canary),
            terminated=revision.terminated,
            truncated=False,
            stop_reason=revision.stop_reason,
        )

    def _observe(self, agent_id: AgentId) -> Observation:
        desk, limits = self._desk, observation_limits(self.config)
        findings, best, view = desk.findings, desk.best, desk.review
        if role_of(agent_id) == REVIEWER:
            view = desk.last_answer
            if not self.config.reviewer_sees_results:
                findings, best = Findings("", "", ""), 0.0
        elif not desk.steps:
            view = self._recalled
        return Observation(
            statement=self.task.statement[: limits["statement"]],
            code=desk.code,
            error_log=findings.error_log,
            test_results=findings.test_results,
            feedback=findings.feedback,
            steps_left=self.config.max_steps - desk.steps,
            best_score=0.0 if self._blind else best,
            agent_view=view[: limits["agent_view"]],
        )

    def _show(
        self, agent_id: AgentId, turns: Mapping[AgentId, Turn], rewards: Mapping[AgentId, float]
    ) -> ArenaStep:
        self._phase = "acting"
        self._shown = {agent_id: self._observe(agent_id)}
        return ArenaStep(self._shown, rewards, terminated=False, truncated=False, turns=turns)

    def _end(self, turns: Mapping[AgentId, Turn], rewards: Mapping[AgentId, float]) -> ArenaStep:
        self._phase = "done"
        last = {agent_id: self._observe(agent_id) for agent_id in self._steps}
        return ArenaStep(last, rewards, terminated=True, truncated=False, turns=turns)

    def _unscored(self, error: InfrastructureError) -> ArenaStep:
        """End the episode without a score; answers that wait for results become turns with the cause."""
        self._phase = "done"
        self.unscored_cause = error.cause
        waiting = {**self._reviewing, **self._answers}
        turns = {
            agent_id: unscored_turn(
                agent_id,
                observation=answer.observation,
                proposal=answer.proposal,
                step=self._steps.get(agent_id, 0) + (agent_id in self._answers),
                best=self._desk.best,
                cause=error.cause,
            )
            for agent_id, answer in waiting.items()
        }
        self.turns.extend(turns.values())
        acted = [*self._steps, *(a for a in turns if a not in self._steps)] or [self.scenario.opening()]
        return ArenaStep(
            observations={agent_id: self._observe(agent_id) for agent_id in acted},
            rewards={agent_id: 0.0 for agent_id in turns},
            terminated=False,
            truncated=True,
            turns=turns,
            unscored_cause=error.cause,
        )
