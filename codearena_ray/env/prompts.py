"""What an agent reads: an observation rendered as chat messages, or tersely for the tiny policy.

`chat` is a system and a user message with everything the observation holds. `compact` is one user message of
the numbered program and one line on what went wrong; the tiny policy was trained on exactly this text, so a
change here is a change of that policy's language.

Rendering is pure: the same observation gives the same text. It does not cut to a token budget.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codearena_ray.env.parsing import program_lines
from codearena_ray.types import Observation

_FIRST_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)(?: line ([0-9]+))?(?::|$)")

_SYSTEM = {
    "fixer": "You repair Python programs. You are given what a program should do, the program, and what "
    "happened when it ran. Change as little as needed. Several answers are allowed; each costs a little.",
    "reviewer": "You review a repair of a Python program before its author revises it. Say briefly and "
    "concretely what is still wrong and which lines to change. You are paid for what the revision gains.",
    "breaker": "You plant one realistic bug in a correct Python program. Change as little as needed; the "
    "program must still compile.",
}

_ANSWER_FULL = (
    "Answer with the whole corrected program in one block:\n```python\n...\n```\n"
    "Or write `give up` alone on a line if no program can do what is asked."
)
_ANSWER_EDIT = (
    "Answer with edits in one block, one a line, by the line numbers shown above:\n"
    "```edit\n"
    "4: old => new\n"
    "6+: a new line, inserted after line 6\n"
    "9-\n"
    "```\n"
    "`4: old => new` replaces the first occurrence of `old` in line 4; nothing after `=>` deletes it; `9-` "
    "deletes line 9; blanks at the start of a new line count.\n"
    "Or write `give up` alone on a line if no program can do what is asked."
)
_ANSWER_REVIEW = "Answer with your review in at most ten sentences. Do not write the program."


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: str
    """`system` or `user`."""
    content: str


def render_messages(observation: Observation, *, role: str, style: str, answer_format: str) -> list[Message]:
    """Return the messages that an agent of this role reads.

    Args:
        observation: What the agent sees.
        role: `fixer`, `reviewer` or `breaker`.
        style: `chat` or `compact`.
        answer_format: `full` or `edit`; `compact` shows no instructions and ignores it.
    """
    if role not in _SYSTEM:
        raise ValueError(f"role must be one of {', '.join(_SYSTEM)}, got {role!r}")
    if style == "compact":
        return [Message("user", compact_prompt(observation.code, error_log=observation.error_log))]
    if style != "chat":
        raise ValueError(f"style must be 'chat' or 'compact', got {style!r}")
    if answer_format not in ("full", "edit"):
        raise ValueError(f"answer_format must be 'full' or 'edit', got {answer_format!r}")
    return [Message("system", _SYSTEM[role]), Message("user", _chat(observation, role, answer_format))]


def compact_prompt(code: str, *, error_log: str) -> str:
    r"""Return the terse prompt: each line as `{i} {line}`, then `! ` and the error in two words.

    Example:
        >>> compact_prompt("def f(x)\n    return x\n", error_log="SyntaxError line 1: expected ':'")
        '1 def f(x)\n2     return x\n! SyntaxError 1'
    """
    return f"{numbered(code)}\n! {error_summary(error_log)}"


def error_summary(error_log: str) -> str:
    """Return `{error_class} {line}`, or the class alone, from the first line of an error log.

    Example:
        >>> error_summary("TypeError line 5: can only concatenate str")
        'TypeError 5'
    """
    first = error_log.split("\n", 1)[0]
    match = _FIRST_LINE.match(first)
    if match is None:
        return "Unknown" if first.strip() else "Passed"
    return f"{match[1]} {match[2]}" if match[2] else match[1]


def numbered(code: str) -> str:
    """Return the program with `{i} ` before each line, counted from 1 as edits count them."""
    return "\n".join(f"{i} {line}" for i, line in enumerate(program_lines(code), 1))


def _chat(observation: Observation, role: str, answer_format: str) -> str:
    sections = [
        ("What the program should do", observation.statement),
        ("The program, with line numbers", _fenced(numbered(observation.code))),
        ("Error", observation.error_log),
        ("Test results", observation.test_results),
        ("Feedback on your last answer" if role == "fixer" else "Feedback", observation.feedback),
        (
            "Review of your draft" if role == "fixer" else "The draft as its author wrote it",
            observation.agent_view,
        ),
        ("Steps left", f"{observation.steps_left} (best score so far: {observation.best_score:.2f})"),
    ]
    parts = [f"## {title}\n{body}" for title, body in sections if body.strip()]
    if role == "reviewer":
        parts.append(_ANSWER_REVIEW)
    else:
        parts.append(_ANSWER_FULL if answer_format == "full" else _ANSWER_EDIT)
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    """Return the text in a fence longer than any run of backticks inside it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
