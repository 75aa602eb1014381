"""Makes the tiny policy: corpus with evidence from the sandbox, tokenizer, supervised stage, report.

Source of the programs is a task pack: one reference program and its tests per family. Families of the `train`
split teach; `dev` and `test` families are only ever used to measure.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codearena_ray.config import SandboxConfig
from codearena_ray.env.feedback import error_log
from codearena_ray.errors import UserError
from codearena_ray.grading import LocalGrader, grade_report
from codearena_ray.intervals import Rate
from codearena_ray.policies.corpus import (
    MAX_LINES,
    Corpus,
    Mutant,
    held_out,
    prompt_and_answer,
    renamed_pair,
    taught_mutations,
)
from codearena_ray.policies.prompt_codec import load_tokenizer
from codearena_ray.policies.repair_eval import exact_repair
from codearena_ray.policies.supervised import Pair, Progress, Recipe, SupervisedLoop
from codearena_ray.policies.tiny_model import ANSWER, PROMPT, make_model, save_policy, train_tokenizer
from codearena_ray.seeding import child_rng
from codearena_ray.taskset import TaskSet
from codearena_ray.types import Task, Verdict

EVAL_MUTANTS = 600
TOKENIZER_SAMPLES = 12000
_GRADE_S = 1800.0

Report = Callable[[str, int, int], None]
"""(what, done, of how many): progress."""


@dataclass(frozen=True, slots=True)
class BootstrapResult:
    """What the bootstrap made, as its command prints it."""

    path: str
    params: int
    tokens: int
    seconds: float
    exact: Mapping[str, Rate]
    """`train_seen`, `train_fresh`, `dev`, `test`."""


def references(tasks: TaskSet) -> dict[str, list[Task]]:
    """Return one task per family and split, for its reference and tests; short programs only."""
    found: dict[str, dict[str, Task]] = {"train": {}, "dev": {}, "test": {}}
    for task in tasks:
        if not task.is_canary and task.reference_code.count("\n") <= MAX_LINES:
            found[task.split].setdefault(task.family_id, task)
    return {split: [by[name] for name in sorted(by)] for split, by in found.items()}


def find_mutants(tasks: Sequence[Task], grader: LocalGrader, report: Report) -> list[Mutant]:
    """Return the taught mutants that a hidden case tells apart, with what an agent would be shown."""
    mutants: list[Mutant] = []
    for number, task in enumerate(tasks):
        report("running mutants in the sandbox", number, len(tasks))
        planted = taught_mutations(task.reference_code)
        reports = grader.grade(task, [buggy for _, buggy in planted], deadline_s=_GRADE_S)
        for (mutation, buggy), run in zip(planted, reports, strict=True):
            if all(case.verdict is Verdict.PASS for case in run.hidden) and run.hidden:
                continue
            grade = grade_report(task, run, None)
            mutants.append(
                Mutant(
                    family=task.family_id,
                    operator=mutation.operator,
                    reference=task.reference_code,
                    buggy=buggy,
                    error_log=error_log(run, grade).split("\n", 1)[0],
                    held_out=held_out(task.reference_code, buggy),
                )
            )
    return mutants


def bootstrap(
    tasks: TaskSet, *, out: Path, recipe: Recipe, sandbox: SandboxConfig, report: Report, hidden: int = 256
) -> BootstrapResult:
    """Make a tiny policy in `out` and return what it can do; an interrupted call continues where it stopped.

    Args:
        tasks: A pack with train, dev and test families.
        out: Folder for the policy; work in progress lies in `out/work`.
        recipe: Numbers of the supervised stage; `recipe.seconds` of training are spent in all.
        sandbox: How mutants are run.
        report: Receives progress.
        hidden: Model width.

    Raises:
        UserError: the pack has no short train families.
    """
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    by_split = _mutants(tasks, work / "mutants.json", without_efficiency(sandbox), report)
    train = Corpus([m for m in by_split["train"] if not m.held_out])
    if not len(train):
        raise UserError("bootstrap: the pack has no train family short enough to learn from")
    tokenizer = _tokenizer(train, work / "tokenizer", seed=recipe.seed)
    codec = _Codec(tokenizer)
    model = make_model(hidden=hidden, seed=recipe.seed)

    def draw(source: random.Random) -> Pair:
        prompt, answer = prompt_and_answer(train.draw(source), source)
        return codec.prompt(prompt), codec.answer(answer)

    loop = SupervisedLoop(
        model, draw, pad=tokenizer.pad_token_id, recipe=recipe, checkpoint=work / "state.pt"
    )

    def progress(now: Progress) -> None:
        report(
            f"training, answer loss {now.loss:.3f}, step {now.steps}", int(now.seconds), int(recipe.seconds)
        )

    done = loop.run(progress)
    save_policy(model, tokenizer, out)
    params = sum(p.numel() for p in model.parameters())
    exact = measure(out, by_split, seed=recipe.seed, report=report)
    return BootstrapResult(str(out), params, done.tokens, round(done.seconds, 1), exact)


def without_efficiency(sandbox: SandboxConfig) -> SandboxConfig:
    """Return the sandbox settings without efficiency measuring: mutants only have to fail."""
    return sandbox.model_copy(update={"efficiency": False})


def measure(
    path: Path,
    by_split: Mapping[str, Sequence[Mutant]],
    *,
    seed: int,
    report: Report,
    count: int = EVAL_MUTANTS,
) -> dict[str, Rate]:
    """Return greedy exact repair of a saved policy on newly renamed mutants, by set."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(path, dtype="float32").eval()
    codec = _Codec(load_tokenizer(path))
    sets = {
        "train_seen": [m for m in by_split["train"] if not m.held_out],
        "train_fresh": [m for m in by_split["train"] if m.held_out],
        "dev": list(by_split["dev"]),
        "test": list(by_split["test"]),
    }
    exact = {}
    for number, (name, mutants) in enumerate(sets.items()):
        report(f"measuring {name}", number, len(sets))
        rng = child_rng(seed, "measure", name)
        pairs = []
        for mutant in _chosen(mutants, count, rng):
            prompt, buggy, fixed = renamed_pair(mutant, rng)
            pairs.append((codec.prompt(prompt), buggy, fixed))
        exact[name] = exact_repair(model, codec.tokenizer, pairs)
    return exact


def _chosen(mutants: Sequence[Mutant], count: int, rng: random.Random) -> list[Mutant]:
    """Return `count` mutants, each once before any comes again (under other names)."""
    chosen: list[Mutant] = []
    while mutants and len(chosen) < count:
        chosen.extend(rng.sample(list(mutants), min(len(mutants), count - len(chosen))))
    return chosen


def _tokenizer(train: Corpus, folder: Path, *, seed: int) -> Any:
    """Return the tokenizer of an interrupted call, or a new one: merges of equal counts tie differently."""
    if not (folder / "tokenizer_config.json").is_file():
        rng = child_rng(seed, "tokenizer")
        texts = ["\n".join(prompt_and_answer(train.draw(rng), rng)) for _ in range(TOKENIZER_SAMPLES)]
        train_tokenizer(texts).save_pretrained(folder)
    return load_tokenizer(folder)


class _Codec:
    """Prompts and answers to ids, in the policy's chat template."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._before = tokenizer.convert_tokens_to_ids(PROMPT)
        self._after = tokenizer.convert_tokens_to_ids(ANSWER)

    def prompt(self, text: str) -> list[int]:
        return [self._before, *self.tokenizer.encode(text, add_special_tokens=False), self._after]

    def answer(self, text: str) -> list[int]:
        return [*self.tokenizer.encode(text, add_special_tokens=False), self.tokenizer.eos_token_id]


def _mutants(tasks: TaskSet, cache: Path, sandbox: SandboxConfig, report: Report) -> dict[str, list[Mutant]]:
    """Return mutants by split, from the cache of an interrupted call on the same pack or from the sandbox."""
    if cache.is_file():
        stored = json.loads(cache.read_text(encoding="utf-8"))
        if stored["pack"] == tasks.hash:
            return {split: [Mutant(**m) for m in mutants] for split, mutants in stored["mutants"].items()}
    with LocalGrader(sandbox) as grader:
        by_split = {split: find_mutants(own, grader, report) for split, own in references(tasks).items()}
    plain = {split: [_plain(m) for m in mutants] for split, mutants in by_split.items()}
    part = cache.with_suffix(".part")
    part.write_text(json.dumps({"pack": tasks.hash, "mutants": plain}), encoding="utf-8")
    part.replace(cache)
    return by_split


def _plain(mutant: Mutant) -> dict[str, Any]:
    return {name: getattr(mutant, name) for name in Mutant.__dataclass_fields__}
