"""Mutation operators: small textual edits at AST positions, so that the formatting of a program is kept.

An operator is one function from a parsed program to edits and one line in the explicit table of `table`.
"""

from codearena_ray.taskforge.operators.table import (
    OPERATORS,
    Mutation,
    Operator,
    apply_mutations,
    enumerate_mutations,
)

__all__ = ["OPERATORS", "Mutation", "Operator", "apply_mutations", "enumerate_mutations"]
