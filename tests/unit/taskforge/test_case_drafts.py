import pytest

from codearena_ray.errors import TaskError
from codearena_ray.taskforge.cases import draft_case


def _draft(raw: object):
    return draft_case(raw, case_id="h01", default_call="f")


def test_a_list_is_the_arguments_of_the_first_entry_point() -> None:
    case = _draft([1, [2]]).case
    assert (case.steps[0].call, case.steps[0].args, case.fixture, case.effects) == ("f", (1, [2]), None, None)


def test_a_dictionary_may_describe_one_step_and_its_world() -> None:
    draft = _draft(
        {
            "args": ["x"],
            "env": {"A": "b"},
            "files": {"a.txt": "1"},
            "processes": [{"argv": ["ping", "h"], "stdout": "ok"}],
            "expect_spawns": [["ping", "h"]],
            "expect_files": {"b.txt": None},
            "raises": "ValueError",
        }
    )
    assert draft.given == (True,)
    assert draft.case.fixture is not None
    assert draft.case.fixture.processes[0].argv == ("ping", "h")
    assert draft.case.effects is not None
    assert draft.case.effects.spawns == (("ping", "h"),)
    assert draft.case.effects.files == {"b.txt": None}


def test_steps_may_bind_objects_and_say_what_they_expect() -> None:
    draft = _draft(
        {"steps": [{"call": "Stack", "bind": "s"}, {"call": "s.pop", "expect": None}], "stdin": "x"}
    )
    assert [step.call for step in draft.case.steps] == ["Stack", "s.pop"]
    assert draft.given == (False, True)


@pytest.mark.parametrize(
    "raw",
    [
        3,
        "text",
        {"arguments": [1]},
        {"steps": []},
        {"steps": [1]},
        {"steps": [{"call": "f"}], "args": [1]},
        {"args": 5},
        {"kwargs": []},
        {"processes": [{"stdout": "x"}]},
        {"env": 3},
    ],
)
def test_a_malformed_case_is_refused(raw: object) -> None:
    with pytest.raises(TaskError, match="case h01"):
        _draft(raw)
