"""What a fixer's answer means: a whole program, edits by line number, giving up, or none of these.

Invariants: every answer gives a `Proposal`, nothing raises, the work is linear in the length of the answer.
A malformed answer is the model's fault: a verdict whose `problem` says what was expected.

Grammar. `full`: the last closed fenced block marked `python` or not marked at all. `edit`: one edit a line,
in the last block marked `edit` or, without one, in the whole answer:

    N: old => new     in line N, replace the first occurrence of `old`; nothing after `=>` deletes it
    N+: text          insert `text` as a new line after line N (0: before the first)
    N-                delete line N

N counts the lines of the program as this observation showed them, from 1, whatever the other edits do. After
the colon comes one space; further blanks belong to the text. `old` is empty only where line N is. `give up`,
alone on a line outside any block, gives up in both formats. Where `edit` is asked for, a fenced Python
program is accepted as a whole program; where `full` is asked for, edits are malformed.

It does not judge the program: one that does not compile is a well-formed proposal.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from codearena_ray.grading.normalise import code_hash
from codearena_ray.types import Proposal

MAX_EDITS = 256
"""More edit lines than this in one answer are malformed; bounds the cost of applying them."""

_PYTHON_MARKS = frozenset({"", "python", "py", "python3"})
_FENCE = re.compile(r"[ \t]{0,8}(`{3,})[ \t]*([A-Za-z0-9_+-]{0,20})[ \t]*$")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_EDIT = re.compile(r"[ \t]{0,8}([0-9]{1,7})(?:(-)[ \t]*|(\+?):(?: (.*))?)$")

EXPECTED_FULL = "expected the whole corrected program in one ```python block, or `give up` alone on a line"
EXPECTED_EDIT = (
    "expected one edit a line: `N: old => new`, `N+: new line`, or `N-` with the line numbers shown, "
    "or `give up` alone on a line"
)


class _MalformedError(Exception):
    """Why the answer is malformed, in words for the agent; never leaves this module."""


@dataclass(frozen=True, slots=True)
class _Block:
    mark: str
    lines: list[str]


@dataclass(slots=True)
class _Scan:
    """An answer cut into its closed fenced blocks and the lines outside them."""

    blocks: list[_Block] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    unclosed: bool = False


def program_lines(code: str) -> list[str]:
    """Return the lines of a program as observations number them: split at newlines, a last one dropped."""
    return code.removesuffix("\n").split("\n")


def parse_answer(text: str, *, answer_format: str, base_code: str, max_code_chars: int) -> Proposal:
    r"""Return what the answer proposes; a malformed answer gives a proposal that says so.

    Args:
        text: The completion as sampled.
        answer_format: `full` or `edit`, as the prompt asked.
        base_code: The program as numbered in this observation; edits apply to it.
        max_code_chars: A longer resulting program is malformed, and so is an answer of four times this.

    Example:
        >>> parse_answer("2: x => y", answer_format="edit", base_code="def f(y):\n    return x\n",
        ...              max_code_chars=1000).code
        'def f(y):\n    return y\n'
    """
    if answer_format not in ("full", "edit"):
        raise ValueError(f"answer_format must be 'full' or 'edit', got {answer_format!r}")
    base_hash = code_hash(base_code)
    try:
        kind, code = _read_answer(text, answer_format, base_code, max_code_chars)
    except _MalformedError as problem:
        return Proposal(
            raw_output=text, answer_format="malformed", code=None, base_hash=base_hash, problem=str(problem)
        )
    if code is None:
        return Proposal(raw_output=text, answer_format=kind, code=None, base_hash=base_hash)
    return Proposal(
        raw_output=text,
        answer_format=kind,
        code=code,
        base_hash=base_hash,
        code_hash=code_hash(code),
        edit_size=edit_size(base_code, code),
    )


def edit_size(base: str, code: str) -> int:
    """Return how many characters differ, counted in changed lines, in time linear in both programs.

    Lines found in both programs (as a multiset) count nothing. The others are paired in order, and a pair
    counts the longer side of what lies between its common start and end; lines left over count whole.
    """
    old, new = program_lines(base), program_lines(code)
    removed, added = _without(old, Counter(new)), _without(new, Counter(old))
    paired = min(len(removed), len(added))
    changed = sum(_line_distance(a, b) for a, b in zip(removed, added, strict=False))
    return changed + sum(len(line) + 1 for line in removed[paired:] + added[paired:])


def _without(lines: list[str], others: Counter[str]) -> list[str]:
    kept = []
    for line in lines:
        if others[line] > 0:
            others[line] -= 1
        else:
            kept.append(line)
    return kept


def _line_distance(a: str, b: str) -> int:
    shortest = min(len(a), len(b))
    head = next((i for i in range(shortest) if a[i] != b[i]), shortest)
    rest = shortest - head
    tail = next((i for i in range(rest) if a[-1 - i] != b[-1 - i]), rest)
    return max(len(a), len(b)) - head - tail


def _read_answer(text: str, answer_format: str, base_code: str, max_chars: int) -> tuple[str, str | None]:
    """Return the kind of answer and the resulting program (None for giving up)."""
    expected = EXPECTED_FULL if answer_format == "full" else EXPECTED_EDIT
    if len(text) > 4 * max_chars:
        raise _MalformedError(f"the answer is longer than {4 * max_chars} characters; {expected}")
    if _NOT_TEXT.search(text):
        raise _MalformedError(f"the answer holds characters that are not text; {expected}")
    scan = _scan(text.replace("\r\n", "\n"))
    if answer_format == "full":
        kind, code = _read_full(scan)
    else:
        kind, code = _read_edit(scan, base_code, max_chars)
    if code is not None and len(code) > max_chars:
        raise _MalformedError(f"the program is longer than {max_chars} characters")
    return kind, code


def _scan(text: str) -> _Scan:
    scan = _Scan()
    fence, mark = "", ""
    inside: list[str] = []
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence:
            if match:
                fence, mark, inside = match[1], match[2].lower(), []
            else:
                scan.outside.append(line)
        elif match and not match[2] and len(match[1]) >= len(fence):
            scan.blocks.append(_Block(mark, inside))
            fence = ""
        else:
            inside.append(line)
    scan.unclosed = bool(fence)
    return scan


def _gives_up(lines: list[str]) -> bool:
    return any(line.strip().lower() == "give up" for line in lines)


def _last_block(scan: _Scan, marks: frozenset[str]) -> _Block | None:
    return next((block for block in reversed(scan.blocks) if block.mark in marks), None)


def _as_program(block: _Block) -> str:
    return "\n".join(block.lines) + "\n"


def _read_full(scan: _Scan) -> tuple[str, str | None]:
    block = _last_block(scan, _PYTHON_MARKS)
    if block is not None:
        if not any(line.strip() for line in block.lines):
            raise _MalformedError(f"the code block is empty; {EXPECTED_FULL}")
        if all(_EDIT.match(line) for line in block.lines if line.strip()):
            raise _MalformedError(f"edits are not accepted here; {EXPECTED_FULL}")
        return "full", _as_program(block)
    if _gives_up(scan.outside):
        return "give_up", None
    if scan.unclosed:
        raise _MalformedError(f"the code block is not closed; {EXPECTED_FULL}")
    if any(block.mark == "edit" for block in scan.blocks):
        raise _MalformedError(f"edits are not accepted here; {EXPECTED_FULL}")
    raise _MalformedError(f"no code block found; {EXPECTED_FULL}")


def _read_edit(scan: _Scan, base_code: str, max_chars: int) -> tuple[str, str | None]:
    block = _last_block(scan, frozenset({"edit"}))
    if block is None:
        block = _last_block(scan, _PYTHON_MARKS)
        if block is not None and not any(line.strip() for line in block.lines):
            raise _MalformedError(f"the block is empty; {EXPECTED_EDIT}")
        if block is not None and not all(_EDIT.match(line) for line in block.lines if line.strip()):
            return "full", _as_program(block)
    if block is not None:
        return "edit", _apply_edits(block.lines, base_code, max_chars)
    if _gives_up(scan.outside):
        if any(_EDIT.match(line) for line in scan.outside):
            raise _MalformedError(f"both edits and `give up`; {EXPECTED_EDIT}")
        return "give_up", None
    if scan.unclosed:
        raise _MalformedError(f"the block is not closed; {EXPECTED_EDIT}")
    return "edit", _apply_edits(scan.outside, base_code, max_chars)


def _apply_edits(edit_lines: list[str], base_code: str, max_chars: int) -> str:
    """Return the program after all edits; line numbers are those of `base_code`."""
    wanted = [line for line in edit_lines if line.strip()]
    if not wanted:
        raise _MalformedError(f"the answer is empty; {EXPECTED_EDIT}")
    if len(wanted) > MAX_EDITS:
        raise _MalformedError(f"more than {MAX_EDITS} edits; {EXPECTED_EDIT}")
    current: list[str | None] = list(program_lines(base_code))
    inserted: dict[int, list[str]] = {}
    for line in wanted:
        match = _EDIT.match(line)
        if match is None:
            raise _MalformedError(f"not an edit: {_cut(line)!r}; {EXPECTED_EDIT}")
        number, rest = int(match[1]), match[4] or ""
        if number > len(current) or (number == 0 and not match[3]):
            raise _MalformedError(f"there is no line {number}: the program has lines 1 to {len(current)}")
        if match[3]:
            inserted.setdefault(number, []).append(rest)
        elif match[2]:
            current[number - 1] = None
        else:
            current[number - 1] = _replaced(current[number - 1], number, rest, max_chars)
    lines = list(inserted.get(0, ()))
    for number, text in enumerate(current, 1):
        if text is not None:
            lines.append(text)
        lines.extend(inserted.get(number, ()))
    return "\n".join(lines) + ("\n" if base_code.endswith("\n") else "")


def _replaced(line: str | None, number: int, rest: str, max_chars: int) -> str:
    """Return the line after one `old => new`."""
    if line is None:
        raise _MalformedError(f"line {number} is both deleted and changed")
    old, arrow, new = rest.partition(" => ")
    if not arrow:
        if not rest.endswith(" =>"):
            raise _MalformedError(f"no ` => ` in {_cut(f'{number}: {rest}')!r}; {EXPECTED_EDIT}")
        old = rest.removesuffix(" =>")
    if old not in line or (line and not old):
        raise _MalformedError(f"line {number} does not contain {_cut(old)!r}")
    changed = line.replace(old, new, 1) if old else new
    if len(changed) > max_chars:
        raise _MalformedError(f"the program is longer than {max_chars} characters")
    return changed


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
