"""Operators that damage the syntax: what remains does not parse."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from codearena_ray.taskforge.operators.source import Edit, Source

_TYPOS = {
    "return": ("retrun", "reutrn"), "def": ("dfe", "define"), "while": ("whlie",), "for": ("fro",),
    "elif": ("else if", "elsif"),
    "else": ("esle",), "import": ("imoprt",), "class": ("calss",), "lambda": ("lamda",), "in": ("on",),
    "if": ("fi",),
    "and": ("&&",), "or": ("||",), "not": ("!",), "try": ("tyr",), "except": ("catch",), "raise": ("throw",),
    "yield": ("yeild",), "with": ("wiht",), "from": ("form",),
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<string>[rbufRBUF]{0,2}(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'))"
    r"|(?P<comment>#[^\n]*)|(?P<word>[A-Za-z_]\w*)|(?P<other>[^\w\s\"'#]|\d\w*|\s+)"
)


def _tokens(source: Source, kind: str) -> Iterator[re.Match[str]]:
    for token in _TOKEN.finditer(source.code):
        if token.lastgroup == kind:
            yield token


def missing_colon(source: Source) -> Iterator[Edit]:
    """The colon at the end of a compound statement is missing, or is a semicolon."""
    for token in _tokens(source, "other"):
        if token.group() == ":" and source.code[token.end() : token.end() + 1] in ("\n", "\r"):
            yield Edit(token.start(), token.end(), "")
            yield Edit(token.start(), token.end(), ";")


def missing_bracket(source: Source) -> Iterator[Edit]:
    """A closing bracket is missing or of the wrong kind."""
    wrong = {")": "]", "]": ")", "}": ")"}
    for token in _tokens(source, "other"):
        if token.group() in wrong:
            yield Edit(token.start(), token.end(), "")
            yield Edit(token.start(), token.end(), wrong[token.group()])


def extra_bracket(source: Source) -> Iterator[Edit]:
    """A closing bracket comes twice."""
    for token in _tokens(source, "other"):
        if token.group() == ")" and source.code[token.end() : token.end() + 1] in ("\n", ":"):
            yield Edit(token.end(), token.end(), ")")


def wrong_indentation(source: Source) -> Iterator[Edit]:
    """A line is indented by one space too many or too few, or not at all."""
    seen: set[int] = set()
    for block in source.blocks:
        for position, statement in enumerate(block.body):
            indent = source.indent(statement)
            start = source.span(statement)[0] - len(indent)
            if not indent or start in seen or not source.owns_lines(statement):
                continue
            seen.add(start)
            yield Edit(start, start + len(indent), indent[:-1])
            yield Edit(start, start + len(indent), indent + " ")
            if position == 0:
                yield Edit(start, start + len(indent), indent[:-4])


def mixed_tabs(source: Source) -> Iterator[Edit]:
    """A tab stands among the spaces of an indentation."""
    for block in source.blocks:
        for statement in block.body:
            indent = source.indent(statement)
            if len(indent) >= 4 and source.owns_lines(statement):
                start = source.span(statement)[0] - len(indent)
                yield Edit(start, start + len(indent), indent[:-4] + "\t")


def keyword_typo(source: Source) -> Iterator[Edit]:
    """A keyword is misspelt, or comes from another language."""
    for token in _tokens(source, "word"):
        for typo in _TYPOS.get(token.group(), ()):
            yield Edit(token.start(), token.end(), typo)


def missing_quote(source: Source) -> Iterator[Edit]:
    """The closing quote of a string is missing or of the other kind."""
    for token in _tokens(source, "string"):
        text = token.group()
        if text.endswith(('"""', "'''")):
            continue
        yield Edit(token.end() - 1, token.end(), "")
        yield Edit(token.end() - 1, token.end(), "'" if text[-1] == '"' else '"')


def assignment_for_comparison(source: Source) -> Iterator[Edit]:
    """`==` becomes `=`; `=` becomes `==` nowhere, as that would still parse."""
    for node in source.of(ast.Compare):
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.Eq):
                yield from source.between(left, right, "==", "=")
            left = right


def unfinished_line(source: Source) -> Iterator[Edit]:
    """A line stops in the middle of an expression."""
    for kind in (ast.BinOp, ast.Compare, ast.BoolOp):
        for node in source.of(kind):
            last = _last_operand(node)
            end = source.span(last)[1]
            line_end = source.code.find("\n", end)
            if source.code[end : line_end if line_end >= 0 else None].strip():
                continue
            start = source.span(last)[0]
            if source.line_of(start) == source.line_of(end):
                yield Edit(start - len(re.search(r"\s*$", source.code[:start]).group()), end, "")  # type: ignore[union-attr]
    for assign in source.of(ast.Assign):
        start, end = source.span(assign.value)
        if source.line_of(start) == source.line_of(end) and source.code[start - 1] == " ":
            yield Edit(start - 1, end, "")


def _last_operand(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp):
        return node.right
    if isinstance(node, ast.BoolOp):
        return node.values[-1]
    return node.comparators[-1] if isinstance(node, ast.Compare) else node


def missing_comma(source: Source) -> Iterator[Edit]:
    """The comma between two arguments or items is missing."""
    for kind in (ast.Call, ast.Tuple, ast.List):
        for node in source.of(kind):
            items = node.args if isinstance(node, ast.Call) else node.elts  # type: ignore[attr-defined]
            for left, right in itertools.pairwise(items):
                yield from source.between(left, right, ",", "")


def missing_parameter_list(source: Source) -> Iterator[Edit]:
    """A call's opening bracket is missing."""
    for node in source.of(ast.Call):
        end = source.span(node.func)[1]
        if node.args and source.code[end : end + 1] == "(":
            yield Edit(end, end + 1, " ")
