"""A program written as an answer in the format that was asked for."""

from __future__ import annotations

import re

from codearena_ray.env.parsing import parse_answer, program_lines
from codearena_ray.policies.edits import edit_answer

_NO_LIMIT = 1 << 22


def write_answer(code: str, *, base_code: str, answer_format: str) -> str:
    """Return an answer that `parse_answer` reads as exactly this program.

    With `edit` it is the shortest list of edits, or the whole program in a block where no edits give it (a
    text that holds ` => `, for example); with `full` always the block.

    Args:
        code: The program to propose.
        base_code: What edits apply to.
        answer_format: `full` or `edit`.
    """
    if answer_format == "edit":
        edits = edit_answer(base_code, code) if code != base_code else _unchanged(base_code)
        if edits and _reads_as(edits, code, base_code):
            return edits
    return fenced(code)


def fenced(code: str) -> str:
    """Return the program in a block whose fence is longer than any inside."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{code.removesuffix(chr(10))}\n{fence}"


def _unchanged(code: str) -> str:
    """Return an edit that changes nothing, or nothing where no line allows one."""
    for number, line in enumerate(program_lines(code), 1):
        if line.strip() and " =>" not in line:
            return f"{number}: {line} => {line}"
    return ""


def _reads_as(text: str, code: str, base_code: str) -> bool:
    read = parse_answer(text, answer_format="edit", base_code=base_code, max_code_chars=_NO_LIMIT)
    return read.code is not None and program_lines(read.code) == program_lines(code)
