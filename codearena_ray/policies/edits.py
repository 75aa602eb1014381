"""The shortest edit answer that turns one program into another: what the supervised bootstrap teaches.

The answer follows the grammar of `env.parsing` (`N: old => new`, `N+: text`, `N-`). Lines are matched with
difflib; within a changed line the smallest run of lexical pieces is replaced whose first occurrence in the
line is the right one.
"""

from __future__ import annotations

import difflib
import re

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


def fragment_edit(old_line: str, new_line: str) -> tuple[str, str]:
    """Return (old, new): replacing the first occurrence of `old` in `old_line` by `new` gives `new_line`.

    `old` is never empty unless `old_line` is.
    """
    old, new = _PIECES.findall(old_line), _PIECES.findall(new_line)
    shortest = min(len(old), len(new))
    head = 0
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    start, end = head, len(old) - tail
    while start > 0 or end < len(old):
        before = "".join(old[:start])
        fragment = "".join(old[start:end])
        if fragment.strip() and old_line.find(fragment) == len(before):
            break
        if end < len(old):
            end += 1
        else:
            start -= 1
    replacement = new[start : len(new) - (len(old) - end)]
    return "".join(old[start:end]), "".join(replacement)


def edit_answer(code: str, fixed: str) -> str:
    """Return the edit answer that turns `code` into `fixed`, one edit a line; empty if they are equal."""
    old, new = code.split("\n"), fixed.split("\n")
    answer: list[str] = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            continue
        paired = min(a1 - a0, b1 - b0)
        for i in range(paired):
            before, after = fragment_edit(old[a0 + i], new[b0 + i])
            answer.append(f"{a0 + i + 1}: {before} => {after}" if after else f"{a0 + i + 1}: {before} =>")
        answer.extend(f"{line + 1}-" for line in range(a0 + paired, a1))
        answer.extend(f"{a0 + paired}+: {text}" for text in new[b0 + paired : b1])
    return "\n".join(answer)
