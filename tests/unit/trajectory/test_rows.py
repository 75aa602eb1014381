"""Rows hold every column of the contract, typed, and null where a value does not exist."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from builders.episodes import make_report
from builders.rows import RUN, STARTED_AT, build_row, group_table, make_group_key, make_tokens, make_turn

from codearena_ray.trajectory.rows import make_row, rows_table
from codearena_ray.trajectory.schema import ROW_SCHEMA
from codearena_ray.types import CaseResult, Grade, Proposal, Verdict

CONTRACT = """
 run_id episode_id group_id sample_index group_size attempt iteration step agent_id role module_id
scenario task_id task_hash family_id category bug_type difficulty split seed policy engine_id
model_hash tokenizer_hash sampling{temperature max_tokens seed} finish_reason weight_spans[]{version
start end} messages[]{role content} prompt_token_ids[] completion_token_ids[] logprobs[] loss_mask[]
raw_output answer_format parsed_code base_hash code_hash edit_size visible[]{case verdict cpu_s}
hidden[]{case verdict cpu_s} error_class feedback compile_raw compile_weight compile_paid tests_raw
tests_weight tests_paid efficiency_raw efficiency_weight efficiency_paid judge_correctness_raw
judge_correctness_weight judge_correctness_paid judge_security_raw judge_security_weight
judge_security_paid judge_quality_raw judge_quality_weight judge_quality_paid penalty_step
penalty_repeat score best_before best_after reward reward_mode advantage tests_passed solved
efficiency{sizes cpu_s reference_cpu_s slope} judge{model prompt_hash cached scores abstained}
integrity[] curriculum_level memory_read[] memory_written[] terminated truncated stop_reason
unscored_cause queue_s generate_s sandbox_s grade_s judge_s started_at sandbox{exit signal limit
cpu_s rss_bytes profile denied} schema_version grader_version code_version
"""


def contract_columns() -> dict[str, tuple[bool, list[str]]]:
    """Return name to (is a list, members of its struct)."""
    found = re.findall(r"(\w+)(\[\])?(?:\{([^}]*)\})?", CONTRACT)
    return {name: (bool(many), members.split()) for name, many, members in found}


def all_fields(fields: Any) -> list[pa.Field]:
    found = []
    for field in fields:
        found.append(field)
        kind = field.type.value_type if pa.types.is_list(field.type) else field.type
        if pa.types.is_struct(kind):
            found += all_fields(kind.fields)
    return found


def test_the_schema_has_exactly_the_columns_of_the_contract_with_their_shapes() -> None:
    contract = contract_columns()
    assert ROW_SCHEMA.names == list(contract)
    for name, (many, members) in contract.items():
        kind = ROW_SCHEMA.field(name).type
        assert pa.types.is_list(kind) == many, name
        inner = kind.value_type if many else kind
        assert ([f.name for f in inner.fields] if pa.types.is_struct(inner) else []) == members, name


def test_every_field_down_to_struct_members_says_what_it_means_and_seconds_say_so() -> None:
    for field in all_fields(ROW_SCHEMA):
        assert field.metadata[b"meaning"], field.name
        assert field.nullable == (b"null" in field.metadata), field.name
        if field.name.endswith("_s"):
            assert field.metadata[b"unit"] == b"s", field.name


def test_a_row_comes_back_from_its_table_as_it_was_made() -> None:
    row = build_row()
    assert rows_table([row]).to_pylist() == [row]


def test_a_row_holds_what_the_turn_earned_and_how_it_was_sampled() -> None:
    row = build_row()
    assert (row["score"], row["reward"], row["advantage"]) == (0.95, 0.5, 0.125)
    assert (row["tests_raw"], row["tests_weight"], row["tests_paid"]) == (1.0, 0.6, 0.6)
    paid = [value for name, value in row.items() if name.endswith("_paid") and value is not None]
    assert sum(paid) == pytest.approx(row["score"])
    assert row["weight_spans"][1] == {"version": 4, "start": 2, "end": 3}
    assert row["sampling"] == {"temperature": 1.0, "max_tokens": 48, "seed": None}
    assert row["judge"]["abstained"] == ["correctness"]
    assert row["episode_id"] == "g0/0"


def test_parts_that_do_not_apply_are_null_and_not_zero() -> None:
    row = build_row()
    for name in ("efficiency", "judge_correctness"):
        assert [row[f"{name}_{kind}"] for kind in ("raw", "weight", "paid")] == [None, None, None]
    assert row["efficiency"] is None


def test_an_unscored_turn_has_its_cause_and_no_score_reward_or_evidence() -> None:
    turn = make_turn(
        report=None, verdict=None, grade=None, reward=0.0, terminated=False, truncated=True, stop_reason="",
        unscored_cause="sandbox",
    )  # fmt: skip
    row = build_row(turn=turn, advantage=None)
    for name in (
        "score",
        "reward",
        "solved",
        "tests_passed",
        "advantage",
        "visible",
        "hidden",
        "judge",
        "sandbox",
    ):
        assert row[name] is None, name
    assert row["unscored_cause"] == "sandbox"
    assert row["completion_token_ids"] == [7, 8, 2]
    assert rows_table([row]).to_pylist() == [row]


def test_an_earlier_turn_of_an_unscored_episode_names_the_cause_too() -> None:
    row = build_row(unscored_cause="engine")
    assert (row["unscored_cause"], row["score"]) == ("engine", 0.95)


def test_a_policy_outside_our_engines_has_text_and_no_tokens() -> None:
    row = build_row(tokens=None)
    for name in (
        "prompt_token_ids",
        "completion_token_ids",
        "logprobs",
        "loss_mask",
        "sampling",
        "engine_id",
    ):
        assert row[name] is None
    assert rows_table([row]).to_pylist() == [row]


def test_an_answer_without_a_program_has_a_score_and_no_code() -> None:
    turn = make_turn(
        proposal=Proposal("I give up", "give_up", None),
        report=None,
        verdict=None,
        grade=Grade({}, 0.44, tests_passed=False, solved=False),
    )
    row = build_row(turn=turn)
    assert (row["parsed_code"], row["answer_format"], row["score"]) == (None, "give_up", 0.44)


def test_of_a_hidden_case_only_the_verdict_is_kept() -> None:
    hidden = (CaseResult("h0", Verdict.WRONG, 0.5, call="double(secret)", expected="hidden-42", actual="41"),)
    report = replace(make_report(), hidden=hidden)
    row = build_row(turn=make_turn(report=report))
    assert row["hidden"] == [{"case": "h0", "verdict": "wrong", "cpu_s": 0.5}]
    assert "hidden-42" not in repr(row)
    assert "secret" not in repr(row)


def test_tokens_that_do_not_line_up_are_refused() -> None:
    with pytest.raises(ValueError, match="3 sampled tokens came with 2"):
        make_tokens(logprobs=(-1.0, -2.0))
    with pytest.raises(ValueError, match="cover 2 of 3"):
        make_tokens(weight_spans=((1, 0, 2),))
    with pytest.raises(ValueError, match="not adjacent"):
        make_tokens(weight_spans=((1, 0, 1), (2, 2, 3)))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        build_row(started_at=datetime(2030, 1, 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"surprise": 1}, r"unknown: \['surprise'\]"),
        ({"score": "high"}, "do not fit"),
        ({"seed": 1 << 63}, "do not fit"),
        ({"task_id": None}, "task_id is null"),
        ({"logprobs": "abc"}, "do not fit"),
        ({"messages": [{"role": "user"}]}, "messages.content is null"),
        ({"sampling": {"temperature": None, "max_tokens": 1}}, "sampling.temperature is null"),
    ],
)
def test_rows_that_do_not_fit_the_schema_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rows_table([{**build_row(), **changes}])


def test_a_missing_column_is_named() -> None:
    row = build_row()
    del row["score"]
    with pytest.raises(ValueError, match=r"missing: \['score'\]"):
        rows_table([row])


def test_two_rows_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows share the key"):
        rows_table([build_row(), build_row(reward=0.1)])


def test_a_group_without_rows_is_a_table_all_the_same() -> None:
    assert rows_table([]).schema.equals(ROW_SCHEMA)
    assert group_table("g1").num_rows == 4


def test_make_row_takes_the_run_and_the_group_as_they_are() -> None:
    row = build_row(group=make_group_key(attempt=1, iteration=9))
    assert (row["run_id"], row["attempt"], row["iteration"], row["started_at"]) == (
        RUN.run_id,
        1,
        9,
        STARTED_AT,
    )
    assert make_row.__kwdefaults__ == {"memory_read": (), "memory_written": (), "unscored_cause": ""}
