"""Repairs of damaged syntax: candidate programs by rule, kept if they compile.

A rule looks at one line and yields other versions of it. Where one repair is not enough, candidates
that fail elsewhere are repaired again, at most `_MAX_ROUNDS` times in all. Programs are compiled, never
run; nothing here knows the task. It does not rename, delete or write code.
"""

from __future__ import annotations

import difflib
import keyword
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from codearena_ray.python_source import parse_python

MAX_CHARS = 1 << 14
"""Longer programs are left alone: a compile per candidate adds up."""
_MAX_ROUNDS = 3
_MAX_CANDIDATES = 300
_MAX_LEADS = 4

_OPENERS = {"(": ")", "[": "]", "{": "}"}
_CLOSERS = {closer: opener for opener, closer in _OPENERS.items()}
_BLOCK = re.compile(
    r"\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b"
)
_CONDITION = re.compile(r"\s*(?:if|elif|while|return|assert)\b|.*\b(?:if|and|or|not)\b")
_TOKEN = re.compile(
    r"(?P<string>[rbufRBUF]{0,2}(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'))|(?P<comment>#.*)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<space>\s+)|(?P<other>.)"
)
_FOREIGN = {
    "else if": "elif", "elsif": "elif", "elseif": "elif", "catch": "except", "throw": "raise",
    "define": "def", "function": "def", "fi": "if", "on": "in", "form": "from",
    "&&": "and", "||": "or", "!": "not ", "++": "+= 1", "null": "None", "===": "==",
}  # fmt: skip
_FILTERS = threading.Lock()
"""Held while the process-wide warning filters are changed."""


class _Fault(NamedTuple):
    line: int
    """1-based."""
    text: str


def first_fault(code: str) -> _Fault | None:
    """Return where and why a program does not compile, or None if it does."""
    try:
        with _FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(parse_python(code), "<program>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _Fault(error.lineno or 1, str(error.msg))
    except (ValueError, RecursionError, MemoryError) as error:
        return _Fault(1, str(error))
    return None


def syntax_repairs(code: str) -> list[str]:
    """Return programs that compile and are one to three line repairs away, most likely first.

    Args:
        code: A program that does not compile; one that does has no repairs.
    """
    if len(code) > MAX_CHARS:
        return []
    return _repairs(code, _MAX_ROUNDS)


def _repairs(code: str, rounds: int) -> list[str]:
    fault = first_fault(code)
    if fault is None or rounds == 0:
        return []
    compiling: list[str] = []
    leads: dict[_Fault, str] = {}
    seen = {code}
    for candidate in _candidates(code, fault):
        if candidate in seen:
            continue
        seen.add(candidate)
        if len(seen) > _MAX_CANDIDATES:
            break
        left = first_fault(candidate)
        if left is None:
            compiling.append(candidate)
        elif left != fault:
            leads.setdefault(left, candidate)
    if compiling:
        return compiling
    # Not the last fault: go on where another one shows, from those that repaired most text.
    for left in sorted(leads, key=lambda left: -left.line)[:_MAX_LEADS]:
        if found := _repairs(leads[left], rounds - 1):
            return found
    return []


def _candidates(code: str, fault: _Fault) -> Iterator[str]:
    """Yield changed programs: every rule on the faulty line, then on those above, nearest first."""
    lines = code.split("\n")
    at = min(max(fault.line, 1), len(lines)) - 1
    near = [i for i in (at, at - 1, at - 2, at + 1) if 0 <= i < len(lines)]
    above = [i for i in range(at - 3, max(-1, at - 40), -1) if i >= 0]
    for rule in _order(fault):
        for i in near:
            for line in rule(lines, i):
                yield "\n".join([*lines[:i], line, *lines[i + 1 :]])
    for i in above:
        for rule in (_brackets, _quotes):
            for line in rule(lines, i):
                yield "\n".join([*lines[:i], line, *lines[i + 1 :]])


_Rule = Callable[[Sequence[str], int], Iterator[str]]


def _order(fault: _Fault) -> list[_Rule]:
    """Return all rules, the ones that the message speaks of first."""
    said = fault.text.lower()
    likely = [rule for words, rule in _SPOKEN if any(word in said for word in words)]
    return likely + [rule for rule in _RULES if rule not in likely]


def _colon(lines: Sequence[str], i: int) -> Iterator[str]:
    """A block's first line ends with a colon."""
    line = lines[i].rstrip()
    if _BLOCK.match(line) and not line.endswith(":"):
        yield line.rstrip(";,.") + ":"


def _brackets(lines: Sequence[str], i: int) -> Iterator[str]:
    """Brackets of a line close, with the right kind, in the right order."""
    line = lines[i]
    stack: list[tuple[str, int]] = []
    for match in _TOKEN.finditer(line):
        char = match.group()
        if char in _OPENERS:
            stack.append((char, match.start()))
        elif char in _CLOSERS:
            at = match.start()
            if stack and stack[-1][0] != _CLOSERS[char]:
                yield line[:at] + _OPENERS[stack[-1][0]] + line[at + 1 :]
                yield line[:at] + _OPENERS[stack[-1][0]] + line[at:]
            if not stack:
                yield line[:at] + line[at + 1 :]
                yield from _with_opener(line, at, _CLOSERS[char])
            else:
                stack.pop()
    if stack:
        opener, at = stack[-1]
        body = line.rstrip()
        end = len(body) - body.endswith((":", ","))
        yield body[:end] + _OPENERS[opener] + body[end:]
        for match in _TOKEN.finditer(line, at + 1):
            if match.lastgroup in ("word", "string", "number") or match.group() in _CLOSERS:
                yield line[: match.end()] + _OPENERS[opener] + line[match.end() :]
        yield line[:at] + line[at + 1 :]
    if re.match(r"\s*def \w+\s*:", line):
        yield re.sub(r"(def \w+)\s*:", r"\1():", line, count=1)


def _with_opener(line: str, end: int, opener: str) -> Iterator[str]:
    for match in _TOKEN.finditer(line[:end]):
        if match.lastgroup in ("word", "string", "number"):
            yield line[: match.start()] + opener + line[match.start() :]
            yield line[: match.end()] + opener + line[match.end() :]


def _keywords(lines: Sequence[str], i: int) -> Iterator[str]:
    """Words that are nearly keywords, and spellings of other languages."""
    line = lines[i]
    for wrong, right in _FOREIGN.items():
        edge = r"\b" if wrong[0].isalpha() else ""
        pattern = edge + re.escape(wrong) + edge
        if re.search(pattern, line) and not (wrong == "!" and "!=" in line):
            yield re.sub(pattern, right, line, count=1)
    for match in _TOKEN.finditer(line):
        word = match.group()
        if match.lastgroup != "word" or keyword.iskeyword(word):
            continue
        for right in _near_keywords(word):
            yield line[: match.start()] + right + line[match.end() :]


def _near_keywords(word: str) -> list[str]:
    anagrams = [kw for kw in keyword.kwlist if sorted(kw) == sorted(word)]
    return anagrams + [kw for kw in difflib.get_close_matches(word, keyword.kwlist, n=2, cutoff=0.75)]


def _quotes(lines: Sequence[str], i: int) -> Iterator[str]:
    """A string that does not end, or does not begin, on its line."""
    line = lines[i]
    for quote, other in (("'", '"'), ('"', "'")):
        if line.count(quote) % 2 and line.count(other) % 2:  # begun with one, ended with the other
            at = max(line.rfind(quote), line.rfind(other))
            yield line[:at] + (quote if line[at] == other else other) + line[at + 1 :]
        if line.count(quote) % 2 == 0:
            continue
        yield line.rstrip() + quote
        for match in re.finditer(r"[)\],:}]|\s|$", line):
            yield line[: match.start()] + quote + line[match.start() :]
        for match in re.finditer(r"[(\[,{=:+]\s*", line):
            yield line[: match.end()] + quote + line[match.end() :]


def _comparison(lines: Sequence[str], i: int) -> Iterator[str]:
    """An assignment where a comparison belongs."""
    line = lines[i]
    if _CONDITION.match(line):
        for match in re.finditer(r"(?<![=!<>+\-*/%&|^:])=(?!=)", line):
            yield line[: match.start()] + "==" + line[match.end() :]


def _comma(lines: Sequence[str], i: int) -> Iterator[str]:
    """Two values beside each other."""
    line = lines[i]
    for match in re.finditer(r"(?<=[\w\"')\]}])(\s+)(?=[\w\"'(\[{])", line):
        yield line[: match.start()] + "," + line[match.start() :]


def _indentation(lines: Sequence[str], i: int) -> Iterator[str]:
    """A line as deep as a neighbour, or one level deeper or shallower."""
    text = lines[i].lstrip()
    if not text:
        return
    expanded = lines[i].expandtabs(4)
    if expanded != lines[i]:
        yield expanded
    before = next((lines[j] for j in range(i - 1, -1, -1) if lines[j].strip()), "")
    after = next((lines[j] for j in range(i + 1, len(lines)) if lines[j].strip()), "")
    depth = len(before) - len(before.lstrip())
    if before.rstrip().endswith(":"):
        yield " " * (depth + 4) + text
    yield " " * depth + text
    if after:
        yield " " * (len(after) - len(after.lstrip())) + text
    own = len(expanded) - len(expanded.lstrip())
    for shifted in (own // 4 * 4, own // 4 * 4 + 4, own // 4 * 4 - 4):
        if shifted >= 0:
            yield " " * shifted + text


def _unfinished(lines: Sequence[str], i: int) -> Iterator[str]:
    """A line that stops after an operator or an equals sign."""
    line = lines[i].rstrip()
    if line.endswith("="):
        yield from (f"{line} {value}" for value in ("0", "[]", "None", "{}", '""'))
    yield re.sub(r"\s*(?:[-+*/%,.=<>&|^]+|\b(?:and|or|not|in|is))$", "", line)


_RULES: tuple[_Rule, ...] = (
    _colon, _keywords, _comparison, _brackets, _quotes, _comma, _indentation, _unfinished,
)  # fmt: skip
_SPOKEN: tuple[tuple[tuple[str, ...], _Rule], ...] = (
    (("expected ':'",), _colon),
    (("unterminated", "eol while", "invalid decimal"), _quotes),
    (("indent",), _indentation),
    (("never closed", "unmatched", "does not match", "expected '('"), _brackets),
    (("maybe you meant '=='", "cannot assign", "meant '=='"), _comparison),
    (("comma",), _comma),
)
"""Words of the compiler's message, and the rule that they speak for."""
