"""The examples in docstrings say the truth."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "codearena_ray.env.parsing",
        "codearena_ray.env.prompts",
        "codearena_ray.adapters.spaces",
    ],
)
def test_the_examples_of_a_module_hold(name):
    result = doctest.testmod(import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
