"""The page of every configuration key, made from the pydantic models and their docstrings.

`python -m codearena_ray.cli.config_reference PATH` writes it; a unit test fails when the page in docs/ is
another. It reads the source of the models, so it needs the package as files.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import types
import typing
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from codearena_ray.config import Config, Section

_SIGNS = {Ge: ("ge", "≥"), Gt: ("gt", ">"), Le: ("le", "≤"), Lt: ("lt", "<")}

_HEAD = """# Configuration

Made from the models in `codearena_ray/config.py` by `make docs`; edit those.

A YAML file holds differences from these defaults, by section. `section.key=value` on the command line comes
on top, the value in YAML syntax: `codearena train laptop train.iterations=2 tasks.categories=[logic]`. An
unknown key, a wrong type or a value out of bounds ends the command with exit code 2 before anything starts.
Every run saves what it resolved to as `config.yaml` in its directory.
"""


def render_config_reference() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([_HEAD, *(_section(name, field) for name, field in Config.model_fields.items())])


def field_docstrings(model: type[Section]) -> dict[str, str]:
    """Return the string under each field of a model's source, on one line; not every field has one."""
    body = ast.parse(inspect.getsource(model)).body[0]
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"{model.__name__} is no class")
    found: dict[str, str] = {}
    for statement, following in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        ):
            found[statement.target.id] = " ".join(following.value.value.split())
    return found


def _section(name: str, field: FieldInfo) -> str:
    model = field.annotation
    if not (isinstance(model, type) and issubclass(model, Section)):
        raise TypeError(f"Config.{name} is not a section")
    notes = field_docstrings(model)
    lines = [f"## {name}", "", inspect.getdoc(model) or "", ""]
    lines += ["| key | type | default | |", "|---|---|---|---|"]
    for key, info in model.model_fields.items():
        cells = (f"`{name}.{key}`", _type(info), f"`{_default(info)}`", notes.get(key, ""))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def _type(info: FieldInfo) -> str:
    bounds = [
        f"{sign} {getattr(rule, attribute):g}"
        for rule in info.metadata
        for kind, (attribute, sign) in _SIGNS.items()
        if isinstance(rule, kind)
    ]
    return ", ".join([_name(info.annotation), *bounds])


def _name(annotation: Any) -> str:
    """Return an annotation in the words of a YAML author."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join("null" if part is type(None) else _name(part) for part in arguments)
    if origin in (tuple, list):
        return f"list of {_name(arguments[0])}"
    if origin is dict:
        return f"mapping of {_name(arguments[0])} to {_name(arguments[1])}"
    return {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(
        annotation, getattr(annotation, "__name__", str(annotation))
    )


def _default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=True)
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_config_reference(), encoding="utf-8")
