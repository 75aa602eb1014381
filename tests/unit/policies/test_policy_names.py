"""Names of policies on the command line."""

from __future__ import annotations

import pytest

from codearena_ray.config import Config
from codearena_ray.errors import UserError
from codearena_ray.policies.table import KINDS, PolicyName, open_fixer, parse_policy, speaking


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tiny", PolicyName("tiny")),
        ("reference", PolicyName("reference")),
        ("noop", PolicyName("noop")),
        ("builtin", PolicyName("builtin")),
        ("vllm:runs/a:b/model", PolicyName("vllm", "runs/a:b/model")),
        ("openai:m@http://h:1/v1", PolicyName("openai", "m", "http://h:1/v1")),
        ("openai:org/m@tag@https://u:p@h/v1", PolicyName("openai", "org/m@tag", "https://u:p@h/v1")),
    ],
)
def test_every_form_is_read_and_written_back(text: str, name: PolicyName) -> None:
    assert parse_policy(text) == name
    assert str(name) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "policies: tiny, reference, noop, builtin, vllm:PATH, openai:MODEL@URL"),
        ("tinny", "did you mean tiny?"),
        ("vlm:/model", "did you mean vllm:PATH?"),
        ("tiny:model", "takes nothing after it"),
        ("reference:", "takes nothing after it"),
        ("vllm", "lacks the model directory"),
        ("vllm:", "lacks the model directory"),
        ("openai:model", "is not openai:MODEL@URL"),
        ("openai:@http://h/v1", "is not openai:MODEL@URL"),
        ("openai:m@http://", "is not openai:MODEL@URL"),
        ("openai:m@http:///", "is not openai:MODEL@URL"),
        ("openai:m@file:///etc", "is not openai:MODEL@URL"),
        ("openai:m@http://h /v1", "is not openai:MODEL@URL"),
    ],
)
def test_anything_else_is_an_error_of_one_line(text: str, said: str) -> None:
    with pytest.raises(UserError, match=r"^--policy: ") as caught:
        parse_policy(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_configuration_follows_what_a_policy_can_speak() -> None:
    config = Config()
    assert speaking(PolicyName("reference"), config) is config
    tiny = speaking(PolicyName("tiny"), config).env
    assert (tiny.prompt_style, tiny.answer_format) == ("compact", "edit")
    asked = speaking(PolicyName("openai", "m", "http://h"), speaking(PolicyName("tiny"), config)).env
    assert (asked.prompt_style, asked.answer_format) == ("chat", "edit")


def test_a_model_directory_that_is_none_is_the_users_fault() -> None:
    name = PolicyName("vllm", "/nowhere")
    with pytest.raises(UserError, match=r"--policy vllm:/nowhere: .*no model directory"):
        open_fixer(name, Config(), open_engine=lambda _request: pytest.fail("no engine may start"))


def test_engines_start_only_where_somebody_can_start_them() -> None:
    with pytest.raises(UserError, match="no vLLM engine can be started here"):
        open_fixer(PolicyName("vllm", "/nowhere"), Config())


def test_every_kind_is_in_the_table_under_its_own_name() -> None:
    assert all(line.form.split(":")[0] == kind for kind, line in KINDS.items())
